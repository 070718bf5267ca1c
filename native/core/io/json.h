// Strict JSON (RFC 8259): duplicate keys are refused, integers stay exact, depth is limited.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace roentgen {

class Json {
 public:
  using Array = std::vector<Json>;
  // In the file's order.
  using Object = std::vector<std::pair<std::string, Json>>;

  Json() = default;
  template <typename T>
  explicit Json(T value) : value_(std::move(value)) {}

  // Throws Error ERR_INVALID_FILE with the byte position. `maxDepth` bounds nesting.
  static Json parse(std::string_view text, int maxDepth = 32);

  bool isNull() const { return std::holds_alternative<std::nullptr_t>(value_); }
  const bool* boolean() const { return std::get_if<bool>(&value_); }
  // Only for numbers written without fraction and exponent that fit 64 bits.
  const int64_t* integer() const { return std::get_if<int64_t>(&value_); }
  // Any number.
  bool number(double& out) const;
  const std::string* string() const { return std::get_if<std::string>(&value_); }
  const Array* array() const { return std::get_if<Array>(&value_); }
  const Object* object() const { return std::get_if<Object>(&value_); }
  // The member of an object, or null.
  const Json* find(std::string_view key) const;

 private:
  std::variant<std::nullptr_t, bool, int64_t, double, std::string, Array, Object> value_ = nullptr;
};

// A JSON string literal, quotes included.
std::string quoteJson(std::string_view text);

}  // namespace roentgen
