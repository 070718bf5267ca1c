// A network made ready for inference alone: normalization folded away, additions and ReLUs fused
// into convolutions.
#pragma once

#include "core/cancellation.h"
#include "core/inference/captured_graph.h"
#include "core/network/network.h"

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <vector>

namespace roentgen {

class CompiledNetwork {
 public:
  // Takes a copy of the weights as they are now to the device, in `type`: float or bfloat16.
  // `mirror`: whether outputs are averaged with those of the mirror image. Throws ERR_DEVICE where
  // the device is not there.
  CompiledNetwork(const Network& network, at::ScalarType type, at::Device device = at::kCPU,
                  bool mirror = false);
  ~CompiledNetwork();
  CompiledNetwork(const CompiledNetwork&) = delete;
  CompiledNetwork& operator=(const CompiledNetwork&) = delete;

  // x: [N, C, H, W] float on the CPU, normalized, NHWC strides; it is left as it is. Returns float
  // [N, outputs], or images of a reconstruction. May be called from several threads at once. Throws
  // ABORT_ERR between two layers on the CPU.
  at::Tensor forward(const at::Tensor& x, const Cancellation& cancellation = {}) const;

  // One or several layers. May overwrite what it takes.
  using Step = std::function<at::Tensor(at::Tensor)>;

 private:
  at::Tensor outputs(const at::Tensor& x, const Cancellation& cancellation) const;
  at::Tensor pass(const at::Tensor& x, const Cancellation& cancellation) const;

  at::TensorOptions options_;
  bool copies_;  // the input, which the first step would overwrite
  bool mirror_;
  std::vector<Step> steps_;
  std::unique_ptr<CapturedGraphs> graphs_;  // of an accelerator
};

}  // namespace roentgen
