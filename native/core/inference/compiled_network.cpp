#include "core/inference/compiled_network.h"

#include "core/inference/captured_graph.h"
#include "core/inference/fused_convolution.h"
#include "core/inference/mirrored.h"
#include "core/inference/pass.h"
#include "core/inference/pooling.h"
#include "core/network/layers.h"
#include "core/network/residual.h"
#include "core/system.h"

#include <ATen/Functions.h>
#include <c10/core/InferenceMode.h>

#include <optional>
#include <utility>

namespace roentgen {
namespace {

using Step = CompiledNetwork::Step;

template <typename Kind>
const Kind* as(const Layer* layer) {
  return dynamic_cast<const Kind*>(layer);
}

// Layers that are the same in training and inference, and know no type of their own.
template <typename... Kinds>
std::optional<Step> unchanged(const Layer* layer) {
  std::optional<Step> step;
  const auto copy = [&]<typename Kind>(const Kind* found) {
    if (found)
      step = [own = *found](at::Tensor x) mutable { return own.forward(std::move(x), {}); };
  };
  (copy(as<Kinds>(layer)), ...);
  return step;
}

Step normalization(const BatchNorm& norm, const at::TensorOptions& options, bool relu) {
  BatchNorm own = norm;
  const auto stored = options.dtype(storedType(c10::typeMetaToScalarType(options.dtype())));
  for (at::Tensor* state : {&own.weight, &own.bias, &own.runningMean, &own.runningVar})
    *state = state->detach().to(stored, /*non_blocking=*/false, /*copy=*/true);
  return [own, relu](const at::Tensor& x) mutable {
    at::Tensor y = own.forward(x, {});
    return relu ? at::relu_(y) : y;
  };
}

Step residual(const ResidualBlock& block, const at::TensorOptions& options) {
  std::vector<FusedConvolution> convolutions;
  for (const auto& pair : block.pairs)
    convolutions.emplace_back(foldAfter(pair.conv, pair.norm), options, /*relu=*/true);
  std::optional<FusedConvolution> downsample;
  if (block.downsample) {
    const auto& [name, conv, norm] = *block.downsample;
    downsample.emplace(foldAfter(conv, norm), options, /*relu=*/false);
  }
  return [convolutions, downsample](const at::Tensor& x) {
    at::Tensor y = x;
    for (size_t i = 0; i + 1 < convolutions.size(); ++i)
      y = convolutions[i].forward(y);
    // The block's input is of no use to anyone behind it, and takes the sum.
    return convolutions.back().forwardAdd(y, downsample ? downsample->forward(x) : x);
  };
}

Step preActivation(const PreActivationBlock& block, const at::TensorOptions& options) {
  const FusedConvolution first(foldAfter(block.conv1, block.norm1), options, /*relu=*/true);
  const FusedConvolution second(foldAfter(block.conv2, block.norm2), options, /*relu=*/true);
  const FusedConvolution third(block.conv3, options, /*relu=*/false);
  std::optional<FusedConvolution> shortcut;
  if (block.shortcut) shortcut.emplace(*block.shortcut, options, /*relu=*/false);
  return [=, preact = normalization(block.preact, options, /*relu=*/true),
          stride = block.stride](const at::Tensor& x) {
    const at::Tensor activated = preact(x);
    at::Tensor identity = x;
    if (shortcut) {
      identity = shortcut->forward(activated);
    } else if (stride > 1) {
      identity = at::max_pool2d(x, 1, stride);
    }
    return third.forwardAdd(second.forward(first.forward(activated)), identity);
  };
}

// On its own, as an architecture file may write it.
const Activate relu = [] {
  Activate layer;
  layer.function = Activation::relu;
  return layer;
}();

}  // namespace

// Walks the layers in order and joins those that one step can do.
class Compiler {
 public:
  Compiler(const std::vector<const Layer*>& layers, const at::TensorOptions& options)
      : options_(options) {
    for (const Layer* layer : layers) {
      // A convolution does a ReLU for nothing; before the pooling it is the convolution's.
      if (const auto* joined = as<ReluMaxPool2d>(layer)) {
        layers_.insert(layers_.end(), {&relu, &joined->pool});
      } else {
        layers_.push_back(layer);
      }
    }
  }

  std::vector<Step> compile() {
    std::vector<Step> steps;
    while (next_ < layers_.size()) {
      if (auto step = compileNext()) steps.push_back(std::move(*step));
    }
    return steps;
  }

