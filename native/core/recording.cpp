#include "core/recording.h"

#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>

// CUDA's own class registers generators, which the one for all accelerators does not.
#ifdef ROENTGEN_CUDA
#include <ATen/cuda/CUDAGraph.h>
#elif __has_include(<ATen/accelerator/Graph.h>)
#include <ATen/accelerator/Graph.h>
#endif

namespace roentgen {

// Other threads may go on allocating during a recording.
#ifdef ROENTGEN_CUDA
struct Recording::Graph {
  void begin(const at::Generator* draws) {
    if (draws) graph.register_generator_state(*draws);
    graph.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
  }
  at::cuda::CUDAGraph graph;
};

bool Recording::possible(c10::Device device, bool) {
  return device.is_cuda();
}
#elif __has_include(<ATen/accelerator/Graph.h>)
struct Recording::Graph {
  void begin(const at::Generator*) {
    graph.capture_begin({0, 0}, at::GraphCaptureMode::ThreadLocal);
  }
  at::accelerator::Graph graph;
};

bool Recording::possible(c10::Device device, bool draws) {
  return !draws && at::has_graph_impl(device.type());
}
#else
struct Recording::Graph {
  void begin(const at::Generator*) {}
  struct {
    void capture_end() {}
    void replay() {}
  } graph;
};

bool Recording::possible(c10::Device, bool) {
  return false;
}
#endif

c10::Stream Recording::stream(c10::Device device) {
  return c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device);
}

Recording::Recording(const std::function<void()>& work, const at::Generator* draws)
    : graph_(std::make_unique<Graph>()) {
  graph_->begin(draws);
  try {
    work();
  } catch (...) {
    // The stream would stay in recording; the error that ended it is the one that counts.
    try {
      graph_->graph.capture_end();
    } catch (const std::exception&) {
    }
    throw;
  }
  graph_->graph.capture_end();
}

Recording::~Recording() = default;

void Recording::replay() {
  graph_->graph.replay();
}

}  // namespace roentgen
