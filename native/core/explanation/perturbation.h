// One image with parts of it hidden, in many variations.
#pragma once

#include "core/cancellation.h"
#include "core/dataset/batch.h"
#include "core/dataset/dataset.h"
#include "core/network/network.h"
#include "core/progress.h"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace roentgen {

struct PerturbOptions {
  int64_t index = 0;    // position in the dataset
  at::Tensor segments;  // int32 [H·W]: the part each pixel belongs to, from 0 on
  at::Tensor masks;     // uint8, row-major [M, parts]: 1 shows a part, 0 shows `fill` in its place
  at::Tensor fill;      // uint8 [C·H·W], before normalization
  at::ScalarType compute = at::kFloat;  // float, bfloat16, or double (for comparisons)
  Normalization normalization;
  int64_t batchSize = 32;
};

// Logits [M, outputs], float (or double) on the CPU. `parts` is the largest segment and one.
// Throws ERR_INVALID_ARGUMENT where sizes do not fit, ERR_UNSUPPORTED for a reconstruction,
// ERR_MODEL_MISMATCH, ABORT_ERR.
at::Tensor perturb(Network& network, Dataset& dataset, const PerturbOptions& options,
                   const Cancellation& cancellation, const ProgressCallback& progress);

}  // namespace roentgen
