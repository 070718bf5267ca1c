// A flag that one thread raises and long work looks at between its parts.
#pragma once

#include "core/error.h"

#include <atomic>

namespace roentgen {

class Cancellation {
 public:
  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }
  // Throws ABORT_ERR once `cancel` was called.
  void check() const {
    if (cancelled()) abort();
  }
  [[noreturn]] static void abort() { throw Error("ABORT_ERR", "The operation was aborted"); }

 private:
  std::atomic<bool> cancelled_{false};
};

}  // namespace roentgen
