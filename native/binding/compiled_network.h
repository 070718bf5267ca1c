// The JavaScript face of core's CompiledNetwork, and its workers.
#pragma once

#include "binding/handle.h"
#include "core/executor.h"
#include "core/inference/compiled_network.h"
#include "core/inference/input_reader.h"
#include "core/inference/team_size.h"

#include <napi.h>

#include <deque>

namespace roentgen::binding {

struct SharedCompilation {
  SharedCompilation(const Network& source, at::ScalarType type, at::Device device, bool mirror,
                    const Normalization& normalization, int64_t workers)
      : network(source, type, device, mirror),
        reader(source.shape(), normalization),
        outputs(source.shape().outputs) {
    for (int64_t i = 0; i < workers; ++i)
      executors.emplace_back(SerialExecutor::Team::keep);
  }

  CompiledNetwork network;
  InputReader reader;
  TeamSize team;
  int64_t outputs;
  std::deque<SerialExecutor> executors;  // one thread for each worker
};

class CompiledNetworkWrap : public Napi::ObjectWrap<CompiledNetworkWrap>,
                            Counted<CompiledNetworkWrap> {
 public:
  // Adds compileNetwork to what the addon exports.
  static void define(Napi::Env env, Napi::Object exports);
  static int live() { return count; }

  explicit CompiledNetworkWrap(const Napi::CallbackInfo& info) : ObjectWrap(info) {}
  void Finalize(Napi::BasicEnv env) override;

 private:
  static Napi::Value compile(const Napi::CallbackInfo& info);

  Napi::Value outputs(const Napi::CallbackInfo& info);
  Napi::Value run(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);

  Holder<SharedCompilation> shared_;
};

}  // namespace roentgen::binding
