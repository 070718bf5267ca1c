// What every layer is: a forward pass over [N, C, H, W] or [N, F], and named state.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace roentgen {

// Sees what a layer put out, and may put another tensor in its place.
using Observer = std::function<void(const std::string& name, at::Tensor& output)>;

// Sees what each batch normalization takes in.
struct BatchNorm;
using NormObserver = std::function<void(BatchNorm& norm, const at::Tensor& input)>;

// Adds up a tensor over all processes that have a part of the batch, in place.
using PeerSum = std::function<void(const at::Tensor&)>;

class WorkingWeights;

// How one forward pass is to run.
struct Mode {
  bool training = false;
  // Convolutions and linear layers compute in this type (float, bfloat16 or double); weights stay
  // as they are stored and are converted on the way in, as autocast does.
  at::ScalarType compute = at::kFloat;
  // Copies in that type, made before: nothing is converted on the way.
  WorkingWeights* working = nullptr;
  // Draws dropout masks; required when training.
  at::Generator* generator = nullptr;
  // Layers that were joined for speed run one by one, as the architecture file writes them.
  bool separate = false;
  // Of the input and of every layer that runs. What it sees may be changed in place by the layer
  // behind.
  const Observer* observer = nullptr;
  const NormObserver* norms = nullptr;
  // Where the batch is shared, batch normalization sees all of it. Must outlive the backward pass.
  const PeerSum* peers = nullptr;
};

class Layer {
 public:
  virtual ~Layer() = default;
  virtual at::Tensor forward(at::Tensor x, const Mode& mode) = 0;
  // Whether it draws random numbers in training.
  virtual bool draws() const { return false; }
};
using LayerPtr = std::unique_ptr<Layer>;

// One entry of a state dictionary. The tensor is the layer's own.
struct State {
  std::string name;
  at::Tensor tensor;
  bool trainable;
};

// Output shape of a layer for one image: channels × height × width, or features alone.
struct FeatureShape {
  int64_t channels = 0;
  int64_t height = 0;
  int64_t width = 0;
  bool flat = false;  // then `channels` counts the features

  std::vector<int64_t> sizes() const {
    return flat ? std::vector<int64_t>{channels} : std::vector<int64_t>{channels, height, width};
  }
  int64_t elements() const { return flat ? channels : channels * height * width; }
  bool operator==(const FeatureShape&) const = default;
};

// Under which an observer sees the input: a name that no layer can have.
inline constexpr const char* inputSource = "";

// What can be asked of a network by name: the input, a layer, a stage, a block of one or a
// convolution in a block. A layer with an activation puts out what comes behind it, as in Keras.
struct LayerOutput {
  std::string name;
  FeatureShape shape;
  bool convolution;
  std::string source;  // the name under which an observer sees it where layers run separately
};

// One row of the layer table. Multiply-accumulates are for one image; additions of biases do not
// count.
struct LayerRow {
  std::string name;
  std::string kind;
  FeatureShape output;
  int64_t parameters = 0;
  int64_t trainable = 0;
  int64_t macs = 0;
};

}  // namespace roentgen
