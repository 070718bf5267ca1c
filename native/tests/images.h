// Random images, and every second of a class.
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

// The first `count` images; those at even positions are of class 0, the others of class 1.
Selection firstImages(int32_t count);

}  // namespace roentgen::testing
