// Masks of what is to be seen: they move as their images do, and nothing lights up outside.
#include "core/augment/augmenter.h"
#include "core/augment/geometry.h"
#include "core/training/batches.h"
#include "tests/check.h"
#include "tests/images.h"

#include <ATen/ATen.h>

#include <cstring>
#include <numeric>

namespace roentgen::testing {
namespace {

constexpr int64_t count = 8, height = 26, width = 22;

const Augmentation moves{.rotation = 30,
                         .zoom = 0.2,
                         .translation = 0.2,
                         .shear = 10,
                         .cropScale = 0.8,
                         .horizontalFlip = 0.5,
                         .verticalFlip = 0.5};

Augmentation everything() {
  Augmentation all = moves;
  all.brightness = all.contrast = all.noise = 0.4;
  all.gamma = all.erasing = 0.5;
  all.blur = 1.5;
  return all;
}

// [count, 1, height, width] of 0 and 1: two discs, of another size in each image.
at::Tensor discs() {
  const auto y = at::arange(height, at::kFloat).view({1, 1, height, 1});
  const auto x = at::arange(width, at::kFloat).view({1, 1, 1, width});
  const auto radius = at::linspace(3, 6, count).view({count, 1, 1, 1});
  const auto disc = [&](double column, double row) {
    return (x - column).square() + (y - row).square() < radius.square();
  };
  return at::logical_or(disc(6, 11), disc(15, 14)).to(at::kFloat);
}

std::vector<uint64_t> samples() {
  std::vector<uint64_t> keys(count);
  std::iota(keys.begin(), keys.end(), 40);
  return keys;
}

std::shared_ptr<Dataset> discImages(int64_t channels) {
  const auto masks = discs().to(at::kByte);
  const auto images = randomImages(count, channels, height)->images().narrow(3, 0, width);
  return std::make_shared<Dataset>(
      TensorFile{{{"images", (images * masks).contiguous()}, {"masks", masks}}, {}}, "discs");
}

}  // namespace

TEST("for every draw the image's lit area is the mask moved by that draw, by torchvision's map") {
  const auto masks = discs();
  for (uint64_t seed = 0; seed < 40; ++seed) {
    for (const Fill fill : {Fill::black, Fill::border}) {
      Augmentation augmentation = moves;
      augmentation.fill = fill;
      std::vector<Geometry> drawn;
      for (const uint64_t sample : samples())
        drawn.push_back(
            drawGeometry(augmentation, height, width, {seed, 3, sample, Draws::Purpose::geometry}));
      // `resample` is tested against torchvision in augment_oracle_test.cpp.
      const auto expected = resample(masks, drawn, fill) >= 0.5;
      const Augmenter augmenter(augmentation, {0.5}, seed, 3);
      const auto white = augmenter.apply(masks, samples(), masks);
      REQUIRE(at::equal(white > 0, expected));
      // Inside, nothing is changed that would not be without a mask.
      const auto image = masks * 0.7;
      REQUIRE(at::equal(augmenter.apply(image, samples(), masks),
                        augmenter.apply(image, samples()) * expected));
    }
  }
}

TEST("no change of values lights up a pixel outside, and inside they are as without a mask") {
  const auto masks = discs();
  const auto image = masks.expand({count, 3, height, width}) * 0.6;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const Augmenter augmenter(everything(), {0.5, 0.5, 0.5}, seed, 1);
    const auto moved = Augmenter(moves, {0.5, 0.5, 0.5}, seed, 1).apply(masks, samples()) >= 0.5;
    const auto changed = augmenter.apply(image, samples(), masks);
    REQUIRE_EQUAL((changed * moved.logical_not()).abs().max().item<double>(), 0.0);
    REQUIRE(at::equal(changed, augmenter.apply(image, samples()) * moved));
  }
  // Noise and brightness without a move: the mask stays where it is.
  const Augmenter still({.brightness = 0.3, .noise = 0.3}, {0.5}, 2, 0);
  const auto lit = still.apply(masks * 0.5, samples(), masks) > 0;
  REQUIRE(!at::logical_and(lit, masks == 0).any().item<bool>());
  REQUIRE(lit.sum().item<int64_t>() > masks.sum().item<double>() / 2);
}

TEST("training and preview keep the outside black, in color too") {
  for (const int64_t channels : {1, 3}) {
    auto images = discImages(channels);
    const auto size = static_cast<size_t>(channels);
    const Normalization normalization{std::vector<double>(size, 0.3), std::vector<double>(size, 2)};
    const BatchOptions options{
        .augmentation = everything(), .normalization = normalization, .seed = 6};
    for (int32_t position = 0; position < count; ++position) {
      const Selection one{.indices = {position}, .labels = {0}};
      const auto input = Batches(*images, one, 2, 4, 1, options).read(0).input[0];
      const auto shown =
          previewImages(*images, {position}, everything(), normalization.mean, 6, 4)[0];
      const auto mask = Dataset(TensorFile{{{"images", images->masks() * 255}}, {}}, "masks");
      const auto moved = previewImages(mask, {position}, moves, {0.5}, 6, 4)[0] >= 128;
      REQUIRE(!at::logical_and(shown > 0, moved.logical_not()).any().item<bool>());
      REQUIRE((shown > 0).sum().item<int64_t>() > 0);
      const auto bytes = (input * 2 + 0.3) * 255;
      REQUIRE_BELOW((bytes - shown.to(at::kFloat)).abs().max().item<double>(), 0.51);
    }
  }
}

TEST("masks are saved with their images, read from raw slots, and checked") {
  auto images = discImages(3);
  const auto path = temporaryPath("masked.safetensors");
  images->save(path, {{"kind", "test"}}, {});
  const auto opened = Dataset::open(path);
  REQUIRE(at::equal(opened->images(), images->images()));
  REQUIRE(at::equal(opened->masks(), images->masks()));

  const auto slots = at::cat({images->images(), images->masks()}, 1).contiguous();
  const auto raw = temporaryPath("slots.raw");
  std::string contents(slots.nbytes(), 0);
  std::memcpy(contents.data(), slots.const_data_ptr(), slots.nbytes());
  writeText(raw, contents);
  const auto kept = at::tensor({5, 6, 1}, at::kLong);
  const auto taken = Dataset::fromRaw(raw, 3, height, width, true, {5, 6, 1});
  REQUIRE(at::equal(taken->images(), images->images().index_select(0, kept)));
  REQUIRE(at::equal(taken->masks(), images->masks().index_select(0, kept)));
  REQUIRE(!Dataset::fromRaw(raw, 4, height, width, false, {0})->masks().defined());

  const auto wrong = [&](const at::Tensor& masks) {
    return Dataset(TensorFile{{{"images", images->images()}, {"masks", masks}}, {}}, "wrong");
  };
  const auto& masks = images->masks();
  for (const auto& bad : {masks.to(at::kInt), masks.narrow(0, 0, 3), images->images(), masks[0]})
    REQUIRE_ERROR(wrong(bad), "ERR_INVALID_FILE", "\"masks\" must be uint8 [8, 1, 26, 22]");
}

}  // namespace roentgen::testing
