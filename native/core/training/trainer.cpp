#include "core/training/trainer.h"

#include "core/error.h"
#include "core/network/model_file.h"
#include "core/system.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace roentgen {
namespace {

// The sums of an epoch, kept on the device. Reading them makes a GPU wait, so there it is done
// rarely.
class Tally {
 public:
  Tally(at::Device device, const EpochPosition& start, int64_t steps)
      : interval_(device.is_cpu() ? 1 : 16),
        loss_(at::full({}, start.loss, at::TensorOptions(device).dtype(at::kDouble))),
        correct_(at::full({}, start.correct, loss_.options().dtype(at::kLong))),
        losses_(at::empty({steps - start.step}, loss_.options().dtype(at::kFloat))),
        samples_(start.samples) {}

  void add(const at::Tensor& loss, const at::Tensor& correct, int64_t samples) {
    loss_ += loss.detach().to(at::kDouble) * static_cast<double>(samples);
    losses_[added_++].copy_(loss.detach());
    if (correct.defined()) correct_ += correct;
    samples_ += samples;
  }
  bool due(int64_t step, int64_t steps) const { return step % interval_ == 0 || step == steps; }
  EpochPosition at(int64_t epoch, int64_t step, double seconds) const {
    return {epoch, step, loss_.item<double>(), correct_.item<int64_t>(), samples_, seconds};
  }
  double meanLoss() const { return loss_.item<double>() / static_cast<double>(samples_); }
  double accuracy() const { return correct_.item<double>() / static_cast<double>(samples_); }
  int64_t samples() const { return samples_; }
  std::vector<float> losses() const {
    const auto added = losses_.narrow(0, 0, added_).cpu();
    const auto* first = added.const_data_ptr<float>();
    return {first, first + added_};
  }

 private:
  int64_t interval_;
  at::Tensor loss_, correct_;
  at::Tensor losses_;  // of each batch
  int64_t samples_, added_ = 0;
};

std::shared_ptr<Network> placed(std::shared_ptr<Network> network, const TrainerOptions& options) {
  requireDevice(options.device);
  network->to(options.device);
  if (options.compute == at::kDouble) network->to(at::kDouble);
  return network;
}

// Of cached features; a ResNet-50's of 100,000 images take 0.8 GB.
constexpr int64_t mostFeatureBytes = int64_t{1} << 30;

constexpr char generatorKey[] = "random.generator";
constexpr char positionKey[] = "training.position";

at::Tensor toTensor(const EpochPosition& p) {
  return at::tensor({static_cast<double>(p.epoch), static_cast<double>(p.step), p.loss,
                     static_cast<double>(p.correct), static_cast<double>(p.samples), p.seconds},
                    at::kDouble);
}

EpochPosition toPosition(const at::Tensor& tensor) {
  const auto at = [&](int64_t i) { return tensor[i].item<double>(); };
  const auto count = [&](int64_t i) { return static_cast<int64_t>(at(i)); };
  return {count(0), count(1), at(2), count(3), count(4), at(5)};
}

}  // namespace

Trainer::Trainer(std::shared_ptr<Network> network, const TrainerOptions& options)
    : network_(placed(std::move(network), options)),
      options_(options),
      optimizer_(network_->trainable(), options.optimizer),
      generator_(options.device.is_cpu()
                     ? at::make_generator<at::CPUGeneratorImpl>(options.seed)
                     : at::globalContext().defaultGenerator(options.device).clone()) {
  generator_.set_current_seed(options.seed);
  const bool reconstruction = network_->task() == Task::reconstruction;
  if (reconstruction != (options.loss.kind == Loss::meanSquaredError)) {
    throw Error("ERR_INVALID_ARGUMENT",
                reconstruction ? "A reconstruction network trains with meanSquaredError"
                               : "A classifier cannot train with meanSquaredError");
  }
  options.augmentation.check();
  options.loss.check(classes());
  if (reconstruction && options.augmentation.mixes()) {
    throw Error("ERR_INVALID_ARGUMENT", "Mixup and cutmix mix labels, which reconstruction lacks");
  }
  if (options.averageDecay > 0) average_.emplace(*network_, options.averageDecay);
}

int64_t Trainer::classes() const {
  if (network_->task() == Task::reconstruction) return 0;
  return std::max<int64_t>(network_->shape().outputs, 2);
}

FeatureCache* Trainer::features(Dataset& dataset) {
  const size_t layers = network_->frozenLayers();
  const auto& augmentation = options_.augmentation;
  const bool needsImages = network_->task() == Task::reconstruction;
  if (layers == 0 || needsImages || augmentation.changesImages() || augmentation.mixes() ||
      FeatureCache::bytes(*network_, dataset, options_.compute, layers) > mostFeatureBytes) {
    features_.reset();
    return nullptr;
  }
  if (!features_ || !features_->holds(dataset, layers))
    features_.emplace(*network_, dataset, options_.normalization, options_.compute, layers);
  return &*features_;
}

