"""Writes test/fixtures/anomaly/vectors.json: vectors, and what scikit-learn and NumPy say of their anomalies."""

import json
from pathlib import Path

import numpy as np
from sklearn.covariance import LedoitWolf
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import normalize

OUTPUT = Path(__file__).parents[2] / "test/fixtures/anomaly/vectors.json"
K = 5
random = np.random.default_rng(8)
mixing = random.normal(size=(8, 8))


def draw(count, shift):
    return (random.normal(size=(count, 8)) @ mixing + 3 + shift).astype(np.float32).round(3)


def decimals(rows):
    """As read back, the same float32."""
    return [round(value, 3) for value in rows.ravel().tolist()]


references = draw(60, 0)
queries = np.concatenate([draw(40, 0), draw(30, 1.2)])
anomalous = np.repeat([False, True], [40, 30])

covariance = LedoitWolf().fit(references.astype(np.float64))
mahalanobis = np.sqrt(covariance.mahalanobis(queries.astype(np.float64)))
neighbors = NearestNeighbors(n_neighbors=K, algorithm="brute").fit(normalize(references))
nearest = neighbors.kneighbors(normalize(queries))[0][:, -1]
normal = mahalanobis[~anomalous]

fixture = {
    "k": K,
    "features": 8,
    "references": decimals(references),
    "queries": decimals(queries),
    "anomalous": anomalous.tolist(),
    "mahalanobis": mahalanobis.tolist(),
    "neighbors": nearest.tolist(),
    "auroc": {
        "mahalanobis": roc_auc_score(anomalous, mahalanobis),
        "neighbors": roc_auc_score(anomalous, nearest),
    },
    "thresholds": {
        "sigma=1": float(np.mean(normal) + np.std(normal)),
        "sigma=2.5": float(np.mean(normal) + 2.5 * np.std(normal)),
        # The smallest score that 9 in 10 of 41 exchangeable ones are at most: rank ceil(41 * 0.9) = 37 of 40.
        "rate=0.1": float(np.quantile(normal, np.ceil(41 * 0.9) / 40, method="inverted_cdf")),
    },
}
OUTPUT.write_text(json.dumps(fixture) + "\n")
