// Mean and standard deviation of images, counted exactly.
#pragma once

#include "core/dataset/batch.h"
#include "core/dataset/dataset.h"

#include <cstdint>
#include <vector>

namespace roentgen {

// Of every pixel of the images at `positions` in [0, 1], per channel; the deviation is that of the
// whole population. Throws ERR_INVALID_ARGUMENT for no position, or one outside the dataset.
Normalization measure(const Dataset& dataset, const std::vector<int32_t>& positions);

}  // namespace roentgen
