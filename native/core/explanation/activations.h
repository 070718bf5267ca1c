// What the layers of a network put out for images.
#pragma once

#include "core/inference/pass.h"

#include <string>
#include <vector>

namespace roentgen {

struct ActivationOptions {
  PassOptions pass;
  std::vector<std::string> layers;  // names of Network::outputs
  bool pool = false;                // means over height and width in place of maps
};

struct LayerValues {
  std::string layer;
  at::Tensor values;  // float (or double) [N, …] on the CPU, contiguous
};

// All layers in one pass, in the order asked for. Throws ERR_INVALID_ARGUMENT for no layer or one
// that the network has not, and as forEachBatch.
std::vector<LayerValues> activations(Network& network, Dataset& dataset,
                                     const ActivationOptions& options,
                                     const Cancellation& cancellation,
                                     const ProgressCallback& progress);

}  // namespace roentgen
