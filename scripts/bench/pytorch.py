"""Trains a network with Python's PyTorch and prints one JSON line per window: the other side of training.ts.

tuned      what an expert writes: channels-last, bf16 autocast, fused Adam, one batch of noise that stays in memory.
ordinary   what most people write: fp32, NCHW, ImageFolder and DataLoader, torch.optim.Adam as it comes.

    python pytorch.py resnet18 tuned --images 128 --windows 6
    python pytorch.py lmap3 ordinary --data folder --windows 6
"""

import argparse
import contextlib
import importlib
import json
import resource
import sys
import time
import types

import torch
from torch import nn

CLASSES = 2
SIDE = 224
CHANNELS = {"lmap3": 1, "resnet18": 3}


def lmap3():
    """models/lmap3.json: Keras's epsilon and momentum, which PyTorch counts from the other end."""
    layers = [nn.BatchNorm2d(1, eps=1e-3, momentum=0.01)]
    widths = [1, 32, 32, 32, 64, 64]
    for before, after in zip(widths, widths[1:]):
        layers += [nn.Conv2d(before, after, 3), nn.ReLU(inplace=True), nn.MaxPool2d(2)]
    layers += [
        nn.Dropout(0.25),
        nn.Flatten(),
        nn.Linear(64 * 5 * 5, 128),
        nn.ReLU(inplace=True),
        nn.Linear(128, 64),
        nn.ReLU(inplace=True),
        nn.Dropout(0.25),
        nn.Linear(64, CLASSES),
    ]
    return nn.Sequential(*layers)


def torchvision():
    """The package. A wheel for CUDA beside a CPU-only PyTorch lacks its operators, and nothing here needs them."""
    try:
        return importlib.import_module("torchvision")
    except RuntimeError:
        sys.modules["torchvision._meta_registrations"] = types.ModuleType("_meta_registrations")
        return importlib.import_module("torchvision")


def build(name):
    return lmap3() if name == "lmap3" else torchvision().models.resnet18(num_classes=CLASSES)


def synthetic_batches(channels, batch, count):
    """The same batch every time; noise, because zeros flatter some kernels."""
    images = torch.randn(batch, channels, SIDE, SIDE).to(memory_format=torch.channels_last)
    labels = torch.randint(CLASSES, (batch,))
    for _ in range(count):
        yield images, labels


def folder_loader(directory, channels, batch):
    from torch.utils.data import DataLoader
    datasets, transforms = torchvision().datasets, torchvision().transforms
    gray = [transforms.Grayscale()] if channels == 1 else []
    steps = [*gray, transforms.Resize((SIDE, SIDE)), transforms.ToTensor(), transforms.Normalize([0.5], [0.2])]
    images = datasets.ImageFolder(directory, transforms.Compose(steps))
    return DataLoader(images, batch_size=batch, shuffle=True, num_workers=2)


def train_window(model, batches, optimizer, precision):
    """One pass over `batches`. Returns the number of images and the mean loss."""
    model.train()
    total, images = 0.0, 0
    for inputs, labels in batches:
        optimizer.zero_grad(set_to_none=True)
        with precision():
            loss = nn.functional.cross_entropy(model(inputs), labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
        images += len(labels)
    return images, total / images


def usage():
    """CPU seconds and minor faults of this process and of the data loader's workers that have ended."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return (
        own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime,
        own.ru_minflt,
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", choices=CHANNELS)
    parser.add_argument("mode", choices=["tuned", "ordinary"])
    parser.add_argument("--images", type=int, default=128)
    parser.add_argument("--windows", type=int, default=6)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--data")
    options = parser.parse_args()

    torch.manual_seed(1)
    torch.set_num_threads(options.threads)
    channels = CHANNELS[options.model]
    model = build(options.model)
    tuned = options.mode == "tuned"
    if tuned:
        model = model.to(memory_format=torch.channels_last)
        precision = lambda: torch.autocast("cpu", dtype=torch.bfloat16)
        steps = options.images // options.batch
        batches = lambda: synthetic_batches(channels, options.batch, steps)
    else:
        precision = contextlib.nullcontext
        loader = folder_loader(options.data, channels, options.batch)
        batches = lambda: loader
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True if tuned else None)

    for window in range(options.windows):
        cpu, faults = usage()
        start = time.perf_counter()
        images, loss = train_window(model, batches(), optimizer, precision)
        seconds = time.perf_counter() - start
        cpu_after, faults_after = usage()
        print(
            json.dumps(
                {
                    "window": window,
                    "images": images,
                    "seconds": seconds,
                    "cpuSeconds": cpu_after - cpu,
                    "minorFaults": faults_after - faults,
                    "loss": loss,
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()
