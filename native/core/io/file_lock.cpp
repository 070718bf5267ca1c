#include "core/io/file_lock.h"

#include "core/error.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace roentgen {
namespace {

[[noreturn]] void fail(const std::string& path, int reason) {
  const bool full = reason == ENOSPC || reason == EDQUOT;
  throw Error(full ? "ERR_NO_SPACE" : "ERR_IO",
              text("Cannot lock ", path, ": ", std::strerror(reason)));
}

// Whether `path` still names the open file: its last holder may have removed it meanwhile.
bool names(const std::string& path, int descriptor) {
  struct stat named{};
  struct stat opened{};
  return ::stat(path.c_str(), &named) == 0 && ::fstat(descriptor, &opened) == 0 &&
         named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

}  // namespace

FileLock::FileLock(std::string path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {}

std::unique_ptr<FileLock> FileLock::tryAcquire(const std::string& path) {
  while (true) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0) fail(path, errno);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      const int reason = errno;
      ::close(descriptor);
      if (reason == EWOULDBLOCK) return nullptr;
      if (reason == EINTR) continue;
      fail(path, reason);
    }
    if (names(path, descriptor)) return std::unique_ptr<FileLock>(new FileLock(path, descriptor));
    ::close(descriptor);
  }
}

FileLock::~FileLock() {
  // In this order: whoever opens the file between the two finds that its name is gone.
  ::unlink(path_.c_str());
  ::close(descriptor_);
}

}  // namespace roentgen
