// Weights in the type that convolutions compute in, beside the float ones that training changes:
// all are copied at once after an update, where a pass that converts would do so layer by layer.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <unordered_map>
#include <vector>

namespace roentgen {

class WorkingWeights {
 public:
  explicit WorkingWeights(at::ScalarType compute) : compute_(compute) {}

  // The copy of a weight, made at the first call; a tensor that was computed from weights is
  // converted, and so are its gradients.
  at::Tensor of(const at::Tensor& weight);
  // After a backward pass: adds the copies' gradients to those of the weights.
  void giveGradients();
  void dropGradients();
  // After the weights have changed.
  void refresh();

 private:
  at::ScalarType compute_;
  std::vector<at::Tensor> weights_, copies_;
  std::unordered_map<const c10::TensorImpl*, size_t> places_;  // in both lists
};

}  // namespace roentgen
