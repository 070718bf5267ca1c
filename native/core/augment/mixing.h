// Two images in one: mixup (Zhang et al. 2018) blends them, cutmix (Yun et al. 2019) pastes a
// rectangle.
#pragma once

#include "core/augment/augmentation.h"
#include "core/augment/draws.h"
#include "core/augment/intensity.h"

#include <ATen/core/Tensor.h>

#include <vector>

namespace roentgen {

struct Mix {
  size_t partner = 0;   // drawn from 0 … count − 1
  double share = 1;     // of the image itself, in pixels and label
  Rectangle rectangle;  // of the partner; empty where the images are blended
};

// With both switched on, each is drawn half of the time.
Mix drawMix(const Augmentation& augmentation, size_t count, int64_t height, int64_t width,
            Draws draws);

// [n, C, H, W] of `images` and, in their order, of their partners.
at::Tensor mixImages(const at::Tensor& images, const at::Tensor& partners,
                     const std::vector<Mix>& mixes);

// [n, classes]: each label's share, of int64 labels [n].
at::Tensor mixLabels(const at::Tensor& labels, const at::Tensor& partners,
                     const std::vector<Mix>& mixes, int64_t classes);

}  // namespace roentgen
