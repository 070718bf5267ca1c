// Test-time augmentation by mirroring.
#pragma once

#include <ATen/Functions.h>

namespace roentgen {

// The mean of what `pass` makes of images and of their mirror images, both in one batch.
// x: [N, C, H, W]; `pass` gives [2N, outputs] for [2N, C, H, W].
template <typename Pass>
at::Tensor mirrored(const at::Tensor& x, const Pass& pass) {
  const at::Tensor outputs = pass(at::cat({x, x.flip(3)}));
  return outputs.unflatten(0, {2, x.size(0)}).mean(0);
}

}  // namespace roentgen
