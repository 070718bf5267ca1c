// The order of an epoch, exact continuation, cancellation and divergence.
#include "core/executor.h"
#include "core/inference/evaluate.h"
#include "core/memory.h"
#include "core/training/trainer.h"
#include "tests/check.h"
#include "tests/images.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <future>
#include <numeric>
#include <set>
#include <thread>

namespace roentgen::testing {
namespace {

// A network with batch normalization and dropout: both draw on state that a continuation must
// restore.
std::shared_ptr<Network> smallNetwork() {
  return Network::build(R"({"convention":"keras","layers":[
    {"kind":"conv2d","name":"c","out":8,"kernel":3,"activation":"relu"},{"kind":"batchNorm","name":"b"},
    {"kind":"maxPool2d","kernel":2},{"kind":"flatten"},{"kind":"dropout","rate":0.5},
    {"kind":"linear","name":"head","out":"classes"}]})",
                        {2, 1, 16, 16}, 1);
}

TrainerOptions options() {
  TrainerOptions options;
  options.normalization = {{0.5}, {0.25}};
  options.seed = 11;
  return options;
}

}  // namespace

TEST("an epoch's order is a permutation that depends on seed and epoch alone") {
  for (const size_t count : {1u, 2u, 17u, 1000u}) {
    auto order = epochOrder(count, 5, 3);
    REQUIRE(order == epochOrder(count, 5, 3));
    std::sort(order.begin(), order.end());
    for (size_t i = 0; i < count; ++i)
      REQUIRE_EQUAL(order[i], static_cast<int32_t>(i));
  }
  REQUIRE(epochOrder(1000, 5, 3) != epochOrder(1000, 5, 4));
  REQUIRE(epochOrder(1000, 5, 3) != epochOrder(1000, 6, 3));
}

TEST("every image stands at every place equally often") {
  constexpr size_t count = 8, rounds = 16000;
  std::vector<double> seen(count * count);
  for (size_t round = 0; round < rounds; ++round) {
    const auto order = epochOrder(count, 1, static_cast<int64_t>(round));
    for (size_t place = 0; place < count; ++place)
      ++seen[place * count + static_cast<size_t>(order[place])];
  }
  // Standard deviation of a cell is √(rounds · 1/8 · 7/8) = 42; five of them are never passed by
  // chance.
  for (const double cell : seen)
    REQUIRE_BELOW(std::abs(cell - rounds / count), 210.0);
}

TEST("batches cover an epoch once, and none has a single image") {
  for (size_t count = 1; count < 200; ++count) {
    for (const size_t size : {1u, 2u, 32u, 500u}) {
      const auto bounds = batchBounds(count, size);
      REQUIRE_EQUAL(bounds.front(), 0u);
      REQUIRE_EQUAL(bounds.back(), count);
      for (size_t i = 1; i < bounds.size(); ++i) {
        REQUIRE(bounds[i] > bounds[i - 1]);
        REQUIRE(size == 1 ? bounds[i] - bounds[i - 1] <= 2
                          : bounds[i] - bounds[i - 1] >= 2 || count == 1);
        REQUIRE(bounds[i] - bounds[i - 1] <= size + 1);
      }
    }
  }
}

TEST("a batch holds the chosen images, normalized per channel, with channels last") {
  const auto dataset = randomImages(9, 3, 5);
  const Normalization normalization{{0.1, 0.2, 0.3}, {0.5, 1.0, 2.0}};
  const BatchReader reader(*dataset, normalization, at::kCPU, at::kFloat);
  const std::vector<int32_t> chosen{7, 0, 7, 3};
  const auto batch = reader.read(chosen);
  REQUIRE(batch.is_contiguous(at::MemoryFormat::ChannelsLast));
  const auto mean = at::tensor({0.1, 0.2, 0.3}, at::kDouble).view({1, 3, 1, 1});
  const auto std = at::tensor({0.5, 1.0, 2.0}, at::kDouble).view({1, 3, 1, 1});
  const auto expected =
      (dataset->images().index_select(0, at::tensor({7, 0, 7, 3})) / 255.0 - mean) / std;
  REQUIRE(at::allclose(batch.to(at::kDouble), expected, 0, 1e-6));
  REQUIRE_ERROR(BatchReader(*dataset, {{0.5}, {0.5}}, at::kCPU, at::kFloat), "ERR_INVALID_ARGUMENT",
                "3 means");
  REQUIRE_ERROR(BatchReader(*dataset, {{0, 0, 0}, {1, 0, 1}}, at::kCPU, at::kFloat),
                "ERR_INVALID_ARGUMENT", "above 0");
}

