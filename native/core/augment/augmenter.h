// Draws what happens to each image of a batch, and does it.
#pragma once

#include "core/augment/augmentation.h"
#include "core/augment/draws.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace roentgen {

class Augmenter {
 public:
  // `erased`: the value per channel that erased rectangles take.
  Augmenter(const Augmentation& augmentation, std::vector<double> erased, uint64_t seed,
            int64_t epoch);

  // `pixels` [n, C, H, W] in [0, 1]; `samples` tells the images apart, n keys; `masks` [n, 1, H, W]
  // of 0 and 1, or undefined. Masks move as their images do, and what lies outside of them then is
  // black, whatever happened to its values. The result has new memory.
  at::Tensor apply(at::Tensor pixels, std::span<const uint64_t> samples,
                   at::Tensor masks = {}) const;

 private:
  at::Tensor changeValues(at::Tensor pixels, std::span<const uint64_t> samples) const;
  Draws draws(uint64_t sample, Draws::Purpose purpose) const {
    return {seed_, epoch_, sample, purpose};
  }

  Augmentation augmentation_;
  std::vector<double> erased_;
  uint64_t seed_;
  int64_t epoch_;
};

}  // namespace roentgen
