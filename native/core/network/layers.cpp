#include "core/network/layers.h"

#include "core/network/relu_max_pool.h"
#include "core/network/shared_batch_norm.h"
#include "core/network/working_weights.h"

#include <ATen/Functions.h>

#include <limits>

namespace roentgen {
namespace {

at::Tensor pad(const at::Tensor& x, const Padding& p, double value) {
  return at::constant_pad_nd(x, {p.left, p.right, p.top, p.bottom}, value);
}

at::Tensor cast(const at::Tensor& tensor, const Mode& mode) {
  if (!tensor.defined()) return tensor;
  return mode.working ? mode.working->of(tensor) : tensor.to(mode.compute);
}

}  // namespace

at::Tensor Conv2d::forward(at::Tensor x, const Mode& mode) {
  std::array<int64_t, 2> both{padding.top, padding.left};
  if (!padding.symmetric()) {
    x = pad(x, padding, 0);
    both = {0, 0};
  }
  return at::conv2d(x.to(mode.compute), cast(weight, mode), cast(bias, mode), stride, both,
                    /*dilation=*/1, groups);
}

at::Tensor BatchNorm::forward(at::Tensor x, const Mode& mode) {
  return normalize(x, weight, bias, mode);
}

at::Tensor BatchNorm::normalize(const at::Tensor& x, const at::Tensor& scale,
                                const at::Tensor& shift, const Mode& mode) {
  if (mode.norms) (*mode.norms)(*this, x);
  const bool training = mode.training && weight.requires_grad();
  if (training && mode.peers) return sharedBatchNorm(*this, x, scale, shift, *mode.peers);
  return at::batch_norm(x, scale, shift, runningMean, runningVar, training, momentum, epsilon,
                        /*cudnn_enabled=*/true);
}

at::Tensor Linear::forward(at::Tensor x, const Mode& mode) {
  return at::linear(x.to(mode.compute), cast(weight, mode), cast(bias, mode));
}

at::Tensor Activate::forward(at::Tensor x, const Mode&) {
  return activate(std::move(x), function);
}

at::Tensor Pool2d::forward(at::Tensor x, const Mode&) {
  if (!maximum) {
    // Keras leaves padded cells out of the mean, so the count of real cells divides.
    std::array<int64_t, 2> both{padding.top, padding.left};
    if (padding.symmetric()) {
      return at::avg_pool2d(x, kernel, stride, both, /*ceil_mode=*/false,
                            /*count_include_pad=*/false);
    }
    const auto sum = at::avg_pool2d(pad(x, padding, 0), kernel, stride);
    const auto ones = at::ones({1, 1, x.size(2), x.size(3)}, x.options());
    return sum / at::avg_pool2d(pad(ones, padding, 0), kernel, stride);
  }
  std::array<int64_t, 2> both{padding.top, padding.left};
  if (!padding.symmetric()) {
    x = pad(x, padding, -std::numeric_limits<double>::infinity());
    both = {0, 0};
  }
  return at::max_pool2d(x, kernel, stride, both);
}

at::Tensor ReluMaxPool2d::forward(at::Tensor x, const Mode& mode) {
  if (mode.separate) {
    at::relu_(x);
    if (mode.observer) (*mode.observer)(activationName, x);
    return pool.forward(std::move(x), mode);
  }
  const std::array<int64_t, 2> two{2, 2};
  const bool plain = pool.kernel == two && pool.stride == two && !pool.padding.any();
  if (plain && canReluMaxPool2x2(x)) return reluMaxPool2x2(x);
  at::Tensor pooled = pool.forward(std::move(x), mode);
  return at::relu_(pooled);
}

at::Tensor NormalizedConv2d::forward(at::Tensor x, const Mode& mode) {
  if (mode.separate) {
    x = norm.forward(std::move(x), mode);
    if (mode.observer) (*mode.observer)(normName, x);
    return conv.forward(std::move(x), mode);
  }
  Conv2d folded = conv;
  folded.weight = conv.weight * norm.weight.view({1, -1, 1, 1});
  folded.bias = (conv.weight * norm.bias.view({1, -1, 1, 1})).sum({1, 2, 3});
  if (conv.bias.defined()) folded.bias = folded.bias + conv.bias;
  return folded.forward(norm.normalize(x, {}, {}, mode), mode);
}

at::Tensor ZeroPad2d::forward(at::Tensor x, const Mode&) {
  return pad(x, padding, 0);
}

at::Tensor GlobalAvgPool::forward(at::Tensor x, const Mode&) {
  return x.mean({2, 3});
}

at::Tensor Upsample2d::forward(at::Tensor x, const Mode&) {
  return at::upsample_nearest2d(x, {x.size(2) * scale, x.size(3) * scale});
}

at::Tensor Flatten::forward(at::Tensor x, const Mode&) {
  return x.flatten(1);
}

at::Tensor Dropout::forward(at::Tensor x, const Mode& mode) {
  if (!mode.training || rate == 0) return x;
  const auto keep = at::empty_like(x).bernoulli_(1 - rate, *mode.generator);
  return x * keep.div_(1 - rate);
}

}  // namespace roentgen
