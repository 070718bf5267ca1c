// Memory for large tensors on the CPU, kept and reused instead of returned to the kernel.
//
// A training step allocates and frees tensors of 100 MB. glibc maps each of them anew (a thread's
// own arena holds no piece above 64 MiB, whatever its thresholds), and the page faults cost more
// than the arithmetic.
#pragma once

#include <cstdint>

namespace roentgen {

// Installs the allocator for all CPU tensors of the process, and raises malloc's thresholds for
// what oneDNN allocates by itself. Call once, before the first tensor.
void installAllocator();

struct MemoryUse {
  uint64_t live;    // bytes in large tensors
  uint64_t cached;  // bytes kept for the next ones
};
MemoryUse memoryUse();

// Returns what is cached to the kernel.
void releaseCachedMemory();

}  // namespace roentgen
