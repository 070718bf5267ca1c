// Networks against PyTorch's numbers, the published totals, and the layouts they must keep.
#include "core/network/network.h"

#include "core/inference/evaluate.h"
#include "core/network/model_file.h"
#include "core/network/relu_max_pool.h"
#include "core/training/trainer.h"
#include "tests/check.h"
#include "tests/fixture.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <filesystem>
#include <set>

namespace roentgen::testing {
namespace {

std::string spec(const std::string& name) {
  return readText(sourcePath("models/" + name + ".json"));
}

struct Totals {
  int64_t total = 0, trainable = 0;
};
Totals count(const Network& network) {
  Totals totals;
  for (const LayerRow& row : network.table()) {
    totals.total += row.parameters;
    totals.trainable += row.trainable;
  }
  return totals;
}

// Relative errors of one network in one precision. Gradients and weights are judged twice: as the
// one long vector that they are, and tensor by tensor.
struct Errors {
  double outputs = 0, loss = 0, laterLosses = 0;
  double gradient = 0, worstGradient = 0, trained = 0, worstTrained = 0;
};

Errors compare(const NetworkFixture& fixture, at::ScalarType type) {
  const auto network = fixture.network(type);
  const auto options = fixture.options(type);
  const auto dataset = fixture.dataset();
  const auto selection = fixture.selection();
  const BatchReader reader(*dataset, options.normalization, at::kCPU, type);
  const auto input = reader.read(selection.indices);
  const auto labels =
      selection.labels.empty() ? at::Tensor() : at::tensor(selection.labels, at::kLong);
  std::vector<State> parameters;
  for (const State& entry : network->state()) {
    if (entry.trainable) parameters.push_back(entry);
  }
  Optimizer optimizer(parameters, options.optimizer);
  Errors errors;
  Deviation gradient, trained;
  const auto raise = [](double& slot, double error) {
    slot = std::max(slot, std::isnan(error) ? INFINITY : error);
  };
  const auto checkOutputs = [&](const at::Tensor& output, const char* key) {
    raise(errors.outputs,
          fixture.deviation("outputs", output, fixture.reference(fixture.at(key))).relative());
  };

  checkOutputs(network->forward(input, {.compute = type}), "evalOutputs");
  auto generator = at::detail::createCPUGenerator(0);
  const Mode mode{.training = true, .compute = type, .generator = &generator};
  const auto losses = fixture.numbers("losses");
  const auto& tensors = *fixture.at("tensors").array();
  for (int step = 0; step < fixture.steps(); ++step) {
    const auto output = network->forward(input, mode);
    const auto loss = computeLoss(options.loss, output, labels, input);
    loss.backward();
    const double expected = losses.at(static_cast<size_t>(step));
    const double error = std::abs(loss.item<double>() - expected) / std::abs(expected);
    raise(step == 0 ? errors.loss : errors.laterLosses, error);
    if (step == 0) {
      checkOutputs(output, "trainOutputs");
      size_t i = 0;
      for (const Json& tensor : tensors) {
        const Json* reference = tensor.find("gradient");
        if (!reference) continue;
        const State& parameter = parameters.at(i++);
        REQUIRE_EQUAL(parameter.name, *tensor.find("name")->string());
        const auto deviation = fixture.deviation(parameter.name, parameter.tensor.grad(),
                                                 fixture.reference(*reference));
        gradient += deviation;
        raise(errors.worstGradient, deviation.relative());
      }
      REQUIRE_EQUAL(i, parameters.size());
    }
    optimizer.setRate(fixture.learningRate());
    optimizer.step();
    network->countBatch();
  }
  size_t i = 0;
  for (const State& entry : network->state()) {
    const bool listed = i < tensors.size() && *tensors[i].find("name")->string() == entry.name;
    if (entry.name.ends_with(".num_batches_tracked")) {
      REQUIRE_EQUAL(entry.tensor.item<int64_t>(), fixture.steps());
      if (listed) ++i;
      continue;
    }
    REQUIRE(listed);
    const auto deviation =
        fixture.deviation(entry.name, entry.tensor, fixture.reference(*tensors[i].find("trained")));
    trained += deviation;
    raise(errors.worstTrained, deviation.relative());
    ++i;
  }
  REQUIRE_EQUAL(i, tensors.size());
  checkOutputs(network->forward(input, {.compute = type}), "trainedEvalOutputs");
  errors.gradient = gradient.relative();
  errors.trained = trained.relative();
  return errors;
}

Errors compareAndPrint(const std::string& name, at::ScalarType type) {
  const Errors e = compare(NetworkFixture(name), type);
  std::printf(
      "        %s %s: outputs %.1e, loss %.1e (later %.1e), gradient %.1e (worst tensor %.1e), ",
      name.c_str(), at::toString(type), e.outputs, e.loss, e.laterLosses, e.gradient,
      e.worstGradient);
  std::printf("after five Adam steps %.1e (%.1e)\n", e.trained, e.worstTrained);
  return e;
}

std::vector<std::string> architectures() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(sourcePath("models"))) {
    names.push_back(entry.path().stem().string());
  }
  return names;
}

}  // namespace

