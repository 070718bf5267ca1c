#include "core/network/network.h"

#include "core/error.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

namespace roentgen {
namespace {

constexpr size_t shownNames = 10;

void listNames(std::string& message, const char* title, const std::vector<std::string>& names) {
  if (names.empty()) return;
  message += text("; ", title, " ");
  for (size_t i = 0; i < std::min(names.size(), shownNames); ++i) {
    message += text(i ? ", " : "", names[i]);
  }
  if (names.size() > shownNames) message += text(" and ", names.size() - shownNames, " more");
}

}  // namespace

at::Tensor Network::forward(at::Tensor x, const Mode& mode) {
  for (auto& [name, layer] : layers_) {
    x = layer->forward(std::move(x), mode);
    if (mode.observer) (*mode.observer)(name, x);
  }
  return x;
}

std::vector<at::Tensor> Network::trainable() const {
  std::vector<at::Tensor> parameters;
  for (const State& entry : state_) {
    if (entry.trainable) parameters.push_back(entry.tensor);
  }
  return parameters;
}

void Network::load(const StateDictionary& state) {
  std::vector<std::string> missing, unexpected, wrong;
  StateDictionary rest = state;
  for (const State& entry : state_) {
    const auto found = rest.find(entry.name);
    if (found == rest.end()) {
      missing.push_back(entry.name);
      continue;
    }
    const at::Tensor& tensor = found->second;
    const bool sameKind = tensor.is_floating_point() == entry.tensor.is_floating_point();
    if (tensor.sizes() != entry.tensor.sizes() || !sameKind) {
      wrong.push_back(text(entry.name, " (", tensor.toString(), " ", tensor.sizes(), ", expected ",
                           entry.tensor.toString(), " ", entry.tensor.sizes(), ")"));
    } else if (tensor.is_floating_point() && !at::isfinite(tensor).all().item<bool>()) {
      wrong.push_back(text(entry.name, " (holds NaN or infinity)"));
    }
    rest.erase(found);
  }
  for (const auto& [name, tensor] : rest)
    unexpected.push_back(name);
  if (!missing.empty() || !unexpected.empty() || !wrong.empty()) {
    std::string message = "The weights do not fit the network";
    listNames(message, "missing", missing);
    listNames(message, "unexpected", unexpected);
    listNames(message, "wrong", wrong);
    throw Error("ERR_MODEL_MISMATCH", message);
  }
  const at::NoGradGuard noGrad;
  for (State& entry : state_)
    entry.tensor.copy_(state.at(entry.name));
}

at::Device Network::device() const {
  return state_.empty() ? at::Device(at::kCPU) : state_.front().tensor.device();
}

void Network::to(at::Device device) {
  for (State& entry : state_) {
    if (entry.tensor.is_floating_point()) entry.tensor.set_data(entry.tensor.detach().to(device));
  }
}

void Network::to(at::ScalarType type) {
  for (State& entry : state_) {
    if (entry.tensor.is_floating_point()) entry.tensor.set_data(entry.tensor.detach().to(type));
  }
}

}  // namespace roentgen
