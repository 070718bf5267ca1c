// Images on their way to a device that cannot hold all of them.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Event.h>
#include <c10/core/Stream.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace roentgen {

// Copies rows of `images` [N, …] on the CPU, one after another, into `out` [n, …].
void gatherRows(const at::Tensor& images, std::span<const int32_t> indices, at::Tensor& out);

// Pinned batches that are filled in turn, and copied on a stream of their own: while the device
// works on one batch, the next is on its way.
class UploadRing {
 public:
  // `images`: [N, …] on the CPU.
  UploadRing(at::Tensor images, at::Device device);

  // The rows at `indices` on the device, for what follows on the current stream.
  at::Tensor upload(std::span<const int32_t> indices);

 private:
  struct Slot {
    at::Tensor pinned;
    c10::Event copied;
  };

  at::Tensor images_;
  at::Device device_;
  c10::Stream stream_;
  std::vector<Slot> slots_;
  size_t next_ = 0;
};

}  // namespace roentgen
