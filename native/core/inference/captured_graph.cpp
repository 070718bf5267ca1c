#include "core/inference/captured_graph.h"

#include <ATen/DeviceAccelerator.h>
#include <ATen/Functions.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>

#if defined(ROENTGEN_CUDA) && !__has_include(<ATen/accelerator/Graph.h>)
#include <ATen/cuda/CUDAGraph.h>
#endif

#include <bit>
#include <utility>

namespace roentgen {
namespace {

// Larger batches keep a GPU busy without a recording, and each recording holds memory of its own.
constexpr int64_t largestBatch = 64;
// The first passes choose algorithms and allocate workspaces, which must not happen in a recording.
constexpr int warmUps = 3;

// LibTorch 2.11 has recordings of CUDA alone, and those behind CUDA's headers. Other threads may go
// on allocating during one.
#if __has_include(<ATen/accelerator/Graph.h>)
using Recording = at::accelerator::Graph;
bool canRecord(at::DeviceType type) {
  return at::has_graph_impl(type);
}
void begin(Recording& recording) {
  recording.capture_begin({0, 0}, at::GraphCaptureMode::ThreadLocal);
}
#elif defined(ROENTGEN_CUDA)
using Recording = at::cuda::CUDAGraph;
bool canRecord(at::DeviceType type) {
  return type == at::kCUDA;
}
void begin(Recording& recording) {
  recording.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
}
#else
struct Recording {
  void capture_end() {}
  void replay() {}
};
bool canRecord(at::DeviceType) {
  return false;
}
void begin(Recording&) {}
#endif

}  // namespace

class CapturedGraphs::Graph {
 public:
  // Records `pass` for as many rows as `input` has.
  Graph(at::Tensor input, const Pass& pass)
      : stream_(c10::impl::VirtualGuardImpl(input.device().type())
                    .getStreamFromGlobalPool(input.device())),
        input_(std::move(input)) {
    // Weights may still be on their way, on another stream.
    at::accelerator::synchronizeDevice(input_.device().index());
    const c10::StreamGuard guard(stream_);
    input_.zero_();
    for (int i = 0; i < warmUps; ++i)
      pass(input_);
    stream_.synchronize();
    begin(graph_);
    try {
      output_ = pass(input_);
    } catch (...) {
      abandon();
      throw;
    }
    graph_.capture_end();
  }

  at::Tensor run(const at::Tensor& x) {
    const c10::StreamGuard guard(stream_);
    // What is left in the other rows does not matter: rows do not see each other.
    input_.narrow(0, 0, x.size(0)).copy_(x);
    graph_.replay();
    return output_.narrow(0, 0, x.size(0)).to(at::kCPU, at::kFloat);
  }

 private:
  // The stream would stay in recording; the error that ended it is the one that counts.
  void abandon() noexcept {
    try {
      graph_.capture_end();
    } catch (const std::exception&) {
    }
  }

  c10::Stream stream_;
  at::Tensor input_, output_;
  Recording graph_;
};

CapturedGraphs::CapturedGraphs(const at::TensorOptions& options, Pass pass)
    : options_(options), pass_(std::move(pass)) {}

CapturedGraphs::~CapturedGraphs() = default;

at::Tensor CapturedGraphs::run(const at::Tensor& x) {
  const std::lock_guard lock(mutex_);
  if (Graph* graph = find(x)) return graph->run(x);
  return pass_(x.to(options_)).to(at::kCPU, at::kFloat);
}

CapturedGraphs::Graph* CapturedGraphs::find(const at::Tensor& x) {
  if (x.size(0) > largestBatch || !canRecord(options_.device().type())) return nullptr;
  // Few recordings serve all sizes: each batch is padded to the next power of two.
  auto sizes = x.sizes().vec();
  sizes[0] = static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(x.size(0))));
  const auto [found, added] = graphs_.try_emplace(sizes[0]);
  if (added) {
    try {
      auto input = at::empty(sizes, options_, at::MemoryFormat::ChannelsLast);
      found->second = std::make_unique<Graph>(std::move(input), pass_);
    } catch (const c10::Error&) {
      // An operation that cannot be recorded: what fails without recording too will say so itself.
    }
  }
  return found->second.get();
}

}  // namespace roentgen
