#include "core/inference/input_reader.h"

#include <ATen/Functions.h>

namespace roentgen {

InputReader::InputReader(const NetworkShape& shape, const Normalization& normalization)
    : shape_(shape), table_(normalization, shape.channels, at::kFloat) {}

at::Tensor InputReader::read(std::span<const at::Tensor> images) const {
  const auto count = static_cast<int64_t>(images.size());
  auto input = at::empty({count, shape_.channels, shape_.height, shape_.width}, at::kFloat,
                         at::MemoryFormat::ChannelsLast);
  auto* values = input.mutable_data_ptr<float>();
  for (int64_t i = 0; i < count; ++i) {
    const at::Tensor& image = images[static_cast<size_t>(i)];
    if (image.scalar_type() == at::kByte) {
      table_.apply(image.const_data_ptr<uint8_t>(), shape_.height * shape_.width,
                   values + i * size());
    } else {
      input.select(0, i).copy_(image.view({shape_.channels, shape_.height, shape_.width}));
    }
  }
  return input;
}

}  // namespace roentgen
