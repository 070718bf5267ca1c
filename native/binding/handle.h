// What the three handles share: a core object that outlives its JavaScript face while work holds
// it.
#pragma once

#include "core/error.h"
#include "core/executor.h"

#include <napi.h>

#include <atomic>
#include <memory>
#include <string>

namespace roentgen::binding {

// Counts live objects of one kind, for leak tests.
template <typename Kind>
class Counted {
 public:
  Counted() { ++count; }
  ~Counted() { --count; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  static inline std::atomic<int> count{0};
};

template <typename T>
class Holder {
 public:
  // Throws ERR_DISPOSED after `dispose`.
  std::shared_ptr<T> get() const {
    if (!held_) throw Error("ERR_DISPOSED", "The handle was disposed: create a new one");
    return held_;
  }
  void set(std::shared_ptr<T> value, Napi::Env env, int64_t bytes) {
    held_ = std::move(value);
    bytes_ = bytes;
    Napi::MemoryManagement::AdjustExternalMemory(env, bytes_);
  }
  void dispose(Napi::Env env) {
    if (held_) Napi::MemoryManagement::AdjustExternalMemory(env, -bytes_);
    held_.reset();
  }

 private:
  std::shared_ptr<T> held_;
  int64_t bytes_ = 0;
};

// Marks a network as in use by one operation at a time.
class Lease {
 public:
  // Throws ERR_BUSY where another lease is out.
  explicit Lease(std::shared_ptr<std::atomic<bool>> flag) : flag_(std::move(flag)) {
    if (flag_->exchange(true)) {
      throw Error("ERR_BUSY", "The network is at work: wait for the promise of the call before");
    }
  }
  ~Lease() { *flag_ = false; }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

 private:
  std::shared_ptr<std::atomic<bool>> flag_;
};

// Reading and writing files, and evaluation, each in the order of the calls. Never destroyed: a
// thread that waits for work must not keep the process from ending.
SerialExecutor& fileExecutor();
SerialExecutor& inferenceExecutor();

}  // namespace roentgen::binding
