// Training shared by several processes, here threads that meet over this machine's own network:
// equal to training alone, and ended in words where one is missing.
#include "core/distributed/group.h"

#include "core/distributed/host_sum.h"
#include "core/training/trainer.h"
#include "tests/check.h"
#include "tests/images.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <arpa/inet.h>
#include <atomic>
#include <exception>
#include <functional>
#include <netinet/in.h>
#include <set>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace roentgen::testing {
namespace {

uint16_t freePort() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  const bool bound = ::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(socket);
  REQUIRE(bound);
  return ntohs(address.sin_port);
}

GroupOptions member(uint16_t port, int rank, int size) {
  GroupOptions options;
  options.address = "127.0.0.1";
  options.port = port;
  options.rank = rank;
  options.size = size;
  options.name = "test";
  options.timeout = std::chrono::seconds(60);
  return options;
}

// Each rank's work in a thread of its own; throws what the first of them threw.
void inGroup(int size, const std::function<void(std::shared_ptr<Group>)>& work) {
  const uint16_t port = freePort();
  std::vector<std::exception_ptr> errors(static_cast<size_t>(size));
  std::vector<std::thread> threads;
  for (int rank = 0; rank < size; ++rank) {
    threads.emplace_back([&, rank] {
      try {
        work(Group::join(member(port, rank, size)));
      } catch (...) {
        errors[static_cast<size_t>(rank)] = std::current_exception();
      }
    });
  }
  for (auto& thread : threads)
    thread.join();
  for (const auto& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

std::shared_ptr<Network> plainNetwork() {
  return Network::build(R"({"convention":"keras","layers":[
    {"kind":"conv2d","name":"c","out":4,"kernel":3,"activation":"relu"},{"kind":"flatten"},
    {"kind":"linear","name":"head","out":"classes"}]})",
                        {2, 1, 16, 16}, 1);
}

// Normalizes the images themselves, maps, and features; two of the three are followed by a ReLU.
std::shared_ptr<Network> normalizedNetwork() {
  return Network::build(R"({"convention":"torch","layers":[
    {"kind":"conv2d","name":"c","out":8,"kernel":3,"bias":false},
    {"kind":"batchNorm","name":"b","activation":"relu"},
    {"kind":"maxPool2d","kernel":2},
    {"kind":"residualStage","name":"stage","block":"basic","blocks":2,"out":8,"stride":2},
    {"kind":"globalAvgPool"},{"kind":"linear","name":"head","out":"classes"}]})",
                        {2, 1, 16, 16}, 1);
}

// Its gradients are sent in several pieces.
std::shared_ptr<Network> largeNetwork() {
  return Network::build(R"({"convention":"torch","layers":[
    {"kind":"conv2d","name":"c","out":8,"kernel":3,"bias":false},
    {"kind":"batchNorm","name":"b","activation":"relu"},{"kind":"flatten"},
    {"kind":"linear","name":"wide","out":256,"activation":"relu"},
    {"kind":"linear","name":"wider","out":1024,"activation":"relu"},
    {"kind":"linear","name":"head","out":"classes"}]})",
                        {2, 1, 16, 16}, 1);
}

std::shared_ptr<Network> dropoutNetwork() {
  return Network::build(R"({"convention":"keras","layers":[
    {"kind":"batchNorm","name":"first"},
    {"kind":"conv2d","name":"c","out":8,"kernel":3,"activation":"relu"},
    {"kind":"flatten"},{"kind":"batchNorm","name":"b"},{"kind":"dropout","rate":0.5},
    {"kind":"linear","name":"head","out":"classes"}]})",
                        {2, 1, 16, 16}, 1);
}

TrainerOptions options(std::shared_ptr<Group> group = nullptr) {
  TrainerOptions options;
  options.normalization = {{0.5}, {0.25}};
  options.seed = 11;
  options.optimizer.algorithm = Algorithm::sgd;
  options.group = std::move(group);
  return options;
}

at::Tensor weights(Network& network) {
  std::vector<at::Tensor> flat;
  for (const State& entry : network.state())
    flat.push_back(entry.tensor.detach().to(at::kDouble).flatten());
  return at::cat(flat);
}

