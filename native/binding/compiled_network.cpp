#include "binding/compiled_network.h"

#include "binding/arguments.h"
#include "binding/environment.h"
#include "binding/failure.h"
#include "binding/network.h"
#include "binding/operation.h"
#include "binding/results.h"
#include "core/system.h"

namespace roentgen::binding {
namespace {

int64_t atMost(int64_t value, int64_t most, const char* name) {
  if (value <= most) return value;
  throw Error("ERR_INVALID_ARGUMENT", text("Expected an integer of at most ", most, " for ", name,
                                           " but received ", value));
}

// Copies of the images, since JavaScript may write to them as soon as the call returns.
std::vector<at::Tensor> readImages(const Napi::Value& value, int64_t size) {
  const auto images = tensorsArgument(value, "images");
  for (const at::Tensor& image : images) {
    if (image.numel() == size) continue;
    throw Error("ERR_INVALID_ARGUMENT",
                text("Expected images of ", size,
                     " values, channels × height × width, received one of ", image.numel()));
  }
  return images;
}

}  // namespace

void CompiledNetworkWrap::define(Napi::Env env, Napi::Object exports) {
  environment(env).compiledNetwork =
      Napi::Persistent(DefineClass(env, "CompiledNetwork",
                                   {InstanceMethod("outputs", &CompiledNetworkWrap::outputs),
                                    InstanceMethod("run", &CompiledNetworkWrap::run),
                                    InstanceMethod("dispose", &CompiledNetworkWrap::dispose)}));
  exports.Set("compileNetwork",
              Napi::Function::New(env, &CompiledNetworkWrap::compile, "compileNetwork"));
}

void CompiledNetworkWrap::Finalize(Napi::BasicEnv env) {
  shared_.dispose(Napi::Env(env));
}

// Arguments of the call: network, { precision, normalization, device, mirror, workers }.
Napi::Value CompiledNetworkWrap::compile(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto source = NetworkWrap::unwrap(info[0]);
    const Options options(info[1]);
    if (source->network->task() == Task::reconstruction) {
      throw Error("ERR_UNSUPPORTED",
                  "A reconstruction has no outputs to predict: use Network.evaluate");
    }
    const auto type = readPrecision(options);
    const auto device = readDevice(options);
    const bool mirror = options.flag("mirror");
    const auto normalization = readNormalization(options.object("normalization"));
    const int64_t workers = atMost(options.integer("workers", 1), mostThreads, "workers");
    return startOperation(
        info.Env(), inferenceExecutor(),
        [=](const Cancellation&, const ProgressCallback&) -> Deliver {
          const Lease lease(source->busy);
          const auto shared = std::make_shared<SharedCompilation>(*source->network, type, device,
                                                                  mirror, normalization, workers);
          return [shared, bytes = byteSize(*source->network)](Napi::Env env) {
            Napi::Object object = environment(env).compiledNetwork.New({});
            Unwrap(object)->shared_.set(shared, env, bytes);
            return object;
          };
        },
        info.Env().Undefined());
  });
}

Napi::Value CompiledNetworkWrap::outputs(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    return Napi::Number::New(info.Env(), static_cast<double>(shared_.get()->outputs));
  });
}

// Arguments of the call: images, { worker, threads }.
Napi::Value CompiledNetworkWrap::run(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto shared = shared_.get();
    const Options options(info[1]);
    const auto last = static_cast<int64_t>(shared->executors.size()) - 1;
    const int64_t worker = atMost(options.integer("worker", 0), last, "worker");
    const auto threads =
        static_cast<int>(atMost(options.integer("threads", 1), mostThreads, "threads"));
    auto images = readImages(info[0], shared->reader.size());
    return startOperation(
        info.Env(), shared->executors[static_cast<size_t>(worker)],
        [=, images = std::move(images)](const Cancellation& cancellation,
                                        const ProgressCallback&) -> Deliver {
          const auto batch = static_cast<int64_t>(images.size());
          const int team = shared->team.choose(batch, threads);
          useThreads(team);
          const Stopwatch watch;
          const auto values = shared->network.forward(shared->reader.read(images), cancellation);
          shared->team.report(batch, threads, team, watch.seconds());
          return [values](Napi::Env env) { return toFloats(env, values); };
        },
        info.Env().Undefined());
  });
}

Napi::Value CompiledNetworkWrap::dispose(const Napi::CallbackInfo& info) {
  shared_.dispose(info.Env());
  return info.Env().Undefined();
}

}  // namespace roentgen::binding
