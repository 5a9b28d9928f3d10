"""Writes vectors/diagnostics.json: what the observers of @gg/diagnostics see, from NumPy in float64.

Run with NumPy 2:  python vectors/diagnostics.py

Inputs are not stored. Number i of a tensor with seed s is ((31 i² + 24001 i + 104729 s) mod 65521 - 32760) / 2^15 times
a power of two, exact in float32, so that program and reference start from the same numbers. Each case is several batches,
the last ones smaller. What a case with decay 1 expects is computed from all batches at once, not batch by batch; with
another decay each number has the weight decay^(batches behind it). Numbers have 10 significant digits.
"""

import json
from pathlib import Path

import numpy as np

RANGE, BINS, LIMITS = (-2.0, 2.0), 16, (-1.5, 1.0)


def numbers_of(shape, seed, scale=1.0):
    n = int(np.prod(shape))
    values = [((31 * i * i + 24001 * i + 104729 * seed) % 65521 - 32760) / 2**15 * scale for i in range(n)]
    return np.array(values, dtype=np.float64).reshape(shape)


def rounded(x):
    return [float(f"{v:.10g}") for v in np.asarray(x, dtype=np.float64).reshape(-1)]


def one(x):
    return rounded(x)[0]


def masked(g):
    """Gradients with zeros, as behind a mask: what lies near 0 goes."""
    return np.where(np.abs(g) < 0.25, 0.0, g)


def laplacian(g):
    """Each neighbour beyond the rim is the rim itself; written with indices, not as a convolution."""
    h, w = g.shape[1:3]
    up, down = np.maximum(np.arange(h) - 1, 0), np.minimum(np.arange(h) + 1, h - 1)
    left, right = np.maximum(np.arange(w) - 1, 0), np.minimum(np.arange(w) + 1, w - 1)
    return g[:, up] + g[:, down] + g[:, :, left] + g[:, :, right] - 4 * g


def mix(maps, channels):
    """Channels that have to do with each other: each is a fixed mixture of all."""
    mixture = np.eye(channels) + np.triu(np.full((channels, channels), 0.5), 1)
    return maps @ mixture + np.arange(channels) * 0.25


def case(shapes, decay):
    gradients = [masked(numbers_of(shape, 2 * k + 1)) for k, shape in enumerate(shapes)]
    maps = [mix(numbers_of(shape, 2 * k + 2, 2.0), shape[-1]) for k, shape in enumerate(shapes)]
    ages = [decay ** (len(shapes) - 1 - k) for k in range(len(shapes))]
    g = np.concatenate([x.reshape(-1) for x in gradients])
    weights = np.concatenate([np.full(x.size, age) for x, age in zip(gradients, ages)])
    y = np.concatenate([x.reshape(-1) for x in maps])
    rows = np.concatenate([x.reshape(-1, x.shape[-1]) for x in maps])
    row_weights = np.concatenate([np.full(x.size // x.shape[-1], age) for x, age in zip(maps, ages)])
    counts, _ = np.histogram(y, BINS, RANGE, weights=weights)
    # numpy's last bin has its upper edge, ours not.
    counts[-1] -= weights[y == RANGE[1]].sum()
    covariance = np.cov(rows, rowvar=False, aweights=row_weights, ddof=0)
    deviations = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(deviations, deviations)
    if decay == 1:
        assert np.allclose(correlation, np.corrcoef(rows, rowvar=False), atol=1e-12)
    pairs = np.abs(correlation[np.triu_indices(len(deviations), 1)])
    found = {
        "shapes": shapes,
        "decay": decay,
        "meanAbs": one(np.average(np.abs(g), weights=weights)),
        "rms": one(np.sqrt(np.average(g**2, weights=weights))),
        "norm": one(np.average([np.linalg.norm(x) for x in gradients], weights=ages)),
        "keptFraction": one(np.average(g != 0, weights=weights)),
        "saturated": one(np.average((y <= LIMITS[0]) | (y >= LIMITS[1]), weights=weights)),
        "counts": rounded(counts),
        "below": one(weights[y < RANGE[0]].sum()),
        "above": one(weights[y >= RANGE[1]].sum()),
        "means": rounded(np.average(rows, axis=0, weights=row_weights)),
        "deviations": rounded(deviations),
        "correlation": rounded(correlation),
        "meanAbsCorrelation": one(pairs.mean()),
        "maxAbsCorrelation": one(pairs.max()),
    }
    if len(shapes[0]) == 4:
        curvature = np.concatenate([np.abs(laplacian(x)).reshape(-1) for x in gradients])
        found["sensitivity"] = one(np.average(curvature, weights=weights))
        found["relative"] = one(found["sensitivity"] / np.average(np.abs(g), weights=weights))
    return found


def histogram(shape, seed, bins, bounds):
    x = numbers_of(shape, seed)
    counts, edges = np.histogram(x, bins, bounds)
    return {
        "shape": shape,
        "seed": seed,
        "options": {"bins": bins, **({} if bounds is None else {"range": bounds})},
        "counts": counts.tolist(),
        "edges": rounded(edges),
        "mean": one(x.mean()),
        "deviation": one(x.std()),
        "min": one(x.min()),
        "max": one(x.max()),
        "outside": int(x.size - counts.sum()),
    }


if __name__ == "__main__":
    batches = [
        [[4, 5, 6, 3], [4, 5, 6, 3], [3, 5, 6, 3], [1, 5, 6, 3]],
        [[2, 1, 4, 2], [1, 1, 4, 2]],
        [[8, 6], [8, 6], [5, 6]],
    ]
    vectors = {
        "generator": f"vectors/diagnostics.py, NumPy {np.__version__}, float64",
        "range": RANGE,
        "bins": BINS,
        "limits": LIMITS,
        "cases": [case(shapes, decay) for shapes in batches for decay in (1, 0.5, 0)],
        "histograms": [
            histogram([3, 3, 2, 8], 41, 32, None),
            histogram([40], 42, 5, None),
            histogram([17, 3], 43, 8, [-0.5, 0.75]),
        ],
    }
    # One case a line.
    text = json.dumps(vectors).replace('[{"', '[\n{"').replace('}, {"', '},\n{"').replace('}], "', '}],\n"')
    Path(__file__).with_suffix(".json").write_text(text + "\n")
