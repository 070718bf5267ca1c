#include "binding/vectors.h"

#include "binding/arguments.h"
#include "binding/failure.h"
#include "binding/handle.h"
#include "binding/operation.h"
#include "binding/results.h"
#include "core/vectors/neighbors.h"
#include "core/vectors/principal_components.h"

namespace roentgen::binding {
namespace {

// float [N, features] copied from { values, features }.
at::Tensor readRows(const Napi::Value& value, const char* name) {
  const Options options(value);
  const auto values = options.tensor("values", at::kFloat);
  const int64_t features = options.integer("features", 1);
  if (values.numel() == 0 || values.numel() % features != 0) {
    throw Error("ERR_INVALID_ARGUMENT", text("Expected rows of ", features, " features for ", name,
                                             ", received ", values.numel(), " values"));
  }
  return values.view({-1, features});
}

// Arguments of the call: queries, references, { k, metric }, onProgress.
Napi::Value startNeighbors(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto queries = readRows(info[0], "queries");
    const auto references = readRows(info[1], "references");
    const Options options(info[2]);
    const int64_t k = options.integer("k", 1);
    const auto metric = neighborMetricByName(options.string("metric"));
    return startOperation(
        info.Env(), inferenceExecutor(),
        [=](const Cancellation& cancellation, const ProgressCallback& progress) -> Deliver {
          const auto found = findNeighbors(queries, references, k, metric, cancellation, progress);
          return [found](Napi::Env env) {
            Napi::Object object = Napi::Object::New(env);
            object.Set("indices", toIntegers(env, found.indices));
            object.Set("distances", toFloats(env, found.distances));
            return object;
          };
        },
        info[3]);
  });
}

// Arguments of the call: rows, { count }, onProgress.
Napi::Value startComponents(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto rows = readRows(info[0], "rows");
    const int64_t count = Options(info[1]).integer("count", 1);
    return startOperation(
        info.Env(), inferenceExecutor(),
        [=](const Cancellation& cancellation, const ProgressCallback&) -> Deliver {
          const auto found = principalComponents(rows, count, cancellation);
          return [found](Napi::Env env) {
            Napi::Object object = Napi::Object::New(env);
            object.Set("mean", toFloats(env, found.mean));
            object.Set("components", toFloats(env, found.components));
            object.Set("explained", toFloats(env, found.explained));
            return object;
          };
        },
        info[2]);
  });
}

}  // namespace

void defineVectors(Napi::Env env, Napi::Object exports) {
  exports.Set("findNeighbors", Napi::Function::New(env, startNeighbors, "findNeighbors"));
  exports.Set("principalComponents",
              Napi::Function::New(env, startComponents, "principalComponents"));
}

}  // namespace roentgen::binding
