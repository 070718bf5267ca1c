// The one exception that core throws on purpose: a stable code and a sentence that says what to do.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

namespace roentgen {

class Error : public std::runtime_error {
 public:
  // `code` is one of src/native/errors.ts; it must outlive the error, so pass a literal.
  Error(const char* code, const std::string& message) : std::runtime_error(message), code_(code) {}
  const char* code() const { return code_; }

 private:
  const char* code_;
};

// Joins its arguments into one string, so that messages read as sentences where they are thrown.
template <typename... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

}  // namespace roentgen
