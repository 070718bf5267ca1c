#include "core/explanation/activations.h"

#include <ATen/Functions.h>
#include <c10/core/InferenceMode.h>

#include <map>

namespace roentgen {

std::vector<LayerValues> activations(Network& network, Dataset& dataset,
                                     const ActivationOptions& options,
                                     const Cancellation& cancellation,
                                     const ProgressCallback& progress) {
  const auto asked = network.find(options.layers);
  std::vector<LayerValues> all;
  for (const LayerOutput* layer : asked)
    all.push_back({layer->name, {}});

  const c10::InferenceMode inference;
  const auto total = static_cast<int64_t>(options.pass.indices.size());
  int64_t first = 0;
  const Observer observer = [&](const std::string& source, at::Tensor& output) {
    for (size_t i = 0; i < asked.size(); ++i) {
      if (asked[i]->source != source) continue;
      const bool pooled = options.pool && output.dim() == 4;
      const auto values = output.to(storedType(options.pass.compute));
      storeRows(all[i].values, pooled ? values.mean({2, 3}) : values, first, total);
    }
  };
  const Mode mode{.compute = options.pass.compute, .separate = true, .observer = &observer};
  forEachBatch(network, dataset, options.pass, cancellation, progress,
               [&](const at::Tensor& input, int64_t start) {
                 first = start;
                 network.forward(input, mode);
               });
  return all;
}

}  // namespace roentgen
