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
  std::vector<std::string> head = {};  // layers that `backboneRate` leaves out
  double backboneRate = 1;             // factor of the learning rate of all other layers
  double clipNorm = 0;                 // largest norm of all gradients together; 0 is none
  double momentum = 0.9;               // sgd, rmsprop
  bool nesterov = false;               // sgd
  double beta1 = 0.9, beta2 = 0.999;   // adam, adamw, lion
  double alpha = 0.99;                 // rmsprop: share of the mean square that is kept
  double epsilon = 1e-8;               // adam, adamw, rmsprop
};

class Optimizer {
 public:
  // `parameters` with their names, in the network's order; gradients are read from them.
  Optimizer(const std::vector<State>& parameters, const OptimizerOptions& options);

  // Of the next updates. It is kept where the parameters are, so that a recorded update reads it.
  void setRate(double learningRate);
  // One update from the gradients, which are then dropped. What needs no gradient now stays as it
  // is, its moments too.
  void step();
  void dropGradients();
  // Whether an update asks nothing of the CPU but to launch it.
  bool recordable() const;

  // Moments and step counts under "optimizer.<kind>.<parameter>".
  StateDictionary state() const;
  // Throws ERR_MODEL_MISMATCH where a moment is missing or has another shape.
  void load(const StateDictionary& state);

 private:
  // A parameter and what the algorithm keeps of it; undefined where it needs none.
  struct Slot {
    std::string name;
    at::Tensor parameter, first, second, steps;
    double rateFactor, weightDecay;
  };
  // Parameters that are updated alike, as the kernels take them.
  struct Group {
    double rateFactor, weightDecay;
    std::vector<at::Tensor> parameters = {}, gradients = {};
    std::vector<at::Tensor> first = {}, second = {}, steps = {};
  };
  // The kinds of state, by name.
  static std::array<std::pair<const char*, at::Tensor>, 3> moments(const Slot& slot);

  Slot makeSlot(const State& parameter, double rateFactor) const;
  std::vector<Group> takeGradients();
  void clip(std::vector<Group>& groups) const;
  void update(const Group& group) const;

  std::vector<Slot> slots_;
  at::Tensor rate_;  // scalar: double on the CPU, float elsewhere, as the fused kernels read it
  OptimizerOptions options_;
};

}  // namespace roentgen
