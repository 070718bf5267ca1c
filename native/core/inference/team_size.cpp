#include "core/inference/team_size.h"

#include <algorithm>

namespace roentgen {
namespace {

// An idle machine's jitter stays below; a core that is lost to another costs twice the time.
constexpr double slow = 1.4;
// How much less half must take to be worth it.
constexpr double better = 0.9;
// All threads are tried again after so many batches: too seldom for the 90th percentile to notice.
constexpr int pause = 16;
// How fast the usual duration follows slower batches; a faster one it takes at once.
constexpr double learning = 0.02;

}  // namespace

int TeamSize::choose(int64_t images, int wanted) {
  if (wanted == 1) return 1;
  const std::lock_guard lock(mutex_);
  Record& record = records_[{images, wanted}];
  if (record.left == 0) return wanted;
  --record.left;
  return wanted / 2;
}

void TeamSize::report(int64_t images, int wanted, int threads, double seconds) {
  if (wanted == 1) return;
  const std::lock_guard lock(mutex_);
  Record& record = records_[{images, wanted}];
  if (threads < wanted) {
    record.half = seconds;
    if (record.trial && seconds < better * record.all) record.left = pause;
    record.trial = false;
    return;
  }
  record.all = seconds;
  if (record.usual == 0) {
    record.usual = seconds;
    return;
  }
  if (seconds > slow * record.usual || better * seconds > record.half) {
    record.left = 1;
    record.trial = true;
  }
  record.usual = std::min(seconds, record.usual + learning * (seconds - record.usual));
}

}  // namespace roentgen
