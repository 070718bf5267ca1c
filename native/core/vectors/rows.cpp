#include "core/vectors/rows.h"

#include "core/error.h"

#include <ATen/Functions.h>

namespace roentgen {

void requireFinite(const at::Tensor& rows, const char* name) {
  const auto wrong = at::isfinite(rows).all(1).logical_not();
  if (!wrong.any().item<bool>()) return;
  throw Error("ERR_INVALID_ARGUMENT", text("Row ", wrong.to(at::kByte).argmax().item<int64_t>(),
                                           " of ", name, " holds NaN or infinity"));
}

}  // namespace roentgen
