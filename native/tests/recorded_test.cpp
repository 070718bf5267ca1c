// What a training step is made of where a device records it: fixed tensors, working weights, and
// the batch that would fit. Recording itself needs a device.
#include "core/dataset/upload_ring.h"
#include "core/loss.h"
#include "core/network/network.h"
#include "core/network/working_weights.h"
#include "core/recording.h"
#include "core/training/largest_batch.h"
#include "core/training/optimizer.h"
#include "core/training/recorded_steps.h"
#include "core/training/trainer.h"
#include "tests/check.h"
#include "tests/images.h"

#include <ATen/ATen.h>

namespace roentgen::testing {
namespace {

// Weights that convolutions compute with, that are folded with a norm's, and of linear layers.
std::shared_ptr<Network> mixedNetwork() {
  return Network::build(R"({"convention":"keras","layers":[
    {"kind":"batchNorm","name":"in"},
    {"kind":"conv2d","name":"c","out":8,"kernel":3,"activation":"relu"},
    {"kind":"batchNorm","name":"b"},{"kind":"conv2d","name":"d","out":8,"kernel":3},
    {"kind":"flatten"},{"kind":"linear","name":"head","out":"classes"}]})",
                        {2, 1, 12, 12}, 1);
}

Batch drawBatch(int64_t images, int64_t seed) {
  at::manual_seed(static_cast<uint64_t>(seed));
  Batch batch;
  batch.input = at::randn({images, 1, 12, 12}).contiguous(at::MemoryFormat::ChannelsLast);
  batch.labels = batch.target = at::randint(2, {images}, at::kLong);
  return batch;
}

at::Tensor flat(const Network& network) {
  std::vector<at::Tensor> parts;
  for (const State& entry : network.state())
    parts.push_back(entry.tensor.detach().to(at::kDouble).flatten());
  return at::cat(parts);
}

// A network with its optimizer, and a step that reads nothing but its batch.
struct Training {
  std::shared_ptr<Network> network = mixedNetwork();
  Optimizer optimizer{network->trainable(), {}};
  at::Generator generator = at::detail::createCPUGenerator();

  StepFigures step(const Batch& batch) {
    const Mode mode{.training = true, .generator = &generator};
    const auto output = network->forward(batch.input, mode);
    const auto loss = computeLoss({}, output, batch.target, batch.input);
    loss.backward();
    optimizer.step();
    return {loss.detach(), countCorrect(output.detach(), batch.labels)};
  }
};

at::Tensor gradientsOf(const Network& network) {
  std::vector<at::Tensor> parts;
  for (const State& entry : network.trainable())
    parts.push_back(entry.tensor.grad().flatten());
  return at::cat(parts);
}

}  // namespace

TEST("recorded steps train as plain ones do, batches of all sizes and rates included") {
  Training plain, recorded;
  int recordings = 0;
  // Replaying is doing it again.
  const auto recorder = [&](const std::function<void()>& work) {
    ++recordings;
    return work;
  };
  RecordedSteps steps([&](const Batch& batch) { return recorded.step(batch); }, recorder);
  for (int64_t i = 0; i < 24; ++i) {
    const auto batch = drawBatch(i % 4 == 3 ? 5 : 8, i);
    const double rate = 1e-3 * static_cast<double>(1 + i % 3);
    plain.optimizer.setRate(rate);
    recorded.optimizer.setRate(rate);
    const auto expected = plain.step(batch), figures = steps.run(batch);
    REQUIRE(at::equal(figures.loss, expected.loss));
    REQUIRE(at::equal(figures.correct, expected.correct));
    REQUIRE(at::equal(flat(*recorded.network), flat(*plain.network)));
  }
  REQUIRE_EQUAL(recordings, 2);
}

TEST("what cannot be recorded runs as it is, and is not tried again") {
  Training plain, recorded;
  int attempts = 0;
  const auto recorder = [&](const std::function<void()>&) -> std::function<void()> {
    ++attempts;
    TORCH_CHECK(false, "operation not permitted when stream is capturing");
  };
  RecordedSteps steps([&](const Batch& batch) { return recorded.step(batch); }, recorder);
  for (int64_t i = 0; i < 8; ++i) {
    const auto batch = drawBatch(8, i);
    plain.step(batch);
    steps.run(batch);
  }
  REQUIRE(at::equal(flat(*recorded.network), flat(*plain.network)));
  REQUIRE_EQUAL(attempts, 1);
}

TEST("mixed targets and those of reconstruction are copied, too") {
  std::vector<double> sums;
  const auto step = [&](const Batch& batch) {
    const auto target = batch.target.defined() ? batch.target.to(at::kDouble) : at::zeros({1});
    sums.push_back(batch.input.sum().item<double>() + target.sum().item<double>());
    return StepFigures{};
  };
  RecordedSteps steps(step, [](const std::function<void()>& work) { return work; });
  std::vector<double> expected;
  for (int64_t i = 0; i < 10; ++i) {
    auto batch = drawBatch(4, i);
    if (i % 2 == 0) batch.target = at::rand({4, 2});
    step(batch);
    expected.push_back(sums.back());
    sums.pop_back();
    steps.run(batch);
    Batch image{.input = batch.input, .labels = {}, .target = {}};
    step(image);
    expected.push_back(sums.back());
    sums.pop_back();
    steps.run(image);
  }
  REQUIRE(sums == expected);
}

