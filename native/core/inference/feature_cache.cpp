#include "core/inference/feature_cache.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <numeric>

namespace roentgen {
namespace {

// Images are computed in blocks of the dataset's order, whichever of them is asked for first: the
// features then do not depend on the order of training to the last bit.
constexpr int64_t blockSize = 32;

}  // namespace

FeatureCache::FeatureCache(Network& network, Dataset& dataset, const Normalization& normalization,
                           at::ScalarType compute, size_t layers)
    : network_(network),
      dataset_(dataset),
      reader_(dataset, normalization, network.device(),
              compute == at::kDouble ? at::kDouble : at::kFloat),
      mode_{.training = false, .compute = compute},
      layers_(layers),
      known_(static_cast<size_t>((dataset.size() + blockSize - 1) / blockSize)) {}

int64_t FeatureCache::bytes(const Network& network, const Dataset& dataset, at::ScalarType compute,
                            size_t layers) {
  return dataset.size() * network.featureShape(layers).elements() *
         static_cast<int64_t>(c10::elementSize(compute));
}

at::Tensor FeatureCache::read(std::span<const int32_t> positions) {
  for (const int32_t position : positions) {
    const int64_t block = position / blockSize;
    if (!known_[static_cast<size_t>(block)]) compute(block);
  }
  const auto rows =
      at::tensor(at::ArrayRef<int32_t>(positions.data(), positions.size()), at::kLong);
  return features_.index_select(0, rows.to(features_.device()));
}

void FeatureCache::compute(int64_t block) {
  // Made in inference mode the features could not take part in training later.
  const c10::InferenceMode plain(false);
  const at::NoGradGuard noGrad;
  const int64_t first = block * blockSize;
  std::vector<int32_t> positions(static_cast<size_t>(std::min(blockSize, dataset_.size() - first)));
  std::iota(positions.begin(), positions.end(), static_cast<int32_t>(first));
  const auto features = network_.features(reader_.read(positions), mode_, layers_);
  if (!features_.defined()) {
    auto sizes = features.sizes().vec();
    sizes.front() = dataset_.size();
    features_ = at::empty(sizes, features.options());
  }
  features_.narrow(0, first, features.size(0)).copy_(features);
  known_[static_cast<size_t>(block)] = true;
}

}  // namespace roentgen