double deviation(const at::Tensor& actual, const at::Tensor& expected) {
  return ((actual - expected).norm() / expected.norm()).item<double>();
}

using Build = std::shared_ptr<Network> (*)();

// How far the weights of a group end from those of one process, after two epochs; all ranks agree.
double apart(Build build, int processes, const TrainerOptions& settings, int32_t images,
             int64_t batch) {
  const auto dataset = randomImages(images, 1, 16);
  const auto train = [&](std::shared_ptr<Group> group) {
    const auto network = build();
    TrainerOptions own = settings;
    own.group = std::move(group);
    Trainer trainer(network, own);
    for (int epoch = 0; epoch < 2; ++epoch)
      trainer.epoch(*dataset, firstImages(images), {epoch, batch, {1e-2}}, {}, silent);
    return weights(*network);
  };
  const auto alone = train(nullptr);
  std::vector<at::Tensor> ends(static_cast<size_t>(processes));
  inGroup(processes, [&](std::shared_ptr<Group> group) {
    const auto rank = static_cast<size_t>(group->rank());
    ends[rank] = train(std::move(group));
  });
  for (const auto& end : ends)
    REQUIRE(at::equal(end, ends[0]));
  return deviation(ends[0], alone);
}

}  // namespace

TEST("two and four processes come to the weights of one, whatever the network normalizes") {
  for (const Build build : {&plainNetwork, &normalizedNetwork, &largeNetwork}) {
    for (const int processes : {2, 4}) {
      TrainerOptions settings = options();
      REQUIRE_BELOW(apart(build, processes, settings, 48, 16), 1e-5);
      settings.compute = at::kDouble;
      REQUIRE_BELOW(apart(build, processes, settings, 48, 16), 1e-12);
    }
  }
}

TEST("uneven parts, a short last batch and weighted classes make the same update") {
  TrainerOptions settings = options();
  settings.compute = at::kDouble;
  settings.loss.classWeights = {0.3, 2.0};
  // 16 + 16 + 7, in parts of 5, 5, 6 and 2, 2, 3.
  REQUIRE_BELOW(apart(&normalizedNetwork, 3, settings, 39, 16), 1e-12);
  // The last 3 join the batch before.
  REQUIRE_BELOW(apart(&plainNetwork, 1, settings, 35, 16), 1e-12);
  settings.accumulation = 2;
  REQUIRE_BELOW(apart(&normalizedNetwork, 2, settings, 44, 8), 1e-12);
  settings.averageDecay = 0.9;
  settings.optimizer.algorithm = Algorithm::adam;
  settings.augmentation = {.rotation = 20, .noise = 0.1, .mixup = 0.4};
  REQUIRE_BELOW(apart(&normalizedNetwork, 2, settings, 44, 8), 1e-9);
}

TEST("a batch without two images for each process is refused, or joins the one before") {
  for (size_t count = 8; count < 100; ++count) {
    const auto bounds = batchBounds(count, 16, 4);
    for (size_t i = 1; i < bounds.size(); ++i)
      REQUIRE(bounds[i] - bounds[i - 1] >= 8);
    REQUIRE_EQUAL(bounds.back(), count);
  }
  const auto dataset = randomImages(6, 1, 16);
  inGroup(4, [&](std::shared_ptr<Group> group) {
    Trainer trainer(plainNetwork(), options(std::move(group)));
    REQUIRE_ERROR(trainer.epoch(*dataset, firstImages(6), {0, 16, {1e-2}}, {}, silent),
                  "ERR_INVALID_ARGUMENT", "6 images is too small for 4 processes");
  });
  // The last batch has enough, the others have not.
  const auto more = randomImages(20, 1, 16);
  inGroup(4, [&](std::shared_ptr<Group> group) {
    Trainer trainer(plainNetwork(), options(std::move(group)));
    REQUIRE_ERROR(trainer.epoch(*more, firstImages(20), {0, 6, {1e-2}}, {}, silent),
                  "ERR_INVALID_ARGUMENT", "6 images is too small for 4 processes");
  });
}

