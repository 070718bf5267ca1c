#include "core/network/fields.h"

#include "core/error.h"

#include <algorithm>

namespace roentgen {

Fields::Fields(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
  if (!object.object()) fail("expected an object");
}

void Fields::fail(const std::string& what) const {
  throw Error("ERR_INVALID_SPEC", text(where_, ": ", what));
}

void Fields::failField(std::string_view key, const std::string& expected) const {
  fail(text(key, object_.find(key) ? " must be " : " is missing; it must be ", expected));
}

const Json* Fields::raw(std::string_view key) {
  used_.emplace(key);
  return object_.find(key);
}

int64_t Fields::integer(std::string_view key, int64_t least, std::optional<int64_t> fallback) {
  const Json* value = raw(key);
  if (!value && fallback) return *fallback;
  const int64_t* integer = value ? value->integer() : nullptr;
  // No layer of a real network is wider; the bound keeps products of sizes inside 64 bits.
  constexpr int64_t most = 1 << 20;
  if (!integer || *integer < least || *integer > most) {
    failField(key, text("an integer from ", least, " to ", most));
  }
  return *integer;
}

double Fields::number(std::string_view key, double least, double below,
                      std::optional<double> fallback) {
  const Json* value = raw(key);
  if (!value && fallback) return *fallback;
  double number = 0;
  if (!value || !value->number(number) || !(number >= least && number < below)) {
    failField(key, text("a number in [", least, ", ", below, ")"));
  }
  return number;
}

bool Fields::boolean(std::string_view key, bool fallback) {
  const Json* value = raw(key);
  if (!value) return fallback;
  if (!value->boolean()) failField(key, "true or false");
  return *value->boolean();
}

std::string Fields::string(std::string_view key, std::optional<std::string> fallback) {
  const Json* value = raw(key);
  if (!value && fallback) return *fallback;
  if (!value || !value->string() || value->string()->empty()) failField(key, "a non-empty string");
  return *value->string();
}

std::string Fields::choice(std::string_view key, std::initializer_list<std::string_view> allowed,
                           std::optional<std::string> fallback) {
  std::string value = string(key, std::move(fallback));
  if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
    std::string list;
    for (const auto& name : allowed)
      list += text(list.empty() ? "" : ", ", name);
    failField(key, text("one of ", list));
  }
  return value;
}

std::pair<int64_t, int64_t> Fields::pair(std::string_view key, std::optional<int64_t> fallback) {
  const Json* value = raw(key);
  const Json::Array* array = value ? value->array() : nullptr;
  if (!array) {
    const int64_t both = integer(key, 1, fallback);
    return {both, both};
  }
  const int64_t* height = array->size() == 2 ? (*array)[0].integer() : nullptr;
  const int64_t* width = array->size() == 2 ? (*array)[1].integer() : nullptr;
  if (!height || !width || *height < 1 || *width < 1 || *height > 4096 || *width > 4096) {
    failField(key, "a positive integer or [height, width]");
  }
  return {*height, *width};
}

void Fields::finish() const {
  for (const auto& [key, value] : *object_.object()) {
    if (!used_.contains(key)) fail(text("unknown field ", quoteJson(key)));
  }
}

}  // namespace roentgen
