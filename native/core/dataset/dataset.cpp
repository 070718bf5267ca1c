#include "core/dataset/dataset.h"

#include "core/error.h"
#include "core/io/file.h"
#include "core/memory.h"

#include <ATen/Functions.h>

namespace roentgen {
namespace {

// What no later tensor is likely to reuse: the batches of a service are far below.
constexpr size_t largeBytes = size_t{64} << 20;

}  // namespace

Dataset::Dataset(TensorFile file, const std::string& where) : metadata_(std::move(file.metadata)) {
  const auto found = file.tensors.find("images");
  if (found == file.tensors.end()) {
    throw Error("ERR_INVALID_FILE",
                text(where, ": not a packed dataset, it has no tensor \"images\""));
  }
  images_ = found->second;
  file.tensors.erase(found);
  columns_ = std::move(file.tensors);
  check(where);
}

Dataset::~Dataset() {
  const bool large = images_.nbytes() >= largeBytes;
  images_ = at::Tensor();
  if (large) releaseCachedMemory();
}

void Dataset::check(const std::string& where) const {
  if (images_.scalar_type() != at::kByte || images_.dim() != 4 || images_.numel() == 0) {
    throw Error("ERR_INVALID_FILE",
                text(where, ": \"images\" must be non-empty uint8 [N, C, H, W]"));
  }
  for (const auto& [name, column] : columns_) {
    if (column.scalar_type() != at::kInt || column.dim() != 1 || column.size(0) != size()) {
      throw Error("ERR_INVALID_FILE",
                  text(where, ": column \"", name, "\" must be int32 [", size(), "]"));
    }
  }
}

std::shared_ptr<Dataset> Dataset::open(const std::string& path) {
  return std::make_shared<Dataset>(readTensors(path), path);
}

std::shared_ptr<Dataset> Dataset::fromRaw(const std::string& path, int64_t channels, int64_t height,
                                          int64_t width, const std::vector<int32_t>& keep) {
  const FileReader file(path);
  const int64_t bytes = channels * height * width;
  TensorFile contents;
  at::Tensor images =
      at::empty({static_cast<int64_t>(keep.size()), channels, height, width}, at::kByte);
  auto* out = images.mutable_data_ptr<uint8_t>();
  for (size_t i = 0; i < keep.size();) {
    // Neighbors are read in one call.
    size_t run = 1;
    while (i + run < keep.size() && keep[i + run] == keep[i] + static_cast<int32_t>(run))
      ++run;
    file.read(out + static_cast<int64_t>(i) * bytes, run * static_cast<size_t>(bytes),
              static_cast<uint64_t>(keep[i]) * static_cast<uint64_t>(bytes));
    i += run;
  }
  contents.tensors.emplace("images", std::move(images));
  return std::make_shared<Dataset>(std::move(contents), path);
}

void Dataset::save(const std::string& path, std::map<std::string, std::string> metadata,
                   std::map<std::string, at::Tensor> columns) {
  metadata_ = std::move(metadata);
  columns_ = std::move(columns);
  check(path);
  TensorFile file{columns_, metadata_};
  file.tensors.emplace("images", images_);
  writeTensors(path, file);
}

const at::Tensor& Dataset::column(const std::string& name) const {
  const auto found = columns_.find(name);
  if (found == columns_.end()) {
    throw Error("ERR_INVALID_FILE", text("The dataset has no column \"", name, "\""));
  }
  return found->second;
}

const at::Tensor& Dataset::imagesOn(at::Device device) {
  if (device.is_cpu()) return images_;
  if (!resident_.defined() || resident_.device() != device) resident_ = images_.to(device);
  return resident_;
}

}  // namespace roentgen
