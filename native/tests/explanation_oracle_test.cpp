// Layers, class activation maps, gradients, perturbed images and adapted statistics against
// PyTorch, pytorch-grad-cam and captum.
#include "core/explanation/activations.h"
#include "core/explanation/class_activation.h"
#include "core/explanation/gradients.h"
#include "core/explanation/perturbation.h"
#include "core/explanation/targets.h"
#include "core/inference/batch_statistics.h"
#include "tests/check.h"
#include "tests/images.h"
#include "tests/oracle.h"

#include <ATen/ATen.h>

#include <array>
#include <memory>

namespace roentgen::testing {
namespace {

constexpr std::array methods{"gradCam",  "gradCamPlusPlus", "hiResCam",
                             "layerCam", "scoreCam",        "eigenCam"};

// The fixture's network and images, in one precision.
class Setting {
 public:
  explicit Setting(at::ScalarType type) : type_(type) {
    StateDictionary weights;
    network = build(oracle, 0);
    for (const State& entry : network->state())
      weights[entry.name] = oracle.tensor("weights." + entry.name);
    network->load(weights);
    network->to(type);
    dataset = std::make_shared<Dataset>(TensorFile{{{"images", oracle.tensor("images")}}, {}},
                                        "the fixture");
  }

  static std::shared_ptr<Network> build(const Oracle& oracle, uint64_t seed) {
    const auto sizes = oracle.tensor("images").sizes();
    return Network::build(toText(member(oracle.description(), "architecture")),
                          {3, sizes[1], sizes[2], sizes[3]}, seed);
  }

  double number(const char* key) const { return toNumber(member(oracle.description(), key)); }

  PassOptions pass(int64_t batchSize = 3) const {
    return {firstImages(static_cast<int32_t>(dataset->size())).indices,
            type_,
            {toNumbers(member(oracle.description(), "mean")),
             toNumbers(member(oracle.description(), "std"))},
            batchSize};
  }

  std::vector<int32_t> targets() const {
    std::vector<int32_t> classes;
    for (const double target : toNumbers(member(oracle.description(), "targets")))
      classes.push_back(static_cast<int32_t>(target));
    return classes;
  }

  CamMaps maps(const std::string& method, const std::vector<std::string>& layers,
               int64_t batchSize = 3) const {
    return classActivations(*network, *dataset,
                            {pass(batchSize), camMethodByName(method), layers, targets()}, {},
                            silent);
  }

  GradientOptions gradientOptions(const std::string& method, int64_t batchSize = 3) const {
    return {.pass = pass(batchSize),
            .method = gradientMethodByName(method),
            .targets = targets(),
            .samples = static_cast<int64_t>(number("points")),
            .noise = number("noise"),
            .seed = 5,
            .baseline = number("baseline")};
  }
  Gradients explain(const GradientOptions& options) const {
    return gradients(*network, *dataset, options, {}, silent);
  }

  PerturbOptions perturbation(int64_t batchSize = 3) const {
    return {.index = 1,
            .segments = oracle.tensor("segments").flatten(),
            .masks = oracle.tensor("masks").flatten(),
            .fill = oracle.tensor("fill").flatten(),
            .compute = type_,
            .normalization = pass().normalization,
            .batchSize = batchSize};
  }

  const Oracle oracle{"explanation/network.safetensors"};
  std::shared_ptr<Network> network;
  std::shared_ptr<Dataset> dataset;

