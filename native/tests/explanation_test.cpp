// What can be asked of which networks, and what is refused.
#include "core/explanation/class_activation.h"
#include "core/explanation/gradients.h"
#include "core/explanation/perturbation.h"
#include "core/explanation/targets.h"
#include "core/inference/batch_statistics.h"
#include "tests/check.h"
#include "tests/images.h"
#include "tests/oracle.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

namespace roentgen::testing {
namespace {

constexpr int64_t side = 96;

std::shared_ptr<Network> networkOf(const std::string& model, int64_t outputs,
                                   int64_t channels = 1) {
  return Network::build(readText(sourcePath("models/" + model + ".json")),
                        {outputs, channels, side, side}, 4);
}

PassOptions passOver(int32_t count, size_t channels = 1) {
  return {firstImages(count).indices,
          at::kFloat,
          {std::vector<double>(channels, 0.5), std::vector<double>(channels, 0.25)},
          2};
}

CamMaps gradCam(Network& network, Dataset& dataset, const std::vector<std::string>& layers,
                const std::vector<int32_t>& targets, const Cancellation& cancellation = {},
                const ProgressCallback& progress = silent) {
  return classActivations(
      network, dataset,
      {passOver(static_cast<int32_t>(targets.size())), camMethodByName("gradCam"), layers, targets},
      cancellation, progress);
}

std::vector<std::string> names(const Network& network, bool convolutionsOnly = false) {
  std::vector<std::string> all;
  for (const LayerOutput& output : network.outputs()) {
    if (output.convolution || !convolutionsOnly) all.push_back(output.name);
  }
  return all;
}

PerturbOptions twoHalves(int64_t masks) {
  const auto segments = at::arange(side * side, at::kInt).div(side * side / 2, "floor");
  return {.index = 1,
          .segments = segments.to(at::kInt),
          .masks = at::ones({masks * 2}, at::kByte),
          .fill = at::zeros({side * side}, at::kByte),
          .compute = at::kFloat,
          .normalization = passOver(1).normalization,
          .batchSize = 2};
}

}  // namespace

TEST("layers are named in the order in which they run; a stage stands behind its blocks") {
  const auto network = networkOf("resnet50", 2);
  const auto all = names(*network);
  const std::vector<std::string> start{"input",
                                       "conv1",
                                       "bn1",
                                       "maxPool2d3",
                                       "layer1.0.conv1",
                                       "layer1.0.conv2",
                                       "layer1.0.conv3",
                                       "layer1.0.downsample.0",
                                       "layer1.0"};
  REQUIRE(std::equal(start.begin(), start.end(), all.begin()));
  const std::vector<std::string> end{"layer4.2", "layer4", "avgpool", "fc"};
  REQUIRE(std::equal(end.rbegin(), end.rend(), all.rbegin()));
  // 16 blocks of three, the stem and four that change the width.
  REQUIRE_EQUAL(names(*network, /*convolutionsOnly=*/true).size(), 53u);
}

TEST("every named layer of every kind of block is seen, in the shape that its name promises") {
  const auto dataset = randomImages(1, 1, side);
  for (const char* model : {"lmap3", "resnet18", "resnet50v2", "alexnet", "cnn-binary", "lenet5"}) {
    const auto network = networkOf(model, 2);
    const auto all =
        activations(*network, *dataset, {passOver(1), names(*network), false}, {}, silent);
    for (size_t i = 0; i < all.size(); ++i) {
      REQUIRE(all[i].values.defined());
      REQUIRE_EQUAL(all[i].values.sizes().slice(1).vec(), network->outputs()[i].shape.sizes());
    }
  }
}

TEST("a layer in front of an activation of its own keeps its values, and the network its answer") {
  const auto network = Network::build(
      R"({"convention":"keras","layers":[{"kind":"activation","name":"first","function":"relu"},
        {"kind":"conv2d","name":"conv","out":4,"kernel":3},{"kind":"activation","name":"relu",
        "function":"relu"},{"kind":"maxPool2d","kernel":2},{"kind":"flatten"},
        {"kind":"linear","name":"head","out":"classes"}]})",
      {2, 1, side, side}, 3);
  const auto dataset = randomImages(2, 1, side);
  const auto found =
      activations(*network, *dataset,
                  {passOver(2), {"input", "first", "conv", "relu", "head"}, false}, {}, silent);
  for (const size_t i : {0u, 2u}) {
    REQUIRE(found[i].values.min().item<float>() < 0);
    REQUIRE(at::equal(found[i].values.relu(), found[i + 1].values));
  }
  const auto maps = gradCam(*network, *dataset, {"input", "conv", "relu"}, {0, 1});
  requireClose("logits", maps.logits, found[4].values, 1e-6);
  const auto gradient =
      gradients(*network, *dataset, {.pass = passOver(2), .targets = {0, 1}}, {}, silent);
  requireClose("input", maps.maps[0].values,
               gradient.values.mean({2, 3}, true).mul(found[0].values).sum(1), 1e-5);
}

