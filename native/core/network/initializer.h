// How weights start: Keras's habit or torchvision's, drawn from one generator.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

namespace roentgen {

enum class Convention { keras, torch };

class Initializer {
 public:
  // Without a seed nothing is drawn: the tensors hold whatever memory did.
  Initializer(Convention convention, std::optional<uint64_t> seed);

  // [out, in / groups, kernel, kernel] with NHWC strides. Keras: Glorot uniform (Glorot and Bengio
  // 2010), U(±√(6 / (fanIn + fanOut))). torchvision: He normal over fan-out (He et al. 2015), N(0,
  // 2 / fanOut).
  at::Tensor convWeight(int64_t out, int64_t in, int64_t height, int64_t width);
  // Keras: zero. PyTorch: U(±1 / √fanIn).
  at::Tensor bias(int64_t out, int64_t fanIn);
  // [out, in]. Keras: Glorot uniform. PyTorch: U(±1 / √fanIn).
  at::Tensor linearWeight(int64_t out, int64_t in);

  double batchNormEpsilon() const { return convention_ == Convention::keras ? 1e-3 : 1e-5; }
  // In PyTorch's sense, the weight of the new batch: Keras writes 0.01 as 0.99.
  double batchNormMomentum() const { return convention_ == Convention::keras ? 0.01 : 0.1; }

 private:
  at::Tensor uniform(at::Tensor tensor, double limit);
  at::Tensor glorot(at::Tensor tensor, int64_t fanIn, int64_t fanOut);

  Convention convention_;
  std::optional<at::Generator> generator_;
};

}  // namespace roentgen