TEST("resumed training equals uninterrupted training, bit for bit, wherever it was interrupted") {
  const auto dataset = randomImages(40, 1, 16);
  const auto selection = firstImages(40);
  const std::string path = temporaryPath("last.safetensors");
  TrainerOptions everything = options();
  everything.optimizer.algorithm = Algorithm::lion;
  everything.augmentation = {.rotation = 20, .noise = 0.1, .mixup = 0.4};
  everything.accumulation = 2;
  everything.averageDecay = 0.9;
  const auto weights = [](Trainer& trainer) {
    std::vector<at::Tensor> flat;
    for (const State& entry : trainer.network().state())
      flat.push_back(entry.tensor.detach().to(at::kDouble).flatten());
    return at::cat(flat);
  };
  for (const auto& settings : {options(), everything}) {
    Trainer whole(smallNetwork(), settings);
    std::vector<double> losses;
    for (int epoch = 0; epoch < 3; ++epoch)
      losses.push_back(whole.epoch(*dataset, selection, {epoch, 8, {1e-2}}, {}, silent).loss);
    for (int64_t stop = 0; stop < 5; ++stop) {
      Trainer interrupted(smallNetwork(), settings);
      interrupted.epoch(*dataset, selection, {0, 8, {1e-2}}, {}, silent);
      Cancellation cancellation;
      if (stop == 0) cancellation.cancel();
      const auto stopping = [&](const Progress& progress) {
        if (progress.step == stop) cancellation.cancel();
      };
      REQUIRE_ERROR(interrupted.epoch(*dataset, selection, {1, 8, {1e-2}}, cancellation, stopping),
                    "ABORT_ERR", "aborted");
      interrupted.save(path, {{"note", "half"}});
      Trainer resumed(smallNetwork(), settings);
      REQUIRE_EQUAL(resumed.load(path).at("note"), "half");
      for (int epoch = 1; epoch < 3; ++epoch) {
        const auto loss = resumed.epoch(*dataset, selection, {epoch, 8, {1e-2}}, {}, silent).loss;
        REQUIRE_EQUAL(loss, losses[static_cast<size_t>(epoch)]);
      }
      REQUIRE(at::equal(weights(whole), weights(resumed)));
      // Saved after an epoch that is then asked for again: it is done already.
      resumed.save(path, {});
      Trainer done(smallNetwork(), settings);
      done.load(path);
      const double again = done.epoch(*dataset, selection, {2, 8, {1e-2}}, {}, silent).loss;
      REQUIRE_EQUAL(again, losses[2]);
      REQUIRE(at::equal(weights(whole), weights(done)));
      if (settings.averageDecay == 0) continue;
      whole.exchangeAverage();
      resumed.exchangeAverage();
      REQUIRE(at::equal(weights(whole), weights(resumed)));
      whole.exchangeAverage();
    }
  }
}

TEST("gradients gathered over small batches make the update of one large batch") {
  // Without batch normalization, whose statistics are each batch's own, and without dropout.
  const auto network = [] {
    return Network::build(R"({"convention":"keras","layers":[
      {"kind":"conv2d","name":"c","out":4,"kernel":3,"activation":"relu"},{"kind":"flatten"},
      {"kind":"linear","name":"head","out":"classes"}]})",
                          {2, 1, 16, 16}, 1);
  };
  const auto dataset = randomImages(22, 1, 16);
  TrainerOptions gathering = options(), wide = options();
  gathering.compute = wide.compute = at::kDouble;
  gathering.accumulation = 3;
  for (const std::vector<double>& weights : {std::vector<double>{}, {0.3, 2.0}}) {
    gathering.loss.classWeights = wide.loss.classWeights = weights;
    Trainer small(network(), gathering), large(network(), wide);
    small.epoch(*dataset, firstImages(22), {0, 4, {1e-2}}, {}, silent);
    large.epoch(*dataset, firstImages(22), {0, 12, {1e-2}}, {}, silent);
    const auto& actual = small.network().state();
    for (size_t i = 0; i < actual.size(); ++i)
      REQUIRE(at::allclose(actual[i].tensor, large.network().state()[i].tensor, 1e-9, 1e-12));
  }
}

