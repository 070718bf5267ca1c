// The activation functions by name.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace roentgen {

enum class Activation { none, relu, leakyRelu, elu, gelu, silu, sigmoid, tanh };

// Throws ERR_INVALID_SPEC for an unknown name.
Activation activationByName(const std::string& name);

// May work in place: `x` must be a fresh tensor that nobody else needs.
at::Tensor activate(at::Tensor x, Activation function);

}  // namespace roentgen
