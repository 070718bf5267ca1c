#include "core/dataset/normalization.h"

#include "core/error.h"

#include <ATen/Functions.h>

#include <algorithm>

namespace roentgen {
namespace {

template <typename T>
void look(const at::Tensor& table, const uint8_t* planes, int64_t area, T* values) {
  const int64_t channels = table.size(0);
  for (int64_t c = 0; c < channels; ++c) {
    const T* lookup = table.const_data_ptr<T>() + c * 256;
    const uint8_t* plane = planes + c * area;
    for (int64_t p = 0; p < area; ++p)
      values[p * channels + c] = lookup[plane[p]];
  }
}

}  // namespace

void checkNormalization(const Normalization& normalization, int64_t channels) {
  const auto count = static_cast<size_t>(channels);
  const auto& [mean, std] = normalization;
  if (mean.size() != count || std.size() != count) {
    throw Error("ERR_INVALID_ARGUMENT",
                text("Expected ", count, " means and standard deviations, received ", mean.size(),
                     " and ", std.size()));
  }
  if (!std::all_of(std.begin(), std.end(), [](double value) { return value > 0; }))
    throw Error("ERR_INVALID_ARGUMENT", "Expected standard deviations above 0");
}

PixelTable::PixelTable(const Normalization& normalization, int64_t channels, at::ScalarType type) {
  checkNormalization(normalization, channels);
  const auto mean = at::tensor(normalization.mean, at::kDouble).view({-1, 1});
  const auto std = at::tensor(normalization.std, at::kDouble).view({-1, 1});
  table_ = ((at::arange(256, at::kDouble).view({1, -1}) / 255 - mean) / std).to(type).contiguous();
}

void PixelTable::apply(const uint8_t* planes, int64_t area, void* values) const {
  if (table_.scalar_type() == at::kDouble) {
    look(table_, planes, area, static_cast<double*>(values));
  } else {
    look(table_, planes, area, static_cast<float*>(values));
  }
}

}  // namespace roentgen
