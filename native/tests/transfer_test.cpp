// Frozen layers stay, what they say of an image is computed once, and each part has its own rate.
#include "core/training/trainer.h"
#include "tests/check.h"
#include "tests/images.h"

#include <ATen/ATen.h>

namespace roentgen::testing {
namespace {

// Below the head: a stem, a residual stage of two blocks, and batch normalization throughout.
std::shared_ptr<Network> residualNetwork() {
  return Network::build(R"({"convention":"torch","layers":[
    {"kind":"conv2d","name":"conv1","out":4,"kernel":3,"bias":false},
    {"kind":"batchNorm","name":"bn1","activation":"relu"},
    {"kind":"residualStage","name":"layer1","block":"basic","blocks":2,"out":4,"stride":1},
    {"kind":"globalAvgPool"},{"kind":"dropout","rate":0.25},
    {"kind":"linear","name":"fc","out":"classes"}]})",
                        {2, 1, 16, 16}, 1);
}

TrainerOptions options() {
  TrainerOptions options;
  options.normalization = {{0.5}, {0.25}};
  options.seed = 11;
  return options;
}

StateDictionary copyState(const Network& network) {
  StateDictionary state;
  for (const State& entry : network.state())
    state[entry.name] = entry.tensor.detach().clone();
  return state;
}

}  // namespace

TEST("frozen layers stay bit for bit, their running statistics too, and all else is trained") {
  const std::vector<std::string> names{"conv1", "bn1", "layer1.0"};
  const auto network = residualNetwork();
  network->freeze(names);
  const auto before = copyState(*network);
  Trainer trainer(network, options());
  const auto dataset = randomImages(24, 1, 16);
  trainer.epoch(*dataset, firstImages(24), {0, 8, {1e-2}}, {}, silent);
  for (const State& entry : network->state()) {
    const bool frozen = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return entry.name.starts_with(name + ".");
    });
    REQUIRE_EQUAL(at::equal(entry.tensor, before.at(entry.name)), frozen);
  }
}

TEST("what was frozen is trained again once it is thawed") {
  const auto network = residualNetwork();
  network->freeze({"conv1", "bn1", "layer1"});
  Trainer trainer(network, options());
  const auto dataset = randomImages(16, 1, 16);
  trainer.epoch(*dataset, firstImages(16), {0, 8, {1e-2}}, {}, silent);
  const auto before = copyState(*network);
  network->freeze({});
  trainer.epoch(*dataset, firstImages(16), {1, 8, {1e-2}}, {}, silent);
  for (const State& entry : network->state())
    REQUIRE(!at::equal(entry.tensor, before.at(entry.name)));
}

TEST("a name that no layer has cannot be frozen") {
  const auto network = residualNetwork();
  REQUIRE_ERROR(network->freeze({"layer"}), "ERR_INVALID_ARGUMENT", "layer");
  REQUIRE_ERROR(network->freeze({"layer1.2"}), "ERR_INVALID_ARGUMENT", "layer1.2");
  network->freeze({"layer1.1", "layer1.0.conv1.weight"});
}

TEST("the layers that stay the same end at the first that is trained or draws") {
  const auto network = residualNetwork();
  REQUIRE_EQUAL(network->frozenLayers(), size_t{0});
  network->freeze({"conv1"});
  REQUIRE_EQUAL(network->frozenLayers(), size_t{1});
  network->freeze({"conv1", "bn1", "layer1.0"});
  // Convolution, normalization, its ReLU, the first block.
  REQUIRE_EQUAL(network->frozenLayers(), size_t{4});
  network->freeze({"conv1", "bn1", "layer1"});
  REQUIRE_EQUAL(network->frozenLayers(), size_t{6});
  network->freeze({"layer1"});
  REQUIRE_EQUAL(network->frozenLayers(), size_t{0});
}

