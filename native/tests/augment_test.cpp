// Augmentation: what is drawn for a sample, where its pixels come from, and what becomes of its
// label.
#include "core/augment/augmenter.h"
#include "core/augment/geometry.h"
#include "core/augment/intensity.h"
#include "core/augment/mixing.h"
#include "core/training/batches.h"
#include "tests/check.h"
#include "tests/fixture.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace roentgen::testing {
namespace {

Augmentation everything() {
  return {.rotation = 20,
          .zoom = 0.1,
          .translation = 0.1,
          .shear = 5,
          .cropScale = 0.8,
          .horizontalFlip = 0.5,
          .verticalFlip = 0.5,
          .brightness = 0.2,
          .contrast = 0.2,
          .gamma = 0.3,
          .blur = 1,
          .noise = 0.1,
          .erasing = 0.5,
          .mixup = 0.4,
          .cutmix = 0.4};
}

at::Tensor randomPixels(at::IntArrayRef sizes) {
  auto generator = at::detail::createCPUGenerator(5);
  return at::rand(sizes, generator, at::kFloat);
}

at::Tensor augmented(const Augmentation& augmentation, const at::Tensor& pixels, uint64_t seed = 1,
                     int64_t epoch = 0) {
  std::vector<uint64_t> samples(static_cast<size_t>(pixels.size(0)));
  std::iota(samples.begin(), samples.end(), 100);
  const std::vector<double> gray(static_cast<size_t>(pixels.size(1)), 0.5);
  return Augmenter(augmentation, gray, seed, epoch).apply(pixels, samples);
}

Dataset dataset(int64_t count, int64_t side) {
  auto generator = at::detail::createCPUGenerator(3);
  auto images = at::empty({count, 1, side, side}, at::kByte).random_(0, 256, generator);
  return Dataset(TensorFile{{{"images", images}}, {}}, "random");
}

Selection everyImage(int32_t count) {
  Selection selection;
  for (int32_t i = 0; i < count; ++i) {
    selection.indices.push_back(i);
    selection.labels.push_back(i % 2);
  }
  return selection;
}

}  // namespace

TEST("draws are even, and normal ones have their moments") {
  constexpr int count = 20000;
  double sum = 0, square = 0, normal = 0, normalSquare = 0, normalProduct = 0;
  for (uint64_t sample = 0; sample < count; ++sample) {
    // First draws of neighboring samples: were the keys badly mixed, they would hang together.
    Draws draws(1, 2, sample, Draws::Purpose::geometry);
    const double x = draws.uniform();
    const auto [z, w] = draws.normals();
    sum += x;
    square += x * x;
    normal += z + w;
    normalSquare += z * z + w * w;
    normalProduct += z * w;
  }
  // Five standard errors each.
  REQUIRE_BELOW(std::abs(sum / count - 0.5), 5 * std::sqrt(1.0 / 12 / count));
  REQUIRE_BELOW(std::abs(square / count - 1.0 / 3), 5 * std::sqrt(4.0 / 45 / count));
  REQUIRE_BELOW(std::abs(normal / (2 * count)), 5 / std::sqrt(2 * count));
  REQUIRE_BELOW(std::abs(normalSquare / (2 * count) - 1), 5 * std::sqrt(1.0 / count));
  // The two of a pair know nothing of each other.
  REQUIRE_BELOW(std::abs(normalProduct / count), 5 / std::sqrt(count));
}

TEST("what happens to an image depends on seed, epoch and sample, not on its batch") {
  const auto pixels = randomPixels({6, 1, 24, 20});
  const auto whole = augmented(everything(), pixels);
  REQUIRE(at::equal(whole, augmented(everything(), pixels)));
  REQUIRE(!at::equal(whole, augmented(everything(), pixels, 2)));
  REQUIRE(!at::equal(whole, augmented(everything(), pixels, 1, 1)));
  const Augmenter augmenter(everything(), {0.5}, 1, 0);
  const std::vector<uint64_t> reversed{105, 104, 103, 102, 101, 100};
  REQUIRE(at::allclose(augmenter.apply(pixels.flip({0}), reversed).flip({0}), whole, 0, 1e-6));
}

