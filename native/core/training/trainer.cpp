#include "core/training/trainer.h"

#include "core/error.h"
#include "core/network/model_file.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <limits>

namespace roentgen {
namespace {

// Sums over an epoch, kept on the device. Reading them makes a GPU wait, so there it is done
// rarely.
class Tally {
 public:
  explicit Tally(at::Device device)
      : interval_(device.is_cpu() ? 1 : 16),
        loss_(at::zeros({}, at::TensorOptions(device).dtype(at::kDouble))) {
    correct_ = at::zeros({}, loss_.options().dtype(at::kLong));
  }

  void add(const at::Tensor& loss, const at::Tensor& correct, int64_t samples) {
    loss_ += loss.detach().to(at::kDouble) * static_cast<double>(samples);
    if (correct.defined()) correct_ += correct;
    samples_ += samples;
  }
  bool due(int64_t step, int64_t steps) const { return step % interval_ == 0 || step == steps; }
  double meanLoss() const { return loss_.item<double>() / static_cast<double>(samples_); }
  double accuracy() const { return correct_.item<double>() / static_cast<double>(samples_); }
  int64_t samples() const { return samples_; }

 private:
  int64_t interval_;
  at::Tensor loss_, correct_;
  int64_t samples_ = 0;
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
  if (reconstruction != (options.loss == Loss::meanSquaredError)) {
    throw Error("ERR_INVALID_ARGUMENT",
                reconstruction ? "A reconstruction network trains with meanSquaredError"
                               : "A classifier cannot train with meanSquaredError");
  }
}

EpochStatistics Trainer::epoch(Dataset& dataset, const Selection& selection, int64_t epoch,
                               int64_t batchSize, double learningRate,
                               const Cancellation& cancellation, const ProgressCallback& progress) {
  const bool classified = network_->task() == Task::classification;
  checkSelection(dataset, selection, batchSize, network_->shape(), classified);
  const Stopwatch watch;
  const auto type = options_.compute == at::kDouble ? at::kDouble : at::kFloat;
  const BatchReader reader(dataset, options_.normalization, options_.device, type);
  const auto order = epochOrder(selection.indices.size(), options_.seed, epoch);
  const auto bounds = batchBounds(order.size(), static_cast<size_t>(batchSize));
  const auto steps = static_cast<int64_t>(bounds.size()) - 1;
  const Mode mode{.training = true, .compute = options_.compute, .generator = &generator_};
  Tally tally(options_.device);
  std::vector<int32_t> positions;

  for (int64_t step = 1; step <= steps; ++step) {
    cancellation.check();
    const auto first = bounds[static_cast<size_t>(step - 1)];
    const std::span batch(order.begin() + static_cast<std::ptrdiff_t>(first),
                          bounds[static_cast<size_t>(step)] - first);
    positions.clear();
    for (const int32_t i : batch)
      positions.push_back(selection.indices[static_cast<size_t>(i)]);

    const auto input = reader.read(positions);
    const auto labels = classified ? labelsOf(selection, batch) : at::Tensor();
    const auto output = network_->forward(input, mode);
    const auto loss = computeLoss(options_.loss, output, labels, input);
    cancellation.check();  // a step may take a second; half of one is a better wait
    loss.backward();
    optimizer_.step(learningRate);

    tally.add(loss, classified ? countCorrect(output.detach(), labels) : at::Tensor(),
              static_cast<int64_t>(batch.size()));
    if (!tally.due(step, steps)) continue;
    const double mean = tally.meanLoss();
    if (!std::isfinite(mean)) {
      throw Error("ERR_DIVERGED",
                  text("The loss is not a finite number at step ", step, " of epoch ", epoch + 1,
                       ": lower the learning rate, or check the normalization"));
    }
    progress({step, steps, tally.samples(), mean, watch.seconds()});
  }
  return {.loss = tally.meanLoss(),
          .accuracy = classified ? tally.accuracy() : std::numeric_limits<double>::quiet_NaN(),
          .samples = tally.samples(),
          .steps = steps,
          .seconds = watch.seconds()};
}

void Trainer::save(const std::string& path,
                   const std::map<std::string, std::string>& metadata) const {
  TensorFile file{optimizer_.state(), describeModel(*network_, metadata)};
  for (const State& entry : network_->state())
    file.tensors[entry.name] = entry.tensor;
  file.tensors[generatorKey] = generator_.get_state();
  writeTensors(path, file);
}

std::map<std::string, std::string> Trainer::load(const std::string& path) {
  TensorFile file = readTensors(path);
  StateDictionary weights, moments;
  at::Tensor random;
  for (auto& [name, tensor] : file.tensors) {
    if (name == generatorKey) {
      random = tensor;
    } else {
      (name.starts_with("optimizer.") ? moments : weights)[name] = tensor;
    }
  }
  if (!random.defined())
    throw Error("ERR_MODEL_MISMATCH", text(path, " holds no training state to resume from"));
  network_->load(weights);
  optimizer_.load(moments);
  generator_.set_state(random);
  return file.metadata;
}

at::Tensor Trainer::labelsOf(const Selection& selection, std::span<const int32_t> order) const {
  auto labels = at::empty({static_cast<int64_t>(order.size())}, at::kLong);
  auto* out = labels.mutable_data_ptr<int64_t>();
  for (const int32_t i : order)
    *out++ = selection.labels[static_cast<size_t>(i)];
  return labels.to(options_.device);
}

}  // namespace roentgen
