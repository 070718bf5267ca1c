"""Writes test/fixtures/explanation: raw maps and what pytorch-grad-cam and OpenCV make of them; OpenCV's color scales.

    python scripts/oracles/cam_pictures.py
"""

import json
from pathlib import Path

import cv2
import numpy as np
from pytorch_grad_cam.base_cam import BaseCAM
from pytorch_grad_cam.utils.image import scale_cam_image

FIXTURES = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "explanation"
COLOR_SCALES = {
    "inferno": cv2.COLORMAP_INFERNO,
    "magma": cv2.COLORMAP_MAGMA,
    "viridis": cv2.COLORMAP_VIRIDIS,
    "jet": cv2.COLORMAP_JET,
}

# Name, size of the image, sizes of the layers, mean of the normally distributed raw values.
CASES = [
    ("one layer, whole factor", (28, 28), [(7, 7)], 0.0),
    ("one layer, broken factor", (37, 30), [(7, 4)], 0.0),
    ("all positive, so that the minimum matters", (24, 24), [(6, 6)], 5.0),
    ("one row", (10, 24), [(1, 5)], 0.5),
    ("a layer as large as the image", (12, 9), [(12, 9)], 0.0),
    ("three layers of different sizes", (32, 24), [(16, 12), (8, 6), (5, 5)], 0.2),
]


def listed(values):
    return [float(f"{value:.7g}") for value in np.asarray(values, dtype=np.float64).ravel()]


def scaled(raw, size):
    """What `BaseCAM.compute_cam_per_layer` does to the map of one layer, of one image."""
    height, width = size
    return scale_cam_image(np.maximum(raw, 0)[None], (width, height))[:, None, :]


def main():
    random = np.random.default_rng(7)
    cases = []
    for name, size, layers, mean in CASES:
        raws = [random.normal(mean, 1, layer).astype(np.float32) for layer in layers]
        final = BaseCAM.aggregate_multi_layers(None, [scaled(raw, size) for raw in raws])[0]
        height, width = size
        cases.append(
            {
                "name": name,
                "height": height,
                "width": width,
                "layers": [
                    {
                        "height": raw.shape[0],
                        "width": raw.shape[1],
                        "values": listed(raw),
                        "resized": listed(cv2.resize(raw, (width, height))),
                    }
                    for raw in raws
                ],
                "final": listed(final),
            }
        )
    (FIXTURES / "cam_pictures.json").write_text(json.dumps(cases) + "\n")
    shades = np.arange(256, dtype=np.uint8)[None]
    scales = {
        name: cv2.applyColorMap(shades, scale)[0, :, ::-1].ravel().tolist()
        for name, scale in COLOR_SCALES.items()
    }
    (FIXTURES / "color_scales.json").write_text(json.dumps(scales) + "\n")


if __name__ == "__main__":
    main()
