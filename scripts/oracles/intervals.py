"""Writes test/fixtures/evaluation/intervals.json: Wilson, McNemar, normal and t values of statsmodels and SciPy."""

import json
from pathlib import Path

import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

OUTPUT = Path(__file__).parents[2] / "test/fixtures/evaluation/intervals.json"


def wilson(hits, count):
    low, high = proportion_confint(hits, count, method="wilson")
    return {"hits": hits, "count": count, "low": float(low), "high": float(high)}


def paired(only_a, only_b):
    """`only_a` images are right in A only. statsmodels knows no mid-p: Fagerland et al. (2013), equation 4."""
    table = [[0, only_a], [only_b, 0]]
    exact = mcnemar(table, exact=True).pvalue
    least, both = min(only_a, only_b), only_a + only_b
    chi_square = mcnemar(table, exact=False, correction=False) if both > 0 else None
    return {
        "onlyA": only_a,
        "onlyB": only_b,
        "exact": float(min(1, exact)),
        "midP": float(2 * stats.binom.cdf(least, both, 0.5) - stats.binom.pmf(least, both, 0.5)),
        "chiSquare": None if chi_square is None else float(chi_square.statistic),
        "chiSquareP": None if chi_square is None else float(chi_square.pvalue),
    }


def main():
    rates = [(0, 1), (1, 1), (0, 20), (20, 20), (107, 110), (119, 224), (526, 624), (1, 6000), (5999, 6000)]
    pairs = [(0, 0), (1, 0), (5, 5), (3, 9), (0, 12), (23, 38), (41, 40), (300, 260), (1500, 1700)]
    fixture = {
        "madeBy": f"scripts/oracles/intervals.py, statsmodels {statsmodels.__version__}, SciPy {scipy.__version__}",
        "wilson": [wilson(*rate) for rate in rates],
        "mcnemar": [paired(*pair) for pair in pairs],
        "normal": [
            {"z": z, "tail": float(stats.norm.sf(z))} for z in (-9, -3, -0.5, 0, 0.1, 1, 1.96, 2.99, 3, 3.5, 6, 12, 30)
        ],
        "normalQuantiles": [
            {"p": p, "z": float(stats.norm.ppf(p))} for p in (1e-9, 0.00025, 0.025, 0.3, 0.5, 0.6, 0.975, 0.9999)
        ],
        "t95": [{"freedom": n, "t": float(stats.t.ppf(0.975, n))} for n in (1, 2, 3, 4, 5, 9, 10, 29, 100, 5999)],
    }
    OUTPUT.write_text(json.dumps(fixture, indent=1) + "\n")


if __name__ == "__main__":
    main()
