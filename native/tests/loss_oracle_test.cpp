// The losses and their gradients against PyTorch's and torchvision's.
#include "core/loss.h"
#include "tests/check.h"
#include "tests/oracle.h"

#include <ATen/ATen.h>

namespace roentgen::testing {
namespace {

const Fields<LossOptions> fields{
    {"kind", [](LossOptions& o, const Json& name) { o.kind = lossByName(toText(name)); }},
    {"classWeights", field(&LossOptions::classWeights)},
    {"smoothing", field(&LossOptions::smoothing)},
    {"focalGamma", field(&LossOptions::focalGamma)},
    {"positiveWeight", field(&LossOptions::positiveWeight)},
    {"logitAdjustment", field(&LossOptions::logitAdjustment)},
};

}  // namespace

TEST("losses and their gradients with respect to the logits equal PyTorch's and torchvision's") {
  const Oracle oracle("losses/losses.safetensors");
  for (const Json& one : oracle.cases()) {
    const auto& name = toText(member(one, "name"));
    const auto logits =
        oracle.tensor(toText(member(one, "output"))).clone().set_requires_grad(true);
    const auto target = oracle.tensor(toText(member(one, "target")));
    // A reconstruction's target is its input; classifiers do not read it.
    const auto options = parse(fields, member(one, "options"));
    const auto loss = computeLoss(options, logits, target, target);
    loss.backward();
    requireClose(name, loss, oracle.tensor(name + ".value"), 1e-12);
    requireClose(name + ", gradient", logits.grad(), oracle.tensor(name + ".gradient"), 1e-12);
  }
}

TEST("an answer is right where its output is the largest or, alone, has the label's sign") {
  const auto labels = at::tensor({0, 1}, at::kLong);
  const auto two = at::tensor({2.0, -1.0, 0.5, 1.0}).view({2, 2});
  REQUIRE_EQUAL(countCorrect(two, labels).item<int64_t>(), 2);
  REQUIRE_EQUAL(countCorrect(two, at::tensor({1, 1}, at::kLong)).item<int64_t>(), 1);
  const auto one = at::tensor({2.0, -1.0}).view({2, 1});
  REQUIRE_EQUAL(countCorrect(one, labels).item<int64_t>(), 0);
  REQUIRE_EQUAL(countCorrect(one, at::tensor({1, 0}, at::kLong)).item<int64_t>(), 2);
}

}  // namespace roentgen::testing
