// What a network is asked about its layers and answers: the members of NetworkWrap for
// explanations.
#include "binding/arguments.h"
#include "binding/dataset.h"
#include "binding/failure.h"
#include "binding/network.h"
#include "binding/operation.h"
#include "binding/results.h"
#include "core/explanation/activations.h"
#include "core/explanation/class_activation.h"
#include "core/explanation/gradients.h"
#include "core/explanation/perturbation.h"
#include "core/inference/batch_statistics.h"

#include <ATen/Functions.h>

#include <utility>

namespace roentgen::binding {
namespace {

PassOptions readPass(const Options& options) {
  return {.indices = options.integers("indices"),
          .compute = readPrecision(options),
          .normalization = readNormalization(options.object("normalization")),
          .batchSize = options.integer("batchSize", 1)};
}

Napi::Array toArray(Napi::Env env, const std::vector<LayerValues>& layers) {
  Napi::Array array = Napi::Array::New(env, layers.size());
  for (uint32_t i = 0; i < layers.size(); ++i) {
    const auto& [name, values] = layers[i];
    Napi::Object object = Napi::Object::New(env);
    object.Set("layer", name);
    object.Set("shape", toSizes(env, values.sizes().slice(1).vec()));
    object.Set("values", toFloats(env, values));
    array.Set(i, object);
  }
  return array;
}

Napi::Object toObject(Napi::Env env, const CamMaps& result) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("maps", toArray(env, result.maps));
  object.Set("logits", toFloats(env, result.logits));
  return object;
}

Napi::Object toObject(Napi::Env env, const Gradients& result) {
  const auto& baseline = result.baselineLogits;
  Napi::Object object = Napi::Object::New(env);
  object.Set("values", toFloats(env, result.values));
  object.Set("logits", toFloats(env, result.logits));
  object.Set("baselineLogits", toFloats(env, baseline.defined() ? baseline : at::empty({0})));
  return object;
}

// `work(network, dataset, options, cancellation, progress)` while nothing else uses the network;
// `deliver(env, result)`. Arguments of the call: dataset, options (read already), onProgress.
template <typename Request, typename Explain, typename ToJs>
Napi::Value explain(const Napi::CallbackInfo& info, std::shared_ptr<SharedNetwork> shared,
                    Request request, Explain work, ToJs deliver) {
  return startOperation(
      info.Env(), inferenceExecutor(),
      [shared = std::move(shared), dataset = DatasetWrap::unwrap(info[0]),
       request = std::move(request), work,
       deliver](const Cancellation& cancellation, const ProgressCallback& progress) -> Deliver {
        const Lease lease(shared->busy);
        auto result = work(*shared->network, *dataset, request, cancellation, progress);
        return [result = std::move(result), deliver](Napi::Env env) -> Napi::Value {
          return deliver(env, result);
        };
      },
      info[2]);
}

}  // namespace

Napi::Value NetworkWrap::layers(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Napi::Env env = info.Env();
    const auto& outputs = shared_.get()->network->outputs();
    Napi::Array array = Napi::Array::New(env, outputs.size());
    for (uint32_t i = 0; i < outputs.size(); ++i) {
      Napi::Object object = Napi::Object::New(env);
      object.Set("name", outputs[i].name);
      object.Set("shape", toSizes(env, outputs[i].shape.sizes()));
      object.Set("convolution", outputs[i].convolution);
      array.Set(i, object);
    }
    return array;
  });
}

Napi::Value NetworkWrap::activations(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Options options(info[1]);
    ActivationOptions request{
        .pass = readPass(options), .layers = options.texts("layers"), .pool = options.flag("pool")};
    return explain(info, shared_.get(), std::move(request), roentgen::activations, toArray);
  });
}

Napi::Value NetworkWrap::classActivations(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Options options(info[1]);
    CamOptions request{.pass = readPass(options),
                       .method = camMethodByName(options.string("method")),
                       .layers = options.texts("layers"),
                       .targets = options.integers("targets")};
    return explain(info, shared_.get(), std::move(request), roentgen::classActivations,
                   [](Napi::Env env, const CamMaps& maps) { return toObject(env, maps); });
  });
}

Napi::Value NetworkWrap::gradients(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Options options(info[1]);
    GradientOptions request{.pass = readPass(options),
                            .method = gradientMethodByName(options.string("method")),
                            .targets = options.integers("targets"),
                            .samples = options.integer("samples", 1),
                            .noise = options.number("noise"),
                            .seed = static_cast<uint64_t>(options.integer("seed", 0)),
                            .baseline = options.number("baseline")};
    return explain(info, shared_.get(), std::move(request), roentgen::gradients,
                   [](Napi::Env env, const Gradients& result) { return toObject(env, result); });
  });
}

Napi::Value NetworkWrap::perturb(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Options options(info[1]);
    PerturbOptions request{.index = options.integer("index", 0),
                           .segments = options.tensor("segments", at::kInt),
                           .masks = options.tensor("masks", at::kByte),
                           .fill = options.tensor("fill", at::kByte),
                           .compute = readPrecision(options),
                           .normalization = readNormalization(options.object("normalization")),
                           .batchSize = options.integer("batchSize", 1)};
    return explain(info, shared_.get(), std::move(request), roentgen::perturb, toFloats);
  });
}

Napi::Value NetworkWrap::estimateStatistics(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    return explain(
        info, shared_.get(), readPass(Options(info[1])),
        [](auto&&... arguments) {
          roentgen::estimateStatistics(arguments...);
          return true;
        },
        [](Napi::Env env, bool) { return env.Undefined(); });
  });
}

Napi::Value NetworkWrap::randomize(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto shared = shared_.get();
    const Options options(info[0]);
    const auto names = options.texts("layers");
    const auto seed = static_cast<uint64_t>(options.integer("seed", 0));
    const Lease lease(shared->busy);
    shared->network->randomize(names, seed);
    return info.Env().Undefined();
  });
}

}  // namespace roentgen::binding
