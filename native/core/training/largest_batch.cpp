#include "core/training/largest_batch.h"

#include <ATen/DeviceAccelerator.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/util/Exception.h>

#include <algorithm>

namespace roentgen {
namespace {

constexpr int64_t few = 2, more = 4;  // images
// The allocator's pieces do not fill all of the memory.
constexpr double usable = 0.95;

}  // namespace

MemoryMeter memoryMeter(c10::Device device) {
  const auto index = device.index();
  const auto allocated = [index] {
    const auto stats = at::accelerator::getDeviceStats(index);
    return stats.allocated_bytes[static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE)];
  };
  return {.restart = [index] { at::accelerator::resetPeakStats(index); },
          .used = [allocated] { return allocated().current; },
          .peak = [allocated] { return allocated().peak; },
          .available =
              [index] {
                at::accelerator::emptyCache();
                return static_cast<int64_t>(at::accelerator::getMemoryInfo(index).first);
              }};
}

int64_t largestBatch(const std::function<void(int64_t)>& pass, const MemoryMeter& meter) {
  const auto cost = [&](int64_t images) {
    meter.restart();
    const int64_t before = meter.used();
    pass(images);
    return static_cast<double>(meter.peak() - before);
  };
  try {
    // The first pass chooses algorithms, which takes memory of its own.
    pass(few);
    const double small = cost(few), large = cost(more);
    const double perImage = std::max(1.0, (large - small) / (more - few));
    const double once = small - few * perImage;
    const double room = usable * static_cast<double>(meter.available()) - once;
    return std::max<int64_t>(0, static_cast<int64_t>(room / perImage));
  } catch (const c10::OutOfMemoryError&) {
    return 0;
  }
}

}  // namespace roentgen
