#include "core/distributed/gradients.h"

#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/logger.hpp>
#include <torch/csrc/distributed/c10d/reducer.hpp>
#include <torch/headeronly/version.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

namespace roentgen {
namespace {

// As PyTorch's DDP: a small bucket first, so that the sending begins early.
constexpr int64_t firstBucketBytes = int64_t{1} << 20;
constexpr int64_t bucketBytes = int64_t{25} << 20;

// The constructor differs from release to release.
std::shared_ptr<c10d::Reducer> makeReducer(const std::vector<at::Tensor>& parameters,
                                           std::vector<std::vector<size_t>> buckets,
                                           const Group& group,
                                           std::unordered_map<size_t, std::string> names) {
  const std::vector<bool> sparse(parameters.size(), false);
  return std::make_shared<c10d::Reducer>(
      parameters, std::move(buckets), group.handle(), sparse, bucketBytes,
      /*find_unused_parameters=*/false, /*gradient_as_bucket_view=*/true, std::move(names),
      firstBucketBytes
#if TORCH_VERSION_MAJOR > 2 || TORCH_VERSION_MINOR >= 13
      ,
      /*skip_all_reduce_unused_params=*/false, /*use_python_reducer=*/false,
      std::vector<int64_t>{firstBucketBytes, bucketBytes}
#endif
  );
}

}  // namespace

GradientMean::GradientMean(std::shared_ptr<Group> group, const std::vector<State>& parameters)
    : group_(std::move(group)) {
  std::unordered_map<size_t, std::string> names;
  for (const State& parameter : parameters) {
    names[parameters_.size()] = parameter.name;
    parameters_.push_back(parameter.tensor);
  }
  const std::vector<bool> sparse(parameters_.size(), false);
  auto [buckets, limits] =
      c10d::compute_bucket_assignment_by_size(parameters_, {firstBucketBytes, bucketBytes}, sparse);
  // The last layers' gradients come first.
  std::reverse(buckets.begin(), buckets.end());
  reducer_ = makeReducer(parameters_, std::move(buckets), *group_, std::move(names));
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