TEST("a layer may be called input, and is meant by that name") {
  const auto network = Network::build(
      R"({"convention":"keras","layers":[{"kind":"flatten","name":"input"},
        {"kind":"linear","name":"head","out":"classes"}]})",
      {2, 1, side, side}, 3);
  const auto found = activations(*network, *randomImages(1, 1, side),
                                 {passOver(1), {"input", "head"}, false}, {}, silent);
  REQUIRE(names(*network) == (std::vector<std::string>{"input", "head"}));
  REQUIRE_EQUAL(found[0].values.sizes().vec(), (std::vector<int64_t>{1, side * side}));
}

TEST("maps of several layers are those of each alone, a stage's that of its last block") {
  const auto network = networkOf("resnet18", 2);
  const auto dataset = randomImages(3, 1, side);
  const std::vector<int32_t> targets{0, 1, -1};
  const auto both = gradCam(*network, *dataset, {"layer4", "layer2.0.conv1", "layer4.1"}, targets);
  REQUIRE(at::equal(both.maps[0].values, both.maps[2].values));
  for (const auto& [layer, values] : both.maps)
    requireClose(layer, values, gradCam(*network, *dataset, {layer}, targets).maps[0].values, 1e-5);
}

TEST("the weights get no gradient, and a network at rest records none") {
  const auto network = networkOf("resnet18", 2);
  gradCam(*network, *randomImages(1, 1, side), {"layer3"}, {0});
  for (const State& entry : network->trainable())
    REQUIRE(!entry.tensor.grad().defined());
  REQUIRE(at::GradMode::is_enabled());
}

TEST("with one output class 0 is class 1 negated, and -1 the side of the logit") {
  const auto network = networkOf("lmap3", 1);
  const auto dataset = randomImages(2, 1, side);
  const auto map = [&](int32_t target) {
    return gradCam(*network, *dataset, {"conv5"}, {target, target});
  };
  const auto sick = map(1), healthy = map(0), predicted = map(-1);
  REQUIRE(at::equal(sick.maps[0].values, -healthy.maps[0].values));
  REQUIRE(at::equal(
      predicted.maps[0].values,
      at::where(sick.logits.view({2, 1, 1}) > 0, sick.maps[0].values, healthy.maps[0].values)));
}

TEST("questions that make no sense are refused with a reason") {
  const auto network = networkOf("lmap3", 4);
  const auto dataset = randomImages(2, 1, side);
  REQUIRE_ERROR(gradCam(*network, *dataset, {"conv6"}, {0}), "ERR_INVALID_ARGUMENT",
                "no layer \"conv6\": expected one of input, bn, conv1");
  REQUIRE_ERROR(gradCam(*network, *dataset, {}, {0}), "ERR_INVALID_ARGUMENT", "No layer");
  REQUIRE_ERROR(gradCam(*network, *dataset, {"embedding"}, {0}), "ERR_INVALID_ARGUMENT",
                "\"embedding\" puts out 64 values without height and width");
  for (const int32_t target : {-2, 4}) {
    REQUIRE_ERROR(gradCam(*network, *dataset, {"conv5"}, {target}), "ERR_INVALID_ARGUMENT",
                  text("Target ", target));
  }
  REQUIRE_ERROR(gradCam(*network, *dataset, {"conv5"}, {0, 0, 0}), "ERR_INVALID_ARGUMENT",
                "outside the dataset");
  REQUIRE_ERROR(camMethodByName("gradcam"), "ERR_INVALID_ARGUMENT", "gradCam, gradCamPlusPlus");
  REQUIRE_ERROR(network->randomize({"conv1", "maxPool2d3"}, 1), "ERR_INVALID_ARGUMENT",
                "maxPool2d3");
  REQUIRE_ERROR(estimateStatistics(*networkOf("lenet5", 2), *dataset, passOver(2), {}, silent),
                "ERR_UNSUPPORTED", "no batch normalization");
  REQUIRE_ERROR(estimateStatistics(*networkOf("cnn-binary", 2), *dataset, passOver(1), {}, silent),
                "ERR_INVALID_ARGUMENT", "more images");
  const auto explain = [&](const GradientOptions& options) {
    return gradients(*network, *dataset, options, {}, silent);
  };
  const PassOptions one = passOver(1);
  REQUIRE_ERROR(explain({.pass = one, .targets = {0}, .samples = 0}), "ERR_INVALID_ARGUMENT",
                "sample");
  REQUIRE_ERROR(explain({.pass = one, .targets = {0}, .noise = -1}), "ERR_INVALID_ARGUMENT",
                "noise");
  REQUIRE_ERROR(explain({.pass = one, .targets = {0}, .baseline = 2}), "ERR_INVALID_ARGUMENT",
                "baseline");
}

