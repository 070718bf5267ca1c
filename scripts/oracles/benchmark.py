"""Writes test/fixtures/benchmark/summary.json: what NumPy says of the step times of some processes."""

import json
from pathlib import Path

import numpy as np

OUTPUT = Path(__file__).parents[2] / "test/fixtures/benchmark/summary.json"
BATCH = 16


def main():
    random = np.random.default_rng(3)
    # Of different length, as processes have them, and one that was slowed down.
    counts, levels = [5, 12, 9, 7], [40, 41, 95, 39]
    rounds = [np.round(level * random.lognormal(0, 0.1, count), 3) for count, level in zip(counts, levels)]
    steps = np.concatenate(rounds)
    rates = [1000 * BATCH * len(each) / each.sum() for each in rounds]
    theirs = [np.round(each * 1.5, 3) for each in rounds]
    their_rates = [1000 * BATCH * len(each) / each.sum() for each in theirs]
    fixture = {
        "madeBy": f"scripts/oracles/benchmark.py, NumPy {np.__version__}",
        "batchSize": BATCH,
        "rounds": [each.tolist() for each in rounds],
        "samplesPerSecond": float(np.median(rates)),
        "quartiles": np.quantile(rates, [0.25, 0.75]).tolist(),
        "mean": float(steps.mean()),
        "median": float(np.median(steps)),
        "p95": float(np.quantile(steps, 0.95)),
        "theirs": [each.tolist() for each in theirs],
        "ratio": float(np.median(np.array(rates) / np.array(their_rates))),
    }
    OUTPUT.write_text(json.dumps(fixture, indent=1) + "\n")


if __name__ == "__main__":
    main()
