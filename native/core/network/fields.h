// Reads the members of one JSON object with ranges and defaults, and refuses those nobody asked
// for.
#pragma once

#include "core/io/json.h"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace roentgen {

class Fields {
 public:
  // `where` starts every message: 'layer 3 "conv2"'.
  Fields(const Json& object, std::string where);

  // Throw Error ERR_INVALID_SPEC where the member is missing without a default, or outside its
  // range.
  int64_t integer(std::string_view key, int64_t least, std::optional<int64_t> fallback = {});
  double number(std::string_view key, double least, double below,
                std::optional<double> fallback = {});
  bool boolean(std::string_view key, bool fallback);
  std::string string(std::string_view key, std::optional<std::string> fallback = {});
  std::string choice(std::string_view key, std::initializer_list<std::string_view> allowed,
                     std::optional<std::string> fallback = {});
  // One integer for both directions, or [height, width].
  std::pair<int64_t, int64_t> pair(std::string_view key, std::optional<int64_t> fallback = {});
  // The raw member, or null.
  const Json* raw(std::string_view key);

  // Every member must have been read.
  void finish() const;
  [[noreturn]] void fail(const std::string& what) const;

 private:
  [[noreturn]] void failField(std::string_view key, const std::string& expected) const;

  const Json& object_;
  std::string where_;
  std::set<std::string, std::less<>> used_;
};

}  // namespace roentgen
