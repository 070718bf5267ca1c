// Images that came with a request, as the input of a network.
#pragma once

#include "core/dataset/normalization.h"
#include "core/network/network.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

namespace roentgen {

class InputReader {
 public:
  // Throws ERR_INVALID_ARGUMENT where the channels do not fit.
  InputReader(const NetworkShape& shape, const Normalization& normalization);

  // Values of one image.
  int64_t size() const { return shape_.channels * shape_.height * shape_.width; }
  // `images`: of `size` values each in the order [C, H, W], uint8 pixels or float normalized.
  // Returns float [N, C, H, W] with NHWC strides.
  at::Tensor read(std::span<const at::Tensor> images) const;

 private:
  NetworkShape shape_;
  PixelTable table_;
};

}  // namespace roentgen
