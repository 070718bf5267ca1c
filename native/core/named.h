// Values by their names in files and options.
#pragma once

#include "core/error.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace roentgen {

template <typename T, size_t N>
using Named = std::array<std::pair<std::string_view, T>, N>;

// Throws `code` listing the names where there is no such one; `what` is the noun of the message.
template <typename T, size_t N>
T byName(const Named<T, N>& table, std::string_view name, const char* code, const char* what) {
  std::string known;
  for (const auto& [key, value] : table) {
    if (key == name) return value;
    known += text(known.empty() ? "" : ", ", key);
  }
  throw Error(code, text("Unknown ", what, " \"", name, "\": expected one of ", known));
}

}  // namespace roentgen
