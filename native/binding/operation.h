// Work on another thread, seen from JavaScript as { promise, cancel() }.
//
// The event loop stays free, the process can end at any time, and nothing touches JavaScript once
// its environment is closing: a worker that is terminated waits for its operations in a cleanup
// hook, and the main thread in `stopAll`, which src/native/shutdown.ts calls on 'exit' (Node runs
// no cleanup hook there, and C++ statics would die under a running operation).
#pragma once

#include "core/cancellation.h"
#include "core/executor.h"
#include "core/progress.h"

#include <napi.h>

#include <functional>
#include <memory>

namespace roentgen::binding {

// Builds the result, on the JavaScript thread.
using Deliver = std::function<Napi::Value(Napi::Env)>;
// Runs on the executor's thread. Must hold shared pointers to all that it touches.
using Work = std::function<Deliver(const Cancellation&, const ProgressCallback&)>;

// `onProgress` is a function (step events; dropped where JavaScript lags behind) or undefined.
Napi::Object startOperation(Napi::Env env, SerialExecutor& executor, Work work,
                            const Napi::Value& onProgress);

// Cancels every operation of this environment and waits for their ends. Their promises stay
// pending.
void stopOperations(Napi::Env env);

// Operations of the whole process that have not ended.
int liveOperations();

}  // namespace roentgen::binding
