#include "core/dataset/batch.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include <cstddef>
#include <numeric>
#include <random>

namespace roentgen {
namespace {

void gather(const at::Tensor& images, const PixelTable& table, std::span<const int32_t> indices,
            at::Tensor& out) {
  const int64_t area = images.size(2) * images.size(3);
  const int64_t size = images.size(1) * area;
  const auto* source = images.const_data_ptr<uint8_t>();
  auto* target = static_cast<std::byte*>(out.mutable_data_ptr());
  const int64_t bytes = size * static_cast<int64_t>(out.itemsize());
  at::parallel_for(0, static_cast<int64_t>(indices.size()), 1, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i)
      table.apply(source + indices[static_cast<size_t>(i)] * size, area, target + i * bytes);
  });
}

}  // namespace

BatchReader::BatchReader(Dataset& dataset, const Normalization& normalization, at::Device device,
                         at::ScalarType type)
    : images_(dataset.imagesOn(device)),
      masks_(dataset.masksOn(device)),
      device_(device),
      type_(type) {
  if (device.is_cpu()) {
    table_.emplace(normalization, images_.size(1), type);
    return;
  }
  checkNormalization(normalization, images_.size(1));
  const auto away = [&](const at::Tensor& all) { return all.defined() && all.is_cpu(); };
  if (away(images_)) imageRing_.emplace(images_, device);
  if (away(masks_)) maskRing_.emplace(masks_, device);
  const auto mean = at::tensor(normalization.mean, at::kDouble);
  const auto std = at::tensor(normalization.std, at::kDouble);
  scale_ = (1 / (255 * std)).view({1, -1, 1, 1}).to(device, type);
  shift_ = (-mean / std).view({1, -1, 1, 1}).to(device, type);
}

at::Tensor BatchReader::read(std::span<const int32_t> indices) const {
  if (!table_) {
    const auto bytes = select(images_, imageRing_, indices);
    return (bytes * scale_ + shift_).contiguous(at::MemoryFormat::ChannelsLast);
  }
  auto out = at::empty(
      {static_cast<int64_t>(indices.size()), images_.size(1), images_.size(2), images_.size(3)},
      type_, at::MemoryFormat::ChannelsLast);
  gather(images_, *table_, indices, out);
  return out;
}

at::Tensor BatchReader::readMasks(std::span<const int32_t> indices) const {
  if (!masks_.defined()) return {};
  return select(masks_, maskRing_, indices).ne(0).to(type_);
}

at::Tensor BatchReader::select(const at::Tensor& all, std::optional<UploadRing>& ring,
                               std::span<const int32_t> indices) const {
  if (ring) return ring->upload(indices);
  const auto positions =
      at::tensor(at::ArrayRef<int32_t>(indices.data(), indices.size()), at::kInt);
  return all.index_select(0, positions.to(device_));
}

std::vector<int32_t> epochOrder(size_t count, uint64_t seed, int64_t epoch) {
  std::vector<int32_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  // The standard fixes this engine's numbers, but not std::shuffle's use of them: hence our own
  // loop.
  std::seed_seq words{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32),
                      static_cast<uint32_t>(epoch)};
  std::mt19937_64 engine(words);
  for (size_t i = count; i > 1; --i) {
    // Fisher and Yates. The high 32 bits times i stay inside 64; the bias is at most i · 2⁻³².
    const auto j = static_cast<size_t>(((engine() >> 32) * i) >> 32);
    std::swap(order[i - 1], order[j]);
  }
  return order;
}

std::vector<size_t> batchBounds(size_t count, size_t batchSize, size_t processes) {
  std::vector<size_t> bounds;
  for (size_t start = 0; start < count; start += batchSize)
    bounds.push_back(start);
  if (bounds.size() > 1 && count - bounds.back() < 2 * processes) bounds.pop_back();
  bounds.push_back(count);
  return bounds;
}

}  // namespace roentgen
