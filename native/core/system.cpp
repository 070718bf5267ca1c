#include "core/system.h"

#include "core/error.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <torch/headeronly/version.h>

#include <atomic>
#include <cstdint>
#include <omp.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

// The only function of LibTorch that tells the version of the library itself, not of its headers
// (torch/csrc/inductor/aoti_torch/c/shim.h, which drags in far more).
extern "C" uint64_t aoti_torch_abi_version();

namespace roentgen {
namespace {

// 0: as LibTorch chooses, that is OMP_NUM_THREADS or the number of cores.
std::atomic<int> wantedThreads{0};

std::string loadedVersion() {
  const uint64_t version = aoti_torch_abi_version();
  return text(version >> 56, ".", (version >> 48) & 255, ".", (version >> 40) & 255);
}

#if defined(__x86_64__)
// Intel SDM: CPUID leaf 7, sub-leaf 0, EDX bit 22.
bool hasAmxBf16() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d >> 22 & 1);
}
#endif

}  // namespace

SystemInfo systemInfo() {
  SystemInfo info{};
  info.torchVersionBuilt = TORCH_VERSION;
  info.torchVersion = loadedVersion();
  info.threads = wantedThreads > 0 ? wantedThreads.load() : at::get_num_threads();
  info.cuda = at::hasCUDA();
  if (info.cuda) {
    const int count = at::detail::getCUDAHooks().getNumGPUs();
    for (int i = 0; i < count; ++i)
      info.cudaDevices.push_back(text("cuda:", i));
    info.cuda = count > 0;
  }
#if defined(__x86_64__)
  info.avx2 = __builtin_cpu_supports("avx2");
  info.avx512 = __builtin_cpu_supports("avx512f");
  info.avx512bf16 = __builtin_cpu_supports("avx512bf16");
  info.amxBf16 = hasAmxBf16();
#endif
  return info;
}

void requireDevice(at::Device device) {
  if (device.is_cuda() && !at::hasCUDA()) {
    throw Error("ERR_DEVICE",
                "No CUDA device was found: use the CPU, or run setup with --cuda on a GPU machine");
  }
  // cuDNN tries its algorithms once for each shape; shapes come again and again here.
  if (device.is_cuda()) at::globalContext().setBenchmarkCuDNN(true);
}

void setThreads(int count) {
  if (count < 1 || count > mostThreads) {
    throw Error("ERR_INVALID_ARGUMENT",
                text("Expected a number of threads from 1 to ", mostThreads, ", received ", count));
  }
  wantedThreads = count;
}

void applyThreads() {
  const int count = wantedThreads;
  if (count > 0 && at::get_num_threads() != count) at::set_num_threads(count);
}

void useThreads(int count) {
  // ATen sets up a thread when it is first asked, by a number for the whole process that
  // at::set_num_threads would change: threads of others would start with ours.
  const int before = at::get_num_threads();
  if (count < before) releaseTeam();
  if (count != before) omp_set_num_threads(count);
}

void releaseTeam() {
  omp_pause_resource_all(omp_pause_soft);
}

}  // namespace roentgen
