#include "core/explanation/cam_methods.h"

#include "core/named.h"
#include "core/vectors/principal_components.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <array>
#include <vector>

namespace roentgen {
namespace {

// `weights`: one for each channel, [n, C, 1, 1], or for each place, [n, C, h, w].
at::Tensor weighted(const at::Tensor& weights, const at::Tensor& activations) {
  return (weights * activations).sum(1);
}

// Selvaraju et al. 2017, equations 1 and 2.
at::Tensor gradCam(const CamView& view) {
  return weighted(view.gradients.mean({2, 3}, /*keepdim=*/true), view.activations);
}

// Chattopadhay et al. 2018, equation 19; the logit's exponential makes its higher derivatives
// powers of the first.
at::Tensor gradCamPlusPlus(const CamView& view) {
  const auto& g = view.gradients;
  const auto squares = g.square();
  const auto sums = view.activations.sum({2, 3}, /*keepdim=*/true);
  const auto shares = squares / (2 * squares + sums * squares * g + 1e-6);
  const auto weights = (g.relu() * at::where(g != 0, shares, 0.0)).sum({2, 3}, /*keepdim=*/true);
  return weighted(weights, view.activations);
}

// Draelos and Carin 2020, equation 4.
at::Tensor hiResCam(const CamView& view) {
  return weighted(view.gradients, view.activations);
}

// Jiang et al. 2021, equations 7 and 8.
at::Tensor layerCam(const CamView& view) {
  return weighted(view.gradients.relu(), view.activations);
}

// Wang et al. 2020: a channel weighs by what the network answers to the image seen through it.
at::Tensor scoreCam(const CamView& view) {
  const auto& [activations, gradients, input, score, batchSize] = view;
  const int64_t channels = activations.size(1), height = input.size(2), width = input.size(3);
  std::vector<at::Tensor> scores;
  for (int64_t image = 0; image < input.size(0); ++image) {
    std::vector<at::Tensor> parts;
    for (int64_t first = 0; first < channels; first += batchSize) {
      const int64_t size = std::min(batchSize, channels - first);
      const auto maps = activations[image].narrow(0, first, size).unsqueeze(1);
      auto masks =
          at::upsample_bilinear2d(maps.contiguous(), {height, width}, /*align_corners=*/true);
      const auto least = masks.amin({2, 3}, /*keepdim=*/true);
      const auto most = masks.amax({2, 3}, /*keepdim=*/true);
      masks = (masks - least) / (most - least + 1e-8);
      auto seen = at::empty({size, input.size(1), height, width}, input.options(),
                            at::MemoryFormat::ChannelsLast);
      at::mul_out(seen, input[image].unsqueeze(0), masks);
      parts.push_back(score(seen, image));
    }
    scores.push_back(at::cat(parts));
  }
  const auto weights = at::stack(scores).softmax(1).unsqueeze(2).unsqueeze(3);
  return weighted(weights, activations);
}

// Muhammad and Yeasin 2020: places projected on the first principal component of the channels.
// Its sign is arbitrary there and in pytorch-grad-cam; here the map rises with the mean activation.
at::Tensor eigenCam(const CamView& view) {
  std::vector<at::Tensor> maps;
  for (int64_t image = 0; image < view.activations.size(0); ++image) {
    const auto activation = view.activations[image];
    const auto rows = activation.flatten(1).t().to(at::kCPU, at::kDouble);  // [h·w, C]
    const auto found = principalComponents(rows, 1, {});
    const auto map = at::mv(rows - found.mean, found.components[0]);
    const bool falls = at::dot(map, rows.mean(1)).item<double>() < 0;
    maps.push_back((falls ? -map : map).view(activation.sizes().slice(1)));
  }
  return at::stack(maps);
}

constexpr Named<CamMethod, 6> methods{{{"gradCam", {true, gradCam}},
                                       {"gradCamPlusPlus", {true, gradCamPlusPlus}},
                                       {"hiResCam", {true, hiResCam}},
                                       {"layerCam", {true, layerCam}},
                                       {"scoreCam", {false, scoreCam}},
                                       {"eigenCam", {false, eigenCam}}}};

}  // namespace

CamMethod camMethodByName(const std::string& name) {
  return byName(methods, name, "ERR_INVALID_ARGUMENT", "method");
}

}  // namespace roentgen
