#include "core/augment/mixing.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace roentgen {
namespace {

double drawBeta(double alpha, Draws& draws) {
  std::gamma_distribution<double> gamma(alpha, 1);
  const double a = gamma(draws), b = gamma(draws);
  // Both underflow to zero for a tiny α; either end is right then.
  return a + b > 0 ? a / (a + b) : 1;
}

// A rectangle of this share of the area, cut off where it leaves the image.
Rectangle drawRectangle(double area, int64_t height, int64_t width, Draws& draws) {
  const auto span = [&](int64_t side) {
    const auto length = static_cast<int64_t>(static_cast<double>(side) * std::sqrt(area));
    const auto center = static_cast<int64_t>(draws.uniform() * static_cast<double>(side));
    const int64_t first = std::clamp<int64_t>(center - length / 2, 0, side);
    const int64_t last = std::clamp<int64_t>(center - length / 2 + length, 0, side);
    return std::pair(first, last - first);
  };
  const auto [top, rows] = span(height);
  const auto [left, columns] = span(width);
  return {.top = top, .left = left, .height = rows, .width = columns};
}

// [n] of the images' own shares.
at::Tensor shares(const std::vector<Mix>& mixes, const at::TensorOptions& options) {
  std::vector<double> values;
  values.reserve(mixes.size());
  for (const Mix& mix : mixes)
    values.push_back(mix.share);
  return at::tensor(values, at::kDouble).to(options);
}

}  // namespace

Mix drawMix(const Augmentation& a, size_t count, int64_t height, int64_t width, Draws draws) {
  Mix mix;
  mix.partner =
      std::min(static_cast<size_t>(draws.uniform() * static_cast<double>(count)), count - 1);
  const bool cuts = a.cutmix > 0 && (a.mixup == 0 || draws.uniform() < 0.5);
  mix.share = drawBeta(cuts ? a.cutmix : a.mixup, draws);
  if (cuts) {
    mix.rectangle = drawRectangle(1 - mix.share, height, width, draws);
    // The label follows the pixels that are left.
    mix.share = 1 - static_cast<double>(mix.rectangle.height * mix.rectangle.width) /
                        static_cast<double>(height * width);
  }
  return mix;
}

at::Tensor mixImages(const at::Tensor& images, const at::Tensor& partners,
                     const std::vector<Mix>& mixes) {
  const auto share = shares(mixes, images.options()).view({-1, 1, 1, 1});
  auto mixed = at::lerp(partners, images, share);
  for (size_t i = 0; i < mixes.size(); ++i) {
    const auto& [top, left, height, width] = mixes[i].rectangle;
    if (height * width == 0) continue;
    const auto at = static_cast<int64_t>(i);
    mixed[at].copy_(images[at]);
    const auto cut = [&](const at::Tensor& image) {
      return image.narrow(1, top, height).narrow(2, left, width);
    };
    cut(mixed[at]).copy_(cut(partners[at]));
  }
  return mixed;
}

at::Tensor mixLabels(const at::Tensor& labels, const at::Tensor& partners,
                     const std::vector<Mix>& mixes, int64_t classes) {
  const auto share = shares(mixes, labels.options().dtype(at::kDouble)).view({-1, 1});
  return at::one_hot(labels, classes) * share + at::one_hot(partners, classes) * (1 - share);
}

}  // namespace roentgen
