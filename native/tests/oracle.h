// What Python's libraries computed (scripts/oracles): tensors by name, and the cases they belong
// to.
#pragma once

#include "core/io/json.h"
#include "core/io/safetensors.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace roentgen::testing {

// Parts of a fixture; a value that is missing or of another kind fails the test.
void read(const Json& value, bool& out);
void read(const Json& value, int64_t& out);
void read(const Json& value, double& out);
void read(const Json& array, std::vector<double>& out);
double toNumber(const Json& value);
std::vector<double> toNumbers(const Json& array);
const std::string& toText(const Json& value);
const Json& member(const Json& object, const char* key);

class Oracle {
 public:
  // `path` below test/fixtures.
  explicit Oracle(const std::string& path);

  const Json& description() const { return description_; }
  // Of the description.
  const Json::Array& cases() const;
  const at::Tensor& tensor(const std::string& name) const;

 private:
  TensorFile file_;
  Json description_;
};

// What each name in a fixture sets in a struct.
template <typename Struct>
using Fields = std::map<std::string, std::function<void(Struct&, const Json&)>>;

template <typename Struct, typename Value>
std::function<void(Struct&, const Json&)> field(Value Struct::* member) {
  return [member](Struct& target, const Json& value) { read(value, target.*member); };
}

// A struct with the fields that `values` names; a name that is not among `fields` fails the test.
template <typename Struct>
Struct parse(const Fields<Struct>& fields, const Json& values) {
  Struct target;
  for (const auto& [name, value] : *values.object())
    fields.at(name)(target, value);
  return target;
}

// Fails the test, naming the case, unless ‖actual − expected‖ ≤ bound · ‖expected‖.
void requireClose(const std::string& name, const at::Tensor& actual, const at::Tensor& expected,
                  double bound);
// The same of the largest difference among the places where `expected` is a number.
void requireEachClose(const std::string& name, const at::Tensor& actual, const at::Tensor& expected,
                      double bound);

}  // namespace roentgen::testing
