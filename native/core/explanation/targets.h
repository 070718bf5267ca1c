// Which logit of each image is explained.
#pragma once

#include "core/network/network.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace roentgen {

// Throws ERR_UNSUPPORTED for a reconstruction.
void requireLogits(const Network& network);

// The logit of each image's class, or of the class with the largest one where that is −1. A network
// with one output has two classes, and the logit of class 0 is that of class 1 negated.
class Targets {
 public:
  // Throws ERR_INVALID_ARGUMENT unless there are `count` classes that the network has, or −1, and
  // ERR_UNSUPPORTED for a reconstruction.
  Targets(const Network& network, const std::vector<int32_t>& classes, size_t count);

  // int64 [n] of the images from `first` on, whose logits [n, outputs] these are.
  at::Tensor classes(const at::Tensor& logits, int64_t first) const;

 private:
  at::Tensor classes_;
};

// [n] of logits [n, outputs] and classes [n].
at::Tensor logitsOf(const at::Tensor& logits, const at::Tensor& classes);

}  // namespace roentgen
