#include "core/dataset/selection.h"

#include "core/error.h"

namespace roentgen {

void checkSelection(const Dataset& dataset, const Selection& selection, int64_t batchSize,
                    const NetworkShape& shape, bool needLabels) {
  const auto& images = dataset.images();
  if (images.size(1) != shape.channels || images.size(2) != shape.height ||
      images.size(3) != shape.width) {
    throw Error("ERR_MODEL_MISMATCH", text("The images are ", images.size(1), "×", images.size(2),
                                           "×", images.size(3), " but the network takes ",
                                           shape.channels, "×", shape.height, "×", shape.width));
  }
  if (selection.indices.empty()) throw Error("ERR_INVALID_ARGUMENT", "No image was selected");
  if (batchSize < 1) {
    throw Error("ERR_INVALID_ARGUMENT",
                text("Expected a batch size of at least 1, received ", batchSize));
  }
  for (const int32_t index : selection.indices) {
    if (index < 0 || index >= dataset.size()) {
      throw Error("ERR_INVALID_ARGUMENT",
                  text("Position ", index, " is outside the dataset's ", dataset.size()));
    }
  }
  if (selection.labels.empty() && !needLabels) return;
  if (selection.labels.size() != selection.indices.size()) {
    throw Error("ERR_INVALID_ARGUMENT", text("Expected ", selection.indices.size(),
                                             " labels, received ", selection.labels.size()));
  }
  const int64_t classes = shape.outputs == 1 ? 2 : shape.outputs;
  for (const int32_t label : selection.labels) {
    if (label < 0 || label >= classes) {
      throw Error("ERR_INVALID_ARGUMENT",
                  text("Label ", label, " is outside the network's ", classes, " classes"));
    }
  }
}

}  // namespace roentgen