TEST("switching one change on leaves the draws of the others as they were") {
  const Augmentation rotation{.rotation = 20};
  Augmentation both = rotation;
  both.zoom = 0.1;
  for (uint64_t sample = 0; sample < 50; ++sample) {
    const Draws draws(1, 0, sample, Draws::Purpose::geometry);
    REQUIRE_EQUAL(drawGeometry(rotation, 20, 30, draws).angle,
                  drawGeometry(both, 20, 30, draws).angle);
  }
}

TEST("draws stay within their bounds and reach near them") {
  const auto a = everything();
  double least = 1, widest = 0, longest = 0;
  int mirrored = 0;
  constexpr int count = 4000;
  for (uint64_t sample = 0; sample < count; ++sample) {
    const auto g = drawGeometry(a, 100, 80, Draws(7, 3, sample, Draws::Purpose::geometry));
    REQUIRE(std::abs(g.angle) <= 20 && std::abs(g.scale - 1) <= 0.1 && std::abs(g.shear) <= 5);
    REQUIRE(std::abs(g.shiftX) <= 8 && std::abs(g.shiftY) <= 10);
    // Never outside the image, and never less than the floor but for rounding.
    REQUIRE(std::abs(g.cropX) <= (1 - g.cropWidth) * 40 + 1e-9);
    REQUIRE(std::abs(g.cropY) <= (1 - g.cropHeight) * 50 + 1e-9);
    least = std::min(least, g.cropWidth * g.cropHeight);
    widest = std::max(widest, std::abs(g.angle));
    longest = std::max(longest, std::abs(g.shiftX));
    mirrored += g.mirrored;
  }
  REQUIRE(least < 0.85 && widest > 19.9 && longest > 7.9);
  REQUIRE_BELOW(std::abs(mirrored - count / 2), 5 * std::sqrt(count) / 2);
}

TEST("noise has its standard deviation, and none is none") {
  const auto pixels = at::full({2, 1, 100, 100}, 0.5);
  std::vector<Draws> draws;
  for (uint64_t sample = 0; sample < 2; ++sample)
    draws.emplace_back(1, 0, sample, Draws::Purpose::noise);
  const auto noisy = addNoise(pixels, {{.noise = 0.05}, {}}, draws);
  REQUIRE_BELOW(std::abs(noisy[0].std().item<double>() - 0.05), 0.002);
  REQUIRE(at::equal(noisy[1], pixels[1]));
}

TEST("erased rectangles keep to their shares of the image and lie anywhere within") {
  const Augmentation a{.erasing = 0.5};
  int erased = 0;
  constexpr int count = 4000;
  for (uint64_t sample = 0; sample < count; ++sample) {
    const auto r = drawErasing(a, 50, 40, Draws(1, 0, sample, Draws::Purpose::erasing));
    if (r.height == 0) continue;
    ++erased;
    REQUIRE(r.top >= 0 && r.left >= 0 && r.top + r.height <= 50 && r.left + r.width <= 40);
    const double share = static_cast<double>(r.height * r.width) / 2000;
    REQUIRE(share > 0.01 && share < 0.36);
  }
  REQUIRE_BELOW(std::abs(erased - count / 2), 5 * std::sqrt(count) / 2);
  auto pixels = at::zeros({1, 2, 5, 5});
  erase(pixels, {{.top = 1, .left = 2, .height = 2, .width = 3}}, {0.25, 0.75});
  REQUIRE_EQUAL(pixels[0][0].sum().item<double>(), 6 * 0.25);
  REQUIRE_EQUAL(pixels[0][1][2][4].item<double>(), 0.75);
}

TEST("mixed pixels and labels have the same shares") {
  for (const Augmentation& a : {Augmentation{.mixup = 0.4}, Augmentation{.cutmix = 1}}) {
    const auto images = at::zeros({64, 1, 20, 30}), partners = at::ones({64, 1, 20, 30});
    std::vector<Mix> mixes;
    for (uint64_t sample = 0; sample < 64; ++sample)
      mixes.push_back(drawMix(a, 10, 20, 30, Draws(1, 0, sample, Draws::Purpose::mixing)));
    const auto mixed = mixImages(images, partners, mixes);
    const auto labels =
        mixLabels(at::zeros({64}, at::kLong), at::full({64}, 2, at::kLong), mixes, 3);
    const auto shares = mixed.mean({1, 2, 3}).to(at::kDouble);
    REQUIRE(at::allclose(labels.select(1, 2), shares, 0, 1e-5));
    REQUIRE(at::allclose(labels.sum(1), at::ones({64}, at::kDouble)));
    REQUIRE(shares.min().item<double>() < 0.2 && shares.max().item<double>() > 0.6);
    for (const Mix& mix : mixes)
      REQUIRE(mix.partner < 10);
  }
}

