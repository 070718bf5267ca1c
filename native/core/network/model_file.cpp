#include "core/network/model_file.h"

#include "core/error.h"
#include "core/io/json.h"
#include "core/io/safetensors.h"
#include "core/network/fields.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace roentgen {
namespace {

constexpr std::array<std::string_view, 4> trainingPrefixes{"optimizer.", "average.", "random.",
                                                           "training."};

NetworkShape readShape(const std::string& json) {
  const Json document = Json::parse(json);
  Fields fields(document, "shape");
  const NetworkShape shape{.outputs = fields.integer("outputs", 1),
                           .channels = fields.integer("channels", 1),
                           .height = fields.integer("height", 1),
                           .width = fields.integer("width", 1)};
  fields.finish();
  return shape;
}

}  // namespace

ModelFile readModel(const std::string& path) {
  TensorFile file = readTensors(path);
  const auto architecture = file.metadata.find("architecture");
  const auto shape = file.metadata.find("shape");
  if (architecture == file.metadata.end() || shape == file.metadata.end()) {
    throw Error(
        "ERR_INVALID_FILE",
        text(path, ": not a roentgen model, its metadata lack \"architecture\" or \"shape\""));
  }
  try {
    auto network = Network::build(architecture->second, readShape(shape->second), std::nullopt);
    dropTrainingState(file.tensors);
    network->load(file.tensors);
    return {std::move(network), std::move(file.metadata)};
  } catch (const Error& error) {
    throw Error(error.code(), text(path, ": ", error.what()));
  }
}

void dropTrainingState(StateDictionary& tensors) {
  std::erase_if(tensors, [](const auto& entry) {
    return std::any_of(trainingPrefixes.begin(), trainingPrefixes.end(),
                       [&](const auto& prefix) { return entry.first.starts_with(prefix); });
  });
}

std::map<std::string, std::string> describeModel(const Network& network,
                                                 std::map<std::string, std::string> metadata) {
  const NetworkShape& shape = network.shape();
  metadata["architecture"] = network.spec();
  metadata["shape"] = text("{\"outputs\":", shape.outputs, ",\"channels\":", shape.channels,
                           ",\"height\":", shape.height, ",\"width\":", shape.width, "}");
  return metadata;
}

void writeModel(const std::string& path, const Network& network,
                const std::map<std::string, std::string>& metadata) {
  TensorFile file{{}, describeModel(network, metadata)};
  for (const State& entry : network.state())
    file.tensors[entry.name] = entry.tensor;
  writeTensors(path, file);
}

}  // namespace roentgen
