#include "core/vectors/neighbors.h"

#include "core/error.h"
#include "core/named.h"
#include "core/vectors/rows.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace roentgen {
namespace {

constexpr Named<NeighborMetric, 2> metrics{
    {{"euclidean", NeighborMetric::euclidean}, {"cosine", NeighborMetric::cosine}}};

// Doubles in one block of rows, or of distances to all references: 64 MiB.
constexpr int64_t blockValues = int64_t{1} << 23;

// Squared distances by the product, |q|² + |r|² − 2 q·r, which rounding leaves a little off; or for
// cosine 1 − q·r of rows of length 1.
struct Approximation {
  at::Tensor values;  // double [m, R]
  at::Tensor slack;   // double [m]: how far a value may be off
};

at::Tensor prepare(const at::Tensor& rows, NeighborMetric metric) {
  const auto doubles = rows.to(at::kDouble);
  if (metric == NeighborMetric::euclidean) return doubles;
  const auto length = doubles.norm(2, {1}, /*keepdim=*/true);
  return doubles / at::where(length > 0, length, at::ones_like(length));
}

Approximation approximate(const at::Tensor& queries, const at::Tensor& references,
                          NeighborMetric metric, const Cancellation& cancellation) {
  const auto m = queries.size(0), count = references.size(0), features = queries.size(1);
  const auto q = prepare(queries, metric);
  const auto queryNorms = q.square().sum(1, /*keepdim=*/true);
  auto values = at::empty({m, count}, at::kDouble);
  double longest = 0;
  const int64_t size = std::max<int64_t>(blockValues / features, 1);
  for (int64_t first = 0; first < count; first += size) {
    cancellation.check();
    const auto r = prepare(references.narrow(0, first, std::min(size, count - first)), metric);
    const auto norms = r.square().sum(1);
    longest = std::max(longest, norms.max().item<double>());
    auto part = values.narrow(1, first, r.size(0));
    part.copy_(at::mm(q, r.t()));
    if (metric == NeighborMetric::cosine) {
      part.neg_().add_(1);
    } else {
      part.mul_(-2).add_(queryNorms).add_(norms);
    }
  }
  // A sum of F products is off by at most F ε times the sum of their sizes (Higham 2002, §3.1).
  const double unit = std::numeric_limits<double>::epsilon() * static_cast<double>(features + 4);
  return {values, 2 * unit * (queryNorms.squeeze(1) + longest)};
}

// The same for two identical pairs of rows, wherever they stand.
double distance(const float* a, const float* b, int64_t features, NeighborMetric metric) {
  double squares = 0, product = 0, lengthA = 0, lengthB = 0;
  for (int64_t i = 0; i < features; ++i) {
    const double x = a[i], y = b[i];
    squares += (x - y) * (x - y);
    product += x * y;
    lengthA += x * x;
    lengthB += y * y;
  }
  if (metric == NeighborMetric::euclidean) return std::sqrt(squares);
  const double lengths = std::sqrt(lengthA) * std::sqrt(lengthB);
  return lengths > 0 ? std::max(1 - product / lengths, 0.0) : 1;
}

}  // namespace

NeighborMetric neighborMetricByName(const std::string& name) {
  return byName(metrics, name, "ERR_INVALID_ARGUMENT", "metric");
}

Neighbors findNeighbors(const at::Tensor& queries, const at::Tensor& references, int64_t k,
                        NeighborMetric metric, const Cancellation& cancellation,
                        const ProgressCallback& progress) {
  const int64_t total = queries.size(0), count = references.size(0), features = queries.size(1);
  if (references.size(1) != features) {
    throw Error("ERR_INVALID_ARGUMENT",
                text("Queries have ", features, " features, references ", references.size(1)));
  }
  if (k < 1 || k > count) {
    throw Error("ERR_INVALID_ARGUMENT",
                text("Expected k from 1 to the ", count, " references, received ", k));
  }
  requireFinite(queries, "queries");
  requireFinite(references, "references");

  const Stopwatch watch;
  Neighbors found{at::empty({total, k}, at::kInt), at::empty({total, k}, at::kFloat)};
  const int64_t size = std::clamp<int64_t>(blockValues / std::max(count, features), 1, total);
  const int64_t steps = (total + size - 1) / size;
  const auto* source = references.const_data_ptr<float>();
  for (int64_t step = 0; step < steps; ++step) {
    const int64_t first = step * size, m = std::min(size, total - first);
    const auto block = queries.narrow(0, first, m);
    const auto [values, slack] = approximate(block, references, metric, cancellation);
    // Whatever may belong to the first k is measured again without the cancellation of the product.
    const auto farthest = std::get<0>(values.kthvalue(k, 1)) + 2 * slack;
    const auto* near = values.const_data_ptr<double>();
    const auto* bounds = farthest.const_data_ptr<double>();
    const auto* asked = block.const_data_ptr<float>();
    auto* indices = found.indices.mutable_data_ptr<int32_t>() + first * k;
    auto* distances = found.distances.mutable_data_ptr<float>() + first * k;
    at::parallel_for(0, m, 1, [&](int64_t begin, int64_t end) {
      std::vector<std::pair<double, int32_t>> candidates;
      for (int64_t i = begin; i < end; ++i) {
        candidates.clear();
        for (int64_t j = 0; j < count; ++j) {
          if (near[i * count + j] > bounds[i]) continue;
          candidates.emplace_back(
              distance(asked + i * features, source + j * features, features, metric), j);
        }
        std::partial_sort(candidates.begin(), candidates.begin() + k, candidates.end());
        for (int64_t n = 0; n < k; ++n) {
          const auto& [value, index] = candidates[static_cast<size_t>(n)];
          indices[i * k + n] = index;
          distances[i * k + n] = static_cast<float>(value);
        }
      }
    });
    progress({step + 1, steps, first + m, /*loss=*/0, watch.seconds()});
  }
  return found;
}

}  // namespace roentgen
