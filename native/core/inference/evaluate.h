// A pass over a selection without updates: logits for a classifier, errors for a reconstruction.
#pragma once

#include "core/cancellation.h"
#include "core/dataset/batch.h"
#include "core/dataset/selection.h"
#include "core/inference/feature_cache.h"
#include "core/loss.h"
#include "core/network/network.h"
#include "core/progress.h"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace roentgen {

struct EvaluationOptions {
  Loss loss = Loss::crossEntropy;
  at::ScalarType compute = at::kFloat;  // float, bfloat16, or double (for comparisons)
  Normalization normalization;
  int64_t batchSize = 32;
  bool mirror = false;  // averages each output with that of the mirror image; classifiers only
  FeatureCache* features = nullptr;  // of the dataset, in the same type; optional
};

struct Outputs {
  at::Tensor values;  // float [N, outputs] on the CPU; for reconstruction [N, 1], each image's mean
                      // squared error
  double loss;        // mean; NaN without labels
  double seconds;
};

// Visits the selection in its order, on the device where the network is.
Outputs evaluate(Network& network, Dataset& dataset, const Selection& selection,
                 const EvaluationOptions& options, const Cancellation& cancellation,
                 const ProgressCallback& progress);

}  // namespace roentgen
