#include "core/memory.h"

#include "core/error.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#include <bit>
#include <malloc.h>
#include <map>
#include <mutex>
#include <sys/mman.h>
#include <unordered_map>
#include <vector>

namespace roentgen {
namespace {

// Smaller tensors are malloc's: it reuses their memory well.
constexpr size_t smallestBlock = size_t{1} << 20;
constexpr size_t hugePage = size_t{2} << 20;
// Eight classes per power of two waste at most an eighth, and let sizes of one network meet again.
size_t classSize(size_t bytes) {
  const size_t step = std::max(std::bit_floor(bytes) / 8, hugePage);
  return (bytes + step - 1) / step * step;
}

class CachingAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override {
    if (bytes < smallestBlock) return fallback_.allocate(bytes);
    void* data = take(classSize(bytes));
    return {data, data, &CachingAllocator::release, c10::Device(c10::kCPU)};
  }
  // oneDNN's buffers come and go as bare pointers, so the pointer alone must tell whose it is.
  c10::DeleterFnPtr raw_deleter() const override { return &CachingAllocator::release; }
  void copy_data(void* destination, const void* source, size_t bytes) const override {
    default_copy_data(destination, source, bytes);
  }

  MemoryUse use() {
    const std::lock_guard lock(mutex_);
    return {live_, cached_};
  }

  void empty() {
    const std::lock_guard lock(mutex_);
    shrink(0);
    peak_ = live_;
  }

  // Never destroyed: tensors in statics outlive everything.
  static CachingAllocator& instance() {
    static auto* allocator = new CachingAllocator;
    return *allocator;
  }

 private:
  static void release(void* data) {
    if (!instance().give(data)) instance().fallback_.raw_deleter()(data);
  }

  void* take(size_t size) {
    const std::lock_guard lock(mutex_);
    live_ += size;
    peak_ = std::max(peak_, live_);
    auto& free = free_[size];
    if (!free.empty()) {
      void* data = free.back();
      free.pop_back();
      cached_ -= size;
      sizes_[data] = size;
      return data;
    }
    void* data = map(size);
    if (data == MAP_FAILED) {
      shrink(0);
      data = map(size);
    }
    if (data == MAP_FAILED) {
      live_ -= size;
      throw Error("ERR_OUT_OF_MEMORY", text("Memory ran out: ", size >> 20,
                                            " MiB more were needed; use a smaller batch"));
    }
    sizes_[data] = size;
    return data;
  }

  // False for memory that is not from here.
  bool give(void* data) {
    const std::lock_guard lock(mutex_);
    const auto found = sizes_.find(data);
    if (found == sizes_.end()) return false;
    const size_t size = found->second;
    sizes_.erase(found);
    live_ -= size;
    cached_ += size;
    free_[size].push_back(data);
    // The sizes of a step do not all live at once, so their sum passes the peak; twice holds them
    // all, and still returns what an earlier, larger network left behind.
    if (cached_ > 2 * peak_) shrink(2 * peak_);
    return true;
  }

  // Fewer and larger pages: 512 times fewer faults at first use, and fewer misses in the TLB.
  static void* map(size_t size) {
    void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data != MAP_FAILED) ::madvise(data, size, MADV_HUGEPAGE);
    return data;
  }

  // Unmaps cached blocks, the largest first, until `target` bytes are left.
  void shrink(uint64_t target) {
    for (auto free = free_.rbegin(); free != free_.rend(); ++free) {
      auto& [size, blocks] = *free;
      while (cached_ > target && !blocks.empty()) {
        ::munmap(blocks.back(), size);
        blocks.pop_back();
        cached_ -= size;
      }
    }
  }

  c10::Allocator& fallback_ = *c10::GetDefaultCPUAllocator();
  std::mutex mutex_;
  std::map<size_t, std::vector<void*>> free_;  // by size
  std::unordered_map<void*, size_t> sizes_;    // of what is live
  uint64_t live_ = 0;
  uint64_t cached_ = 0;
  uint64_t peak_ = 0;
};

}  // namespace

void installAllocator() {
  // The largest threshold that glibc takes; more is refused, and its own adaptation would stop too
  // late.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 512 << 20);
  // Above the priority of the default (0).
  c10::SetCPUAllocator(&CachingAllocator::instance(), 1);
}

MemoryUse memoryUse() {
  return CachingAllocator::instance().use();
}

void releaseCachedMemory() {
  CachingAllocator::instance().empty();
}

}  // namespace roentgen
