// How the channels of a layer become one map, each method in a few lines.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>

namespace roentgen {

// What a method sees of one layer and one batch.
struct CamView {
  at::Tensor activations;  // [n, C, h, w]
  at::Tensor gradients;    // of each image's target logit by its activations; undefined where a
                           // method asks for none
  at::Tensor input;        // [n, channels, H, W], normalized
  // The target logit [m] of variations [m, channels, H, W] of image `image` of the batch.
  std::function<at::Tensor(const at::Tensor& variations, int64_t image)> score;
  int64_t batchSize;  // variations at a time
};

struct CamMethod {
  bool gradients;  // whether it asks for them
  // [n, h, w], before ReLU and scaling: as pytorch-grad-cam computes it.
  at::Tensor (*map)(const CamView& view);
};

// Throws ERR_INVALID_ARGUMENT for an unknown name.
CamMethod camMethodByName(const std::string& name);

}  // namespace roentgen
