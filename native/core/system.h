// What the machine and LibTorch can do, and the process-wide settings.
#pragma once

#include <c10/core/Device.h>

#include <string>
#include <vector>

namespace roentgen {

struct SystemInfo {
  std::string torchVersion;       // of the library that is loaded
  std::string torchVersionBuilt;  // of the headers this was built with
  int threads;
  bool cuda;
  std::vector<std::string> cudaDevices;
  bool avx2, avx512, avx512bf16, amxBf16;
};

SystemInfo systemInfo();

// Makes ready for computing on the device. Throws ERR_DEVICE where it is not there.
void requireDevice(at::Device device);

// More than any machine of ours has cores are a mistake.
constexpr int mostThreads = 1024;

// Threads of one operation (LibTorch's intra-op), for all of this process's own threads from their
// next job on. 0 < count <= mostThreads; throws ERR_INVALID_ARGUMENT.
void setThreads(int count);
// Threads of operations that this thread starts; of no other thread. 0 < count.
void useThreads(int count);
// Ends the team that OpenMP keeps for this thread's next operation. While more threads are kept
// than there are cores, waiting ones go to sleep at once instead of spinning for a while, and each
// layer of a network waits until they are awake again: 10 % of a ResNet-18's time.
void releaseTeam();
// OpenMP keeps the number per thread: every thread of ours calls this before it computes.
void applyThreads();

}  // namespace roentgen
