// Turns an architecture file into layers, state and the layer table, checking shapes on the way.
#pragma once

#include "core/network/fields.h"
#include "core/network/initializer.h"
#include "core/network/layers.h"
#include "core/network/network.h"
#include "core/network/residual.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace roentgen {

class NetworkBuilder {
 public:
  // With `shapesOnly` no weight is allocated and the network cannot run: it only shows whether a
  // size fits.
  NetworkBuilder(const std::string& spec, const NetworkShape& shape, std::optional<uint64_t> seed,
                 bool shapesOnly = false);
  std::shared_ptr<Network> build();

 private:
  using Method = void (NetworkBuilder::*)(Fields&, const std::string& name);
  struct Kind;
  static const Kind kinds[];

  void conv2d(Fields& fields, const std::string& name);
  void batchNorm(Fields& fields, const std::string& name);
  void activation(Fields& fields, const std::string& name);
  void maxPool2d(Fields& fields, const std::string& name);
  void avgPool2d(Fields& fields, const std::string& name);
  void zeroPad2d(Fields& fields, const std::string& name);
  void globalAvgPool(Fields& fields, const std::string& name);
  void upsample2d(Fields& fields, const std::string& name);
  void flatten(Fields& fields, const std::string& name);
  void linear(Fields& fields, const std::string& name);
  void dropout(Fields& fields, const std::string& name);
  void residualStage(Fields& fields, const std::string& name);

  void pool2d(Fields& fields, const std::string& name, bool maximum);
  // Where a ReLU comes before a max pooling the two become one layer.
  bool joinRelu(const std::string& name, const Pool2d& pool);
  // Where the input is normalized right before a convolution without padding the two become one
  // layer.
  bool joinNorm(const std::string& name, const Conv2d& conv);
  void residualBlock(const std::string& name, int64_t width, int64_t stride, bool bottleneck,
                     double epsilon, double momentum);
  void preActivationBlock(const std::string& name, int64_t width, int64_t stride, bool first,
                          double epsilon, double momentum);

  // These also advance the shape, register the state and add the row.
  Conv2d makeConv(const std::string& name, int64_t out, std::array<int64_t, 2> kernel,
                  std::array<int64_t, 2> stride, const Padding& padding, int64_t groups, bool bias);
  BatchNorm makeBatchNorm(const std::string& name, double epsilon, double momentum);
  ResidualBlock::Pair makePair(const std::string& convName, const std::string& normName,
                               int64_t out, int64_t kernel, int64_t stride, double epsilon,
                               double momentum);

  template <typename L>
  void append(const std::string& name, L layer) {
    network_->layers_.push_back(
        {name, std::make_unique<L>(std::move(layer)), current_, network_->state_.size()});
  }
  void appendActivation(Fields& fields, const std::string& name);
  template <typename Draw>
  at::Tensor addState(const std::string& name, bool trainable, const Draw& draw);
  // The layer table and, by the same name, what can be asked for.
  void addRow(const std::string& name, const char* kind, int64_t trainable, int64_t fixed,
              int64_t macs);
  void addOutput(const std::string& name, bool convolution, const std::string& source);
  void needImage(const Fields& fields) const;
  // The number of places of a window; throws ERR_INPUT_TOO_SMALL where there is none.
  int64_t slide(int64_t size, int64_t kernel, int64_t stride, int64_t padding) const;
  Padding readPadding(Fields& fields, std::array<int64_t, 2> kernel, std::array<int64_t, 2> stride,
                      const char* fallback) const;

  Json document_;
  NetworkShape shape_;
  Initializer initializer_;
  bool shapesOnly_;
  std::shared_ptr<Network> network_;
  FeatureShape current_;
};

}  // namespace roentgen
