#include "core/network/weights.h"

#include "core/error.h"
#include "core/io/safetensors.h"
#include "core/io/torch_file.h"
#include "core/network/model_file.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <set>

namespace roentgen {
namespace {

constexpr std::string_view wrapper = "module.";  // of torch.nn.DataParallel

TensorFile readWeights(const std::string& path) {
  TensorFile file = isTorchFile(path) ? TensorFile{readTorchFile(path), {}} : readTensors(path);
  dropTrainingState(file.tensors);
  const bool wrapped = std::all_of(file.tensors.begin(), file.tensors.end(), [](const auto& entry) {
    return entry.first.starts_with(wrapper);
  });
  if (!wrapped) return file;
  StateDictionary plain;
  for (auto& [name, tensor] : file.tensors)
    plain[name.substr(wrapper.size())] = std::move(tensor);
  file.tensors = std::move(plain);
  return file;
}

// The stem for another number of channels; undefined where that is not all that differs.
at::Tensor adaptChannels(const at::Tensor& given, const at::Tensor& wanted) {
  if (given.dim() != 4 || wanted.dim() != 4) return {};
  auto sizes = given.sizes().vec();
  sizes[1] = wanted.size(1);
  if (sizes != wanted.sizes().vec()) return {};
  if (given.size(1) == 3 && wanted.size(1) == 1) return given.sum(1, /*keepdim=*/true);
  if (given.size(1) == 1 && wanted.size(1) == 3) return given.expand(sizes) / 3;
  return {};
}

struct Name {
  std::string layer, rest;
};

Name split(const std::string& name) {
  const size_t dot = std::min(name.find('.'), name.size());
  return {name.substr(0, dot), name.substr(dot)};
}

}  // namespace

ImportReport importWeights(Network& network, const std::string& path,
                           const ImportOptions& options) {
  TensorFile file = readWeights(path);
  ImportReport report;
  report.metadata = std::move(file.metadata);
  StateDictionary taken;
  std::set<std::string> used;

  for (const State& entry : network.state()) {
    const auto [layer, rest] = split(entry.name);
    const bool head =
        std::find(options.head.begin(), options.head.end(), layer) != options.head.end();
    const auto aliases = options.aliases.find(layer);
    auto found = file.tensors.find(entry.name);
    if (aliases != options.aliases.end()) {
      for (const std::string& alias : aliases->second)
        if (found == file.tensors.end()) found = file.tensors.find(alias + rest);
    }
    if (found == file.tensors.end()) {
      const bool own = aliases != options.aliases.end() && aliases->second.empty();
      // Files from before PyTorch 0.4.1 do not count batches.
      if (rest.ends_with(".num_batches_tracked")) continue;
      (head || own ? report.drawn : report.missing).push_back(entry.name);
      continue;
    }
    used.insert(found->first);
    const at::Tensor& given = found->second;
    const at::Tensor& wanted = entry.tensor;
    const auto adapted = adaptChannels(given, wanted);
    if (given.is_floating_point() != wanted.is_floating_point() ||
        (given.sizes() != wanted.sizes() && !adapted.defined())) {
      if (head) {
        report.drawn.push_back(entry.name);
      } else {
        report.wrong.push_back(text(entry.name, " ", given.sizes(), ", expected ", wanted.sizes()));
      }
    } else if (given.is_floating_point() && !at::isfinite(given).all().item<bool>()) {
      report.wrong.push_back(text(entry.name, " holds NaN or infinity"));
    } else {
      (adapted.defined() ? report.adapted : report.matched).push_back(entry.name);
      taken[entry.name] = adapted.defined() ? adapted : given;
    }
  }
  for (const auto& [name, tensor] : file.tensors) {
    if (!used.contains(name)) report.unexpected.push_back(name);
  }
  if (!report.fits()) return report;
  const at::NoGradGuard noGrad;
  for (const State& entry : network.state()) {
    if (const auto source = taken.find(entry.name); source != taken.end())
      entry.tensor.copy_(source->second);
  }
  return report;
}

}  // namespace roentgen
