// A file that one holder at a time has locked, among threads, processes and, on network file
// systems, machines. The system itself frees the lock of a process that ends, however it ends.
#pragma once

#include <memory>
#include <string>

namespace roentgen {

class FileLock {
 public:
  // Null where another holds the lock. Makes the file; its folder must exist. Throws ERR_NO_SPACE
  // or ERR_IO.
  static std::unique_ptr<FileLock> tryAcquire(const std::string& path);
  // Frees the lock and removes the file.
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  FileLock(std::string path, int descriptor);

  std::string path_;
  int descriptor_;
};

}  // namespace roentgen
