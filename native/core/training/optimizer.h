// The optimizers: one call updates every parameter, through LibTorch's fused kernels where there is
// one.
#pragma once

#include "core/network/network.h"

#include <ATen/core/Tensor.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace roentgen {

enum class Algorithm { adam, adamw, sgd, rmsprop, lion };

// Throws ERR_INVALID_ARGUMENT for an unknown name.
Algorithm algorithmByName(const std::string& name);

struct OptimizerOptions {
  Algorithm algorithm = Algorithm::adam;
  double weightDecay = 0;
  bool decayAll = false;  // biases and the parameters of norms too
  double layerDecay = 1;  // factor of the learning rate from one layer to the one before
  double clipNorm = 0;    // largest norm of all gradients together; 0 is none
  double momentum = 0.9;  // sgd, rmsprop
  bool nesterov = false;  // sgd
  double beta1 = 0.9, beta2 = 0.999;  // adam, adamw, lion
  double alpha = 0.99;                // rmsprop: share of the mean square that is kept
  double epsilon = 1e-8;              // adam, adamw, rmsprop
};

class Optimizer {
 public:
  // `parameters` with their names, in the network's order; gradients are read from them.
  Optimizer(std::vector<State> parameters, const OptimizerOptions& options);

  // One update from the gradients, which are then dropped.
  void step(double learningRate);

  // Moments and step counts under "optimizer.<kind>.<parameter>".
  StateDictionary state() const;
  // Throws ERR_MODEL_MISMATCH where a moment is missing or has another shape.
  void load(const StateDictionary& state);

 private:
  // Parameters that are updated alike.
  struct Group {
    double rateFactor = 1, weightDecay = 0;
    std::vector<std::string> names = {};
    std::vector<at::Tensor> parameters = {}, gradients = {};
    std::vector<at::Tensor> first = {}, second = {}, steps = {};  // what an algorithm needs of them
  };

  using Slots = std::array<std::pair<const char*, const std::vector<at::Tensor>*>, 3>;

  // The kinds of state, by name.
  static Slots slots(const Group& group);
  void addParameter(State parameter, double rateFactor);
  void clipGradients();
  void update(Group& group, double learningRate) const;

  std::vector<Group> groups_;
  OptimizerOptions options_;
  bool started_ = false;
};

}  // namespace roentgen
