#include "core/dataset/upload_ring.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <cstring>
#include <utility>

namespace roentgen {
namespace {

constexpr size_t slotCount = 4;

}  // namespace

void gatherRows(const at::Tensor& images, std::span<const int32_t> indices, at::Tensor& out) {
  const int64_t bytes = images.nbytes() / images.size(0);
  const auto* source = static_cast<const std::byte*>(images.const_data_ptr());
  auto* target = static_cast<std::byte*>(out.mutable_data_ptr());
  at::parallel_for(0, static_cast<int64_t>(indices.size()), 1, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      std::memcpy(target + i * bytes, source + indices[static_cast<size_t>(i)] * bytes,
                  static_cast<size_t>(bytes));
    }
  });
}

UploadRing::UploadRing(at::Tensor images, at::Device device)
    : images_(std::move(images)),
      device_(device),
      stream_(c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device)) {
  for (size_t i = 0; i < slotCount; ++i)
    slots_.push_back({{}, c10::Event(device.type())});
}

at::Tensor UploadRing::upload(std::span<const int32_t> indices) {
  auto& [pinned, copied] = slots_[next_++ % slots_.size()];
  // What it held before may still be read. An event that was never recorded has passed.
  copied.synchronize();
  const auto count = static_cast<int64_t>(indices.size());
  auto sizes = images_.sizes().vec();
  sizes[0] = count;
  if (!pinned.defined() || pinned.size(0) < count)
    pinned = at::empty(sizes, images_.options().pinned_memory(true));
  auto rows = pinned.narrow(0, 0, count);
  gatherRows(images_, indices, rows);
  at::Tensor uploaded;
  {
    const c10::StreamGuard guard(stream_);
    uploaded = rows.to(images_.options().device(device_), /*non_blocking=*/true);
    copied.record(stream_);
  }
  const auto current = c10::impl::VirtualGuardImpl(device_.type()).getStream(device_);
  copied.block(current);
  // Its memory is of the ring's stream; it is not free before this one has read it.
  at::getDeviceAllocator(device_.type())->recordStream(uploaded.storage().data_ptr(), current);
  return uploaded;
}

}  // namespace roentgen
