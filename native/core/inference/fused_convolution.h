// A convolution with bias, addition and ReLU fused into it, and on the CPU its weights packed.
#pragma once

#include "core/network/layers.h"

#include <ATen/core/Tensor.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

namespace roentgen {

// Whether LibTorch has oneDNN's fused convolutions in the form that this was written for. They and
// cuDNN's are internal to LibTorch; where they are missing or different, plain operations do the
// same.
bool hasFusedConvolutions();

class FusedConvolution {
 public:
  // Copies the weights of `conv`, which may be of any floating type, to the type and device of
  // `options`, and computes there.
  FusedConvolution(const Conv2d& conv, const at::TensorOptions& options, bool relu);

  // x: [N, C, H, W] of the type, NHWC strides. A ReLU follows where the convolution was made so.
  at::Tensor forward(const at::Tensor& x) const;
  // As above with `other` added before the ReLU. `other` is overwritten.
  at::Tensor forwardAdd(const at::Tensor& x, at::Tensor other) const;

 private:
  class Packs;
  // The input and the padding that is left for the convolution itself, which knows only equal
  // sides.
  struct Prepared {
    at::Tensor input;
    std::array<int64_t, 2> padding;
  };

  // Nothing where cuDNN does not fuse this.
  template <typename Convolve>
  std::optional<at::Tensor> tryCudnn(const Convolve& convolve) const;
  Prepared prepare(const at::Tensor& x) const;
  at::Tensor packed(const at::Tensor& input, const std::array<int64_t, 2>& padding) const;
  std::optional<at::Tensor> bias() const;
  at::Tensor plain(const at::Tensor& input, const std::array<int64_t, 2>& padding) const;

  Conv2d conv_;
  bool relu_;
  bool fused_;  // by oneDNN
  // Filled as batches come; shared by copies.
  std::shared_ptr<Packs> packs_;
  std::shared_ptr<std::atomic<bool>> cudnn_;  // until it fails
};

// The convolution and the normalization behind it as one convolution; computed in double.
Conv2d foldAfter(const Conv2d& conv, const BatchNorm& norm);
// The normalization and the convolution behind it, which must not pad.
Conv2d foldBefore(const BatchNorm& norm, const Conv2d& conv);

}  // namespace roentgen
