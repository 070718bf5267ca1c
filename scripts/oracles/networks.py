"""Writes test/fixtures/networks/*.json: what PyTorch computes for five networks, weights and inputs from a formula.

The networks are torchvision's or written here by hand; models/*.json is not read, so that an error in an
architecture file shows. The formula and the file format are in test/fixtures/networks/README.md.

    python scripts/oracles/networks.py [NAME …]           write the fixtures (all of them by default)
    python scripts/oracles/networks.py NAME --salts 20    compare salts, write nothing
"""

import argparse
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.models import resnet18, resnet50

FIXTURES = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "networks"
STEPS = 5
# Keras's BatchNormalization: momentum 0.99 is the weight of the old statistic, PyTorch's that of the new one.
KERAS_BATCH_NORM = {"eps": 1e-3, "momentum": 0.01}


# --- The formula -----------------------------------------------------------------------------------------


def fnv1a(text: str) -> int:
    """32-bit FNV-1a of the UTF-8 bytes."""
    value = 0x811C9DC5
    for byte in text.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def mix(values: np.ndarray) -> np.ndarray:
    """MurmurHash3's 32-bit finalizer."""
    values = values ^ values >> np.uint32(16)
    values = values * np.uint32(0x85EBCA6B)
    values = values ^ values >> np.uint32(13)
    values = values * np.uint32(0xC2B2AE35)
    return values ^ values >> np.uint32(16)


def bits(salt: int, name: str, count: int) -> np.ndarray:
    """`count` 32-bit words that depend on nothing but the salt, the name and their position."""
    return mix(mix(np.arange(count, dtype=np.uint32)) ^ np.uint32(fnv1a(f"{salt}:{name}")))


def centered(salt: int, name: str, count: int) -> np.ndarray:
    """Numbers in [-1, 1), multiples of 2^-23: exact in float32 and float64."""
    return (bits(salt, name, count) >> np.uint32(8)) / 2.0**23 - 1.0


def initial(salt: int, name: str, shape: tuple[int, ...]) -> np.ndarray:
    """The value of one parameter or buffer: computed in float64, rounded once to float32."""
    field = name.rsplit(".", 1)[1]
    if field in ("running_mean", "num_batches_tracked"):
        return np.zeros(shape, np.float32)
    if field == "running_var":
        return np.ones(shape, np.float32)
    noise = centered(salt, name, math.prod(shape)).reshape(shape)
    if len(shape) > 1:
        fan_in = math.prod(shape[1:])
        if fan_in < 256:
            return (math.sqrt(6.0 / fan_in) * noise).astype(np.float32)
        # Adding zeros rounds nothing: with one weight in eight, float32 sums are two to three times as exact.
        kept = (bits(salt, name, math.prod(shape)) & np.uint32(7) == 0).reshape(shape)
        return np.where(kept, math.sqrt(48.0 / fan_in) * noise, 0.0).astype(np.float32)
    if field == "weight":
        scale = 0.25 if name.endswith("bn3.weight") else 1.0
        return (scale + 0.1 * noise).astype(np.float32)
    return noise.astype(np.float32)


# --- The networks ----------------------------------------------------------------------------------------


class CnnBinary(nn.Module):
    """Report S2, model 1.A."""

    def __init__(self, channels: int, height: int, width: int, outputs: int):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.conv3 = nn.Conv2d(64, 128, 3)
        for _ in range(3):
            height, width = (height - 2) // 2, (width - 2) // 2
        self.bn = nn.BatchNorm1d(128 * height * width, **KERAS_BATCH_NORM)
        self.embedding = nn.Linear(128 * height * width, 128)
        self.head = nn.Linear(128, outputs)

    def forward(self, x: Tensor) -> Tensor:
        for conv in (self.conv1, self.conv2, self.conv3):
            x = F.max_pool2d(F.relu(conv(x)), 2)
        x = F.relu(self.embedding(self.bn(x.flatten(1))))
        return self.head(x)


