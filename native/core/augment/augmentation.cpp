#include "core/augment/augmentation.h"

#include "core/error.h"

#include <initializer_list>

namespace roentgen {

void Augmentation::check() const {
  struct Bound {
    const char* name;
    double value, least, most;
  };
  const std::initializer_list<Bound> bounds{
      {"rotation", rotation, 0, 180},
      {"zoom", zoom, 0, 0.9},
      {"translation", translation, 0, 1},
      {"shear", shear, 0, 80},
      {"cropScale", cropScale, 0.8, 1},
      {"horizontalFlip", horizontalFlip, 0, 1},
      {"verticalFlip", verticalFlip, 0, 1},
      {"brightness", brightness, 0, 1},
      {"contrast", contrast, 0, 1},
      {"gamma", gamma, 0, 10},
      {"blur", blur, 0, 20},
      {"noise", noise, 0, 1},
      {"erasing", erasing, 0, 1},
      {"mixup", mixup, 0, 100},
      {"cutmix", cutmix, 0, 100},
  };
  for (const auto& [name, value, least, most] : bounds) {
    if (!(value >= least && value <= most)) {
      throw Error("ERR_INVALID_ARGUMENT", text("Expected a number between ", least, " and ", most,
                                               " for ", name, " but received ", value));
    }
  }
}

}  // namespace roentgen
