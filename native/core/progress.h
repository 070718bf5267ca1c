// How long work tells how far it is.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace roentgen {

struct Progress {
  int64_t step, steps, samples;
  double loss;  // mean so far
  double elapsedSeconds;
};
using ProgressCallback = std::function<void(const Progress&)>;

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace roentgen