 private:
  at::ScalarType type_;
};

struct Precision {
  at::ScalarType type;
  double bound;
};
// The fixture has seven digits.
constexpr std::array precisions{Precision{at::kDouble, 1e-6}, Precision{at::kFloat, 1e-4}};

// Eigen-CAM's sign in the oracle is arbitrary.
at::Tensor likeSign(const at::Tensor& map, const at::Tensor& reference) {
  return at::where((map * reference).sum({1, 2}, true) < 0, -map, map);
}

std::vector<at::Tensor> statistics(const Network& network) {
  std::vector<at::Tensor> values;
  for (const State& entry : network.state()) {
    if (entry.name.find("running_") != std::string::npos) values.push_back(entry.tensor.clone());
  }
  return values;
}

}  // namespace

TEST("what layers put out is what PyTorch's hooks see, joined layers and in-place ReLUs included") {
  for (const auto [type, bound] : precisions) {
    const Setting setting(type);
    std::vector<std::string> layers;
    for (const Json& one : setting.oracle.cases())
      layers.push_back(toText(member(one, "layer")));
    const auto all = activations(*setting.network, *setting.dataset,
                                 {setting.pass(), layers, false}, {}, silent);
    const auto pooled =
        activations(*setting.network, *setting.dataset, {setting.pass(), layers, true}, {}, silent);
    REQUIRE_EQUAL(all.size(), layers.size());
    for (size_t i = 0; i < layers.size(); ++i) {
      const auto& expected = setting.oracle.tensor("activations." + layers[i]);
      REQUIRE_EQUAL(all[i].layer, layers[i]);
      requireClose(layers[i], all[i].values, expected, bound);
      requireClose(layers[i] + " pooled", pooled[i].values,
                   expected.dim() == 4 ? expected.mean({2, 3}) : expected, bound);
    }
  }
}

TEST("six class activation maps are pytorch-grad-cam's before ReLU and scaling") {
  const std::vector<std::string> layers{"conv", "stage.1.conv2", "stage"};
  for (const auto [type, bound] : precisions) {
    const Setting setting(type);
    for (const std::string method : methods) {
      const auto found = setting.maps(method, layers);
      requireClose("logits", found.logits, setting.oracle.tensor("logits"), bound);
      for (const auto& [layer, values] : found.maps) {
        const auto name = text(method, ".", layer);
        const auto& expected = setting.oracle.tensor(name);
        requireClose(name, method == "eigenCam" ? likeSign(values, expected) : values, expected,
                     bound);
      }
    }
  }
}

TEST("Eigen-CAM rises with the mean activation") {
  const Setting setting(at::kFloat);
  const auto map = setting.maps("eigenCam", {"conv"}).maps[0].values;
  const auto mean = setting.oracle.tensor("activations.conv").mean(1);
  REQUIRE((((map - map.mean({1, 2}, true)) * mean).sum({1, 2}) > 0).all().item<bool>());
}

TEST("input gradients and integrated gradients are captum's") {
  for (const auto [type, bound] : precisions) {
    const Setting setting(type);
    for (const std::string method : {"gradient", "integratedGradients"}) {
      const auto found = setting.explain(setting.gradientOptions(method));
      requireClose(method, found.values, setting.oracle.tensor(method), bound);
      requireClose("logits", found.logits, setting.oracle.tensor("logits"), bound);
      REQUIRE_EQUAL(found.baselineLogits.defined(), method != "gradient");
      if (found.baselineLogits.defined())
        requireClose("baseline", found.baselineLogits, setting.oracle.tensor("baselineLogits"),
                     bound);
    }
  }
}

TEST("integrated gradients add up to the logit's difference from the baseline") {
  const Setting setting(at::kDouble);
  auto options = setting.gradientOptions("integratedGradients", 4);
  options.samples = 200;
  const auto found = setting.explain(options);
  const auto classes =
      Targets(*setting.network, options.targets, options.targets.size()).classes(found.logits, 0);
  requireClose("sum", found.values.sum({1, 2, 3}),
               logitsOf(found.logits, classes) - found.baselineLogits, 2e-3);
}

TEST("the mean of many noisy gradients comes near captum's SmoothGrad") {
  const Setting setting(at::kFloat);
  auto options = setting.gradientOptions("smoothGrad", 4);
  options.samples = 400;
  const auto& expected = setting.oracle.tensor("smoothGrad");
  const auto& plain = setting.oracle.tensor("gradient");
  const auto distance = [&](const at::Tensor& values) {
    return ((values - expected).norm() / expected.norm()).item<double>();
  };
  REQUIRE_BELOW(distance(setting.explain(options).values), 0.1);
  REQUIRE(distance(plain) > 0.2);
}

TEST("without noise SmoothGrad is the gradient, and one seed draws one noise") {
  const Setting setting(at::kDouble);
  auto options = setting.gradientOptions("smoothGrad");
  const auto first = setting.explain(options).values;
  REQUIRE(at::equal(first, setting.explain(options).values));
  options.seed = 6;
  REQUIRE(!at::allclose(first, setting.explain(options).values));
  options.noise = 0;
  requireClose("no noise", setting.explain(options).values, setting.oracle.tensor("gradient"),
               1e-6);
}

TEST("an image with hidden parts gets PyTorch's logits") {
  for (const auto [type, bound] : precisions) {
    const Setting setting(type);
    const auto logits =
        perturb(*setting.network, *setting.dataset, setting.perturbation(), {}, silent);
    requireClose("perturbed", logits, setting.oracle.tensor("perturbed"), bound);
  }
}

TEST("estimated statistics are those of all images, each behind the ones before") {
  for (const auto [type, bound] : precisions) {
    for (const int64_t batchSize : {1, 3, 4}) {
      const Setting setting(type);
      estimateStatistics(*setting.network, *setting.dataset, setting.pass(batchSize), {}, silent);
      for (const State& entry : setting.network->state()) {
        if (entry.name.find("running_") == std::string::npos) continue;
        requireClose(entry.name, entry.tensor, setting.oracle.tensor("adapted." + entry.name),
                     bound);
      }
      const auto logits = setting.maps("eigenCam", {"conv"}).logits;
      requireClose("logits", logits, setting.oracle.tensor("adapted.logits"), bound);
    }
  }
}

TEST("statistics stay as they were where the estimation is aborted or cannot be made") {
  const Setting setting(at::kFloat);
  const auto before = statistics(*setting.network);
  Cancellation cancellation;
  int64_t seen = 0;
  const ProgressCallback stop = [&](const Progress& progress) {
    seen = progress.step;
    if (progress.step == 4) cancellation.cancel();
  };
  REQUIRE_ERROR(
      estimateStatistics(*setting.network, *setting.dataset, setting.pass(), cancellation, stop),
      "ABORT_ERR", "");
  REQUIRE_EQUAL(seen, 4);
  const auto after = statistics(*setting.network);
  for (size_t i = 0; i < before.size(); ++i)
    REQUIRE(at::equal(before[i], after[i]));
}

TEST("explanations do not depend on the batch size") {
  const Setting setting(at::kDouble);
  for (const std::string method : methods) {
    requireClose(method, setting.maps(method, {"conv"}, 1).maps[0].values,
                 setting.maps(method, {"conv"}, 4).maps[0].values, 1e-10);
  }
  for (const std::string method : {"gradient", "smoothGrad", "integratedGradients"}) {
    requireClose(method, setting.explain(setting.gradientOptions(method, 1)).values,
                 setting.explain(setting.gradientOptions(method, 4)).values, 1e-10);
  }
  const auto perturbed = [&](int64_t size) {
    return perturb(*setting.network, *setting.dataset, setting.perturbation(size), {}, silent);
  };
  requireClose("perturbed", perturbed(2), perturbed(7), 1e-10);
}

TEST("randomized layers are those that a network built from the seed has, and no others") {
  const Setting setting(at::kFloat);
  const Setting untouched(at::kFloat);
  const auto drawn = Setting::build(setting.oracle, 21);
  setting.network->randomize({"head", "stage.1", "stage.0.conv1"}, 21);
  const auto& state = setting.network->state();
  for (size_t i = 0; i < state.size(); ++i) {
    const auto& name = state[i].name;
    const bool chosen = name.starts_with("head.") || name.starts_with("stage.1.") ||
                        name.starts_with("stage.0.conv1.");
    const auto& expected = (chosen ? drawn : untouched.network)->state()[i].tensor;
    REQUIRE(at::equal(state[i].tensor, expected));
  }
}

}  // namespace roentgen::testing
