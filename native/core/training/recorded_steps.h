// Training steps that work on fixed tensors, so that an accelerator can record them.
#pragma once

#include "core/training/batches.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace roentgen {

// What a step tells of its batch.
struct StepFigures {
  at::Tensor loss;     // mean, a scalar
  at::Tensor correct;  // int64 scalar; undefined for reconstruction
};

class RecordedSteps {
 public:
  // Reads the batch, changes the weights. The same memory holds what it changes in every call.
  using Step = std::function<StepFigures(const Batch&)>;
  // Records work without doing it, and returns what does it again and again. Throws c10::Error
  // where that cannot be.
  using Recorder = std::function<std::function<void()>(const std::function<void()>& work)>;

  RecordedSteps(Step step, Recorder recorder)
      : step_(std::move(step)), recorder_(std::move(recorder)) {}

  // The first steps of each size of batch run as they are; then one is recorded. What the figures
  // hold is overwritten by the next step.
  StepFigures run(const Batch& batch);

 private:
  struct Recorded {
    int runs = 0;
    bool possible = true;
    Batch batch;
    StepFigures figures;
    std::function<void()> replay;
  };
  void record(Recorded& recorded, const Batch& batch);

  Step step_;
  Recorder recorder_;
  std::map<std::pair<int64_t, int64_t>, Recorded>
      recorded_;  // by images, and dimensions of targets
};

}  // namespace roentgen
