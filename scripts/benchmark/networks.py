"""Networks of models/*.json as PyTorch has them: torchvision's where it has them, else a plain module for each layer."""

import importlib
import math
import sys
import types

import torch
from torch import nn

TORCHVISION = ("resnet18", "resnet34", "resnet50")

ACTIVATIONS = {
    "relu": lambda: nn.ReLU(inplace=True),
    "leakyRelu": nn.LeakyReLU,
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
}

# Of batch normalization: epsilon, and momentum as PyTorch counts it, from the other end than Keras.
CONVENTIONS = {"torch": (1e-5, 0.1), "keras": (1e-3, 0.01)}


class UnknownNetwork(Exception):
    """PyTorch has no such network ready."""


def torchvision():
    """The package. Built for CUDA, beside a CPU-only PyTorch, it lacks operators, none of which is needed here."""
    try:
        return importlib.import_module("torchvision")
    except RuntimeError:
        sys.modules["torchvision._meta_registrations"] = types.ModuleType("_meta_registrations")
        return importlib.import_module("torchvision")


def build(spec, shape):
    """The network of an architecture file; `shape` has channels, height, width and outputs."""
    if spec["name"] in TORCHVISION:
        return residual(spec["name"], shape)
    eps, momentum = CONVENTIONS[spec["convention"]]
    modules = []
    image = torch.zeros(1, shape["channels"], shape["height"], shape["width"])
    for layer in spec["layers"]:
        kind = layer["kind"]
        if kind not in KINDS:
            raise UnknownNetwork(f"Python knows no such network: {spec['name']} has a layer of the kind {kind}")
        made = KINDS[kind](layer, image, {**shape, "eps": eps, "momentum": momentum})
        if "activation" in layer:
            made.append(ACTIVATIONS[layer["activation"]]())
        with torch.no_grad():
            for module in made:
                image = module.eval()(image)
        modules += made
    return nn.Sequential(*modules)


def residual(name, shape):
    model = getattr(torchvision().models, name)(num_classes=shape["outputs"])
    if shape["channels"] != 3:
        model.conv1 = nn.Conv2d(shape["channels"], 64, 7, stride=2, padding=3, bias=False)
    return model


def pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def convolution(layer, image, network):
    out = network["channels"] if layer["out"] == "channels" else layer["out"]
    kernel, stride = pair(layer["kernel"]), pair(layer.get("stride", 1))
    padding, before = layer.get("padding", "valid"), []
    if padding == "same":
        sides = [keras_padding(*each) for each in zip(image.shape[2:], kernel, stride)]
        if all(first == last for first, last in sides):
            padding = tuple(first for first, _ in sides)
        else:
            (top, bottom), (left, right) = sides
            before, padding = [nn.ZeroPad2d((left, right, top, bottom))], 0
    options = {"groups": layer.get("groups", 1), "bias": layer.get("bias", True)}
    if padding == "valid":
        padding = 0
    return [*before, nn.Conv2d(image.shape[1], out, kernel, stride=stride, padding=padding, **options)]


def keras_padding(size, kernel, stride):
    """As many outputs as ceil(size / stride), the odd cell of padding after."""
    total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def batch_norm(layer, image, network):
    kind = nn.BatchNorm2d if image.dim() == 4 else nn.BatchNorm1d
    eps, momentum = layer.get("epsilon", network["eps"]), layer.get("momentum", network["momentum"])
    return [kind(image.shape[1], eps=eps, momentum=momentum)]


def pooling(kind):
    def make(layer, image, network):
        padding = layer.get("padding", 0)
        if padding == "same":
            raise UnknownNetwork('Python knows no such network: PyTorch has no pooling with the padding "same"')
        kernel = pair(layer["kernel"])
        return [kind(kernel, stride=pair(layer.get("stride", kernel)), padding=0 if padding == "valid" else padding)]

    return make


KINDS = {
    "conv2d": convolution,
    "batchNorm": batch_norm,
    "activation": lambda layer, image, network: [ACTIVATIONS[layer["function"]]()],
    "maxPool2d": pooling(nn.MaxPool2d),
    "avgPool2d": pooling(nn.AvgPool2d),
    "zeroPad2d": lambda layer, image, network: [nn.ZeroPad2d(layer["padding"])],
    "globalAvgPool": lambda layer, image, network: [nn.AdaptiveAvgPool2d(1), nn.Flatten()],
    "upsample2d": lambda layer, image, network: [nn.Upsample(scale_factor=layer.get("scale", 2))],
    "flatten": lambda layer, image, network: [nn.Flatten()],
    "linear": lambda layer, image, network: [
        nn.Linear(
            image.shape[1],
            network["outputs"] if layer["out"] == "classes" else layer["out"],
            bias=layer.get("bias", True),
        )
    ],
    "dropout": lambda layer, image, network: [nn.Dropout(layer["rate"])],
}
