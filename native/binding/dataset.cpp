#include "binding/dataset.h"

#include "binding/arguments.h"
#include "binding/environment.h"
#include "binding/failure.h"
#include "binding/operation.h"
#include "core/dataset/statistics.h"

#include <cstring>

namespace roentgen::binding {
namespace {

constexpr napi_type_tag datasetTag = {0x8e5f3f1c2a7d4b60, 0x9b1de6a0c4f27d35};

Napi::Object toObject(Napi::Env env, const std::map<std::string, std::string>& strings) {
  Napi::Object object = Napi::Object::New(env);
  for (const auto& [key, value] : strings)
    object.Set(key, value);
  return object;
}

Napi::Array toArray(Napi::Env env, const std::vector<double>& numbers) {
  Napi::Array array = Napi::Array::New(env, numbers.size());
  for (uint32_t i = 0; i < numbers.size(); ++i)
    array.Set(i, numbers[i]);
  return array;
}

// The bytes of the tensor's row that the first argument names.
Napi::Value readOne(const Napi::CallbackInfo& info, const at::Tensor& images) {
  const int64_t index = info[0].IsNumber() ? info[0].As<Napi::Number>().Int64Value() : -1;
  if (index < 0 || index >= images.size(0)) {
    throw Error("ERR_INVALID_ARGUMENT",
                text("Expected a position below ", images.size(0), " for index"));
  }
  const at::Tensor image = images.select(0, index);
  auto array = Napi::Uint8Array::New(info.Env(), image.nbytes());
  std::memcpy(array.Data(), image.const_data_ptr(), image.nbytes());
  return array;
}

}  // namespace

void DatasetWrap::define(Napi::Env env, Napi::Object exports) {
  Napi::Function constructor = DefineClass(
      env, "Dataset",
      {StaticMethod("open", &DatasetWrap::open), StaticMethod("fromRaw", &DatasetWrap::fromRaw),
       StaticMethod("fromImages", &DatasetWrap::fromImages),
       InstanceMethod("shape", &DatasetWrap::shape),
       InstanceMethod("metadata", &DatasetWrap::metadata),
       InstanceMethod("column", &DatasetWrap::column), InstanceMethod("read", &DatasetWrap::read),
       InstanceMethod("mask", &DatasetWrap::mask), InstanceMethod("preview", &DatasetWrap::preview),
       InstanceMethod("measure", &DatasetWrap::measure), InstanceMethod("save", &DatasetWrap::save),
       InstanceMethod("dispose", &DatasetWrap::dispose)});
  environment(env).dataset = Napi::Persistent(constructor);
  exports.Set("Dataset", constructor);
}

DatasetWrap::DatasetWrap(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  info.This().As<Napi::Object>().TypeTag(&datasetTag);
}

void DatasetWrap::Finalize(Napi::BasicEnv env) {
  dataset_.dispose(Napi::Env(env));
}

std::shared_ptr<Dataset> DatasetWrap::unwrap(const Napi::Value& value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&datasetTag)) {
    throw Error("ERR_INVALID_ARGUMENT", "Expected a Dataset for dataset");
  }
  return Unwrap(value.As<Napi::Object>())->dataset_.get();
}

Napi::Object DatasetWrap::wrap(Napi::Env env, std::shared_ptr<Dataset> dataset) {
  Napi::Object object = environment(env).dataset.New({});
  const auto& masks = dataset->masks();
  const auto bytes =
      static_cast<int64_t>(dataset->images().nbytes() + (masks.defined() ? masks.nbytes() : 0));
  Unwrap(object)->dataset_.set(std::move(dataset), env, bytes);
  return object;
}

Napi::Value DatasetWrap::open(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const std::string path = stringArgument(info, 0, "path");
    return startOperation(
        info.Env(), fileExecutor(),
        [path](const Cancellation&, const ProgressCallback&) -> Deliver {
          auto dataset = Dataset::open(path);
          return [dataset](Napi::Env env) { return wrap(env, dataset); };
        },
        info.Env().Undefined());
  });
}

