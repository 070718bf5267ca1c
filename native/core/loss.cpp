#include "core/loss.h"

#include "core/error.h"
#include "core/named.h"

#include <ATen/Functions.h>
#include <ATen/core/Reduction.h>

#include <algorithm>
#include <cmath>

namespace roentgen {

namespace {

constexpr Named<Loss, 3> names{{{"crossEntropy", Loss::crossEntropy},
                                {"binaryCrossEntropy", Loss::binaryCrossEntropy},
                                {"meanSquaredError", Loss::meanSquaredError}}};

// An undefined tensor where there are none. It is made on the device: nothing waits for a copy.
at::Tensor perClass(const std::vector<double>& values, const at::Tensor& logits) {
  if (values.empty()) return {};
  std::vector<at::Tensor> scalars;
  for (const double value : values)
    scalars.push_back(at::full({}, value, logits.options().requires_grad(false)));
  return at::stack(scalars);
}

// [N, classes] of labels or of shares.
at::Tensor sharesOf(const at::Tensor& target, int64_t classes, const at::Tensor& logits) {
  const auto shares = target.dim() == 1 ? at::one_hot(target, classes) : target;
  return shares.to(logits.scalar_type());
}

// (1 − p)^γ, with 1 − p off zero: a power below 1 has no slope there, and zero times it is NaN.
at::Tensor focus(const at::Tensor& missed, double gamma) {
  return missed.clamp_min(1e-12).pow(gamma);
}

at::Tensor crossEntropy(const LossOptions& o, at::Tensor logits, const at::Tensor& target) {
  if (const auto adjustment = perClass(o.logitAdjustment, logits); adjustment.defined())
    logits = logits + adjustment;
  const auto weights = perClass(o.classWeights, logits);
  if (o.focalGamma == 0) {
    const auto given = target.dim() == 1 ? target : target.to(logits.scalar_type());
    return at::cross_entropy_loss(logits, given, weights, at::Reduction::Mean,
                                  /*ignore_index=*/-100, o.smoothing);
  }
  const int64_t classes = logits.size(1);
  const auto shares = sharesOf(target, classes, logits) * (1 - o.smoothing) +
                      o.smoothing / static_cast<double>(classes);
  const auto logProbabilities = logits.log_softmax(1);
  auto terms = focus(1 - logProbabilities.exp(), o.focalGamma) * shares * logProbabilities;
  if (weights.defined()) terms = terms * weights;
  return -terms.sum(1).mean();
}

at::Tensor binaryCrossEntropy(const LossOptions& o, const at::Tensor& logits,
                              const at::Tensor& target) {
  const bool single = logits.size(1) == 1;
  const auto shares = sharesOf(target, single ? 2 : logits.size(1), logits);
  const auto wanted =
      (single ? shares.narrow(1, 1, 1) : shares) * (1 - o.smoothing) + o.smoothing / 2;
  const auto positive =
      o.positiveWeight == 1 ? at::Tensor() : at::full({1}, o.positiveWeight, logits.options());
  auto terms = at::binary_cross_entropy_with_logits(logits, wanted, /*weight=*/{}, positive,
                                                    at::Reduction::None);
  if (o.focalGamma != 0) {
    const auto p = logits.sigmoid();
    terms = terms * focus(wanted * (1 - p) + (1 - wanted) * p, o.focalGamma);
  }
  const auto weights = perClass(o.classWeights, logits);
  return weights.defined() ? (terms * shares.matmul(weights).unsqueeze(1)).mean() : terms.mean();
}

}  // namespace

Loss lossByName(const std::string& name) {
  return byName(names, name, "ERR_INVALID_ARGUMENT", "loss");
}

void LossOptions::check(int64_t classes) const {
  const auto require = [](bool holds, const auto&... message) {
    if (!holds) throw Error("ERR_INVALID_ARGUMENT", text(message...));
  };
  const auto fits = [&](const std::vector<double>& values) {
    return values.empty() || static_cast<int64_t>(values.size()) == classes;
  };
  const auto positive = [](double value) { return value > 0 && std::isfinite(value); };
  require(smoothing >= 0 && smoothing < 1,
          "Expected a number in [0, 1) for smoothing but received ", smoothing);
  require(focalGamma >= 0 && std::isfinite(focalGamma),
          "Expected a number of at least 0 for focalGamma but received ", focalGamma);
  require(positive(positiveWeight), "Expected a number above 0 for positiveWeight but received ",
          positiveWeight);
  require(fits(classWeights), "Expected ", classes, " class weights but received ",
          classWeights.size());
  require(std::all_of(classWeights.begin(), classWeights.end(), positive),
          "Expected class weights above 0");
  require(fits(logitAdjustment), "Expected ", classes, " logit adjustments but received ",
          logitAdjustment.size());
  require(logitAdjustment.empty() || kind == Loss::crossEntropy,
          "Logits are adjusted for crossEntropy alone");
  require(positiveWeight == 1 || kind == Loss::binaryCrossEntropy,
          "A positive weight goes with binaryCrossEntropy alone");
  require(kind != Loss::meanSquaredError || (smoothing == 0 && focalGamma == 0),
          "Smoothing and the focal loss do not go with meanSquaredError");
}

at::Tensor computeLoss(const LossOptions& options, const at::Tensor& output,
                       const at::Tensor& target, const at::Tensor& input) {
  // Sums of many small terms need more than bfloat16's eight bits.
  const at::Tensor logits = output.scalar_type() == at::kDouble ? output : output.to(at::kFloat);
  switch (options.kind) {
    case Loss::crossEntropy:
      return crossEntropy(options, logits, target);
    case Loss::binaryCrossEntropy:
      return binaryCrossEntropy(options, logits, target);
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
