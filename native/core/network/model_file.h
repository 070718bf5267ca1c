// A model file: safetensors whose metadata holds all that is needed to build the network again.
#pragma once

#include "core/network/network.h"

#include <map>
#include <memory>
#include <string>

namespace roentgen {

struct ModelFile {
  std::shared_ptr<Network> network;
  std::map<std::string, std::string> metadata;
};

// Throws as readTensors does, ERR_INVALID_FILE where the metadata describe no network, and
// ERR_MODEL_MISMATCH where the weights do not fit it.
ModelFile readModel(const std::string& path);

// Takes out what a checkpoint holds beside the weights.
void dropTrainingState(StateDictionary& tensors);

// `metadata` gains the keys "architecture" (the JSON spec) and "shape" that readModel needs.
std::map<std::string, std::string> describeModel(const Network& network,
                                                 std::map<std::string, std::string> metadata);

void writeModel(const std::string& path, const Network& network,
                const std::map<std::string, std::string>& metadata);

}  // namespace roentgen
