#include "core/dataset/statistics.h"

#include "core/error.h"

#include <array>
#include <cmath>

namespace roentgen {

Normalization measure(const Dataset& dataset, const std::vector<int32_t>& positions) {
  if (positions.empty()) throw Error("ERR_INVALID_ARGUMENT", "There are no images to measure");
  const at::Tensor& images = dataset.images();
  const auto channels = static_cast<size_t>(images.size(1));
  const int64_t area = images.size(2) * images.size(3);
  std::vector<std::array<uint64_t, 256>> counts(channels);
  for (const int32_t position : positions) {
    if (position < 0 || position >= dataset.size()) {
      throw Error("ERR_INVALID_ARGUMENT",
                  text("Position ", position, " is outside the dataset's ", dataset.size()));
    }
    const auto* pixels =
        images.const_data_ptr<uint8_t>() + position * static_cast<int64_t>(channels) * area;
    for (auto& channel : counts) {
      for (int64_t i = 0; i < area; ++i)
        ++channel[*pixels++];
    }
  }
  Normalization measured;
  const double pixels = static_cast<double>(positions.size()) * static_cast<double>(area);
  for (const auto& channel : counts) {
    double sum = 0, squares = 0;
    for (size_t value = 0; value < channel.size(); ++value) {
      const double x = static_cast<double>(value) / 255,
                   count = static_cast<double>(channel[value]);
      sum += count * x;
      squares += count * x * x;
    }
    const double mean = sum / pixels;
    measured.mean.push_back(mean);
    measured.std.push_back(std::sqrt(std::max(squares / pixels - mean * mean, 0.0)));
  }
  return measured;
}

}  // namespace roentgen
