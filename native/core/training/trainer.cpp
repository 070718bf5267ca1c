#include "core/training/trainer.h"

#include "core/error.h"
#include "core/network/model_file.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
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
  Tally(at::Device device, const EpochPosition& start)
      : interval_(device.is_cpu() ? 1 : 16),
        loss_(at::full({}, start.loss, at::TensorOptions(device).dtype(at::kDouble))),
        correct_(at::full({}, start.correct, loss_.options().dtype(at::kLong))),
        samples_(start.samples) {}

  void add(const at::Tensor& loss, const at::Tensor& correct, int64_t samples) {
    loss_ += loss.detach().to(at::kDouble) * static_cast<double>(samples);
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

 private:
  int64_t interval_;
  at::Tensor loss_, correct_;
  int64_t samples_;
};

std::vector<State> trainableState(const Network& network) {
  std::vector<State> parameters;
  for (const State& entry : network.state()) {
    if (entry.trainable) parameters.push_back(entry);
  }
  return parameters;
}

std::shared_ptr<Network> placed(std::shared_ptr<Network> network, const TrainerOptions& options) {
  if (options.device.is_cuda() && !at::hasCUDA()) {
    throw Error("ERR_DEVICE",
                "No CUDA device was found: use the CPU, or run setup with --cuda on a GPU machine");
  }
  network->to(options.device);
  if (options.compute == at::kDouble) network->to(at::kDouble);
  return network;
}

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
      optimizer_(trainableState(*network_), options.optimizer),
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

EpochStatistics Trainer::epoch(Dataset& dataset, const Selection& selection, int64_t epoch,
                               int64_t batchSize, const std::vector<double>& learningRates,
                               const Cancellation& cancellation, const ProgressCallback& progress) {
  const bool classified = network_->task() == Task::classification;
  checkSelection(dataset, selection, batchSize, network_->shape(), classified);
  const Stopwatch watch;
  const BatchOptions batchOptions{
      .augmentation = options_.augmentation,
      .normalization = options_.normalization,
      .device = options_.device,
      .type = options_.compute == at::kDouble ? at::kDouble : at::kFloat,
      .seed = options_.seed};
  const Batches batches(dataset, selection, classes(), epoch, batchSize, batchOptions);
  const int64_t steps = batches.count();
  if (learningRates.size() != 1 && learningRates.size() != static_cast<size_t>(steps)) {
    throw Error("ERR_INVALID_ARGUMENT",
                text("Expected 1 or ", steps, " learning rates, received ", learningRates.size()));
  }
  const Mode mode{.training = true, .compute = options_.compute, .generator = &generator_};
  const bool continues = std::exchange(continues_, false) && position_.epoch == epoch;
  const EpochPosition start = continues ? position_ : EpochPosition{};
  Tally tally(options_.device, start);
  double gathered = 0;  // samples of the batches that make the next update

  for (int64_t step = start.step + 1; step <= steps; ++step) {
    if ((step - 1) % options_.accumulation == 0) {
      // Only here, between two updates, is the state one that training can go on from.
      if (cancellation.cancelled()) {
        position_ = tally.at(epoch, step - 1, start.seconds + watch.seconds());
        continues_ = true;
      }
      cancellation.check();
      gathered = 0;
      for (int64_t i = step - 1; i < std::min(step - 1 + options_.accumulation, steps); ++i)
        gathered += static_cast<double>(batches.size(i));
    }
    const Batch batch = batches.read(step - 1);
    const auto output = network_->forward(batch.input, mode);
    const auto loss = computeLoss(options_.loss, output, batch.target, batch.input);
    const int64_t size = batches.size(step - 1);
    // Each batch counts by its size, so that the update is that of one large batch.
    (options_.accumulation == 1 ? loss : loss * (static_cast<double>(size) / gathered)).backward();
    if (step % options_.accumulation == 0 || step == steps) {
      optimizer_.step(learningRates[learningRates.size() == 1 ? 0 : static_cast<size_t>(step - 1)]);
      if (average_) average_->update();
    }

    tally.add(loss, classified ? countCorrect(output.detach(), batch.labels) : at::Tensor(), size);
    if (!tally.due(step, steps)) continue;
    const double mean = tally.meanLoss();
    if (!std::isfinite(mean)) {
      throw Error("ERR_DIVERGED",
                  text("The loss is not a finite number at step ", step, " of epoch ", epoch + 1,
                       ": lower the learning rate, or check the normalization"));
    }
    progress({step, steps, tally.samples(), mean, start.seconds + watch.seconds()});
  }
  position_ = tally.at(epoch, steps, start.seconds + watch.seconds());
  return {.loss = tally.meanLoss(),
          .accuracy = classified ? tally.accuracy() : std::numeric_limits<double>::quiet_NaN(),
          .samples = tally.samples(),
          .steps = steps,
          .seconds = position_.seconds};
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
  optimizer_.load(moments);
  if (average_) average_->load(average);
  generator_.set_state(random);
  position_ = toPosition(position);
  continues_ = true;
  return file.metadata;
}

}  // namespace roentgen