TEST("with cached features a frozen network learns what it learns without") {
  for (const auto compute : {at::kFloat, at::kDouble}) {
    const auto dataset = randomImages(40, 1, 16);
    const auto run = [&](bool cached) {
      const auto network = residualNetwork();
      network->freeze({"conv1", "bn1", "layer1"});
      auto chosen = options();
      chosen.compute = compute;
      // So rare that it never happens, but images that may change are not cached.
      if (!cached) chosen.augmentation.erasing = 1e-300;
      Trainer trainer(network, chosen);
      std::vector<double> losses;
      for (int epoch = 0; epoch < 3; ++epoch) {
        losses.push_back(
            trainer.epoch(*dataset, firstImages(30), {epoch, 8, {1e-2}}, {}, silent).loss);
        Selection rest;
        for (int32_t i = 30; i < 40; ++i) {
          rest.indices.push_back(i);
          rest.labels.push_back(i % 2);
        }
        const EvaluationOptions judge{
            .compute = compute, .normalization = chosen.normalization, .batchSize = 4};
        losses.push_back(trainer.evaluate(*dataset, rest, judge, {}, silent).loss);
      }
      return at::tensor(losses, at::kDouble);
    };
    const auto with = run(true), without = run(false);
    REQUIRE_BELOW(((with - without) / without).abs().max().item<double>(),
                  compute == at::kDouble ? 1e-9 : 1e-5);
  }
}

TEST("cached features do not depend on which image is asked for first") {
  const auto dataset = randomImages(70, 1, 16);
  const auto network = residualNetwork();
  const auto read = [&](std::vector<int32_t> positions) {
    FeatureCache cache(*network, *dataset, options().normalization, at::kFloat, 5);
    at::Tensor features;
    for (const int32_t position : positions)
      features = cache.read(std::vector<int32_t>{position});
    return features;
  };
  REQUIRE(at::equal(read({3}), read({69, 40, 3})));
}

TEST("the backbone's rate is its factor of the head's, and layer decay multiplies") {
  const auto network = residualNetwork();
  auto chosen = options();
  chosen.optimizer.algorithm = Algorithm::sgd;
  chosen.optimizer.momentum = 0;
  const auto dataset = randomImages(8, 1, 16);
  const auto moved = [&](double backboneRate, double layerDecay) {
    const auto fresh = residualNetwork();
    const auto before = copyState(*fresh);
    chosen.optimizer.head = {"fc"};
    chosen.optimizer.backboneRate = backboneRate;
    chosen.optimizer.layerDecay = layerDecay;
    chosen.compute = at::kDouble;
    Trainer trainer(fresh, chosen);
    trainer.epoch(*dataset, firstImages(8), {0, 8, {1e-2}}, {}, silent);
    std::map<std::string, double> norms;
    for (const State& entry : fresh->state()) {
      if (entry.trainable)
        norms[entry.name] = (entry.tensor.detach() - before.at(entry.name)).norm().item<double>();
    }
    return norms;
  };
  const auto plain = moved(1, 1), slow = moved(0.1, 1), decayed = moved(0.1, 0.5);
  // Units from the end: fc 0, layer1 1, bn1 2, conv1 3.
  const std::map<std::string, double> depths{
      {"fc.weight", 0}, {"layer1.1.conv2.weight", 1}, {"bn1.weight", 2}, {"conv1.weight", 3}};
  for (const auto& [name, depth] : depths) {
    const double part = depth == 0 ? 1 : 0.1;
    REQUIRE_BELOW(std::abs(slow.at(name) / plain.at(name) / part - 1), 1e-9);
    REQUIRE_BELOW(std::abs(decayed.at(name) / plain.at(name) / (part * std::pow(0.5, depth)) - 1),
                  1e-9);
  }
}

TEST("an epoch in parts ends with the weights of an epoch in one") {
  const auto dataset = randomImages(27, 1, 16);
  const auto run = [&](int64_t updates) {
    const auto network = residualNetwork();
    auto chosen = options();
    chosen.accumulation = 2;
    Trainer trainer(network, chosen);
    EpochStatistics done{};
    std::vector<float> losses;
    do {
      done = trainer.epoch(*dataset, firstImages(27), {0, 4, {1e-2}, updates}, {}, silent);
      losses.insert(losses.end(), done.losses.begin(), done.losses.end());
    } while (done.step < done.steps);
    REQUIRE_EQUAL(losses.size(), static_cast<size_t>(done.steps));
    return std::pair{copyState(*network), done.loss};
  };
  const auto [whole, loss] = run(0);
  for (const int64_t updates : {1, 2, 3}) {
    const auto [parts, same] = run(updates);
    REQUIRE_EQUAL(loss, same);
    for (const auto& [name, tensor] : whole)
      REQUIRE(at::equal(tensor, parts.at(name)));
  }
}

}  // namespace roentgen::testing
