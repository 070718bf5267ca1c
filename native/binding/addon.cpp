// Everything that the addon exports.
#include "binding/arguments.h"
#include "binding/compiled_network.h"
#include "binding/dataset.h"
#include "binding/environment.h"
#include "binding/failure.h"
#include "binding/group.h"
#include "binding/network.h"
#include "binding/operation.h"
#include "binding/trainer.h"
#include "binding/vectors.h"
#include "core/io/file_lock.h"
#include "core/memory.h"
#include "core/system.h"

#include <napi.h>

#include <memory>

namespace roentgen::binding {

SerialExecutor& fileExecutor() {
  static auto* executor = new SerialExecutor;
  return *executor;
}

SerialExecutor& inferenceExecutor() {
  static auto* executor = new SerialExecutor;
  return *executor;
}

namespace {

Napi::Value describeSystem(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const SystemInfo system = systemInfo();
    const Napi::Env env = info.Env();
    Napi::Object cpu = Napi::Object::New(env);
    cpu.Set("avx2", system.avx2);
    cpu.Set("avx512", system.avx512);
    cpu.Set("avx512bf16", system.avx512bf16);
    cpu.Set("amxBf16", system.amxBf16);
    Napi::Array devices = Napi::Array::New(env);
    for (const auto& device : system.cudaDevices)
      devices.Set(devices.Length(), device);
    Napi::Object cuda = Napi::Object::New(env);
    cuda.Set("available", system.cuda);
    cuda.Set("devices", devices);
    Napi::Object object = Napi::Object::New(env);
    object.Set("torchVersion", system.torchVersion);
    object.Set("torchVersionBuilt", system.torchVersionBuilt);
    object.Set("threads", system.threads);
    object.Set("cpu", cpu);
    object.Set("cuda", cuda);
    return object;
  });
}

Napi::Value chooseThreads(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    setThreads(info[0].IsNumber() ? info[0].As<Napi::Number>().Int32Value() : 0);
    return info.Env().Undefined();
  });
}

// A function that gives the lock up, or null where another holds it.
Napi::Value tryLockFile(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    std::shared_ptr<FileLock> lock = FileLock::tryAcquire(stringArgument(info, 0, "path"));
    if (!lock) return info.Env().Null();
    const auto release = [lock](const Napi::CallbackInfo&) mutable { lock.reset(); };
    return Napi::Function::New(info.Env(), release, "release");
  });
}

Napi::Value countHandles(const Napi::CallbackInfo& info) {
  Napi::Object counts = Napi::Object::New(info.Env());
  counts.Set("datasets", DatasetWrap::live());
  counts.Set("networks", NetworkWrap::live());
  counts.Set("compiled", CompiledNetworkWrap::live());
  counts.Set("trainers", TrainerWrap::live());
  counts.Set("groups", GroupWrap::live());
  counts.Set("operations", liveOperations());
  return counts;
}

Napi::Value stopAll(const Napi::CallbackInfo& info) {
  stopOperations(info.Env());
  return info.Env().Undefined();
}

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new Environment);
  installAllocator();
  DatasetWrap::define(env, exports);
  NetworkWrap::define(env, exports);
  CompiledNetworkWrap::define(env, exports);
  TrainerWrap::define(env, exports);
  GroupWrap::define(env, exports);
  defineVectors(env, exports);
  exports.Set("systemInfo", Napi::Function::New(env, describeSystem, "systemInfo"));
  exports.Set("setThreads", Napi::Function::New(env, chooseThreads, "setThreads"));
  exports.Set("tryLockFile", Napi::Function::New(env, tryLockFile, "tryLockFile"));
  exports.Set("liveHandles", Napi::Function::New(env, countHandles, "liveHandles"));
  exports.Set("stopAll", Napi::Function::New(env, stopAll, "stopAll"));
  return exports;
}

}  // namespace
}  // namespace roentgen::binding

static Napi::Object initializeAddon(Napi::Env env, Napi::Object exports) {
  return roentgen::binding::initialize(env, exports);
}
NODE_API_MODULE(roentgen, initializeAddon)
