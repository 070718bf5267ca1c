// Adam, AdamW and SGD through LibTorch's fused kernels: one call updates every parameter.
#pragma once

#include "core/network/network.h"

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace roentgen {

enum class Algorithm { adam, adamw, sgd };

// Throws ERR_INVALID_ARGUMENT for an unknown name.
Algorithm algorithmByName(const std::string& name);

struct OptimizerOptions {
  Algorithm algorithm = Algorithm::adam;
  double weightDecay = 0;
  double momentum = 0.9;              // sgd
  double beta1 = 0.9, beta2 = 0.999;  // adam, adamw
  double epsilon = 1e-8;              // adam, adamw
};

class Optimizer {
 public:
  // `parameters` with their names; gradients are read from them.
  Optimizer(std::vector<State> parameters, const OptimizerOptions& options);

  // One update from the gradients, which are then dropped.
  void step(double learningRate);

  // Moments and step counts under "optimizer.<kind>.<parameter>".
  StateDictionary state() const;
  // Throws ERR_MODEL_MISMATCH where a moment is missing or has another shape.
  void load(const StateDictionary& state);

 private:
  std::vector<std::pair<std::string, std::vector<at::Tensor>*>> slots();

  std::vector<std::string> names_;
  std::vector<at::Tensor> parameters_;
  OptimizerOptions options_;
  std::vector<at::Tensor> first_, second_, steps_;  // sgd keeps its momentum buffer in `first_`
  bool started_ = false;
};

}  // namespace roentgen
