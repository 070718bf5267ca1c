// LibTorch's large headers, parsed once.
#include <ATen/ATen.h>
