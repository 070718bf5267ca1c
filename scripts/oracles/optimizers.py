"""Writes test/fixtures/optimizers: the parameters after every update by torch.optim, in float64.

Weight decay and rates by layer are parameter groups of torch.optim, one for each parameter. Lion, which torch.optim
lacks, is algorithm 2 of Chen et al. 2023 (https://arxiv.org/abs/2302.06675), line by line.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.nn.utils import clip_grad_norm_
from torch.optim import SGD, Adam, AdamW, RMSprop

OUTPUT = Path(__file__).resolve().parents[2] / "test/fixtures/optimizers/updates.safetensors"
SHAPES = {
    "conv1.weight": (4, 1, 3, 3),
    "conv1.bias": (4,),
    "bn1.weight": (4,),
    "fc.weight": (3, 5),
    "fc.bias": (3,),
}
# How many layers come after the one with this name.
LATER_LAYERS = {"conv1": 2, "bn1": 1, "fc": 0}
RATES = [0.05, 0.1, 0.08, 0.06, 0.03, 0.01, 0.02, 0.005]
# Small and large gradients, so that clipping touches some steps only.
SCALES = [1, 0.05, 2, 0.5, 0.1, 3, 0.02, 1]


class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, algorithm 2."""

    def __init__(self, groups, betas):
        super().__init__(groups, {"lr": 1.0, "betas": betas, "weight_decay": 0.0})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            rate, decay, (beta1, beta2) = group["lr"], group["weight_decay"], group["betas"]
            for theta in group["params"]:
                g = theta.grad
                m = self.state[theta].setdefault("m", torch.zeros_like(theta))
                c = beta1 * m + (1 - beta1) * g
                theta.copy_(theta - rate * (torch.sign(c) + decay * theta))
                m.copy_(beta2 * m + (1 - beta2) * g)


# Our options, and torch's optimizer with the same settings.
CASES = {
    "adam": ({"algorithm": "adam"}, lambda groups: Adam(groups)),
    "adam with decay": ({"algorithm": "adam", "weightDecay": 0.1}, lambda groups: Adam(groups)),
    "adam with other constants": (
        {"algorithm": "adam", "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3},
        lambda groups: Adam(groups, betas=(0.8, 0.95), eps=1e-3),
    ),
    "adamw": ({"algorithm": "adamw", "weightDecay": 0.1}, lambda groups: AdamW(groups)),
    "adamw with decay of all": (
        {"algorithm": "adamw", "weightDecay": 0.1, "decayAll": True},
        lambda groups: AdamW(groups),
    ),
    "adamw by layer": (
        {"algorithm": "adamw", "weightDecay": 0.1, "layerDecay": 0.7},
        lambda groups: AdamW(groups),
    ),
    "adamw clipped": (
        {"algorithm": "adamw", "weightDecay": 0.1, "clipNorm": 2},
        lambda groups: AdamW(groups),
    ),
    "sgd": (
        {"algorithm": "sgd", "momentum": 0, "weightDecay": 0.1},
        lambda groups: SGD(groups),
    ),
    "sgd with momentum": (
        {"algorithm": "sgd", "momentum": 0.9, "weightDecay": 0.1},
        lambda groups: SGD(groups, momentum=0.9),
    ),
    "sgd with Nesterov's momentum": (
        {"algorithm": "sgd", "momentum": 0.8, "nesterov": True, "weightDecay": 0.1},
        lambda groups: SGD(groups, momentum=0.8, nesterov=True),
    ),
    "sgd by layer, clipped, with decay of all": (
        {
            "algorithm": "sgd",
            "momentum": 0.9,
            "weightDecay": 0.1,
            "decayAll": True,
            "layerDecay": 0.5,
            "clipNorm": 2,
        },
        lambda groups: SGD(groups, momentum=0.9),
    ),
    "rmsprop": (
        {"algorithm": "rmsprop", "momentum": 0, "weightDecay": 0.1},
        lambda groups: RMSprop(groups),
    ),
    "rmsprop with momentum": (
        {"algorithm": "rmsprop", "momentum": 0.9, "alpha": 0.9, "weightDecay": 0.1},
        lambda groups: RMSprop(groups, momentum=0.9, alpha=0.9),
    ),
    "lion": (
        {"algorithm": "lion", "beta2": 0.99, "weightDecay": 0.1},
        lambda groups: Lion(groups, betas=(0.9, 0.99)),
    ),
}


def updates(options, make, initial, gradients):
    """Each parameter after every step: {name: [steps, …]}."""
    parameters = {name: value.clone().requires_grad_() for name, value in initial.items()}
    groups = []
    for name, parameter in parameters.items():
        decays = options.get("decayAll", False) or parameter.ndim > 1
        groups.append(
            {
                "params": [parameter],
                "weight_decay": options.get("weightDecay", 0) if decays else 0,
                "factor": options.get("layerDecay", 1) ** LATER_LAYERS[name.split(".")[0]],
            }
        )
    optimizer = make(groups)
    seen = {name: [] for name in parameters}
    norms = []
    for step, rate in enumerate(RATES):
        for name, parameter in parameters.items():
            parameter.grad = gradients[name][step].clone()
        if "clipNorm" in options:
            norms.append(clip_grad_norm_(parameters.values(), options["clipNorm"]).item())
        for group in optimizer.param_groups:
            group["lr"] = rate * group["factor"]
        optimizer.step()
        for name, parameter in parameters.items():
            seen[name].append(parameter.detach().clone())
    if norms:
        assert min(norms) < options["clipNorm"] < max(norms), norms
    return {name: torch.stack(values) for name, values in seen.items()}


def main():
    generator = torch.Generator().manual_seed(1)
    # Exact in float32 too, so that both precisions start from the same numbers.
    initial = {name: torch.randn(shape, generator=generator).double() for name, shape in SHAPES.items()}
    scales = torch.tensor(SCALES)
    gradients = {}
    for name, shape in SHAPES.items():
        noise = torch.randn((len(RATES), *shape), generator=generator)
        gradients[name] = (noise * scales.view(-1, *[1] * len(shape))).double()
    tensors = {f"initial.{name}": value for name, value in initial.items()}
    tensors |= {f"gradients.{name}": value for name, value in gradients.items()}
    for case, (options, make) in CASES.items():
        for name, values in updates(options, make, initial, gradients).items():
            tensors[f"{case}.{name}"] = values
    description = {
        "torch": torch.__version__,
        "parameters": list(SHAPES),
        "rates": RATES,
        "cases": [{"name": case, "options": options} for case, (options, _) in CASES.items()],
    }
    # One entry: safetensors writes several in an order that changes from run to run.
    save_file(tensors, OUTPUT, {"description": json.dumps(description)})


if __name__ == "__main__":
    main()