TEST("an evaluation is shared out and gathered in order, and the epoch's figures are of all") {
  const auto dataset = randomImages(41, 1, 16);
  Trainer alone(normalizedNetwork(), options());
  const auto trained = alone.epoch(*dataset, firstImages(41), {0, 16, {1e-2}}, {}, silent);
  const EvaluationOptions evaluation{.normalization = {{0.5}, {0.25}}, .batchSize = 8};
  for (const int32_t images : {41, 2}) {
    const auto expected =
        evaluate(alone.network(), *dataset, firstImages(images), evaluation, {}, silent);
    inGroup(3, [&](std::shared_ptr<Group> group) {
      Trainer trainer(normalizedNetwork(), options(std::move(group)));
      const auto seen = trainer.epoch(*dataset, firstImages(41), {0, 16, {1e-2}}, {}, silent);
      REQUIRE(std::abs(seen.loss - trained.loss) < 1e-6);
      REQUIRE_EQUAL(seen.accuracy, trained.accuracy);
      REQUIRE_EQUAL(seen.samples, trained.samples);
      REQUIRE_EQUAL(seen.losses.size(), trained.losses.size());
      for (size_t i = 0; i < seen.losses.size(); ++i)
        REQUIRE(std::abs(seen.losses[i] - trained.losses[i]) < 1e-5);
      const auto actual = trainer.evaluate(*dataset, firstImages(images), evaluation, {}, silent);
      REQUIRE_EQUAL(actual.values.size(0), images);
      REQUIRE(at::allclose(actual.values, expected.values, 1e-4, 1e-5));
      REQUIRE(std::abs(actual.loss - expected.loss) < 1e-5);
    });
  }
}

TEST("dropout differs between the parts of a batch, and a run goes on exactly from a file") {
  const auto dataset = randomImages(32, 1, 16);
  const std::string path = temporaryPath("group.safetensors");
  const auto epoch = [&](Trainer& trainer, int number) {
    trainer.epoch(*dataset, firstImages(32), {number, 8, {1e-2}}, {}, silent);
  };
  at::Tensor whole, resumed;
  inGroup(2, [&](std::shared_ptr<Group> group) {
    TrainerOptions settings = options(group);
    settings.averageDecay = 0.9;
    Trainer trainer(dropoutNetwork(), settings);
    epoch(trainer, 0);
    if (group->rank() == 0) trainer.save(path, {});
    epoch(trainer, 1);
    if (group->rank() == 0) whole = weights(trainer.network());
  });
  inGroup(2, [&](std::shared_ptr<Group> group) {
    TrainerOptions settings = options(group);
    settings.averageDecay = 0.9;
    Trainer trainer(dropoutNetwork(), settings);
    // The second process knows nothing of the file.
    if (group->rank() == 0) trainer.load(path);
    trainer.share();
    epoch(trainer, 0);
    epoch(trainer, 1);
    if (group->rank() == 1) resumed = weights(trainer.network());
  });
  REQUIRE(at::equal(whole, resumed));
}

TEST("one that is aborted stops all after the same update, and all go on from there") {
  const auto dataset = randomImages(48, 1, 16);
  at::Tensor whole;
  std::vector<at::Tensor> ends(2);
  std::atomic<int> aborted = 0;
  inGroup(2, [&](std::shared_ptr<Group> group) {
    const bool first = group->rank() == 0;
    Trainer steady(normalizedNetwork(), options(group));
    steady.epoch(*dataset, firstImages(48), {0, 8, {1e-2}}, {}, silent);
    if (first) whole = weights(steady.network());
    Trainer trainer(normalizedNetwork(), options(group));
    Cancellation cancellation;
    const auto stopping = [&](const Progress& progress) {
      if (first && progress.step == 3) cancellation.cancel();
    };
    try {
      trainer.epoch(*dataset, firstImages(48), {0, 8, {1e-2}}, cancellation, stopping);
    } catch (const Error& error) {
      aborted += std::string(error.code()) == "ABORT_ERR";
    }
    trainer.epoch(*dataset, firstImages(48), {0, 8, {1e-2}}, {}, silent);
    ends[first ? 0 : 1] = weights(trainer.network());
  });
  REQUIRE_EQUAL(aborted.load(), 2);
  for (const auto& end : ends)
    REQUIRE(at::equal(end, whole));
}

