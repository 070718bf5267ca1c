// Which images of a dataset a pass visits, and their classes.
#pragma once

#include "core/dataset/dataset.h"
#include "core/network/network.h"

#include <cstdint>
#include <vector>

namespace roentgen {

struct Selection {
  std::vector<int32_t> indices;
  std::vector<int32_t> labels;  // one for each index; empty for reconstruction, or where unknown
};

// Throws ERR_MODEL_MISMATCH where the images have another size than the network takes, and
// ERR_INVALID_ARGUMENT for an empty selection, a position or label out of range, or missing labels.
void checkSelection(const Dataset& dataset, const Selection& selection, int64_t batchSize,
                    const NetworkShape& shape, bool needLabels);

}  // namespace roentgen
