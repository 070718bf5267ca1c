"""Writes test/fixtures/explanation/superpixels.json with scikit-image's superpixels of phantoms.

Run from the repository's root with scikit-image, after tsc; tests only read the fixture.
"""

import json
import subprocess
from pathlib import Path

import numpy as np
import skimage
from skimage.segmentation import slic

OUTPUT = Path("test/fixtures/explanation/superpixels.json")

DRAW = """
const { drawPhantom } = require('./dist/src/data/index.js');
const [kind, size, seed] = process.argv.slice(1);
const { pixels } = drawPhantom({ kind, size: Number(size), seed: Number(seed), patient: 1, image: 1 });
process.stdout.write(pixels);
"""


def phantom(kind, size, seed):
    bytes_ = subprocess.run(
        ["node", "-e", DRAW, kind, str(size), str(seed)], check=True, capture_output=True
    ).stdout
    return np.frombuffer(bytes_, np.uint8).reshape(size, size)


def runs(labels):
    """[label, how often in a row], flat."""
    flat = labels.ravel()
    starts = np.concatenate([[0], np.flatnonzero(np.diff(flat)) + 1])
    lengths = np.diff(np.concatenate([starts, [flat.size]]))
    return np.stack([flat[starts], lengths], 1).ravel().tolist()


def main():
    cases = []
    for kind, size, seed, rows, colored, options in [
        ("bacterial", 64, 3, 64, False, {"n_segments": 50}),
        ("normal", 96, 4, 96, False, {"n_segments": 30, "sigma": 1.5}),
        ("viral", 64, 5, 40, False, {"n_segments": 40, "compactness": 1}),
        ("normal", 64, 6, 64, True, {"n_segments": 20, "compactness": 30}),
        ("normal", 32, 7, 3, False, {"n_segments": 6}),
    ]:
        gray = phantom(kind, size, seed)[:rows]
        planes = [gray, 255 - gray // 2, np.roll(gray, 5, 1)] if colored else [gray] * 3
        labels = slic(np.stack(planes, -1), start_label=0, **options)
        cases.append(
            {
                "phantom": {"kind": kind, "size": size, "seed": seed, "patient": 1, "image": 1},
                "rows": rows,
                "colored": colored,
                "options": options,
                "runs": runs(labels),
            }
        )
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    document = {"scikit-image": skimage.__version__, "cases": cases}
    OUTPUT.write_text(json.dumps(document) + "\n")


main()