Napi::Value DatasetWrap::fromRaw(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const std::string path = stringArgument(info, 0, "path");
    const Options options(info[1]);
    const int64_t channels = options.integer("channels", 1);
    const int64_t height = options.integer("height", 1);
    const int64_t width = options.integer("width", 1);
    const bool masked = options.flag("masked");
    auto keep = options.integers("keep");
    return startOperation(
        info.Env(), fileExecutor(),
        [=, keep = std::move(keep)](const Cancellation&, const ProgressCallback&) -> Deliver {
          auto dataset = Dataset::fromRaw(path, channels, height, width, masked, keep);
          return [dataset](Napi::Env env) { return wrap(env, dataset); };
        },
        info.Env().Undefined());
  });
}

Napi::Value DatasetWrap::fromImages(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    TensorFile contents;
    contents.tensors.emplace("images", imagesArgument(info, 0, 1));
    return wrap(info.Env(), std::make_shared<Dataset>(std::move(contents), "the images"));
  });
}

Napi::Value DatasetWrap::shape(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto sizes = dataset_.get()->images().sizes().vec();
    Napi::Array array = Napi::Array::New(info.Env(), sizes.size());
    for (uint32_t i = 0; i < sizes.size(); ++i)
      array.Set(i, static_cast<double>(sizes[i]));
    return array;
  });
}

Napi::Value DatasetWrap::metadata(const Napi::CallbackInfo& info) {
  return guarded(info.Env(),
                 [&]() -> Napi::Value { return toObject(info.Env(), dataset_.get()->metadata()); });
}

Napi::Value DatasetWrap::column(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const at::Tensor& values = dataset_.get()->column(stringArgument(info, 0, "name"));
    auto array = Napi::Int32Array::New(info.Env(), static_cast<size_t>(values.numel()));
    std::memcpy(array.Data(), values.const_data_ptr(), values.nbytes());
    return array;
  });
}

Napi::Value DatasetWrap::read(const Napi::CallbackInfo& info) {
  return guarded(info.Env(),
                 [&]() -> Napi::Value { return readOne(info, dataset_.get()->images()); });
}

Napi::Value DatasetWrap::mask(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto dataset = dataset_.get();
    return dataset->masks().defined() ? readOne(info, dataset->masks()) : info.Env().Null();
  });
}

Napi::Value DatasetWrap::preview(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto dataset = dataset_.get();
    const Options options(info[0]);
    const auto images = previewImages(
        *dataset, options.integers("indices"), readAugmentation(options.object("augmentation")),
        options.numbers("mean"), static_cast<uint64_t>(options.integer("seed", 0)),
        options.integer("epoch", 0));
    auto array = Napi::Uint8Array::New(info.Env(), images.nbytes());
    std::memcpy(array.Data(), images.const_data_ptr(), images.nbytes());
    return array;
  });
}

Napi::Value DatasetWrap::measure(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto positions = Options(info[0]).integers("indices");
    return startOperation(
        info.Env(), fileExecutor(),
        [dataset = dataset_.get(), positions](const Cancellation&,
                                              const ProgressCallback&) -> Deliver {
          const auto measured = roentgen::measure(*dataset, positions);
          return [measured](Napi::Env env) {
            Napi::Object object = Napi::Object::New(env);
            object.Set("mean", toArray(env, measured.mean));
            object.Set("std", toArray(env, measured.std));
            return object;
          };
        },
        info.Env().Undefined());
  });
}

Napi::Value DatasetWrap::save(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const std::string path = stringArgument(info, 0, "path");
    const Options options(info[1]);
    auto metadata = options.strings("metadata");
    auto columns = options.columns("columns");
    return startOperation(
        info.Env(), fileExecutor(),
        [dataset = dataset_.get(), path, metadata, columns](const Cancellation&,
                                                            const ProgressCallback&) -> Deliver {
          dataset->save(path, metadata, columns);
          return [](Napi::Env env) { return env.Undefined(); };
        },
        info.Env().Undefined());
  });
}

Napi::Value DatasetWrap::dispose(const Napi::CallbackInfo& info) {
  dataset_.dispose(info.Env());
  return info.Env().Undefined();
}

}  // namespace roentgen::binding
