// The optimizers against torch.optim, step by step.
#include "core/training/optimizer.h"
#include "tests/check.h"
#include "tests/oracle.h"

#include <ATen/ATen.h>

namespace roentgen::testing {
namespace {

const Fields<OptimizerOptions> fields{
    {"algorithm",
     [](OptimizerOptions& o, const Json& name) { o.algorithm = algorithmByName(toText(name)); }},
    {"weightDecay", field(&OptimizerOptions::weightDecay)},
    {"decayAll", field(&OptimizerOptions::decayAll)},
    {"layerDecay", field(&OptimizerOptions::layerDecay)},
    {"clipNorm", field(&OptimizerOptions::clipNorm)},
    {"momentum", field(&OptimizerOptions::momentum)},
    {"nesterov", field(&OptimizerOptions::nesterov)},
    {"beta1", field(&OptimizerOptions::beta1)},
    {"beta2", field(&OptimizerOptions::beta2)},
    {"alpha", field(&OptimizerOptions::alpha)},
    {"epsilon", field(&OptimizerOptions::epsilon)},
};

// Takes all steps of one case and compares the parameters after each.
void follow(const Oracle& oracle, const Json& one, at::ScalarType type, double bound) {
  const auto& title = toText(member(one, "name"));
  std::vector<State> parameters;
  for (const Json& value : *member(oracle.description(), "parameters").array()) {
    const auto& name = toText(value);
    const auto initial = oracle.tensor("initial." + name).to(type, false, /*copy=*/true);
    parameters.push_back({name, initial.set_requires_grad(true), true});
  }
  Optimizer optimizer(parameters, parse(fields, member(one, "options")));
  const auto rates = toNumbers(member(oracle.description(), "rates"));
  for (size_t i = 0; i < rates.size(); ++i) {
    const auto step = static_cast<int64_t>(i);
    for (State& parameter : parameters) {
      parameter.tensor.mutable_grad() =
          oracle.tensor("gradients." + parameter.name)[step].to(type, false, true);
    }
    optimizer.setRate(rates[i]);
    optimizer.step();
    for (const State& parameter : parameters) {
      requireClose(text(title, ", ", parameter.name, ", step ", step + 1), parameter.tensor,
                   oracle.tensor(title + "." + parameter.name)[step], bound);
      REQUIRE(!parameter.tensor.grad().defined());
    }
  }
}

}  // namespace

TEST("in double the optimizers take PyTorch's steps, decay, layer rates and clipping to 1e-12") {
  const Oracle oracle("optimizers/updates.safetensors");
  for (const Json& one : oracle.cases())
    follow(oracle, one, at::kDouble, 1e-12);
}

TEST("in float the optimizers take PyTorch's steps of double to 1e-6") {
  const Oracle oracle("optimizers/updates.safetensors");
  for (const Json& one : oracle.cases())
    follow(oracle, one, at::kFloat, 1e-6);
}

}  // namespace roentgen::testing
