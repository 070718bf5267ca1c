#include "core/network/initializer.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Functions.h>

#include <cmath>
#include <utility>

namespace roentgen {

Initializer::Initializer(Convention convention, std::optional<uint64_t> seed)
    : convention_(convention) {
  if (seed) generator_ = at::make_generator<at::CPUGeneratorImpl>(*seed);
}

at::Tensor Initializer::uniform(at::Tensor tensor, double limit) {
  return generator_ ? tensor.uniform_(-limit, limit, generator_) : tensor;
}

at::Tensor Initializer::glorot(at::Tensor tensor, int64_t fanIn, int64_t fanOut) {
  return uniform(std::move(tensor), std::sqrt(6.0 / static_cast<double>(fanIn + fanOut)));
}

at::Tensor Initializer::convWeight(int64_t out, int64_t in, int64_t height, int64_t width) {
  // Drawn contiguous, then laid out: with one input channel only `empty` with a memory format gives
  // NHWC strides, `contiguous` takes both layouts for the same.
  auto drawn = at::empty({out, in, height, width});
  const int64_t area = height * width;
  if (convention_ == Convention::keras) {
    glorot(drawn, in * area, out * area);
  } else if (generator_) {
    drawn.normal_(0, std::sqrt(2.0 / static_cast<double>(out * area)), generator_);
  }
  return at::empty(drawn.sizes(), drawn.options(), at::MemoryFormat::ChannelsLast).copy_(drawn);
}

at::Tensor Initializer::bias(int64_t out, int64_t fanIn) {
  if (convention_ == Convention::keras) return at::zeros({out});
  return uniform(at::empty({out}), 1.0 / std::sqrt(static_cast<double>(fanIn)));
}

at::Tensor Initializer::linearWeight(int64_t out, int64_t in) {
  auto weight = at::empty({out, in});
  if (convention_ == Convention::keras) return glorot(weight, in, out);
  return uniform(weight, 1.0 / std::sqrt(static_cast<double>(in)));
}

}  // namespace roentgen
