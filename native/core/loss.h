// The losses by name, on float logits, with the weights and targets that imbalance calls for.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace roentgen {

enum class Loss { crossEntropy, binaryCrossEntropy, meanSquaredError };

// Throws ERR_INVALID_ARGUMENT for an unknown name.
Loss lossByName(const std::string& name);

struct LossOptions {
  Loss kind = Loss::crossEntropy;
  // One factor per class, or none.
  std::vector<double> classWeights = {};
  // Share of the target that is spread over all classes (Szegedy et al. 2016), or over both answers
  // of a sigmoid.
  double smoothing = 0;
  // γ of (1 − p)^γ before each term (Lin et al. 2017); 0 is the plain loss.
  double focalGamma = 0;
  // Factor of the positive terms of binaryCrossEntropy.
  double positiveWeight = 1;
  // Added to the logits in training (Menon et al. 2021: τ log prior), one per class, or none;
  // crossEntropy only.
  std::vector<double> logitAdjustment = {};

  // Whether the terms of a batch of labels are divided by the sum of their classes' weights.
  bool isWeightedMean() const {
    return kind == Loss::crossEntropy && !classWeights.empty() && focalGamma == 0;
  }

  // Throws ERR_INVALID_ARGUMENT where a value is out of range or does not go with the kind or the
  // classes (2 for one output, 0 for reconstruction).
  void check(int64_t classes) const;
};

// The mean over the batch (and over outputs or pixels).
// `target`: int64 labels [N], or each class's share [N, classes].
// crossEntropy: `output` [N, classes]. With class weights and labels the mean is weighted, with
// shares it is divided by N, and so is the focal loss: as PyTorch has it. binaryCrossEntropy: on
// logits; one output tells class 1 from class 0, with more each output is a sigmoid of its own
// whose target is 1 for the label's class (report S2, model 1.A). Class weights multiply a sample's
// terms, as in Keras. meanSquaredError: `output` and `input` [N, C, H, W]; `target` is not read.
at::Tensor computeLoss(const LossOptions& options, const at::Tensor& output,
                       const at::Tensor& target, const at::Tensor& input);

// How many rows of `output` [N, outputs] have their largest value (or, for one output, their sign)
// at the label.
at::Tensor countCorrect(const at::Tensor& output, const at::Tensor& labels);

}  // namespace roentgen
