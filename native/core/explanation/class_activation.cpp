#include "core/explanation/class_activation.h"

#include "core/error.h"
#include "core/explanation/targets.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <utility>

namespace roentgen {
namespace {

// The activations of the layers asked for, and the graph from the earliest of them to the logits:
// below it nothing is recorded. Construct where no gradients are recorded.
class Capture {
 public:
  Capture(const std::vector<const LayerOutput*>& layers, bool record)
      : layers_(layers), record_(record), activations_(layers.size()) {}

  // Layers may change what they are given in place, so a copy goes on.
  void observe(const std::string& source, at::Tensor& output) {
    at::Tensor seen;
    for (size_t i = 0; i < layers_.size(); ++i) {
      if (layers_[i]->source != source) continue;
      if (!seen.defined()) seen = keep(output);
      activations_[i] = seen;
    }
  }

  std::vector<at::Tensor> gradients(const at::Tensor& of) const {
    return torch::autograd::grad({of}, activations_);
  }
  at::Tensor activation(size_t layer) const { return activations_[layer].detach(); }

 private:
  at::Tensor keep(at::Tensor& output) const {
    at::Tensor seen = output;
    if (record_ && !at::GradMode::is_enabled()) {
      seen = output.detach().set_requires_grad(true);
      at::GradMode::set_enabled(true);
    }
    output = seen.clone();
    return seen;
  }

  const std::vector<const LayerOutput*>& layers_;
  bool record_;
  std::vector<at::Tensor> activations_;
};

void requireMaps(const std::vector<const LayerOutput*>& layers) {
  for (const LayerOutput* layer : layers) {
    if (!layer->shape.flat) continue;
    throw Error("ERR_INVALID_ARGUMENT",
                text("Layer \"", layer->name, "\" puts out ", layer->shape.channels,
                     " values without height and width: name one before the network is flat"));
  }
}

}  // namespace

CamMaps classActivations(Network& network, Dataset& dataset, const CamOptions& options,
                         const Cancellation& cancellation, const ProgressCallback& progress) {
  const Targets targets(network, options.targets, options.pass.indices.size());
  const auto layers = network.find(options.layers);
  requireMaps(layers);
  PassOptions pass = options.pass;
  if (options.method.gradients) pass.compute = storedType(pass.compute);
  const auto total = static_cast<int64_t>(pass.indices.size());
  CamMaps all;
  for (const LayerOutput* layer : layers)
    all.maps.push_back({layer->name, {}});

  forEachBatch(
      network, dataset, pass, cancellation, progress, [&](const at::Tensor& input, int64_t first) {
        const at::NoGradGuard noGrad;
        Capture capture(layers, options.method.gradients);
        const Observer observer = [&](const std::string& source, at::Tensor& output) {
          capture.observe(source, output);
        };
        const auto logits = network.forward(
            input, {.compute = pass.compute, .separate = true, .observer = &observer});
        const auto classes = targets.classes(logits, first);
        std::vector<at::Tensor> gradients(layers.size());
        if (options.method.gradients) {
          gradients = capture.gradients(logitsOf(logits, classes).sum());
          at::GradMode::set_enabled(false);
        }
        const auto score = [&](const at::Tensor& variations, int64_t image) {
          cancellation.check();
          const auto answers = network.forward(variations, {.compute = pass.compute});
          return logitsOf(answers, classes[image].expand({answers.size(0)}))
              .to(storedType(pass.compute));
        };
        for (size_t i = 0; i < layers.size(); ++i) {
          const auto activations = capture.activation(i).to(storedType(pass.compute));
          storeRows(
              all.maps[i].values,
              options.method.map({activations, gradients[i], input, score, options.pass.batchSize}),
              first, total);
        }
        storeRows(all.logits, logits.detach(), first, total);
      });
  return all;
}

}  // namespace roentgen
