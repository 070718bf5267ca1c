"""Weight files as PyTorch writes them, and what PyTorch makes of an input with them, as fixtures for imports."""

import argparse
import collections
import json
import os
from pathlib import Path

import numpy
import torch
from safetensors.torch import save_file
from torch import nn

OUTPUT = Path(__file__).parents[2] / "test/fixtures/weights"
SIDE = 16


class Small(nn.Module):
    """Two convolutions, batch norm and a head, in the names of the test's architecture file."""

    def __init__(self, channels, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 4, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(4)
        self.conv2 = nn.Conv2d(4, 6, 3, stride=2, padding=1, bias=False)
        self.fc = nn.Linear(6, classes)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        return self.fc(self.conv2(x).mean((2, 3)))


class Command:
    """What a hostile file would have Python run."""

    def __reduce__(self):
        return (os.system, ("touch was-run",))


def main():
    OUTPUT.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(5)
    model = Small(channels=3, classes=3)
    with torch.no_grad():
        model.bn1.running_mean.normal_(0, 0.3)
        model.bn1.running_var.uniform_(0.5, 2)
        model.bn1.weight.uniform_(0.5, 2)
        model.bn1.num_batches_tracked.fill_(7)
    model.eval()
    state = model.state_dict()

    def save(name, value, **options):
        torch.save(value, OUTPUT / name, **options)

    save_file(state, OUTPUT / "state.safetensors")
    save("state.pth", state)
    save("checkpoint.pth", {"epoch": 3, "best": 0.5, "flags": [1, None, True, 2**40], "state_dict": state})
    save("parallel.pth", collections.OrderedDict((f"module.{key}", value) for key, value in state.items()))
    save("parameters.pth", dict(model.named_parameters()) | dict(model.named_buffers()))
    views = {key: torch.stack([value, value])[1] for key, value in state.items()}
    save("views.pth", views)
    uncounted = {key: value for key, value in state.items() if "num_batches" not in key}
    save("uncounted.pth", uncounted)
    # What must be refused.
    save("legacy.pth", state, _use_new_zipfile_serialization=False)
    save("module.pth", nn.Sequential(nn.Linear(2, 2)))
    save("namespace.pth", {"args": argparse.Namespace(lr=1), "state_dict": state})
    save("numpy.pth", {"best": numpy.float64(0.5), "state_dict": state})
    save("command.pth", {"conv1.weight": Command()})
    save("list.pth", [1, 2, 3])

    pixels = torch.randint(0, 256, (2, 1, SIDE, SIDE), dtype=torch.uint8).expand(2, 3, SIDE, SIDE)
    logits = model((pixels / 255 - 0.5) / 0.25)
    figures = {"pixels": pixels[:, :1].flatten().tolist(), "logits": logits.flatten().tolist()}
    (OUTPUT / "expected.json").write_text(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