EpochStatistics Trainer::epoch(Dataset& dataset, const Selection& selection,
                               const EpochOptions& options, const Cancellation& cancellation,
                               const ProgressCallback& progress) {
  const bool classified = network_->task() == Task::classification;
  checkSelection(dataset, selection, options.batchSize, network_->shape(), classified);
  const Stopwatch watch;
  const BatchOptions batchOptions{
      .augmentation = options_.augmentation,
      .normalization = options_.normalization,
      .device = options_.device,
      .type = options_.compute == at::kDouble ? at::kDouble : at::kFloat,
      .seed = options_.seed,
      .features = features(dataset)};
  const Batches batches(dataset, selection, classes(), options.epoch, options.batchSize,
                        batchOptions);
  const size_t firstLayer = batchOptions.features ? batchOptions.features->layers() : 0;
  const int64_t steps = batches.count();
  const auto& rates = options.learningRates;
  if (rates.size() != 1 && rates.size() != static_cast<size_t>(steps)) {
    throw Error("ERR_INVALID_ARGUMENT",
                text("Expected 1 or ", steps, " learning rates, received ", rates.size()));
  }
  const Mode mode{.training = true, .compute = options_.compute, .generator = &generator_};
  const bool continues = std::exchange(continues_, false) && position_.epoch == options.epoch &&
                         position_.step <= steps;
  const EpochPosition start = continues ? position_ : EpochPosition{};
  Tally tally(options_.device, start, steps);
  const auto pause = [&](int64_t step) {
    position_ = tally.at(options.epoch, step, start.seconds + watch.seconds());
  };
  double gathered = 0;  // weight of the batches that make the next update
  int64_t step = start.step, updates = 0;

  while (step < steps) {
    if (step % options_.accumulation == 0) {
      // Only here, between two updates, is the state one that training can go on from.
      const bool enough = options.updates > 0 && updates == options.updates;
      if (cancellation.cancelled() || enough) {
        pause(step);
        continues_ = true;
      }
      cancellation.check();
      if (enough) break;
      gathered = 0;
      for (int64_t i = step; i < std::min(step + options_.accumulation, steps); ++i)
        gathered += batches.weight(i, options_.loss);
    }
    const Batch batch = batches.read(step);
    const int64_t size = batches.size(step);
    const double rate = rates[rates.size() == 1 ? 0 : static_cast<size_t>(step)];
    const auto output = network_->forward(batch.input, mode, firstLayer);
    const auto loss = computeLoss(options_.loss, output, batch.target, batch.input);
    // Each batch counts by its weight, so that the update is that of one large batch.
    const double share = batches.weight(step, options_.loss) / gathered;
    (options_.accumulation == 1 ? loss : loss * share).backward();
    ++step;
    if (step % options_.accumulation == 0 || step == steps) {
      optimizer_.step(rate);
      ++updates;
      if (average_) average_->update();
    }

    tally.add(loss, classified ? countCorrect(output.detach(), batch.labels) : at::Tensor(), size);
    if (!tally.due(step, steps)) continue;
    const double mean = tally.meanLoss();
    if (!std::isfinite(mean)) {
      throw Error("ERR_DIVERGED",
                  text("The loss is not a finite number at step ", step, " of epoch ",
                       options.epoch + 1, ": lower the learning rate, or check the normalization"));
    }
    progress({step, steps, tally.samples(), mean, start.seconds + watch.seconds()});
  }
  if (!continues_) pause(steps);
  return {.loss = tally.meanLoss(),
          .accuracy = classified ? tally.accuracy() : std::numeric_limits<double>::quiet_NaN(),
          .samples = tally.samples(),
          .step = step,
          .steps = steps,
          .seconds = position_.seconds,
          .losses = tally.losses()};
}

Outputs Trainer::evaluate(Dataset& dataset, const Selection& selection, EvaluationOptions options,
                          const Cancellation& cancellation, const ProgressCallback& progress) {
  if (options.compute == options_.compute) options.features = features(dataset);
  return roentgen::evaluate(*network_, dataset, selection, options, cancellation, progress);
}

void Trainer::exchangeAverage() {
  if (!average_)
    throw Error("ERR_INVALID_ARGUMENT", "This trainer keeps no average of its weights");
  average_->exchange();
}

void Trainer::save(const std::string& path,
                   const std::map<std::string, std::string>& metadata) const {
  TensorFile file{optimizer_.state(), describeModel(*network_, metadata)};
  for (const State& entry : network_->state())
    file.tensors[entry.name] = entry.tensor;
  if (average_) file.tensors.merge(average_->state());
  file.tensors[generatorKey] = generator_.get_state();
  file.tensors[positionKey] = toTensor(position_);
  writeTensors(path, file);
}

std::map<std::string, std::string> Trainer::load(const std::string& path) {
  TensorFile file = readTensors(path);
  StateDictionary weights, moments, average;
  const auto take = [&](const char* key) {
    auto node = file.tensors.extract(key);
    if (node.empty())
      throw Error("ERR_MODEL_MISMATCH", text(path, " holds no training state to resume from"));
    return node.mapped();
  };
  const auto random = take(generatorKey);
  const auto position = take(positionKey);
  if (position.numel() != 6) throw Error("ERR_MODEL_MISMATCH", text(path, " holds no position"));
  for (auto& [name, tensor] : file.tensors) {
    (name.starts_with("optimizer.") ? moments
     : name.starts_with("average.") ? average
                                    : weights)[name] = tensor;
  }
  network_->load(weights);
  features_.reset();
  optimizer_.load(moments);
  if (average_) average_->load(average);
  generator_.set_state(random);
  position_ = toPosition(position);
  continues_ = true;
  return file.metadata;
}

}  // namespace roentgen
