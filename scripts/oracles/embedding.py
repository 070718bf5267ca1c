"""Writes test/fixtures/embedding/*.json with scikit-learn's answers.

Run from the repository's root with scikit-learn; tests only read the fixtures.
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from safetensors.numpy import save_file
from scipy.sparse import csr_array
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.manifold._t_sne import _joint_probabilities_nn, _kl_divergence
from sklearn.metrics import cohen_kappa_score
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors

OUTPUT = Path("test/fixtures/embedding")
MADE_BY = f"scripts/oracles/embedding.py, scikit-learn {sklearn.__version__}, numpy {np.__version__}"


def blobs(random, count, features, centers):
    """Clouds that overlap a little; the numbers are exact in float32."""
    means = random.normal(0, 3, (centers, features))
    labels = random.integers(0, centers, count)
    return (means[labels] + random.normal(0, 1.3, (count, features))).round(2).astype(np.float32), labels


def tsne(random):
    rows, _ = blobs(random, 240, 8, 4)
    perplexity = 20
    neighbors = NearestNeighbors(n_neighbors=3 * perplexity + 1).fit(rows.astype(float))
    squared = neighbors.kneighbors_graph(mode="distance")
    squared.data **= 2
    affinities = csr_array(_joint_probabilities_nn(squared, perplexity, 0))
    start = PCA(2, random_state=0).fit_transform(rows.astype(float))
    fitted = TSNE(perplexity=perplexity, init=(start / start[:, 0].std() * 1e-4).astype(np.float32), random_state=0)
    points = fitted.fit_transform(rows.astype(float))
    # Exact, over all pairs.
    somewhere = random.normal(0, 5, (240, 2)).round(3)
    pairs = affinities.toarray()[np.triu_indices(240, 1)]
    divergence, gradient = _kl_divergence(somewhere.ravel(), pairs, 1, 240, 2)
    return {
        "rows": rows.astype(float).round(2).ravel().tolist(),
        "features": 8,
        "perplexity": perplexity,
        "firstRow": affinities[[0]].toarray().ravel().round(10).tolist(),
        "somewhere": somewhere.ravel().tolist(),
        "gradient": gradient.round(12).tolist(),
        "gradientDivergence": float(divergence),
        "start": start.ravel().round(8).tolist(),
        "divergence": float(fitted.kl_divergence_),
        "points": points.astype(float).ravel().round(4).tolist(),
        "trustworthiness": float(trustworthiness(rows.astype(float), points.round(4), n_neighbors=5)),
    }


def trust(random, count, features, k):
    rows, _ = blobs(random, count, features, 3)
    points = (rows[:, :2] + random.normal(0, 1, (count, 2))).round(3)
    return {
        "rows": rows.astype(float).round(2).ravel().tolist(),
        "points": points.astype(float).round(3).ravel().tolist(),
        "k": k,
        "trustworthiness": float(
            trustworthiness(rows.astype(float).round(2), points.astype(float).round(3), n_neighbors=k)
        ),
    }


def knn(random, classes, k, metric, weights, grid):
    """On a coarse grid many distances are equal, and some are 0."""
    references = random.integers(1, grid, (60, 3)).astype(float)
    labels = random.integers(0, classes, 60)
    queries = random.integers(1, grid, (40, 3)).astype(float)
    model = KNeighborsClassifier(k, metric=metric, weights=weights, algorithm="brute").fit(references, labels)
    distances, indices = model.kneighbors(queries)
    return {
        "classes": classes,
        "k": k,
        "metric": metric,
        "weights": weights,
        "references": references.ravel().tolist(),
        "labels": labels.tolist(),
        "queries": queries.ravel().tolist(),
        "distances": distances.ravel().tolist(),
        "indices": indices.ravel().tolist(),
        "probabilities": model.predict_proba(queries).ravel().tolist(),
        "predicted": model.predict(queries).tolist(),
    }


def kappa(random, count, classes, agreeing):
    a = random.integers(0, classes, count)
    b = np.where(random.random(count) < agreeing, a, random.integers(0, classes, count))
    truth = np.where(random.random(count) < 0.8, a, random.integers(0, classes, count))
    return {
        "classes": classes,
        "truth": truth.tolist(),
        "a": a.tolist(),
        "b": b.tolist(),
        "kappa": float(cohen_kappa_score(a, b)),
    }


def embeddings_file():
    """As `roentgen embed` writes them, but by the reference implementation of the format."""
    content = {
        "layer": "embedding",
        "classes": ["NORMAL", "PNEUMONIA"],
        "names": ["a/é.png", "b.png", "new.png"],
        "groupNames": ["P1", "P2"],
        "model": "model.safetensors",
        "architecture": "lmap3",
    }
    save_file(
        {
            "embeddings": np.array([[1.5, -2.25], [0.1, 3e-8], [7, 1e30]], dtype=np.float32),
            "label": np.array([0, 1, -1], dtype=np.int32),
            "group": np.array([0, 1, 1], dtype=np.int32),
            "split": np.array([0, 2, -1], dtype=np.int32),
        },
        OUTPUT / "embeddings.safetensors",
        {"kind": "roentgen embeddings", **{name: json.dumps(value) for name, value in content.items()}},
    )


def write(name, content):
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / f"{name}.json").write_text(json.dumps({"madeBy": MADE_BY, **content}) + "\n")


def main():
    random = np.random.default_rng(20080101)
    write("tsne", tsne(random))
    write("trustworthiness", {"cases": [trust(random, *case) for case in [(60, 5, 5), (40, 3, 7), (11, 4, 5)]]})
    cases = [
        (2, 5, "euclidean", "uniform", 100),
        (3, 4, "euclidean", "uniform", 5),
        (3, 5, "euclidean", "distance", 5),
        (3, 6, "euclidean", "distance", 40),
        (2, 6, "cosine", "distance", 100),
        (4, 7, "cosine", "uniform", 100),
    ]
    write("knn", {"cases": [knn(random, *case) for case in cases]})
    embeddings_file()
    write("kappa", {"cases": [kappa(random, *case) for case in [(80, 2, 0.7), (60, 3, 0.4), (30, 4, 0.0)]]})


if __name__ == "__main__":
    main()
