// Augmentation with given parameters against torchvision's transforms.
#include "core/augment/geometry.h"
#include "core/augment/intensity.h"
#include "core/augment/mixing.h"
#include "tests/check.h"
#include "tests/oracle.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace roentgen::testing {
namespace {

struct Precision {
  at::ScalarType type;
  double bound;
};
constexpr Precision precisions[] = {{at::kDouble, 1e-12}, {at::kFloat, 1e-5}};

Geometry toGeometry(const Json& values) {
  using G = Geometry;
  static const Members<G, double> numbers{
      {"angle", &G::angle},   {"scale", &G::scale},         {"shear", &G::shear},
      {"shiftX", &G::shiftX}, {"shiftY", &G::shiftY},       {"cropX", &G::cropX},
      {"cropY", &G::cropY},   {"cropWidth", &G::cropWidth}, {"cropHeight", &G::cropHeight}};
  static const Members<G, bool> flags{{"mirrored", &G::mirrored}, {"upsideDown", &G::upsideDown}};
  Geometry geometry;
  for (const auto& [name, value] : *values.object()) {
    if (const bool* flag = value.boolean())
      geometry.*flags.at(name) = *flag;
    else
      geometry.*numbers.at(name) = toNumber(value);
  }
  return geometry;
}

Intensity toIntensity(const Json& values) {
  using I = Intensity;
  Intensity intensity;
  assign(intensity,
         {{"brightness", &I::brightness},
          {"contrast", &I::contrast},
          {"gamma", &I::gamma},
          {"blur", &I::blur}},
         values);
  return intensity;
}

Mix toMix(const Json& one) {
  const Json& box = member(one, "rectangle");
  const auto side = [&](const char* name) {
    return static_cast<int64_t>(toNumber(member(box, name)));
  };
  return {.share = toNumber(member(one, "share")),
          .rectangle = {.top = side("top"),
                        .left = side("left"),
                        .height = side("height"),
                        .width = side("width")}};
}

}  // namespace

TEST("rotation, zoom, translation, shear, flips and crops are torchvision's, alone and together") {
  const Oracle oracle("augmentation/geometry.safetensors");
  for (const auto [type, bound] : precisions) {
    for (const Json& one : oracle.cases()) {
      const auto& name = toText(member(one, "name"));
      const auto image = oracle.tensor(toText(member(one, "image"))).to(type);
      const auto fill = toText(member(one, "fill")) == "black" ? Fill::black : Fill::border;
      requireEachClose(name, resample(image, {toGeometry(member(one, "geometry"))}, fill),
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
        intensities.push_back(toIntensity(member(one, "intensity")));
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
    const std::vector<Mix> mixes(static_cast<size_t>(images.size(0)), toMix(one));
    requireEachClose(name, mixImages(images, images.roll(1, 0), mixes),
                     oracle.tensor(name + ".images"), 1e-12);
    requireEachClose(name + ", labels", mixLabels(labels, labels.roll(1, 0), mixes, 3),
                     oracle.tensor(name + ".labels"), 1e-12);
  }
}

}  // namespace roentgen::testing
