// From bytes of pixels to the values that a network takes.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace roentgen {

// Of pixels scaled to [0, 1]: (x − mean) / std. One value per channel.
struct Normalization {
  std::vector<double> mean;
  std::vector<double> std;
};

// Throws ERR_INVALID_ARGUMENT where the channels do not fit or a standard deviation is not above 0.
void checkNormalization(const Normalization& normalization, int64_t channels);

// What each byte becomes, on the CPU.
class PixelTable {
 public:
  // `type`: float or double. Throws as checkNormalization.
  PixelTable(const Normalization& normalization, int64_t channels, at::ScalarType type);

  // From planes [C, area] to values [area, C] of the type, the order of NHWC strides.
  void apply(const uint8_t* planes, int64_t area, void* values) const;

 private:
  at::Tensor table_;  // [C, 256]
};

}  // namespace roentgen
