#include "binding/network.h"

#include "binding/arguments.h"
#include "binding/dataset.h"
#include "binding/environment.h"
#include "binding/failure.h"
#include "binding/operation.h"
#include "binding/results.h"
#include "core/inference/evaluate.h"
#include "core/network/model_file.h"

namespace roentgen::binding {
namespace {

constexpr napi_type_tag networkTag = {0x3d0b7a94e1c65f28, 0xa7f40c9128be63d1};

Napi::Object toRow(Napi::Env env, const LayerRow& row) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("name", row.name);
  object.Set("kind", row.kind);
  object.Set("shape", toSizes(env, row.output.sizes()));
  object.Set("parameters", static_cast<double>(row.parameters));
  object.Set("trainable", static_cast<double>(row.trainable));
  object.Set("macs", static_cast<double>(row.macs));
  return object;
}

Napi::Array toArray(Napi::Env env, const std::vector<std::string>& texts) {
  Napi::Array array = Napi::Array::New(env, texts.size());
  for (uint32_t i = 0; i < texts.size(); ++i)
    array.Set(i, texts[i]);
  return array;
}

Napi::Object toObject(Napi::Env env, const ImportReport& report) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("matched", toArray(env, report.matched));
  object.Set("adapted", toArray(env, report.adapted));
  object.Set("drawn", toArray(env, report.drawn));
  object.Set("missing", toArray(env, report.missing));
  object.Set("wrong", toArray(env, report.wrong));
  object.Set("unexpected", toArray(env, report.unexpected));
  Napi::Object metadata = Napi::Object::New(env);
  for (const auto& [key, value] : report.metadata)
    metadata.Set(key, value);
  object.Set("metadata", metadata);
  return object;
}

Napi::Object toObject(Napi::Env env, const Outputs& outputs) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("values", toFloats(env, outputs.values));
  object.Set("outputs", static_cast<double>(outputs.values.size(1)));
  object.Set("loss", outputs.loss);
  object.Set("seconds", outputs.seconds);
  return object;
}

}  // namespace

int64_t byteSize(const Network& network) {
  int64_t bytes = 0;
  for (const State& entry : network.state())
    bytes += static_cast<int64_t>(entry.tensor.nbytes());
  return bytes;
}

Napi::Value startSave(
    const Napi::CallbackInfo& info, std::shared_ptr<SharedNetwork> network,
    std::function<void(const std::string&, const std::map<std::string, std::string>&)> write) {
  const std::string path = stringArgument(info, 0, "path");
  const auto metadata = Options(info[1]).strings("metadata");
  return startOperation(
      info.Env(), fileExecutor(),
      [network = std::move(network), write = std::move(write), path, metadata](
          const Cancellation&, const ProgressCallback&) -> Deliver {
        const Lease lease(network->busy);
        write(path, metadata);
        return [](Napi::Env env) { return env.Undefined(); };
      },
      info.Env().Undefined());
}

Napi::Value startEvaluation(const Napi::CallbackInfo& info, std::shared_ptr<SharedNetwork> network,
                            SerialExecutor& executor, Evaluate evaluate) {
  const auto dataset = DatasetWrap::unwrap(info[0]);
  const Options options(info[1]);
  const auto selection = readSelection(options);
  const auto settings = readEvaluationOptions(options);
  return startOperation(
      info.Env(), executor,
      [=, network = std::move(network), evaluate = std::move(evaluate)](
          const Cancellation& cancellation, const ProgressCallback& progress) -> Deliver {
        const Lease lease(network->busy);
        auto outputs = evaluate(*dataset, selection, settings, cancellation, progress);
        return [outputs](Napi::Env env) { return toObject(env, outputs); };
      },
      info[2]);
}

void NetworkWrap::define(Napi::Env env, Napi::Object exports) {
  Napi::Function constructor = DefineClass(
      env, "Network",
      {StaticMethod("build", &NetworkWrap::build), StaticMethod("load", &NetworkWrap::load),
       InstanceMethod("metadata", &NetworkWrap::metadata),
       InstanceMethod("summary", &NetworkWrap::summary),
       InstanceMethod("evaluate", &NetworkWrap::evaluate),
       InstanceMethod("layers", &NetworkWrap::layers),
       InstanceMethod("activations", &NetworkWrap::activations),
       InstanceMethod("classActivations", &NetworkWrap::classActivations),
       InstanceMethod("gradients", &NetworkWrap::gradients),
       InstanceMethod("perturb", &NetworkWrap::perturb),
       InstanceMethod("estimateStatistics", &NetworkWrap::estimateStatistics),
       InstanceMethod("randomize", &NetworkWrap::randomize),
       InstanceMethod("freeze", &NetworkWrap::freeze),
       InstanceMethod("importWeights", &NetworkWrap::importWeights),
       InstanceMethod("save", &NetworkWrap::save),
       InstanceMethod("dispose", &NetworkWrap::dispose)});
  environment(env).network = Napi::Persistent(constructor);
  exports.Set("Network", constructor);
}

