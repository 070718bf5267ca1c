// Updates, losses and changed images equal those of PyTorch and torchvision;
// scripts/oracles/training.py wrote the fixtures.
#include "core/augment/geometry.h"
#include "core/augment/intensity.h"
#include "core/io/safetensors.h"
#include "core/loss.h"
#include "core/training/optimizer.h"
#include "tests/check.h"

#include <ATen/ATen.h>

namespace roentgen::testing {
namespace {

class Oracle {
 public:
  explicit Oracle(const char* name)
      : tensors_(
            readTensors(text(ROENTGEN_SOURCE_DIR, "/test/fixtures/training/", name, ".safetensors"))
                .tensors) {}
  const at::Tensor& at(const std::string& name) const { return tensors_.at(name); }

 private:
  std::map<std::string, at::Tensor> tensors_;
};

double furthest(const at::Tensor& actual, const at::Tensor& expected) {
  return (actual.to(at::kDouble) - expected).abs().max().item<double>();
}

const std::vector<std::string> parameterNames{"conv1.weight", "conv1.bias", "fc.weight"};

// The largest difference from the oracle's parameters, after any step.
double followOptimizer(const Oracle& oracle, const std::string& name,
                       const OptimizerOptions& options, at::ScalarType type) {
  std::vector<State> parameters;
  for (const auto& parameter : parameterNames) {
    const auto start = oracle.at("start/" + parameter).to(type, false, /*copy=*/true);
    parameters.push_back({parameter, start.set_requires_grad(true), true});
  }
  Optimizer optimizer(parameters, options);
  const auto& rates = oracle.at("rates");
  double difference = 0;
  for (int64_t step = 0; step < rates.size(0); ++step) {
    for (auto& parameter : parameters)
      parameter.tensor.mutable_grad() =
          oracle.at("gradient/" + parameter.name)[step].to(type, false, /*copy=*/true);
    optimizer.step(rates[step].item<double>());
    for (const auto& parameter : parameters) {
      REQUIRE(!parameter.tensor.grad().defined());
      const auto expected = oracle.at(name + "/" + parameter.name)[step];
      difference = std::max(difference, furthest(parameter.tensor.detach(), expected));
    }
  }
  return difference;
}

}  // namespace

TEST("every optimizer makes PyTorch's updates") {
  const Oracle oracle("optimizers");
  const std::map<std::string, OptimizerOptions> all{
      {"adam", {.algorithm = Algorithm::adam}},
      {"adamw", {.algorithm = Algorithm::adamw}},
      {"sgd", {.algorithm = Algorithm::sgd, .momentum = 0}},
      {"momentum", {.algorithm = Algorithm::sgd}},
      {"nesterov", {.algorithm = Algorithm::sgd, .nesterov = true}},
      {"rmsprop", {.algorithm = Algorithm::rmsprop, .momentum = 0}},
      {"rmspropMomentum", {.algorithm = Algorithm::rmsprop}},
      {"lion", {.algorithm = Algorithm::lion, .beta2 = 0.99}},
  };
  for (auto [name, options] : all) {
    options.weightDecay = 0.1;
    options.decayAll = true;
    REQUIRE_BELOW(followOptimizer(oracle, name, options, at::kDouble), 1e-12);
    REQUIRE_BELOW(followOptimizer(oracle, name, options, at::kFloat), 2e-6);
  }
}

TEST("clipped gradients, undecayed biases and slower layers are PyTorch's parameter groups") {
  const Oracle oracle("optimizers");
  const OptimizerOptions clipped{.algorithm = Algorithm::sgd,
                                 .weightDecay = 0.1,
                                 .decayAll = true,
                                 .clipNorm = 1.5,
                                 .momentum = 0};
  REQUIRE_BELOW(followOptimizer(oracle, "clipped", clipped, at::kDouble), 1e-12);
  const OptimizerOptions layered{
      .algorithm = Algorithm::adamw, .weightDecay = 0.1, .layerDecay = 0.5};
  REQUIRE_BELOW(followOptimizer(oracle, "layered", layered, at::kDouble), 1e-12);
  const OptimizerOptions backbone{
      .algorithm = Algorithm::adamw, .weightDecay = 0.1, .head = {"fc"}, .backboneRate = 0.5};
  REQUIRE_BELOW(followOptimizer(oracle, "layered", backbone, at::kDouble), 1e-12);
}

TEST("every loss and its gradient are PyTorch's") {
  const Oracle oracle("losses");
  const auto toVector = [&](const char* name) {
    const auto& tensor = oracle.at(name);
    const auto* first = tensor.const_data_ptr<double>();
    return std::vector<double>(first, first + tensor.numel());
  };
  const auto weights = toVector("weights");
  const auto softmax = Loss::crossEntropy, sigmoid = Loss::binaryCrossEntropy;
  struct LossExample {
    const char* logits;
    const char* target;
    LossOptions options;
  };
  const std::map<std::string, LossExample> cases{
      {"plain", {"logits", "labels", {.kind = softmax}}},
      {"weighted", {"logits", "labels", {.kind = softmax, .classWeights = weights}}},
      {"smoothed", {"logits", "labels", {.kind = softmax, .smoothing = 0.1}}},
      {"weightedSmoothed",
       {"logits", "labels", {.kind = softmax, .classWeights = weights, .smoothing = 0.1}}},
      {"shares", {"logits", "shares", {.kind = softmax}}},
      {"weightedShares", {"logits", "shares", {.kind = softmax, .classWeights = weights}}},
      {"focal", {"logits", "labels", {.kind = softmax, .focalGamma = 2}}},
      {"adjusted",
       {"logits", "labels", {.kind = softmax, .logitAdjustment = toVector("adjustment")}}},
      {"binary", {"single", "binary", {.kind = sigmoid}}},
      {"binaryPositive", {"single", "binary", {.kind = sigmoid, .positiveWeight = 3}}},
      {"binarySmoothed", {"single", "binary", {.kind = sigmoid, .smoothing = 0.1}}},
      {"binaryFocal", {"single", "binary", {.kind = sigmoid, .focalGamma = 2}}},
      {"sigmoids", {"logits", "labels", {.kind = sigmoid}}},
  };
  for (const auto& [name, example] : cases) {
    const auto logits = oracle.at(example.logits).clone().set_requires_grad(true);
    const auto loss = computeLoss(example.options, logits, oracle.at(example.target), {});
    loss.backward();
    REQUIRE_BELOW(furthest(loss.detach(), oracle.at(name + "/loss")), 1e-12);
    REQUIRE_BELOW(furthest(logits.grad(), oracle.at(name + "/gradient")), 1e-12);
  }
}

TEST("turned, scaled, shifted and sheared images are torchvision's") {
  const Oracle oracle("augmentation");
  const std::map<std::string, Geometry> all{
      {"rotated", {.angle = 17}},
      {"zoomed", {.scale = 1.15}},
      {"shrunk", {.scale = 0.85}},
      {"shifted", {.shiftX = 3, .shiftY = -2}},
      {"sheared", {.shear = 8}},
      {"together", {.angle = -12, .scale = 1.1, .shear = 5, .shiftX = 2, .shiftY = 3}},
      {"mirrored", {.mirrored = true}},
      {"upsideDown", {.upsideDown = true}},
  };
  const auto& image = oracle.at("image");
  // torchvision blends its fill by a mask of its own, which differs where a pixel is partly
  // outside: so only what is at least two pixels inside is compared.
  const auto inside = at::zeros_like(image);
  inside.narrow(2, 2, image.size(2) - 4).narrow(3, 2, image.size(3) - 4).fill_(1);
  for (const auto& [name, geometry] : all) {
    const auto covered = resample(inside, {geometry}, Fill::black) > 0.999;
    REQUIRE(covered.sum().item<int64_t>() > 100);
    const auto changed = resample(image, {geometry}, Fill::black);
    const auto difference = (changed - oracle.at(name)).abs().masked_select(covered).max();
    REQUIRE_BELOW(difference.item<double>(), 1e-5);
  }
}

TEST("brightness, contrast, gamma and blur are torchvision's") {
  const Oracle oracle("augmentation");
  struct Change {
    const char* source;
    Intensity intensity;
  };
  const std::map<std::string, Change> all{
      {"brighter", {"color", {.brightness = 1.3}}},
      {"contrasted", {"color", {.contrast = 0.6}}},
      {"contrastedGray", {"image", {.contrast = 1.4}}},
      {"gamma", {"color", {.gamma = 0.7}}},
      {"blurred", {"image", {.blur = 1.5}}},
  };
  for (const auto& [name, example] : all) {
    const auto changed = adjust(oracle.at(example.source), {example.intensity});
    REQUIRE_BELOW(furthest(changed, oracle.at(name)), 1e-6);
  }
}

}  // namespace roentgen::testing
