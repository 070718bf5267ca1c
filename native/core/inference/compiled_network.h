// A network made ready for inference alone: normalization folded away, additions and ReLUs fused
// into convolutions.
#pragma once

#include "core/network/network.h"

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

namespace roentgen {

class CompiledNetwork {
 public:
  // Takes a copy of the weights as they are now, in `type`: float or bfloat16.
  CompiledNetwork(const Network& network, at::ScalarType type);

  // x: [N, C, H, W] float, normalized, NHWC strides. Returns float [N, outputs], or images of a
  // reconstruction. May be called from several threads at once.
  at::Tensor forward(at::Tensor x) const;

  // One or several layers.
  using Step = std::function<at::Tensor(at::Tensor)>;

 private:
  at::ScalarType type_;
  std::vector<Step> steps_;
};

}  // namespace roentgen
