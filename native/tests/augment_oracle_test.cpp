// Augmentation with given parameters against torchvision's transforms.
#include "core/augment/geometry.h"
#include "core/augment/intensity.h"
#include "core/augment/mixing.h"
#include "tests/check.h"
#include "tests/oracle.h"

#include <ATen/ATen.h>

#include <string>
#include <vector>

namespace roentgen::testing {
namespace {

struct Precision {
  at::ScalarType type;
  double bound;
};
constexpr Precision precisions[] = {{at::kDouble, 1e-12}, {at::kFloat, 1e-5}};

const Fields<Geometry> geometryFields{
    {"angle", field(&Geometry::angle)},           {"scale", field(&Geometry::scale)},
    {"shear", field(&Geometry::shear)},           {"shiftX", field(&Geometry::shiftX)},
    {"shiftY", field(&Geometry::shiftY)},         {"cropX", field(&Geometry::cropX)},
    {"cropY", field(&Geometry::cropY)},           {"cropWidth", field(&Geometry::cropWidth)},
    {"cropHeight", field(&Geometry::cropHeight)}, {"mirrored", field(&Geometry::mirrored)},
    {"upsideDown", field(&Geometry::upsideDown)},
};
const Fields<Intensity> intensityFields{
    {"brightness", field(&Intensity::brightness)},
    {"contrast", field(&Intensity::contrast)},
    {"gamma", field(&Intensity::gamma)},
    {"blur", field(&Intensity::blur)},
};
const Fields<Rectangle> rectangleFields{
    {"top", field(&Rectangle::top)},
    {"left", field(&Rectangle::left)},
    {"height", field(&Rectangle::height)},
    {"width", field(&Rectangle::width)},
};

}  // namespace

TEST("rotation, zoom, translation, shear, flips and crops are torchvision's, alone and together") {
  const Oracle oracle("augmentation/geometry.safetensors");
  for (const auto [type, bound] : precisions) {
    for (const Json& one : oracle.cases()) {
      const auto& name = toText(member(one, "name"));
      const auto image = oracle.tensor(toText(member(one, "image"))).to(type);
      const auto fill = toText(member(one, "fill")) == "black" ? Fill::black : Fill::border;
      requireEachClose(name,
                       resample(image, {parse(geometryFields, member(one, "geometry"))}, fill),
                       oracle.tensor(name + ".expected"), bound);
    }
  }
}

TEST("brightness, contrast, gamma and blur are torchvision's, and other images change nothing") {
  const Oracle oracle("augmentation/intensity.safetensors");
  for (const auto [type, bound] : precisions) {
    for (const char* kind : {"gray", "color"}) {
      std::vector<at::Tensor> images;
      std::vector<Intensity> intensities;
      std::vector<std::string> names;
      for (const Json& one : oracle.cases()) {
        if (toText(member(one, "image")) != kind) continue;
        names.push_back(toText(member(one, "name")));
        images.push_back(oracle.tensor(kind).to(type));
        intensities.push_back(parse(intensityFields, member(one, "intensity")));
        requireEachClose(names.back() + ", alone", adjust(images.back(), {intensities.back()}),
                         oracle.tensor(names.back() + ".expected"), bound);
      }
      const auto batch = adjust(at::cat(images), intensities);
      for (size_t i = 0; i < names.size(); ++i) {
        requireEachClose(names[i] + ", in a batch", batch.narrow(0, static_cast<int64_t>(i), 1),
                         oracle.tensor(names[i] + ".expected"), bound);
      }
    }
  }
}

TEST("mixup and cutmix make torchvision's images and labels from its shares and rectangles") {
  const Oracle oracle("augmentation/mixing.safetensors");
  const auto& images = oracle.tensor("images");
  const auto& labels = oracle.tensor("labels");
  for (const Json& one : oracle.cases()) {
    const auto& name = toText(member(one, "name"));
    const Mix mix{.share = toNumber(member(one, "share")),
                  .rectangle = parse(rectangleFields, member(one, "rectangle"))};
    const std::vector<Mix> mixes(static_cast<size_t>(images.size(0)), mix);
    requireEachClose(name, mixImages(images, images.roll(1, 0), mixes),
                     oracle.tensor(name + ".images"), 1e-12);
    requireEachClose(name + ", labels", mixLabels(labels, labels.roll(1, 0), mixes, 3),
                     oracle.tensor(name + ".labels"), 1e-12);
  }
}

}  // namespace roentgen::testing
