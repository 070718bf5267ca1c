#include "core/augment/intensity.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace roentgen {
namespace {

// [n, 1, 1, 1] of one member of each image's draw, on the images' device.
at::Tensor column(const std::vector<Intensity>& intensities, double Intensity::* member,
                  const at::Tensor& pixels) {
  std::vector<double> values;
  values.reserve(intensities.size());
  for (const Intensity& intensity : intensities)
    values.push_back(intensity.*member);
  return at::tensor(values, at::kDouble)
      .to(pixels.device(), pixels.scalar_type())
      .view({-1, 1, 1, 1});
}

bool varies(const std::vector<Intensity>& intensities, double Intensity::* member, double neutral) {
  return std::any_of(intensities.begin(), intensities.end(),
                     [&](const Intensity& intensity) { return intensity.*member != neutral; });
}

// [n, 1, 1, 1]: Rec. 601 luma of colors, as torchvision weighs them.
at::Tensor meanGray(const at::Tensor& pixels) {
  const auto means = pixels.mean(at::IntArrayRef{2, 3}, /*keepdim=*/true);
  if (pixels.size(1) != 3) return means.mean({1}, true);
  const auto weights = at::tensor({0.2989, 0.587, 0.114}, pixels.options()).view({1, 3, 1, 1});
  return (means * weights).sum({1}, true);
}

at::Tensor blurred(const at::Tensor& pixels, const std::vector<Intensity>& intensities) {
  const auto sigma = column(intensities, &Intensity::blur, pixels);
  const int64_t sides = std::min(pixels.size(2), pixels.size(3));
  const auto reach =
      std::min<int64_t>(static_cast<int64_t>(std::ceil(3 * sigma.max().item<double>())), sides - 1);
  const auto offsets = at::arange(-reach, reach + 1, pixels.options()).view({1, 1, 1, -1});
  // A standard deviation of zero would divide by zero; this one leaves the image as it is.
  auto kernel = (-offsets.square() / (2 * sigma.clamp_min(1e-3).square())).exp();
  // Each image is cut off at its own reach, or it would depend on its batch.
  kernel = kernel * (offsets.abs() <= (3 * sigma).ceil());
  kernel = kernel / kernel.sum({3}, true);
  kernel = kernel.repeat_interleave(pixels.size(1), 0);
  // Every plane is a channel of one image, so that each has its own kernel.
  const int64_t planes = pixels.size(0) * pixels.size(1);
  auto x = pixels.contiguous().view({1, planes, pixels.size(2), pixels.size(3)});
  const auto convolve = [&](const at::Tensor& padded, const at::Tensor& kernels) {
    constexpr std::array<int64_t, 2> one{1, 1}, zero{0, 0};
    return at::conv2d(padded, kernels, {}, one, zero, one, planes);
  };
  x = convolve(at::reflection_pad2d(x, {reach, reach, 0, 0}), kernel);
  x = convolve(at::reflection_pad2d(x, {0, 0, reach, reach}), kernel.transpose(2, 3));
  return x.view(pixels.sizes());
}

}  // namespace

Intensity drawIntensity(const Augmentation& a, Draws draws) {
  Intensity intensity;
  intensity.brightness = 1 + draws.around(a.brightness);
  intensity.contrast = 1 + draws.around(a.contrast);
  intensity.gamma = std::exp(draws.around(std::log1p(a.gamma)));
  intensity.blur = draws.uniform(0, a.blur);
  intensity.noise = draws.uniform(0, a.noise);
  return intensity;
}

Rectangle drawErasing(const Augmentation& a, int64_t height, int64_t width, Draws draws) {
  const bool erases = draws.uniform() < a.erasing;
  const double area = draws.uniform(0.02, 1.0 / 3) * static_cast<double>(height * width);
  const double aspect = std::exp(draws.around(std::log(1 / 0.3)));
  if (!erases) return {};
  const auto side = [](double length, int64_t most) {
    return std::clamp<int64_t>(std::llround(length), 1, most);
  };
  const int64_t rows = side(std::sqrt(area * aspect), height);
  const int64_t columns = side(std::sqrt(area / aspect), width);
  const auto place = [&](int64_t room) {
    return static_cast<int64_t>(draws.uniform() * static_cast<double>(room + 1));
  };
  const int64_t top = place(height - rows);
  return {.top = top, .left = place(width - columns), .height = rows, .width = columns};
}

at::Tensor adjust(at::Tensor pixels, const std::vector<Intensity>& intensities) {
  if (varies(intensities, &Intensity::brightness, 1))
    pixels = (pixels * column(intensities, &Intensity::brightness, pixels)).clamp_(0, 1);
  if (varies(intensities, &Intensity::contrast, 1)) {
    const auto factor = column(intensities, &Intensity::contrast, pixels);
    pixels = at::addcmul((1 - factor) * meanGray(pixels), pixels, factor).clamp_(0, 1);
  }
  if (varies(intensities, &Intensity::gamma, 1))
    pixels = pixels.pow(column(intensities, &Intensity::gamma, pixels));
  if (varies(intensities, &Intensity::blur, 0)) pixels = blurred(pixels, intensities);
  return pixels;
}

at::Tensor addNoise(at::Tensor pixels, const std::vector<Intensity>& intensities,
                    std::vector<Draws> draws) {
  auto noise = at::empty(pixels.sizes(), at::kFloat);
  const int64_t size = noise.numel() / noise.size(0);
  auto* out = noise.mutable_data_ptr<float>();
  at::parallel_for(0, noise.size(0), 1, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      const auto image = static_cast<size_t>(i);
      const auto deviation = static_cast<float>(intensities[image].noise);
      for (int64_t p = 0; p < size; p += 2) {
        const auto [even, odd] = draws[image].normals();
        out[i * size + p] = deviation * even;
        if (p + 1 < size) out[i * size + p + 1] = deviation * odd;
      }
    }
  });
  return (pixels + noise.to(pixels.device(), pixels.scalar_type())).clamp_(0, 1);
}

at::Tensor erase(at::Tensor pixels, const std::vector<Rectangle>& rectangles,
                 const std::vector<double>& values) {
  const auto value = at::tensor(values, at::kDouble).to(pixels.device(), pixels.scalar_type());
  for (size_t i = 0; i < rectangles.size(); ++i) {
    const auto& [top, left, height, width] = rectangles[i];
    if (height == 0) continue;
    pixels[static_cast<int64_t>(i)]
        .narrow(1, top, height)
        .narrow(2, left, width)
        .copy_(value.view({-1, 1, 1}));
  }
  return pixels;
}

}  // namespace roentgen