 private:
  std::optional<Step> compileNext() {
    const Layer* layer = layers_[next_++];
    if (const auto* conv = as<Conv2d>(layer)) return convolution(*conv);
    if (const auto* joined = as<NormalizedConv2d>(layer)) {
      return convolution(foldBefore(joined->norm, joined->conv));
    }
    if (const auto* block = as<ResidualBlock>(layer)) return residual(*block, options_);
    if (const auto* block = as<PreActivationBlock>(layer)) return preActivation(*block, options_);
    if (const auto* norm = as<BatchNorm>(layer)) return normalization(*norm, options_, takeRelu());
    if (const auto* full = as<Linear>(layer)) return linear(*full);
    if (as<Dropout>(layer)) return std::nullopt;
    if (const auto* pool = as<Pool2d>(layer); pool && pool->maximum)
      return [own = *pool](const at::Tensor& x) { return maxPool(x, own); };
    if (as<GlobalAvgPool>(layer)) return globalAverage;
    auto step = unchanged<Activate, Pool2d, ZeroPad2d, Upsample2d, Flatten>(layer);
    TORCH_INTERNAL_ASSERT(step, "a layer without a way to compile it");
    return step;
  }

  Step convolution(Conv2d conv) {
    if (const auto* norm = peek<BatchNorm>()) {
      conv = foldAfter(conv, *norm);
      ++next_;
    }
    return [fused = FusedConvolution(conv, options_, takeRelu())](const at::Tensor& x) {
      return fused.forward(x);
    };
  }

  // The last one keeps its full precision: it costs nothing, and probabilities come of it.
  Step linear(const Linear& layer) {
    const bool last = next_ == layers_.size();
    const auto options =
        last && options_.dtype() == at::kBFloat16 ? options_.dtype(at::kFloat) : options_;
    const auto copied = [&](const at::Tensor& tensor) {
      return tensor.defined() ? tensor.detach().to(options, false, /*copy=*/true) : tensor;
    };
    const auto weight = copied(layer.weight), bias = copied(layer.bias);
    return
        [=](const at::Tensor& x) { return at::linear(x.to(weight.scalar_type()), weight, bias); };
  }

  // Whether a ReLU comes next; it is done with then.
  bool takeRelu() {
    const auto* next = peek<Activate>();
    const bool relu = next && next->function == Activation::relu;
    if (relu) ++next_;
    return relu;
  }

  template <typename Kind>
  const Kind* peek() const {
    return next_ < layers_.size() ? as<Kind>(layers_[next_]) : nullptr;
  }

  std::vector<const Layer*> layers_;
  at::TensorOptions options_;
  size_t next_ = 0;
};

CompiledNetwork::CompiledNetwork(const Network& network, at::ScalarType type, at::Device device,
                                 bool mirror)
    : options_(at::dtype(type).device(device)), mirror_(mirror) {
  requireDevice(device);
  const c10::InferenceMode inference;
  const auto layers = network.sequence();
  const Layer* first = layers.front();
  copies_ = !as<Conv2d>(first) && !as<NormalizedConv2d>(first);
  steps_ = Compiler(layers, options_).compile();
  if (!device.is_cpu()) {
    graphs_ = std::make_unique<CapturedGraphs>(
        options_, [this](const at::Tensor& x) { return pass(x, Cancellation()); });
  }
}

CompiledNetwork::~CompiledNetwork() = default;

at::Tensor CompiledNetwork::forward(const at::Tensor& x, const Cancellation& cancellation) const {
  const c10::InferenceMode inference;
  if (!mirror_) return outputs(x, cancellation);
  return mirrored(x, [&](const at::Tensor& both) { return outputs(both, cancellation); });
}

at::Tensor CompiledNetwork::outputs(const at::Tensor& x, const Cancellation& cancellation) const {
  return graphs_ ? graphs_->run(x) : pass(x, cancellation).to(at::kFloat);
}

at::Tensor CompiledNetwork::pass(const at::Tensor& x, const Cancellation& cancellation) const {
  at::Tensor y = x.to(options_, /*non_blocking=*/false, copies_, at::MemoryFormat::ChannelsLast);
  for (const Step& step : steps_) {
    cancellation.check();
    y = step(std::move(y));
  }
  return y;
}

}  // namespace roentgen
