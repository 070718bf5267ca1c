// The nearest rows of one matrix to the rows of another, exactly.
#pragma once

#include "core/cancellation.h"
#include "core/progress.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

namespace roentgen {

enum class NeighborMetric { euclidean, cosine };

// Throws ERR_INVALID_ARGUMENT for an unknown name.
NeighborMetric neighborMetricByName(const std::string& name);

struct Neighbors {
  at::Tensor indices;    // int32 [M, k], the nearest first; of equal ones the earlier
  at::Tensor distances;  // float [M, k]: Euclidean, or 1 − cosine similarity
};

// `queries`: float [M, F], `references`: float [R, F], both contiguous on the CPU. The cosine
// similarity to a row of zeros is 0. Throws ERR_INVALID_ARGUMENT where the features differ in
// number, k is not in [1, R] or a value is not finite; ABORT_ERR.
Neighbors findNeighbors(const at::Tensor& queries, const at::Tensor& references, int64_t k,
                        NeighborMetric metric, const Cancellation& cancellation,
                        const ProgressCallback& progress);

}  // namespace roentgen