TEST("the average forgets at its rate, and is exchanged and brought back") {
  const auto dataset = randomImages(8, 1, 16);
  TrainerOptions averaging = options();
  averaging.averageDecay = 0.15;
  Trainer trainer(smallNetwork(), averaging);
  const auto head = [&] { return trainer.network().state().back().tensor.detach().clone(); };
  auto average = head();
  for (int step = 1; step <= 5; ++step) {
    trainer.epoch(*dataset, firstImages(8), {step, 8, {1e-2}}, {}, silent);
    const double decay = std::min(0.15, (1.0 + step) / (10.0 + step));
    average = decay * average + (1 - decay) * head();
  }
  const auto trained = head();
  trainer.exchangeAverage();
  REQUIRE(at::allclose(head(), average, 1e-5, 1e-7));
  trainer.exchangeAverage();
  REQUIRE(at::equal(head(), trained));
  Trainer plain(smallNetwork(), options());
  REQUIRE_ERROR(plain.exchangeAverage(), "ERR_INVALID_ARGUMENT", "no average");
}

TEST("a learning rate for each step is taken by its step") {
  const auto dataset = randomImages(24, 1, 16);
  Trainer still(smallNetwork(), options()), moving(smallNetwork(), options());
  const auto before = still.network().state().front().tensor.detach().clone();
  still.epoch(*dataset, firstImages(24), {0, 8, {0, 0, 0}}, {}, silent);
  moving.epoch(*dataset, firstImages(24), {0, 8, {0, 1e-2, 0}}, {}, silent);
  REQUIRE(at::equal(still.network().state().front().tensor, before));
  REQUIRE(!at::equal(moving.network().state().front().tensor, before));
  REQUIRE_ERROR(still.epoch(*dataset, firstImages(24), {0, 8, {1, 2}}, {}, silent),
                "ERR_INVALID_ARGUMENT", "1 or 3");
}

TEST("a network learns by heart: the loss falls to near zero and every answer is right") {
  const auto dataset = randomImages(32, 1, 16);
  const auto selection = firstImages(32);
  auto network = smallNetwork();
  Trainer trainer(network, options());
  for (int epoch = 0; epoch < 60; ++epoch)
    trainer.epoch(*dataset, selection, {epoch, 8, {3e-3}}, {}, silent);
  const auto outputs = evaluate(*network, *dataset, selection,
                                {.normalization = options().normalization}, {}, silent);
  REQUIRE_BELOW(outputs.loss, 0.1);
  REQUIRE_EQUAL(
      countCorrect(outputs.values, at::tensor(selection.labels, at::kLong)).item<int64_t>(), 32);
}

TEST("bfloat16 gives the loss of float within its eight bits") {
  const auto dataset = randomImages(32, 1, 16);
  const auto selection = firstImages(32);
  auto narrow = options();
  narrow.compute = at::kBFloat16;
  Trainer wide(smallNetwork(), options()), half(smallNetwork(), narrow);
  const double expected = wide.epoch(*dataset, selection, {0, 32, {1e-3}}, {}, silent).loss;
  const double actual = half.epoch(*dataset, selection, {0, 32, {1e-3}}, {}, silent).loss;
  REQUIRE_BELOW(std::abs(actual - expected) / expected, 0.02);
}

TEST("cancellation ends an epoch at once") {
  const auto dataset = randomImages(64, 1, 16);
  Trainer trainer(smallNetwork(), options());
  Cancellation cancellation;
  int64_t last = 0;
  const auto stopAtThird = [&](const Progress& progress) {
    last = progress.step;
    if (progress.step == 3) cancellation.cancel();
  };
  REQUIRE_ERROR(trainer.epoch(*dataset, firstImages(64), {0, 4, {1e-3}}, cancellation, stopAtThird),
                "ABORT_ERR", "aborted");
  REQUIRE_EQUAL(last, 3);
}

