#include "core/network/initializer.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Functions.h>

#include <cmath>

namespace roentgen {

Initializer::Initializer(Convention convention, uint64_t seed)
    : convention_(convention), generator_(at::make_generator<at::CPUGeneratorImpl>(seed)) {}

at::Tensor Initializer::glorot(at::Tensor tensor, int64_t fanIn, int64_t fanOut) {
  const double limit = std::sqrt(6.0 / static_cast<double>(fanIn + fanOut));
  return tensor.uniform_(-limit, limit, generator_);
}

at::Tensor Initializer::convWeight(int64_t out, int64_t in, int64_t height, int64_t width) {
  // Drawn contiguous, then laid out: with one input channel only `empty` with a memory format gives
  // NHWC strides, `contiguous` takes both layouts for the same.
  auto drawn = at::empty({out, in, height, width});
  const int64_t area = height * width;
  if (convention_ == Convention::keras) {
    glorot(drawn, in * area, out * area);
  } else {
    drawn.normal_(0, std::sqrt(2.0 / static_cast<double>(out * area)), generator_);
  }
  return at::empty(drawn.sizes(), drawn.options(), at::MemoryFormat::ChannelsLast).copy_(drawn);
}

at::Tensor Initializer::bias(int64_t out, int64_t fanIn) {
  if (convention_ == Convention::keras) return at::zeros({out});
  const double limit = 1.0 / std::sqrt(static_cast<double>(fanIn));
  return at::empty({out}).uniform_(-limit, limit, generator_);
}

at::Tensor Initializer::linearWeight(int64_t out, int64_t in) {
  auto weight = at::empty({out, in});
  if (convention_ == Convention::keras) return glorot(weight, in, out);
  const double limit = 1.0 / std::sqrt(static_cast<double>(in));
  return weight.uniform_(-limit, limit, generator_);
}

}  // namespace roentgen