class Lmap3(nn.Module):
    """The small network of report S3."""

    def __init__(self, channels: int, height: int, width: int, outputs: int):
        super().__init__()
        self.bn = nn.BatchNorm2d(channels, **KERAS_BATCH_NORM)
        self.conv1 = nn.Conv2d(channels, 32, 3)
        self.conv2 = nn.Conv2d(32, 32, 3)
        self.conv3 = nn.Conv2d(32, 32, 3)
        self.conv4 = nn.Conv2d(32, 64, 3)
        self.conv5 = nn.Conv2d(64, 64, 3)
        for _ in range(5):
            height, width = (height - 2) // 2, (width - 2) // 2
        self.linear1 = nn.Linear(64 * height * width, 128)
        self.embedding = nn.Linear(128, 64)
        self.head = nn.Linear(64, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.bn(x)
        for conv in (self.conv1, self.conv2, self.conv3, self.conv4, self.conv5):
            x = F.max_pool2d(F.relu(conv(x)), 2)
        x = F.relu(self.linear1(x.flatten(1)))
        return self.head(F.relu(self.embedding(x)))


class Autoencoder(nn.Module):
    """Report S2's autoencoder."""

    def __init__(self, channels: int, height: int, width: int, outputs: int):
        super().__init__()
        self.encoder1 = nn.Conv2d(channels, 64, 3, padding=1)
        self.encoder2 = nn.Conv2d(64, 32, 3, padding=1)
        self.encoder3 = nn.Conv2d(32, 16, 3, padding=1)
        self.middle = nn.Conv2d(16, 16, 3, padding=1)
        self.decoder1 = nn.Conv2d(16, 32, 3, padding=1)
        self.decoder2 = nn.Conv2d(32, 64, 3, padding=1)
        self.decoder3 = nn.Conv2d(64, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        for conv in (self.encoder1, self.encoder2, self.encoder3):
            x = F.max_pool2d(F.relu(conv(x)), 2)
        x = F.relu(self.middle(x))
        for conv in (self.decoder1, self.decoder2):
            x = F.relu(conv(F.interpolate(x, scale_factor=2)))
        return torch.sigmoid(self.decoder3(F.interpolate(x, scale_factor=2)))


def cross_entropy(outputs: Tensor, images: Tensor, labels: Tensor) -> Tensor:
    return F.cross_entropy(outputs, labels)


def binary_cross_entropy(outputs: Tensor, images: Tensor, labels: Tensor) -> Tensor:
    targets = F.one_hot(labels, outputs.shape[1]).to(outputs.dtype)
    return F.binary_cross_entropy_with_logits(outputs, targets)


def mean_squared_error(outputs: Tensor, images: Tensor, labels: Tensor) -> Tensor:
    return F.mse_loss(outputs, images)


LOSSES = {
    "crossEntropy": cross_entropy,
    "binaryCrossEntropy": binary_cross_entropy,
    "meanSquaredError": mean_squared_error,
}


@dataclass(frozen=True)
class Case:
    """Height differs from width, so that a transposition shows. `salt` is the best of `--salts`: see the README."""

    build: Callable[[int, int, int, int], nn.Module]
    shape: tuple[int, int, int, int]
    outputs: int
    loss: str
    salt: int
    samples: int
    learning_rate: float
    epsilon: float
    mean: float = 0.0
    std: float = 1.0


CASES = {
    "resnet18": Case(lambda c, h, w, k: resnet18(num_classes=k), (4, 3, 64, 48), 2, "crossEntropy", 7, 32, 5e-6, 1e-3, 0.5303, 0.1944),
    "resnet50": Case(lambda c, h, w, k: resnet50(num_classes=k), (4, 3, 64, 48), 2, "crossEntropy", 7, 16, 5e-6, 1e-3, 0.5303, 0.1944),
    "cnn-binary": Case(CnnBinary, (8, 1, 64, 48), 2, "binaryCrossEntropy", 6, 32, 1e-4, 1e-3),
    "lmap3": Case(Lmap3, (4, 1, 96, 112), 4, "crossEntropy", 7, 32, 1e-3, 1e-8),
    "autoencoder": Case(Autoencoder, (4, 3, 32, 48), 1, "meanSquaredError", 4, 32, 1e-3, 1e-8),
}


# --- One run ---------------------------------------------------------------------------------------------


@dataclass
class Run:
    """Everything one run produced, in float64 whatever it was computed in."""

    eval_outputs: np.ndarray
    train_outputs: np.ndarray
    gradients: dict[str, np.ndarray]
    losses: np.ndarray
    trained: dict[str, np.ndarray]
    trained_eval_outputs: np.ndarray


def numbers(tensor: Tensor) -> np.ndarray:
    return tensor.detach().to(torch.float64).contiguous().numpy().copy()


def run(case: Case, dtype: torch.dtype, memory_format: torch.memory_format) -> Run:
    batch, channels, height, width = case.shape
    network = case.build(channels, height, width, case.outputs)
    state = network.state_dict()
    for name, tensor in state.items():
        tensor.copy_(torch.from_numpy(initial(case.salt, name, tuple(tensor.shape))))
    network.to(dtype=dtype, memory_format=memory_format)

    pixels = (bits(case.salt, "input", math.prod(case.shape)) >> np.uint32(24)).reshape(case.shape)
    images = torch.from_numpy((pixels / 255.0 - case.mean) / case.std).to(dtype=dtype, memory_format=memory_format)
    labels = torch.from_numpy(class_labels(case))
    optimizer = torch.optim.Adam(network.parameters(), lr=case.learning_rate, eps=case.epsilon)

    with torch.no_grad():
        eval_outputs = numbers(network.eval()(images))
    network.train()
    losses = []
    for step in range(STEPS):
        optimizer.zero_grad()
        outputs = network(images)
        loss = LOSSES[case.loss](outputs, images, labels)
        loss.backward()
        if step == 0:
            train_outputs = numbers(outputs)
            gradients = {name: numbers(parameter.grad) for name, parameter in network.named_parameters()}
        optimizer.step()
        losses.append(loss.item())
    trained = {name: numbers(tensor) for name, tensor in network.state_dict().items()}
    with torch.no_grad():
        trained_eval_outputs = numbers(network.eval()(images))
    return Run(eval_outputs, train_outputs, gradients, np.array(losses), trained, trained_eval_outputs)


def class_labels(case: Case) -> np.ndarray:
    return (bits(case.salt, "labels", case.shape[0]) % np.uint32(case.outputs)).astype(np.int64)


# --- Comparison and files --------------------------------------------------------------------------------


def difference(reference: np.ndarray, others: list[np.ndarray]) -> float:
    """The larger ‖other − reference‖ / ‖reference‖ over the whole tensor; 0 where both are 0."""
    norm = np.linalg.norm(reference)
    worst = max(float(np.linalg.norm(other - reference)) for other in others)
    return worst / norm if norm > 0 else worst


def runs(case: Case) -> tuple[Run, list[Run]]:
    """The reference in float64, and float32 in both memory layouts, by one thread and by two, which add up otherwise."""
    reference = run(case, torch.float64, torch.contiguous_format)
    others = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        others += [run(case, torch.float32, layout) for layout in (torch.contiguous_format, torch.channels_last)]
    return reference, others


def errors(reference: Run, others: list[Run]) -> dict[str, float]:
    """PyTorch's own float32 error: the worst tensor of each group."""
    return {
        "evalOutputs": difference(reference.eval_outputs, [o.eval_outputs for o in others]),
        "trainOutputs": difference(reference.train_outputs, [o.train_outputs for o in others]),
        "losses": max(float(np.max(np.abs(o.losses / reference.losses - 1))) for o in others),
        "gradients": max(difference(g, [o.gradients[n] for o in others]) for n, g in reference.gradients.items()),
        "trained": max(difference(t, [o.trained[n] for o in others]) for n, t in reference.trained.items()),
        "trainedEvalOutputs": difference(reference.trained_eval_outputs, [o.trained_eval_outputs for o in others]),
    }


def rounded(values: np.ndarray | float, digits: int) -> list[float] | float:
    if isinstance(values, float):
        return float(f"{values:.{digits}g}")
    return [float(f"{value:.{digits}g}") for value in values.tolist()]


def sampled(case: Case, name: str, reference: np.ndarray, others: list[np.ndarray]) -> dict:
    """Norm, some elements and the float32 error of a tensor; the README says which elements."""
    flat = reference.reshape(-1)
    if flat.size > case.samples:
        flat = flat[bits(case.salt, f"{name}#samples", case.samples) % np.uint32(flat.size)]
    return {
        "norm": rounded(float(np.linalg.norm(reference)), 9),
        "float32Error": rounded(difference(reference, others), 2),
        "values": rounded(flat, 9),
    }


def fixture(name: str, case: Case) -> dict:
    reference, others = runs(case)
    batch, channels, height, width = case.shape

    def outputs(field: str) -> dict:
        return sampled(case, "outputs", getattr(reference, field), [getattr(o, field) for o in others])

    def tensor(key: str, value: np.ndarray) -> dict:
        row = {"name": key, "shape": list(value.shape)}
        if key in reference.gradients:
            row["gradient"] = sampled(case, key, reference.gradients[key], [o.gradients[key] for o in others])
        row["trained"] = sampled(case, key, value, [o.trained[key] for o in others])
        return row

    return {
        "network": name,
        "writtenBy": f"scripts/oracles/networks.py, PyTorch {torch.__version__}",
        "salt": case.salt,
        "samples": case.samples,
        "input": {"batch": batch, "channels": channels, "height": height, "width": width, "mean": case.mean, "std": case.std},
        "outputs": case.outputs,
        "labels": [] if case.loss == "meanSquaredError" else class_labels(case).tolist(),
        "loss": case.loss,
        "optimizer": {"name": "adam", "learningRate": case.learning_rate, "betas": [0.9, 0.999], "epsilon": case.epsilon, "steps": STEPS},
        "float32Error": {group: rounded(error, 2) for group, error in errors(reference, others).items()},
        "evalOutputs": outputs("eval_outputs"),
        "trainOutputs": outputs("train_outputs"),
        "losses": rounded(reference.losses, 12),
        "trainedEvalOutputs": outputs("trained_eval_outputs"),
        "tensors": [tensor(key, value) for key, value in reference.trained.items()],
    }


def to_json(value: dict) -> str:
    """One line a field, and one line a tensor."""
    lines = []
    for key, field in value.items():
        if key == "tensors":
            rows = ",\n".join("    " + json.dumps(row, separators=(",", ":")) for row in field)
            lines.append(f'  "tensors": [\n{rows}\n  ]')
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(field)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(CASES))
    parser.add_argument("--salts", type=int, help="print the float32 error of salts 0 … N-1")
    options = parser.parse_args()
    for name in options.names or CASES:
        case = CASES[name]
        if options.salts:
            for salt in range(options.salts):
                trial = Case(**{**case.__dict__, "salt": salt})
                print(name, salt, {k: f"{v:.1e}" for k, v in errors(*runs(trial)).items()}, flush=True)
            continue
        content = fixture(name, case)
        (FIXTURES / f"{name}.json").write_text(to_json(content))
        print(name, content["float32Error"], content["losses"])


if __name__ == "__main__":
    main()
