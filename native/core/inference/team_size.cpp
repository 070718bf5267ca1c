#include "core/inference/team_size.h"

#include <algorithm>

namespace roentgen {
namespace {

// An idle machine's jitter stays below; a core that is lost to another costs twice the time.
constexpr double slow = 1.4;
// One slow batch may be anything, such as a cache that another process has filled.
constexpr int patience = 2;
// Where twice as many keep doing better, the wanted ones are tried again after so many batches at
// most: too seldom for the 90th percentile to notice.
constexpr int longestPause = 16;
// How fast the usual duration follows slower batches; a faster one it takes at once.
constexpr double learning = 0.02;

}  // namespace

int TeamSize::choose(int64_t images, int wanted) {
  if (wanted == 1) return 1;
  const std::lock_guard lock(mutex_);
  Record& record = records_[{images, wanted}];
  if (record.left == 0) return wanted;
  --record.left;
  return 2 * wanted;
}

void TeamSize::report(int64_t images, int wanted, int threads, double seconds) {
  if (wanted == 1) return;
  const std::lock_guard lock(mutex_);
  Record& record = records_[{images, wanted}];
  if (threads > wanted) {
    record.twice = seconds;
    if (record.trial && seconds < record.once) {
      record.left = record.pause;
      record.pause = std::min(2 * record.pause, longestPause);
    }
    record.trial = false;
    return;
  }
  record.once = seconds;
  if (record.usual == 0) {
    record.usual = seconds;
    return;
  }
  if (seconds <= slow * record.usual && seconds <= record.twice) {
    record.slowBatches = 0;
    record.pause = 1;
  } else if (++record.slowBatches >= patience) {
    record.left = 1;
    record.trial = true;
  }
  record.usual = std::min(seconds, record.usual + learning * (seconds - record.usual));
}

}  // namespace roentgen
