#include "core/inference/pooling.h"

#include "core/clones.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace roentgen {
namespace {

// bfloat16 as its bits, the upper half of a float's.
using Half = uint16_t;

inline float number(float value) {
  return value;
}
inline float number(Half bits) {
  return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

// The part of a window that lies inside: from its first to behind its last place.
struct Span {
  int64_t first, end;
};
inline Span window(int64_t place, int64_t stride, int64_t before, int64_t kernel, int64_t size) {
  const int64_t start = place * stride - before;
  return {std::max<int64_t>(start, 0), std::min(start + kernel, size)};
}

template <typename T>
[[gnu::always_inline]] inline void keepLargest(T* __restrict largest, const T* __restrict values,
                                               int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const float value = number(values[i]);
    const bool take = value > number(largest[i]) || value != value;
    largest[i] = take ? values[i] : largest[i];
  }
}

struct Rows {
  int64_t channels, width, outWidth, kernel, stride, left;
};

// One row of output from `count` rows of input: first over these, then along the row that is left.
template <typename T>
[[gnu::always_inline]] inline void poolRow(const T* in, int64_t count, T* largest, T* out,
                                           const Rows& r) {
  const int64_t row = r.width * r.channels;
  std::copy_n(in, row, largest);
  for (int64_t h = 1; h < count; ++h)
    keepLargest(largest, in + h * row, row);
  for (int64_t place = 0; place < r.outWidth; ++place, out += r.channels) {
    const auto [first, end] = window(place, r.stride, r.left, r.kernel, r.width);
    std::copy_n(largest + first * r.channels, r.channels, out);
    for (int64_t w = first + 1; w < end; ++w)
      keepLargest(out, largest + w * r.channels, r.channels);
  }
}

template <typename T>
[[gnu::always_inline]] inline void addRow(const T* in, int64_t width, float* sum,
                                          int64_t channels) {
  for (int64_t w = 0; w < width; ++w, in += channels) {
    for (int64_t c = 0; c < channels; ++c)
      sum[c] += number(in[c]);
  }
}

// A template cannot be cloned, so each type has its own pair.
ROENTGEN_CLONES void pool(const float* in, int64_t count, float* largest, float* out, Rows r) {
  poolRow(in, count, largest, out, r);
}
ROENTGEN_CLONES void pool(const Half* in, int64_t count, Half* largest, Half* out, Rows r) {
  poolRow(in, count, largest, out, r);
}
ROENTGEN_CLONES void add(const float* in, int64_t width, float* sum, int64_t channels) {
  addRow(in, width, sum, channels);
}
ROENTGEN_CLONES void add(const Half* in, int64_t width, float* sum, int64_t channels) {
  addRow(in, width, sum, channels);
}

template <typename T>
void poolAll(const at::Tensor& x, const Pool2d& settings, at::Tensor& out) {
  const Rows rows{x.size(1),          x.size(3),          out.size(3),
                  settings.kernel[1], settings.stride[1], settings.padding.left};
  const int64_t height = x.size(2), outHeight = out.size(2);
  const int64_t row = rows.width * rows.channels;
  const auto* source = static_cast<const T*>(x.const_data_ptr());
  auto* target = static_cast<T*>(out.mutable_data_ptr());
  at::parallel_for(0, out.size(0) * outHeight, 1, [&](int64_t begin, int64_t end) {
    std::vector<T> largest(static_cast<size_t>(row));
    for (int64_t i = begin; i < end; ++i) {
      const auto [first, last] = window(i % outHeight, settings.stride[0], settings.padding.top,
                                        settings.kernel[0], height);
      pool(source + (i / outHeight * height + first) * row, last - first, largest.data(),
           target + i * rows.outWidth * rows.channels, rows);
    }
  });
}

template <typename T>
void averageAll(const at::Tensor& x, at::Tensor& out) {
  const int64_t channels = x.size(1);
  const auto area = static_cast<float>(x.size(2) * x.size(3));
  const auto* row = static_cast<const T*>(x.const_data_ptr());
  auto* mean = out.mutable_data_ptr<float>();
  // Row by row, so that long sums stay exact.
  std::vector<float> sum(static_cast<size_t>(channels));
  for (int64_t n = 0; n < x.size(0); ++n, mean += channels) {
    std::fill_n(mean, channels, 0.0F);
    for (int64_t h = 0; h < x.size(2); ++h) {
      std::fill(sum.begin(), sum.end(), 0.0F);
      add(row, x.size(3), sum.data(), channels);
      add(sum.data(), 1, mean, channels);
      row += x.size(3) * channels;
    }
    for (int64_t c = 0; c < channels; ++c)
      mean[c] /= area;
  }
}

bool isOurs(const at::Tensor& x) {
  const bool type = x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16;
  return type && x.is_cpu() && x.is_contiguous(at::MemoryFormat::ChannelsLast);
}

int64_t places(int64_t size, int64_t padding, int64_t kernel, int64_t stride) {
  return (size + padding - kernel) / stride + 1;
}

}  // namespace

at::Tensor maxPool(const at::Tensor& x, const Pool2d& pool) {
  if (!isOurs(x)) return Pool2d(pool).forward(x, {});
  const Padding& p = pool.padding;
  at::Tensor out = at::empty(
      {x.size(0), x.size(1), places(x.size(2), p.top + p.bottom, pool.kernel[0], pool.stride[0]),
       places(x.size(3), p.left + p.right, pool.kernel[1], pool.stride[1])},
      x.options(), at::MemoryFormat::ChannelsLast);
  x.scalar_type() == at::kFloat ? poolAll<float>(x, pool, out) : poolAll<Half>(x, pool, out);
  return out;
}

at::Tensor globalAverage(const at::Tensor& x) {
  if (!isOurs(x)) return x.mean({2, 3});
  at::Tensor out = at::empty({x.size(0), x.size(1)}, at::kFloat);
  x.scalar_type() == at::kFloat ? averageAll<float>(x, out) : averageAll<Half>(x, out);
  return out;
}

}  // namespace roentgen
