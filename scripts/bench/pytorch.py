"""Trains with Python's PyTorch and prints one JSON line per epoch: the other side of programs/train.ts.

tuned     what an expert writes: channels-last, bf16 autocast, fused Adam; and no data loading, one batch stays in
          memory.
ordinary  what most people write: fp32, NCHW, ImageFolder, DataLoader, Adam as it comes.

    python pytorch.py resnet18 ordinary --data FOLDER --images 128 --epochs 3
"""

import argparse
import contextlib
import functools
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
BATCH = 32
CHANNELS = {"lmap3": 1, "resnet18": 3}


def lmap3():
    """models/lmap3.json, with Keras's epsilon and momentum, which PyTorch counts from the other end."""
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
    """The package. Built for CUDA, beside a CPU-only PyTorch, it lacks operators, none of which is needed here."""
    try:
        return importlib.import_module("torchvision")
    except RuntimeError:
        sys.modules["torchvision._meta_registrations"] = types.ModuleType("_meta_registrations")
        return importlib.import_module("torchvision")


def build(name):
    return lmap3() if name == "lmap3" else torchvision().models.resnet18(num_classes=CLASSES)


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
    model = build(options.model)
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
