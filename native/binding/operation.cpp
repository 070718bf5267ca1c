#include "binding/operation.h"

#include "binding/environment.h"
#include "binding/failure.h"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <variant>

namespace roentgen::binding {

class Operation;

namespace {

using Event = std::variant<Progress, Deliver, Failure>;

void callJs(Napi::Env env, Napi::Function, Operation* operation, Event* event);
using Channel = Napi::TypedThreadSafeFunction<Operation, Event, callJs>;

// Progress events under way to JavaScript; more are dropped. The last event always gets through.
constexpr int maxPending = 4;

std::atomic<int> liveCount{0};

}  // namespace

class Operation : public std::enable_shared_from_this<Operation> {
 public:
  Operation(Napi::Env env, const Napi::Value& onProgress)
      : env_(env), deferred_(Napi::Promise::Deferred::New(env)) {
    if (onProgress.IsFunction()) onProgress_ = Napi::Persistent(onProgress.As<Napi::Function>());
    ++liveCount;
  }
  ~Operation() { --liveCount; }

  Napi::Object start(SerialExecutor& executor, Work work) {
    // Unbounded: the bound is `maxPending`, so that the last event never waits for room.
    channel_ = Channel::New(env_, "roentgen", /*maxQueueSize=*/0, /*initialThreadCount=*/1, this);
    environment(env_).operations.insert(shared_from_this());
    // After the channel was made: hooks run last first, and this one must find it open.
    napi_add_env_cleanup_hook(env_, &Operation::onCleanup, this);
    executor.submit([self = shared_from_this(), work = std::move(work)]() mutable {
      self->run(std::move(work));
    });

    Napi::Object handle = Napi::Object::New(env_);
    handle.Set("promise", deferred_.Promise());
    handle.Set("cancel",
               Napi::Function::New(env_, [self = shared_from_this()](const Napi::CallbackInfo&) {
                 self->cancel();
               }));
    return handle;
  }

  void cancel() { cancellation_.cancel(); }

  void wait() {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return hasEnded_; });
  }

  // On the JavaScript thread.
  void receive(Event event) {
    if (const auto* progress = std::get_if<Progress>(&event)) {
      --pending_;
      report(*progress);
      return;
    }
    napi_remove_env_cleanup_hook(env_, &Operation::onCleanup, this);
    const auto self = shared_from_this();
    environment(env_).operations.erase(self);
    onProgress_.Reset();
    try {
      if (const auto* failure = std::get_if<Failure>(&event)) {
        deferred_.Reject(toError(env_, *failure).Value());
      } else {
        deferred_.Resolve(std::get<Deliver>(event)(env_));
      }
    } catch (const Napi::Error& error) {
      deferred_.Reject(error.Value());
    }
  }

 private:
  static void onCleanup(void* self) {
    // The environment ends: its references go now, while it can still take them back.
    auto* operation = static_cast<Operation*>(self);
    stopOperations(operation->env_);
    operation->onProgress_.Reset();
    environment(operation->env_).operations.erase(operation->shared_from_this());
  }

  void run(Work work) {
    Event event = Failure{"ABORT_ERR", "The operation was aborted"};
    try {
      cancellation_.check();
      event = work(cancellation_, [this](const Progress& progress) { send(progress); });
    } catch (...) {
      event = currentFailure();
    }
    // All that the work holds is freed before anyone may believe that it has ended.
    work = nullptr;
    post(std::move(event));
    channel_.Release();
    {
      const std::lock_guard lock(mutex_);
      hasEnded_ = true;
      ended_.notify_all();
    }
  }

  void send(const Progress& progress) {
    if (pending_ >= maxPending) return;
    ++pending_;
    post(progress);
  }

  void post(Event event) {
    auto owned = std::make_unique<Event>(std::move(event));
    if (channel_.NonBlockingCall(owned.get()) == napi_ok) owned.release();
  }

  void report(const Progress& progress) {
    if (onProgress_.IsEmpty()) return;
    Napi::Object event = Napi::Object::New(env_);
    event.Set("step", static_cast<double>(progress.step));
    event.Set("steps", static_cast<double>(progress.steps));
    event.Set("samples", static_cast<double>(progress.samples));
    event.Set("loss", progress.loss);
    event.Set("elapsedSeconds", progress.elapsedSeconds);
    onProgress_.Call({event});
  }

  Napi::Env env_;
  Napi::Promise::Deferred deferred_;
  Napi::FunctionReference onProgress_;
  Channel channel_;
  Cancellation cancellation_;
  std::atomic<int> pending_{0};
  std::mutex mutex_;
  std::condition_variable ended_;
  bool hasEnded_ = false;
};

namespace {

void callJs(Napi::Env env, Napi::Function, Operation* operation, Event* event) {
  const std::unique_ptr<Event> owned(event);
  // Without an environment the process or worker is ending, and only the event's memory is left to
  // free.
  if (env != nullptr) operation->receive(std::move(*owned));
}

}  // namespace

Napi::Object startOperation(Napi::Env env, SerialExecutor& executor, Work work,
                            const Napi::Value& onProgress) {
  return std::make_shared<Operation>(env, onProgress)->start(executor, std::move(work));
}

void stopOperations(Napi::Env env) {
  const auto& operations = environment(env).operations;
  // All before the first is waited for, since it may stand behind another in the same thread.
  for (const auto& operation : operations)
    operation->cancel();
  for (const auto& operation : operations)
    operation->wait();
}

int liveOperations() {
  return liveCount;
}

}  // namespace roentgen::binding
