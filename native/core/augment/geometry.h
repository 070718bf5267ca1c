// Where the pixels of a changed image come from: one affine map for each image, one resampling for
// all.
#pragma once

#include "core/augment/augmentation.h"
#include "core/augment/draws.h"

#include <ATen/core/Tensor.h>

#include <array>
#include <vector>

namespace roentgen {

struct Geometry {
  double angle = 0;  // degrees, clockwise
  double scale = 1;
  double shear = 0;                      // degrees along x
  double shiftX = 0, shiftY = 0;         // pixels
  double cropX = 0, cropY = 0;           // pixels from the image's center to the crop's
  double cropWidth = 1, cropHeight = 1;  // shares of the sides
  bool mirrored = false, upsideDown = false;
};

// Draws the same numbers whatever is switched on, so that one setting does not disturb another.
Geometry drawGeometry(const Augmentation& augmentation, int64_t height, int64_t width, Draws draws);

// Of the map from places of the changed image to places of the original, in pixels from the center:
// x' = m[0] x + m[1] y + m[2], y' = m[3] x + m[4] y + m[5]. Rotation, shear, scale and shift follow
// torchvision's `affine`; then the crop is taken from the original, mirrored where that was drawn.
std::array<double, 6> inverseMap(const Geometry& geometry);

// Bilinear, one map for each image of `pixels` [n, C, H, W].
at::Tensor resample(const at::Tensor& pixels, const std::vector<Geometry>& geometries, Fill fill);

}  // namespace roentgen
