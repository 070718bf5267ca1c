#include "core/loss.h"

#include "core/error.h"
#include "core/named.h"

#include <ATen/Functions.h>

namespace roentgen {

namespace {

constexpr Named<Loss, 3> names{{{"crossEntropy", Loss::crossEntropy},
                                {"binaryCrossEntropy", Loss::binaryCrossEntropy},
                                {"meanSquaredError", Loss::meanSquaredError}}};

}  // namespace

Loss lossByName(const std::string& name) {
  return byName(names, name, "ERR_INVALID_ARGUMENT", "loss");
}

at::Tensor computeLoss(Loss loss, const at::Tensor& output, const at::Tensor& labels,
                       const at::Tensor& input) {
  // Sums of many small terms need more than bfloat16's eight bits.
  const at::Tensor logits = output.scalar_type() == at::kDouble ? output : output.to(at::kFloat);
  switch (loss) {
    case Loss::crossEntropy:
      return at::cross_entropy_loss(logits, labels);
    case Loss::binaryCrossEntropy: {
      const auto target =
          logits.size(1) == 1 ? labels.view({-1, 1}) : at::one_hot(labels, logits.size(1));
      return at::binary_cross_entropy_with_logits(logits, target.to(logits.scalar_type()));
    }
    case Loss::meanSquaredError:
      return at::mse_loss(logits, input);
  }
  throw Error("ERR_INTERNAL", "unhandled loss");
}

at::Tensor countCorrect(const at::Tensor& output, const at::Tensor& labels) {
  const auto predicted =
      output.size(1) == 1 ? (output.squeeze(1) > 0).to(at::kLong) : output.argmax(1);
  return (predicted == labels).sum();
}

}  // namespace roentgen
