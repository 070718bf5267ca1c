// The layers that are one operation each.
#pragma once

#include "core/network/activation.h"
#include "core/network/layer.h"

#include <array>
#include <cstdint>

namespace roentgen {

// Rows or columns added before and after; `same` padding may differ by one on the two sides.
struct Padding {
  int64_t top = 0, bottom = 0, left = 0, right = 0;
  bool symmetric() const { return top == bottom && left == right; }
  bool any() const { return top || bottom || left || right; }
};

struct Conv2d final : Layer {
  at::Tensor weight;  // [out, in / groups, kernel, kernel], float, NHWC strides
  at::Tensor bias;    // [out] or undefined
  std::array<int64_t, 2> stride{1, 1};
  Padding padding;
  int64_t groups = 1;
  at::Tensor forward(at::Tensor x, const Mode& mode) override;
};

struct BatchNorm final : Layer {
  at::Tensor weight, bias, runningMean, runningVar;  // [channels]
  at::Tensor batches;  // int64 scalar on the CPU, counted for torchvision's sake
  double epsilon = 1e-5;
  double momentum = 0.1;  // weight of the new batch's statistic
  at::Tensor forward(at::Tensor x, const Mode& mode) override;
  // Without scale and shift where they are undefined. Where training leaves scale and shift alone
  // the running statistics stay too, and normalize.
  at::Tensor normalize(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& shift,
                       const Mode& mode);
};

struct Linear final : Layer {
  at::Tensor weight, bias;  // [out, in], [out] or undefined
  at::Tensor forward(at::Tensor x, const Mode& mode) override;
};

struct Activate final : Layer {
  Activation function = Activation::none;
  at::Tensor forward(at::Tensor x, const Mode& mode) override;
};

struct Pool2d final : Layer {
  bool maximum = true;
  std::array<int64_t, 2> kernel{2, 2};
  std::array<int64_t, 2> stride{2, 2};
  Padding padding;
  at::Tensor forward(at::Tensor x, const Mode& mode) override;
};

// A ReLU and the max pooling behind it. The two commute, and pooling first leaves a quarter for the
// ReLU.
struct ReluMaxPool2d final : Layer {
  std::string activationName;
  Pool2d pool;
  at::Tensor forward(at::Tensor x, const Mode& mode) override;
};

// A batch normalization of the input and the convolution behind it. Scale and shift go into the
// filters: conv(γ·x̂ + β, W) = conv(x̂, γ·W) + Σ β·W where nothing is padded. Their gradients then
// come from the filters' and none flows through the convolution to the images, which is a third of
// a small network's step.
struct NormalizedConv2d final : Layer {
  std::string normName;
  BatchNorm norm;
  Conv2d conv;
  at::Tensor forward(at::Tensor x, const Mode& mode) override;
};

struct ZeroPad2d final : Layer {
  Padding padding;
  at::Tensor forward(at::Tensor x, const Mode& mode) override;
};

struct GlobalAvgPool final : Layer {
  at::Tensor forward(at::Tensor x, const Mode& mode) override;
};

struct Upsample2d final : Layer {
  int64_t scale = 2;
  at::Tensor forward(at::Tensor x, const Mode& mode) override;
};

struct Flatten final : Layer {
  at::Tensor forward(at::Tensor x, const Mode& mode) override;
};

struct Dropout final : Layer {
  double rate = 0.5;
  at::Tensor forward(at::Tensor x, const Mode& mode) override;
  bool draws() const override { return rate > 0; }
};

}  // namespace roentgen
