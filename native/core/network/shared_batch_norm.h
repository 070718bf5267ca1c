// Batch normalization over a batch whose parts are with several processes.
#pragma once

#include "core/network/layers.h"

namespace roentgen {

// As at::batch_norm in training would over the whole batch, its gradients and the moving statistics
// included. `sum` adds up a tensor over the processes. x: [n, C, …], this process's part.
at::Tensor sharedBatchNorm(BatchNorm& norm, const at::Tensor& x, const at::Tensor& scale,
                           const at::Tensor& shift, const PeerSum& sum);

}  // namespace roentgen
