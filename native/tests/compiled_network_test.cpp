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

// Every architecture of models/, with statistics and weights that normalization does not leave as
// they are.
std::vector<std::pair<std::string, std::shared_ptr<Network>>> networks(int64_t channels) {
  std::vector<std::pair<std::string, std::shared_ptr<Network>>> built;
  for (const auto& entry : std::filesystem::directory_iterator(sourcePath("models"))) {
    const std::string spec = readText(entry.path().string());
    const auto network = Network::build(spec, {3, channels, 96, 96}, 5);
    auto generator = at::detail::createCPUGenerator(6);
    const at::NoGradGuard noGrad;
    for (const State& state : network->state()) {
      if (state.name.ends_with("running_var")) state.tensor.uniform_(0.5, 2, generator);
      if (state.name.ends_with("running_mean")) state.tensor.normal_(0, 0.3, generator);
    }
    built.emplace_back(entry.path().stem().string(), network);
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

TEST("this LibTorch has the fused convolutions that inference was written for") {
  REQUIRE(hasFusedConvolutions());
}

TEST("a compiled network keeps its answers when the network learns on") {
  const c10::InferenceMode inference;
  for (const auto& [name, network] : networks(1)) {
    const CompiledNetwork compiled(*network, at::kFloat);
    const auto before = compiled.forward(input(1, 1));
    for (const State& state : network->state())
      state.tensor.zero_();
    require(at::equal(compiled.forward(input(1, 1)), before), __FILE__, __LINE__, name);
  }
}

}  // namespace roentgen::testing
