// The directions in which rows vary most (Pearson 1901; Hotelling 1933).
#pragma once

#include "core/cancellation.h"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace roentgen {

struct PrincipalComponents {
  at::Tensor mean;        // double [F]
  at::Tensor components;  // double [count, F] of length 1, the largest variance first; of each the
                          // entry farthest from 0 is positive
  at::Tensor explained;   // double [count]: share of the whole variance; 0 where rows do not vary
};

// `rows`: [N, F] on the CPU. Throws ERR_INVALID_ARGUMENT where `count` is not in [1, min(N, F)] or
// a value is not finite; ABORT_ERR.
PrincipalComponents principalComponents(const at::Tensor& rows, int64_t count,
                                        const Cancellation& cancellation);

}  // namespace roentgen
