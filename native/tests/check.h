// The smallest test runner that says what failed where: named cases, and checks that print both
// sides.
#pragma once

#include "core/error.h"

#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace roentgen::testing {

struct Case {
  std::string name;
  std::function<void()> body;
};
std::vector<Case>& cases();

struct Register {
  Register(std::string name, std::function<void()> body) {
    cases().push_back({std::move(name), std::move(body)});
  }
};

struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <typename... Parts>
void require(bool holds, const char* file, int line, const Parts&... message) {
  if (!holds) throw Failure(text(file, ":", line, ": ", message...));
}

// Runs `body` and expects an Error with this code whose message contains `fragment`.
void requireError(const std::function<void()>& body, std::string_view code,
                  std::string_view fragment, const char* file, int line);

// ‖actual − expected‖ / ‖expected‖, in double.
double relativeError(const std::vector<double>& actual, const std::vector<double>& expected);

// A path below the repository.
std::string sourcePath(const std::string& relative);
// A path below a folder that is removed when the tests end.
std::string temporaryPath(const std::string& name);
std::string readText(const std::string& path);
void writeText(const std::string& path, const std::string& contents);

}  // namespace roentgen::testing

#define ROENTGEN_JOIN2(a, b) a##b
#define ROENTGEN_JOIN(a, b) ROENTGEN_JOIN2(a, b)
#define TEST(name)                                                                \
  static void ROENTGEN_JOIN(test, __LINE__)();                                    \
  static const ::roentgen::testing::Register ROENTGEN_JOIN(registered, __LINE__)( \
      name, ROENTGEN_JOIN(test, __LINE__));                                       \
  static void ROENTGEN_JOIN(test, __LINE__)()
#define REQUIRE(condition) \
  ::roentgen::testing::require(static_cast<bool>(condition), __FILE__, __LINE__, #condition)
#define REQUIRE_EQUAL(actual, expected)                                                     \
  ::roentgen::testing::require((actual) == (expected), __FILE__, __LINE__, #actual, " is ", \
                               (actual), ", expected ", (expected))
#define REQUIRE_BELOW(actual, bound)                                                              \
  ::roentgen::testing::require((actual) < (bound), __FILE__, __LINE__, #actual, " is ", (actual), \
                               ", expected below ", (bound))
#define REQUIRE_ERROR(expression, code, fragment)                                           \
  ::roentgen::testing::requireError([&] { static_cast<void>(expression); }, code, fragment, \
                                    __FILE__, __LINE__)
