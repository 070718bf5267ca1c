// Files as bytes: a reader that knows its size, and a writer that replaces a file whole or not at
// all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace roentgen {

// Throws ERR_NOT_FOUND or ERR_IO with the path.
class FileReader {
 public:
  explicit FileReader(const std::string& path);
  ~FileReader();
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  uint64_t size() const { return size_; }
  const std::string& path() const { return path_; }
  // Fills `length` bytes from `offset`; throws ERR_IO when the file ends sooner.
  void read(void* destination, size_t length, uint64_t offset) const;

 private:
  std::string path_;
  int descriptor_;
  uint64_t size_;
};

// Writes to a sibling temporary file; `commit` syncs and renames. Without `commit` nothing is left
// behind. Throws ERR_NO_SPACE when the disk or the quota is full, else ERR_IO.
class AtomicFile {
 public:
  explicit AtomicFile(const std::string& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* source, size_t length);
  void commit();

 private:
  std::string path_;
  std::string temporary_;
  int descriptor_;
};

}  // namespace roentgen
