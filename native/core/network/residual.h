// The three residual blocks: torchvision's basic and bottleneck, and Keras's pre-activation.
#pragma once

#include "core/network/layers.h"

#include <optional>
#include <vector>

namespace roentgen {

// He et al. 2016, Deep residual learning, figure 5. Convolution and normalization pairs with ReLU
// between, the input added before the last ReLU; two pairs make the basic block, three the
// bottleneck.
struct ResidualBlock final : Layer {
  struct Pair {
    std::string name;  // of the convolution, for the observer
    Conv2d conv;
    BatchNorm norm;
  };
  std::vector<Pair> pairs;
  std::optional<Pair> downsample;
  at::Tensor forward(at::Tensor x, const Mode& mode) override;
};

// He et al. 2016, Identity mappings, figure 4e, as keras.applications.resnet builds
// `residual_block_v2`: normalization and ReLU come first, and the shortcut is a convolution of the
// activated input (first block of a stage) or the raw input, subsampled where the block has a
// stride.
struct PreActivationBlock final : Layer {
  std::string name;
  BatchNorm preact, norm1, norm2;
  Conv2d conv1, conv2, conv3;
  std::optional<Conv2d> shortcut;
  int64_t stride = 1;
  at::Tensor forward(at::Tensor x, const Mode& mode) override;
};

}  // namespace roentgen