TEST("a reconstruction has layers, but nothing to explain") {
  const auto network = networkOf("autoencoder", 1, 3);
  const auto dataset = randomImages(2, 3, side);
  const PassOptions pass = passOver(2, 3);
  const auto code = activations(*network, *dataset, {pass, {"middle"}, true}, {}, silent);
  REQUIRE_EQUAL(code[0].values.sizes().vec(), (std::vector<int64_t>{2, 16}));
  const auto cam = [&] {
    return classActivations(*network, *dataset,
                            {pass, camMethodByName("gradCam"), {"middle"}, {0, 0}}, {}, silent);
  };
  REQUIRE_ERROR(cam(), "ERR_UNSUPPORTED", "reconstruction");
  REQUIRE_ERROR(gradients(*network, *dataset, {.pass = pass, .targets = {0, 0}}, {}, silent),
                "ERR_UNSUPPORTED", "reconstruction");
}

TEST("perturbations that do not fit the image are refused") {
  const auto network = networkOf("lmap3", 4);
  const auto dataset = randomImages(2, 1, side);
  const auto ask = [&](const PerturbOptions& options) {
    return perturb(*network, *dataset, options, {}, silent);
  };
  REQUIRE_EQUAL(ask(twoHalves(5)).sizes().vec(), (std::vector<int64_t>{5, 4}));
  auto options = twoHalves(3);
  options.masks = at::ones({5}, at::kByte);
  REQUIRE_ERROR(ask(options), "ERR_INVALID_ARGUMENT", "masks of 2 parts");
  options.masks = at::full({2}, 2, at::kByte);
  REQUIRE_ERROR(ask(options), "ERR_INVALID_ARGUMENT", "0 and 1");
  options = twoHalves(1);
  options.segments = options.segments - 1;
  REQUIRE_ERROR(ask(options), "ERR_INVALID_ARGUMENT", "segments from 0");
  options.segments = at::zeros({7}, at::kInt);
  REQUIRE_ERROR(ask(options), "ERR_INVALID_ARGUMENT", "9216 segments");
  options = twoHalves(1);
  options.fill = at::zeros({1}, at::kByte);
  REQUIRE_ERROR(ask(options), "ERR_INVALID_ARGUMENT", "bytes of fill");
  options = twoHalves(1);
  options.index = (int64_t{1} << 32) + 1;
  REQUIRE_ERROR(ask(options), "ERR_INVALID_ARGUMENT", "outside the dataset");
}

TEST("an abort stops explanations after the batch under way") {
  const auto network = networkOf("lmap3", 2);
  const auto dataset = randomImages(6, 1, side);
  const auto stopsAfterOne = [](const auto& work) {
    Cancellation cancellation;
    int64_t steps = 0;
    const ProgressCallback progress = [&](const Progress&) {
      ++steps;
      cancellation.cancel();
    };
    REQUIRE_ERROR(work(cancellation, progress), "ABORT_ERR", "aborted");
    REQUIRE_EQUAL(steps, 1);
  };
  stopsAfterOne([&](const auto& cancellation, const auto& progress) {
    return activations(*network, *dataset, {passOver(6), {"conv5"}, true}, cancellation, progress);
  });
  stopsAfterOne([&](const auto& cancellation, const auto& progress) {
    return gradCam(*network, *dataset, {"conv5"}, {0, 0, 0, 0, 0, 0}, cancellation, progress);
  });
  stopsAfterOne([&](const auto& cancellation, const auto& progress) {
    return gradients(*network, *dataset, {.pass = passOver(6), .targets = {0, 0, 0, 0, 0, 0}},
                     cancellation, progress);
  });
  stopsAfterOne([&](const auto& cancellation, const auto& progress) {
    return perturb(*network, *dataset, twoHalves(9), cancellation, progress);
  });
}

}  // namespace roentgen::testing
