// A network built from an architecture file: forward pass, named state, layer table.
#pragma once

#include "core/network/layer.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
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
  // `spec` is the JSON text of an architecture file (models/*.json). Weights are drawn from `seed`;
  // without one they are left as memory holds them, for `load`.
  // Throws ERR_INVALID_SPEC with layer and field, ERR_INPUT_TOO_SMALL with the smallest square that
  // fits.
  static std::shared_ptr<Network> build(const std::string& spec, const NetworkShape& shape,
                                        std::optional<uint64_t> seed);

  // `x`: [N, C, H, W] float (or double, with Mode::compute double), normalized, NHWC strides.
  // Returns logits [N, outputs] or images [N, C, H, W], in Mode::compute.
  // With `first` it begins at that layer, with what the layers before it put out.
  at::Tensor forward(at::Tensor x, const Mode& mode, size_t first = 0);
  // What layer `count` takes in; `first` as in `forward`.
  at::Tensor features(at::Tensor x, const Mode& mode, size_t count, size_t first = 0);
  size_t layers() const { return layers_.size(); }

  Task task() const { return task_; }
  const NetworkShape& shape() const { return shape_; }
  const std::string& spec() const { return spec_; }
  at::Device device() const;
  const std::vector<LayerRow>& table() const { return rows_; }
  // The layers as they run one after another.
  std::vector<const Layer*> sequence() const;
  // In the order in which they are computed, the input first.
  const std::vector<LayerOutput>& outputs() const { return outputs_; }
  // Of these names. Throws ERR_INVALID_ARGUMENT for none, or one that there is not.
  std::vector<const LayerOutput*> find(const std::vector<std::string>& names) const;
  // Parameters and buffers in the order of a PyTorch state dictionary.
  const std::vector<State>& state() const { return state_; }
  // What layer `count` takes in, of one image.
  FeatureShape featureShape(size_t count) const;
  // Parameters that training may change.
  std::vector<State> trainable() const;

  // From now on training leaves alone what is named: a parameter, or all of a layer, a stage or a
  // block of one. All else is trained. Throws ERR_INVALID_ARGUMENT for a name that nothing has.
  void freeze(const std::vector<std::string>& names);
  // Draws what is named, as `freeze` takes names, as `build` would from `seed`; batch normalization
  // forgets its statistics. Throws ERR_INVALID_ARGUMENT for a name that nothing has.
  void randomize(const std::vector<std::string>& names, uint64_t seed);
  // Every batch normalization that is trained has seen one more.
  void countBatch();
  // How many layers, from the first on, give the same for the same image all through training.
  size_t frozenLayers() const;

  // Copies into the existing tensors once names, shapes and (with `finite`) values have been
  // checked: throws ERR_MODEL_MISMATCH and changes nothing otherwise.
  void load(const StateDictionary& state);
  // Moves all state but the batch counters.
  void to(at::Device device);
  void to(at::ScalarType type);

 private:
  at::Tensor run(at::Tensor x, const Mode& mode, size_t first, size_t end);
  // Of each entry of the state, whether one of the names is its own or that of its layer, block or
  // stage. Throws ERR_INVALID_ARGUMENT for a name that nothing has.
  std::vector<bool> select(const std::vector<std::string>& names) const;

  struct NamedLayer {
    std::string name;
    LayerPtr layer;
    FeatureShape output;
    size_t stateEnd;  // of `state_`, where the layers up to this one have theirs
  };

  std::string spec_;
  NetworkShape shape_;
  Task task_ = Task::classification;
  std::vector<NamedLayer> layers_;
  // Of a batch normalization.
  struct NormCount {
    at::Tensor weight, batches;
  };

  std::vector<State> state_;
  std::vector<NormCount> norms_;
  std::vector<LayerRow> rows_;
  std::vector<LayerOutput> outputs_;

  friend class NetworkBuilder;
};

}  // namespace roentgen
