// Images on their way through a network, batch by batch.
#pragma once

#include "core/cancellation.h"
#include "core/dataset/batch.h"
#include "core/dataset/dataset.h"
#include "core/network/network.h"
#include "core/progress.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace roentgen {

struct PassOptions {
  std::vector<int32_t> indices;         // positions in the dataset
  at::ScalarType compute = at::kFloat;  // float, bfloat16, or double (for comparisons)
  Normalization normalization;
  int64_t batchSize = 32;
};

// What images and results are kept in where layers compute in `compute`: float, or double.
at::ScalarType storedType(at::ScalarType compute);

// One batch: `input` is [n, C, H, W], normalized; its first image is number `first` of the pass.
using BatchWork = std::function<void(const at::Tensor& input, int64_t first)>;

// Calls `work` for every batch, on the device where the network is, and tells the progress.
// Throws ERR_MODEL_MISMATCH or ERR_INVALID_ARGUMENT before the first, and ABORT_ERR between two.
void forEachBatch(const Network& network, Dataset& dataset, const PassOptions& options,
                  const Cancellation& cancellation, const ProgressCallback& progress,
                  const BatchWork& work);

// [total, …] on the CPU with the sizes and type of one batch's rows, which go to `first` on.
void storeRows(at::Tensor& all, const at::Tensor& rows, int64_t first, int64_t total);

}  // namespace roentgen
