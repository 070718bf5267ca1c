// A network built from an architecture file: forward pass, named state, layer table.
#pragma once

#include "core/network/layer.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace roentgen {

enum class Task { classification, reconstruction };

// What the network is built for: `outputs` is what `"out": "classes"` stands for.
struct NetworkShape {
  int64_t outputs = 0;
  int64_t channels = 0;
  int64_t height = 0;
  int64_t width = 0;
};

using StateDictionary = std::map<std::string, at::Tensor>;

class Network {
 public:
  // `spec` is the JSON text of an architecture file (models/*.json). Weights are drawn from `seed`.
  // Throws ERR_INVALID_SPEC with layer and field, ERR_INPUT_TOO_SMALL with the smallest square that
  // fits.
  static std::shared_ptr<Network> build(const std::string& spec, const NetworkShape& shape,
                                        uint64_t seed);

  // `x`: [N, C, H, W] float (or double, with Mode::compute double), normalized, NHWC strides.
  // Returns logits [N, outputs] or images [N, C, H, W], in Mode::compute.
  at::Tensor forward(at::Tensor x, const Mode& mode);

  Task task() const { return task_; }
  const NetworkShape& shape() const { return shape_; }
  const std::string& spec() const { return spec_; }
  at::Device device() const;
  const std::vector<LayerRow>& table() const { return rows_; }
  // Parameters and buffers in the order of a PyTorch state dictionary.
  const std::vector<State>& state() const { return state_; }
  std::vector<at::Tensor> trainable() const;

  // Copies into the existing tensors once names, shapes and (with `finite`) values have been
  // checked: throws ERR_MODEL_MISMATCH and changes nothing otherwise.
  void load(const StateDictionary& state);
  // Moves all state but the batch counters.
  void to(at::Device device);
  void to(at::ScalarType type);

 private:
  struct NamedLayer {
    std::string name;
    LayerPtr layer;
  };

  std::string spec_;
  NetworkShape shape_;
  Task task_ = Task::classification;
  std::vector<NamedLayer> layers_;
  std::vector<State> state_;
  std::vector<LayerRow> rows_;

  friend class NetworkBuilder;
};

}  // namespace roentgen