TEST("networks equal PyTorch in float: logits, loss, gradient, weights after five Adam steps") {
  for (const char* name : {"cnn-binary", "lmap3", "autoencoder", "resnet18", "resnet50"}) {
    const Errors errors = compareAndPrint(name, at::kFloat);
    REQUIRE_BELOW(errors.outputs, 1e-5);
    REQUIRE_BELOW(errors.loss, 1e-5);
    REQUIRE_BELOW(errors.gradient, 1e-5);
    REQUIRE_BELOW(errors.trained, 1e-5);
  }
}

TEST("networks equal PyTorch in double, tensor by tensor and in all five losses") {
  // The fixtures have nine digits.
  for (const char* name : {"cnn-binary", "lmap3", "autoencoder", "resnet18", "resnet50"}) {
    const Errors e = compareAndPrint(name, at::kDouble);
    for (const double error : {e.outputs, e.loss, e.laterLosses, e.worstGradient, e.worstTrained}) {
      REQUIRE_BELOW(error, 1e-8);
    }
  }
}

TEST("joined layers equal the layers they are made of, in outputs and gradients") {
  for (const char* name : {"lmap3", "cnn-binary"}) {
    const NetworkFixture fixture(name);
    const auto options = fixture.options(at::kFloat);
    const auto dataset = fixture.dataset();
    const BatchReader reader(*dataset, options.normalization, at::kCPU, at::kFloat);
    const auto input = reader.read(fixture.selection().indices);
    const auto run = [&](bool separate) {
      const auto network = fixture.network(at::kFloat);
      auto generator = at::detail::createCPUGenerator(0);
      const auto output = network->forward(
          input, {.training = true, .generator = &generator, .separate = separate});
      output.square().sum().backward();
      std::vector<at::Tensor> flat{output.detach().flatten()};
      for (const State& entry : network->trainable())
        flat.push_back(entry.tensor.grad().flatten());
      return at::cat(flat).to(at::kDouble);
    };
    const auto joined = run(false), apart = run(true);
    REQUIRE_BELOW(((joined - apart).norm() / apart.norm()).item<double>(), 1e-5);
  }
}

TEST("a trainer's epochs give PyTorch's losses") {
  for (const char* name : {"cnn-binary", "lmap3", "autoencoder", "resnet18"}) {
    const NetworkFixture fixture(name);
    Trainer trainer(fixture.network(at::kDouble), fixture.options(at::kDouble));
    const auto dataset = fixture.dataset();
    std::vector<double> losses;
    for (int epoch = 0; epoch < fixture.steps(); ++epoch) {
      losses.push_back(trainer
                           .epoch(*dataset, fixture.selection(),
                                  {epoch, fixture.batch(), {fixture.learningRate()}}, {},
                                  [](const Progress&) {})
                           .loss);
    }
    REQUIRE_BELOW(relativeError(losses, fixture.numbers("losses")), 1e-8);
  }
}

