#include "core/network/builder.h"

#include "core/error.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <set>

namespace roentgen {
namespace {

const Json& parseSpec(const std::string& spec, Json& storage) {
  try {
    storage = Json::parse(spec);
  } catch (const Error& error) {
    throw Error("ERR_INVALID_SPEC", error.what());
  }
  if (!storage.object()) throw Error("ERR_INVALID_SPEC", "An architecture must be a JSON object");
  return storage;
}

Convention readConvention(const Json& document) {
  const Json* value = document.find("convention");
  const std::string* name = value ? value->string() : nullptr;
  if (name && *name == "keras") return Convention::keras;
  if (name && *name == "torch") return Convention::torch;
  throw Error("ERR_INVALID_SPEC", "convention must be one of keras, torch");
}

// TensorFlow's rule: as many outputs as ceil(size / stride), the odd cell of padding after.
std::pair<int64_t, int64_t> samePadding(int64_t size, int64_t kernel, int64_t stride) {
  const int64_t places = (size + stride - 1) / stride;
  const int64_t total = std::max<int64_t>((places - 1) * stride + kernel - size, 0);
  return {total / 2, total - total / 2};
}

std::string describe(const NetworkShape& shape) {
  return text(shape.channels, "×", shape.height, "×", shape.width);
}

}  // namespace

struct NetworkBuilder::Kind {
  const char* name;
  Method method;
};

const NetworkBuilder::Kind NetworkBuilder::kinds[] = {
    {"conv2d", &NetworkBuilder::conv2d},
    {"batchNorm", &NetworkBuilder::batchNorm},
    {"activation", &NetworkBuilder::activation},
    {"maxPool2d", &NetworkBuilder::maxPool2d},
    {"avgPool2d", &NetworkBuilder::avgPool2d},
    {"zeroPad2d", &NetworkBuilder::zeroPad2d},
    {"globalAvgPool", &NetworkBuilder::globalAvgPool},
    {"upsample2d", &NetworkBuilder::upsample2d},
    {"flatten", &NetworkBuilder::flatten},
    {"linear", &NetworkBuilder::linear},
    {"dropout", &NetworkBuilder::dropout},
    {"residualStage", &NetworkBuilder::residualStage},
};

NetworkBuilder::NetworkBuilder(const std::string& spec, const NetworkShape& shape,
                               std::optional<uint64_t> seed, bool shapesOnly)
    : shape_(shape),
      initializer_(readConvention(parseSpec(spec, document_)), seed),
      shapesOnly_(shapesOnly),
      network_(std::make_shared<Network>()),
      current_{.channels = shape.channels, .height = shape.height, .width = shape.width} {
  const bool valid = shape.outputs >= 1 && (shape.channels == 1 || shape.channels == 3) &&
                     shape.height >= 1 && shape.width >= 1 && shape.height <= 8192 &&
                     shape.width <= 8192;
  if (!valid) {
    throw Error(
        "ERR_INVALID_ARGUMENT",
        text("Expected 1 or 3 channels, sides from 1 to 8192 and at least one output, received ",
             describe(shape), " and ", shape.outputs));
  }
  network_->spec_ = spec;
  network_->shape_ = shape;
}

std::shared_ptr<Network> NetworkBuilder::build() {
  const Json* task = document_.find("task");
  const bool reconstruction = task && task->string() && *task->string() == "reconstruction";
  network_->task_ = reconstruction ? Task::reconstruction : Task::classification;
  const Json* layers = document_.find("layers");
  if (!layers || !layers->array() || layers->array()->empty()) {
    throw Error("ERR_INVALID_SPEC", "layers must be a non-empty array");
  }

  addOutput("input", false, inputSource);
  std::set<std::string> names;
  for (size_t i = 0; i < layers->array()->size(); ++i) {
    const Json& layer = (*layers->array())[i];
    const Json* given = layer.find("name");
    const std::string label = given && given->string() ? text(" \"", *given->string(), "\"") : "";
    Fields fields(layer, text("layer ", i + 1, label));
    const std::string kind = fields.string("kind");
    const auto found = std::find_if(std::begin(kinds), std::end(kinds),
                                    [&](const Kind& known) { return kind == known.name; });
    if (found == std::end(kinds)) fields.fail(text("unknown kind \"", kind, "\""));
    const std::string name = fields.string("name", text(kind, i + 1));
    if (name.find('.') != std::string::npos) fields.fail("a name must not contain '.'");
    if (!names.insert(name).second) fields.fail(text("the name \"", name, "\" is taken"));
    (this->*found->method)(fields, name);
    fields.finish();
  }
  // Where a layer has that name it is the layer's.
  if (names.contains("input")) network_->outputs_.erase(network_->outputs_.begin());

  const FeatureShape input{shape_.channels, shape_.height, shape_.width};
  const FeatureShape logits{.channels = shape_.outputs, .flat = true};
  if (reconstruction && current_ != input) {
    throw Error(
        "ERR_INVALID_ARGUMENT",
        text("A reconstruction of ", describe(shape_), " would come out as ", current_.height, "×",
             current_.width, ": choose sides that every pooling halves exactly"));
  }
  if (!reconstruction && current_ != logits) {
    throw Error("ERR_INVALID_SPEC",
                "the last layer must give one value per class (\"out\": \"classes\")");
  }
  return network_;
}

void NetworkBuilder::conv2d(Fields& fields, const std::string& name) {
  needImage(fields);
  const Json* out = fields.raw("out");
  const bool asInput = out && out->string() && *out->string() == "channels";
  const int64_t width = asInput ? shape_.channels : fields.integer("out", 1);
  const auto [height, breadth] = fields.pair("kernel");
  const auto [down, right] = fields.pair("stride", 1);
  const int64_t groups = fields.integer("groups", 1, 1);
  if (current_.channels % groups != 0 || width % groups != 0) {
    fields.fail(text("groups must divide ", current_.channels, " and ", width));
  }
  const Padding padding = readPadding(fields, {height, breadth}, {down, right}, "valid");
  Conv2d layer = makeConv(name, width, {height, breadth}, {down, right}, padding, groups,
                          fields.boolean("bias", true));
  if (!joinNorm(name, layer)) append(name, std::move(layer));
  appendActivation(fields, name);
}

void NetworkBuilder::batchNorm(Fields& fields, const std::string& name) {
  const double epsilon = fields.number("epsilon", 0, 1, initializer_.batchNormEpsilon());
  const double momentum = fields.number("momentum", 0, 1, initializer_.batchNormMomentum());
  append(name, makeBatchNorm(name, epsilon, momentum));
  appendActivation(fields, name);
}

void NetworkBuilder::activation(Fields& fields, const std::string& name) {
  Activate layer;
  layer.function = activationByName(fields.string("function"));
  append(name, std::move(layer));
  addRow(name, "activation", 0, 0, 0);
}

void NetworkBuilder::maxPool2d(Fields& fields, const std::string& name) {
  pool2d(fields, name, true);
}
void NetworkBuilder::avgPool2d(Fields& fields, const std::string& name) {
  pool2d(fields, name, false);
}

void NetworkBuilder::pool2d(Fields& fields, const std::string& name, bool maximum) {
  needImage(fields);
  Pool2d layer;
  layer.maximum = maximum;
  const auto [height, width] = fields.pair("kernel");
  layer.kernel = {height, width};
  if (fields.raw("stride")) {
    const auto [down, right] = fields.pair("stride");
    layer.stride = {down, right};
  } else {
    layer.stride = layer.kernel;
  }
  layer.padding = readPadding(fields, layer.kernel, layer.stride, "valid");
  if (layer.padding.top * 2 > height || layer.padding.left * 2 > width) {
    fields.fail("padding must be at most half the kernel");
  }
  current_.height =
      slide(current_.height, height, layer.stride[0], layer.padding.top + layer.padding.bottom);
  current_.width =
      slide(current_.width, width, layer.stride[1], layer.padding.left + layer.padding.right);
  addRow(name, maximum ? "maxPool2d" : "avgPool2d", 0, 0, 0);
  if (!maximum || !joinRelu(name, layer)) append(name, std::move(layer));
}

bool NetworkBuilder::joinNorm(const std::string& name, const Conv2d& conv) {
  auto& layers = network_->layers_;
  const auto* norm =
      layers.size() == 1 ? dynamic_cast<BatchNorm*>(layers.front().layer.get()) : nullptr;
  if (!norm || conv.padding.any() || conv.groups != 1) return false;
  NormalizedConv2d joined;
  joined.normName = layers.front().name;
  joined.norm = *norm;
  joined.conv = conv;
  layers.clear();
  append(name, std::move(joined));
  return true;
}

bool NetworkBuilder::joinRelu(const std::string& name, const Pool2d& pool) {
  auto& layers = network_->layers_;
  const auto* before =
      layers.empty() ? nullptr : dynamic_cast<Activate*>(layers.back().layer.get());
  if (!before || before->function != Activation::relu) return false;
  ReluMaxPool2d joined;
  joined.activationName = layers.back().name;
  joined.pool = pool;
  layers.pop_back();
  append(name, std::move(joined));
  return true;
}

void NetworkBuilder::zeroPad2d(Fields& fields, const std::string& name) {
  needImage(fields);
  const int64_t side = fields.integer("padding", 1);
  ZeroPad2d layer;
  layer.padding = {side, side, side, side};
  current_.height += 2 * side;
  current_.width += 2 * side;
  append(name, std::move(layer));
  addRow(name, "zeroPad2d", 0, 0, 0);
}

void NetworkBuilder::globalAvgPool(Fields& fields, const std::string& name) {
  needImage(fields);
  current_ = {.channels = current_.channels, .flat = true};
  append(name, GlobalAvgPool());
  addRow(name, "globalAvgPool", 0, 0, 0);
}

void NetworkBuilder::upsample2d(Fields& fields, const std::string& name) {
  needImage(fields);
  Upsample2d layer;
  layer.scale = fields.integer("scale", 2, 2);
  current_.height *= layer.scale;
  current_.width *= layer.scale;
  append(name, std::move(layer));
  addRow(name, "upsample2d", 0, 0, 0);
}

void NetworkBuilder::flatten(Fields& fields, const std::string& name) {
  needImage(fields);
  current_ = {.channels = current_.elements(), .flat = true};
  append(name, Flatten());
  addRow(name, "flatten", 0, 0, 0);
}

void NetworkBuilder::linear(Fields& fields, const std::string& name) {
  if (!current_.flat) fields.fail("a linear layer needs flatten or globalAvgPool before it");
  const Json* given = fields.raw("out");
  const bool classes = given && given->string() && *given->string() == "classes";
  const int64_t in = current_.channels;
  const int64_t out = classes ? shape_.outputs : fields.integer("out", 1);
  const bool withBias = fields.boolean("bias", true);
  Linear layer;
  layer.weight =
      addState(name + ".weight", true, [&] { return initializer_.linearWeight(out, in); });
  if (withBias)
    layer.bias = addState(name + ".bias", true, [&] { return initializer_.bias(out, in); });
  current_.channels = out;
  append(name, std::move(layer));
  addRow(name, "linear", in * out + (withBias ? out : 0), 0, in * out);
  appendActivation(fields, name);
}

void NetworkBuilder::dropout(Fields& fields, const std::string& name) {
  Dropout layer;
  layer.rate = fields.number("rate", 0, 1);
  append(name, std::move(layer));
  addRow(name, "dropout", 0, 0, 0);
}

void NetworkBuilder::residualStage(Fields& fields, const std::string& name) {
  needImage(fields);
  const std::string block = fields.choice("block", {"basic", "bottleneck", "preActivation"});
  const int64_t blocks = fields.integer("blocks", 1);
  const int64_t width = fields.integer("out", 1);
  const int64_t stride = fields.integer("stride", 1);
  const double epsilon = fields.number("epsilon", 0, 1, initializer_.batchNormEpsilon());
  const double momentum = fields.number("momentum", 0, 1, initializer_.batchNormMomentum());
  for (int64_t i = 0; i < blocks; ++i) {
    const std::string blockName = text(name, ".", i);
    if (block == "preActivation") {
      preActivationBlock(blockName, width, i + 1 == blocks ? stride : 1, i == 0, epsilon, momentum);
    } else {
      residualBlock(blockName, width, i == 0 ? stride : 1, block == "bottleneck", epsilon,
                    momentum);
    }
    addOutput(blockName, false, blockName);
  }
  addOutput(name, false, text(name, ".", blocks - 1));
}

void NetworkBuilder::residualBlock(const std::string& name, int64_t width, int64_t stride,
                                   bool bottleneck, double epsilon, double momentum) {
  const FeatureShape input = current_;
  const int64_t out = bottleneck ? 4 * width : width;
  const auto pair = [&](int index, int64_t channels, int64_t kernel, int64_t step) {
    return makePair(text(name, ".conv", index), text(name, ".bn", index), channels, kernel, step,
                    epsilon, momentum);
  };
  ResidualBlock block;
  if (bottleneck) {
    block.pairs.push_back(pair(1, width, 1, 1));
    block.pairs.push_back(pair(2, width, 3, stride));
    block.pairs.push_back(pair(3, out, 1, 1));
  } else {
    block.pairs.push_back(pair(1, width, 3, stride));
    block.pairs.push_back(pair(2, out, 3, 1));
  }
  if (stride != 1 || input.channels != out) {
    const FeatureShape result = current_;
    current_ = input;
    block.downsample =
        makePair(name + ".downsample.0", name + ".downsample.1", out, 1, stride, epsilon, momentum);
    current_ = result;
  }
  append(name, std::move(block));
}

void NetworkBuilder::preActivationBlock(const std::string& name, int64_t width, int64_t stride,
                                        bool first, double epsilon, double momentum) {
  const int64_t out = 4 * width;
  PreActivationBlock block;
  block.name = name;
  block.stride = stride;
  block.preact = makeBatchNorm(name + ".preact", epsilon, momentum);
  const FeatureShape input = current_;
  if (first) {
    block.shortcut = makeConv(name + ".shortcut", out, {1, 1}, {stride, stride}, {}, 1, true);
    current_ = input;
  }
  block.conv1 = makeConv(name + ".conv1", width, {1, 1}, {1, 1}, {}, 1, false);
  block.norm1 = makeBatchNorm(name + ".bn1", epsilon, momentum);
  block.conv2 = makeConv(name + ".conv2", width, {3, 3}, {stride, stride}, {1, 1, 1, 1}, 1, false);
  block.norm2 = makeBatchNorm(name + ".bn2", epsilon, momentum);
  block.conv3 = makeConv(name + ".conv3", out, {1, 1}, {1, 1}, {}, 1, true);
  append(name, std::move(block));
}

Conv2d NetworkBuilder::makeConv(const std::string& name, int64_t out, std::array<int64_t, 2> kernel,
                                std::array<int64_t, 2> stride, const Padding& padding,
                                int64_t groups, bool bias) {
  const int64_t in = current_.channels / groups;
  const int64_t fanIn = in * kernel[0] * kernel[1];
  Conv2d layer;
  layer.stride = stride;
  layer.padding = padding;
  layer.groups = groups;
  layer.weight = addState(name + ".weight", true,
                          [&] { return initializer_.convWeight(out, in, kernel[0], kernel[1]); });
  if (bias)
    layer.bias = addState(name + ".bias", true, [&] { return initializer_.bias(out, fanIn); });
  current_.channels = out;
  current_.height = slide(current_.height, kernel[0], stride[0], padding.top + padding.bottom);
  current_.width = slide(current_.width, kernel[1], stride[1], padding.left + padding.right);
  addRow(name, "conv2d", out * fanIn + (bias ? out : 0), 0,
         out * fanIn * current_.height * current_.width);
  return layer;
}

BatchNorm NetworkBuilder::makeBatchNorm(const std::string& name, double epsilon, double momentum) {
  const int64_t n = current_.channels;
  BatchNorm layer;
  layer.epsilon = epsilon;
  layer.momentum = momentum;
  layer.weight = addState(name + ".weight", true, [&] { return at::ones({n}); });
  layer.bias = addState(name + ".bias", true, [&] { return at::zeros({n}); });
  layer.runningMean = addState(name + ".running_mean", false, [&] { return at::zeros({n}); });
  layer.runningVar = addState(name + ".running_var", false, [&] { return at::ones({n}); });
  layer.batches =
      addState(name + ".num_batches_tracked", false, [] { return at::zeros({}, at::kLong); });
  network_->norms_.push_back({layer.weight, layer.batches});
  // Keras counts the moving statistics as parameters that are not trainable, and has no batch
  // counter.
  addRow(name, "batchNorm", 2 * n, 2 * n, 0);
  return layer;
}

ResidualBlock::Pair NetworkBuilder::makePair(const std::string& convName,
                                             const std::string& normName, int64_t out,
                                             int64_t kernel, int64_t stride, double epsilon,
                                             double momentum) {
  const int64_t side = kernel / 2;
  ResidualBlock::Pair pair;
  pair.name = convName;
  pair.conv = makeConv(convName, out, {kernel, kernel}, {stride, stride}, {side, side, side, side},
                       1, false);
  pair.norm = makeBatchNorm(normName, epsilon, momentum);
  return pair;
}

void NetworkBuilder::appendActivation(Fields& fields, const std::string& name) {
  if (!fields.raw("activation")) return;
  Activate layer;
  layer.function = activationByName(fields.string("activation"));
  append(text(name, ".activation"), std::move(layer));
  network_->outputs_.back().source = text(name, ".activation");
}

template <typename Draw>
at::Tensor NetworkBuilder::addState(const std::string& name, bool trainable, const Draw& draw) {
  if (shapesOnly_) return {};
  at::Tensor tensor = draw();
  if (trainable) tensor.set_requires_grad(true);
  network_->state_.push_back({name, tensor, trainable});
  return tensor;
}

void NetworkBuilder::addRow(const std::string& name, const char* kind, int64_t trainable,
                            int64_t fixed, int64_t macs) {
  network_->rows_.push_back({name, kind, current_, trainable + fixed, trainable, macs});
  // A block shows its convolutions, but not its normalizations.
  const bool convolution = std::string_view(kind) == "conv2d";
  const bool inBlock = name.find('.') != std::string::npos;
  if (convolution || !inBlock) addOutput(name, convolution, name);
}

void NetworkBuilder::addOutput(const std::string& name, bool convolution,
                               const std::string& source) {
  network_->outputs_.push_back({name, current_, convolution, source});
}

void NetworkBuilder::needImage(const Fields& fields) const {
  if (current_.flat) fields.fail("needs an image, but the layers before have flattened it");
}

int64_t NetworkBuilder::slide(int64_t size, int64_t kernel, int64_t stride, int64_t padding) const {
  if (size + padding < kernel) throw Error("ERR_INPUT_TOO_SMALL", "a window does not fit");
  return (size + padding - kernel) / stride + 1;
}

Padding NetworkBuilder::readPadding(Fields& fields, std::array<int64_t, 2> kernel,
                                    std::array<int64_t, 2> stride, const char* fallback) const {
  const Json* value = fields.raw("padding");
  if (value && value->integer()) {
    const int64_t side = fields.integer("padding", 0);
    return {side, side, side, side};
  }
  if (fields.choice("padding", {"valid", "same"}, fallback) == "valid") return {};
  const auto [top, bottom] = samePadding(current_.height, kernel[0], stride[0]);
  const auto [left, right] = samePadding(current_.width, kernel[1], stride[1]);
  return {top, bottom, left, right};
}

namespace {

// Where a network does not fit, says from which square size on it does.
[[noreturn]] void failTooSmall(const std::string& spec, NetworkShape shape) {
  const NetworkShape asked = shape;
  for (int64_t side = 1; side <= 1024; ++side) {
    shape.height = shape.width = side;
    try {
      NetworkBuilder(spec, shape, 0, /*shapesOnly=*/true).build();
    } catch (const Error&) {
      continue;
    }
    throw Error("ERR_INPUT_TOO_SMALL",
                text("The network does not fit an input of ", describe(asked), "; the smallest is ",
                     side, "×", side));
  }
  throw Error("ERR_INPUT_TOO_SMALL",
              text("The network does not fit an input of ", describe(asked)));
}

}  // namespace

std::shared_ptr<Network> Network::build(const std::string& spec, const NetworkShape& shape,
                                        std::optional<uint64_t> seed) {
  try {
    // First without weights: a size that does not fit must not cost an allocation.
    NetworkBuilder(spec, shape, seed, /*shapesOnly=*/true).build();
  } catch (const Error& error) {
    if (std::string_view(error.code()) == "ERR_INPUT_TOO_SMALL") failTooSmall(spec, shape);
    throw;
  }
  return NetworkBuilder(spec, shape, seed).build();
}

}  // namespace roentgen