TEST("after an epoch that was left early, one of fewer images begins anew") {
  const auto dataset = randomImages(40, 1, 16);
  Trainer trainer(smallNetwork(), options());
  Cancellation cancellation;
  const auto stopAtFourth = [&](const Progress& progress) {
    if (progress.step == 4) cancellation.cancel();
  };
  REQUIRE_ERROR(
      trainer.epoch(*dataset, firstImages(40), {0, 8, {1e-3}}, cancellation, stopAtFourth),
      "ABORT_ERR", "aborted");
  const auto done = trainer.epoch(*dataset, firstImages(16), {0, 8, {1e-3}}, {}, silent);
  REQUIRE_EQUAL(done.samples, 16);
  REQUIRE_EQUAL(done.losses.size(), size_t{2});
}

TEST("a loss that is not finite stops training and names the step") {
  const auto dataset = randomImages(16, 1, 16);
  Trainer trainer(smallNetwork(), options());
  const auto run = [&] {
    for (int epoch = 0; epoch < 5; ++epoch)
      trainer.epoch(*dataset, firstImages(16), {epoch, 4, {1e30}}, {}, silent);
  };
  REQUIRE_ERROR(run(), "ERR_DIVERGED", "at step");
}

TEST("wrong images, labels and positions are refused before the first step") {
  const auto dataset = randomImages(8, 1, 16);
  Trainer trainer(smallNetwork(), options());
  const auto run = [&](Dataset& images, const Selection& selection, int64_t batch) {
    trainer.epoch(images, selection, {0, batch, {1e-3}}, {}, silent);
  };
  REQUIRE_ERROR(run(*randomImages(8, 1, 17), firstImages(8), 4), "ERR_MODEL_MISMATCH", "1×17×17");
  REQUIRE_ERROR(run(*randomImages(8, 3, 16), firstImages(8), 4), "ERR_MODEL_MISMATCH", "3×16×16");
  REQUIRE_ERROR(run(*dataset, firstImages(9), 4), "ERR_INVALID_ARGUMENT", "Position 8");
  REQUIRE_ERROR(run(*dataset, {{0, 1}, {0, 2}}, 4), "ERR_INVALID_ARGUMENT", "Label 2");
  REQUIRE_ERROR(run(*dataset, {{0, 1}, {0}}, 4), "ERR_INVALID_ARGUMENT", "2 labels");
  REQUIRE_ERROR(run(*dataset, {{}, {}}, 4), "ERR_INVALID_ARGUMENT", "No image");
  REQUIRE_ERROR(run(*dataset, firstImages(8), 0), "ERR_INVALID_ARGUMENT", "batch size");
}

TEST("large tensors reuse memory: the same work twice maps nothing new") {
  releaseCachedMemory();
  const auto work = [] {
    for (int64_t side : {1000, 2000, 1500})
      at::zeros({side, side}).add(1).sum();
  };
  work();
  const MemoryUse once = memoryUse();
  for (int i = 0; i < 20; ++i)
    work();
  REQUIRE_EQUAL(memoryUse().cached, once.cached);
  REQUIRE_EQUAL(memoryUse().live, once.live);
  releaseCachedMemory();
  REQUIRE_EQUAL(memoryUse().cached, 0u);
}

TEST("a large dataset gives its memory back when it goes") {
  releaseCachedMemory();
  const uint64_t before = memoryUse().live;
  {
    const auto dataset = randomImages(80, 1, 1024);
    REQUIRE(memoryUse().live >= before + (80u << 20));
  }
  REQUIRE_EQUAL(memoryUse().live, before);
  REQUIRE_EQUAL(memoryUse().cached, 0u);
}

TEST("an executor runs jobs in order on one thread, and drops what waits when it ends") {
  std::vector<int> seen;
  std::set<std::thread::id> threads;
  std::promise<void> done;
  {
    SerialExecutor executor;
    for (int i = 0; i < 100; ++i) {
      executor.submit([&, i] {
        seen.push_back(i);
        threads.insert(std::this_thread::get_id());
        if (i == 99) done.set_value();
      });
    }
    done.get_future().wait();
  }
  std::vector<int> expected(100);
  std::iota(expected.begin(), expected.end(), 0);
  REQUIRE(seen == expected);
  REQUIRE_EQUAL(threads.size(), 1u);
}

}  // namespace roentgen::testing
