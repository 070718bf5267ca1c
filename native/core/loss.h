// The losses by name, on float logits.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace roentgen {

enum class Loss { crossEntropy, binaryCrossEntropy, meanSquaredError };

// Throws ERR_INVALID_ARGUMENT for an unknown name.
Loss lossByName(const std::string& name);

// The mean over the batch (and over outputs or pixels).
// crossEntropy: `output` [N, classes], `labels` int64 [N].
// binaryCrossEntropy: on logits; with one output the label is the target, with more each output is
// a sigmoid of its own whose target is 1 for the label's class (report S2, model 1.A).
// meanSquaredError: `output` and `input` [N, C, H, W]; `labels` is not read.
at::Tensor computeLoss(Loss loss, const at::Tensor& output, const at::Tensor& labels,
                       const at::Tensor& input);

// How many rows of `output` [N, outputs] have their largest value (or, for one output, their sign)
// at the label.
at::Tensor countCorrect(const at::Tensor& output, const at::Tensor& labels);

}  // namespace roentgen
