"""Writes test/fixtures/explanation/exam.json: imputation, structural similarity and rank correlation of others.

Run from the repository's root with grad-cam, scikit-image and SciPy; tests only read the fixture.
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from pytorch_grad_cam.metrics.road import NoisyLinearImputer
from scipy.stats import spearmanr
from skimage.metrics import structural_similarity

OUTPUT = Path("test/fixtures/explanation/exam.json")


def imputation(random, height, width, share):
    plane = random.random((height, width)).round(4)
    known = (random.random((height, width)) >= share).astype(np.float32)
    known[0, 0] = 1
    # A hole, which single pixels are not.
    known[2 : height // 2, 1 : width // 2] = 0
    filled = NoisyLinearImputer(noise=0)(
        torch.tensor(plane[None], dtype=torch.float32), torch.tensor(known)
    )
    return {
        "height": height,
        "width": width,
        "plane": plane.ravel().tolist(),
        "removed": "".join(str(int(1 - value)) for value in known.ravel()),
        "filled": filled.numpy().ravel().round(7).tolist(),
    }


def similarity(random, height, width, ties):
    first = random.random((height, width)).round(3)
    second = (0.6 * first + 0.4 * random.random((height, width))).round(3)
    if ties:
        first, second = first.round(1), np.maximum(0, second - 0.5).round(1)
    return {
        "height": height,
        "width": width,
        "first": first.ravel().tolist(),
        "second": second.ravel().tolist(),
        "ssim": float(structural_similarity(first, second, data_range=1)),
        "spearman": float(spearmanr(first.ravel(), second.ravel()).statistic),
    }


def main():
    random = np.random.default_rng(12)
    document = {
        "grad-cam": version("grad-cam"),
        "scikit-image": version("scikit-image"),
        "scipy": version("scipy"),
        "imputations": [
            imputation(random, 12, 9, 0.1),
            imputation(random, 16, 16, 0.5),
            imputation(random, 20, 30, 0.95),
        ],
        "similarities": [similarity(random, 16, 11, False), similarity(random, 9, 20, True)],
    }
    OUTPUT.write_text(json.dumps(document) + "\n")


main()
