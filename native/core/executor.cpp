#include "core/executor.h"

#include "core/system.h"

#include <condition_variable>
#include <deque>
#include <mutex>

namespace roentgen {

struct SerialExecutor::Queue {
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::function<void()>> jobs;
  bool stopping = false;
  Team team;

  explicit Queue(Team kept) : team(kept) {}

  void run() {
    while (true) {
      std::function<void()> job;
      {
        std::unique_lock lock(mutex);
        wake.wait(lock, [this] { return stopping || !jobs.empty(); });
        if (stopping) return;
        job = std::move(jobs.front());
        jobs.pop_front();
      }
      applyThreads();
      job();
      if (team == Team::release) releaseTeam();
    }
  }
};

SerialExecutor::SerialExecutor(Team team) : queue_(std::make_shared<Queue>(team)) {}

SerialExecutor::~SerialExecutor() {
  {
    const std::lock_guard lock(queue_->mutex);
    queue_->stopping = true;
  }
  queue_->wake.notify_all();
  if (!thread_.joinable()) return;
  if (thread_.get_id() == std::this_thread::get_id()) {
    thread_.detach();
  } else {
    thread_.join();
  }
}

void SerialExecutor::submit(std::function<void()> job) {
  {
    const std::lock_guard lock(queue_->mutex);
    queue_->jobs.push_back(std::move(job));
    if (!thread_.joinable()) thread_ = std::thread([queue = queue_] { queue->run(); });
  }
  queue_->wake.notify_one();
}

}  // namespace roentgen
