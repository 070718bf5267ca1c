#include "core/explanation/targets.h"

#include "core/error.h"

#include <ATen/Functions.h>

namespace roentgen {

void requireLogits(const Network& network) {
  if (network.task() == Task::reconstruction) {
    throw Error("ERR_UNSUPPORTED",
                "A reconstruction has no logits to explain: use a network that classifies");
  }
}

Targets::Targets(const Network& network, const std::vector<int32_t>& classes, size_t count)
    : classes_(at::tensor(classes, at::kLong).to(network.device())) {
  requireLogits(network);
  if (classes.size() != count) {
    throw Error("ERR_INVALID_ARGUMENT",
                text("Expected ", count, " targets, received ", classes.size()));
  }
  const int64_t outputs = network.shape().outputs, known = outputs == 1 ? 2 : outputs;
  for (const int32_t target : classes) {
    if (target < -1 || target >= known) {
      throw Error("ERR_INVALID_ARGUMENT", text("Target ", target, " is outside the network's ",
                                               known, " classes; -1 is the predicted one"));
    }
  }
}

at::Tensor Targets::classes(const at::Tensor& logits, int64_t first) const {
  const auto asked = classes_.narrow(0, first, logits.size(0));
  const auto largest = logits.size(1) == 1 ? (logits.detach().squeeze(1) > 0).to(at::kLong)
                                           : logits.detach().argmax(1);
  return at::where(asked < 0, largest, asked);
}

at::Tensor logitsOf(const at::Tensor& logits, const at::Tensor& classes) {
  if (logits.size(1) == 1) return logits.squeeze(1) * (2 * classes - 1);
  return logits.gather(1, classes.unsqueeze(1)).squeeze(1);
}

}  // namespace roentgen
