#include "core/dataset/dataset.h"

#include "core/error.h"
#include "core/io/file.h"
#include "core/memory.h"

#include <ATen/DeviceAccelerator.h>
#include <ATen/Functions.h>

#include <array>

namespace roentgen {
namespace {

// What no later tensor is likely to reuse: the batches of a service are far below.
constexpr size_t largeBytes = size_t{64} << 20;

// uint8 [keep, planes, H, W]: the bytes from `first` on of each slot that is kept.
at::Tensor readPlanes(const FileReader& file, const std::vector<int32_t>& keep, int64_t slotBytes,
                      int64_t first, std::array<int64_t, 3> shape) {
  const auto& [planes, height, width] = shape;
  const int64_t bytes = planes * height * width;
  const auto count = static_cast<int64_t>(keep.size());
  at::Tensor images = at::empty({count, planes, height, width}, at::kByte);
  auto* out = images.mutable_data_ptr<uint8_t>();
  for (size_t i = 0; i < keep.size();) {
    // Neighbors are read in one call, where nothing lies between them.
    size_t run = 1;
    while (bytes == slotBytes && i + run < keep.size() &&
           keep[i + run] == keep[i] + static_cast<int32_t>(run))
      ++run;
    file.read(out + static_cast<int64_t>(i) * bytes, run * static_cast<size_t>(bytes),
              static_cast<uint64_t>(keep[i] * slotBytes + first));
    i += run;
  }
  return images;
}

const at::Tensor& onDevice(const at::Tensor& tensor, at::Tensor& resident, at::Device device) {
  if (device.is_cpu() || !tensor.defined()) return tensor;
  if (resident.defined() && resident.device() == device) return resident;
  const auto [free, total] = at::accelerator::getMemoryInfo(device.index());
  if (tensor.nbytes() > free / 2) return tensor;
  return resident = tensor.to(device);
}

}  // namespace

Dataset::Dataset(TensorFile file, const std::string& where) : metadata_(std::move(file.metadata)) {
  const auto found = file.tensors.find("images");
  if (found == file.tensors.end()) {
    throw Error("ERR_INVALID_FILE",
                text(where, ": not a packed dataset, it has no tensor \"images\""));
  }
  images_ = found->second;
  file.tensors.erase(found);
  if (const auto masks = file.tensors.find("masks"); masks != file.tensors.end()) {
    masks_ = masks->second;
    file.tensors.erase(masks);
  }
  columns_ = std::move(file.tensors);
  check(where);
}

Dataset::~Dataset() {
  const bool large = images_.nbytes() >= largeBytes;
  images_ = masks_ = at::Tensor();
  if (large) releaseCachedMemory();
}

void Dataset::check(const std::string& where) const {
  if (images_.scalar_type() != at::kByte || images_.dim() != 4 || images_.numel() == 0) {
    throw Error("ERR_INVALID_FILE",
                text(where, ": \"images\" must be non-empty uint8 [N, C, H, W]"));
  }
  if (masks_.defined() &&
      (masks_.scalar_type() != at::kByte ||
       masks_.sizes() != at::IntArrayRef{size(), 1, images_.size(2), images_.size(3)})) {
    throw Error("ERR_INVALID_FILE", text(where, ": \"masks\" must be uint8 [", size(), ", 1, ",
                                         images_.size(2), ", ", images_.size(3), "]"));
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
                                          int64_t width, bool masked,
                                          const std::vector<int32_t>& keep) {
  const FileReader file(path);
  const int64_t area = height * width;
  const int64_t slot = (channels + (masked ? 1 : 0)) * area;
  TensorFile contents;
  contents.tensors.emplace("images", readPlanes(file, keep, slot, 0, {channels, height, width}));
  if (masked) {
    contents.tensors.emplace("masks",
                             readPlanes(file, keep, slot, channels * area, {1, height, width}));
  }
  return std::make_shared<Dataset>(std::move(contents), path);
}

void Dataset::save(const std::string& path, std::map<std::string, std::string> metadata,
                   std::map<std::string, at::Tensor> columns) {
  metadata_ = std::move(metadata);
  columns_ = std::move(columns);
  check(path);
  TensorFile file{columns_, metadata_};
  file.tensors.emplace("images", images_);
  if (masks_.defined()) file.tensors.emplace("masks", masks_);
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
  return onDevice(images_, residentImages_, device);
}

const at::Tensor& Dataset::masksOn(at::Device device) {
  return onDevice(masks_, residentMasks_, device);
}

}  // namespace roentgen
