#include "core/training/trainer.h"

#include "core/error.h"
#include "core/network/model_file.h"
#include "core/system.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
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

// Of this process's draws in a step, all different.
uint64_t stepSeed(uint64_t seed, int64_t epoch, int64_t step, int rank) {
  std::array<uint32_t, 2> drawn;
  std::seed_seq{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32),
                static_cast<uint32_t>(epoch), static_cast<uint32_t>(step),
                static_cast<uint32_t>(rank)}
      .generate(drawn.begin(), drawn.end());
  return static_cast<uint64_t>(drawn[0]) << 32 | drawn[1];
}

constexpr char generatorKey[] = "random.generator";
constexpr char positionKey[] = "training.position";

at::Tensor toTensor(const EpochPosition& p) {
  return at::tensor({static_cast<double>(p.epoch), static_cast<double>(p.step), p.loss,
                     static_cast<double>(p.correct), static_cast<double>(p.samples), p.seconds},
                    at::kDouble);
}

// This process's part of an evaluation.
Selection partOf(const Selection& selection, const Group& group) {
  const auto count = static_cast<int64_t>(selection.indices.size());
  const auto cut = [&](const std::vector<int32_t>& all) {
    if (all.empty()) return all;
    return std::vector<int32_t>(all.begin() + count * group.rank() / group.size(),
                                all.begin() + count * (group.rank() + 1) / group.size());
  };
  Selection part = selection;
  part.indices = cut(selection.indices);
  part.labels = cut(selection.labels);
  return part;
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
  if (const auto& group = options.group)
    peerSum_ = [&group = *group](const at::Tensor& values) { group.sum(values); };
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
  const Group* group = options_.group.get();
  const BatchOptions batchOptions{
      .augmentation = options_.augmentation,
      .normalization = options_.normalization,
      .device = options_.device,
      .type = options_.compute == at::kDouble ? at::kDouble : at::kFloat,
      .seed = options_.seed,
      .features = features(dataset),
      .rank = group ? group->rank() : 0,
      .processes = group ? group->size() : 1};
  const Batches batches(dataset, selection, classes(), options.epoch, options.batchSize,
                        batchOptions);
  const size_t firstLayer = batchOptions.features ? batchOptions.features->layers() : 0;
  const int64_t steps = batches.count();
  const auto& rates = options.learningRates;
  if (rates.size() != 1 && rates.size() != static_cast<size_t>(steps)) {
    throw Error("ERR_INVALID_ARGUMENT",
                text("Expected 1 or ", steps, " learning rates, received ", rates.size()));
  }
  const Mode mode{.training = true,
                  .compute = options_.compute,
                  .generator = &generator_,
                  .peers = group ? &peerSum_ : nullptr};
  if (group) followGradients();
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
      const bool cancelled =
          group ? group->any(cancellation.cancelled()) : cancellation.cancelled();
      if (cancelled || enough) {
        pause(step);
        continues_ = true;
      }
      if (cancelled) Cancellation::abort();
      if (enough) break;
      gathered = 0;
      for (int64_t i = step; i < std::min(step + options_.accumulation, steps); ++i)
        gathered += batches.weight(i, options_.loss);
    }
    const Batch batch = batches.read(step);
    const int64_t size = batches.size(step);
    const double rate = rates[rates.size() == 1 ? 0 : static_cast<size_t>(step)];
    if (group)
      generator_.set_current_seed(stepSeed(options_.seed, options.epoch, step, group->rank()));
    const bool complete = (step + 1) % options_.accumulation == 0 || step + 1 == steps;
    if (gradients_) gradients_->beforeForward();
    const auto output = network_->forward(batch.input, mode, firstLayer);
    auto loss = computeLoss(options_.loss, output, batch.target, batch.input);
    // Each batch, and of a group's each part, counts by its weight, so that the update is that of
    // one large batch. Of a group's gradients the mean is taken, not the sum.
    const double own = batches.ownWeight(step, options_.loss);
    const double share = own / gathered * batchOptions.processes;
    if (gradients_ && complete) gradients_->beforeBackward();
    backward(share == 1 ? loss : loss * share);
    if (complete) {
      optimizer_.step(rate);
      ++updates;
      if (average_) average_->update();
    }

    auto correct = classified ? countCorrect(output.detach(), batch.labels) : at::Tensor();
    loss = loss.detach();
    if (group) total(loss, correct, own / batches.weight(step, options_.loss));
    tally.add(loss, correct, size);
    ++step;
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
  const Group* group = options_.group.get();
  const auto pass = [&](const Selection& part, const Cancellation& stop) {
    return roentgen::evaluate(*network_, dataset, part, options, stop, progress);
  };
  const size_t count = selection.indices.size();
  if (!group || count < static_cast<size_t>(group->size())) return pass(selection, cancellation);
  // One that stopped midway would leave the others waiting.
  Outputs outputs = pass(partOf(selection, *group), Cancellation());
  const auto loss = at::full({1}, outputs.loss, at::kDouble) *
                    static_cast<double>(outputs.values.size(0)) / static_cast<double>(count);
  group->sum(loss);
  outputs.loss = loss.item<double>();
  outputs.values = group->gather(outputs.values);
  if (group->any(cancellation.cancelled())) Cancellation::abort();
  return outputs;
}

void Trainer::followGradients() {
  auto parameters = network_->trainable();
  std::erase_if(parameters, [](const State& entry) { return !entry.tensor.requires_grad(); });
  if (gradients_ && gradients_->covers(parameters)) return;
  // The hooks of the former go first.
  gradients_.reset();
  if (!parameters.empty()) gradients_.emplace(options_.group, parameters);
}

void Trainer::backward(const at::Tensor& loss) const {
  if (!options_.group) return loss.backward();
  options_.group->guard([&] { loss.backward(); });
}

void Trainer::total(at::Tensor& loss, at::Tensor& correct, double share) const {
  auto figures = at::zeros({2}, at::kDouble);
  figures[0].copy_(loss * share);
  if (correct.defined()) figures[1].copy_(correct);
  options_.group->sum(figures);
  loss = figures[0].to(loss.device(), loss.scalar_type());
  if (correct.defined()) correct = figures[1].to(correct.device(), at::kLong);
}

void Trainer::share() {
  if (!options_.group) return;
  const at::NoGradGuard noGrad;
  const auto state = tensors();
  for (const auto& [name, tensor] : state)
    options_.group->broadcast(tensor);
  if (average_) average_->load(state);
  position_ = toPosition(state.at(positionKey));
  continues_ = options_.group->any(continues_);
  features_.reset();
}

void Trainer::exchangeAverage() {
  if (!average_)
    throw Error("ERR_INVALID_ARGUMENT", "This trainer keeps no average of its weights");
  average_->exchange();
}

void Trainer::save(const std::string& path,
                   const std::map<std::string, std::string>& metadata) const {
  TensorFile file{tensors(), describeModel(*network_, metadata)};
  file.tensors[generatorKey] = generator_.get_state();
  writeTensors(path, file);
}

StateDictionary Trainer::tensors() const {
  StateDictionary all = optimizer_.state();
  for (const State& entry : network_->state())
    all[entry.name] = entry.tensor.detach();
  if (average_) all.merge(average_->state());
  all[positionKey] = toTensor(position_);
  return all;
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