TEST("parameter totals are those of the reports and of torchvision") {
  struct Expected {
    const char* name;
    NetworkShape shape;
    int64_t total, trainable;
  };
  const std::vector<Expected> all{
      {"cnn-binary", {2, 1, 128, 128}, 3'404'674, 3'354'498},
      {"cnn-ternary", {3, 1, 128, 128}, 4'287'491, 4'287'491},
      {"cnn5", {2, 1, 144, 144}, 426'914, 425'826},
      {"autoencoder", {1, 3, 128, 128}, 52'067, 52'067},
      {"lmap3", {4, 1, 224, 224}, 287'688, 287'686},
      {"alexnet", {4, 1, 224, 224}, 21'574'344, 21'574'342},
      {"vgg19", {4, 3, 224, 224}, 20'026'448, 20'026'442},
      {"resnet18", {2, 3, 224, 224}, 11'187'138, 11'177'538},
      {"resnet50", {2, 3, 224, 224}, 23'565'250, 23'512'130},
      {"resnet34", {2, 3, 224, 224}, 21'302'722, 21'285'698},
      {"lenet5", {10, 1, 32, 32}, 61'706, 61'706},
      // Keras without head has 23,564,800; the head for two classes adds 2,048 · 2 + 2.
      {"resnet50v2", {2, 3, 150, 150}, 23'564'800 + 4'098, 23'523'458},
  };
  std::set<std::string> seen;
  for (const Expected& expected : all) {
    const Totals totals = count(*Network::build(spec(expected.name), expected.shape, 0));
    REQUIRE_EQUAL(totals.total, expected.total);
    REQUIRE_EQUAL(totals.trainable, expected.trainable);
    seen.insert(expected.name);
  }
  for (const auto& name : architectures())
    REQUIRE(seen.contains(name));
}

TEST(
    "every layer of every network keeps channels last, in float and bfloat16, with one channel and "
    "three") {
  for (const std::string& name : architectures()) {
    for (const int64_t channels : {1, 3}) {
      const auto network = Network::build(spec(name), {3, channels, 96, 96}, 1);
      for (const auto type : {at::kFloat, at::kBFloat16}) {
        auto generator = at::detail::createCPUGenerator(0);
        int images = 0;
        const Observer observer = [&](const std::string& layer, const at::Tensor& output) {
          if (output.dim() != 4) return;
          ++images;
          require(output.is_contiguous(at::MemoryFormat::ChannelsLast), __FILE__, __LINE__, name,
                  " ", layer, " left channels last with ", channels, " channels, strides ",
                  output.strides());
        };
        Mode mode{
            .training = true, .compute = type, .generator = &generator, .observer = &observer};
        const auto input =
            at::rand({2, channels, 96, 96})
                .to(at::TensorOptions(), false, false, at::MemoryFormat::ChannelsLast);
        network->forward(input, mode);
        mode.separate = true;
        network->forward(input, mode);
        REQUIRE(images > 6);
      }
    }
  }
}

TEST("ReLU and max pooling in one pass equal LibTorch's two, in values and gradients") {
  for (const auto type : {at::kFloat, at::kBFloat16}) {
    for (const auto& sizes : std::vector<std::vector<int64_t>>{
             {2, 5, 8, 6}, {3, 32, 7, 9}, {1, 1, 2, 3}, {2, 70, 5, 4}}) {
      auto generator = at::detail::createCPUGenerator(4);
      // Few distinct values, so that ties are common; among them zeros of both signs.
      const auto drawn = at::empty(sizes)
                             .random_(-3, 4, generator)
                             .mul(0.5)
                             .to(type)
                             .contiguous(at::MemoryFormat::ChannelsLast);
      const auto ours = at::empty(sizes, drawn.options(), at::MemoryFormat::ChannelsLast)
                            .copy_(drawn)
                            .set_requires_grad(true);
      const auto theirs = drawn.clone().set_requires_grad(true);
      const auto pooled = reluMaxPool2x2(ours);
      const auto expected = at::max_pool2d(at::relu(theirs), 2);
      REQUIRE(at::equal(pooled, expected));
      const auto weights = at::empty(expected.sizes()).normal_(0, 1, generator).to(type);
      (pooled * weights).sum().backward();
      (expected * weights).sum().backward();
      // In a tie above zero both take the first cell; where all are zero no gradient flows.
      REQUIRE(at::equal(ours.grad(), theirs.grad()));
    }
  }
}

TEST("a NaN goes through pooling whatever its sign") {
  for (const auto type : {at::kFloat, at::kBFloat16}) {
    auto x = at::ones({1, 1, 4, 4})
                 .to(at::TensorOptions(type), false, false, at::MemoryFormat::ChannelsLast);
    x[0][0][0][0] = NAN;
    x[0][0][2][2] = -NAN;
    const auto pooled = reluMaxPool2x2(x).isnan();
    REQUIRE(at::equal(pooled.flatten(), at::tensor({1, 0, 0, 1}).to(at::kBool)));
  }
}

TEST("names of a ResNet's state are torchvision's, in torchvision's order") {
  const auto network = Network::build(spec("resnet50"), {1000, 3, 224, 224}, 0);
  const auto& state = network->state();
  REQUIRE_EQUAL(state.size(), 320u);
  REQUIRE_EQUAL(state[0].name, "conv1.weight");
  REQUIRE_EQUAL(state[5].name, "bn1.num_batches_tracked");
  REQUIRE_EQUAL(state[6].name, "layer1.0.conv1.weight");
  REQUIRE_EQUAL(state[24].name, "layer1.0.downsample.0.weight");
  REQUIRE_EQUAL(state.back().name, "fc.bias");
}

TEST("the same seed draws the same weights, another seed others") {
  const auto draw = [](uint64_t seed) {
    return Network::build(spec("lenet5"), {10, 1, 32, 32}, seed)->state()[0].tensor;
  };
  REQUIRE(at::equal(draw(7), draw(7)));
  REQUIRE(!at::equal(draw(7), draw(8)));
}

TEST("weights start with the spread of their convention") {
  // Glorot uniform: standard deviation √(2 / (fanIn + fanOut)). He normal over fan-out: √(2 /
  // fanOut).
  const auto keras = Network::build(spec("cnn-binary"), {2, 1, 128, 128}, 3);
  const auto torch = Network::build(spec("resnet18"), {2, 3, 224, 224}, 3);
  const auto spread = [](const Network& network, const std::string& name) {
    for (const State& entry : network.state()) {
      if (entry.name == name) return entry.tensor.std().item<double>();
    }
    return 0.0;
  };
  REQUIRE_BELOW(std::abs(spread(*keras, "conv3.weight") / std::sqrt(2.0 / (64 * 9 + 128 * 9)) - 1),
                0.02);
  REQUIRE_BELOW(std::abs(spread(*torch, "layer3.0.conv1.weight") / std::sqrt(2.0 / (256 * 9)) - 1),
                0.02);
}

TEST("same padding puts the odd row and column after, as Keras does") {
  const std::string net = R"({"convention":"keras","layers":[
    {"kind":"conv2d","name":"c","out":1,"kernel":3,"stride":2,"padding":"same","bias":false},
    {"kind":"flatten"},{"kind":"linear","name":"head","out":"classes"}]})";
  const auto network = Network::build(net, {1, 1, 4, 4}, 0);
  const c10::NoGradGuard noGrad;
  network->state()[0].tensor.fill_(1);
  // Sums over windows that start at 0 and 2 and are cut at the end: 9, 6 / 6, 4 of ones.
  at::Tensor seen;
  const Observer observer = [&](const std::string& layer, const at::Tensor& output) {
    if (layer == "c") seen = output;
  };
  network->forward(at::ones({1, 1, 4, 4}), {.observer = &observer});
  REQUIRE(at::equal(seen.flatten(), at::tensor({9.f, 6.f, 6.f, 4.f})));
}

