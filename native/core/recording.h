// Work on an accelerator that is recorded once and replayed.
//
// A small batch takes a GPU less time than its hundreds of kernels take the CPU to launch; a replay
// launches them all at once.
#pragma once

#include <ATen/core/Generator.h>
#include <c10/core/Device.h>
#include <c10/core/Stream.h>

#include <functional>
#include <memory>

namespace roentgen {

// The first runs choose algorithms and allocate workspaces, which must not happen in a recording.
inline constexpr int warmUpRuns = 3;

class Recording {
 public:
  // Whether work on this device can be recorded at all; random draws need CUDA's own headers.
  static bool possible(c10::Device device, bool draws);

  // A stream on which work can be recorded.
  static c10::Stream stream(c10::Device device);

  // Records `work`, which is not done by that, on the current stream, where it must have run
  // before. It must read and write the same memory every time. `draws`, where there is one, is
  // what it draws random numbers from. Throws c10::Error for what cannot be recorded.
  explicit Recording(const std::function<void()>& work, const at::Generator* draws = nullptr);
  ~Recording();

  // Does it, on the current stream.
  void replay();

 private:
  struct Graph;

  std::unique_ptr<Graph> graph_;
};

}  // namespace roentgen
