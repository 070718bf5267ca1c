"""Writes test/fixtures/evaluation/metrics.json: predictions, and what scikit-learn and PyTorch say of them."""

import json
import re
import warnings
from pathlib import Path

import numpy as np
import sklearn
import torch
from sklearn.calibration import calibration_curve
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import (
    average_precision_score,
    balanced_accuracy_score,
    brier_score_loss,
    classification_report,
    confusion_matrix,
    log_loss,
    matthews_corrcoef,
    precision_recall_curve,
    precision_recall_fscore_support,
    precision_score,
    recall_score,
    roc_auc_score,
    roc_curve,
)

OUTPUT = Path(__file__).parents[2] / "test/fixtures/evaluation/metrics.json"


def rows_on_grid(random, labels, classes, steps, skill):
    """Probabilities in whole steps of 1/steps, so that rows sum to 1 and scores tie."""
    rows = []
    for label in labels:
        weights = np.ones(classes)
        weights[label] += skill
        rows.append(random.multinomial(steps, random.dirichlet(weights)) / steps)
    return np.array(rows)


def cases():
    random = np.random.default_rng(20130713)
    imbalanced = random.choice(2, 120, p=[0.15, 0.85])
    yield "binary, imbalanced", ["NORMAL", "PNEUMONIA"], imbalanced, rows_on_grid(random, imbalanced, 2, 1024, 1.5)
    ternary = random.choice(3, 90, p=[0.5, 0.3, 0.2])
    yield "three classes", ["BACTERIA", "NORMAL", "VIRAL"], ternary, rows_on_grid(random, ternary, 3, 1024, 2)
    four = random.choice(4, 120, p=[0.17, 0.28, 0.49, 0.06])
    names = ["COVID", "Lung_Opacity", "Normal", "Viral Pneumonia"]
    yield "four classes", names, four, rows_on_grid(random, four, 4, 512, 3)
    tied = random.choice(2, 80)
    yield "many ties", ["0", "1"], tied, rows_on_grid(random, tied, 2, 4, 2)
    tied = random.choice(3, 60)
    yield "many ties, three classes", ["1", "0", "2"], tied, rows_on_grid(random, tied, 3, 4, 2)
    timid = random.choice(3, 40)
    probabilities = rows_on_grid(random, timid, 2 + 1, 64, 2)
    probabilities[:, 0] += probabilities[:, 2]
    probabilities[:, 2] = 0
    yield "a class never predicted", ["a", "b", "never predicted"], timid, probabilities
    yield "perfect", ["no", "yes"], np.array([0, 0, 1, 1, 1]), np.eye(2)[[0, 0, 1, 1, 1]]
    yield "always wrong", ["no", "yes"], np.array([0, 0, 1, 1, 1]), np.eye(2)[[1, 1, 0, 0, 0]]
    single = np.array([0] * 12 + [1])
    yield "one image of a class", ["common", "rare"], single, rows_on_grid(random, single, 2, 128, 1)
    yield "absent class", ["a", "b", "absent"], np.array([0, 1, 1, 0]), rows_on_grid(random, [0, 1, 1, 0], 3, 64, 3)
    yield "one class only", ["seen", "absent"], np.array([0, 0, 0]), np.array([[0.75, 0.25], [0.25, 0.75], [1, 0]])
    names = ["a class whose name is long, with a comma", "café", "X光 🫁"]
    long = random.choice(3, 50)
    yield "long and unusual names", names, long, rows_on_grid(random, long, 3, 256, 3)
    # 8 images make rates of 1/8, which lie exactly between two decimals.
    eighths = np.repeat([0, 1], 8)
    predicted = np.array([0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0])
    yield "rates between two decimals", ["n", "p"], eighths, np.eye(2)[predicted]


def area(labels, scores):
    return float(roc_auc_score(labels, scores)) if 0 < np.sum(labels) < len(labels) else None


def class_rates(truth, claimed):
    """One class against the rest. A rate that is 0/0 is null; scikit-learn's MCC is 0 there."""
    number = lambda value: None if np.isnan(value) else float(value)
    both = 0 < truth.sum() < len(truth)
    return {
        "specificity": number(recall_score(truth, claimed, pos_label=False, zero_division=np.nan)),
        "npv": number(precision_score(truth, claimed, pos_label=False, zero_division=np.nan)),
        "balancedAccuracy": float(balanced_accuracy_score(truth, claimed)) if both else None,
        "mcc": correlation(truth, claimed),
    }


def correlation(truth, claimed):
    defined = len(np.unique(truth)) > 1 and len(np.unique(claimed)) > 1
    return float(matthews_corrcoef(truth, claimed)) if defined else None


def average_precision(truth, scores):
    return float(average_precision_score(truth, scores)) if truth.any() else None


def reliability(right, confidence):
    """15 equal bins, (low, high]; the expected error by them."""
    accuracy, mean = calibration_curve(right, confidence, n_bins=15, strategy="uniform")
    bins = np.searchsorted(np.linspace(0, 1, 16)[1:-1], confidence)
    images = np.bincount(bins, minlength=15)
    used = images > 0
    return {
        "images": images.tolist(),
        "accuracy": accuracy.tolist(),
        "confidence": mean.tolist(),
        "ece": float(np.sum(images[used] * np.abs(accuracy - mean)) / len(right)),
    }


