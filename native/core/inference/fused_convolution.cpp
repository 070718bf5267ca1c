#include "core/inference/fused_convolution.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roentgen {
namespace {

using Scalars = c10::List<std::optional<at::Scalar>>;
using Bias = std::optional<at::Tensor>;

using Pointwise = at::Tensor(const at::Tensor&, const at::Tensor&, const Bias&, at::IntArrayRef,
                             at::IntArrayRef, at::IntArrayRef, int64_t, std::string_view, Scalars,
                             std::optional<std::string_view>);
using PointwiseAdd = at::Tensor&(at::Tensor&, const at::Tensor&, const at::Tensor&, const Bias&,
                                 at::IntArrayRef, at::IntArrayRef, at::IntArrayRef, int64_t,
                                 std::string_view, std::optional<at::Scalar>,
                                 std::optional<std::string_view>, Scalars,
                                 std::optional<std::string_view>);
using Reorder = at::Tensor(const at::Tensor&, at::IntArrayRef, at::IntArrayRef, at::IntArrayRef,
                           int64_t, at::OptionalIntArrayRef);
using Describe = at::Tensor(const at::Tensor&);
using Supported = bool();

constexpr std::string_view pointwiseSchema =
    "mkldnn::_convolution_pointwise(Tensor X, Tensor W, Tensor? B, int[] padding, int[] stride, "
    "int[] dilation, int groups, str attr, Scalar?[] scalars, str? algorithm) -> Tensor Y";
constexpr std::string_view pointwiseAddSchema =
    "mkldnn::_convolution_pointwise_.binary(Tensor(a!) other, Tensor X, Tensor W, Tensor? B, int[] "
    "padding, int[] stride, int[] dilation, int groups, str binary_attr, Scalar? alpha, str? "
    "unary_attr, Scalar?[] unary_scalars, str? unary_algorithm) -> Tensor(a!) Y";
constexpr std::string_view reorderSchema =
    "mkldnn::_reorder_convolution_weight(Tensor self, int[2] padding=0, int[2] stride=1, int[2] "
    "dilation=1, int groups=1, int[]? input_size=None) -> Tensor Y";
constexpr std::string_view describeSchema =
    "mkldnn::_get_mkldnn_serialized_md(Tensor mkldnn_tensor) -> Tensor";
constexpr std::string_view supportedSchema = "mkldnn::_is_mkldnn_bf16_supported() -> bool _0";

// The operation of exactly this schema, or nothing.
std::optional<c10::OperatorHandle> findOperation(const char* name, const char* overload,
                                                 std::string_view schema) {
  auto found = c10::Dispatcher::singleton().findSchema({name, overload});
  if (!found || c10::toString(found->schema()) != schema) return std::nullopt;
  return found;
}

struct Operations {
  c10::TypedOperatorHandle<Pointwise> pointwise;
  c10::TypedOperatorHandle<PointwiseAdd> pointwiseAdd;
  c10::TypedOperatorHandle<Reorder> reorder;
  c10::TypedOperatorHandle<Describe> describe;    // the layout, as bytes
  c10::TypedOperatorHandle<Supported> takesHalf;  // whether this processor can do bfloat16
};

const std::optional<Operations>& operations() {
  static const std::optional<Operations> found = []() -> std::optional<Operations> {
    const auto pointwise = findOperation("mkldnn::_convolution_pointwise", "", pointwiseSchema);
    const auto add = findOperation("mkldnn::_convolution_pointwise_", "binary", pointwiseAddSchema);
    const auto reorder = findOperation("mkldnn::_reorder_convolution_weight", "", reorderSchema);
    const auto describe = findOperation("mkldnn::_get_mkldnn_serialized_md", "", describeSchema);
    const auto takesHalf = findOperation("mkldnn::_is_mkldnn_bf16_supported", "", supportedSchema);
    if (!pointwise || !add || !reorder || !describe || !takesHalf) return std::nullopt;
    return Operations{pointwise->typed<Pointwise>(), add->typed<PointwiseAdd>(),
                      reorder->typed<Reorder>(), describe->typed<Describe>(),
                      takesHalf->typed<Supported>()};
  }();
  return found;
}

// Whether oneDNN fuses convolutions of this type on this processor.
bool canFuse(at::ScalarType type) {
  if (!operations() || type == at::kDouble) return false;
  return type != at::kBFloat16 || operations()->takesHalf.call();
}

// Whether this LibTorch was built with cuDNN.
bool hasCudnn() {
  const auto relu = c10::Dispatcher::singleton().findSchema({"aten::cudnn_convolution_relu", ""});
  return relu && relu->hasKernelForDispatchKey(c10::DispatchKey::CUDA);
}

constexpr std::array<int64_t, 2> undilated{1, 1};

struct ScaleShift {
  at::Tensor scale, shift;  // double [channels]
};

// What a normalization does by its running statistics: x · scale + shift.
ScaleShift scaleShift(const BatchNorm& norm) {
  const auto number = [](const at::Tensor& tensor) { return tensor.detach().to(at::kDouble); };
  const auto scale = number(norm.weight) / (number(norm.runningVar) + norm.epsilon).sqrt();
  return {scale, number(norm.bias) - number(norm.runningMean) * scale};
}

}  // namespace

bool hasFusedConvolutions() {
  return operations().has_value();
}

