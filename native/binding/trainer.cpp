#include "binding/trainer.h"

#include "binding/arguments.h"
#include "binding/dataset.h"
#include "binding/environment.h"
#include "binding/failure.h"
#include "binding/group.h"
#include "binding/operation.h"

#include <algorithm>

namespace roentgen::binding {
namespace {

Napi::Object toObject(Napi::Env env, const EpochStatistics& statistics) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("loss", statistics.loss);
  object.Set("accuracy", statistics.accuracy);
  object.Set("samples", static_cast<double>(statistics.samples));
  object.Set("step", static_cast<double>(statistics.step));
  object.Set("steps", static_cast<double>(statistics.steps));
  object.Set("seconds", statistics.seconds);
  auto losses = Napi::Float32Array::New(env, statistics.losses.size());
  std::copy(statistics.losses.begin(), statistics.losses.end(), losses.Data());
  object.Set("losses", losses);
  return object;
}

}  // namespace

void TrainerWrap::define(Napi::Env env, Napi::Object exports) {
  exports.Set("Trainer",
              DefineClass(env, "Trainer",
                          {InstanceMethod("epoch", &TrainerWrap::epoch),
                           InstanceMethod("evaluate", &TrainerWrap::evaluate),
                           InstanceMethod("share", &TrainerWrap::share),
                           InstanceMethod("exchangeAverage", &TrainerWrap::exchangeAverage),
                           InstanceMethod("save", &TrainerWrap::save),
                           InstanceMethod("load", &TrainerWrap::load),
                           InstanceMethod("dispose", &TrainerWrap::dispose)}));
}

TrainerWrap::TrainerWrap(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  guarded(info.Env(), [&] {
    auto network = NetworkWrap::unwrap(info[0]);
    const Lease lease(network->busy);
    auto options = readTrainerOptions(Options(info[1]));
    options.group = GroupWrap::unwrap(info[2]);
    shared_.set(std::make_shared<SharedTrainer>(network, options), info.Env(), 0);
  });
}

void TrainerWrap::Finalize(Napi::BasicEnv env) {
  shared_.dispose(Napi::Env(env));
}

Napi::Value TrainerWrap::epoch(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto shared = shared_.get();
    const auto dataset = DatasetWrap::unwrap(info[0]);
    const Options options(info[1]);
    const auto selection = readSelection(options);
    const auto plan = readEpochOptions(options);
    return startOperation(
        info.Env(), shared->executor,
        [=](const Cancellation& cancellation, const ProgressCallback& progress) -> Deliver {
          const Lease lease(shared->network->busy);
          const auto statistics =
              shared->trainer.epoch(*dataset, selection, plan, cancellation, progress);
          return [statistics](Napi::Env env) { return toObject(env, statistics); };
        },
        info[2]);
  });
}

Napi::Value TrainerWrap::evaluate(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto shared = shared_.get();
    return startEvaluation(info, shared->network, shared->executor, [shared](auto&&... arguments) {
      return shared->trainer.evaluate(arguments...);
    });
  });
}

Napi::Value TrainerWrap::share(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    return startOperation(
        info.Env(), shared_.get()->executor,
        [shared = shared_.get()](const Cancellation&, const ProgressCallback&) -> Deliver {
          const Lease lease(shared->network->busy);
          shared->trainer.share();
          return [](Napi::Env env) { return env.Undefined(); };
        },
        info.Env().Undefined());
  });
}

Napi::Value TrainerWrap::exchangeAverage(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto shared = shared_.get();
    const Lease lease(shared->network->busy);
    shared->trainer.exchangeAverage();
    return info.Env().Undefined();
  });
}

Napi::Value TrainerWrap::save(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto shared = shared_.get();
    return startSave(info, shared->network, [shared](const auto& path, const auto& metadata) {
      shared->trainer.save(path, metadata);
    });
  });
}

Napi::Value TrainerWrap::load(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const std::string path = stringArgument(info, 0, "path");
    return startOperation(
        info.Env(), fileExecutor(),
        [shared = shared_.get(), path](const Cancellation&, const ProgressCallback&) -> Deliver {
          const Lease lease(shared->network->busy);
          const auto metadata = shared->trainer.load(path);
          return [metadata](Napi::Env env) {
            Napi::Object object = Napi::Object::New(env);
            for (const auto& [key, value] : metadata)
              object.Set(key, value);
            return object;
          };
        },
        info.Env().Undefined());
  });
}

Napi::Value TrainerWrap::dispose(const Napi::CallbackInfo& info) {
  shared_.dispose(info.Env());
  return info.Env().Undefined();
}

}  // namespace roentgen::binding
