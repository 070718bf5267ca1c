#include "core/network/shared_batch_norm.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <array>
#include <tuple>

namespace roentgen {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Per channel, over the whole batch.
struct Statistics {
  at::Tensor mean, variance;  // biased
  double count;               // values of a channel
};

at::Tensor column(const at::Tensor& values, const at::Tensor& x) {
  std::vector<int64_t> sizes(static_cast<size_t>(x.dim()), 1);
  sizes[1] = values.numel();
  return values.to(x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat).view(sizes);
}

// Moments of the parts add up: Chan, Golub, LeVeque 1979, in double.
Statistics measure(const at::Tensor& x, const at::Tensor& like, const PeerSum& sum) {
  const int64_t channels = x.size(1);
  const auto count = static_cast<double>(x.numel() / channels);
  // Written to, and thrown away: they tell the kernel in which type to answer.
  const auto scratch = at::zeros_like(like);
  const auto [mean, variance] =
      at::batch_norm_update_stats(x, scratch, scratch.clone(), /*momentum=*/0);
  const auto mean64 = mean.to(at::kDouble);
  const auto moments =
      at::cat({mean64 * count, (variance.to(at::kDouble) + mean64.square()) * count,
               at::full({1}, count, mean64.options())});
  sum(moments);
  const auto total = moments[2 * channels].item<double>();
  const auto whole = moments.narrow(0, 0, channels) / total;
  const auto squares = moments.narrow(0, channels, channels) / total;
  return {whole, (squares - whole.square()).clamp_min(0), total};
}

void follow(BatchNorm& norm, const Statistics& seen) {
  const at::NoGradGuard noGrad;
  const auto unbiased = seen.variance * (seen.count / (seen.count - 1));
  norm.runningMean.lerp_(seen.mean.to(norm.runningMean.scalar_type()), norm.momentum);
  norm.runningVar.lerp_(unbiased.to(norm.runningVar.scalar_type()), norm.momentum);
}

// a·dy + b·x + c per channel, in one pass over memory where channels lie side by side on the CPU.
template <typename Value>
void combineRows(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& a,
                 const at::Tensor& b, const at::Tensor& c, at::Tensor& out) {
  const int64_t channels = x.size(1);
  const auto* gradient = dy.const_data_ptr<Value>();
  const auto* input = x.const_data_ptr<Value>();
  const auto *scale = a.const_data_ptr<float>(), *slope = b.const_data_ptr<float>(),
             *offset = c.const_data_ptr<float>();
  auto* target = out.mutable_data_ptr<Value>();
  at::parallel_for(0, x.numel() / channels, 32, [=](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; ++row) {
      const int64_t at = row * channels;
      for (int64_t k = 0; k < channels; ++k) {
        target[at + k] =
            static_cast<Value>(scale[k] * static_cast<float>(gradient[at + k]) +
                               slope[k] * static_cast<float>(input[at + k]) + offset[k]);
      }
    }
  });
}

at::Tensor combine(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& a,
                   const at::Tensor& b, const at::Tensor& c) {
  const auto lined = [](const at::Tensor& tensor) {
    return tensor.is_cpu() && tensor.is_contiguous(at::MemoryFormat::ChannelsLast);
  };
  const auto type = x.scalar_type();
  const bool same = dy.scalar_type() == type && (type == at::kFloat || type == at::kBFloat16);
  if (x.dim() == 4 && lined(x) && lined(dy) && same) {
    auto out = at::empty_like(x);
    const auto plain = [](const at::Tensor& values) { return values.to(at::kFloat).contiguous(); };
    type == at::kFloat ? combineRows<float>(dy, x, plain(a), plain(b), plain(c), out)
                       : combineRows<c10::BFloat16>(dy, x, plain(a), plain(b), plain(c), out);
    return out;
  }
  return at::addcmul(column(c, x), x, column(b, x)).addcmul_(dy, column(a, x)).to(type);
}

class SharedBatchNorm : public torch::autograd::Function<SharedBatchNorm> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& scale,
                            const at::Tensor& shift, const at::Tensor& mean,
                            const at::Tensor& variance, double count, double epsilon,
                            const PeerSum* sum) {
    context->save_for_backward({x, scale, mean, variance});
    context->saved_data["count"] = count;
    context->saved_data["epsilon"] = epsilon;
    context->saved_data["sum"] = reinterpret_cast<int64_t>(sum);
    return at::batch_norm(x, scale, shift, mean, variance, /*training=*/false, /*momentum=*/0,
                          epsilon, /*cudnn_enabled=*/false);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &scale = saved[1], &mean = saved[2], &variance = saved[3];
    const double epsilon = context->saved_data["epsilon"].toDouble();
    const double count = context->saved_data["count"].toDouble();
    const auto& sum = *reinterpret_cast<const PeerSum*>(context->saved_data["sum"].toInt());
    const at::Tensor dy = gradients[0];
    const auto deviation = (variance + epsilon).rsqrt();
    // With fixed statistics the kernel's gradients of scale and shift are Σ dy·x̂ and Σ dy.
    const auto [unused, dScale, dShift] = at::native_batch_norm_backward(
        dy, x, {}, mean, variance, {}, {}, /*train=*/false, epsilon, {false, true, true});
    variable_list result(8);
    result[1] = dScale;
    result[2] = dShift;
    if (!context->needs_input_grad(0)) return result;
    const auto sums = at::cat({dScale, dShift}).to(at::kDouble);
    sum(sums);
    const int64_t channels = x.size(1);
    const auto means = sums / count;
    // dx = γσ⁻¹ · (dy − mean(dy) − x̂ · mean(dy·x̂)) as a·dy + b·x + c: Ioffe and Szegedy 2015.
    const auto a = deviation.to(at::kDouble) * scale.detach().to(at::kDouble);
    const auto b = -a * deviation * means.narrow(0, 0, channels);
    const auto c = -a * means.narrow(0, channels, channels) - b * mean;
    result[0] = combine(dy, x, a, b, c);
    return result;
  }
};

}  // namespace

at::Tensor sharedBatchNorm(BatchNorm& norm, const at::Tensor& x, const at::Tensor& scale,
                           const at::Tensor& shift, const PeerSum& sum) {
  const Statistics seen = [&] {
    const at::NoGradGuard noGrad;
    return measure(x.detach(), norm.runningMean, sum);
  }();
  follow(norm, seen);
  const auto mean = seen.mean.to(norm.runningMean.scalar_type());
  const auto variance = seen.variance.to(mean.scalar_type());
  // Every input must be there.
  return SharedBatchNorm::apply(x, scale.defined() ? scale : at::ones_like(mean),
                                shift.defined() ? shift : at::zeros_like(mean), mean, variance,
                                seen.count, norm.epsilon, &sum);
}

}  // namespace roentgen
