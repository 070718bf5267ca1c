// An exponential moving average of a network's weights (Polyak and Juditsky 1992; TensorFlow's and
// timm's EMA).
#pragma once

#include "core/network/network.h"

#include <cstdint>
#include <string>
#include <vector>

namespace roentgen {

class WeightAverage {
 public:
  // Begins at the network's weights. `decay` in (0, 1): the share of the old average that each
  // update keeps, less in the beginning, min(decay, (1 + t) / (10 + t)), so that the first weights
  // are soon forgotten.
  WeightAverage(const Network& network, double decay);

  // Takes the network's weights in, norms' moving statistics included.
  void update();
  // The network's weights become the average and the average the weights; a second call undoes it.
  void exchange();

  // The average under "average.<name>", and its number of updates.
  StateDictionary state() const;
  // Throws ERR_MODEL_MISMATCH where a tensor is missing or has another shape.
  void load(const StateDictionary& state);

 private:
  double decay_;
  int64_t updates_ = 0;
  std::vector<std::string> names_;
  std::vector<at::Tensor> weights_, averages_;
};

}  // namespace roentgen
