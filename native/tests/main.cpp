// Runs every case, or those whose name contains the first argument, and prints the totals.
#include "core/memory.h"
#include "tests/check.h"

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace roentgen::testing {
namespace {

const std::filesystem::path& temporaryFolder() {
  static const auto folder =
      std::filesystem::temp_directory_path() / text("roentgen-core-", ::getpid());
  std::filesystem::create_directories(folder);
  return folder;
}

}  // namespace

std::vector<Case>& cases() {
  static std::vector<Case> all;
  return all;
}

void requireError(const std::function<void()>& body, std::string_view code,
                  std::string_view fragment, const char* file, int line) {
  try {
    body();
  } catch (const Error& error) {
    require(error.code() == code, file, line, "expected ", code, ", got ", error.code(), ": ",
            error.what());
    require(std::string_view(error.what()).find(fragment) != std::string_view::npos, file, line,
            "expected \"", fragment, "\" in: ", error.what());
    return;
  }
  require(false, file, line, "expected ", code, ", but nothing was thrown");
}

double relativeError(const std::vector<double>& actual, const std::vector<double>& expected) {
  if (actual.size() != expected.size()) return INFINITY;
  double difference = 0, size = 0;
  for (size_t i = 0; i < actual.size(); ++i) {
    difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
    size += expected[i] * expected[i];
  }
  return std::sqrt(difference) / std::max(std::sqrt(size), 1e-300);
}

std::string sourcePath(const std::string& relative) {
  return text(ROENTGEN_SOURCE_DIR, "/", relative);
}
std::string temporaryPath(const std::string& name) {
  return (temporaryFolder() / name).string();
}

std::string readText(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  require(static_cast<bool>(in), __FILE__, __LINE__, "cannot read ", path);
  return out.str();
}

void writeText(const std::string& path, const std::string& contents) {
  std::ofstream out(path, std::ios::binary);
  out << contents;
}

}  // namespace roentgen::testing

int main(int argc, char** argv) {
  using namespace roentgen::testing;
  roentgen::installAllocator();
  const std::string filter = argc > 1 ? argv[1] : "";
  int passed = 0, failed = 0;
  for (const Case& test : cases()) {
    if (test.name.find(filter) == std::string::npos) continue;
    try {
      test.body();
      ++passed;
      std::printf("  ok    %s\n", test.name.c_str());
    } catch (const std::exception& error) {
      ++failed;
      std::printf("  FAIL  %s\n        %s\n", test.name.c_str(), error.what());
    }
    std::fflush(stdout);
  }
  std::filesystem::remove_all(temporaryPath(""));
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}