def whole_supports(text):
    """Where no answer is right, scikit-learn 1.9 prints the supports as 2.0; everywhere else as 2."""
    return re.sub(r"(\d+)\.0$", r"  \1", text, flags=re.MULTILINE)


def classification(name, classes, labels, probabilities):
    indices = list(range(len(classes)))
    predicted = probabilities.argmax(axis=1)
    per_class = [area(labels == index, probabilities[:, index]) for index in indices]
    if len(classes) == 2:
        auroc = per_class[1]
    elif None in per_class:
        auroc = None
    else:
        auroc = float(roc_auc_score(labels, probabilities, multi_class="ovr", average="macro"))
    report = lambda **options: classification_report(
        labels, predicted, labels=indices, target_names=classes, zero_division=0, **options
    )
    scores = precision_recall_fscore_support(labels, predicted, labels=indices, zero_division=np.nan)
    roc = None
    if per_class[-1] is not None:
        rates = roc_curve(labels == indices[-1], probabilities[:, -1], drop_intermediate=False)
        roc = [[None if np.isinf(value) else value for value in column.tolist()] for column in rates]
    precisions = None
    if (labels == indices[-1]).any():
        columns = precision_recall_curve(labels == indices[-1], probabilities[:, -1])
        precisions = [column[::-1].tolist() for column in columns]
    average_precisions = [average_precision(labels == index, probabilities[:, index]) for index in indices]
    macro = None if None in average_precisions else float(np.mean(average_precisions))
    return {
        "name": name,
        "classes": classes,
        "labels": labels.tolist(),
        "probabilities": probabilities.ravel().tolist(),
        "confusion": confusion_matrix(labels, predicted, labels=indices).tolist(),
        "text": whole_supports(report()),
        "textFourDigits": whole_supports(report(digits=4)),
        "report": report(output_dict=True),
        "zeroDivisions": [
            {"class": classes[index], "score": score}
            for index in indices
            for score, values in zip(["precision", "recall", "f1"], scores)
            if np.isnan(values[index])
        ],
        "aurocPerClass": per_class,
        "auroc": auroc,
        "rocOfLastClass": roc,
        "perClass": [
            {**class_rates(labels == index, predicted == index), "averagePrecision": average_precisions[index]}
            for index in indices
        ],
        "balancedAccuracy": (
            float(balanced_accuracy_score(labels, predicted)) if len(np.unique(labels)) == len(classes) else None
        ),
        "mcc": correlation(labels, predicted),
        "averagePrecision": average_precisions[1] if len(classes) == 2 else macro,
        "prOfLastClass": precisions,
        "brier": float(brier_score_loss(labels, probabilities, labels=indices, scale_by_half=False)),
        "logLoss": float(log_loss(labels, probabilities, labels=indices)),
        "reliability": reliability(predicted == labels, probabilities.max(axis=1)),
    }


def probabilities_of(output, logits):
    """`logits` are float32; the arithmetic is float64, as in ours."""
    values = torch.tensor(logits, dtype=torch.float32).double()
    if output == "softmax":
        result = torch.softmax(values, dim=1)
    elif values.shape[1] == 1:
        result = torch.cat([torch.sigmoid(-values), torch.sigmoid(values)], dim=1)
    else:
        sigmoids = torch.sigmoid(values)
        result = sigmoids / sigmoids.sum(dim=1, keepdim=True)
    return {
        "output": output,
        "outputs": values.shape[1],
        "logits": values.ravel().tolist(),
        "probabilities": result.ravel().tolist(),
    }


def reconstruction(errors):
    values = np.array(errors, dtype=np.float32).astype(np.float64)
    return {
        "errors": values.tolist(),
        "mean": values.mean(),
        "std": values.std(),
        "min": values.min(),
        "max": values.max(),
        "quantiles": {f"p{level}": np.percentile(values, level) for level in (5, 25, 50, 75, 95)},
    }


def main():
    warnings.simplefilter("ignore", UndefinedMetricWarning)
    random = np.random.default_rng(7)
    fixture = {
        "madeBy": f"scripts/oracles/metrics.py, scikit-learn {sklearn.__version__}",
        "classification": [classification(*case) for case in cases()],
        "probabilities": [
            probabilities_of("softmax", random.normal(0, 3, (6, 2)).tolist()),
            probabilities_of("softmax", [[1000, 0, -1000], [88, 89, 90], [-500, -500, -500]]),
            probabilities_of("sigmoid", [[0], [1.5], [-1.5], [40], [-40], [500], [-500]]),
            probabilities_of("sigmoid", random.normal(0, 3, (6, 2)).tolist()),
            probabilities_of("sigmoid", random.normal(0, 3, (6, 3)).tolist()),
        ],
        "reconstruction": [
            reconstruction(random.gamma(2, 0.01, 37).tolist()),
            reconstruction([0.25]),
            reconstruction([0.5, 0.5, 0.5, 0.5]),
        ],
    }
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(fixture, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
