#include "binding/arguments.h"

#include "core/error.h"
#include "core/named.h"

#include <ATen/Functions.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace roentgen::binding {
namespace {

constexpr Named<at::ScalarType, 2> precisions{{{"fp32", at::kFloat}, {"bf16", at::kBFloat16}}};
constexpr Named<at::DeviceType, 2> devices{{{"cpu", at::kCPU}, {"cuda", at::kCUDA}}};

constexpr Named<Fill, 2> fills{{{"black", Fill::black}, {"border", Fill::border}}};

// The typed array that a tensor is copied from, and its name.
const std::map<at::ScalarType, std::pair<napi_typedarray_type, const char*>> arrays{
    {at::kFloat, {napi_float32_array, "a Float32Array"}},
    {at::kInt, {napi_int32_array, "an Int32Array"}},
    {at::kByte, {napi_uint8_array, "a Uint8Array"}}};

// Flat; of a type that `arrays` names.
at::Tensor copyArray(const Napi::TypedArray& array, at::ScalarType type) {
  auto tensor = at::empty({static_cast<int64_t>(array.ElementLength())}, type);
  const auto* bytes = static_cast<const uint8_t*>(array.ArrayBuffer().Data());
  std::memcpy(tensor.mutable_data_ptr(), bytes + array.ByteOffset(), array.ByteLength());
  return tensor;
}

// Each reader below checks ranges; what depends on the network, the core checks.
double inUnit(const Options& options, const char* name) {
  const double value = options.number(name);
  if (value >= 0 && value < 1) return value;
  throw Error("ERR_INVALID_ARGUMENT",
              text("Expected a number in [0, 1) for ", name, " but received ", value));
}

double atLeast(const Options& options, const char* name, double least) {
  const double value = options.number(name);
  if (value >= least) return value;
  throw Error("ERR_INVALID_ARGUMENT", text("Expected a number of at least ", least, " for ", name,
                                           " but received ", value));
}

LossOptions readLoss(const Options& options) {
  return {.kind = lossByName(options.string("kind")),
          .classWeights = options.numbers("classWeights"),
          .smoothing = options.number("smoothing"),
          .focalGamma = options.number("focalGamma"),
          .positiveWeight = options.number("positiveWeight"),
          .logitAdjustment = options.numbers("logitAdjustment")};
}

OptimizerOptions readOptimizer(const Options& options) {
  const auto betas = options.numbers("betas");
  const auto fits = [](double beta) { return beta >= 0 && beta < 1; };
  if (betas.size() != 2 || !fits(betas[0]) || !fits(betas[1]))
    throw Error("ERR_INVALID_ARGUMENT", "Expected two numbers in [0, 1) for betas");
  return {.algorithm = algorithmByName(options.string("algorithm")),
          .weightDecay = atLeast(options, "weightDecay", 0),
          .decayAll = options.flag("decayAll"),
          .layerDecay = atLeast(options, "layerDecay", 0),
          .head = options.texts("head"),
          .backboneRate = atLeast(options, "backboneRate", 0),
          .clipNorm = atLeast(options, "clipNorm", 0),
          .momentum = inUnit(options, "momentum"),
          .nesterov = options.flag("nesterov"),
          .beta1 = betas[0],
          .beta2 = betas[1],
          .alpha = inUnit(options, "alpha"),
          .epsilon = atLeast(options, "epsilon", std::numeric_limits<double>::min())};
}

bool isTyped(const Napi::Value& value, napi_typedarray_type type) {
  return value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == type;
}

}  // namespace

Options::Options(const Napi::Value& value) {
  if (!value.IsObject()) fail("options", "an object");
  object_ = value.As<Napi::Object>();
}

void Options::fail(const char* name, const char* expected) {
  throw Error("ERR_INVALID_ARGUMENT", text("Expected ", expected, " for ", name));
}

int64_t Options::integer(const char* name, int64_t least) const {
  const double value = number(name);
  // 2⁵³: above it JavaScript's numbers skip integers.
  if (value != std::floor(value) || value < static_cast<double>(least) ||
      value > 9007199254740992.0) {
    throw Error("ERR_INVALID_ARGUMENT", text("Expected an integer of at least ", least, " for ",
                                             name, " but received ", value));
  }
  return static_cast<int64_t>(value);
}

double Options::number(const char* name) const {
  const Napi::Value value = object_.Get(name);
  if (!value.IsNumber() || !std::isfinite(value.As<Napi::Number>().DoubleValue()))
    fail(name, "a finite number");
  return value.As<Napi::Number>().DoubleValue();
}

