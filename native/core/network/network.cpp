#include "core/network/network.h"

#include "core/error.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <iterator>

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

at::Tensor Network::forward(at::Tensor x, const Mode& mode, size_t first) {
  return run(std::move(x), mode, first, layers_.size());
}

at::Tensor Network::features(at::Tensor x, const Mode& mode, size_t count, size_t first) {
  return run(std::move(x), mode, first, count);
}

at::Tensor Network::run(at::Tensor x, const Mode& mode, size_t first, size_t end) {
  if (mode.observer && first == 0) (*mode.observer)(inputSource, x);
  for (size_t i = first; i < end; ++i) {
    x = layers_[i].layer->forward(std::move(x), mode);
    if (mode.observer) (*mode.observer)(layers_[i].name, x);
  }
  return x;
}

FeatureShape Network::featureShape(size_t count) const {
  if (count > 0) return layers_[count - 1].output;
  return {shape_.channels, shape_.height, shape_.width};
}

std::vector<const Layer*> Network::sequence() const {
  std::vector<const Layer*> layers;
  for (const NamedLayer& entry : layers_)
    layers.push_back(entry.layer.get());
  return layers;
}

std::vector<State> Network::trainable() const {
  std::vector<State> parameters;
  std::copy_if(state_.begin(), state_.end(), std::back_inserter(parameters),
               [](const State& entry) { return entry.trainable; });
  return parameters;
}

std::vector<const LayerOutput*> Network::find(const std::vector<std::string>& names) const {
  if (names.empty()) throw Error("ERR_INVALID_ARGUMENT", "No layer was named");
  std::vector<const LayerOutput*> found;
  for (const std::string& name : names) {
    const auto output = std::find_if(outputs_.begin(), outputs_.end(),
                                     [&](const LayerOutput& known) { return known.name == name; });
    if (output == outputs_.end()) {
      std::string known;
      for (const LayerOutput& one : outputs_)
        known += text(known.empty() ? "" : ", ", one.name);
      throw Error("ERR_INVALID_ARGUMENT",
                  text("The network has no layer \"", name, "\": expected one of ", known));
    }
    found.push_back(&*output);
  }
  return found;
}

std::vector<bool> Network::select(const std::vector<std::string>& names) const {
  std::vector<bool> selected(state_.size());
  for (const std::string& name : names) {
    bool any = false;
    for (size_t i = 0; i < state_.size(); ++i) {
      if (state_[i].name != name && !state_[i].name.starts_with(name + ".")) continue;
      selected[i] = any = true;
    }
    if (!any) {
      throw Error("ERR_INVALID_ARGUMENT",
                  text("The network has no layer \"", name, "\" with weights"));
    }
  }
  return selected;
}

void Network::freeze(const std::vector<std::string>& names) {
  const auto frozen = select(names);
  for (size_t i = 0; i < state_.size(); ++i) {
    if (state_[i].trainable) state_[i].tensor.set_requires_grad(!frozen[i]);
  }
}

void Network::randomize(const std::vector<std::string>& names, uint64_t seed) {
  const auto chosen = select(names);
  const auto drawn = build(spec_, shape_, seed);
  const at::NoGradGuard noGrad;
  for (size_t i = 0; i < state_.size(); ++i) {
    if (chosen[i]) state_[i].tensor.copy_(drawn->state_[i].tensor);
  }
}

void Network::countBatch() {
  for (NormCount& norm : norms_) {
    if (norm.weight.requires_grad()) ++*norm.batches.mutable_data_ptr<int64_t>();
  }
}

size_t Network::frozenLayers() const {
  size_t count = 0, state = 0;
  for (const NamedLayer& layer : layers_) {
    for (; state < layer.stateEnd; ++state) {
      if (state_[state].tensor.requires_grad()) return count;
    }
    if (layer.layer->draws()) return count;
    ++count;
  }
  return count;
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
