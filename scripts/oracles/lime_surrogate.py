"""Writes test/fixtures/explanation/lime.json with the answers of lime's linear model.

Run from the repository's root with lime; tests only read the fixture.
"""

import json
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
from lime.lime_base import LimeBase
from sklearn.metrics import pairwise_distances

OUTPUT = Path("test/fixtures/explanation/lime.json")


def kernel(d, kernel_width):
    """As lime.lime_image.LimeImageExplainer has it."""
    return np.sqrt(np.exp(-(d**2) / kernel_width**2))


def case(random, samples, superpixels, num_features, noise):
    masks = random.integers(0, 2, (samples, superpixels))
    masks[0] = 1
    masks[1] = 0
    evidence = random.normal(0, 1.5, superpixels) * (random.random(superpixels) < 0.4)
    logits = masks @ evidence + 2 * masks[:, 0] * masks[:, 1] - 1
    answers = (1 / (1 + np.exp(-logits)) + random.normal(0, noise, samples)).round(6)
    distances = pairwise_distances(masks, masks[:1], metric="cosine").ravel()
    base = LimeBase(partial(kernel, kernel_width=0.25))
    intercept, weights, score, prediction = base.explain_instance_with_data(
        masks, answers[:, None], distances, 0, num_features
    )
    return {
        "features": num_features,
        "superpixels": superpixels,
        "masks": ["".join(map(str, row)) for row in masks],
        "answers": answers.tolist(),
        "intercept": float(intercept),
        "weights": [[int(feature), float(weight)] for feature, weight in weights],
        "score": float(score),
        "localPrediction": float(prediction[0]),
    }


def main():
    random = np.random.default_rng(20)
    cases = [
        case(random, samples, superpixels, features, noise)
        for samples, superpixels, features, noise in [
            (300, 20, 100000, 0.0),
            (300, 20, 8, 0.02),
            (200, 12, 6, 0.02),
            (200, 12, 1, 0.0),
            (40, 2, 5, 0.1),
        ]
    ]
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps({"lime": version("lime"), "cases": cases}) + "\n")


main()
