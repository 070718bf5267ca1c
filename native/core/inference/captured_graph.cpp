#include "core/inference/captured_graph.h"

#include "core/recording.h"

#include <ATen/DeviceAccelerator.h>
#include <ATen/Functions.h>
#include <c10/core/StreamGuard.h>
#include <c10/util/Exception.h>

#include <bit>
#include <optional>
#include <utility>

namespace roentgen {
namespace {

// Larger batches keep a GPU busy without a recording, and each recording holds memory of its own.
constexpr int64_t largestBatch = 64;

}  // namespace

class CapturedGraphs::Graph {
 public:
  // Records `pass` for as many rows as `input` has.
  Graph(at::Tensor input, const Pass& pass)
      : stream_(Recording::stream(input.device())), input_(std::move(input)) {
    // Weights may still be on their way, on another stream.
    at::accelerator::synchronizeDevice(input_.device().index());
    const c10::StreamGuard guard(stream_);
    input_.zero_();
    for (int i = 0; i < warmUpRuns; ++i)
      pass(input_);
    stream_.synchronize();
    recording_.emplace([&] { output_ = pass(input_); });
  }

  at::Tensor run(const at::Tensor& x) {
    const c10::StreamGuard guard(stream_);
    // What is left in the other rows does not matter: rows do not see each other.
    input_.narrow(0, 0, x.size(0)).copy_(x);
    recording_->replay();
    return output_.narrow(0, 0, x.size(0)).to(at::kCPU, at::kFloat);
  }

 private:
  c10::Stream stream_;
  at::Tensor input_, output_;
  std::optional<Recording> recording_;
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
  if (x.size(0) > largestBatch || !Recording::possible(options_.device(), /*draws=*/false))
    return nullptr;
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
