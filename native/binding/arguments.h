// Reads arguments and option objects; TypeScript has validated them, and this validates them again.
#pragma once

#include "core/dataset/batch.h"
#include "core/dataset/selection.h"
#include "core/inference/evaluate.h"
#include "core/network/weights.h"
#include "core/training/trainer.h"

#include <ATen/core/Tensor.h>
#include <napi.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace roentgen::binding {

// The members of an options object. Each throws ERR_INVALID_ARGUMENT naming the member.
class Options {
 public:
  explicit Options(const Napi::Value& value);

  int64_t integer(const char* name, int64_t least) const;
  double number(const char* name) const;
  bool flag(const char* name) const;
  std::string string(const char* name) const;
  std::vector<double> numbers(const char* name) const;
  std::vector<std::string> texts(const char* name) const;
  std::vector<int32_t> integers(const char* name) const;  // from an Int32Array, copied
  Options object(const char* name) const;
  std::map<std::string, std::string> strings(const char* name) const;
  std::map<std::string, std::vector<std::string>> lists(const char* name) const;
  std::map<std::string, at::Tensor> columns(const char* name) const;  // of Int32Arrays, copied
  // Flat, copied from a Float32Array, an Int32Array or a Uint8Array: float, int or byte.
  at::Tensor tensor(const char* name, at::ScalarType type) const;

 private:
  [[noreturn]] static void fail(const char* name, const char* expected);

  Napi::Object object_;
};

std::string stringArgument(const Napi::CallbackInfo& info, size_t index, const char* name);
// uint8 [N, C, H, W] copied from a Uint8Array and its shape, once the length has been checked.
at::Tensor imagesArgument(const Napi::CallbackInfo& info, size_t bytes, size_t shape);

// Flat, each copied from a Uint8Array or a Float32Array of an array of at least one: byte or float.
std::vector<at::Tensor> tensorsArgument(const Napi::Value& value, const char* name);

at::Device readDevice(const Options& options);
at::ScalarType readPrecision(const Options& options);
Normalization readNormalization(const Options& options);
NetworkShape readNetworkShape(const Options& options);
Selection readSelection(const Options& options);
TrainerOptions readTrainerOptions(const Options& options);
Augmentation readAugmentation(const Options& options);
EvaluationOptions readEvaluationOptions(const Options& options);
EpochOptions readEpochOptions(const Options& options);
ImportOptions readImportOptions(const Options& options);

}  // namespace roentgen::binding
