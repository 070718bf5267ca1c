"""Writes test/fixtures/shift/statistics.json: what SciPy, NumPy and the papers' formulas make of small samples.

Run from the repository's root with scipy; tests only read the fixture.
"""

import json
from pathlib import Path

import numpy as np
import scipy
from scipy.optimize import minimize
from scipy.spatial.distance import cdist, pdist
from scipy.stats import ks_2samp

OUTPUT = Path("test/fixtures/shift/statistics.json")


def kolmogorov_smirnov(a, b):
    result = ks_2samp(a, b, method="exact")
    return {"a": a.tolist(), "b": b.tolist(), "statistic": result.statistic, "pValue": result.pvalue}


def stability(a, b):
    """PSI over decile bins of a, half a count added to each; a value at two edges has a bin of its own."""
    edges = np.quantile(a, np.arange(1, 10) / 10)
    unique, counts = np.unique(edges, return_counts=True)

    def key(value):
        below = int((unique < value).sum())
        own = bool(((unique == value) & (counts > 1)).any())
        # Intervals are open below and closed above, but for an edge that is a bin itself.
        return ("at", float(value)) if own else ("up to", below)

    keys = sorted({key(v) for v in np.concatenate([a, b])})
    p, q = (
        np.array([sum(key(v) == k for v in values) + 0.5 for k in keys]) / (len(values) + 0.5 * len(keys))
        for values in (a, b)
    )
    return {
        "a": a.tolist(),
        "b": b.tolist(),
        "value": float(((q - p) * np.log(q / p)).sum()),
        "expected": (len(keys) - 1) * (1 / len(a) + 1 / len(b)),
    }


def kernel_of(points, square):
    return np.exp(-cdist(points, points, "sqeuclidean") / (2 * square))


def unbiased(k, n):
    m = len(k) - n
    xx, yy, xy = k[:n, :n], k[n:, n:], k[:n, n:]
    return float(
        (xx.sum() - np.trace(xx)) / (n * (n - 1)) + (yy.sum() - np.trace(yy)) / (m * (m - 1)) - 2 * xy.mean()
    )


def discrepancy(random, n, m, features, offset):
    points = random.normal(size=(n + m, features)).astype(np.float32)
    points[n:] += offset
    square = float(np.median(pdist(points)) ** 2)
    k = kernel_of(points, square)
    observed = unbiased(k, n)
    orders = [random.permutation(n + m) for _ in range(4000)]
    as_far = np.mean([unbiased(k[np.ix_(o, o)], n) >= observed for o in orders])
    return {
        "n": n,
        "features": features,
        "points": points.ravel().tolist(),
        "medianSquare": square,
        "squared": observed,
        "pValue": float(as_far),
    }


def class_shares(random, counts, target_counts, offset):
    """The mixture of classes whose kernel mean is nearest to the target's, by SciPy's SLSQP."""
    centers = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 3.0]])[: len(counts)]
    draw = lambda sizes: np.concatenate([random.normal(c, 1, (s, 2)) for c, s in zip(centers, sizes)])
    source, target = draw(counts).astype(np.float32), (draw(target_counts) + offset).astype(np.float32)
    labels = np.repeat(np.arange(len(counts)), counts)
    square = 2.0
    k = kernel_of(np.concatenate([source, target]), square)
    n, m = len(source), len(target)
    classes = range(len(counts))

    def mean(rows, columns):
        block = k[np.ix_(rows, columns)]
        same = np.array([[r == c for c in columns] for r in rows])
        return block[~same].mean()

    members = [np.flatnonzero(labels == c) for c in classes]
    beyond = np.arange(n, n + m)
    between = np.array([[mean(members[a], members[b]) for b in classes] for a in classes])
    to_target = np.array([mean(members[a], beyond) for a in classes])
    loss = lambda p: p @ between @ p - 2 * p @ to_target + mean(beyond, beyond)
    start = np.full(len(counts), 1 / len(counts))
    found = minimize(
        loss, start, bounds=[(0, 1)] * len(counts), constraints={"type": "eq", "fun": lambda p: p.sum() - 1},
        options={"ftol": 1e-15, "maxiter": 1000},
    )
    return {
        "classes": len(counts),
        "labels": labels.tolist(),
        "source": source.ravel().tolist(),
        "target": target.ravel().tolist(),
        "square": square,
        "squared": float(found.fun),
        "shares": found.x.tolist(),
    }


def accuracy(random, source_count, target_count):
    """ATC (Garg et al. 2022, equation 1) and the difference of confidences (Guillory et al. 2021)."""
    draw = lambda count, sharp: 1 / (1 + np.exp(-random.normal(0, sharp, count)))
    source, target = draw(source_count, 2.0).round(6), draw(target_count, 1.0).round(6)
    labels = (random.random(source_count) < source).astype(int)
    confidence, other = (np.maximum(p, 1 - p) for p in (source, target))
    right = (source >= 0.5).astype(int) == labels
    errors = (~right).sum()
    threshold = np.sort(confidence)[errors]
    assert (confidence < threshold).mean() == (~right).mean()
    return {
        "source": np.stack([1 - source, source], 1).ravel().tolist(),
        "labels": labels.tolist(),
        "target": np.stack([1 - target, target], 1).ravel().tolist(),
        "accuracy": float(right.mean()),
        "threshold": float(threshold),
        "atc": float((other >= threshold).mean()),
        "doc": float(right.mean() - (confidence.mean() - other.mean())),
    }


def main():
    random = np.random.default_rng(2012)
    normal = lambda count, mean=0.0: random.normal(mean, 1, count).round(5)
    whole = lambda count, top: random.integers(0, top, count).astype(float)
    samples = [
        (normal(30), normal(40, 0.5)),
        (normal(25), normal(25, 1.5)),
        (normal(60), normal(20)),
        (normal(7), normal(5, 4)),
        (whole(50, 6), whole(40, 8)),
        (np.full(20, 3.0), np.full(30, 3.0)),
        (np.full(20, 3.0), np.full(30, 2.0)),
        (normal(120), normal(90, 0.4)),
    ]
    fixture = {
        "madeBy": f"scripts/oracles/shift.py, scipy {scipy.__version__}, numpy {np.__version__}",
        "kolmogorovSmirnov": [kolmogorov_smirnov(a, b) for a, b in samples],
        "stabilityIndex": [stability(a, b) for a, b in samples],
        "discrepancy": [discrepancy(random, *case) for case in [(20, 30, 4, 0.0), (25, 20, 3, 0.4), (15, 15, 8, 2.0)]],
        "classShares": [
            class_shares(random, *case)
            for case in [([30, 30], [40, 10], 0.0), ([20, 25, 30], [30, 0, 20], 0.0), ([30, 20], [5, 25], 0.7)]
        ],
        "accuracy": [accuracy(random, *case) for case in [(60, 80), (101, 50)]],
    }
    OUTPUT.write_text(json.dumps(fixture) + "\n")


if __name__ == "__main__":
    main()
