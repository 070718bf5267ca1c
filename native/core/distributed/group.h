// The processes that train one network together, over LibTorch's own c10d: Gloo on the CPU, NCCL on
// CUDA devices.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/intrusive_ptr.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace c10d {
class ProcessGroup;
}

namespace roentgen {

class HostSum;

struct GroupOptions {
  std::string address;  // of the host where processes find each other
  uint16_t port = 0;
  int rank = 0;         // 0 … size − 1
  int size = 1;         // processes
  bool hosted = false;  // whether the launcher has the store; else rank 0 opens it
  std::string name;     // keeps groups apart that use one store, as one attempt after another
  std::chrono::milliseconds timeout{600'000};  // for the others to come, and for each operation
};

// Every process must call the same operations in the same order. All throw ERR_PEER where another
// process is gone or does nothing for too long; the group is of no use after that.
class Group {
 public:
  // Waits for all processes.
  static std::shared_ptr<Group> join(const GroupOptions& options);
  ~Group();
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  int rank() const { return options_.rank; }
  int size() const { return options_.size; }

  // Adds up `values` over all processes, in place.
  void sum(const at::Tensor& values) const;
  // Every process gets rank 0's values, in place.
  void broadcast(const at::Tensor& values) const;
  // The rows of all processes [N, …], rank 0's first. Their numbers may differ.
  at::Tensor gather(const at::Tensor& rows) const;
  // Whether any process says so.
  bool any(bool here) const;

  // What c10d's errors come to where they tell of another process.
  void guard(const std::function<void()>& work) const;
  const c10::intrusive_ptr<c10d::ProcessGroup>& handle() const { return handle_; }

 private:
  explicit Group(const GroupOptions& options);

  GroupOptions options_;
  c10::intrusive_ptr<c10d::ProcessGroup> handle_;
  std::unique_ptr<HostSum> host_;  // where all processes are on one
};

}  // namespace roentgen
