#include "core/training/average.h"

#include "core/error.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

namespace roentgen {
namespace {

constexpr char updatesKey[] = "average.updates";

std::string keyOf(const std::string& name) {
  return text("average.", name);
}

}  // namespace

WeightAverage::WeightAverage(const Network& network, double decay) : decay_(decay) {
  for (const State& entry : network.state()) {
    // Counters of batches have no average.
    if (!entry.tensor.is_floating_point()) continue;
    names_.push_back(keyOf(entry.name));
    weights_.push_back(entry.tensor.detach());
    averages_.push_back(weights_.back().clone());
  }
}

void WeightAverage::update() {
  const at::NoGradGuard noGrad;
  ++updates_;
  const auto t = static_cast<double>(updates_);
  at::_foreach_lerp_(averages_, weights_, 1 - std::min(decay_, (1 + t) / (10 + t)));
}

void WeightAverage::exchange() {
  const at::NoGradGuard noGrad;
  for (size_t i = 0; i < weights_.size(); ++i) {
    const auto weight = weights_[i].clone();
    weights_[i].copy_(averages_[i]);
    averages_[i].copy_(weight);
  }
}

StateDictionary WeightAverage::state() const {
  StateDictionary state{{updatesKey, at::full({}, updates_, at::kLong)}};
  for (size_t i = 0; i < names_.size(); ++i)
    state[names_[i]] = averages_[i];
  return state;
}

void WeightAverage::load(const StateDictionary& state) {
  const at::NoGradGuard noGrad;
  const auto find = [&](const std::string& name, at::IntArrayRef sizes) {
    const auto found = state.find(name);
    if (found == state.end() || found->second.sizes() != sizes)
      throw Error("ERR_MODEL_MISMATCH", text("The averaged weights lack ", name));
    return found->second;
  };
  updates_ = find(updatesKey, {}).item<int64_t>();
  for (size_t i = 0; i < names_.size(); ++i)
    averages_[i].copy_(find(names_[i], averages_[i].sizes()));
}

}  // namespace roentgen
