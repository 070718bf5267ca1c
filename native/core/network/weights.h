// Weights of other networks and other programs, taken over by name.
#pragma once

#include "core/network/network.h"

#include <map>
#include <string>
#include <vector>

namespace roentgen {

struct ImportOptions {
  // Layers that are made anew where they differ.
  std::vector<std::string> head = {};
  // What other programs call a layer; empty for one that only this network has.
  std::map<std::string, std::vector<std::string>> aliases = {};
};

// Names of the network, but for `unexpected`, with shapes where these are the news.
struct ImportReport {
  std::vector<std::string> matched;
  std::vector<std::string> adapted;     // a stem whose filters were summed over three channels
  std::vector<std::string> drawn;       // left as drawn: the head, or what only this network has
  std::vector<std::string> missing;     // not in the file
  std::vector<std::string> wrong;       // there, but of another shape or not finite
  std::vector<std::string> unexpected;  // of the file, and not in the network
  std::map<std::string, std::string> metadata;  // of the file

  bool fits() const { return missing.empty() && wrong.empty(); }
};

// Reads safetensors, or a state dictionary of torch.save, in the names of torchvision and timm.
// A stem for three channels becomes one for a single channel by summing its filters, and the other
// way round by a third of it for each: the same answer to gray images. The network changes only
// where the report fits. Throws as readTensors and readTorchFile.
ImportReport importWeights(Network& network, const std::string& path, const ImportOptions& options);

}  // namespace roentgen
