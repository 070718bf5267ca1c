// The epoch: batches in a seeded order, forward, loss, backward, update.
#pragma once

#include "core/cancellation.h"
#include "core/dataset/batch.h"
#include "core/dataset/selection.h"
#include "core/loss.h"
#include "core/network/network.h"
#include "core/progress.h"
#include "core/training/optimizer.h"

#include <ATen/core/Generator.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace roentgen {

struct TrainerOptions {
  Loss loss = Loss::crossEntropy;
  OptimizerOptions optimizer;
  at::ScalarType compute = at::kFloat;  // float, bfloat16, or double (for comparisons)
  at::Device device = at::kCPU;
  Normalization normalization;
  uint64_t seed = 0;
};

struct EpochStatistics {
  double loss, accuracy;  // accuracy is NaN for reconstruction
  int64_t samples, steps;
  double seconds;
};

class Trainer {
 public:
  // Moves the network to the device. Throws ERR_DEVICE or ERR_INVALID_ARGUMENT.
  Trainer(std::shared_ptr<Network> network, const TrainerOptions& options);

  // One pass over the selection in an order drawn from (seed, epoch), with updates.
  // Throws ERR_DIVERGED with the step where the loss is not finite, ABORT_ERR once cancelled.
  EpochStatistics epoch(Dataset& dataset, const Selection& selection, int64_t epoch,
                        int64_t batchSize, double learningRate, const Cancellation& cancellation,
                        const ProgressCallback& progress);

  // Weights, moments and random state: all that an exact continuation needs.
  void save(const std::string& path, const std::map<std::string, std::string>& metadata) const;
  std::map<std::string, std::string> load(const std::string& path);

  Network& network() { return *network_; }

 private:
  at::Tensor labelsOf(const Selection& selection, std::span<const int32_t> order) const;

  std::shared_ptr<Network> network_;
  TrainerOptions options_;
  Optimizer optimizer_;
  at::Generator generator_;  // draws dropout masks
};

}  // namespace roentgen