TEST("working weights give the outputs and gradients of weights that are converted on the way") {
  const auto converted = mixedNetwork(), working = mixedNetwork();
  WorkingWeights weights(at::kBFloat16);
  auto generator = at::detail::createCPUGenerator();
  Optimizer first(converted->trainable(), {}), second(working->trainable(), {});
  first.setRate(1e-2);
  second.setRate(1e-2);
  for (int64_t i = 0; i < 6; ++i) {
    // Two batches to an update: gradients gather in float.
    for (int64_t part = 0; part < 2; ++part) {
      const auto batch = drawBatch(8, 10 * i + part);
      const auto pass = [&](Network& network, WorkingWeights* copies) {
        const Mode mode{
            .training = true, .compute = at::kBFloat16, .working = copies, .generator = &generator};
        const auto output = network.forward(batch.input, mode);
        computeLoss({}, output, batch.target, batch.input).backward();
        if (copies) copies->giveGradients();
        return output.detach();
      };
      REQUIRE(at::equal(pass(*converted, nullptr), pass(*working, &weights)));
      REQUIRE(at::equal(gradientsOf(*converted), gradientsOf(*working)));
    }
    first.step();
    second.step();
    weights.refresh();
    REQUIRE(at::equal(flat(*converted), flat(*working)));
    // What is frozen meanwhile keeps its weights, and takes no gradients.
    if (i == 3) {
      converted->freeze({"c"});
      working->freeze({"c"});
      first.dropGradients();
      second.dropGradients();
      for (const auto& network : {converted, working})
        for (const State& entry : network->trainable())
          entry.tensor.mutable_grad() = at::zeros_like(entry.tensor);
    }
  }
}

TEST("rows are gathered as index_select does") {
  const auto images = at::randint(256, {20, 3, 7, 5}, at::kByte);
  const std::vector<int32_t> indices{19, 0, 7, 7, 3};
  auto rows = at::empty({5, 3, 7, 5}, at::kByte);
  gatherRows(images, indices, rows);
  REQUIRE(at::equal(rows, images.index_select(0, at::tensor(indices, at::kInt))));
}

TEST("the largest batch is that of memory which grows with the images") {
  for (const int64_t once : {0, 500, 5000}) {
    for (const int64_t perImage : {10, 33, 70}) {
      const int64_t inUse = 1000, capacity = 11'000;
      int64_t peak = 0;
      const auto pass = [&](int64_t images) {
        const int64_t needs = inUse + once + images * perImage;
        if (needs > capacity) throw c10::OutOfMemoryError({}, "too much");
        peak = std::max(peak, needs);
      };
      const MemoryMeter meter{.restart = [&] { peak = inUse; },
                              .used = [&] { return inUse; },
                              .peak = [&] { return peak; },
                              .available = [&] { return capacity - inUse; }};
      const int64_t most = largestBatch(pass, meter);
      pass(most);
      // A twentieth of the memory is left.
      REQUIRE_ERROR(
          [&] {
            try {
              pass(most + (capacity - inUse) / 20 / perImage + 2);
            } catch (const c10::OutOfMemoryError&) {
              throw Error("ERR_OUT_OF_MEMORY", "beyond");
            }
          }(),
          "ERR_OUT_OF_MEMORY", "beyond");
    }
  }
  const MemoryMeter none{.restart = [] {},
                         .used = [] { return int64_t{0}; },
                         .peak = [] { return int64_t{0}; },
                         .available = [] { return int64_t{0}; }};
  REQUIRE_EQUAL(largestBatch([](int64_t) { throw c10::OutOfMemoryError({}, "full"); }, none), 0);
}

TEST("a device that records its steps learns as the CPU does") {
  if (!at::hasCUDA()) return;
  const auto images = randomImages(72, 1, 12);
  const auto losses = [&](at::Device device) {
    TrainerOptions options;
    options.normalization = {{0.5}, {0.25}};
    options.device = device;
    Trainer trainer(mixedNetwork(), options);
    std::vector<float> all;
    for (int64_t epoch = 0; epoch < 4; ++epoch) {
      const auto part =
          trainer.epoch(*images, firstImages(72), {epoch, 16, {1e-3}}, {}, silent).losses;
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  };
  const auto expected = losses(at::kCPU), recorded = losses(at::Device(at::kCUDA, 0));
  for (size_t i = 0; i < expected.size(); ++i)
    REQUIRE_BELOW(std::abs(recorded[i] - expected[i]), 0.02F * expected[0]);
}

}  // namespace roentgen::testing
