// Batch normalization fitted to other images than those it was trained on.
#pragma once

#include "core/inference/pass.h"

namespace roentgen {

// Replaces the running statistics of every batch normalization by mean and unbiased variance over
// all of these images (Li et al. 2018, Adaptive Batch Normalization), one normalization after the
// other: each is measured on what reaches it once those before it use theirs. That takes a pass for
// each, and a result that does not depend on the batches. Where it throws, nothing has changed:
// ERR_UNSUPPORTED without batch normalization, ERR_INVALID_ARGUMENT where a channel has a single
// value, and as forEachBatch.
void estimateStatistics(Network& network, Dataset& dataset, const PassOptions& options,
                        const Cancellation& cancellation, const ProgressCallback& progress);

}  // namespace roentgen
