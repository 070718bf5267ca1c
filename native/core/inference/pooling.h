// Pooling for inference, which needs no indices: several times as fast as LibTorch's, and stems of
// residual networks feel it.
#pragma once

#include "core/network/layers.h"

#include <ATen/core/Tensor.h>

namespace roentgen {

// As Pool2d::forward of a maximum and GlobalAvgPool::forward, NaN included. x: [N, C, H, W]. Float
// or bfloat16 with NHWC strides on the CPU goes its own way, anything else LibTorch's.
at::Tensor maxPool(const at::Tensor& x, const Pool2d& pool);
// Returns [N, C]; float where x is bfloat16.
at::Tensor globalAverage(const at::Tensor& x);

}  // namespace roentgen
