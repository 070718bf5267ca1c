// What may happen to a training image; all zeros mean nothing.
#pragma once

namespace roentgen {

enum class Fill { black, border };

struct Augmentation {
  double rotation = 0;                          // degrees, drawn from ±rotation
  double zoom = 0;                              // factor drawn from 1 ± zoom
  double translation = 0;                       // share of each side, drawn from ±translation
  double shear = 0;                             // degrees along x, drawn from ±shear
  double cropScale = 1;                         // least share of the area that a random crop keeps
  double horizontalFlip = 0, verticalFlip = 0;  // probabilities
  Fill fill = Fill::black;                      // what lies outside the image

  double brightness = 0, contrast = 0;  // factors drawn from 1 ± value
  double gamma = 0;                     // exponent drawn from 1/(1 + gamma) … 1 + gamma
  double blur = 0;                      // pixels: Gaussian of a standard deviation from 0 … blur
  double noise = 0;                     // of white = 1: Gaussian, standard deviation 0 … noise
  double erasing = 0;                   // probability that a rectangle is erased

  double mixup = 0, cutmix = 0;  // α of Beta(α, α) for the share of a second image

  // Throws ERR_INVALID_ARGUMENT naming the member that is out of range.
  void check() const;
  bool movesPixels() const {
    return rotation > 0 || zoom > 0 || translation > 0 || shear > 0 || cropScale < 1 ||
           horizontalFlip > 0 || verticalFlip > 0;
  }
  bool changesValues() const {
    return brightness > 0 || contrast > 0 || gamma > 0 || blur > 0 || noise > 0 || erasing > 0;
  }
  bool changesImages() const { return movesPixels() || changesValues(); }
  bool mixes() const { return mixup > 0 || cutmix > 0; }
};

}  // namespace roentgen
