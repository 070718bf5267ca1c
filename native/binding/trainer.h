// The JavaScript face of core's Trainer: one thread of its own, one operation at a time.
#pragma once

#include "binding/handle.h"
#include "binding/network.h"
#include "core/memory.h"
#include "core/training/trainer.h"

#include <napi.h>

#include <memory>
#include <utility>

namespace roentgen::binding {

// Training holds gigabytes that nothing needs after it. As a first member this goes last.
struct ReleaseMemory {
  ReleaseMemory() = default;
  ~ReleaseMemory() { releaseCachedMemory(); }
  ReleaseMemory(const ReleaseMemory&) = delete;
  ReleaseMemory& operator=(const ReleaseMemory&) = delete;
};

struct SharedTrainer {
  SharedTrainer(std::shared_ptr<SharedNetwork> shared, const TrainerOptions& options)
      : network(std::move(shared)), trainer(network->network, options) {}

  ReleaseMemory releaseMemory;
  std::shared_ptr<SharedNetwork> network;
  Trainer trainer;
  SerialExecutor executor;
};

class TrainerWrap : public Napi::ObjectWrap<TrainerWrap>, Counted<TrainerWrap> {
 public:
  static void define(Napi::Env env, Napi::Object exports);
  static int live() { return count; }

  explicit TrainerWrap(const Napi::CallbackInfo& info);
  void Finalize(Napi::BasicEnv env) override;

 private:
  Napi::Value epoch(const Napi::CallbackInfo& info);
  Napi::Value evaluate(const Napi::CallbackInfo& info);
  Napi::Value share(const Napi::CallbackInfo& info);
  Napi::Value exchangeAverage(const Napi::CallbackInfo& info);
  Napi::Value save(const Napi::CallbackInfo& info);
  Napi::Value load(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);

  Holder<SharedTrainer> shared_;
};

}  // namespace roentgen::binding
