// A network made ready for inference alone: normalization folded away, additions and ReLUs fused
// into convolutions.
#pragma once

#include "core/cancellation.h"
#include "core/network/network.h"

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

namespace roentgen {

class CompiledNetwork {
 public:
  // Takes a copy of the weights as they are now, in `type`: float or bfloat16.
  CompiledNetwork(const Network& network, at::ScalarType type);

  // x: [N, C, H, W] float, normalized, NHWC strides; it is left as it is. Returns float
  // [N, outputs], or images of a reconstruction. May be called from several threads at once. Throws
  // ABORT_ERR between two layers.
  at::Tensor forward(const at::Tensor& x, const Cancellation& cancellation = {}) const;

  // One or several layers. May overwrite what it takes.
  using Step = std::function<at::Tensor(at::Tensor)>;

 private:
  at::ScalarType type_;
  bool copies_;  // the input, which the first step would overwrite
  std::vector<Step> steps_;
};

}  // namespace roentgen
