#include "core/inference/pass.h"

#include "core/dataset/selection.h"

#include <ATen/Functions.h>

#include <algorithm>

namespace roentgen {

at::ScalarType storedType(at::ScalarType compute) {
  return compute == at::kDouble ? at::kDouble : at::kFloat;
}

void forEachBatch(const Network& network, Dataset& dataset, const PassOptions& options,
                  const Cancellation& cancellation, const ProgressCallback& progress,
                  const BatchWork& work) {
  checkSelection(dataset, {options.indices, {}}, options.batchSize, network.shape(),
                 /*needLabels=*/false);
  const Stopwatch watch;
  const BatchReader reader(dataset, options.normalization, network.device(),
                           storedType(options.compute));
  const auto count = static_cast<int64_t>(options.indices.size());
  const int64_t steps = (count + options.batchSize - 1) / options.batchSize;
  for (int64_t step = 0; step < steps; ++step) {
    cancellation.check();
    const int64_t first = step * options.batchSize;
    const int64_t size = std::min(options.batchSize, count - first);
    work(reader.read(std::span(options.indices)
                         .subspan(static_cast<size_t>(first), static_cast<size_t>(size))),
         first);
    progress({step + 1, steps, first + size, /*loss=*/0, watch.seconds()});
  }
}

void storeRows(at::Tensor& all, const at::Tensor& rows, int64_t first, int64_t total) {
  if (!all.defined()) {
    auto sizes = rows.sizes().vec();
    sizes.front() = total;
    all = at::empty(sizes, storedType(rows.scalar_type()));
  }
  all.narrow(0, first, rows.size(0)).copy_(rows);
}

}  // namespace roentgen
