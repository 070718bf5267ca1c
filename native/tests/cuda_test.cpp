// What a build with CUDA is made of, checked also where no GPU is.
#ifdef ROENTGEN_CUDA

#include "core/system.h"
#include "tests/check.h"

#include <ATen/cuda/CUDAContext.h>
#include <ATen/detail/CUDAHooksInterface.h>

namespace roentgen::testing {

TEST("CUDA's headers are of the release that LibTorch was built with") {
  REQUIRE_EQUAL(CUDART_VERSION / 1000, at::detail::getCUDAHooks().versionCUDART() / 1000);
}

TEST("devices are counted as CUDA's runtime counts them") {
  const auto info = systemInfo();
  REQUIRE_EQUAL(info.cudaDevices.size(), static_cast<size_t>(at::cuda::device_count()));
  REQUIRE_EQUAL(info.cuda, at::cuda::is_available());
}

}  // namespace roentgen::testing

#endif
