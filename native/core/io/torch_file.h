// Weights that PyTorch saved: torch.save of a state dictionary, as torchvision's .pth files are.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>

namespace roentgen {

// Whether torch.save wrote it, to go by its first bytes. Throws as FileReader.
bool isTorchFile(const std::string& path);

// The tensors of the state dictionary, by name. It is the whole file or, of a checkpoint, its entry
// "state_dict", "model_state_dict" or "model". Nothing but tensors, numbers and containers is ever
// built. Throws ERR_NOT_FOUND, ERR_IO, or ERR_INVALID_FILE with the class that is asked for.
std::map<std::string, at::Tensor> readTorchFile(const std::string& path);

}  // namespace roentgen
