#include "tests/images.h"

#include <ATen/ATen.h>

namespace roentgen::testing {

std::shared_ptr<Dataset> randomImages(int64_t count, int64_t channels, int64_t side) {
  auto generator = at::detail::createCPUGenerator(3);
  auto images = at::empty({count, channels, side, side}, at::kByte).random_(0, 256, generator);
  return std::make_shared<Dataset>(TensorFile{{{"images", images}}, {}}, "random");
}

Selection firstImages(int32_t count) {
  Selection selection;
  for (int32_t i = 0; i < count; ++i) {
    selection.indices.push_back(i);
    selection.labels.push_back(i % 2);
  }
  return selection;
}

}  // namespace roentgen::testing