NetworkWrap::NetworkWrap(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  info.This().As<Napi::Object>().TypeTag(&networkTag);
}

void NetworkWrap::Finalize(Napi::BasicEnv env) {
  shared_.dispose(Napi::Env(env));
}

std::shared_ptr<SharedNetwork> NetworkWrap::unwrap(const Napi::Value& value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&networkTag)) {
    throw Error("ERR_INVALID_ARGUMENT", "Expected a Network for network");
  }
  return Unwrap(value.As<Napi::Object>())->shared_.get();
}

Napi::Object NetworkWrap::wrap(Napi::Env env, std::shared_ptr<SharedNetwork> shared) {
  Napi::Object object = environment(env).network.New({});
  const int64_t bytes = byteSize(*shared->network);
  Unwrap(object)->shared_.set(std::move(shared), env, bytes);
  return object;
}

Napi::Value NetworkWrap::build(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const std::string spec = stringArgument(info, 0, "spec");
    const Options options(info[1]);
    const auto seed = static_cast<uint64_t>(options.integer("seed", 0));
    auto shared = std::make_shared<SharedNetwork>();
    shared->network = Network::build(spec, readNetworkShape(options), seed);
    return wrap(info.Env(), std::move(shared));
  });
}

Napi::Value NetworkWrap::load(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const std::string path = stringArgument(info, 0, "path");
    return startOperation(
        info.Env(), fileExecutor(),
        [path](const Cancellation&, const ProgressCallback&) -> Deliver {
          auto shared = std::make_shared<SharedNetwork>();
          ModelFile file = readModel(path);
          shared->network = std::move(file.network);
          shared->metadata = std::move(file.metadata);
          return [shared](Napi::Env env) { return wrap(env, shared); };
        },
        info.Env().Undefined());
  });
}

Napi::Value NetworkWrap::metadata(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    Napi::Object object = Napi::Object::New(info.Env());
    for (const auto& [key, value] : shared_.get()->metadata)
      object.Set(key, value);
    return object;
  });
}

Napi::Value NetworkWrap::summary(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto& table = shared_.get()->network->table();
    Napi::Array rows = Napi::Array::New(info.Env(), table.size());
    for (uint32_t i = 0; i < table.size(); ++i)
      rows.Set(i, toRow(info.Env(), table[i]));
    return rows;
  });
}

Napi::Value NetworkWrap::evaluate(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto shared = shared_.get();
    return startEvaluation(info, shared, inferenceExecutor(),
                           [network = shared->network](auto&&... arguments) {
                             return roentgen::evaluate(*network, arguments...);
                           });
  });
}

Napi::Value NetworkWrap::freeze(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto shared = shared_.get();
    const auto names = Options(info[0]).texts("layers");
    const Lease lease(shared->busy);
    shared->network->freeze(names);
    return info.Env().Undefined();
  });
}

Napi::Value NetworkWrap::importWeights(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const std::string path = stringArgument(info, 0, "path");
    const auto options = readImportOptions(Options(info[1]));
    return startOperation(
        info.Env(), fileExecutor(),
        [shared = shared_.get(), path, options](const Cancellation&,
                                                const ProgressCallback&) -> Deliver {
          const Lease lease(shared->busy);
          const auto report = roentgen::importWeights(*shared->network, path, options);
          return [report](Napi::Env env) { return toObject(env, report); };
        },
        info.Env().Undefined());
  });
}

Napi::Value NetworkWrap::save(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto shared = shared_.get();
    return startSave(info, shared, [shared](const auto& path, const auto& metadata) {
      writeModel(path, *shared->network, metadata);
    });
  });
}

Napi::Value NetworkWrap::dispose(const Napi::CallbackInfo& info) {
  shared_.dispose(info.Env());
  return info.Env().Undefined();
}

}  // namespace roentgen::binding
