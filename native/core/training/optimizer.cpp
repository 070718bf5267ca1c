#include "core/training/optimizer.h"

#include "core/error.h"
#include "core/named.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

namespace roentgen {

namespace {

constexpr Named<Algorithm, 3> names{
    {{"adam", Algorithm::adam}, {"adamw", Algorithm::adamw}, {"sgd", Algorithm::sgd}}};

}  // namespace

Algorithm algorithmByName(const std::string& name) {
  return byName(names, name, "ERR_INVALID_ARGUMENT", "optimizer");
}

Optimizer::Optimizer(std::vector<State> parameters, const OptimizerOptions& options)
    : options_(options) {
  const bool adaptive = options.algorithm != Algorithm::sgd;
  for (State& parameter : parameters) {
    names_.push_back(std::move(parameter.name));
    parameters_.push_back(parameter.tensor);
    const auto zeros = at::zeros_like(parameter.tensor.detach());
    if (adaptive || options.momentum != 0) first_.push_back(zeros);
    if (adaptive) {
      second_.push_back(zeros.clone());
      steps_.push_back(at::zeros({}, zeros.options().dtype(at::kFloat)));
    }
  }
}

void Optimizer::step(double learningRate) {
  const at::NoGradGuard noGrad;
  std::vector<at::Tensor> gradients;
  gradients.reserve(parameters_.size());
  for (at::Tensor& parameter : parameters_) {
    at::Tensor& gradient = parameter.mutable_grad();
    gradients.push_back(gradient.defined() ? gradient : at::zeros_like(parameter));
    gradient = at::Tensor();
  }
  const auto& o = options_;
  if (o.algorithm == Algorithm::sgd) {
    at::_fused_sgd_(parameters_, gradients, first_, o.weightDecay, o.momentum, learningRate,
                    /*dampening=*/0,
                    /*nesterov=*/false, /*maximize=*/false, /*is_first_step=*/!started_);
  } else {
    at::_foreach_add_(steps_, 1);
    const auto update =
        o.algorithm == Algorithm::adam
            ? static_cast<decltype(&at::_ops::_fused_adam_::call)>(at::_ops::_fused_adam_::call)
            : at::_ops::_fused_adamw_::call;
    update(parameters_, gradients, first_, second_, /*max_exp_avg_sqs=*/{}, steps_, learningRate,
           o.beta1, o.beta2, o.weightDecay, o.epsilon, /*amsgrad=*/false, /*maximize=*/false,
           /*grad_scale=*/{}, /*found_inf=*/{});
  }
  started_ = true;
}

std::vector<std::pair<std::string, std::vector<at::Tensor>*>> Optimizer::slots() {
  return {{"first", &first_}, {"second", &second_}, {"steps", &steps_}};
}

StateDictionary Optimizer::state() const {
  StateDictionary state;
  for (const auto& [kind, tensors] : const_cast<Optimizer*>(this)->slots()) {
    for (size_t i = 0; i < tensors->size(); ++i)
      state[text("optimizer.", kind, ".", names_[i])] = (*tensors)[i];
  }
  return state;
}

void Optimizer::load(const StateDictionary& state) {
  const at::NoGradGuard noGrad;
  for (const auto& [kind, tensors] : slots()) {
    for (size_t i = 0; i < tensors->size(); ++i) {
      const std::string name = text("optimizer.", kind, ".", names_[i]);
      const auto found = state.find(name);
      if (found == state.end() || found->second.sizes() != (*tensors)[i].sizes()) {
        throw Error("ERR_MODEL_MISMATCH", text("The optimizer's state lacks ", name));
      }
      (*tensors)[i].copy_(found->second);
    }
  }
  started_ = true;
}

}  // namespace roentgen
