#include "core/network/working_weights.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

namespace roentgen {

at::Tensor WorkingWeights::of(const at::Tensor& weight) {
  if (weight.scalar_type() == compute_) return weight;
  if (!weight.is_leaf()) return weight.to(compute_);
  const auto [place, added] = places_.try_emplace(weight.unsafeGetTensorImpl(), copies_.size());
  if (added) {
    weights_.push_back(weight);
    copies_.push_back(weight.detach().to(compute_));
  }
  at::Tensor& copy = copies_[place->second];
  return copy.set_requires_grad(weight.requires_grad());
}

void WorkingWeights::giveGradients() {
  const at::NoGradGuard noGrad;
  std::vector<at::Tensor> given, taken, sums, further;
  for (size_t i = 0; i < copies_.size(); ++i) {
    at::Tensor& gradient = copies_[i].mutable_grad();
    if (!gradient.defined()) continue;
    given.push_back(gradient);
    taken.push_back(at::empty_like(weights_[i]));
    gradient = at::Tensor();
    at::Tensor& sum = weights_[i].mutable_grad();
    if (sum.defined()) {
      sums.push_back(sum);
      further.push_back(taken.back());
    } else {
      sum = taken.back();
    }
  }
  if (!given.empty()) at::_foreach_copy_(taken, given);
  if (!sums.empty()) at::_foreach_add_(sums, further);
}

void WorkingWeights::dropGradients() {
  for (at::Tensor& copy : copies_)
    copy.mutable_grad() = at::Tensor();
}

void WorkingWeights::refresh() {
  const at::NoGradGuard noGrad;
  if (!copies_.empty()) at::_foreach_copy_(copies_, weights_);
}

}  // namespace roentgen
