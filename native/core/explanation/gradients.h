// How the logit of a class depends on each pixel.
#pragma once

#include "core/inference/pass.h"

#include <cstdint>
#include <string>
#include <vector>

namespace roentgen {

enum class GradientMethod { gradient, smoothGrad, integratedGradients };

// Throws ERR_INVALID_ARGUMENT for an unknown name.
GradientMethod gradientMethodByName(const std::string& name);

struct GradientOptions {
  PassOptions
      pass;  // gradients are computed in float, whatever its `compute` (but in double there)
  GradientMethod method = GradientMethod::gradient;
  std::vector<int32_t> targets;  // class of each image, or −1 for the one of the largest logit
  int64_t samples = 1;           // noisy copies, or points on the path
  double noise = 0;     // standard deviation as a share of the range of the normalized image
  uint64_t seed = 0;    // the noise depends on (seed, position in the dataset) alone
  double baseline = 0;  // of all pixels in [0, 1], normalized as the image is
};

struct Gradients {
  at::Tensor values;          // [N, C, H, W]; of integratedGradients times (image − baseline)
  at::Tensor logits;          // [N, outputs]
  at::Tensor baselineLogits;  // [N] of the targets; undefined but for integratedGradients
};

// gradient: Simonyan et al. 2013. smoothGrad: Smilkov et al. 2017. integratedGradients:
// Sundararajan et al. 2017, by the midpoint rule. Throws ERR_INVALID_ARGUMENT where a number is out
// of range, and as Targets and forEachBatch.
Gradients gradients(Network& network, Dataset& dataset, const GradientOptions& options,
                    const Cancellation& cancellation, const ProgressCallback& progress);

}  // namespace roentgen
