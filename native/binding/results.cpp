#include "binding/results.h"

#include <ATen/Functions.h>

#include <cstring>

namespace roentgen::binding {

Napi::Float32Array toFloats(Napi::Env env, const at::Tensor& values) {
  const auto floats = values.to(at::kFloat).contiguous();
  auto array = Napi::Float32Array::New(env, static_cast<size_t>(floats.numel()));
  std::memcpy(array.Data(), floats.const_data_ptr(), floats.nbytes());
  return array;
}

Napi::Int32Array toIntegers(Napi::Env env, const at::Tensor& values) {
  const auto integers = values.contiguous();
  auto array = Napi::Int32Array::New(env, static_cast<size_t>(integers.numel()));
  std::memcpy(array.Data(), integers.const_data_ptr<int32_t>(), integers.nbytes());
  return array;
}

Napi::Array toSizes(Napi::Env env, const std::vector<int64_t>& sizes) {
  Napi::Array array = Napi::Array::New(env, sizes.size());
  for (uint32_t i = 0; i < sizes.size(); ++i)
    array.Set(i, static_cast<double>(sizes[i]));
  return array;
}

}  // namespace roentgen::binding
