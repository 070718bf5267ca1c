// From positions in a dataset to the tensors of a batch, and the order of an epoch.
#pragma once

#include "core/dataset/dataset.h"
#include "core/dataset/normalization.h"
#include "core/dataset/upload_ring.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace roentgen {

// Gathers and normalizes. On the CPU both happen in one pass through a table of 256 values per
// channel.
class BatchReader {
 public:
  // `type`: float or double. Throws ERR_INVALID_ARGUMENT where the channels do not fit.
  BatchReader(Dataset& dataset, const Normalization& normalization, at::Device device,
              at::ScalarType type);

  // [n, C, H, W] of the images at `indices`, with NHWC strides.
  at::Tensor read(std::span<const int32_t> indices) const;
  // [n, 1, H, W] of 0 and 1: the masks of these images; undefined where they have none.
  at::Tensor readMasks(std::span<const int32_t> indices) const;

 private:
  // Tensors of the CPU that another device cannot hold come over it.
  at::Tensor select(const at::Tensor& all, std::optional<UploadRing>& ring,
                    std::span<const int32_t> indices) const;

  at::Tensor images_, masks_;
  at::Device device_;
  mutable std::optional<UploadRing> imageRing_, maskRing_;
  at::ScalarType type_;
  std::optional<PixelTable> table_;  // of the CPU
  at::Tensor scale_, shift_;         // [1, C, 1, 1], for devices other than the CPU
};

// A permutation of 0 … count − 1 that depends on (seed, epoch) alone.
std::vector<int32_t> epochOrder(size_t count, uint64_t seed, int64_t epoch);

// Where the batches of an epoch begin, and its end. A last batch with fewer than two images for
// each of the processes that share it joins the one before: batch normalization cannot train on a
// single value per channel, and no process may be without an image.
std::vector<size_t> batchBounds(size_t count, size_t batchSize, size_t processes = 1);

}  // namespace roentgen
