// How many images of a batch fit into a device's memory.
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <functional>

namespace roentgen {

// Bytes of a device's memory.
struct MemoryMeter {
  std::function<void()> restart;       // of the peak
  std::function<int64_t()> used;       // by tensors now
  std::function<int64_t()> peak;       // most of it since the restart
  std::function<int64_t()> available;  // beyond what is used
};

// Of an accelerator.
MemoryMeter memoryMeter(c10::Device device);

// The most images for which `pass`, called with their number, fits into what is available, as two
// small batches foretell: about right, since memory grows with the images but for what a pass takes
// once. 0 where not even these fit.
int64_t largestBatch(const std::function<void(int64_t)>& pass, const MemoryMeter& meter);

}  // namespace roentgen
