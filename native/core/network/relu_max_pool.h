// ReLU followed by 2×2 max pooling as one pass each way.
//
// After a convolution these are the largest tensors of a small network. Apart they cost five passes
// and an index of eight bytes per output; together one pass forward, one backward, and one byte.
#pragma once

#include <ATen/core/Tensor.h>

namespace roentgen {

// relu(x) pooled by 2×2 windows with stride 2; an odd last row or column is left out.
// x: [N, C, H, W] with NHWC strides, float or bfloat16, on the CPU. Differentiable; equal to
// LibTorch's two operations in values and gradients, NaN included.
at::Tensor reluMaxPool2x2(const at::Tensor& x);

// Whether `reluMaxPool2x2` takes this tensor.
bool canReluMaxPool2x2(const at::Tensor& x);

}  // namespace roentgen