TEST("a wrong architecture is refused with layer and field") {
  const auto build = [](const std::string& layers) {
    return Network::build(R"({"convention":"torch","layers":[)" + layers + "]}", {2, 1, 8, 8}, 0);
  };
  const std::string head = R"({"kind":"flatten"},{"kind":"linear","name":"head","out":"classes"})";
  build(head);
  REQUIRE_ERROR(build(R"({"kind":"conv9d","name":"x"},)" + head), "ERR_INVALID_SPEC",
                "layer 1 \"x\": unknown kind");
  REQUIRE_ERROR(build(R"({"kind":"conv2d","name":"x","out":0,"kernel":3},)" + head),
                "ERR_INVALID_SPEC", "out must be");
  REQUIRE_ERROR(build(R"({"kind":"conv2d","name":"x","out":4},)" + head), "ERR_INVALID_SPEC",
                "kernel is missing");
  REQUIRE_ERROR(build(R"({"kind":"conv2d","name":"x","out":4,"kernel":3,"stirde":2},)" + head),
                "ERR_INVALID_SPEC", "unknown field \"stirde\"");
  REQUIRE_ERROR(build(R"({"kind":"dropout","rate":1},)" + head), "ERR_INVALID_SPEC",
                "rate must be");
  REQUIRE_ERROR(build(R"({"kind":"activation","function":"swish"},)" + head), "ERR_INVALID_SPEC",
                "swish");
  REQUIRE_ERROR(build(head + R"(,{"kind":"linear","name":"head","out":2})"), "ERR_INVALID_SPEC",
                "taken");
  REQUIRE_ERROR(build(R"({"kind":"linear","name":"l","out":"classes"})"), "ERR_INVALID_SPEC",
                "needs flatten");
  REQUIRE_ERROR(build(head + R"(,{"kind":"flatten"})"), "ERR_INVALID_SPEC", "needs an image");
  REQUIRE_ERROR(build(R"({"kind":"flatten"},{"kind":"linear","name":"h","out":5})"),
                "ERR_INVALID_SPEC", "one value per class");
  REQUIRE_ERROR(Network::build("{", {2, 1, 8, 8}, 0), "ERR_INVALID_SPEC", "JSON");
  REQUIRE_ERROR(Network::build(spec("lmap3"), {2, 1, 93, 200}, 0), "ERR_INPUT_TOO_SMALL",
                "the smallest is 94×94");
  REQUIRE_ERROR(Network::build(spec("autoencoder"), {1, 3, 100, 100}, 0), "ERR_INVALID_ARGUMENT",
                "96×96");
  REQUIRE_ERROR(Network::build(spec("lenet5"), {2, 2, 32, 32}, 0), "ERR_INVALID_ARGUMENT",
                "1 or 3 channels");
}

