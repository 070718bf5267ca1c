#include "core/inference/compiled_network.h"

#include "core/inference/fused_convolution.h"
#include "tests/check.h"
#include "tests/images.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>

#include <filesystem>

namespace roentgen::testing {
namespace {

using Networks = std::vector<std::pair<std::string, std::shared_ptr<Network>>>;

// What no architecture of models/ has: a first layer that may work in place, groups, and padding
// that differs on two sides.
const std::string unusual[] = {
    R"({"convention": "torch", "layers": [
      {"kind": "residualStage", "name": "stage", "block": "basic", "blocks": 2, "out": 3, "stride": 1},
      {"kind": "flatten"}, {"kind": "linear", "name": "head", "out": "classes"}]})",
    R"({"convention": "keras", "layers": [
      {"kind": "activation", "function": "relu"},
      {"kind": "conv2d", "name": "conv1", "out": 8, "kernel": 3, "stride": 2, "padding": "same"},
      {"kind": "batchNorm", "name": "norm"},
      {"kind": "conv2d", "name": "conv2", "out": 12, "kernel": 4, "padding": "same", "groups": 4,
       "activation": "silu"},
      {"kind": "maxPool2d", "kernel": 3, "stride": 2, "padding": "same"},
      {"kind": "globalAvgPool"}, {"kind": "linear", "name": "head", "out": "classes"}]})"};

// Every architecture of models/ and some unusual ones, with statistics that normalization does not
// leave as they are.
Networks networks(int64_t channels) {
  std::vector<std::pair<std::string, std::string>> specs;
  for (const auto& entry : std::filesystem::directory_iterator(sourcePath("models")))
    specs.emplace_back(entry.path().stem().string(), readText(entry.path().string()));
  for (const std::string& spec : unusual)
    specs.emplace_back(spec, spec);
  Networks built;
  for (const auto& [name, spec] : specs) {
    const auto network = Network::build(spec, {3, channels, 96, 96}, 5);
    auto generator = at::detail::createCPUGenerator(6);
    const at::NoGradGuard noGrad;
    for (const State& state : network->state()) {
      if (state.name.ends_with("running_var")) state.tensor.uniform_(0.5, 2, generator);
      if (state.name.ends_with("running_mean")) state.tensor.normal_(0, 0.3, generator);
    }
    // Compiling takes weights of any type; the network itself computes in its own.
    network->to(at::kDouble);
    built.emplace_back(name, network);
  }
  return built;
}

at::Tensor input(int64_t count, int64_t channels) {
  auto generator = at::detail::createCPUGenerator(7);
  return at::empty({count, channels, 96, 96}, at::TensorOptions(), at::MemoryFormat::ChannelsLast)
      .normal_(0, 1, generator);
}

double distance(const at::Tensor& actual, const at::Tensor& expected) {
  return ((actual.to(at::kDouble) - expected).norm() / expected.norm()).item<double>();
}

}  // namespace

TEST("a compiled network of any architecture answers as the network does") {
  const c10::InferenceMode inference;
  for (const int64_t channels : {1, 3}) {
    for (const auto& [name, network] : networks(channels)) {
      for (const int64_t count : {1, 3}) {
        const auto x = input(count, channels);
        const auto before = x.clone();
        const auto expected = network->forward(x.to(at::kDouble), {.compute = at::kDouble});
        const auto single = distance(CompiledNetwork(*network, at::kFloat).forward(x), expected);
        require(single < 1e-5, __FILE__, __LINE__, name, " is off by ", single, " in float");
        const auto half = distance(CompiledNetwork(*network, at::kBFloat16).forward(x), expected);
        require(half < 5e-2, __FILE__, __LINE__, name, " is off by ", half, " in bfloat16");
        // Double has no fused operations: so the plain ones are tried.
        const auto plain = CompiledNetwork(*network, at::kDouble).forward(x);
        require(distance(plain, expected) < 1e-6, __FILE__, __LINE__, name, " by plain operations");
        REQUIRE(at::equal(x, before));
      }
    }
  }
}

TEST("mirrored, a network answers with the mean of an image and its mirror image") {
  const c10::InferenceMode inference;
  for (const auto& [name, network] : networks(1)) {
    const auto x = input(3, 1);
    const CompiledNetwork plain(*network, at::kFloat);
    const CompiledNetwork both(*network, at::kFloat, at::kCPU, /*mirror=*/true);
    const auto expected =
        (plain.forward(x) + plain.forward(x.flip(3).contiguous(at::MemoryFormat::ChannelsLast))) /
        2;
    const auto off = distance(both.forward(x), expected.to(at::kDouble));
    require(off < 1e-5, __FILE__, __LINE__, name, " is off by ", off);
    REQUIRE(distance(plain.forward(x), expected.to(at::kDouble)) > 1e-3);
  }
}

TEST("this LibTorch has the fused convolutions that inference was written for") {
  REQUIRE(hasFusedConvolutions());
}

TEST("a compiled network keeps its answers when the network learns on") {
  const c10::InferenceMode inference;
  for (const auto& [name, network] : networks(1)) {
    const CompiledNetwork fused(*network, at::kFloat), plain(*network, at::kDouble);
    const auto x = input(1, 1);
    const auto before = fused.forward(x), plainBefore = plain.forward(x);
    for (const State& state : network->state())
      state.tensor.zero_();
    require(at::equal(fused.forward(x), before), __FILE__, __LINE__, name);
    require(at::equal(plain.forward(x), plainBefore), __FILE__, __LINE__, name, " plain");
  }
}

}  // namespace roentgen::testing