std::string Options::string(const char* name) const {
  const Napi::Value value = object_.Get(name);
  if (!value.IsString()) fail(name, "a string");
  return value.As<Napi::String>().Utf8Value();
}

bool Options::flag(const char* name) const {
  const Napi::Value value = object_.Get(name);
  if (!value.IsBoolean()) fail(name, "true or false");
  return value.As<Napi::Boolean>().Value();
}

std::vector<double> Options::numbers(const char* name) const {
  const Napi::Value value = object_.Get(name);
  if (!value.IsArray()) fail(name, "an array of numbers");
  const auto array = value.As<Napi::Array>();
  std::vector<double> numbers;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    const Napi::Value element = array.Get(i);
    if (!element.IsNumber()) fail(name, "an array of numbers");
    numbers.push_back(element.As<Napi::Number>().DoubleValue());
  }
  return numbers;
}

std::vector<std::string> Options::texts(const char* name) const {
  const Napi::Value value = object_.Get(name);
  if (!value.IsArray()) fail(name, "an array of strings");
  const auto array = value.As<Napi::Array>();
  std::vector<std::string> texts;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    const Napi::Value element = array.Get(i);
    if (!element.IsString()) fail(name, "an array of strings");
    texts.push_back(element.As<Napi::String>().Utf8Value());
  }
  return texts;
}

std::vector<int32_t> Options::integers(const char* name) const {
  const Napi::Value value = object_.Get(name);
  if (!isTyped(value, napi_int32_array)) fail(name, "an Int32Array");
  const auto array = value.As<Napi::Int32Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

Options Options::object(const char* name) const {
  const Napi::Value value = object_.Get(name);
  if (!value.IsObject()) fail(name, "an object");
  return Options(value);
}

std::map<std::string, std::string> Options::strings(const char* name) const {
  const Napi::Value value = object_.Get(name);
  if (!value.IsObject()) fail(name, "an object of strings");
  std::map<std::string, std::string> strings;
  for (const auto& [key, member] : value.As<Napi::Object>()) {
    const Napi::Value entry = member;
    if (!entry.IsString()) fail(name, "an object of strings");
    strings[key.ToString().Utf8Value()] = entry.As<Napi::String>().Utf8Value();
  }
  return strings;
}

std::map<std::string, std::vector<std::string>> Options::lists(const char* name) const {
  const Napi::Value value = object_.Get(name);
  if (!value.IsObject()) fail(name, "an object of arrays of strings");
  const Options members(value);
  std::map<std::string, std::vector<std::string>> lists;
  for (const auto& [key, member] : value.As<Napi::Object>()) {
    const std::string list = key.ToString().Utf8Value();
    lists[list] = members.texts(list.c_str());
  }
  return lists;
}

std::map<std::string, at::Tensor> Options::columns(const char* name) const {
  const Napi::Value value = object_.Get(name);
  if (!value.IsObject()) fail(name, "an object of Int32Arrays");
  const Options members(value);
  std::map<std::string, at::Tensor> columns;
  for (const auto& [key, member] : value.As<Napi::Object>()) {
    const std::string column = key.ToString().Utf8Value();
    const auto values = members.integers(column.c_str());
    columns[column] = at::tensor(values, at::kInt);
  }
  return columns;
}

at::Tensor Options::tensor(const char* name, at::ScalarType type) const {
  const Napi::Value value = object_.Get(name);
  const auto& [array, expected] = arrays.at(type);
  if (!isTyped(value, array)) fail(name, expected);
  return copyArray(value.As<Napi::TypedArray>(), type);
}

std::string stringArgument(const Napi::CallbackInfo& info, size_t index, const char* name) {
  if (!info[index].IsString())
    throw Error("ERR_INVALID_ARGUMENT", text("Expected a string for ", name));
  return info[index].As<Napi::String>().Utf8Value();
}

at::Tensor imagesArgument(const Napi::CallbackInfo& info, size_t bytes, size_t shape) {
  if (!isTyped(info[bytes], napi_uint8_array) || !info[shape].IsArray()) {
    throw Error("ERR_INVALID_ARGUMENT", "Expected a Uint8Array and its shape [N, C, H, W]");
  }
  const auto array = info[bytes].As<Napi::Uint8Array>();
  const auto sizes = info[shape].As<Napi::Array>();
  std::vector<int64_t> dimensions;
  int64_t elements = 1;
  for (uint32_t i = 0; i < sizes.Length(); ++i) {
    const Napi::Value size = sizes.Get(i);
    const double value = size.IsNumber() ? size.As<Napi::Number>().DoubleValue() : 0;
    // Within these bounds four factors cannot overflow, and no image of ours is larger.
    if (value != std::floor(value) || value < 1 || value > 65535) {
      throw Error("ERR_INVALID_ARGUMENT", "Expected a shape of four integers from 1 to 65535");
    }
    dimensions.push_back(static_cast<int64_t>(value));
    if (dimensions.size() <= 4) elements *= dimensions.back();
  }
  if (dimensions.size() != 4 || static_cast<uint64_t>(elements) != array.ByteLength()) {
    throw Error("ERR_INVALID_ARGUMENT",
                text("Expected ", elements, " bytes of images for the shape, received ",
                     array.ByteLength()));
  }
  at::Tensor images = at::empty(dimensions, at::kByte);
  std::memcpy(images.mutable_data_ptr(), array.Data(), array.ByteLength());
  return images;
}

std::vector<at::Tensor> tensorsArgument(const Napi::Value& value, const char* name) {
  const auto fail = [name] {
    throw Error("ERR_INVALID_ARGUMENT",
                text("Expected an array of Uint8Arrays or Float32Arrays for ", name));
  };
  if (!value.IsArray()) fail();
  const auto array = value.As<Napi::Array>();
  std::vector<at::Tensor> tensors;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    const Napi::Value element = array.Get(i);
    const bool bytes = isTyped(element, napi_uint8_array);
    if (!bytes && !isTyped(element, napi_float32_array)) fail();
    tensors.push_back(copyArray(element.As<Napi::TypedArray>(), bytes ? at::kByte : at::kFloat));
  }
  if (tensors.empty()) fail();
  return tensors;
}

