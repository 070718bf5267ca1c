// One thread that runs jobs in the order they came.
#pragma once

#include <functional>
#include <memory>
#include <thread>

namespace roentgen {

class SerialExecutor {
 public:
  // What becomes of the threads that helped with a job, if more will follow soon.
  enum class Team { release, keep };

  explicit SerialExecutor(Team team = Team::release);
  // Finishes the job under way, drops the ones that wait, and joins.
  ~SerialExecutor();
  SerialExecutor(const SerialExecutor&) = delete;
  SerialExecutor& operator=(const SerialExecutor&) = delete;

  // The thread starts with the first job. Jobs must not throw.
  void submit(std::function<void()> job);

 private:
  struct Queue;

  // The thread's too: where a job drops the last reference to the executor's owner, it outlives us.
  std::shared_ptr<Queue> queue_;
  std::thread thread_;
};

}  // namespace roentgen
