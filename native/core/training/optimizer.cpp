#include "core/training/optimizer.h"

#include "core/error.h"
#include "core/named.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

namespace roentgen {

namespace {

constexpr Named<Algorithm, 5> names{{{"adam", Algorithm::adam},
                                     {"adamw", Algorithm::adamw},
                                     {"sgd", Algorithm::sgd},
                                     {"rmsprop", Algorithm::rmsprop},
                                     {"lion", Algorithm::lion}}};

using Tensors = std::vector<at::Tensor>;

// The layer of a parameter or, of a ResNet, its stage.
std::string unitOf(const std::string& parameter) {
  return parameter.substr(0, parameter.find('.'));
}

// Hinton 2012, lecture 6e, as PyTorch's RMSprop computes it.
void rmsprop(const Tensors& parameters, Tensors gradients, const Tensors& squares,
             const Tensors& buffers, const OptimizerOptions& o, double rate, double decay) {
  if (decay != 0) gradients = at::_foreach_add(gradients, parameters, decay);
  at::_foreach_mul_(squares, o.alpha);
  at::_foreach_addcmul_(squares, gradients, gradients, 1 - o.alpha);
  auto averages = at::_foreach_sqrt(squares);
  at::_foreach_add_(averages, o.epsilon);
  if (buffers.empty()) {
    at::_foreach_addcdiv_(parameters, gradients, averages, -rate);
    return;
  }
  at::_foreach_mul_(buffers, o.momentum);
  at::_foreach_addcdiv_(buffers, gradients, averages, 1);
  at::_foreach_add_(parameters, buffers, -rate);
}

// Chen et al. 2023, algorithm 2.
void lion(const Tensors& parameters, const Tensors& gradients, const Tensors& moments,
          const OptimizerOptions& o, double rate, double decay) {
  at::_foreach_mul_(parameters, 1 - rate * decay);
  auto updates = at::_foreach_lerp(moments, gradients, 1 - o.beta1);
  at::_foreach_sign_(updates);
  at::_foreach_add_(parameters, updates, -rate);
  at::_foreach_lerp_(moments, gradients, 1 - o.beta2);
}

}  // namespace

Algorithm algorithmByName(const std::string& name) {
  return byName(names, name, "ERR_INVALID_ARGUMENT", "optimizer");
}

Optimizer::Optimizer(const std::vector<State>& parameters, const OptimizerOptions& options)
    : options_(options) {
  const auto device = parameters.empty() ? at::Device(at::kCPU) : parameters[0].tensor.device();
  rate_ =
      at::zeros({}, at::TensorOptions(device).dtype(device.is_cpu() ? at::kDouble : at::kFloat));
  std::vector<std::string> units;
  for (const State& parameter : parameters) {
    if (const auto unit = unitOf(parameter.name); units.empty() || units.back() != unit)
      units.push_back(unit);
  }
  const auto isHead = [&](const std::string& unit) {
    return std::find(options.head.begin(), options.head.end(), unit) != options.head.end();
  };
  for (const State& parameter : parameters) {
    const auto unit = std::find(units.begin(), units.end(), unitOf(parameter.name));
    const auto depth = static_cast<double>(std::distance(unit, units.end()) - 1);
    const double part = isHead(*unit) ? 1 : options.backboneRate;
    slots_.push_back(makeSlot(parameter, part * std::pow(options.layerDecay, depth)));
  }
}

Optimizer::Slot Optimizer::makeSlot(const State& parameter, double rateFactor) const {
  // Biases, and the scales and shifts of norms, have one dimension.
  const bool decays = options_.decayAll || parameter.tensor.dim() > 1;
  const auto algorithm = options_.algorithm;
  const bool adam = algorithm == Algorithm::adam || algorithm == Algorithm::adamw;
  const bool momentum = options_.momentum != 0;
  const auto zeros = at::zeros_like(parameter.tensor.detach());
  Slot slot{.name = parameter.name,
            .parameter = parameter.tensor,
            .first = {},
            .second = {},
            .steps = {},
            .rateFactor = rateFactor,
            .weightDecay = decays ? options_.weightDecay : 0};
  if (algorithm != Algorithm::sgd || momentum) slot.first = zeros;
  if (adam || (algorithm == Algorithm::rmsprop && momentum)) slot.second = zeros.clone();
  if (adam) slot.steps = at::zeros({}, zeros.options().dtype(at::kFloat));
  return slot;
}

void Optimizer::setRate(double learningRate) {
  rate_.fill_(learningRate);
}

void Optimizer::step() {
  const at::NoGradGuard noGrad;
  auto groups = takeGradients();
  if (options_.clipNorm > 0) clip(groups);
  for (const Group& group : groups)
    update(group);
}

void Optimizer::dropGradients() {
  for (Slot& slot : slots_)
    slot.parameter.mutable_grad() = at::Tensor();
}

bool Optimizer::recordable() const {
  return options_.algorithm != Algorithm::rmsprop && options_.algorithm != Algorithm::lion;
}

std::vector<Optimizer::Group> Optimizer::takeGradients() {
  std::vector<Group> groups;
  for (Slot& slot : slots_) {
    if (!slot.parameter.requires_grad()) continue;
    auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& candidate) {
      return candidate.rateFactor == slot.rateFactor && candidate.weightDecay == slot.weightDecay;
    });
    if (group == groups.end()) {
      group = groups.insert(group,
                            Group{.rateFactor = slot.rateFactor, .weightDecay = slot.weightDecay});
    }
    at::Tensor& gradient = slot.parameter.mutable_grad();
    group->parameters.push_back(slot.parameter);
    group->gradients.push_back(gradient.defined() ? std::move(gradient)
                                                  : at::zeros_like(slot.parameter));
    gradient = at::Tensor();
    if (slot.first.defined()) group->first.push_back(slot.first);
    if (slot.second.defined()) group->second.push_back(slot.second);
    if (slot.steps.defined()) group->steps.push_back(slot.steps);
  }
  return groups;
}

