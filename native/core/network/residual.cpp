#include "core/network/residual.h"

#include <ATen/Functions.h>

namespace roentgen {
namespace {

at::Tensor observed(const std::string& name, at::Tensor output, const Mode& mode) {
  if (mode.observer) (*mode.observer)(name, output);
  return output;
}

at::Tensor run(ResidualBlock::Pair& pair, const at::Tensor& x, const Mode& mode) {
  return pair.norm.forward(observed(pair.name, pair.conv.forward(x, mode), mode), mode);
}

}  // namespace

at::Tensor ResidualBlock::forward(at::Tensor x, const Mode& mode) {
  at::Tensor y = x;
  for (auto& pair : pairs) {
    y = run(pair, y, mode);
    if (&pair != &pairs.back()) at::relu_(y);
  }
  y += downsample ? run(*downsample, x, mode) : x;
  return at::relu_(y);
}

at::Tensor PreActivationBlock::forward(at::Tensor x, const Mode& mode) {
  auto y = preact.forward(x, mode);
  at::relu_(y);
  at::Tensor identity = x;
  if (shortcut) {
    identity = observed(name + ".shortcut", shortcut->forward(y, mode), mode);
  } else if (stride > 1) {
    identity = at::max_pool2d(x, 1, stride);
  }
  y = norm1.forward(observed(name + ".conv1", conv1.forward(y, mode), mode), mode);
  at::relu_(y);
  y = norm2.forward(observed(name + ".conv2", conv2.forward(y, mode), mode), mode);
  at::relu_(y);
  return observed(name + ".conv3", conv3.forward(y, mode), mode) + identity;
}

}  // namespace roentgen
