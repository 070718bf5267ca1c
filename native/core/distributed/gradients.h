// The mean of gradients over a group, taken while they are still computed: as soon as the last ones
// of a bucket are there, it is on its way to the others (c10d's Reducer, which is PyTorch's DDP).
#pragma once

#include "core/distributed/group.h"
#include "core/network/layer.h"

#include <memory>
#include <vector>

namespace c10d {
class Reducer;
class Logger;
}  // namespace c10d

namespace roentgen {

class GradientMean {
 public:
  // Of `parameters`, all of which every backward pass must reach. They need gradients.
  GradientMean(std::shared_ptr<Group> group, const std::vector<State>& parameters);
  ~GradientMean();

  // Whether it is made for these, and no others.
  bool covers(const std::vector<State>& parameters) const;

  // Before each forward pass.
  void beforeForward();
  // Before the backward pass whose gradients, with those that have gathered, make an update.
  // Without it they stay with this process, and gather.
  void beforeBackward();

 private:
  std::shared_ptr<Group> group_;
  std::vector<at::Tensor> parameters_;
  std::shared_ptr<c10d::Reducer> reducer_;
  std::shared_ptr<c10d::Logger> logger_;
};

}  // namespace roentgen
