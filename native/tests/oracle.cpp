#include "tests/oracle.h"

#include "tests/check.h"

#include <ATen/ATen.h>

namespace roentgen::testing {

void read(const Json& value, bool& out) {
  require(value.boolean() != nullptr, __FILE__, __LINE__, "expected true or false");
  out = *value.boolean();
}

void read(const Json& value, int64_t& out) {
  require(value.integer() != nullptr, __FILE__, __LINE__, "expected an integer");
  out = *value.integer();
}

void read(const Json& value, double& out) {
  require(value.number(out), __FILE__, __LINE__, "expected a number");
}

void read(const Json& array, std::vector<double>& out) {
  require(array.array() != nullptr, __FILE__, __LINE__, "expected an array");
  for (const Json& value : *array.array())
    read(value, out.emplace_back());
}

double toNumber(const Json& value) {
  double out = 0;
  read(value, out);
  return out;
}

std::vector<double> toNumbers(const Json& array) {
  std::vector<double> out;
  read(array, out);
  return out;
}

const std::string& toText(const Json& value) {
  require(value.string() != nullptr, __FILE__, __LINE__, "expected a string");
  return *value.string();
}

const Json& member(const Json& object, const char* key) {
  const Json* value = object.find(key);
  require(value != nullptr, __FILE__, __LINE__, "the fixture has no ", key);
  return *value;
}

Oracle::Oracle(const std::string& path)
    : file_(readTensors(sourcePath("test/fixtures/" + path))),
      description_(Json::parse(file_.metadata.at("description"))) {}

const Json::Array& Oracle::cases() const {
  const auto* cases = member(description_, "cases").array();
  require(cases != nullptr && !cases->empty(), __FILE__, __LINE__, "the fixture has no cases");
  return *cases;
}

const at::Tensor& Oracle::tensor(const std::string& name) const {
  const auto found = file_.tensors.find(name);
  require(found != file_.tensors.end(), __FILE__, __LINE__, "the fixture has no ", name);
  return found->second;
}

void requireClose(const std::string& name, const at::Tensor& actual, const at::Tensor& expected,
                  double bound) {
  require(actual.sizes() == expected.sizes(), __FILE__, __LINE__, name, ": sizes are ",
          actual.sizes(), ", expected ", expected.sizes());
  const auto difference = actual.detach().to(at::kDouble) - expected;
  const double error = difference.norm().item<double>() / expected.norm().item<double>();
  require(error <= bound, __FILE__, __LINE__, name, ": relative error ", error,
          ", expected at most ", bound);
}

void requireEachClose(const std::string& name, const at::Tensor& actual, const at::Tensor& expected,
                      double bound) {
  require(actual.sizes() == expected.sizes(), __FILE__, __LINE__, name, ": sizes are ",
          actual.sizes(), ", expected ", expected.sizes());
  const auto compared = expected.isnan().logical_not();
  const auto difference = (actual.to(at::kDouble) - expected).masked_select(compared);
  const double error = difference.abs().max().item<double>();
  require(error <= bound, __FILE__, __LINE__, name, ": difference ", error, ", expected at most ",
          bound);
}

}  // namespace roentgen::testing
