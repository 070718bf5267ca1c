// Changes of the values at their places: brightness, contrast, gamma, blur, noise, erased
// rectangles.
#pragma once

#include "core/augment/augmentation.h"
#include "core/augment/draws.h"

#include <ATen/core/Tensor.h>

#include <vector>

namespace roentgen {

struct Intensity {
  double brightness = 1, contrast = 1;  // factors
  double gamma = 1;                     // exponent
  double blur = 0;                      // standard deviation in pixels
  double noise = 0;                     // standard deviation
};

// Rows and columns from `top`, `left`; nothing where height is 0.
struct Rectangle {
  int64_t top = 0, left = 0, height = 0, width = 0;
};

Intensity drawIntensity(const Augmentation& augmentation, Draws draws);
// 2% to a third of the area, sides up to 1:3.3 (Zhong et al. 2020, with timm's ranges).
Rectangle drawErasing(const Augmentation& augmentation, int64_t height, int64_t width, Draws draws);

// In this order brightness, contrast, gamma, blur; [n, C, H, W] of values in [0, 1], clamped to it
// after each. Brightness, contrast (towards the image's mean gray) and gamma are torchvision's
// `adjust_…`; the blur is separable, cut off at 3 standard deviations, reflected at the borders.
at::Tensor adjust(at::Tensor pixels, const std::vector<Intensity>& intensities);

// Adds noise of each image's standard deviation, drawn by its `draws`, and clamps to [0, 1].
at::Tensor addNoise(at::Tensor pixels, const std::vector<Intensity>& intensities,
                    std::vector<Draws> draws);

// Fills each image's rectangle with one value per channel.
at::Tensor erase(at::Tensor pixels, const std::vector<Rectangle>& rectangles,
                 const std::vector<double>& values);

}  // namespace roentgen
