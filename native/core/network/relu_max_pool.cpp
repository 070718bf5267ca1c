#include "core/network/relu_max_pool.h"

#include "core/clones.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cstdint>
#include <type_traits>

namespace roentgen {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Which of a window's four cells was the largest; none where all were at most zero.
constexpr uint8_t noCell = 4;

// Bits of a floating-point number as a signed integer. Among positive numbers both order alike, and
// negative ones are negative, so that max(0, …) of the integers is ReLU. Only a NaN must lose its
// sign first, or it would pass for a negative number and a diverging network for a healthy one.
template <typename Int>
inline Int keepNan(Int bits) {
  using Unsigned = std::make_unsigned_t<Int>;
  constexpr auto magnitude = static_cast<Unsigned>(static_cast<Unsigned>(~Unsigned{0}) >> 1);
  constexpr auto infinity = static_cast<Unsigned>(sizeof(Int) == 2 ? 0x7F80 : 0x7F800000);
  const auto positive = static_cast<Unsigned>(static_cast<Unsigned>(bits) & magnitude);
  return positive > infinity ? static_cast<Int>(positive) : bits;
}

// One output cell, all channels. `cells`: the window's four input cells.
template <typename Int>
[[gnu::always_inline]] inline void forwardCell(const Int* const (&cells)[4], Int* __restrict out,
                                               uint8_t* __restrict which, int64_t channels) {
  const Int* __restrict p0 = cells[0];
  const Int* __restrict p1 = cells[1];
  const Int* __restrict p2 = cells[2];
  const Int* __restrict p3 = cells[3];
  for (int64_t c = 0; c < channels; ++c) {
    const Int a = keepNan(p0[c]), b = keepNan(p1[c]), d = keepNan(p2[c]), e = keepNan(p3[c]);
    const Int top = a > b ? a : b, bottom = d > e ? d : e;
    const Int largest = std::max<Int>(top > bottom ? top : bottom, 0);
    const uint8_t upper = a == largest ? 0 : 1, lower = d == largest ? 2 : 3;
    const uint8_t cell = top == largest ? upper : lower;
    out[c] = largest;
    which[c] = largest > 0 ? cell : noCell;
  }
}

template <typename Int>
[[gnu::always_inline]] inline void backwardCell(const Int* __restrict gradient,
                                                const uint8_t* __restrict which,
                                                Int* const (&cells)[4], int64_t channels) {
  Int* __restrict p0 = cells[0];
  Int* __restrict p1 = cells[1];
  Int* __restrict p2 = cells[2];
  Int* __restrict p3 = cells[3];
  for (int64_t c = 0; c < channels; ++c) {
    const Int g = gradient[c];
    const uint8_t cell = which[c];
    p0[c] = cell == 0 ? g : Int{0};
    p1[c] = cell == 1 ? g : Int{0};
    p2[c] = cell == 2 ? g : Int{0};
    p3[c] = cell == 3 ? g : Int{0};
  }
}

struct Sizes {
  int64_t channels, width, outWidth;
};

template <typename Int>
[[gnu::always_inline]] inline void forwardRow(const Int* in, Int* out, uint8_t* which, Sizes s) {
  for (int64_t w = 0; w < s.outWidth; ++w) {
    const Int* upper = in + 2 * w * s.channels;
    const Int* lower = upper + s.width * s.channels;
    const Int* const cells[4] = {upper, upper + s.channels, lower, lower + s.channels};
    forwardCell<Int>(cells, out + w * s.channels, which + w * s.channels, s.channels);
  }
}

template <typename Int>
[[gnu::always_inline]] inline void backwardRow(const Int* gradient, const uint8_t* which, Int* in,
                                               Sizes s) {
  for (int64_t w = 0; w < s.outWidth; ++w) {
    Int* upper = in + 2 * w * s.channels;
    Int* lower = upper + s.width * s.channels;
    Int* const cells[4] = {upper, upper + s.channels, lower, lower + s.channels};
    backwardCell<Int>(gradient + w * s.channels, which + w * s.channels, cells, s.channels);
  }
  if (s.width % 2 == 1) {
    std::fill_n(in + (s.width - 1) * s.channels, s.channels, Int{0});
    std::fill_n(in + (2 * s.width - 1) * s.channels, s.channels, Int{0});
  }
}

// A template cannot be cloned, so each type has its own pair.
ROENTGEN_CLONES void forward(const int16_t* in, int16_t* out, uint8_t* which, Sizes s) {
  forwardRow(in, out, which, s);
}
ROENTGEN_CLONES void forward(const int32_t* in, int32_t* out, uint8_t* which, Sizes s) {
  forwardRow(in, out, which, s);
}
ROENTGEN_CLONES void backward(const int16_t* gradient, const uint8_t* which, int16_t* in, Sizes s) {
  backwardRow(gradient, which, in, s);
}
ROENTGEN_CLONES void backward(const int32_t* gradient, const uint8_t* which, int32_t* in, Sizes s) {
  backwardRow(gradient, which, in, s);
}

// Runs `row(image · outHeight + h)` for every row of output, on all threads.
template <typename Row>
void forEachRow(const at::Tensor& out, const Row& row) {
  at::parallel_for(0, out.size(0) * out.size(2), 1, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i)
      row(i / out.size(2), i % out.size(2), i);
  });
}

