"""Writes test/fixtures/explanation/cam_methods.json: a small network, and what pytorch-grad-cam says of two images.

    python scripts/oracles/cam_methods.py
"""

import json
from pathlib import Path

import numpy as np
import torch
from pytorch_grad_cam import EigenCAM, GradCAM, GradCAMPlusPlus, HiResCAM, LayerCAM, ScoreCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import nn

FIXTURES = Path(__file__).resolve().parents[2] / "test" / "fixtures"
FIXTURE = FIXTURES / "explanation" / "cam_methods.json"
MEAN, STD, SIDE = 0.5, 0.25, 16


class OrientedEigenCAM(EigenCAM):
    """The sign of a principal component is an accident of LAPACK: here the map rises with the mean activation."""

    def get_cam_image(self, input_tensor, target_layer, targets, activations, grads, eigen_smooth=False):
        maps = super().get_cam_image(input_tensor, target_layer, targets, activations, grads, eigen_smooth)
        means = activations.mean(axis=1)
        rises = (maps * (means - means.mean(axis=(1, 2), keepdims=True))).sum(axis=(1, 2), keepdims=True)
        return maps * np.sign(rises)


METHODS = {
    "gradCam": GradCAM,
    "gradCamPlusPlus": GradCAMPlusPlus,
    "hiResCam": HiResCAM,
    "layerCam": LayerCAM,
    "scoreCam": ScoreCAM,
    "eigenCam": OrientedEigenCAM,
}


def listed(values):
    return [float(f"{value:.7g}") for value in np.asarray(values, dtype=np.float64).ravel()]


def main():
    torch.manual_seed(11)
    conv1, relu1, conv2, relu2 = nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 6, 3, padding=1), nn.ReLU()
    head = nn.Linear(6 * 8 * 8, 3)
    network = nn.Sequential(conv1, relu1, nn.MaxPool2d(2), conv2, relu2, nn.Flatten(), head).eval()
    pixels = np.random.default_rng(5).integers(0, 256, (2, SIDE, SIDE)).astype(np.uint8)
    images = torch.tensor((pixels[:, None] / 255 - MEAN) / STD, dtype=torch.float32)
    layers = {"conv1": relu1, "conv2": relu2}
    results = []
    for name, method in METHODS.items():
        for chosen in (["conv2"], ["conv1", "conv2"]):
            for target in (None, 2):
                targets = None if target is None else [ClassifierOutputTarget(target)] * len(images)
                with method(model=network, target_layers=[layers[layer] for layer in chosen]) as cam:
                    result = cam(input_tensor=images.clone(), targets=targets)
                rounded = [np.round(map.astype(float).ravel(), 6).tolist() for map in result]
                results.append({"method": name, "layers": chosen, "target": target, "maps": rounded})
    tensors = {
        f"{name}.{kind}": {"shape": list(tensor.shape), "values": listed(tensor.detach())}
        for name, module in {"conv1": conv1, "conv2": conv2, "head": head}.items()
        for kind, tensor in (("weight", module.weight), ("bias", module.bias))
    }
    fixture = {"tensors": tensors, "images": pixels.reshape(2, -1).tolist(), "results": results}
    FIXTURE.write_text(json.dumps(fixture) + "\n")


if __name__ == "__main__":
    main()