// oneDNN's best layout of weights depends on the number of images and of threads. Weights in
// another are reordered at every call, which can take longer than the convolution itself.
class FusedConvolution::Packs {
 public:
  // `pack()` gives the weights as they are best now. Kept once for each layout.
  template <typename Pack>
  at::Tensor find(int64_t images, const Pack& pack) {
    const std::lock_guard lock(mutex_);
    at::Tensor& found = packs_[{images, at::get_num_threads()}];
    if (found.defined()) return found;
    found = pack();
    const at::Tensor layout = operations()->describe.call(found);
    const auto same = std::find_if(layouts_.begin(), layouts_.end(), [&](const auto& known) {
      return at::equal(known.first, layout);
    });
    if (same == layouts_.end()) {
      layouts_.emplace_back(layout, found);
    } else {
      found = same->second;
    }
    return found;
  }

 private:
  std::mutex mutex_;
  std::map<std::pair<int64_t, int>, at::Tensor> packs_;
  std::vector<std::pair<at::Tensor, at::Tensor>> layouts_;  // and the weights in it
};

FusedConvolution::FusedConvolution(const Conv2d& conv, const at::TensorOptions& options, bool relu)
    : conv_(conv),
      relu_(relu),
      packs_(std::make_shared<Packs>()),
      cudnn_(std::make_shared<std::atomic<bool>>()) {
  const auto copied = [&](const at::Tensor& tensor, at::MemoryFormat format) {
    return tensor.detach().to(options, /*non_blocking=*/false, /*copy=*/true, format);
  };
  conv_.weight = copied(conv.weight, at::MemoryFormat::ChannelsLast);
  if (conv.bias.defined()) conv_.bias = copied(conv.bias, at::MemoryFormat::Contiguous);
  const auto type = conv_.weight.scalar_type();
  fused_ = conv_.weight.is_cpu() && canFuse(type);
  *cudnn_ = conv_.weight.is_cuda() && relu_ && type != at::kDouble && hasCudnn();
}

template <typename Convolve>
std::optional<at::Tensor> FusedConvolution::tryCudnn(const Convolve& convolve) const {
  if (!*cudnn_) return std::nullopt;
  try {
    return convolve();
  } catch (const c10::Error&) {
    // It has engines for some shapes only.
    *cudnn_ = false;
    return std::nullopt;
  }
}

at::Tensor FusedConvolution::forward(const at::Tensor& x) const {
  const auto [input, padding] = prepare(x);
  if (fused_) {
    return operations()->pointwise.call(input, packed(input, padding), bias(), padding,
                                        conv_.stride, undilated, conv_.groups,
                                        relu_ ? "relu" : "none", Scalars(), "");
  }
  if (auto y = tryCudnn([&] {
        return at::cudnn_convolution_relu(input, conv_.weight, bias(), conv_.stride, padding,
                                          undilated, conv_.groups);
      })) {
    return *y;
  }
  at::Tensor y = plain(input, padding);
  return relu_ ? at::relu_(y) : y;
}

at::Tensor FusedConvolution::forwardAdd(const at::Tensor& x, at::Tensor other) const {
  const auto [input, padding] = prepare(x);
  if (fused_) {
    const auto after = relu_ ? std::optional<std::string_view>("relu") : std::nullopt;
    return operations()->pointwiseAdd.call(other, input, packed(input, padding), bias(), padding,
                                           conv_.stride, undilated, conv_.groups, "add", 1.0, after,
                                           Scalars(), std::nullopt);
  }
  if (auto y = tryCudnn([&] {
        return at::cudnn_convolution_add_relu(input, conv_.weight, other, /*alpha=*/1.0, bias(),
                                              conv_.stride, padding, undilated, conv_.groups);
      })) {
    return *y;
  }
  other += plain(input, padding);
  return relu_ ? at::relu_(other) : other;
}

FusedConvolution::Prepared FusedConvolution::prepare(const at::Tensor& x) const {
  const Padding& p = conv_.padding;
  if (p.symmetric()) return {x, {p.top, p.left}};
  return {at::constant_pad_nd(x, {p.left, p.right, p.top, p.bottom}), {0, 0}};
}

at::Tensor FusedConvolution::packed(const at::Tensor& input,
                                    const std::array<int64_t, 2>& padding) const {
  return packs_->find(input.size(0), [&] {
    return operations()->reorder.call(conv_.weight, padding, conv_.stride, undilated, conv_.groups,
                                      input.sizes());
  });
}

std::optional<at::Tensor> FusedConvolution::bias() const {
  return conv_.bias.defined() ? std::optional(conv_.bias) : std::nullopt;
}

at::Tensor FusedConvolution::plain(const at::Tensor& input,
                                   const std::array<int64_t, 2>& padding) const {
  return at::conv2d(input, conv_.weight, conv_.bias, conv_.stride, padding, undilated,
                    conv_.groups);
}

Conv2d foldAfter(const Conv2d& conv, const BatchNorm& norm) {
  const auto [scale, shift] = scaleShift(norm);
  Conv2d folded = conv;
  folded.weight = conv.weight.detach().to(at::kDouble) * scale.view({-1, 1, 1, 1});
  folded.bias = shift;
  if (conv.bias.defined()) folded.bias += conv.bias.detach().to(at::kDouble) * scale;
  return folded;
}

Conv2d foldBefore(const BatchNorm& norm, const Conv2d& conv) {
  const auto [scale, shift] = scaleShift(norm);
  const auto weight = conv.weight.detach().to(at::kDouble);
  Conv2d folded = conv;
  folded.weight = weight * scale.view({1, -1, 1, 1});
  folded.bias = (weight * shift.view({1, -1, 1, 1})).sum({1, 2, 3});
  if (conv.bias.defined()) folded.bias += conv.bias.detach().to(at::kDouble);
  return folded;
}

}  // namespace roentgen
