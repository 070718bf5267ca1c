#include "core/distributed/gradients.h"

#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/logger.hpp>
#include <torch/csrc/distributed/c10d/reducer.hpp>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

namespace roentgen {
namespace {

// As PyTorch's DDP: a small bucket first, so that the sending begins early.
constexpr int64_t firstBucketBytes = int64_t{1} << 20;
constexpr int64_t bucketBytes = int64_t{25} << 20;

}  // namespace

GradientMean::GradientMean(std::shared_ptr<Group> group, const std::vector<State>& parameters)
    : group_(std::move(group)) {
  std::unordered_map<size_t, std::string> names;
  for (const State& parameter : parameters) {
    names[parameters_.size()] = parameter.name;
    parameters_.push_back(parameter.tensor);
  }
  auto [buckets, limits] =
      c10d::compute_bucket_assignment_by_size(parameters_, {firstBucketBytes, bucketBytes});
  // The last layers' gradients come first.
  std::reverse(buckets.begin(), buckets.end());
  reducer_ = std::make_shared<c10d::Reducer>(
      parameters_, std::move(buckets), group_->handle(),
      /*expect_sparse_gradients=*/std::vector<bool>(parameters_.size(), false), bucketBytes,
      /*find_unused_parameters=*/false, /*gradient_as_bucket_view=*/true, std::move(names),
      firstBucketBytes, /*skip_all_reduce_unused_params=*/false, /*use_python_reducer=*/false,
      std::vector<int64_t>{firstBucketBytes, bucketBytes});
  logger_ = std::make_shared<c10d::Logger>(reducer_);
  reducer_->set_logger(logger_);
}

GradientMean::~GradientMean() = default;

bool GradientMean::covers(const std::vector<State>& parameters) const {
  return std::equal(parameters.begin(), parameters.end(), parameters_.begin(), parameters_.end(),
                    [](const State& a, const at::Tensor& b) { return a.tensor.is_same(b); });
}

void GradientMean::beforeForward() {
  // After the first backward pass in the order in which gradients really come.
  group_->guard([&] { reducer_->rebuild_buckets(); });
}

void GradientMean::beforeBackward() {
  reducer_->prepare_for_backward({});
}

}  // namespace roentgen
