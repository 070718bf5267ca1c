"""Writes test/fixtures/repair/repairs.json: OpenCV's, scikit-image's, NumPy's and Pillow's answers.

Run from the repository's root with opencv-python-headless, scikit-image, numpy and pillow; tests only read the fixture.
"""

import base64
import json
from pathlib import Path

import cv2
import numpy as np
import skimage
from PIL import Image, ImageOps
from skimage.exposure import match_histograms, rescale_intensity

OUTPUT = Path("test/fixtures/repair/repairs.json")


def draw(random, height, width, gamma, center):
    """Two soft bright lobes on a slope, with noise: unevenly lit, unlike under any flip or turn."""
    y, x = np.mgrid[0:height, 0:width] / max(height, width)
    lobes = sum(np.exp(-(((x - cx) / 0.15) ** 2) - ((y - 0.4) / 0.3) ** 2) for cx in center)
    picture = 0.15 + 0.5 * lobes + 0.25 * x * y + random.normal(0, 0.03, (height, width))
    return np.round(np.clip(picture, 0, 1) ** gamma * 255).astype(np.uint8)


def coded(picture):
    height, width = picture.shape
    return {
        "height": height,
        "width": width,
        "pixels": base64.b64encode(picture.tobytes()).decode(),
    }


def window(picture, lower, upper):
    low, high = np.percentile(picture, [lower, upper], method="inverted_cdf")
    stretched = rescale_intensity(
        picture.astype(float), in_range=(float(low), float(high)), out_range=(0.0, 255.0)
    )
    return np.rint(stretched).astype(np.uint8)


def clahe(picture, tiles, clip_limit):
    return cv2.createCLAHE(clipLimit=clip_limit, tileGridSize=(tiles, tiles)).apply(picture)


def quantiles(picture, count):
    """As match_histograms sees its reference."""
    levels, counts = np.unique(picture, return_counts=True)
    shares = np.cumsum(counts) / picture.size
    return np.interp(np.linspace(0, 1, count), shares, levels).tolist()


def main():
    random = np.random.default_rng(5)
    # Sides that 8 tiles divide, that they do not divide, and of which they divide one.
    pictures = [
        draw(random, height, width, 1.3, (0.25, 0.7))
        for height, width in [(96, 80), (83, 61), (72, 75)]
    ]
    source = pictures[0]
    reference = draw(random, 90, 100, 0.6, (0.4, 0.6))
    fixture = {
        "versions": {
            "opencv": cv2.__version__,
            "scikit-image": skimage.__version__,
            "numpy": np.__version__,
        },
        "source": coded(source),
        "reference": coded(reference),
        "inverted": coded(np.asarray(ImageOps.invert(Image.fromarray(source)))),
        "windows": [
            {"lower": lower, "upper": upper, "result": coded(window(source, lower, upper))}
            for lower, upper in [(1, 99), (0, 100), (5, 80)]
        ],
        "clahe": [
            {
                "source": coded(picture),
                "tiles": tiles,
                "clipLimit": limit,
                "result": coded(clahe(picture, tiles, limit)),
            }
            for picture, tiles, limit in [
                (pictures[0], 8, 2.0),
                (pictures[1], 8, 3.5),
                (pictures[2], 8, 1.0),
                (pictures[1], 3, 40.0),
            ]
        ],
        "matched": coded(np.rint(match_histograms(source, reference)).astype(np.uint8)),
        "quantiles": quantiles(reference, 33),
    }
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(fixture) + "\n")


if __name__ == "__main__":
    main()
