// The large headers of both sides, parsed once.
#include <ATen/core/Tensor.h>
#include <napi.h>
