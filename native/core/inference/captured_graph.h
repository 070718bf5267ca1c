// A forward pass on an accelerator, recorded once for each of a few batch sizes and replayed.
//
// A small batch takes a GPU less time than its hundreds of kernels take the CPU to launch; a replay
// launches them all at once.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

namespace roentgen {

class CapturedGraphs {
 public:
  // Must give the same for the same input, and depend on nothing else.
  using Pass = std::function<at::Tensor(const at::Tensor&)>;

  // `options`: device and type that `pass` takes its input in.
  CapturedGraphs(const at::TensorOptions& options, Pass pass);
  ~CapturedGraphs();

  // x: [N, C, H, W] on the CPU; C, H and W are the same in every call. Returns float rows on the
  // CPU. Callers wait for each other. What cannot be recorded runs layer by layer.
  at::Tensor run(const at::Tensor& x);

 private:
  class Graph;

  // Null where a batch of this size cannot be recorded.
  Graph* find(const at::Tensor& x);

  at::TensorOptions options_;
  Pass pass_;
  std::mutex mutex_;
  std::map<int64_t, std::unique_ptr<Graph>> graphs_;  // by batch size
};

}  // namespace roentgen
