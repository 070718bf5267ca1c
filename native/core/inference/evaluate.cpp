#include "core/inference/evaluate.h"

#include "core/inference/mirrored.h"

#include <ATen/Functions.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <limits>
#include <span>

namespace roentgen {

Outputs evaluate(Network& network, Dataset& dataset, const Selection& selection,
                 const EvaluationOptions& options, const Cancellation& cancellation,
                 const ProgressCallback& progress) {
  checkSelection(dataset, selection, options.batchSize, network.shape(), /*needLabels=*/false);
  const c10::InferenceMode inference;
  const Stopwatch watch;
  const at::Device device = network.device();
  const auto type = options.compute == at::kDouble ? at::kDouble : at::kFloat;
  const BatchReader reader(dataset, options.normalization, device, type);
  const bool reconstruction = network.task() == Task::reconstruction;
  const bool scored = reconstruction || !selection.labels.empty();
  const Mode mode{.training = false, .compute = options.compute};
  const auto count = static_cast<int64_t>(selection.indices.size());
  const int64_t steps = (count + options.batchSize - 1) / options.batchSize;
  std::vector<at::Tensor> values;
  double loss = 0;

  for (int64_t step = 0; step < steps; ++step) {
    cancellation.check();
    const int64_t first = step * options.batchSize;
    const int64_t size = std::min(options.batchSize, count - first);
    const auto positions =
        std::span(selection.indices).subspan(static_cast<size_t>(first), static_cast<size_t>(size));
    const auto input =
        options.features ? options.features->read(positions) : reader.read(positions);
    const size_t layer = options.features ? options.features->layers() : 0;
    const auto forward = [&](const at::Tensor& x) {
      return network.forward(x, mode, layer).to(type);
    };
    const auto output = options.mirror ? mirrored(input, forward) : forward(input);
    if (scored) {
      at::Tensor labels;
      if (!reconstruction) {
        labels = at::tensor(at::ArrayRef(selection.labels)
                                .slice(static_cast<size_t>(first), static_cast<size_t>(size)))
                     .to(device, at::kLong);
      }
      loss += computeLoss({.kind = options.loss}, output, labels, input).item<double>() *
              static_cast<double>(size);
    }
    const auto rows =
        reconstruction ? (output - input).square().mean({1, 2, 3}).unsqueeze(1) : output;
    values.push_back(rows.to(at::kCPU, at::kFloat));
    const int64_t done = first + size;
    progress({step + 1, steps, done, loss / static_cast<double>(done), watch.seconds()});
  }
  return {
      .values = at::cat(values).contiguous(),
      .loss = scored ? loss / static_cast<double>(count) : std::numeric_limits<double>::quiet_NaN(),
      .seconds = watch.seconds()};
}

}  // namespace roentgen
