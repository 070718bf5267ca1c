"""What PyTorch and torchvision make of updates, losses and changed images, as fixtures for the core's tests."""

import math
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.nn import functional as F

_register_fake = torch.library.register_fake


def _register(name, *args, **kwargs):
    """torchvision declares operators that its transforms do not need, and that a CPU build may lack."""
    if name.startswith("torchvision::"):
        return lambda function: function
    return _register_fake(name, *args, **kwargs)


torch.library.register_fake = _register
from torchvision.ops import sigmoid_focal_loss  # noqa: E402
from torchvision.transforms.v2 import InterpolationMode  # noqa: E402
from torchvision.transforms.v2 import functional as T  # noqa: E402

OUTPUT = Path(__file__).parents[2] / "test/fixtures/training"
STEPS = 8
RATES = [0.05, 0.05, 0.02, 0.1, 0.01, 0.01, 0.03, 0.05]


class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, Symbolic discovery of optimization algorithms, algorithm 2, line by line."""

    def __init__(self, params, lr, betas, weight_decay):
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for theta in group["params"]:
                m = self.state[theta].setdefault("m", torch.zeros_like(theta))
                g = theta.grad
                c = beta1 * m + (1 - beta1) * g
                theta.sub_(group["lr"] * (c.sign() + group["weight_decay"] * theta))
                m.copy_(beta2 * m + (1 - beta2) * g)


OPTIMIZERS = {
    "adam": lambda p: torch.optim.Adam(p, weight_decay=0.1),
    "adamw": lambda p: torch.optim.AdamW(p, weight_decay=0.1),
    "sgd": lambda p: torch.optim.SGD(p, lr=1, weight_decay=0.1),
    "momentum": lambda p: torch.optim.SGD(p, lr=1, momentum=0.9, weight_decay=0.1),
    "nesterov": lambda p: torch.optim.SGD(p, lr=1, momentum=0.9, nesterov=True, weight_decay=0.1),
    "rmsprop": lambda p: torch.optim.RMSprop(p, weight_decay=0.1),
    "rmspropMomentum": lambda p: torch.optim.RMSprop(p, momentum=0.9, weight_decay=0.1),
    "lion": lambda p: Lion(p, lr=1, betas=(0.9, 0.99), weight_decay=0.1),
}


def optimizers():
    """Parameters after each of some updates: `<optimizer>/<parameter>`, [steps, ...]."""
    generator = torch.Generator().manual_seed(1)
    shapes = {"conv1.weight": (3, 2, 2, 2), "conv1.bias": (3,), "fc.weight": (2, 4)}
    draw = lambda shape: torch.randn(shape, generator=generator, dtype=torch.float64)
    start = {name: draw(shape) for name, shape in shapes.items()}
    gradients = {name: draw((STEPS, *shape)) for name, shape in shapes.items()}
    out = {f"start/{name}": value for name, value in start.items()}
    out |= {f"gradient/{name}": value for name, value in gradients.items()}

    def follow(make, clip=None, groups=None):
        parameters = {name: value.clone().requires_grad_() for name, value in start.items()}
        optimizer = make(groups(parameters) if groups else list(parameters.values()))
        factors = [group.get("factor", 1) for group in optimizer.param_groups]
        seen = {name: [] for name in shapes}
        for step, rate in enumerate(RATES):
            for group, factor in zip(optimizer.param_groups, factors):
                group["lr"] = rate * factor
            for name, parameter in parameters.items():
                parameter.grad = gradients[name][step].clone()
            if clip:
                torch.nn.utils.clip_grad_norm_(parameters.values(), clip)
            optimizer.step()
            for name, parameter in parameters.items():
                seen[name].append(parameter.detach().clone())
        return {name: torch.stack(values) for name, values in seen.items()}

    for name, make in OPTIMIZERS.items():
        out |= {f"{name}/{key}": value for key, value in follow(make).items()}
    out |= {f"clipped/{key}": value for key, value in follow(OPTIMIZERS["sgd"], clip=1.5).items()}

    def grouped(p):
        """Biases do not decay, and the layer before the head learns at half the rate."""
        return [
            {"params": [p["conv1.weight"]], "weight_decay": 0.1, "factor": 0.5},
            {"params": [p["conv1.bias"]], "weight_decay": 0, "factor": 0.5},
            {"params": [p["fc.weight"]], "weight_decay": 0.1, "factor": 1},
        ]

    layered = follow(lambda groups: torch.optim.AdamW(groups), groups=grouped)
    out |= {f"layered/{key}": value for key, value in layered.items()}
    out["rates"] = torch.tensor(RATES, dtype=torch.float64)
    return out


def losses():
    """Value and gradient by the logits: `<case>/loss`, `<case>/gradient`."""
    generator = torch.Generator().manual_seed(2)
    logits = 2 * torch.randn(7, 3, generator=generator, dtype=torch.float64)
    single = 2 * torch.randn(7, 1, generator=generator, dtype=torch.float64)
    labels = torch.tensor([0, 2, 1, 1, 0, 2, 2])
    binary = torch.tensor([0, 1, 1, 0, 0, 1, 1])
    shares = torch.rand(7, 3, generator=generator, dtype=torch.float64)
    shares = shares / shares.sum(1, keepdim=True)
    weights = torch.tensor([0.5, 2.0, 1.25], dtype=torch.float64)
    prior = torch.tensor([0.2, 0.5, 0.3], dtype=torch.float64)
    one_hot = F.one_hot(labels, 3).double()

    def focal(x):
        """Lin et al. 2017, equation 4, for each class of a softmax."""
        p = x.softmax(1)
        return -((1 - p) ** 2 * one_hot * p.log()).sum(1).mean()

    def sigmoid_focal(x):
        target = binary.double().unsqueeze(1)
        return sigmoid_focal_loss(x, target, alpha=-1, gamma=2, reduction="mean")

    positive = torch.tensor([3.0], dtype=torch.float64)
    target = binary.double().unsqueeze(1)
    cases = {
        "plain": (logits, lambda x: F.cross_entropy(x, labels)),
        "weighted": (logits, lambda x: F.cross_entropy(x, labels, weight=weights)),
        "smoothed": (logits, lambda x: F.cross_entropy(x, labels, label_smoothing=0.1)),
        "weightedSmoothed": (
            logits,
            lambda x: F.cross_entropy(x, labels, weight=weights, label_smoothing=0.1),
        ),
        "shares": (logits, lambda x: F.cross_entropy(x, shares)),
        "weightedShares": (logits, lambda x: F.cross_entropy(x, shares, weight=weights)),
        "focal": (logits, focal),
        "adjusted": (logits, lambda x: F.cross_entropy(x + 1.5 * prior.log(), labels)),
        "binary": (single, lambda x: F.binary_cross_entropy_with_logits(x, target)),
        "binaryPositive": (
            single,
            lambda x: F.binary_cross_entropy_with_logits(x, target, pos_weight=positive),
        ),
        "binarySmoothed": (
            single,
            lambda x: F.binary_cross_entropy_with_logits(x, target * 0.9 + 0.05),
        ),
        "binaryFocal": (single, sigmoid_focal),
        "sigmoids": (logits, lambda x: F.binary_cross_entropy_with_logits(x, one_hot)),
    }
    out = {"logits": logits, "single": single, "labels": labels, "binary": binary}
    out |= {"shares": shares, "weights": weights, "adjustment": 1.5 * prior.log()}
    for name, (inputs, loss) in cases.items():
        x = inputs.clone().requires_grad_()
        value = loss(x)
        value.backward()
        out |= {f"{name}/loss": value.detach(), f"{name}/gradient": x.grad}
    return out


def augmentation():
    """An image and what torchvision makes of it."""
    generator = torch.Generator().manual_seed(3)
    coarse = torch.rand(1, 1, 6, 5, generator=generator, dtype=torch.float64)
    image = F.interpolate(coarse, size=(24, 20), mode="bicubic").clamp(0, 1)
    color = torch.rand(1, 3, 9, 11, generator=generator, dtype=torch.float64)

    def affine(angle=0.0, translate=(0.0, 0.0), scale=1.0, shear=(0.0, 0.0)):
        return T.affine(
            image, angle, list(translate), scale, list(shear), InterpolationMode.BILINEAR, fill=0
        )

    out = {
        "image": image,
        "color": color,
        "rotated": affine(angle=17.0),
        "zoomed": affine(scale=1.15),
        "shrunk": affine(scale=0.85),
        "shifted": affine(translate=(3, -2)),
        "sheared": affine(shear=(8.0, 0.0)),
        "together": affine(angle=-12.0, translate=(2, 3), scale=1.1, shear=(5.0, 0.0)),
        "mirrored": T.horizontal_flip(image),
        "upsideDown": T.vertical_flip(image),
        "brighter": T.adjust_brightness(color, 1.3),
        "contrasted": T.adjust_contrast(color, 0.6),
        "contrastedGray": T.adjust_contrast(image, 1.4),
        "gamma": T.adjust_gamma(color, 0.7),
        # Three standard deviations to either side.
        "blurred": T.gaussian_blur(image, [2 * math.ceil(3 * 1.5) + 1] * 2, [1.5, 1.5]),
    }
    return out


def main():
    for make in (optimizers, losses, augmentation):
        tensors = {key: value.contiguous() for key, value in make().items()}
        save_file(tensors, OUTPUT / f"{make.__name__}.safetensors")


if __name__ == "__main__":
    main()
