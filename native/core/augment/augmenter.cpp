#include "core/augment/augmenter.h"

#include "core/augment/geometry.h"
#include "core/augment/intensity.h"

#include <algorithm>
#include <utility>

namespace roentgen {

Augmenter::Augmenter(const Augmentation& augmentation, std::vector<double> erased, uint64_t seed,
                     int64_t epoch)
    : augmentation_(augmentation), erased_(std::move(erased)), seed_(seed), epoch_(epoch) {
  augmentation.check();
}

at::Tensor Augmenter::apply(at::Tensor pixels, std::span<const uint64_t> samples) const {
  const auto& a = augmentation_;
  const int64_t height = pixels.size(2), width = pixels.size(3);
  // One draw for each sample, by `draw(draws)`.
  const auto each = [&](Draws::Purpose purpose, auto draw) {
    std::vector<decltype(draw(std::declval<Draws>()))> drawn;
    drawn.reserve(samples.size());
    for (const uint64_t sample : samples)
      drawn.push_back(draw(Draws(seed_, epoch_, sample, purpose)));
    return drawn;
  };
  if (a.movesPixels()) {
    const auto geometries = each(Draws::Purpose::geometry, [&](const Draws& draws) {
      return drawGeometry(a, height, width, draws);
    });
    pixels = resample(pixels, geometries, a.fill);
  }
  if (!a.changesValues()) return pixels;
  const auto intensities =
      each(Draws::Purpose::color, [&](const Draws& draws) { return drawIntensity(a, draws); });
  pixels = adjust(pixels, intensities);
  if (a.noise > 0) {
    pixels = addNoise(pixels, intensities,
                      each(Draws::Purpose::noise, [](const Draws& draws) { return draws; }));
  }
  if (a.erasing > 0) {
    const auto rectangles = each(Draws::Purpose::erasing, [&](const Draws& draws) {
      return drawErasing(a, height, width, draws);
    });
    pixels = erase(pixels, rectangles, erased_);
  }
  return pixels;
}

}  // namespace roentgen
