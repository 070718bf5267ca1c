// Sums of small tensors over processes of one host, through memory that they share: microseconds,
// where a message of Gloo's wakes several sleeping threads on its way.
#pragma once

#include <ATen/core/Tensor.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace roentgen {

class HostSum {
 public:
  // What the processes have in common: their place in the group, and how to learn of each other.
  struct Peers {
    int rank;
    int size;
    std::chrono::milliseconds timeout;
    // The rows of all processes, rank 0's first; and whether any process says so.
    std::function<at::Tensor(const at::Tensor&)> gather;
    std::function<bool(bool)> any;
  };

  // All processes call it. Null for all where they are not on one host, or cannot see each other.
  static std::unique_ptr<HostSum> open(const Peers& peers);
  ~HostSum();
  HostSum(const HostSum&) = delete;
  HostSum& operator=(const HostSum&) = delete;

  // Whether it takes such a tensor; the same for all processes.
  static bool takes(const at::Tensor& values);
  // Adds up `values` over all processes, in place and in the order of ranks, so that all come to
  // the same bits. Throws std::runtime_error where another process is gone or does nothing for too
  // long.
  void sum(const at::Tensor& values);

 private:
  struct Slot;
  class Memory;

  HostSum(std::unique_ptr<Memory> memory, const Peers& peers);
  void await(int rank) const;

  std::unique_ptr<Memory> memory_;
  int rank_, size_;
  std::chrono::milliseconds timeout_;
  uint64_t round_ = 0;
};

}  // namespace roentgen
