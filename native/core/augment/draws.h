// Random numbers for one sample of one epoch. They depend on (seed, epoch, sample, purpose) alone,
// so that neither the order of a batch nor an interruption changes what happens to an image.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace roentgen {

// SplitMix64 (Steele, Lea and Flood 2014), begun at a hash of the key.
class Draws {
 public:
  enum class Purpose : uint64_t { geometry, color, noise, erasing, mixing };
  using result_type = uint64_t;

  Draws(uint64_t seed, int64_t epoch, uint64_t sample, Purpose purpose) {
    for (const uint64_t word :
         {seed, static_cast<uint64_t>(epoch), sample, static_cast<uint64_t>(purpose)}) {
      state_ ^= word;
      state_ = (*this)();
    }
  }

  static constexpr uint64_t min() { return 0; }
  static constexpr uint64_t max() { return UINT64_MAX; }
  uint64_t operator()() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  // In [0, 1).
  double uniform() { return static_cast<double>((*this)() >> 11) * 0x1.0p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  // In −size … size.
  double around(double size) { return uniform(-size, size); }
  // Two that are standard normal, by Box and Muller, from one word: within ±6.7, and cheap enough
  // for every pixel.
  std::array<float, 2> normals() {
    const uint64_t word = (*this)();
    const float radius =
        std::sqrt(-2 * std::log((static_cast<float>(word >> 32) + 1) * 0x1.0p-32F));
    const float turn = static_cast<float>(static_cast<uint32_t>(word)) * 0x1.0p-32F;
    const float angle = 2 * std::numbers::pi_v<float> * turn;
    return {radius * std::cos(angle), radius * std::sin(angle)};
  }

 private:
  uint64_t state_ = 0;
};

}  // namespace roentgen
