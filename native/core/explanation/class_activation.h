// Class activation maps: where in an image a layer finds what speaks for a class.
#pragma once

#include "core/explanation/activations.h"
#include "core/explanation/cam_methods.h"
#include "core/inference/pass.h"

#include <cstdint>
#include <string>
#include <vector>

namespace roentgen {

struct CamOptions {
  PassOptions
      pass;  // gradients are computed in float, whatever its `compute` (but in double there)
  CamMethod method;
  std::vector<std::string> layers;  // names of Network::outputs with height and width
  std::vector<int32_t> targets;     // class of each image, or −1 for the one of the largest logit
};

struct CamMaps {
  std::vector<LayerValues> maps;  // [N, h, w], as the method leaves them
  at::Tensor logits;              // [N, outputs]
};

// What is explained is the logit, before softmax or sigmoid, in evaluation mode. Throws
// ERR_INVALID_ARGUMENT for a layer without height and width, and as Targets, Network::find and
// forEachBatch.
CamMaps classActivations(Network& network, Dataset& dataset, const CamOptions& options,
                         const Cancellation& cancellation, const ProgressCallback& progress);

}  // namespace roentgen
