#include "core/explanation/gradients.h"

#include "core/augment/draws.h"
#include "core/error.h"
#include "core/explanation/targets.h"
#include "core/named.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <span>

namespace roentgen {
namespace {

constexpr Named<GradientMethod, 3> methods{
    {{"gradient", GradientMethod::gradient},
     {"smoothGrad", GradientMethod::smoothGrad},
     {"integratedGradients", GradientMethod::integratedGradients}}};

void check(const GradientOptions& options) {
  const auto require = [](bool holds, const char* expected, double value) {
    if (!holds)
      throw Error("ERR_INVALID_ARGUMENT", text("Expected ", expected, ", received ", value));
  };
  require(options.samples >= 1, "at least 1 sample", static_cast<double>(options.samples));
  require(options.noise >= 0, "noise of at least 0", options.noise);
  require(options.baseline >= 0 && options.baseline <= 1, "a baseline in [0, 1]", options.baseline);
}

// Of each image's target logit by its pixels.
at::Tensor gradientAt(Network& network, const at::Tensor& images, const at::Tensor& classes) {
  const auto pixels = images.detach().set_requires_grad(true);
  // A copy goes on, since the first layer may work in place; with NHWC strides, which arithmetic on
  // images does not keep for one channel.
  const auto input =
      at::empty(images.sizes(), images.options(), at::MemoryFormat::ChannelsLast).copy_(pixels);
  const auto logits = network.forward(input, {.compute = images.scalar_type()});
  return torch::autograd::grad({logitsOf(logits, classes).sum()}, {pixels})[0];
}

// Normal noise for the images of one batch, each from a stream of its own.
class Noise {
 public:
  // `share`: the standard deviation, of the range of each image's values.
  Noise(const at::Tensor& images, std::span<const int32_t> positions, double share, uint64_t seed)
      : images_(images),
        deviations_(
            (images.amax({1, 2, 3}, /*keepdim=*/true) - images.amin({1, 2, 3}, /*keepdim=*/true)) *
            share) {
    for (const int32_t position : positions)
      streams_.emplace_back(seed, 0, static_cast<uint64_t>(position), Draws::Purpose::noise);
  }

  // The images with the noise that comes next.
  at::Tensor added() {
    auto noise = at::empty(images_.sizes(), at::kFloat);
    const int64_t values = noise[0].numel();
    auto* out = noise.mutable_data_ptr<float>();
    at::parallel_for(0, images_.size(0), 1, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; ++i) {
        for (int64_t v = 0; v < values; v += 2) {
          const auto pair = streams_[static_cast<size_t>(i)].normals();
          std::copy_n(pair.begin(), std::min<int64_t>(2, values - v), out + i * values + v);
        }
      }
    });
    return images_ + deviations_ * noise.to(images_.options());
  }

 private:
  at::Tensor images_, deviations_;
  std::vector<Draws> streams_;
};

// One value for all pixels, normalized: [1, C, 1, 1].
at::Tensor baselineOf(const GradientOptions& options, const at::TensorOptions& type) {
  const auto column = [](const std::vector<double>& values) {
    return at::tensor(values, at::kDouble).view({1, -1, 1, 1});
  };
  const auto& [mean, std] = options.pass.normalization;
  return ((options.baseline - column(mean)) / column(std)).to(type);
}

}  // namespace

GradientMethod gradientMethodByName(const std::string& name) {
  return byName(methods, name, "ERR_INVALID_ARGUMENT", "method");
}

Gradients gradients(Network& network, Dataset& dataset, const GradientOptions& options,
                    const Cancellation& cancellation, const ProgressCallback& progress) {
  check(options);
  const Targets targets(network, options.targets, options.pass.indices.size());
  const bool integrated = options.method == GradientMethod::integratedGradients;
  PassOptions pass = options.pass;
  pass.compute = storedType(pass.compute);
  const auto total = static_cast<int64_t>(pass.indices.size());
  const auto answer = [&](const at::Tensor& images) {
    const at::NoGradGuard noGrad;
    return network.forward(images.clone(), {.compute = pass.compute});
  };
  Gradients all;

  forEachBatch(
      network, dataset, pass, cancellation, progress, [&](const at::Tensor& input, int64_t first) {
        const auto logits = answer(input);
        const auto classes = targets.classes(logits, first);
        const auto baseline = baselineOf(options, input.options()).expand_as(input);
        const auto way = input - baseline;
        Noise noise(input,
                    std::span(pass.indices)
                        .subspan(static_cast<size_t>(first), static_cast<size_t>(input.size(0))),
                    options.noise, options.seed);
        // Where the gradient is taken: the answer is its mean over all such points.
        const auto point = [&](int64_t sample) {
          switch (options.method) {
            case GradientMethod::gradient:
              return input;
            case GradientMethod::smoothGrad:
              return noise.added();
            case GradientMethod::integratedGradients: {
              const double share =
                  (static_cast<double>(sample) + 0.5) / static_cast<double>(options.samples);
              return baseline + way * share;
            }
          }
          throw Error("ERR_INTERNAL", "unhandled method");
        };
        const int64_t samples = options.method == GradientMethod::gradient ? 1 : options.samples;
        auto mean = at::zeros_like(input);
        for (int64_t sample = 0; sample < samples; ++sample) {
          cancellation.check();
          mean += gradientAt(network, point(sample), classes) / samples;
        }
        if (integrated) {
          mean *= way;
          const auto start = answer(baseline.narrow(0, 0, 1)).expand_as(logits);
          storeRows(all.baselineLogits, logitsOf(start, classes), first, total);
        }
        storeRows(all.values, mean, first, total);
        storeRows(all.logits, logits, first, total);
      });
  return all;
}

}  // namespace roentgen
