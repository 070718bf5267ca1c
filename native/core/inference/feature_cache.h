// What the frozen layers make of each image, computed once.
#pragma once

#include "core/dataset/batch.h"
#include "core/network/network.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace roentgen {

class FeatureCache {
 public:
  // Of the network's `layers` first layers, in the type `compute`. Network and dataset must outlive
  // the cache, and those layers stay as they are.
  FeatureCache(Network& network, Dataset& dataset, const Normalization& normalization,
               at::ScalarType compute, size_t layers);

  // What one dataset's features would take, in bytes.
  static int64_t bytes(const Network& network, const Dataset& dataset, at::ScalarType compute,
                       size_t layers);

  bool holds(const Dataset& dataset, size_t layers) const {
    return &dataset == &dataset_ && layers == layers_;
  }
  size_t layers() const { return layers_; }

  // [n, …] of the images at `positions`.
  at::Tensor read(std::span<const int32_t> positions);

 private:
  void compute(int64_t block);

  Network& network_;
  const Dataset& dataset_;
  BatchReader reader_;
  Mode mode_;
  size_t layers_;
  at::Tensor features_;      // [N, …]
  std::vector<bool> known_;  // of each block of images
};

}  // namespace roentgen
