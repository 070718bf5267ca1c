#include "core/training/trainer.h"

#include "core/error.h"
#include "core/network/model_file.h"
#include "core/recording.h"
#include "core/system.h"
#include "core/training/largest_batch.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/DeviceAccelerator.h>
#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/StreamGuard.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <utility>

namespace roentgen {
namespace {

// The sums of an epoch, kept on the device. Reading them makes a GPU wait, so there it is done only
// as often as people look, and at the end.
class Tally {
 public:
  Tally(at::Device device, const EpochPosition& start, int64_t steps)
      : interval_(device.is_cpu() ? 0 : 0.5),
        next_(interval_),
        loss_(at::full({}, start.loss, at::TensorOptions(device).dtype(at::kDouble))),
        correct_(at::full({}, start.correct, loss_.options().dtype(at::kLong))),
        losses_(at::empty({steps - start.step}, loss_.options().dtype(at::kFloat))),
        samples_(start.samples) {}

  void add(const StepFigures& figures, int64_t samples) {
    loss_ += figures.loss.to(at::kDouble) * static_cast<double>(samples);
    losses_[added_++].copy_(figures.loss);
    if (figures.correct.defined()) correct_ += figures.correct;
    samples_ += samples;
  }
  // `seconds`: of the epoch so far.
  bool due(int64_t step, int64_t steps, double seconds) {
    if (step < steps && seconds < next_) return false;
    next_ = seconds + interval_;
    return true;
  }
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
  double interval_, next_;  // seconds between two readings, and of the epoch at the next
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
  // A group's gradients gather at the weights themselves.
  if (options.compute == at::kBFloat16 && !options.group) working_.emplace(options.compute);
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
  follow(firstLayer);
  std::optional<c10::StreamGuard> stream;
  if (recorded_) {
    // Weights and images may still be on their way, on another stream.
    at::accelerator::synchronizeDevice(network_->device().index());
    stream.emplace(recorded_->stream);
  }
  // The weights may have changed since the last epoch.
  if (working_) working_->refresh();
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
    // Each batch, and of a group's each part, counts by its weight, so that the update is that of
    // one large batch. Of a group's gradients the mean is taken, not the sum.
    const double own = batches.ownWeight(step, options_.loss);
    const double share = own / gathered * batchOptions.processes;
    optimizer_.setRate(rate);
    StepFigures figures;
    try {
      figures =
          recorded_ ? recorded_->steps.run(batch) : this->step(batch, firstLayer, share, complete);
    } catch (const c10::OutOfMemoryError&) {
      throw tooLarge(batch.input.size(0), firstLayer);
    }
    network_->countBatch();
    if (complete) {
      ++updates;
      if (average_) average_->update();
    }

    if (group) total(figures, own / batches.weight(step, options_.loss));
    tally.add(figures, size);
    ++step;
    if (!tally.due(step, steps, watch.seconds())) continue;
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

void Trainer::follow(size_t first) {
  auto parameters = network_->trainable();
  std::erase_if(parameters, [](const State& entry) { return !entry.tensor.requires_grad(); });
  if (options_.group) {
    if (gradients_ && gradients_->covers(parameters)) return;
    // The hooks of the former go first.
    gradients_.reset();
    if (!parameters.empty()) gradients_.emplace(options_.group, parameters);
    return;
  }
  const auto layers = network_->sequence();
  const bool draws =
      std::any_of(layers.begin(), layers.end(), [](const Layer* layer) { return layer->draws(); });
  const auto device = network_->device();
  if (!Recording::possible(device, draws) || options_.accumulation > 1 ||
      !optimizer_.recordable()) {
    return;
  }
  const bool same =
      recorded_ && recorded_->first == first &&
      std::equal(parameters.begin(), parameters.end(), recorded_->of.begin(), recorded_->of.end(),
                 [](const State& a, const State& b) { return a.tensor.is_same(b.tensor); });
  if (same) return;
  recorded_.reset();
  const auto plain = [this, first](const Batch& batch) {
    // An attempt to record that failed may have left some.
    optimizer_.dropGradients();
    if (working_) working_->dropGradients();
    return step(batch, first, /*share=*/1, /*complete=*/true);
  };
  const auto record = [this, draws](const std::function<void()>& work) -> std::function<void()> {
    const auto recording = std::make_shared<Recording>(work, draws ? &generator_ : nullptr);
    return [recording] { recording->replay(); };
  };
  recorded_.emplace(
      RecordedTraining{std::move(parameters), first, Recording::stream(device), {plain, record}});
}

StepFigures Trainer::step(const Batch& batch, size_t first, double share, bool complete) {
  const Mode mode{.training = true,
                  .compute = options_.compute,
                  .working = working_ ? &*working_ : nullptr,
                  .generator = &generator_,
                  .peers = options_.group ? &peerSum_ : nullptr};
  if (gradients_) gradients_->beforeForward();
  const auto output = network_->forward(batch.input, mode, first);
  const auto loss = computeLoss(options_.loss, output, batch.target, batch.input);
  if (gradients_ && complete) gradients_->beforeBackward();
  backward(share == 1 ? loss : loss * share);
  if (working_) working_->giveGradients();
  if (complete) {
    optimizer_.step();
    if (working_) working_->refresh();
  }
  const bool classified = network_->task() == Task::classification;
  return {loss.detach(), classified ? countCorrect(output.detach(), batch.labels) : at::Tensor()};
}

void Trainer::backward(const at::Tensor& loss) const {
  if (!options_.group) return loss.backward();
  options_.group->guard([&] { loss.backward(); });
}

Error Trainer::tooLarge(int64_t images, size_t first) {
  recorded_.reset();
  optimizer_.dropGradients();
  if (working_) working_->dropGradients();
  const auto device = network_->device();
  const auto trial = Network::build(network_->spec(), network_->shape(), options_.seed);
  trial->to(device);
  const Mode mode{.training = true, .compute = options_.compute, .generator = &generator_};
  const auto pass = [&](int64_t count) {
    auto sizes = network_->featureShape(first).sizes();
    sizes.insert(sizes.begin(), count);
    auto input = at::zeros(sizes, at::TensorOptions(device));
    if (sizes.size() == 4) input = input.contiguous(at::MemoryFormat::ChannelsLast);
    trial->forward(input, mode, first).sum().backward();
  };
  const int64_t most = largestBatch(pass, memoryMeter(device));
  return {"ERR_OUT_OF_MEMORY",
          text("A batch of ", images, " images does not fit into the memory of ", device.str(),
               ": ", most > 1 ? text("about ", most, " would") : "not even two would",
               "; lower the batch size and let several make one update, or choose smaller images")};
}

void Trainer::total(StepFigures& figures, double share) const {
  auto& [loss, correct] = figures;
  auto sums = at::zeros({2}, at::kDouble);
  sums[0].copy_(loss * share);
  if (correct.defined()) sums[1].copy_(correct);
  options_.group->sum(sums);
  loss = sums[0].to(loss.device(), loss.scalar_type());
  if (correct.defined()) correct = sums[1].to(correct.device(), at::kLong);
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
