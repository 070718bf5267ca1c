// Packed images: uint8 [N, C, H, W] with int32 columns and metadata, held once and shared; perhaps
// with masks of what is to be seen of them.
#pragma once

#include "core/io/safetensors.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace roentgen {

class Dataset {
 public:
  // `images` is uint8 [N, C, H, W], contiguous; `masks`, where there are any, uint8 [N, 1, H, W], 0
  // outside; every column is int32 [N].
  // Throws ERR_INVALID_FILE (naming `where`) otherwise.
  Dataset(TensorFile file, const std::string& where);
  ~Dataset();
  Dataset(const Dataset&) = delete;
  Dataset& operator=(const Dataset&) = delete;

  static std::shared_ptr<Dataset> open(const std::string& path);
  // Reads slots of C·H·W bytes from a raw file, or (C + 1)·H·W where a mask follows each image:
  // the ones in `keep`, in that order.
  static std::shared_ptr<Dataset> fromRaw(const std::string& path, int64_t channels, int64_t height,
                                          int64_t width, bool masked,
                                          const std::vector<int32_t>& keep);
  // Stores images and masks with new metadata and columns, and takes these over.
  void save(const std::string& path, std::map<std::string, std::string> metadata,
            std::map<std::string, at::Tensor> columns);

  int64_t size() const { return images_.size(0); }
  const at::Tensor& images() const { return images_; }
  // Undefined where the images have none.
  const at::Tensor& masks() const { return masks_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  // Throws ERR_INVALID_FILE where it is missing.
  const at::Tensor& column(const std::string& name) const;
  // The images on another device, copied at first use and kept; those on the CPU where they would
  // take more than half of its free memory.
  const at::Tensor& imagesOn(at::Device device);
  const at::Tensor& masksOn(at::Device device);

 private:
  void check(const std::string& where) const;

  at::Tensor images_, masks_;
  at::Tensor residentImages_, residentMasks_;
  std::map<std::string, std::string> metadata_;
  std::map<std::string, at::Tensor> columns_;
};

}  // namespace roentgen