TEST("frozen layers are left out, and come in when they thaw") {
  const auto dataset = randomImages(32, 1, 16);
  const auto train = [&](std::shared_ptr<Group> group) {
    TrainerOptions settings = options(std::move(group));
    settings.compute = at::kDouble;
    const auto network = normalizedNetwork();
    network->freeze({"c", "b"});
    Trainer trainer(network, settings);
    trainer.epoch(*dataset, firstImages(32), {0, 16, {1e-2}}, {}, silent);
    network->freeze({});
    trainer.epoch(*dataset, firstImages(32), {1, 16, {1e-2}}, {}, silent);
    return weights(*network);
  };
  const auto alone = train(nullptr);
  inGroup(2, [&](std::shared_ptr<Group> group) {
    REQUIRE_BELOW(deviation(train(std::move(group)), alone), 1e-12);
  });
}

std::unique_ptr<HostSum> hostSum(const Group& group, std::chrono::milliseconds timeout) {
  return HostSum::open({.rank = group.rank(),
                        .size = group.size(),
                        .timeout = timeout,
                        .gather = [&](const at::Tensor& rows) { return group.gather(rows); },
                        .any = [&](bool here) { return group.any(here); }});
}

TEST("sums are exact and the same for all, whether they go through memory or as messages") {
  for (const int64_t length : {1, 1000, 8192, 8193, 100'000}) {
    const auto parts = at::randn({3, length}, at::kDouble);
    const auto whole = parts[0] + parts[1] + parts[2];
    std::vector<at::Tensor> sums(3);
    inGroup(3, [&](std::shared_ptr<Group> group) {
      const int rank = group->rank();
      for (int round = 0; round < 20; ++round) {
        auto values = parts[rank] * round;
        group->sum(values);
        REQUIRE_BELOW((values - whole * round).abs().max().item<double>(), 1e-13);
        sums[static_cast<size_t>(rank)] = values;
      }
      const auto counts = at::full({5}, rank + 1, at::kInt);
      group->sum(counts);
      REQUIRE(counts.eq(6).all().item<bool>());
    });
    REQUIRE(at::equal(sums[0], sums[1]) && at::equal(sums[0], sums[2]));
  }
}

TEST("in shared memory, too, one that leaves or never comes ends the others in words") {
  inGroup(2, [&](std::shared_ptr<Group> group) {
    auto shared = hostSum(*group, std::chrono::seconds(60));
    const auto values = at::ones({4}, at::kDouble);
    shared->sum(values);
    if (group->rank() == 1) return;
    REQUIRE_ERROR(group->guard([&] { shared->sum(values); }), "ERR_PEER", "process 1 has ended");
  });
  inGroup(2, [&](std::shared_ptr<Group> group) {
    auto shared = hostSum(*group, std::chrono::milliseconds(200));
    if (group->rank() == 0) {
      REQUIRE_ERROR(group->guard([&] { shared->sum(at::ones({4})); }), "ERR_PEER",
                    "process 1 did not come");
    }
    group->any(false);
  });
}

TEST("one that leaves ends the others in words") {
  const auto dataset = randomImages(32, 1, 16);
  std::atomic<int> told = 0;
  inGroup(2, [&](std::shared_ptr<Group> group) {
    group->any(false);
    if (group->rank() == 1) return;
    Trainer trainer(plainNetwork(), options(group));
    group.reset();
    REQUIRE_ERROR(trainer.epoch(*dataset, firstImages(32), {0, 16, {1e-2}}, {}, silent), "ERR_PEER",
                  "Process 0 of 2 lost the others");
    ++told;
  });
  REQUIRE_EQUAL(told.load(), 1);
}

TEST("one that never comes ends the others within the time") {
  GroupOptions alone = member(freePort(), 0, 2);
  alone.timeout = std::chrono::seconds(2);
  REQUIRE_ERROR(Group::join(alone), "ERR_PEER", "2 s");
  GroupOptions late = member(freePort(), 1, 2);
  late.timeout = std::chrono::seconds(2);
  REQUIRE_ERROR(Group::join(late), "ERR_PEER", "Process 1 of 2");
  REQUIRE_ERROR(Group::join(member(freePort(), 2, 2)), "ERR_INVALID_ARGUMENT", "rank");
}

}  // namespace roentgen::testing
