#include "core/training/recorded_steps.h"

#include "core/recording.h"

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

namespace roentgen {
namespace {

void copy(const Batch& from, Batch& to) {
  to.input.copy_(from.input);
  if (from.labels.defined()) to.labels.copy_(from.labels);
  if (from.target.defined() && !to.target.is_same(to.labels)) to.target.copy_(from.target);
}

Batch clone(const Batch& batch) {
  Batch out;
  out.input = batch.input.clone();
  if (batch.labels.defined()) out.labels = batch.labels.clone();
  if (batch.target.defined())
    out.target = batch.target.is_same(batch.labels) ? out.labels : batch.target.clone();
  return out;
}

}  // namespace

StepFigures RecordedSteps::run(const Batch& batch) {
  const int64_t shape = batch.target.defined() ? batch.target.dim() : 0;
  Recorded& recorded = recorded_[{batch.input.size(0), shape}];
  if (!recorded.replay && recorded.possible && recorded.runs++ >= warmUpRuns)
    record(recorded, batch);
  if (!recorded.replay) return step_(batch);
  copy(batch, recorded.batch);
  recorded.replay();
  return recorded.figures;
}

void RecordedSteps::record(Recorded& recorded, const Batch& batch) {
  recorded.batch = clone(batch);
  try {
    recorded.replay = recorder_([this, &recorded] { recorded.figures = step_(recorded.batch); });
  } catch (const c10::Error&) {
    // What fails without a recording, too, will say so itself.
    recorded = Recorded();
    recorded.possible = false;
  }
}

}  // namespace roentgen
