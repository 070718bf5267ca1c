// How many threads a batch gets, by what the last ones took.
//
// A team is as fast as its slowest thread. Where another process holds a core, the thread without
// one makes all others wait at the end of each layer. Twice as many threads have half the work
// each, the system moves them between cores, and they get more of the core that is shared.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <mutex>
#include <utility>

namespace roentgen {

class TeamSize {
 public:
  // `wanted`, or twice as many.
  int choose(int64_t images, int wanted);
  // What a batch took with as many threads as `choose` gave.
  void report(int64_t images, int wanted, int threads, double seconds);

 private:
  struct Record {
    double once = 0;                                         // seconds of the last batch as wanted
    double twice = std::numeric_limits<double>::infinity();  // and with twice as many
    double usual = 0;                                        // as wanted; 0 before the first
    int slowBatches = 0;                                     // as wanted, one after another
    bool trial = false;                                      // whether twice as many are tried
    int left = 0;                                            // batches that get them from now on
    int pause = 1;                                           // and would after the next trial
  };

  std::mutex mutex_;
  std::map<std::pair<int64_t, int>, Record> records_;  // by images and wanted threads
};

}  // namespace roentgen
