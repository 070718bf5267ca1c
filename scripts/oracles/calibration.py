"""Writes test/fixtures/evaluation/calibration.json with scipy's and scikit-learn's answers.

Run from the repository's root with scipy and scikit-learn; tests only read the fixture.
"""

import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.optimize import brentq, minimize_scalar
from scipy.spatial.distance import mahalanobis
from scipy.special import log_softmax, softmax
from scipy.stats import beta
from sklearn.covariance import LedoitWolf
from sklearn.metrics import roc_curve

OUTPUT = Path("test/fixtures/evaluation/calibration.json")


def temperature_cases(random):
    """Logits of a model that is right about its own doubt, times what spoils it."""
    for classes, factor in [(2, 3.0), (2, 0.4), (3, 2.0), (5, 1.0)]:
        honest = random.normal(0, 1.5, (80, classes))
        labels = [int(random.choice(classes, p=row)) for row in softmax(honest, axis=1)]
        yield classes, (honest * factor).round(4), labels
    # Confidence that leaves nothing of the other class in a double.
    extreme = np.array([[900.0, 0.0], [0.0, 800.0], [700.0, 0.0], [20.0, 0.0], [0.0, 30.0]])
    yield 2, extreme, [0, 1, 1, 0, 1]


def temperature(classes, logits, labels):
    labels = np.array(labels)
    truth = np.arange(len(labels)), labels

    def loss(t):
        return -log_softmax(logits / t, axis=1)[truth].mean()

    def slope(inverse):
        return (logits * softmax(logits * inverse, axis=1)).sum() - logits[truth].sum()

    found = minimize_scalar(lambda x: loss(np.exp(x)), bounds=np.log([0.05, 20]), method="bounded")
    low, high = 1 / 20, 1 / 0.05
    inside = slope(low) < 0 < slope(high)
    best = 1 / brentq(slope, low, high, xtol=1e-15, rtol=1e-14) if inside else float(np.exp(found.x))
    # Two ways to the same minimum.
    assert abs(np.log(best) - found.x) < 1e-4, (best, np.exp(found.x))
    if not inside:
        best = 20.0 if slope(low) >= 0 else 0.05
    return {
        "classes": classes,
        "logits": logits.ravel().tolist(),
        "labels": labels.tolist(),
        "temperature": best,
        "calibrated": softmax(logits / best, axis=1).ravel().tolist(),
    }


def youden(random, count, grid, share):
    labels = (random.random(count) < share).astype(int)
    labels[:2] = [0, 1]
    scores = np.clip(np.round((random.normal(0.45 + 0.2 * labels, 0.2)) * grid) / grid, 0, 1)
    false_rate, true_rate, _ = roc_curve(labels, scores, drop_intermediate=False)
    best = (true_rate - false_rate).max()
    ties = np.isclose(true_rate - false_rate, best, rtol=0, atol=1e-12)
    sensitivity = true_rate[ties].max()
    specificity = 1 - false_rate[ties][true_rate[ties].argmax()]
    return {
        "scores": scores.tolist(),
        "labels": labels.tolist(),
        "sensitivity": sensitivity,
        "specificity": specificity,
        "points": [[float(a), float(1 - b)] for a, b in zip(true_rate, false_rate)],
    }


def covariance(random, count, dimensions):
    samples = (random.normal(size=(count, dimensions)) @ random.normal(size=(dimensions, dimensions))).round(3)
    fitted = LedoitWolf().fit(samples)
    vector = random.normal(0, 3, dimensions).round(3)
    return {
        "dimensions": dimensions,
        "samples": samples.ravel().tolist(),
        "covariance": fitted.covariance_.ravel().tolist(),
        "shrinkage": float(fitted.shrinkage_),
        "vector": vector.tolist(),
        "distance": mahalanobis(vector, fitted.location_, fitted.precision_),
    }


def conformal(random, count, alpha):
    """A quantile of the scores 1 − p, as numpy has it; and of the coverage that one fit has, as scipy does."""
    scores = random.random(count).round(3)
    rank = int(np.ceil(round((count + 1) * (1 - alpha), 9)))
    quantile = float(np.quantile(scores, rank / count, method="inverted_cdf")) if rank <= count else None
    return {
        "alpha": alpha,
        "scores": scores.tolist(),
        "rank": rank,
        "quantile": quantile,
        "meanCoverage": rank / (count + 1),
        "coverageDeviation": float(beta(rank, count + 1 - rank).std()) if rank <= count else None,
    }


def main():
    random = np.random.default_rng(20020101)
    fixture = {
        "madeBy": f"scripts/oracles/calibration.py, scipy {scipy.__version__}, scikit-learn {sklearn.__version__}",
        "temperature": [temperature(*case) for case in temperature_cases(random)],
        "youden": [youden(random, *case) for case in [(60, 1000, 0.7), (50, 10, 0.3), (40, 4, 0.5), (30, 1000, 0.1)]],
        "covariance": [covariance(random, *case) for case in [(40, 4), (12, 8), (5, 6), (200, 3)]],
        "conformal": [
            conformal(random, *case)
            for case in [(9, 0.1), (8, 0.1), (10, 0.1), (19, 0.05), (18, 0.05), (99, 0.01), (50, 0.3), (100, 0.1)]
        ],
    }
    OUTPUT.write_text(json.dumps(fixture) + "\n")


if __name__ == "__main__":
    main()
