// What Python's libraries computed (scripts/oracles): tensors by name, and the cases they belong
// to.
#pragma once

#include "core/io/json.h"
#include "core/io/safetensors.h"

#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <vector>

namespace roentgen::testing {

// Parts of a fixture; a value that is missing or of another kind fails the test.
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

// Members of a struct by name.
template <typename Struct, typename Value>
using Members = std::map<std::string, Value Struct::*>;

// Sets each member that `values` names; a name that is not among `members` fails the test.
template <typename Struct>
void assign(Struct& target, const Members<Struct, double>& members, const Json& values) {
  for (const auto& [name, value] : *values.object())
    target.*members.at(name) = toNumber(value);
}

// Fails the test, naming the case, unless ‖actual − expected‖ ≤ bound · ‖expected‖.
void requireClose(const std::string& name, const at::Tensor& actual, const at::Tensor& expected,
                  double bound);
// The same of the largest difference among the places where `expected` is a number.
void requireEachClose(const std::string& name, const at::Tensor& actual, const at::Tensor& expected,
                      double bound);

}  // namespace roentgen::testing