// As torch.nn.utils.clip_grad_norm_.
void Optimizer::clip(std::vector<Group>& groups) const {
  Tensors norms;
  for (const Group& group : groups) {
    for (auto& norm : at::_foreach_norm(group.gradients, 2))
      norms.push_back(norm);
  }
  if (norms.empty()) return;
  const auto factor =
      (options_.clipNorm / (at::linalg_vector_norm(at::stack(norms), 2) + 1e-6)).clamp_max(1);
  for (Group& group : groups)
    at::_foreach_mul_(group.gradients, factor);
}

void Optimizer::update(const Group& group) const {
  const auto& o = options_;
  const auto& [factor, decay, parameters, gradients, first, second, steps] = group;
  const at::Tensor rate = factor == 1 ? rate_ : rate_ * factor;
  const auto adam = [&](auto fused) {
    at::_foreach_add_(steps, 1);
    fused(parameters, gradients, first, second, /*max_exp_avg_sqs=*/{}, steps, rate, o.beta1,
          o.beta2, decay, o.epsilon, /*amsgrad=*/false, /*maximize=*/false, /*grad_scale=*/{},
          /*found_inf=*/{});
  };
  switch (o.algorithm) {
    case Algorithm::adam:
      return adam(at::_ops::_fused_adam__tensor_lr::call);
    case Algorithm::adamw:
      return adam(at::_ops::_fused_adamw__tensor_lr::call);
    case Algorithm::sgd:
      // Without dampening a momentum of zeros makes the first step what PyTorch's is.
      return at::_fused_sgd_(parameters, gradients, first, decay, o.momentum, rate,
                             /*dampening=*/0, o.nesterov, /*maximize=*/false,
                             /*is_first_step=*/false);
    case Algorithm::rmsprop:
      return rmsprop(parameters, gradients, first, second, o, rate.item<double>(), decay);
    case Algorithm::lion:
      return lion(parameters, gradients, first, o, rate.item<double>(), decay);
  }
}

StateDictionary Optimizer::state() const {
  StateDictionary state;
  for (const Slot& slot : slots_) {
    for (const auto& [kind, tensor] : moments(slot)) {
      if (tensor.defined()) state[text("optimizer.", kind, ".", slot.name)] = tensor;
    }
  }
  return state;
}

void Optimizer::load(const StateDictionary& state) {
  const at::NoGradGuard noGrad;
  for (const Slot& slot : slots_) {
    for (const auto& [kind, tensor] : moments(slot)) {
      if (!tensor.defined()) continue;
      const std::string name = text("optimizer.", kind, ".", slot.name);
      const auto found = state.find(name);
      if (found == state.end() || found->second.sizes() != tensor.sizes()) {
        throw Error("ERR_MODEL_MISMATCH", text("The optimizer's state lacks ", name));
      }
      tensor.copy_(found->second);
    }
  }
}

std::array<std::pair<const char*, at::Tensor>, 3> Optimizer::moments(const Slot& slot) {
  return {{{"first", slot.first}, {"second", slot.second}, {"steps", slot.steps}}};
}

}  // namespace roentgen
