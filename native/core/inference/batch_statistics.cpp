#include "core/inference/batch_statistics.h"

#include "core/dataset/selection.h"
#include "core/error.h"
#include "core/network/layers.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace roentgen {
namespace {

// What the layers so far make of all images is kept up to this size, and computed anew above it.
constexpr int64_t mostKeptBytes = int64_t{1} << 30;

// Mean and variance of each channel over batches, merged as if they were one (Chan et al. 1979).
class Moments {
 public:
  // [n, C] or [n, C, h, w].
  void add(const at::Tensor& x) {
    const auto rows = (x.dim() == 4 ? x.permute({0, 2, 3, 1}).flatten(0, 2) : x).to(at::kDouble);
    const auto mean = rows.mean(0), squares = (rows - mean).square_().sum(0);
    const int64_t size = rows.size(0), both = count_ + size;
    if (count_ == 0) {
      mean_ = mean;
      squares_ = squares;
    } else {
      const auto delta = mean - mean_;
      const double weight = static_cast<double>(size) / static_cast<double>(both);
      squares_ += squares + delta.square() * (static_cast<double>(count_) * weight);
      mean_ += delta * weight;
    }
    count_ = both;
  }

  void store(BatchNorm& norm) const {
    if (count_ < 2) {
      throw Error("ERR_INVALID_ARGUMENT",
                  "A variance takes more than one value in each channel: select more images");
    }
    norm.runningMean.copy_(mean_);
    norm.runningVar.copy_(squares_ / (count_ - 1));
  }

 private:
  at::Tensor mean_, squares_;
  int64_t count_ = 0;
};

// The images as some layer takes them in.
class Source {
 public:
  Source(Network& network, Dataset& dataset, const PassOptions& options,
         const Cancellation& cancellation)
      : network_(network),
        options_(options),
        cancellation_(cancellation),
        reader_(dataset, options.normalization, network.device(), storedType(options.compute)) {}

  int64_t images() const { return static_cast<int64_t>(options_.indices.size()); }
  int64_t batches() const { return (images() + options_.batchSize - 1) / options_.batchSize; }

  // Runs the layers up to `layer` and that one, for every batch.
  template <typename Done>
  void run(size_t layer, const NormObserver* norms, const Done& done) {
    const Mode mode{.compute = options_.compute, .norms = norms};
    for (int64_t first = 0; first < images(); first += options_.batchSize) {
      cancellation_.check();
      const int64_t size = std::min(options_.batchSize, images() - first);
      const auto input =
          kept_.defined()
              ? kept_.narrow(0, first, size).clone()
              : reader_.read(std::span(options_.indices)
                                 .subspan(static_cast<size_t>(first), static_cast<size_t>(size)));
      done(network_.features(input, mode, layer + 1, next_), first);
    }
  }

  // Goes on behind `layer`, where what it puts out is small enough to be kept.
  void advance(size_t layer) {
    const int64_t elements = images() * network_.featureShape(layer + 1).elements();
    if (elements * static_cast<int64_t>(sizeof(float)) > mostKeptBytes) return;
    at::Tensor all;
    run(layer, nullptr, [&](const at::Tensor& output, int64_t first) {
      if (!all.defined()) {
        auto sizes = output.sizes().vec();
        sizes.front() = images();
        all = at::empty(sizes, output.options(), output.suggest_memory_format());
      }
      all.narrow(0, first, output.size(0)).copy_(output);
    });
    kept_ = all;
    next_ = layer + 1;
  }

 private:
  Network& network_;
  const PassOptions& options_;
  const Cancellation& cancellation_;
  BatchReader reader_;
  size_t next_ = 0;
  at::Tensor kept_;
};

// The normalizations in each layer, in the order in which they run.
std::vector<std::vector<BatchNorm*>> findNorms(Network& network, at::ScalarType compute) {
  std::vector<std::vector<BatchNorm*>> norms(network.layers());
  const auto& shape = network.shape();
  auto x = at::zeros({1, shape.channels, shape.height, shape.width},
                     at::TensorOptions(network.device()).dtype(storedType(compute)));
  for (size_t layer = 0; layer < norms.size(); ++layer) {
    const NormObserver collect = [&](BatchNorm& norm, const at::Tensor&) {
      norms[layer].push_back(&norm);
    };
    x = network.features(x, {.compute = compute, .norms = &collect}, layer + 1, layer);
  }
  return norms;
}

}  // namespace

void estimateStatistics(Network& network, Dataset& dataset, const PassOptions& options,
                        const Cancellation& cancellation, const ProgressCallback& progress) {
  checkSelection(dataset, {options.indices, {}}, options.batchSize, network.shape(),
                 /*needLabels=*/false);
  const at::NoGradGuard noGrad;
  const Stopwatch watch;
  const auto norms = findNorms(network, options.compute);
  std::vector<std::pair<at::Tensor, at::Tensor>> before;  // statistics, and what they were
  for (const auto& layer : norms) {
    for (const BatchNorm* norm : layer) {
      for (const auto& statistic : {norm->runningMean, norm->runningVar})
        before.emplace_back(statistic, statistic.clone());
    }
  }
  if (before.empty()) {
    throw Error("ERR_UNSUPPORTED",
                "The network has no batch normalization whose statistics could be estimated");
  }

  Source source(network, dataset, options, cancellation);
  const int64_t steps = static_cast<int64_t>(before.size() / 2) * source.batches();
  int64_t step = 0;
  try {
    for (size_t layer = 0; layer < norms.size(); ++layer) {
      for (BatchNorm* measured : norms[layer]) {
        Moments moments;
        const NormObserver observer = [&](BatchNorm& norm, const at::Tensor& input) {
          if (&norm == measured) moments.add(input);
        };
        source.run(layer, &observer, [&](const at::Tensor& output, int64_t first) {
          progress({++step, steps, first + output.size(0), /*loss=*/0, watch.seconds()});
        });
        moments.store(*measured);
      }
      if (!norms[layer].empty()) source.advance(layer);
    }
  } catch (...) {
    for (auto& [statistic, value] : before)
      statistic.copy_(value);
    throw;
  }
}

}  // namespace roentgen
