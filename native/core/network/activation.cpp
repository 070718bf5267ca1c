#include "core/network/activation.h"

#include "core/error.h"

#include <ATen/Functions.h>

#include <array>
#include <string_view>

namespace roentgen {
namespace {

struct Named {
  std::string_view name;
  Activation function;
};
constexpr std::array names{
    Named{"relu", Activation::relu}, Named{"leakyRelu", Activation::leakyRelu},
    Named{"elu", Activation::elu},   Named{"gelu", Activation::gelu},
    Named{"silu", Activation::silu}, Named{"sigmoid", Activation::sigmoid},
    Named{"tanh", Activation::tanh},
};

}  // namespace

Activation activationByName(const std::string& name) {
  for (const auto& known : names) {
    if (known.name == name) return known.function;
  }
  throw Error("ERR_INVALID_SPEC", text("unknown activation \"", name, "\""));
}

at::Tensor activate(at::Tensor x, Activation function) {
  switch (function) {
    case Activation::none:
      return x;
    case Activation::relu:
      return at::relu_(x);
    case Activation::leakyRelu:
      return at::leaky_relu_(x);
    case Activation::elu:
      return at::elu_(x);
    case Activation::gelu:
      return at::gelu(x);
    case Activation::silu:
      return at::silu(x);
    case Activation::sigmoid:
      return at::sigmoid(x);
    case Activation::tanh:
      return at::tanh(x);
  }
  throw Error("ERR_INTERNAL", "unhandled activation");
}

}  // namespace roentgen