TEST("a model file rebuilds its network, and one that does not fit changes nothing") {
  const std::string path = temporaryPath("model.safetensors");
  const auto network = Network::build(spec("resnet18"), {2, 1, 64, 64}, 5);
  writeModel(path, *network, {{"classes", "[]"}});
  const ModelFile read = readModel(path);
  const auto x = at::rand({2, 1, 64, 64});
  REQUIRE(at::equal(read.network->forward(x, {}), network->forward(x, {})));
  REQUIRE_EQUAL(read.metadata.at("classes"), "[]");

  StateDictionary state;
  for (const State& entry : network->state())
    state[entry.name] = entry.tensor;
  const auto other = Network::build(spec("resnet18"), {2, 1, 64, 64}, 6);
  const auto before = other->state()[0].tensor.clone();
  StateDictionary missing = state, extra = state, wrong = state, nan = state;
  missing.erase("fc.bias");
  extra["more"] = at::zeros({1});
  wrong["fc.weight"] = at::zeros({3, 512});
  nan["fc.bias"] = at::full({2}, NAN);
  REQUIRE_ERROR(other->load(missing), "ERR_MODEL_MISMATCH", "missing fc.bias");
  REQUIRE_ERROR(other->load(extra), "ERR_MODEL_MISMATCH", "unexpected more");
  REQUIRE_ERROR(other->load(wrong), "ERR_MODEL_MISMATCH", "fc.weight (");
  REQUIRE_ERROR(other->load(nan), "ERR_MODEL_MISMATCH", "NaN");
  REQUIRE(at::equal(other->state()[0].tensor, before));
  other->load(state);
  REQUIRE(at::equal(other->state()[0].tensor, network->state()[0].tensor));
}

}  // namespace roentgen::testing
