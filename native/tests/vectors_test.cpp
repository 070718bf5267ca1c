// Neighbors and principal components against scikit-learn, and where rounding would mislead.
#include "core/vectors/neighbors.h"
#include "core/vectors/principal_components.h"
#include "tests/check.h"
#include "tests/images.h"
#include "tests/oracle.h"

#include <ATen/ATen.h>

#include <array>
#include <cmath>

namespace roentgen::testing {
namespace {

constexpr std::array metrics{"euclidean", "cosine"};

Neighbors find(const at::Tensor& queries, const at::Tensor& references, int64_t k,
               const std::string& metric) {
  return findNeighbors(queries, references, k, neighborMetricByName(metric), {}, silent);
}

// All distances one by one, sorted with the earlier first among equals.
at::Tensor bruteForce(const at::Tensor& queries, const at::Tensor& references, int64_t k,
                      const std::string& metric) {
  std::vector<at::Tensor> rows;
  const auto r = references.to(at::kDouble);
  for (int64_t i = 0; i < queries.size(0); ++i) {
    const auto q = queries[i].to(at::kDouble);
    const auto distances = metric == "cosine" ? 1 - (r * q).sum(1) / (r.norm(2, {1}) * q.norm())
                                              : (r - q).norm(2, {1});
    const auto order = std::get<1>(at::sort(distances, /*stable=*/true, 0, /*descending=*/false));
    rows.push_back(order.narrow(0, 0, k));
  }
  return at::stack(rows).to(at::kInt);
}

}  // namespace

TEST("neighbors have scikit-learn's distances, and of equal ones the earlier comes first") {
  const Oracle oracle("explanation/vectors.safetensors");
  const auto& queries = oracle.tensor("queries");
  const auto& references = oracle.tensor("references");
  for (const std::string metric : metrics) {
    const auto found = find(queries, references, 5, metric);
    requireEachClose(metric, found.distances, oracle.tensor(metric + ".distances"), 1e-6);
    // Rows 17 and 40 repeat row 3, which is the fourth query.
    REQUIRE(at::equal(found.indices[3].narrow(0, 0, 3), at::tensor({3, 17, 40}, at::kInt)));
    const auto all = find(queries, references, references.size(0), metric);
    REQUIRE(at::equal(std::get<0>(all.distances.sort(1)), all.distances));
    REQUIRE(at::equal(all.indices.narrow(1, 0, 5), found.indices));
  }
}

TEST("neighbors far from the origin are told apart where a product alone would mix them up") {
  auto generator = at::detail::createCPUGenerator(8);
  const auto references = at::empty({300, 16}).normal_(0, 1e-2, generator) + 1000;
  const auto queries = at::empty({20, 16}).normal_(0, 1e-2, generator) + 1000;
  const auto found = find(queries, references, 9, "euclidean");
  REQUIRE(at::equal(found.indices, bruteForce(queries, references, 9, "euclidean")));
}

TEST("a copied row keeps its place wherever the blocks of the product end") {
  auto generator = at::detail::createCPUGenerator(9);
  const auto rows = at::empty({40, 300}).normal_(0, 1, generator);
  const auto references = rows.repeat({40, 1});
  for (const std::string metric : metrics) {
    const auto found = find(rows, references, 40, metric);
    const auto expected = at::arange(0, 1600, 40).unsqueeze(0) + at::arange(40).unsqueeze(1);
    REQUIRE(at::equal(found.indices, expected.to(at::kInt)));
  }
}

TEST("the cosine to a row of zeros is 0, and wrong rows are refused") {
  const auto rows = at::eye(3);
  REQUIRE_EQUAL(find(at::zeros({1, 3}), rows, 1, "cosine").distances.item<float>(), 1);
  REQUIRE_ERROR(find(rows, at::ones({2, 4}), 1, "cosine"), "ERR_INVALID_ARGUMENT",
                "3 features, references 4");
  for (const int64_t k : {0, 4})
    REQUIRE_ERROR(find(rows, rows, k, "cosine"), "ERR_INVALID_ARGUMENT", "k from 1 to the 3");
  auto wrong = at::eye(3);
  wrong[1][1] = NAN;
  REQUIRE_ERROR(find(rows, wrong, 1, "cosine"), "ERR_INVALID_ARGUMENT",
                "Row 1 of references holds NaN");
  REQUIRE_ERROR(neighborMetricByName("manhattan"), "ERR_INVALID_ARGUMENT", "euclidean, cosine");
}

TEST("principal components are scikit-learn's, of tall and of wide rows") {
  const Oracle oracle("explanation/vectors.safetensors");
  for (const std::string name : {"references", "wide"}) {
    const auto& expected = oracle.tensor(name + ".components");
    const auto found = principalComponents(oracle.tensor(name), expected.size(0), {});
    requireClose(name + " mean", found.mean, oracle.tensor(name + ".mean"), 1e-9);
    requireClose(name + " share", found.explained, oracle.tensor(name + ".explained"), 1e-9);
    const auto sign = (found.components * expected).sum(1, true).sign();
    requireClose(name, found.components * sign, expected, 1e-7);
    const auto farthest = found.components.gather(1, found.components.abs().argmax(1, true));
    REQUIRE((farthest > 0).all().item<bool>());
  }
}

TEST("rows that do not vary have components that explain nothing") {
  for (const int64_t features : {3, 9}) {
    const auto found = principalComponents(at::ones({5, features}), 2, {});
    REQUIRE(at::equal(found.explained, at::zeros({2}, at::kDouble)));
    requireClose("length", found.components.norm(2, {1}), at::ones({2}, at::kDouble), 1e-9);
  }
  REQUIRE_ERROR(principalComponents(at::ones({5, 3}), 4, {}), "ERR_INVALID_ARGUMENT",
                "from 1 to 3 components");
  REQUIRE_ERROR(principalComponents(at::full({5, 3}, INFINITY), 1, {}), "ERR_INVALID_ARGUMENT",
                "Row 0 of rows");
}

TEST("an abort stops the search for neighbors and for components") {
  Cancellation cancellation;
  cancellation.cancel();
  const auto rows = at::ones({4, 3});
  REQUIRE_ERROR(findNeighbors(rows, rows, 1, NeighborMetric::euclidean, cancellation, silent),
                "ABORT_ERR", "aborted");
  REQUIRE_ERROR(principalComponents(rows, 1, cancellation), "ABORT_ERR", "aborted");
}

}  // namespace roentgen::testing
