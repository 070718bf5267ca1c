// The epoch: batches in a seeded order, forward, loss, backward, update.
#pragma once

#include "core/cancellation.h"
#include "core/dataset/selection.h"
#include "core/distributed/gradients.h"
#include "core/distributed/group.h"
#include "core/error.h"
#include "core/inference/evaluate.h"
#include "core/inference/feature_cache.h"
#include "core/loss.h"
#include "core/network/network.h"
#include "core/network/working_weights.h"
#include "core/progress.h"
#include "core/training/average.h"
#include "core/training/batches.h"
#include "core/training/optimizer.h"
#include "core/training/recorded_steps.h"

#include <ATen/core/Generator.h>
#include <c10/core/Stream.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace roentgen {

struct TrainerOptions {
  LossOptions loss;
  OptimizerOptions optimizer;
  Augmentation augmentation;
  int64_t accumulation = 1;             // batches whose gradients make one update
  double averageDecay = 0;              // of the moving average of the weights; 0 is none
  at::ScalarType compute = at::kFloat;  // float, bfloat16, or double (for comparisons)
  at::Device device = at::kCPU;
  Normalization normalization;
  uint64_t seed = 0;
  std::shared_ptr<Group> group = nullptr;  // of processes that train together; null for one alone
};

struct EpochOptions {
  int64_t epoch = 0, batchSize = 32;
  std::vector<double> learningRates;  // one for each batch, or one for all
  int64_t updates = 0;                // after so many the call returns; 0: at the end of the epoch
};

// Of the epoch so far.
struct EpochStatistics {
  double loss, accuracy;  // accuracy is NaN for reconstruction
  int64_t samples, step, steps;
  double seconds;
  std::vector<float> losses;  // of each batch of this call
};

// Sums over the steps of an epoch, and where it stands.
struct EpochPosition {
  int64_t epoch = 0, step = 0;  // steps done
  double loss = 0;              // each step's mean times its samples
  int64_t correct = 0, samples = 0;
  double seconds = 0;
};

// In a group every process must make the same calls in the same order, with the same arguments but
// for what only one of them is asked: each takes its part of every batch, and all come to the same
// weights, those that one process alone would come to.
class Trainer {
 public:
  // Moves the network to the device. Throws ERR_DEVICE or ERR_INVALID_ARGUMENT.
  Trainer(std::shared_ptr<Network> network, const TrainerOptions& options);

  // One pass over the selection in an order drawn from (seed, epoch), with updates. An update takes
  // the learning rate of its last batch.
  // Once cancelled it stops after a whole update and throws ABORT_ERR; the same call goes on from
  // there. So it does after as many updates as were asked for, and after `save` and `load`; where
  // the epoch was done, to the end at once.
  // Throws ERR_DIVERGED with the step where the loss is not finite, and ERR_OUT_OF_MEMORY with the
  // largest batch that a device's memory has room for. In a group one that is
  // cancelled stops all.
  EpochStatistics epoch(Dataset& dataset, const Selection& selection, const EpochOptions& options,
                        const Cancellation& cancellation, const ProgressCallback& progress);

  // As the function of this name, with what is known of the frozen layers.
  Outputs evaluate(Dataset& dataset, const Selection& selection, EvaluationOptions options,
                   const Cancellation& cancellation, const ProgressCallback& progress);

  // Puts the averaged weights into the network; a second call brings the trained ones back.
  // Throws ERR_INVALID_ARGUMENT where no average is kept.
  void exchangeAverage();

  // Every process of the group gets the state of the first: weights, moments, average and position.
  void share();

  // Weights, moments, average, random state and the position within the epoch: all that an exact
  // continuation needs. In a group, where random numbers come from seed, step and rank, for one
  // process to call.
  void save(const std::string& path, const std::map<std::string, std::string>& metadata) const;
  std::map<std::string, std::string> load(const std::string& path);

  Network& network() { return *network_; }

 private:
  // Classes that labels can name; 0 for reconstruction.
  int64_t classes() const;
  // Null where every image must go through the whole network: no layer is frozen, images change
  // from epoch to epoch, or their features would take too much memory.
  FeatureCache* features(Dataset& dataset);
  // Makes `gradients_` or `recorded_` for what is trained now, from layer `first` on.
  void follow(size_t first);
  // A step of a batch whose loss counts by `share`, from layer `first` on. `complete`: with an
  // update.
  StepFigures step(const Batch& batch, size_t first, double share, bool complete);
  void backward(const at::Tensor& loss) const;
  // After a step for which the device's memory was too small; from layer `first` on.
  Error tooLarge(int64_t images, size_t first);
  // Of this process's part of a batch, those of the whole. `share`: the part's of the loss.
  void total(StepFigures& figures, double share) const;
  // All tensors of the state, in the same order in all processes.
  StateDictionary tensors() const;

  std::shared_ptr<Network> network_;
  TrainerOptions options_;
  Optimizer optimizer_;
  std::optional<WeightAverage> average_;
  at::Generator generator_;  // draws dropout masks
  EpochPosition position_;   // of the last epoch
  bool continues_ = false;   // whether that epoch was left early, or comes from a file
  std::optional<FeatureCache> features_;
  std::optional<GradientMean> gradients_;  // in a group
  PeerSum peerSum_;                        // in a group
  std::optional<WorkingWeights> working_;  // in bfloat16, but in a group
  // Where the device can record steps: the stream that all of them are on, and the steps of `of`.
  struct RecordedTraining {
    std::vector<State> of;
    size_t first;
    c10::Stream stream;
    RecordedSteps steps;
  };
  std::optional<RecordedTraining> recorded_;
};

}  // namespace roentgen
