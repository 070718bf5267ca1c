#include "core/distributed/group.h"

#include "core/distributed/host_sum.h"
#include "core/error.h"

#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <c10/util/Logging.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#ifdef USE_C10D_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

#include <cstdlib>
#include <regex>

namespace roentgen {
namespace {

using Kind = c10d::ProcessGroup::BackendType;

c10::intrusive_ptr<c10d::Store> openStore(const GroupOptions& options) {
  c10d::TCPStoreOptions store;
  store.port = options.port;
  store.isServer = !options.hosted && options.rank == 0;
  if (!options.hosted) store.numWorkers = static_cast<size_t>(options.size);
  store.timeout = options.timeout;
  return c10::make_intrusive<c10d::PrefixStore>(
      options.name, c10::make_intrusive<c10d::TCPStore>(options.address, store));
}

void connect(c10d::ProcessGroup& group, const c10::intrusive_ptr<c10d::Store>& store,
             const GroupOptions& options) {
  const auto gloo = c10::make_intrusive<c10d::ProcessGroupGloo>(
      store, options.rank, options.size,
      c10d::ProcessGroupGloo::Options::create_default(options.timeout));
  group.setBackend(at::kCPU, Kind::GLOO, gloo);
  group.setDefaultBackend(Kind::GLOO);
  if (!at::hasCUDA()) return;
#ifdef USE_C10D_NCCL
  {
    const auto settings = c10d::ProcessGroupNCCL::Options::create();
    settings->timeout = options.timeout;
    const auto nccl =
        c10::make_intrusive<c10d::ProcessGroupNCCL>(store, options.rank, options.size, settings);
    group.setBackend(at::kCUDA, Kind::NCCL, nccl);
  }
#else
  group.setBackend(at::kCUDA, Kind::GLOO, gloo);
#endif
}

// c10d prints what goes wrong, with traces, before it throws it: our errors say it in words.
void quietLog() {
  if (!std::getenv("TORCH_CPP_LOG_LEVEL")) FLAGS_caffe2_log_level = c10::GLOG_FATAL;
}

// The first line of what c10d says, without the places in its own sources.
std::string reasonOf(const std::string& message) {
  static const std::regex place(R"(\[/[^\]]*\] )");
  const std::string line = message.substr(0, message.find('\n'));
  return std::regex_replace(line, place, "").substr(0, 200);
}

}  // namespace

std::shared_ptr<Group> Group::join(const GroupOptions& options) {
  if (options.rank < 0 || options.rank >= options.size) {
    throw Error("ERR_INVALID_ARGUMENT",
                text("Expected a rank from 0 to ", options.size - 1, ", received ", options.rank));
  }
  quietLog();
  std::shared_ptr<Group> group(new Group(options));
  group->guard([&] {
    const auto store = openStore(options);
    group->handle_ = c10::make_intrusive<c10d::ProcessGroup>(store, options.rank, options.size);
    connect(*group->handle_, store, options);
    group->handle_->setGroupName(options.name);
  });
  group->host_ =
      HostSum::open({.rank = options.rank,
                     .size = options.size,
                     .timeout = options.timeout,
                     .gather = [&](const at::Tensor& rows) { return group->gather(rows); },
                     .any = [&](bool here) { return group->any(here); }});
  return group;
}

Group::Group(const GroupOptions& options) : options_(options) {}

Group::~Group() {
  try {
    if (handle_) handle_->shutdown();
  } catch (const std::exception&) {
    // The others are gone before us: there is nothing left to leave.
  }
}

void Group::sum(const at::Tensor& values) const {
  guard([&] {
    if (host_ && HostSum::takes(values)) return host_->sum(values);
    std::vector<at::Tensor> tensors{values};
    handle_->allreduce(tensors)->wait();
  });
}

void Group::broadcast(const at::Tensor& values) const {
  guard([&] {
    // In the order of memory, which Gloo asks for: strides may be those of NHWC.
    std::vector<at::Tensor> tensors{values.is_contiguous() ? values : values.contiguous()};
    handle_->broadcast(tensors)->wait();
    if (!tensors[0].is_same(values)) values.copy_(tensors[0]);
  });
}

at::Tensor Group::gather(const at::Tensor& rows) const {
  const auto counts = at::zeros({size()}, at::kLong);
  counts[rank()] = rows.size(0);
  sum(counts);
  auto padded = rows.sizes().vec();
  padded[0] = counts.max().item<int64_t>();
  std::vector<at::Tensor> mine{at::zeros(padded, rows.options())};
  mine[0].narrow(0, 0, rows.size(0)).copy_(rows);
  std::vector<std::vector<at::Tensor>> all(1);
  for (int i = 0; i < size(); ++i)
    all[0].push_back(at::empty_like(mine[0]));
  guard([&] { handle_->allgather(all, mine)->wait(); });
  for (int i = 0; i < size(); ++i) {
    auto& part = all[0][static_cast<size_t>(i)];
    part = part.narrow(0, 0, counts[i].item<int64_t>());
  }
  return at::cat(all[0]);
}

bool Group::any(bool here) const {
  const auto count = at::full({1}, here ? 1 : 0, at::kInt);
  sum(count);
  return count.item<int>() > 0;
}

void Group::guard(const std::function<void()>& work) const {
  try {
    work();
  } catch (const Error&) {
    throw;
  } catch (const c10::OutOfMemoryError&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(
        "ERR_PEER",
        text("Process ", rank(), " of ", size(), " lost the others, or one did nothing for ",
             std::chrono::duration_cast<std::chrono::seconds>(options_.timeout).count(),
             " s: ", reasonOf(error.what())));
  }
}

}  // namespace roentgen
