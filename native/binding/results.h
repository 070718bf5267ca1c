// Tensors as JavaScript's arrays. Each copies.
#pragma once

#include <ATen/core/Tensor.h>
#include <napi.h>

#include <cstdint>
#include <vector>

namespace roentgen::binding {

// From floats or doubles on the CPU.
Napi::Float32Array toFloats(Napi::Env env, const at::Tensor& values);
// From int32 on the CPU.
Napi::Int32Array toIntegers(Napi::Env env, const at::Tensor& values);
Napi::Array toSizes(Napi::Env env, const std::vector<int64_t>& sizes);

}  // namespace roentgen::binding
