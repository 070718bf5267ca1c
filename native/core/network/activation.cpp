#include "core/network/activation.h"

#include "core/error.h"
#include "core/named.h"

#include <ATen/Functions.h>

namespace roentgen {
namespace {

constexpr Named<Activation, 7> names{{{"relu", Activation::relu},
                                      {"leakyRelu", Activation::leakyRelu},
                                      {"elu", Activation::elu},
                                      {"gelu", Activation::gelu},
                                      {"silu", Activation::silu},
                                      {"sigmoid", Activation::sigmoid},
                                      {"tanh", Activation::tanh}}};

}  // namespace

Activation activationByName(const std::string& name) {
  return byName(names, name, "ERR_INVALID_SPEC", "activation");
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
