// The JavaScript face of core's Network.
#pragma once

#include "binding/handle.h"
#include "core/executor.h"
#include "core/inference/evaluate.h"
#include "core/network/network.h"

#include <napi.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace roentgen::binding {

// A network and who uses it: training excludes everything else.
struct SharedNetwork {
  std::shared_ptr<Network> network;
  std::map<std::string, std::string> metadata;
  std::shared_ptr<std::atomic<bool>> busy = std::make_shared<std::atomic<bool>>(false);
};

// Of all weights.
int64_t byteSize(const Network& network);

// `write(path, metadata)` on the file thread, while nothing else uses the network. Arguments of the
// call: path, { metadata }.
Napi::Value startSave(
    const Napi::CallbackInfo& info, std::shared_ptr<SharedNetwork> network,
    std::function<void(const std::string&, const std::map<std::string, std::string>&)> write);

using Evaluate = std::function<Outputs(Dataset&, const Selection&, const EvaluationOptions&,
                                       const Cancellation&, const ProgressCallback&)>;
// `evaluate` on a thread of `executor`, while nothing else uses the network. Arguments of the call:
// dataset, options, onProgress.
Napi::Value startEvaluation(const Napi::CallbackInfo& info, std::shared_ptr<SharedNetwork> network,
                            SerialExecutor& executor, Evaluate evaluate);

class NetworkWrap : public Napi::ObjectWrap<NetworkWrap>, Counted<NetworkWrap> {
 public:
  static void define(Napi::Env env, Napi::Object exports);
  // Throws ERR_INVALID_ARGUMENT for anything else, ERR_DISPOSED for a disposed one.
  static std::shared_ptr<SharedNetwork> unwrap(const Napi::Value& value);
  static int live() { return count; }

  explicit NetworkWrap(const Napi::CallbackInfo& info);
  void Finalize(Napi::BasicEnv env) override;

 private:
  static Napi::Value build(const Napi::CallbackInfo& info);
  static Napi::Value load(const Napi::CallbackInfo& info);
  static Napi::Object wrap(Napi::Env env, std::shared_ptr<SharedNetwork> shared);

  Napi::Value metadata(const Napi::CallbackInfo& info);
  Napi::Value summary(const Napi::CallbackInfo& info);
  Napi::Value evaluate(const Napi::CallbackInfo& info);
  // In explanation.cpp.
  Napi::Value layers(const Napi::CallbackInfo& info);
  Napi::Value activations(const Napi::CallbackInfo& info);
  Napi::Value classActivations(const Napi::CallbackInfo& info);
  Napi::Value gradients(const Napi::CallbackInfo& info);
  Napi::Value perturb(const Napi::CallbackInfo& info);
  Napi::Value estimateStatistics(const Napi::CallbackInfo& info);
  Napi::Value randomize(const Napi::CallbackInfo& info);

  Napi::Value freeze(const Napi::CallbackInfo& info);
  Napi::Value importWeights(const Napi::CallbackInfo& info);
  Napi::Value save(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);

  Holder<SharedNetwork> shared_;
};

}  // namespace roentgen::binding
