#include "core/augment/augmenter.h"

#include "core/augment/geometry.h"
#include "core/augment/intensity.h"

#include <ATen/Functions.h>

#include <utility>

namespace roentgen {
namespace {

auto drawEach(std::span<const uint64_t> samples, auto draw) {
  std::vector<decltype(draw(samples[0]))> drawn;
  drawn.reserve(samples.size());
  for (const uint64_t sample : samples)
    drawn.push_back(draw(sample));
  return drawn;
}

}  // namespace

Augmenter::Augmenter(const Augmentation& augmentation, std::vector<double> erased, uint64_t seed,
                     int64_t epoch)
    : augmentation_(augmentation), erased_(std::move(erased)), seed_(seed), epoch_(epoch) {
  augmentation.check();
}

at::Tensor Augmenter::apply(at::Tensor pixels, std::span<const uint64_t> samples,
                            at::Tensor masks) const {
  const auto& a = augmentation_;
  if (a.movesPixels()) {
    const auto geometries = drawEach(samples, [&](uint64_t sample) {
      return drawGeometry(a, pixels.size(2), pixels.size(3),
                          draws(sample, Draws::Purpose::geometry));
    });
    pixels = resample(pixels, geometries, a.fill);
    if (masks.defined()) masks = resample(masks, geometries, a.fill) >= 0.5;
  }
  if (a.changesValues()) pixels = changeValues(pixels, samples);
  return masks.defined() ? pixels * masks : pixels;
}

at::Tensor Augmenter::changeValues(at::Tensor pixels, std::span<const uint64_t> samples) const {
  const auto& a = augmentation_;
  const auto intensities = drawEach(samples, [&](uint64_t sample) {
    return drawIntensity(a, draws(sample, Draws::Purpose::color));
  });
  pixels = adjust(pixels, intensities);
  if (a.noise > 0) {
    pixels = addNoise(pixels, intensities, drawEach(samples, [&](uint64_t sample) {
                        return draws(sample, Draws::Purpose::noise);
                      }));
  }
  if (a.erasing > 0) {
    const auto rectangles = drawEach(samples, [&](uint64_t sample) {
      return drawErasing(a, pixels.size(2), pixels.size(3), draws(sample, Draws::Purpose::erasing));
    });
    pixels = erase(pixels, rectangles, erased_);
  }
  return pixels;
}

}  // namespace roentgen
