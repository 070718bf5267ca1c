// The formula of test/fixtures/networks/README.md, and the numbers that PyTorch computed from it.
#pragma once

#include "core/dataset/dataset.h"
#include "core/dataset/selection.h"
#include "core/io/json.h"
#include "core/network/network.h"
#include "core/training/trainer.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace roentgen::testing {

// A tensor as the fixtures keep it: its norm, and all elements or a sample of them.
struct Reference {
  double norm;
  std::vector<double> values;
};

// ‖actual − expected‖² and ‖expected‖² of one tensor or, added up, of several.
struct Deviation {
  double difference = 0;
  double size = 0;
  double relative() const;
  Deviation& operator+=(const Deviation& other);
};

class NetworkFixture {
 public:
  explicit NetworkFixture(const std::string& name);

  // The architecture with dropout left out and the formula's weights, in float or double.
  std::shared_ptr<Network> network(at::ScalarType type) const;
  std::shared_ptr<Dataset> dataset() const;
  Selection selection() const;
  TrainerOptions options(at::ScalarType type) const;
  double learningRate() const;
  int64_t batch() const { return batch_; }
  int steps() const;

  const Json& at(const char* key) const;
  std::vector<double> numbers(const char* key) const;
  Reference reference(const Json& value) const;
  // How far a tensor is from its reference, judged by the sampled elements.
  Deviation deviation(const std::string& name, const at::Tensor& actual,
                      const Reference& expected) const;

 private:
  // Of the formula's numbers for one tensor.
  uint32_t seed(const std::string& name) const;
  at::Tensor initial(const std::string& name, at::IntArrayRef shape) const;

  std::string name_;
  Json json_;
  int64_t batch_;
};

}  // namespace roentgen::testing
