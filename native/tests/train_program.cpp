// Trains a network from its architecture file on drawn chests without Node, prints one line of
// JSON, and with --compare-cpu tells whether the device learns as the CPU does in fp32.
#include "core/error.h"
#include "core/io/json.h"
#include "core/memory.h"
#include "core/named.h"
#include "core/network/network.h"
#include "core/system.h"
#include "core/training/trainer.h"
#include "tests/images.h"

#include <c10/core/CachingDeviceAllocator.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace roentgen::testing {
namespace {

constexpr char usage[] = R"(Usage: roentgen_train_check [options]
  --device cpu|cuda      default cpu
  --model FILE           architecture file; default models/resnet18.json
  --batch N              images of a step; default 32
  --size N               side of the images in pixels; default 224
  --steps N              default 50; the first 16 at most count as warm-up and are not timed
  --precision fp32|bf16  default fp32
  --compare-cpu          trains up to 50 steps on the CPU in fp32 first; exit code 1 where the losses
                         differ by more than the tolerance, or do not fall
Choose a network without dropout to compare: every device draws masks of its own.
)";

constexpr Named<at::DeviceType, 2> devices{{{"cpu", at::kCPU}, {"cuda", at::kCUDA}}};

struct Precision {
  at::ScalarType compute;
  // Of the losses against those of the CPU in fp32: at the first step, when the weights are still
  // the same, and on average over the curves, smoothed over ten steps.
  double firstTolerance, curveTolerance;
};
// A GPU's convolutions in fp32 are of TF32, whose mantissa has 10 bits; bf16's has 7.
constexpr Named<Precision, 2> precisions{
    {{"fp32", {at::kFloat, 3e-3, 0.02}}, {"bf16", {at::kBFloat16, 1e-2, 0.02}}}};

constexpr double learningRate = 1e-4;
// The first steps are compared: later ones drift apart by rounding alone.
constexpr int64_t comparedSteps = 50;
// Curves of networks that learn nothing agree, too.
constexpr double mostFall = 0.8;

struct Options {
  std::string device = "cpu", precision = "fp32";
  std::string model = ROENTGEN_SOURCE_DIR "/models/resnet18.json";
  int64_t batch = 32, size = 224, steps = 50;
  bool compare = false, help = false;
};

int64_t positive(std::string_view name, std::string_view value) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || number < 1) {
    throw Error("ERR_INVALID_ARGUMENT",
                text("Expected an integer above 0 for ", name, ", received \"", value, "\""));
  }
  return number;
}

Options parse(const std::vector<std::string>& arguments) {
  Options options;
  const auto assign = [](std::string& member) {
    return [&member](const std::string&, const std::string& value) { member = value; };
  };
  const auto count = [](int64_t& member) {
    return [&member](const std::string& name, const std::string& value) {
      member = positive(name, value);
    };
  };
  using Set = std::function<void(const std::string&, const std::string&)>;
  const std::map<std::string, Set> values{{"--device", assign(options.device)},
                                          {"--model", assign(options.model)},
                                          {"--precision", assign(options.precision)},
                                          {"--batch", count(options.batch)},
                                          {"--size", count(options.size)},
                                          {"--steps", count(options.steps)}};
  const std::map<std::string, bool*> flags{{"--compare-cpu", &options.compare},
                                           {"--help", &options.help}};
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& name = arguments[i];
    if (const auto flag = flags.find(name); flag != flags.end()) {
      *flag->second = true;
    } else if (const auto value = values.find(name); value == values.end()) {
      throw Error("ERR_INVALID_ARGUMENT", text("Unknown option ", name, "; --help lists them"));
    } else if (++i == arguments.size()) {
      throw Error("ERR_INVALID_ARGUMENT", text("No value follows ", name));
    } else {
      value->second(name, arguments[i]);
    }
  }
  return options;
}

std::string readSpec(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Error("ERR_NOT_FOUND", text("No architecture file can be read at ", path));
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::shared_ptr<Network> build(const Options& options) {
  const std::string spec = readSpec(options.model);
  const Json document = Json::parse(spec);
  const Json* input = document.find("input");
  const Json* channels = input ? input->find("channels") : nullptr;
  const int64_t* number = channels ? channels->integer() : nullptr;
  return Network::build(spec, {2, number ? *number : 1, options.size, options.size}, 1);
}

struct Course {
  std::vector<double> losses;  // of each step
  std::vector<double> stepMs;  // medians of these are told; empty where all steps were warm-up
  double imagesPerSecond = 0;
};

// A GPU is waited for at the end of an epoch: there is a time to read.
constexpr int64_t stepsPerEpoch = 16;

TrainerOptions trainerOptions(const Network& network, at::Device device, at::ScalarType compute) {
  const auto channels = static_cast<size_t>(network.shape().channels);
  TrainerOptions options;
  if (network.task() == Task::reconstruction) options.loss.kind = Loss::meanSquaredError;
  options.compute = compute;
  options.device = device;
  options.normalization = {std::vector<double>(channels, 0.5), std::vector<double>(channels, 0.25)};
  options.seed = 1;
  return options;
}

// What was read of the clock up to some step; up to the first reading it is warm-up.
class Clock {
 public:
  void read(int64_t step) {
    const double now = watch_.seconds();
    if (last_ > 0) {
      stepMs_.push_back(1000 * (now - then_) / static_cast<double>(step - last_));
      seconds_ += now - then_;
      steps_ += step - last_;
    }
    last_ = step;
    then_ = now;
  }
  const std::vector<double>& stepMs() const { return stepMs_; }
  double stepsPerSecond() const { return steps_ > 0 ? static_cast<double>(steps_) / seconds_ : 0; }

 private:
  Stopwatch watch_;
  int64_t last_ = 0, steps_ = 0;
  double then_ = 0, seconds_ = 0;
  std::vector<double> stepMs_;
};

Course train(const Options& options, at::Device device, at::ScalarType compute, int64_t steps) {
  const auto network = build(options);
  const auto images =
      chestImages(options.batch * stepsPerEpoch, network->shape().channels, options.size, 1);
  auto selection = firstImages(static_cast<int32_t>(images->size()));
  if (network->task() == Task::reconstruction) selection.labels.clear();
  Trainer trainer(network, trainerOptions(*network, device, compute));
  Course course;
  Clock clock;
  for (int64_t done = 0; done < steps; done = static_cast<int64_t>(course.losses.size())) {
    const int64_t left = steps - done;
    const EpochOptions epoch{.epoch = done / stepsPerEpoch,
                             .batchSize = options.batch,
                             .learningRates = {learningRate},
                             .updates = left < stepsPerEpoch ? left : 0};
    const auto statistics =
        trainer.epoch(*images, selection, epoch, {},
                      [&](const Progress& progress) { clock.read(done + progress.step); });
    course.losses.insert(course.losses.end(), statistics.losses.begin(), statistics.losses.end());
  }
  course.stepMs = clock.stepMs();
  course.imagesPerSecond = clock.stepsPerSecond() * static_cast<double>(options.batch);
  return course;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Of a GPU what its tensors took at most, of the CPU what the whole process did.
int64_t peakBytes(at::Device device) {
  if (!device.is_cpu()) {
    const auto stats = c10::getDeviceAllocator(device.type())->getDeviceStats(0);
    return stats.allocated_bytes[static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE)]
        .peak;
  }
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("VmHWM:")) return 1024 * std::stoll(line.substr(6));
  return 0;
}

