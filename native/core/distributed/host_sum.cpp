#include "core/distributed/host_sum.h"

#include "core/error.h"

#include <ATen/Functions.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <sys/mman.h>
#include <thread>
#include <vector>

#ifdef __linux__
#include <fcntl.h>
#include <unistd.h>
#endif

namespace roentgen {
namespace {

constexpr size_t slotBytes = 64 << 10;
// So long a process that waits stays awake; later it looks from time to time.
constexpr auto awake = std::chrono::milliseconds(5);
constexpr auto nap = std::chrono::microseconds(100);

}  // namespace

// One process's, written by it alone. It cannot be two rounds ahead of one that still reads, as
// each round waits for all: so two places are enough.
struct HostSum::Slot {
  alignas(64) std::atomic<uint64_t> round;
  std::atomic<bool> left;
  std::atomic<int64_t> process;
  alignas(64) std::byte values[2][slotBytes];
};

#ifdef __linux__

class HostSum::Memory {
 public:
  // Memory without a name, which ends with the last process that has it.
  static int create(int size) {
    const int file = ::memfd_create("roentgen", MFD_CLOEXEC);
    if (file >= 0 && ::ftruncate(file, static_cast<off_t>(bytes(size))) == 0) return file;
    if (file >= 0) ::close(file);
    return -1;
  }

  static std::unique_ptr<Memory> map(const std::string& path, int size) {
    const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (file < 0) return nullptr;
    void* at = ::mmap(nullptr, bytes(size), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    if (at == MAP_FAILED) return nullptr;
    return std::unique_ptr<Memory>(new Memory(static_cast<Slot*>(at), size));
  }

  ~Memory() { ::munmap(slots_, bytes(size_)); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  Slot& slot(int rank) const { return slots_[rank]; }

 private:
  Memory(Slot* slots, int size) : slots_(slots), size_(size) {}
  static size_t bytes(int size) { return sizeof(Slot) * static_cast<size_t>(size); }

  Slot* slots_;
  int size_;
};

namespace {

// The same for two processes that have one kernel, and one numbering of processes.
int64_t hostKey() {
  std::ifstream boot("/proc/sys/kernel/random/boot_id");
  std::string key;
  std::getline(boot, key);
  std::error_code none;
  key += std::filesystem::read_symlink("/proc/self/ns/pid", none).string();
  return static_cast<int64_t>(std::hash<std::string>{}(key));
}

}  // namespace

std::unique_ptr<HostSum> HostSum::open(const Peers& peers) {
  const int file = peers.rank == 0 ? Memory::create(peers.size) : -1;
  const auto here = std::vector<int64_t>{hostKey(), ::getpid(), file};
  const auto all = peers.gather(at::tensor(here, at::kLong).unsqueeze(0));
  const auto first = all[0];
  std::unique_ptr<Memory> memory;
  if (all.select(1, 0).eq(first[0]).all().item<bool>() && first[2].item<int64_t>() >= 0) {
    memory = Memory::map("/proc/" + std::to_string(first[1].item<int64_t>()) + "/fd/" +
                             std::to_string(first[2].item<int64_t>()),
                         peers.size);
  }
  if (memory) memory->slot(peers.rank).process = ::getpid();
  const bool missing = peers.any(!memory);
  if (file >= 0) ::close(file);
  if (missing) return nullptr;
  return std::unique_ptr<HostSum>(new HostSum(std::move(memory), peers));
}

#else

class HostSum::Memory {
 public:
  Slot& slot(int) const { throw std::logic_error("no shared memory"); }
};

std::unique_ptr<HostSum> HostSum::open(const Peers&) {
  return nullptr;
}

#endif

HostSum::HostSum(std::unique_ptr<Memory> memory, const Peers& peers)
    : memory_(std::move(memory)), rank_(peers.rank), size_(peers.size), timeout_(peers.timeout) {}

HostSum::~HostSum() {
  memory_->slot(rank_).left = true;
}

bool HostSum::takes(const at::Tensor& values) {
  return values.is_cpu() && values.is_contiguous() && values.nbytes() <= slotBytes;
}

void HostSum::sum(const at::Tensor& values) {
  ++round_;
  const auto place = [&](int rank) {
    return at::from_blob(memory_->slot(rank).values[round_ % 2], values.sizes(), values.options());
  };
  place(rank_).copy_(values);
  memory_->slot(rank_).round.store(round_, std::memory_order_release);
  for (int rank = 0; rank < size_; ++rank) {
    await(rank);
    rank == 0 ? values.copy_(place(rank)) : values.add_(place(rank));
  }
}

void HostSum::await(int rank) const {
  const Slot& slot = memory_->slot(rank);
  const auto arrived = [&] { return slot.round.load(std::memory_order_acquire) >= round_; };
  const auto start = std::chrono::steady_clock::now();
  while (!arrived()) {
    const bool left = slot.left.load(std::memory_order_acquire);
    const auto waited = std::chrono::steady_clock::now() - start;
    if (waited < awake && !left) {
      std::this_thread::yield();
      continue;
    }
    const bool gone = left || (::kill(static_cast<pid_t>(slot.process), 0) != 0 && errno == ESRCH);
    // It may have come just before it went.
    if (arrived()) return;
    if (gone) throw std::runtime_error(text("process ", rank, " has ended"));
    if (waited > timeout_) throw std::runtime_error(text("process ", rank, " did not come"));
    std::this_thread::sleep_for(nap);
  }
}

}  // namespace roentgen
