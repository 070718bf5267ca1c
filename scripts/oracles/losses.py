"""Writes test/fixtures/losses: values and gradients of PyTorch's and torchvision's losses, in float64.

Neither library has a focal loss of several classes (Lin et al. 2017, equation 5) nor adjusted logits (Menon et al.
2021, equation 10): those are their formulas in torch.
"""

import json
from pathlib import Path

import torch
import torchvision
from safetensors.torch import save_file
from torch.nn import functional as F
from torchvision.ops import sigmoid_focal_loss

OUTPUT = Path(__file__).resolve().parents[2] / "test/fixtures/losses/losses.safetensors"
SAMPLES, CLASSES = 7, 4
WEIGHTS = [0.5, 1.0, 2.0, 3.5]
PRIORS = [0.6, 0.25, 0.1, 0.05]


def inputs():
    """Outputs of a network and what is wanted of them; two samples are certain, one of them wrongly."""
    generator = torch.Generator().manual_seed(2)

    def normal(*shape):
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    logits = 2 * normal(SAMPLES, CLASSES)
    labels = torch.tensor([0, 1, 2, 3, 0, 1, 2])
    logits[0, 0] = logits[1, 2] = 60
    single = 2 * normal(SAMPLES, 1)
    single[0], single[1] = -60, -50
    return {
        "logits": logits,
        "labels": labels,
        "shares": normal(SAMPLES, CLASSES).softmax(1),
        "single": single,
        "binaryLabels": torch.tensor([0, 1, 1, 0, 0, 1, 1]),
        "binaryShares": normal(SAMPLES, 2).softmax(1),
        "images": normal(2, 1, 5, 6),
        "originals": normal(2, 1, 5, 6),
    }


def smoothed(shares, smoothing):
    """Szegedy et al. 2016, section 7."""
    return shares * (1 - smoothing) + smoothing / shares.shape[1]


def focal(logits, shares, gamma, weights=1):
    """-Σ α (1 - p)^γ t log p, with 1 - p as the sum of the other classes' probabilities, which never cancels."""
    itself = torch.eye(CLASSES, dtype=torch.bool)
    others = logits.unsqueeze(1).masked_fill(itself, -torch.inf).logsumexp(2)
    missed = (others - logits.logsumexp(1, keepdim=True)).exp()
    return -(weights * missed**gamma * shares * logits.log_softmax(1)).sum(1).mean()