at::Device readDevice(const Options& options) {
  const auto type = byName(devices, options.string("device"), "ERR_INVALID_ARGUMENT", "device");
  return type == at::kCPU ? at::Device(type) : at::Device(type, 0);
}

at::ScalarType readPrecision(const Options& options) {
  return byName(precisions, options.string("precision"), "ERR_INVALID_ARGUMENT", "precision");
}

Normalization readNormalization(const Options& options) {
  return {.mean = options.numbers("mean"), .std = options.numbers("std")};
}

NetworkShape readNetworkShape(const Options& options) {
  return {.outputs = options.integer("outputs", 1),
          .channels = options.integer("channels", 1),
          .height = options.integer("height", 1),
          .width = options.integer("width", 1)};
}

Selection readSelection(const Options& options) {
  return {.indices = options.integers("indices"), .labels = options.integers("labels")};
}

Augmentation readAugmentation(const Options& options) {
  return {.rotation = options.number("rotation"),
          .zoom = options.number("zoom"),
          .translation = options.number("translation"),
          .shear = options.number("shear"),
          .cropScale = options.number("cropScale"),
          .horizontalFlip = options.number("horizontalFlip"),
          .verticalFlip = options.number("verticalFlip"),
          .fill = byName(fills, options.string("fill"), "ERR_INVALID_ARGUMENT", "fill"),
          .brightness = options.number("brightness"),
          .contrast = options.number("contrast"),
          .gamma = options.number("gamma"),
          .blur = options.number("blur"),
          .noise = options.number("noise"),
          .erasing = options.number("erasing"),
          .mixup = options.number("mixup"),
          .cutmix = options.number("cutmix")};
}

TrainerOptions readTrainerOptions(const Options& options) {
  return {.loss = readLoss(options.object("loss")),
          .optimizer = readOptimizer(options.object("optimizer")),
          .augmentation = readAugmentation(options.object("augmentation")),
          .accumulation = options.integer("accumulation", 1),
          .averageDecay = inUnit(options, "averageDecay"),
          .compute = readPrecision(options),
          .device = readDevice(options),
          .normalization = readNormalization(options.object("normalization")),
          .seed = static_cast<uint64_t>(options.integer("seed", 0))};
}

EvaluationOptions readEvaluationOptions(const Options& options) {
  return {.loss = lossByName(options.string("loss")),
          .compute = readPrecision(options),
          .normalization = readNormalization(options.object("normalization")),
          .batchSize = options.integer("batchSize", 1),
          .mirror = options.flag("mirror")};
}

EpochOptions readEpochOptions(const Options& options) {
  return {.epoch = options.integer("epoch", 0),
          .batchSize = options.integer("batchSize", 1),
          .learningRates = options.numbers("learningRates"),
          .updates = options.integer("updates", 0)};
}

ImportOptions readImportOptions(const Options& options) {
  return {.head = options.texts("head"), .aliases = options.lists("aliases")};
}

}  // namespace roentgen::binding
