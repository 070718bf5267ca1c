// The safetensors format, read strictly and written atomically.
// https://github.com/huggingface/safetensors (README, "Format"): an 8-byte little-endian header
// length, a JSON header {name: {dtype, shape, data_offsets}, "__metadata__": {string: string}},
// then the bytes.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>

namespace roentgen {

struct TensorFile {
  std::map<std::string, at::Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

// Reads the whole file once into tensors that own their memory.
// Throws ERR_NOT_FOUND, ERR_IO, or ERR_INVALID_FILE saying which rule is broken by which tensor:
// header length, strict JSON without duplicate keys, known dtypes, shape × size equal to the range,
// ranges that cover the data without hole, overlap or trailing byte.
TensorFile readTensors(const std::string& path);

// Only the metadata; the header is validated just as strictly.
std::map<std::string, std::string> readTensorMetadata(const std::string& path);

// Writes to a sibling temporary name, syncs, and renames, so that a crash or a full disk leaves the
// old file. Throws ERR_NO_SPACE or ERR_IO. Tensors are stored contiguous, on the CPU, ordered by
// size of dtype and name.
void writeTensors(const std::string& path, const TensorFile& file);

}  // namespace roentgen
