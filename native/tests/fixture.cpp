#include "tests/fixture.h"

#include "tests/check.h"
#include "tests/oracle.h"

#include <ATen/Functions.h>

#include <cmath>
#include <regex>

namespace roentgen::testing {
namespace {

uint32_t fnv1a(const std::string& text) {
  uint32_t hash = 0x811C9DC5;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x01000193;
  return hash;
}

uint32_t mix(uint32_t h) {
  h ^= h >> 16;
  h *= 0x85EBCA6B;
  h ^= h >> 13;
  h *= 0xC2B2AE35;
  return h ^ h >> 16;
}

uint32_t bits(uint32_t seed, uint32_t position) {
  return mix(mix(position) ^ seed);
}

}  // namespace

NetworkFixture::NetworkFixture(const std::string& name)
    : name_(name),
      json_(Json::parse(readText(sourcePath("test/fixtures/networks/" + name + ".json")))) {
  batch_ = *member(at("input"), "batch").integer();
}

const Json& NetworkFixture::at(const char* key) const {
  return member(json_, key);
}
std::vector<double> NetworkFixture::numbers(const char* key) const {
  return toNumbers(at(key));
}
double NetworkFixture::learningRate() const {
  return toNumber(member(at("optimizer"), "learningRate"));
}
int NetworkFixture::steps() const {
  return static_cast<int>(*member(at("optimizer"), "steps").integer());
}

uint32_t NetworkFixture::seed(const std::string& name) const {
  return fnv1a(text(*at("salt").integer(), ":", name));
}

at::Tensor NetworkFixture::initial(const std::string& name, at::IntArrayRef shape) const {
  if (name.ends_with(".running_mean")) return at::zeros(shape);
  if (name.ends_with(".num_batches_tracked")) return at::zeros(shape, at::kLong);
  if (name.ends_with(".running_var")) return at::ones(shape);
  auto tensor = at::empty(shape, at::kDouble);
  double shift = 0, scale = 1;
  bool sparse = false;
  if (shape.size() > 1) {
    const auto fanIn = static_cast<double>(tensor.numel() / shape[0]);
    sparse = fanIn >= 256;
    scale = std::sqrt((sparse ? 48.0 : 6.0) / fanIn);
  } else if (name.ends_with(".weight")) {
    shift = name.ends_with("bn3.weight") ? 0.25 : 1.0;
    scale = 0.1;
  }
  const uint32_t seed = this->seed(name), size = static_cast<uint32_t>(tensor.numel());
  auto* out = tensor.mutable_data_ptr<double>();
  for (uint32_t i = 0; i < size; ++i) {
    const uint32_t word = bits(seed, i);
    const double noise = static_cast<double>(word >> 8) / 8388608.0 - 1.0;
    out[i] = sparse && word % 8 != 0 ? 0.0 : shift + scale * noise;
  }
  return tensor.to(at::kFloat);
}

std::shared_ptr<Network> NetworkFixture::network(at::ScalarType type) const {
  const std::string spec = readText(sourcePath("models/" + name_ + ".json"));
  const auto withoutDropout =
      std::regex_replace(spec, std::regex(R"("rate": [0-9.]+)"), "\"rate\": 0");
  const Json& input = at("input");
  auto network = Network::build(withoutDropout,
                                {.outputs = *at("outputs").integer(),
                                 .channels = *member(input, "channels").integer(),
                                 .height = *member(input, "height").integer(),
                                 .width = *member(input, "width").integer()},
                                0);
  StateDictionary state;
  for (const State& entry : network->state())
    state[entry.name] = initial(entry.name, entry.tensor.sizes());
  network->load(state);
  network->to(type);
  return network;
}

std::shared_ptr<Dataset> NetworkFixture::dataset() const {
  const Json& input = at("input");
  auto images = at::empty({batch_, *member(input, "channels").integer(),
                           *member(input, "height").integer(), *member(input, "width").integer()},
                          at::kByte);
  const uint32_t seed = this->seed("input");
  auto* out = images.mutable_data_ptr<uint8_t>();
  for (uint32_t i = 0; i < images.numel(); ++i)
    out[i] = static_cast<uint8_t>(bits(seed, i) >> 24);
  return std::make_shared<Dataset>(TensorFile{{{"images", images}}, {}}, "fixture");
}

Selection NetworkFixture::selection() const {
  Selection selection;
  for (int32_t i = 0; i < batch_; ++i)
    selection.indices.push_back(i);
  for (const double label : numbers("labels"))
    selection.labels.push_back(static_cast<int32_t>(label));
  return selection;
}

TrainerOptions NetworkFixture::options(at::ScalarType type) const {
  const Json& input = at("input");
  const auto channels = static_cast<size_t>(*member(input, "channels").integer());
  TrainerOptions options;
  options.loss.kind = lossByName(*at("loss").string());
  options.optimizer.epsilon = toNumber(member(at("optimizer"), "epsilon"));
  options.compute = type;
  options.normalization.mean.assign(channels, toNumber(member(input, "mean")));
  options.normalization.std.assign(channels, toNumber(member(input, "std")));
  return options;
}

Reference NetworkFixture::reference(const Json& value) const {
  return {toNumber(member(value, "norm")), toNumbers(member(value, "values"))};
}

Deviation NetworkFixture::deviation(const std::string& name, const at::Tensor& actual,
                                    const Reference& expected) const {
  const auto flat = actual.detach().to(at::kDouble).contiguous().flatten();
  const auto size = static_cast<uint32_t>(flat.numel());
  const auto* data = flat.const_data_ptr<double>();
  const auto samples = std::min(size, static_cast<uint32_t>(*at("samples").integer()));
  const uint32_t seed = this->seed(name + "#samples");
  double difference = 0;
  for (uint32_t k = 0; k < samples; ++k) {
    const double value = data[size == samples ? k : bits(seed, k) % size];
    difference += std::pow(value - expected.values.at(k), 2);
  }
  // The sampled elements stand for all, and the norm must agree beside them.
  const double norm = flat.norm().item<double>() - expected.norm;
  return {std::max(difference * size / samples, norm * norm), expected.norm * expected.norm};
}

double Deviation::relative() const {
  return std::isnan(difference) ? INFINITY : std::sqrt(difference / std::max(size, 1e-300));
}

Deviation& Deviation::operator+=(const Deviation& other) {
  difference += other.difference;
  size += other.size;
  return *this;
}

}  // namespace roentgen::testing