def cases(data):
    """(name, options, output, target, loss of the output)."""
    labels, shares = data["labels"], data["shares"]
    hot = F.one_hot(labels, CLASSES).double()
    weights = torch.tensor(WEIGHTS, dtype=torch.float64)
    adjustment = 1.5 * torch.tensor(PRIORS, dtype=torch.float64).log()
    cross = F.cross_entropy
    sigmoid = F.binary_cross_entropy_with_logits
    one = data["binaryLabels"].double().unsqueeze(1)
    part = data["binaryShares"][:, 1:]
    three = torch.tensor([3.0], dtype=torch.float64)

    def softmax_case(name, options, target, loss):
        return name, {"kind": "crossEntropy", **options}, "logits", target, loss

    def sigmoid_case(name, options, loss, output="logits", target="labels"):
        return name, {"kind": "binaryCrossEntropy", **options}, output, target, loss

    weighted = {"classWeights": WEIGHTS}
    yield softmax_case("cross entropy", {}, "labels", lambda x: cross(x, labels))
    yield softmax_case("weighted", weighted, "labels", lambda x: cross(x, labels, weights))
    yield softmax_case(
        "smoothed", {"smoothing": 0.1}, "labels", lambda x: cross(x, labels, label_smoothing=0.1)
    )
    yield softmax_case(
        "weighted and smoothed",
        {**weighted, "smoothing": 0.1},
        "labels",
        lambda x: cross(x, labels, weights, label_smoothing=0.1),
    )
    yield softmax_case("mixed", {}, "shares", lambda x: cross(x, shares))
    yield softmax_case(
        "mixed, weighted and smoothed",
        {**weighted, "smoothing": 0.1},
        "shares",
        lambda x: cross(x, shares, weights, label_smoothing=0.1),
    )
    yield softmax_case(
        "adjusted",
        {"logitAdjustment": adjustment.tolist()},
        "labels",
        lambda x: cross(x + adjustment, labels),
    )
    yield softmax_case(
        "adjusted, mixed and smoothed",
        {"logitAdjustment": adjustment.tolist(), "smoothing": 0.1},
        "shares",
        lambda x: cross(x + adjustment, shares, label_smoothing=0.1),
    )
    for gamma in (0.5, 2):
        yield softmax_case(
            f"focal {gamma}", {"focalGamma": gamma}, "labels", lambda x, g=gamma: focal(x, hot, g)
        )
    yield softmax_case(
        "focal, mixed, weighted and smoothed",
        {"focalGamma": 2, **weighted, "smoothing": 0.1},
        "shares",
        lambda x: focal(x, smoothed(shares, 0.1), 2, weights),
    )

    yield sigmoid_case("sigmoids", {}, lambda x: sigmoid(x, hot))
    yield sigmoid_case("sigmoids, mixed", {}, lambda x: sigmoid(x, shares), target="shares")
    yield sigmoid_case(
        "sigmoids, weighted",
        weighted,
        lambda x: sigmoid(x, hot, weight=weights[labels].unsqueeze(1)),
    )
    yield sigmoid_case(
        "sigmoids, positives thrice", {"positiveWeight": 3}, lambda x: sigmoid(x, hot, pos_weight=three)
    )
    yield sigmoid_case(
        "sigmoids, positives thrice, smoothed",
        {"positiveWeight": 3, "smoothing": 0.2},
        lambda x: sigmoid(x, hot * 0.8 + 0.1, pos_weight=three),
    )
    # For γ below 1, torchvision's gradient is NaN where a sample is certain: its formula, with 1 - p that never cancels.
    yield sigmoid_case(
        "sigmoids, focal 0.5",
        {"focalGamma": 0.5},
        lambda x: (((1 - 2 * hot) * x).sigmoid() ** 0.5 * sigmoid(x, hot, reduction="none")).mean(),
    )
    yield sigmoid_case(
        "sigmoids, focal 2",
        {"focalGamma": 2},
        lambda x: sigmoid_focal_loss(x, hot, alpha=-1, gamma=2, reduction="mean"),
    )
    # Of positives and negatives that loss has α and 1 - α: here three to one, as with a positive weight.
    yield sigmoid_case(
        "sigmoids, focal, positives thrice",
        {"focalGamma": 1.5, "positiveWeight": 3},
        lambda x: sigmoid_focal_loss(x, hot, alpha=0.75, gamma=1.5, reduction="mean") / 0.25,
    )
    binary = {"output": "single", "target": "binaryLabels"}
    yield sigmoid_case("one sigmoid", {}, lambda x: sigmoid(x, one), **binary)
    yield sigmoid_case(
        "one sigmoid, positives thrice, smoothed",
        {"positiveWeight": 3, "smoothing": 0.2},
        lambda x: sigmoid(x, one * 0.8 + 0.1, pos_weight=three),
        **binary,
    )
    yield sigmoid_case(
        "one sigmoid, weighted",
        {"classWeights": WEIGHTS[:2]},
        lambda x: sigmoid(x, one, weight=weights[data["binaryLabels"]].unsqueeze(1)),
        **binary,
    )
    yield sigmoid_case(
        "one sigmoid, mixed",
        {},
        lambda x: sigmoid(x, part),
        output="single",
        target="binaryShares",
    )
    yield sigmoid_case(
        "one sigmoid, focal",
        {"focalGamma": 2, "smoothing": 0.2},
        lambda x: sigmoid_focal_loss(x, one * 0.8 + 0.1, alpha=-1, gamma=2, reduction="mean"),
        **binary,
    )
    yield (
        "mean squared error",
        {"kind": "meanSquaredError"},
        "images",
        "originals",
        lambda x: F.mse_loss(x, data["originals"]),
    )


def main():
    data = inputs()
    tensors, described = dict(data), []
    for name, options, output, target, loss in cases(data):
        x = data[output].clone().requires_grad_()
        value = loss(x)
        value.backward()
        tensors[f"{name}.value"], tensors[f"{name}.gradient"] = value.detach(), x.grad
        described.append({"name": name, "options": options, "output": output, "target": target})
    description = {"torch": torch.__version__, "torchvision": torchvision.__version__, "cases": described}
    # One entry: safetensors writes several in an order that changes from run to run.
    save_file(tensors, OUTPUT, {"description": json.dumps(description)})


if __name__ == "__main__":
    main()
