// How many threads a batch gets, by what the last ones took.
//
// A team is as fast as its slowest thread. Where another process holds a core, the thread without
// one makes all others wait at the end of each layer, and half as many do better than all.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <mutex>
#include <utility>

namespace roentgen {

class TeamSize {
 public:
  // `wanted`, or half of it.
  int choose(int64_t images, int wanted);
  // What a batch took with as many threads as `choose` gave.
  void report(int64_t images, int wanted, int threads, double seconds);

 private:
  struct Record {
    double all = 0;                                         // seconds of the last batch with all
    double half = std::numeric_limits<double>::infinity();  // and with half
    double usual = 0;                                       // with all; 0 before the first
    int slowBatches = 0;                                    // with all, one after another
    bool trial = false;                                     // whether half is being tried
    int left = 0;                                           // batches that get half from now on
    int pause = 1;                                          // and would after the next trial
  };

  std::mutex mutex_;
  std::map<std::pair<int64_t, int>, Record> records_;  // by images and wanted threads
};

}  // namespace roentgen
