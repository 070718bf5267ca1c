#include "core/vectors/principal_components.h"

#include "core/error.h"
#include "core/vectors/rows.h"

#include <ATen/Functions.h>

#include <algorithm>

namespace roentgen {
namespace {

// Sums of squares along the components, all of them, and the first components as rows.
struct Decomposition {
  at::Tensor squares, components;
};

// Blocks keep the doubles of all rows from standing in memory at once.
Decomposition byScatter(const at::Tensor& rows, const at::Tensor& mean,
                        const Cancellation& cancellation) {
  constexpr int64_t size = 4096;
  auto scatter = at::zeros({rows.size(1), rows.size(1)}, at::kDouble);
  for (int64_t first = 0; first < rows.size(0); first += size) {
    cancellation.check();
    const auto centered = rows.narrow(0, first, std::min(size, rows.size(0) - first)) - mean;
    scatter.addmm_(centered.t(), centered);
  }
  const auto [squares, vectors] = at::linalg_eigh(scatter);
  // From the smallest to the largest; rounding may leave the smallest below 0.
  return {squares.flip(0).clamp_min(0), vectors.flip(1).t()};
}

Decomposition bySingularValues(const at::Tensor& rows, const at::Tensor& mean) {
  const auto [left, singular, right] = at::linalg_svd(rows - mean, /*full_matrices=*/false);
  return {singular.square(), right};
}

}  // namespace

PrincipalComponents principalComponents(const at::Tensor& rows, int64_t count,
                                        const Cancellation& cancellation) {
  const int64_t most = std::min(rows.size(0), rows.size(1));
  if (count < 1 || count > most) {
    throw Error("ERR_INVALID_ARGUMENT",
                text("Expected from 1 to ", most, " components of ", rows.size(0), " rows of ",
                     rows.size(1), " features, received ", count));
  }
  requireFinite(rows, "rows");
  const auto mean = rows.mean({0}, /*keepdim=*/false, at::kDouble);
  const auto [squares, all] = rows.size(1) <= rows.size(0) ? byScatter(rows, mean, cancellation)
                                                           : bySingularValues(rows, mean);
  const auto first = all.narrow(0, 0, count);
  const auto farthest = first.gather(1, first.abs().argmax(1, /*keepdim=*/true));
  const auto total = squares.sum();
  return {.mean = mean,
          .components = (first * farthest.sign()).contiguous(),
          .explained = at::where(total > 0, squares.narrow(0, 0, count) / total, 0.0)};
}

}  // namespace roentgen