// Mean of up to ten values that end at each place.
std::vector<double> smooth(const std::vector<double>& values, size_t count) {
  std::vector<double> means;
  for (size_t end = 1; end <= count; ++end) {
    const size_t begin = end > 10 ? end - 10 : 0;
    const double sum = std::accumulate(values.begin() + static_cast<std::ptrdiff_t>(begin),
                                       values.begin() + static_cast<std::ptrdiff_t>(end), 0.0);
    means.push_back(sum / static_cast<double>(end - begin));
  }
  return means;
}

struct Comparison {
  double first, curve;  // relative to the CPU's first loss
  double fall;          // the CPU's last smoothed loss over its first
  bool agrees;
};

Comparison compare(const std::vector<double>& reference, const std::vector<double>& losses,
                   const Precision& precision) {
  const size_t steps = std::min(reference.size(), losses.size());
  const auto expected = smooth(reference, steps), actual = smooth(losses, steps);
  Comparison result{std::abs(losses[0] - reference[0]) / reference[0], 0,
                    expected.back() / expected.front(), false};
  for (size_t i = 0; i < steps; ++i)
    result.curve += std::abs(actual[i] - expected[i]) / (reference[0] * static_cast<double>(steps));
  result.agrees = result.first <= precision.firstTolerance &&
                  result.curve <= precision.curveTolerance && result.fall <= mostFall;
  return result;
}

// JSON has no word for what a loss may become.
std::string number(double value) {
  return std::isfinite(value) ? text(value) : "null";
}

int run(const Options& options) {
  const auto type = byName(devices, options.device, "ERR_INVALID_ARGUMENT", "device");
  const at::Device device(type, type == at::kCPU ? -1 : 0);
  const auto precision = byName(precisions, options.precision, "ERR_INVALID_ARGUMENT", "precision");
  requireDevice(device);
  std::vector<double> reference;
  if (options.compare)
    reference = train(options, at::kCPU, at::kFloat, std::min(options.steps, comparedSteps)).losses;
  const auto course = train(options, device, precision.compute, options.steps);

  std::string line = text(
      "{\"torch\":", quoteJson(systemInfo().torchVersion), ",\"device\":", quoteJson(device.str()),
      ",\"precision\":", quoteJson(options.precision), ",\"model\":", quoteJson(options.model),
      ",\"batch\":", options.batch, ",\"size\":", options.size, ",\"steps\":", options.steps,
      ",\"imagesPerSecond\":", course.imagesPerSecond, ",\"stepMs\":", median(course.stepMs),
      ",\"firstLoss\":", number(course.losses.front()),
      ",\"lastLoss\":", number(course.losses.back()), ",\"peakBytes\":", peakBytes(device));
  bool agrees = true;
  if (options.compare) {
    const auto result = compare(reference, course.losses, precision);
    agrees = result.agrees;
    line += text(",\"comparison\":{\"steps\":", reference.size(),
                 ",\"firstDifference\":", number(result.first),
                 ",\"firstTolerance\":", precision.firstTolerance,
                 ",\"curveDifference\":", number(result.curve),
                 ",\"curveTolerance\":", precision.curveTolerance,
                 ",\"lossFellTo\":", number(result.fall), ",\"mustFallTo\":", mostFall,
                 ",\"agrees\":", agrees ? "true" : "false", "}");
  }
  std::printf("%s}\n", line.c_str());
  return agrees ? 0 : 1;
}

}  // namespace
}  // namespace roentgen::testing

int main(int argc, char** argv) {
  using namespace roentgen::testing;
  roentgen::installAllocator();
  try {
    const auto options = parse({argv + 1, argv + argc});
    if (!options.help) return run(options);
    std::fputs(usage, stdout);
    return 0;
  } catch (const roentgen::Error& error) {
    std::fprintf(stderr, "roentgen_train_check: %s: %s\n", error.code(), error.what());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "roentgen_train_check: %s\n", error.what());
  }
  return 1;
}
