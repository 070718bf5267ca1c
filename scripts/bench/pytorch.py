"""Trains with Python's PyTorch and prints one JSON line per epoch: the other side of programs/train.ts.

tuned     what an expert writes: channels-last, bf16 autocast, fused Adam; and no data loading, one batch stays in
          memory.
ordinary  what most people write: fp32, NCHW, ImageFolder, DataLoader, Adam as it comes.

    python pytorch.py resnet18 ordinary --data FOLDER --images 128 --epochs 3
"""

import argparse
import contextlib
import functools
import json
import resource
import sys
import time
from pathlib import Path

import torch
from torch import nn

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "benchmark"))

from networks import build, torchvision  # noqa: E402

CLASSES = 2
SIDE = 224
BATCH = 32
CHANNELS = {"lmap3": 1, "resnet18": 3}


def network(name):
    """The network of models/<name>.json."""
    spec = json.loads((ROOT / "models" / f"{name}.json").read_text())
    return build(spec, {"channels": CHANNELS[name], "height": SIDE, "width": SIDE, "outputs": CLASSES})


def still_batches(channels, count):
    """The same batch `count` times; noise, because zeros flatter some kernels."""
    images = torch.randn(BATCH, channels, SIDE, SIDE).to(memory_format=torch.channels_last)
    return [(images, torch.randint(CLASSES, (BATCH,)))] * count


def folder_batches(directory, channels):
    transforms = torchvision().transforms
    steps = [transforms.Grayscale()] if channels == 1 else []
    steps += [transforms.Resize((SIDE, SIDE)), transforms.ToTensor(), transforms.Normalize([0.5], [0.2])]
    images = torchvision().datasets.ImageFolder(directory, transforms.Compose(steps))
    return torch.utils.data.DataLoader(images, batch_size=BATCH, shuffle=True, num_workers=2)


def train_epoch(model, batches, optimizer, precision):
    """Returns the number of images and their mean loss."""
    model.train()
    count, total = 0, 0.0
    for images, labels in batches:
        optimizer.zero_grad(set_to_none=True)
        with precision():
            loss = nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        count += len(labels)
        total += loss.item() * len(labels)
    return count, total / count


def usage():
    """CPU seconds so far, with those of the data loader's workers that have ended, and minor page faults."""
    own, workers = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(part.ru_utime + part.ru_stime for part in (own, workers)), own.ru_minflt


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", choices=CHANNELS)
    parser.add_argument("mode", choices=["tuned", "ordinary"])
    parser.add_argument("--data", help="folder with a folder for each class, for ordinary")
    parser.add_argument("--images", type=int, default=128, help="images in an epoch, for tuned")
    parser.add_argument("--epochs", type=int, default=3)
    options = parser.parse_args()

    torch.manual_seed(1)
    channels = CHANNELS[options.model]
    model = network(options.model)
    if options.mode == "tuned":
        model = model.to(memory_format=torch.channels_last)
        batches = still_batches(channels, options.images // BATCH)
        precision = functools.partial(torch.autocast, "cpu", dtype=torch.bfloat16)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    else:
        batches = folder_batches(options.data, channels)
        precision = contextlib.nullcontext
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    for _ in range(options.epochs):
        (cpu, faults), started = usage(), time.perf_counter()
        images, loss = train_epoch(model, batches, optimizer, precision)
        seconds, (cpu_after, faults_after) = time.perf_counter() - started, usage()
        epoch = {
            "images": images,
            "loss": loss,
            "seconds": seconds,
            "cpuSeconds": cpu_after - cpu,
            "minorFaults": faults_after - faults,
        }
        print(json.dumps(epoch), flush=True)


if __name__ == "__main__":
    main()
