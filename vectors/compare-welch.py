"""Writes vectors/compare-welch.json: Welch's t-test and Student's t distribution, from SciPy.

Run with SciPy 1:  python vectors/compare-welch.py
"""

import json
from pathlib import Path

import numpy as np
import scipy
from scipy import stats

# Accuracies as they come from seeds, samples of unequal size and spread, and samples far from 0 or far apart.
SAMPLES = [
    ([0.9785, 0.9705, 0.9770], [0.9715, 0.9635, 0.9760]),
    ([0.9881, 0.9865, 0.9885], [0.9873, 0.9876, 0.9883]),
    ([1.0, 2.0], [3.0, 5.0]),
    ([1.0, 2.0, 3.0, 4.0, 5.0], [2.5, 2.6]),
    ([0.1, 0.2, 0.15, 0.12], [0.9, 0.95, 0.91, 0.97, 0.93]),
    ([5.0, 5.0, 5.0], [5.1, 5.3]),
    ([1e6, 1e6 + 1, 1e6 + 3], [1e6 + 2, 1e6 + 7, 1e6 + 4, 1e6 + 5]),
]


def test(a, b):
    result = stats.ttest_ind(b, a, equal_var=False)
    low, high = result.confidence_interval(0.95)
    return {"a": a, "b": b, "t": result.statistic, "df": result.df, "p": result.pvalue, "low": low, "high": high}


tails = [
    {"t": t, "df": df, "p": float(2 * stats.t.sf(t, df))}
    for df in (1.0, 1.5, 2.0, 3.7, 10.0, 64.25, 1000.0)
    for t in (0.0, 1e-3, 0.5, 1.0, 2.0, 4.5, 30.0)
]
quantiles = [{"df": df, "t": float(stats.t.ppf(0.975, df))} for df in (1.0, 1.5, 2.0, 3.7, 10.0, 64.25, 1000.0)]
pvalues = [0.04, 0.01, 0.03, 0.2, 0.011]
ordered = np.argsort(pvalues)
holm = np.empty(len(pvalues))
holm[ordered] = np.minimum(1, np.maximum.accumulate(np.array(pvalues)[ordered] * np.arange(len(pvalues), 0, -1)))

path = Path(__file__).with_suffix(".json")
content = {
    "generator": f"vectors/compare-welch.py, SciPy {scipy.__version__}, NumPy {np.__version__}, float64",
    "tests": [{k: v if isinstance(v, list) else float(v) for k, v in test(a, b).items()} for a, b in SAMPLES],
    "tails": tails,
    "quantiles": quantiles,
    "holm": {"p": pvalues, "adjusted": holm.tolist()},
}
path.write_text(json.dumps(content, indent=1) + "\n")
