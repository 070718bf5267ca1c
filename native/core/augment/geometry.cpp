#include "core/augment/geometry.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace roentgen {
namespace {

constexpr double radians = std::numbers::pi / 180;
// Of a random crop, as torchvision's RandomResizedCrop has it.
const double widestAspect = std::log(4.0 / 3.0);

}  // namespace

Geometry drawGeometry(const Augmentation& a, int64_t height, int64_t width, Draws draws) {
  Geometry g;
  g.angle = draws.around(a.rotation);
  g.scale = 1 + draws.around(a.zoom);
  g.shear = draws.around(a.shear);
  g.shiftX = draws.around(a.translation) * static_cast<double>(width);
  g.shiftY = draws.around(a.translation) * static_cast<double>(height);
  g.mirrored = draws.uniform() < a.horizontalFlip;
  g.upsideDown = draws.uniform() < a.verticalFlip;
  const double area = draws.uniform(a.cropScale, 1);
  const double aspect = std::exp(draws.around(a.cropScale < 1 ? widestAspect : 0));
  g.cropWidth = std::min(1.0, std::sqrt(area * aspect));
  g.cropHeight = std::min(1.0, std::sqrt(area / aspect));
  g.cropX = draws.around((1 - g.cropWidth) / 2) * static_cast<double>(width);
  g.cropY = draws.around((1 - g.cropHeight) / 2) * static_cast<double>(height);
  return g;
}

std::array<double, 6> inverseMap(const Geometry& g) {
  const double cosine = std::cos(g.angle * radians), sine = std::sin(g.angle * radians);
  const double tangent = std::tan(g.shear * radians);
  // The forward matrix is scale · [cos, −cos tan − sin; sin, −sin tan + cos], of determinant
  // scale².
  const double xx = (cosine - sine * tangent) / g.scale, xy = (sine + cosine * tangent) / g.scale;
  const double yx = -sine / g.scale, yy = cosine / g.scale;
  const double x = -xx * g.shiftX - xy * g.shiftY, y = -yx * g.shiftX - yy * g.shiftY;
  const double across = g.mirrored ? -g.cropWidth : g.cropWidth;
  const double down = g.upsideDown ? -g.cropHeight : g.cropHeight;
  return {across * xx, across * xy, across * x + g.cropX, down * yx, down * yy, down * y + g.cropY};
}

at::Tensor resample(const at::Tensor& pixels, const std::vector<Geometry>& geometries, Fill fill) {
  const auto height = static_cast<double>(pixels.size(2));
  const auto width = static_cast<double>(pixels.size(3));
  auto maps = at::empty({pixels.size(0), 2, 3}, at::kDouble);
  auto* out = maps.mutable_data_ptr<double>();
  for (const Geometry& geometry : geometries) {
    const auto m = inverseMap(geometry);
    // LibTorch measures places in halves of the sides.
    for (const double value : {m[0], m[1] * height / width, m[2] * 2 / width,  //
                               m[3] * width / height, m[4], m[5] * 2 / height})
      *out++ = value;
  }
  const auto grid = at::affine_grid_generator(maps.to(pixels.device(), pixels.scalar_type()),
                                              pixels.sizes(), /*align_corners=*/false);
  // The kernels want their planes whole.
  return at::grid_sampler_2d(pixels.contiguous(), grid, /*bilinear*/ 0, fill == Fill::black ? 0 : 1,
                             /*align_corners=*/false);
}

}  // namespace roentgen
