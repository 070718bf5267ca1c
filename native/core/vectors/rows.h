// What vectors must be before anything is computed of them.
#pragma once

#include <ATen/core/Tensor.h>

namespace roentgen {

// Throws ERR_INVALID_ARGUMENT for NaN or infinity; `name` is the argument's.
void requireFinite(const at::Tensor& rows, const char* name);

}  // namespace roentgen
