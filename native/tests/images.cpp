#include "tests/images.h"

#include "core/augment/draws.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace roentgen::testing {
namespace {

// In shares of the image's side.
struct Ellipse {
  double x, y, width, height;

  // Below 1 inside.
  double distance(double atX, double atY) const {
    return std::hypot((atX - x) / width, (atY - y) / height);
  }
};

// `pixels`: side² gray values of one chest.
void drawChest(uint8_t* pixels, int64_t side, Draws draws, bool opacity) {
  const double breath = draws.uniform(0.9, 1.1), shift = draws.around(0.03);
  const Ellipse body{0.5 + shift, 0.62, 0.46, 0.6};
  const std::array<Ellipse, 2> lungs{{{0.32 + shift, 0.5, 0.13 * breath, 0.28 * breath},
                                      {0.68 + shift, 0.5, 0.13 * breath, 0.28 * breath}}};
  const Ellipse& ill = lungs[draws.uniform() < 0.5 ? 0 : 1];
  const double radius = draws.uniform(0.06, 0.1);
  const Ellipse spot{ill.x + draws.around(0.05), ill.y + draws.around(0.15), radius, radius};
  const double strength = opacity ? draws.uniform(0.25, 0.45) : 0;
  for (int64_t i = 0; i < side * side; ++i) {
    const double x = (static_cast<double>(i % side) + 0.5) / static_cast<double>(side);
    const double y = (static_cast<double>(i / side) + 0.5) / static_cast<double>(side);
    double gray = body.distance(x, y) < 1 ? 0.7 : 0.05;
    for (const Ellipse& lung : lungs) {
      if (lung.distance(x, y) >= 1) continue;
      const double away = spot.distance(x, y);
      gray = 0.25 + strength * std::exp(-away * away / 2);
    }
    gray += 0.03 * static_cast<double>(draws.normals()[0]);
    pixels[i] = static_cast<uint8_t>(std::lround(255 * std::clamp(gray, 0.0, 1.0)));
  }
}

}  // namespace

std::shared_ptr<Dataset> randomImages(int64_t count, int64_t channels, int64_t side) {
  auto generator = at::detail::createCPUGenerator(3);
  auto images = at::empty({count, channels, side, side}, at::kByte).random_(0, 256, generator);
  return std::make_shared<Dataset>(TensorFile{{{"images", images}}, {}}, "random");
}

std::shared_ptr<Dataset> chestImages(int64_t count, int64_t channels, int64_t side, uint64_t seed) {
  const auto gray = at::empty({count, 1, side, side}, at::kByte);
  for (int64_t i = 0; i < count; ++i) {
    const Draws draws(seed, 0, static_cast<uint64_t>(i), Draws::Purpose::noise);
    drawChest(gray.data_ptr<uint8_t>() + i * side * side, side, draws, i % 2 == 1);
  }
  auto images = gray.expand({count, channels, side, side}).contiguous();
  return std::make_shared<Dataset>(TensorFile{{{"images", images}}, {}}, "chests");
}

Selection firstImages(int32_t count) {
  Selection selection;
  for (int32_t i = 0; i < count; ++i) {
    selection.indices.push_back(i);
    selection.labels.push_back(i % 2);
  }
  return selection;
}

}  // namespace roentgen::testing
