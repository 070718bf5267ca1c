// The batches of one epoch as the network trains on them: in a seeded order, changed, normalized,
// with their targets.
#pragma once

#include "core/augment/augmentation.h"
#include "core/augment/augmenter.h"
#include "core/dataset/batch.h"
#include "core/dataset/selection.h"
#include "core/inference/feature_cache.h"
#include "core/loss.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace roentgen {

struct Batch {
  at::Tensor input;   // [n, C, H, W], normalized, with NHWC strides; or features
  at::Tensor labels;  // int64 [n] of the images themselves; undefined for reconstruction
  at::Tensor target;  // `labels`, or each class's share [n, classes] where images are mixed
};

struct BatchOptions {
  Augmentation augmentation;
  Normalization normalization;
  at::Device device = at::kCPU;
  at::ScalarType type = at::kFloat;
  uint64_t seed = 0;
  FeatureCache* features = nullptr;  // where images do not change: what to read instead of them
  int rank = 0, processes = 1;       // of those that share each batch: this process's part
};

class Batches {
 public:
  // `classes` is 0 for reconstruction, whose images are never mixed. All arguments must outlive the
  // batches.
  Batches(Dataset& dataset, const Selection& selection, int64_t classes, int64_t epoch,
          int64_t batchSize, const BatchOptions& options);

  int64_t count() const { return static_cast<int64_t>(bounds_.size()) - 1; }
  // Images of all processes.
  int64_t size(int64_t batch) const;
  // What the loss of a batch is divided by: its images or, of a weighted mean, their classes'
  // weights. Of all processes, and of this one.
  double weight(int64_t batch, const LossOptions& loss) const;
  double ownWeight(int64_t batch, const LossOptions& loss) const;
  // This process's part: as many images as the others have, or one more or less.
  Batch read(int64_t batch) const;

 private:
  std::span<const int32_t> entriesOf(int64_t batch) const;
  std::span<const int32_t> ownEntriesOf(int64_t batch) const;
  double weigh(std::span<const int32_t> entries, const LossOptions& loss) const;
  at::Tensor images(std::span<const int32_t> entries) const;
  at::Tensor labels(std::span<const int32_t> entries) const;
  void mix(Batch& batch, std::span<const int32_t> entries) const;

  const Selection& selection_;
  const BatchOptions& options_;
  int64_t classes_;
  int64_t epoch_;
  std::vector<uint64_t> samples_;  // what tells the selection's entries apart
  std::vector<int32_t> order_;
  std::vector<size_t> bounds_;
  BatchReader reader_;
  std::optional<Augmenter> augmenter_;
  at::Tensor mean_, std_;  // [1, C, 1, 1], where images are changed before they are normalized
};

// uint8 [n, C, H, W] of the images at `positions` as training sees them in `epoch`, before they are
// normalized and mixed. Throws ERR_INVALID_ARGUMENT for a position outside the dataset.
at::Tensor previewImages(const Dataset& dataset, const std::vector<int32_t>& positions,
                         const Augmentation& augmentation, const std::vector<double>& erased,
                         uint64_t seed, int64_t epoch);

}  // namespace roentgen
