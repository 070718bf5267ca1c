#include "core/explanation/perturbation.h"

#include "core/dataset/selection.h"
#include "core/error.h"
#include "core/explanation/targets.h"
#include "core/inference/pass.h"

#include <ATen/Functions.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <array>
#include <limits>

namespace roentgen {
namespace {

void require(bool holds, const std::string& message) {
  if (!holds) throw Error("ERR_INVALID_ARGUMENT", message);
}

// How many parts the segments name.
int64_t countParts(const PerturbOptions& options, const NetworkShape& shape) {
  const int64_t area = shape.height * shape.width;
  require(options.segments.numel() == area,
          text("Expected ", area, " segments, one for each pixel, received ",
               options.segments.numel()));
  require(options.segments.min().item<int32_t>() >= 0, "Expected segments from 0 on");
  require(
      options.fill.numel() == shape.channels * area,
      text("Expected ", shape.channels * area, " bytes of fill, received ", options.fill.numel()));
  const int64_t parts = int64_t{options.segments.max().item<int32_t>()} + 1;
  const int64_t values = options.masks.numel();
  require(values > 0 && values % parts == 0,
          text("Expected masks of ", parts, " parts each, received ", values, " values"));
  require(options.masks.max().item<uint8_t>() <= 1, "Expected masks of 0 and 1");
  return parts;
}

}  // namespace

at::Tensor perturb(Network& network, Dataset& dataset, const PerturbOptions& options,
                   const Cancellation& cancellation, const ProgressCallback& progress) {
  requireLogits(network);
  const auto& shape = network.shape();
  // Beyond int32 is beyond every dataset, and refused as such.
  const auto position =
      static_cast<int32_t>(std::min<int64_t>(options.index, std::numeric_limits<int32_t>::max()));
  checkSelection(dataset, {{position}, {}}, options.batchSize, shape, /*needLabels=*/false);
  const int64_t parts = countParts(options, shape);

  const c10::InferenceMode inference;
  const Stopwatch watch;
  const at::Device device = network.device();
  const auto type = storedType(options.compute);
  const std::array<int64_t, 4> one{1, shape.channels, shape.height, shape.width};
  Dataset fill({{{"images", options.fill.view(one)}}, {}}, "the fill");
  const auto read = [&](Dataset& source, int32_t at) {
    return BatchReader(source, options.normalization, device, type).read({&at, 1});
  };
  const auto image = read(dataset, position), hidden = read(fill, 0);
  const auto masks = options.masks.view({-1, parts}).to(device, at::kBool);
  const auto segments = options.segments.view({-1}).to(device, at::kLong);
  const int64_t count = masks.size(0), steps = (count + options.batchSize - 1) / options.batchSize;
  at::Tensor logits;
  for (int64_t step = 0; step < steps; ++step) {
    cancellation.check();
    const int64_t first = step * options.batchSize;
    const int64_t size = std::min(options.batchSize, count - first);
    const auto shown = masks.narrow(0, first, size)
                           .index_select(1, segments)
                           .view({size, 1, shape.height, shape.width});
    // Not left to `where`: for one channel it would not choose NHWC strides.
    auto input = at::empty({size, shape.channels, shape.height, shape.width}, image.options(),
                           at::MemoryFormat::ChannelsLast);
    at::where_out(input, shown, image, hidden);
    storeRows(logits, network.forward(input, {.compute = options.compute}), first, count);
    progress({step + 1, steps, first + size, /*loss=*/0, watch.seconds()});
  }
  return logits;
}

}  // namespace roentgen