TEST(
    "batches of changed images are normalized, with channels last, and the same in any batch "
    "size") {
  auto images = dataset(12, 18);
  const auto selection = everyImage(12);
  BatchOptions options{.augmentation = everything(), .normalization = {{0.4}, {0.2}}, .seed = 9};
  const auto whole = Batches(images, selection, 2, 3, 12, options).read(0);
  REQUIRE(whole.input.is_contiguous(at::MemoryFormat::ChannelsLast));
  REQUIRE_EQUAL(whole.input.stride(3), 1);
  const Batches parts(images, selection, 2, 3, 5, options);
  std::vector<at::Tensor> inputs, targets;
  for (int64_t i = 0; i < parts.count(); ++i) {
    const auto batch = parts.read(i);
    inputs.push_back(batch.input);
    targets.push_back(batch.target);
  }
  REQUIRE(at::allclose(at::cat(inputs), whole.input, 0, 1e-5));
  REQUIRE(at::equal(at::cat(targets), whole.target));
  // Values in [0, 1] become (x − 0.4) / 0.2.
  REQUIRE(whole.input.min().item<double>() >= -2 - 1e-5 &&
          whole.input.max().item<double>() <= 3 + 1e-5);
}

TEST("an image that is drawn twice in an epoch is changed in two ways") {
  auto images = dataset(2, 16);
  const Selection twice{.indices = {1, 1, 1, 0}, .labels = {1, 1, 1, 0}};
  const BatchOptions options{.augmentation = {.rotation = 30}, .normalization = {{0}, {1}}};
  const auto batch = Batches(images, twice, 2, 0, 4, options).read(0);
  std::vector<at::Tensor> same;
  for (int64_t i = 0; i < 4; ++i) {
    if (batch.labels[i].item<int64_t>() == 1) same.push_back(batch.input[i]);
  }
  REQUIRE_EQUAL(same.size(), 3u);
  REQUIRE(!at::equal(same[0], same[1]) && !at::equal(same[1], same[2]) &&
          !at::equal(same[0], same[2]));
}

TEST("a preview shows what training sees") {
  auto images = dataset(5, 20);
  Augmentation seen = everything();
  seen.mixup = seen.cutmix = 0;
  const BatchOptions options{.augmentation = seen, .normalization = {{0.3}, {0.5}}, .seed = 4};
  const auto shown = previewImages(images, {0, 1, 2, 3, 4}, seen, {0.3}, 4, 2);
  for (int32_t position = 0; position < 5; ++position) {
    const Selection one{.indices = {position}, .labels = {0}};
    const auto input = Batches(images, one, 2, 2, 1, options).read(0).input;
    const auto bytes = ((input * 0.5 + 0.3) * 255)[0];
    REQUIRE_BELOW((bytes - shown[position].to(at::kFloat)).abs().max().item<double>(), 0.51);
  }
  REQUIRE(at::equal(previewImages(images, {3, 1}, {}, {0}, 4, 2),
                    images.images().index_select(0, at::tensor({3, 1}))));
  REQUIRE_ERROR(previewImages(images, {5}, {}, {0}, 4, 2), "ERR_INVALID_ARGUMENT", "Position 5");
}

TEST("what is out of range is named") {
  REQUIRE_ERROR((Augmentation{.cropScale = 0.5}.check()), "ERR_INVALID_ARGUMENT", "cropScale");
  REQUIRE_ERROR((Augmentation{.rotation = 181}.check()), "ERR_INVALID_ARGUMENT", "rotation");
  REQUIRE_ERROR((Augmentation{.noise = std::nan("")}.check()), "ERR_INVALID_ARGUMENT", "noise");
}

}  // namespace roentgen::testing
