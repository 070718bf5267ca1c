#include "core/training/batches.h"

#include "core/augment/mixing.h"
#include "core/error.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <unordered_map>

namespace roentgen {
namespace {

// An image that is drawn twice in an epoch is changed in two ways: its position, and how often it
// came before.
std::vector<uint64_t> sampleKeys(const std::vector<int32_t>& indices) {
  std::unordered_map<int32_t, uint64_t> seen;
  std::vector<uint64_t> keys;
  keys.reserve(indices.size());
  for (const int32_t index : indices)
    keys.push_back(seen[index]++ << 32 | static_cast<uint32_t>(index));
  return keys;
}

Normalization identity(size_t channels) {
  return {std::vector<double>(channels, 0), std::vector<double>(channels, 1)};
}

}  // namespace

Batches::Batches(Dataset& dataset, const Selection& selection, int64_t classes, int64_t epoch,
                 int64_t batchSize, const BatchOptions& options)
    : selection_(selection),
      options_(options),
      classes_(classes),
      epoch_(epoch),
      samples_(sampleKeys(selection.indices)),
      order_(epochOrder(selection.indices.size(), options.seed, epoch)),
      bounds_(batchBounds(order_.size(), static_cast<size_t>(batchSize),
                          static_cast<size_t>(options.processes))),
      reader_(dataset,
              options.augmentation.changesImages() ? identity(options.normalization.mean.size())
                                                   : options.normalization,
              options.device, options.type) {
  const int64_t smallest = std::min(size(0), size(count() - 1));
  if (options.processes > 1 && smallest < 2 * options.processes) {
    throw Error("ERR_INVALID_ARGUMENT", text("A batch of ", smallest, " images is too small for ",
                                             options.processes, " processes: each needs two"));
  }
  if (!options.augmentation.changesImages()) return;
  augmenter_.emplace(options.augmentation, options.normalization.mean, options.seed, epoch);
  const auto column = [&](const std::vector<double>& values) {
    return at::tensor(values, at::kDouble).view({1, -1, 1, 1}).to(options.device, options.type);
  };
  mean_ = column(options.normalization.mean);
  std_ = column(options.normalization.std);
}

int64_t Batches::size(int64_t batch) const {
  const auto at = static_cast<size_t>(batch);
  return static_cast<int64_t>(bounds_[at + 1] - bounds_[at]);
}

std::span<const int32_t> Batches::entriesOf(int64_t batch) const {
  const auto first = bounds_[static_cast<size_t>(batch)];
  return {order_.data() + first, static_cast<size_t>(size(batch))};
}

std::span<const int32_t> Batches::ownEntriesOf(int64_t batch) const {
  const auto all = entriesOf(batch);
  const auto rank = static_cast<size_t>(options_.rank);
  const auto processes = static_cast<size_t>(options_.processes);
  const size_t first = all.size() * rank / processes;
  return all.subspan(first, all.size() * (rank + 1) / processes - first);
}

double Batches::weight(int64_t batch, const LossOptions& loss) const {
  return weigh(entriesOf(batch), loss);
}

double Batches::ownWeight(int64_t batch, const LossOptions& loss) const {
  return weigh(ownEntriesOf(batch), loss);
}

double Batches::weigh(std::span<const int32_t> entries, const LossOptions& loss) const {
  if (!loss.isWeightedMean() || options_.augmentation.mixes())
    return static_cast<double>(entries.size());
  double sum = 0;
  for (const int32_t entry : entries) {
    const int32_t label = selection_.labels[static_cast<size_t>(entry)];
    sum += loss.classWeights[static_cast<size_t>(label)];
  }
  return sum;
}

Batch Batches::read(int64_t batch) const {
  const auto entries = ownEntriesOf(batch);
  Batch out;
  out.input = images(entries);
  if (classes_ == 0) return out;
  out.labels = out.target = labels(entries);
  if (options_.augmentation.mixes()) mix(out, entries);
  return out;
}

at::Tensor Batches::images(std::span<const int32_t> entries) const {
  std::vector<int32_t> positions;
  std::vector<uint64_t> samples;
  for (const int32_t entry : entries) {
    positions.push_back(selection_.indices[static_cast<size_t>(entry)]);
    samples.push_back(samples_[static_cast<size_t>(entry)]);
  }
  if (options_.features) return options_.features->read(positions);
  auto pixels = reader_.read(positions);
  if (!augmenter_) return pixels;
  pixels = augmenter_->apply(pixels, samples, reader_.readMasks(positions)).sub_(mean_).div_(std_);
  // Not contiguous(): for one channel that would leave the strides as they are.
  return at::empty_like(pixels, pixels.options(), at::MemoryFormat::ChannelsLast).copy_(pixels);
}

at::Tensor Batches::labels(std::span<const int32_t> entries) const {
  auto labels = at::empty({static_cast<int64_t>(entries.size())}, at::kLong);
  auto* out = labels.mutable_data_ptr<int64_t>();
  for (const int32_t entry : entries)
    *out++ = selection_.labels[static_cast<size_t>(entry)];
  return labels.to(options_.device);
}

at::Tensor previewImages(const Dataset& dataset, const std::vector<int32_t>& positions,
                         const Augmentation& augmentation, const std::vector<double>& erased,
                         uint64_t seed, int64_t epoch) {
  std::vector<uint64_t> samples;
  std::vector<int64_t> rows;
  for (const int32_t position : positions) {
    if (position < 0 || position >= dataset.size()) {
      throw Error("ERR_INVALID_ARGUMENT",
                  text("Position ", position, " is outside the dataset's ", dataset.size()));
    }
    samples.push_back(static_cast<uint32_t>(position));
    rows.push_back(position);
  }
  const auto chosen = at::tensor(rows, at::kLong);
  const auto pixels = dataset.images().index_select(0, chosen).to(at::kFloat) / 255;
  at::Tensor masks;
  if (dataset.masks().defined())
    masks = dataset.masks().index_select(0, chosen).ne(0).to(at::kFloat);
  const auto changed = Augmenter(augmentation, erased, seed, epoch).apply(pixels, samples, masks);
  return (changed * 255).round().clamp(0, 255).to(at::kByte).contiguous();
}

void Batches::mix(Batch& batch, std::span<const int32_t> entries) const {
  std::vector<Mix> mixes;
  std::vector<int32_t> partners;
  for (const int32_t entry : entries) {
    const Draws draws(options_.seed, epoch_, samples_[static_cast<size_t>(entry)],
                      Draws::Purpose::mixing);
    mixes.push_back(drawMix(options_.augmentation, samples_.size(), batch.input.size(2),
                            batch.input.size(3), draws));
    partners.push_back(static_cast<int32_t>(mixes.back().partner));
  }
  batch.input = mixImages(batch.input, images(partners), mixes);
  batch.target = mixLabels(batch.labels, labels(partners), mixes, classes_);
}

}  // namespace roentgen
