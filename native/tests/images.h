// Images to train on: noise, and drawings of chests. Every second is of a class.
#pragma once

#include "core/dataset/dataset.h"
#include "core/dataset/selection.h"
#include "core/progress.h"

#include <cstdint>
#include <memory>

namespace roentgen::testing {

inline const ProgressCallback silent = [](const Progress&) {};

// uint8 [count, channels, side, side]; the same in every run.
std::shared_ptr<Dataset> randomImages(int64_t count, int64_t channels, int64_t side);

// uint8 [count, channels, side, side]: a body with two lungs, drawn from (seed, position) with
// noise and equal channels; in those at odd positions one lung has a soft-edged opacity.
std::shared_ptr<Dataset> chestImages(int64_t count, int64_t channels, int64_t side, uint64_t seed);

// The first `count` images; those at even positions are of class 0, the others of class 1.
Selection firstImages(int32_t count);

}  // namespace roentgen::testing