template <typename Int>
void forwardAll(const at::Tensor& x, at::Tensor& out, at::Tensor& which) {
  const Sizes s{x.size(1), x.size(3), out.size(3)};
  const auto* source = static_cast<const Int*>(x.const_data_ptr());
  auto* target = static_cast<Int*>(out.mutable_data_ptr());
  auto* cells = which.mutable_data_ptr<uint8_t>();
  const int64_t inRow = s.width * s.channels, outRow = s.outWidth * s.channels;
  forEachRow(out, [&](int64_t n, int64_t h, int64_t i) {
    forward(source + (n * x.size(2) + 2 * h) * inRow, target + i * outRow, cells + i * outRow, s);
  });
}

template <typename Int>
void backwardAll(const at::Tensor& gradient, const at::Tensor& which, at::Tensor& in) {
  const Sizes s{in.size(1), in.size(3), gradient.size(3)};
  const auto* source = static_cast<const Int*>(gradient.const_data_ptr());
  const auto* cells = which.const_data_ptr<uint8_t>();
  auto* target = static_cast<Int*>(in.mutable_data_ptr());
  const int64_t inRow = s.width * s.channels, outRow = s.outWidth * s.channels;
  forEachRow(gradient, [&](int64_t n, int64_t h, int64_t i) {
    Int* row = target + (n * in.size(2) + 2 * h) * inRow;
    backward(source + i * outRow, cells + i * outRow, row, s);
    const bool oddRowLeft = in.size(2) % 2 == 1 && h + 1 == gradient.size(2);
    if (oddRowLeft) std::fill_n(row + 2 * inRow, inRow, Int{0});
  });
}

class ReluMaxPool : public torch::autograd::Function<ReluMaxPool> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x) {
    const std::array<int64_t, 4> sizes{x.size(0), x.size(1), x.size(2) / 2, x.size(3) / 2};
    at::Tensor out = at::empty(sizes, x.options(), at::MemoryFormat::ChannelsLast);
    at::Tensor which =
        at::empty(sizes, x.options().dtype(at::kByte), at::MemoryFormat::ChannelsLast);
    x.scalar_type() == at::kBFloat16 ? forwardAll<int16_t>(x, out, which)
                                     : forwardAll<int32_t>(x, out, which);
    context->save_for_backward({which});
    context->saved_data["height"] = x.size(2);
    context->saved_data["width"] = x.size(3);
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::Tensor which = context->get_saved_variables()[0];
    const at::Tensor gradient = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    at::Tensor in =
        at::empty({gradient.size(0), gradient.size(1), context->saved_data["height"].toInt(),
                   context->saved_data["width"].toInt()},
                  gradient.options(), at::MemoryFormat::ChannelsLast);
    gradient.scalar_type() == at::kBFloat16 ? backwardAll<int16_t>(gradient, which, in)
                                            : backwardAll<int32_t>(gradient, which, in);
    return {in};
  }
};

}  // namespace

bool canReluMaxPool2x2(const at::Tensor& x) {
  const bool type = x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16;
  return type && x.is_cpu() && x.is_contiguous(at::MemoryFormat::ChannelsLast) && x.size(2) >= 2 &&
         x.size(3) >= 2;
}

at::Tensor reluMaxPool2x2(const at::Tensor& x) {
  return ReluMaxPool::apply(x);
}

}  // namespace roentgen
