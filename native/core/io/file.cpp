#include "core/io/file.h"

#include "core/error.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace roentgen {
namespace {

[[noreturn]] void failRead(const std::string& path) {
  const int reason = errno;
  if (reason == ENOENT || reason == ENOTDIR) {
    throw Error("ERR_NOT_FOUND", text(path, " does not exist"));
  }
  throw Error("ERR_IO", text("Cannot read ", path, ": ", std::strerror(reason)));
}

[[noreturn]] void failWrite(const std::string& path) {
  const int reason = errno;
  // EFBIG is what a file-size limit (ulimit -f) says; to the user it is the same lack of space.
  if (reason == ENOSPC || reason == EDQUOT || reason == EFBIG) {
    throw Error("ERR_NO_SPACE", text("No space left to write ", path, " (", std::strerror(reason),
                                     "): free some space; the previous file is untouched"));
  }
  throw Error("ERR_IO", text("Cannot write ", path, ": ", std::strerror(reason)));
}

}  // namespace

FileReader::FileReader(const std::string& path)
    : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) failRead(path);
  struct stat status{};
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor_);
    throw Error("ERR_IO", text("Cannot read ", path, ": not a regular file"));
  }
  size_ = static_cast<uint64_t>(status.st_size);
}

FileReader::~FileReader() {
  ::close(descriptor_);
}

void FileReader::read(void* destination, size_t length, uint64_t offset) const {
  auto* out = static_cast<char*>(destination);
  while (length > 0) {
    // One call reads at most about 2 GiB on Linux.
    const size_t part = std::min<size_t>(length, size_t{1} << 30);
    const ssize_t got = ::pread(descriptor_, out, part, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) failRead(path_);
    if (got == 0) throw Error("ERR_IO", text("Cannot read ", path_, ": it ends too soon"));
    out += got;
    offset += static_cast<uint64_t>(got);
    length -= static_cast<size_t>(got);
  }
}

AtomicFile::AtomicFile(const std::string& path) : path_(path) {
  static std::atomic<uint32_t> counter{0};
  temporary_ = text(path, ".tmp-", ::getpid(), "-", counter++);
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor_ < 0) failWrite(path);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(const void* source, size_t length) {
  const auto* from = static_cast<const char*>(source);
  while (length > 0) {
    const ssize_t written = ::write(descriptor_, from, std::min<size_t>(length, size_t{1} << 30));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) failWrite(path_);
    from += written;
    length -= static_cast<size_t>(written);
  }
}

void AtomicFile::commit() {
  if (::fsync(descriptor_) != 0) failWrite(path_);
  const int closed = ::close(descriptor_);
  descriptor_ = -1;
  if (closed != 0 || ::rename(temporary_.c_str(), path_.c_str()) != 0) failWrite(path_);
  temporary_.clear();
  // The rename itself is only durable once its folder is synced.
  const auto folder = std::filesystem::path(path_).parent_path();
  const int directory =
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    ::fsync(directory);
    ::close(directory);
  }
}

}  // namespace roentgen
