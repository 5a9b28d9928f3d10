"""Writes vectors/lateral-mask.json: the gradient mask of lateral inhibition as a custom autograd function of PyTorch,
in float64.

Run with PyTorch 2.13 (CPU):  python vectors/lateral-mask.py

Inputs and layouts are those of vectors/common.py; masks are strings of 0 and 1, one number a channel. No response of any case is nearer to its threshold than 5e-6 of the largest one, so float32 decides as float64 does.
"""

import math

import torch
import torch.nn.functional as F

from common import conv, gradients, leaf, numbers_of, pool, rounded, write_vectors


def log_kernel(sigma=1.0, kernel_size=None, zero_sum=True):
    if kernel_size is None:
        kernel_size = math.ceil(6 * sigma + 1)
        kernel_size += 1 - kernel_size % 2
    r = kernel_size // 2
    kernel = torch.zeros(kernel_size, kernel_size, dtype=torch.float64)
    for i in range(-r, r + 1):
        for j in range(-r, r + 1):
            q = (i**2 + j**2) / (2 * sigma**2)
            kernel[i + r, j + r] = -1 / (math.pi * sigma**4) * (1 - q) * math.exp(-q)
    return kernel - kernel.mean() if zero_sum else kernel


def mask_of(g, sets=1, threshold=None, padding="reflect", log=True, sigma=1.0, kernelSize=None, zeroSum=True):
    """g is [batch, height, width, channels]; sample by sample and set by set, as the method is told."""
    threshold = threshold or {"std": 0.5}
    batch, height, width, channels = g.shape
    sets = channels if sets == "channels" else sets
    size = channels // sets
    kernel = log_kernel(sigma, kernelSize, zeroSum)
    r = kernel.shape[0] // 2
    mask = torch.zeros_like(g)
    for b in range(batch):
        for k in range(sets):
            group = slice(k * size, (k + 1) * size)
            m = torch.linalg.vector_norm(g[b, :, :, group], dim=-1)[None, None]
            if log:
                fits = padding == "reflect" and height > r and width > r
                m = F.conv2d(F.pad(m, (r, r, r, r), mode="reflect" if fits else "constant"), kernel[None, None])
            m = m[0, 0]
            if "std" in threshold:
                limit = threshold["std"] * m.std(unbiased=False)
            elif "absolute" in threshold:
                limit = threshold["absolute"]
            else:
                kept = max(1, math.floor(threshold["keep"] * height * width + 0.5))
                ordered = m.abs().flatten().sort(descending=True).values
                # Half way to the next, so that the limit is no number of the map.
                limit = (ordered[kept - 1] + ordered[kept]) / 2 if kept < len(ordered) else 0.0
            assert (m.abs() - limit).abs().min() > 5e-6 * m.abs().max() or limit == 0, (threshold, g.shape)
            mask[b, :, :, group] = (m.abs() >= limit).to(g.dtype)[:, :, None]
    return mask


class Mask(torch.autograd.Function):
    """Identity forward; δ ⊙ mask(δ) backward."""

    @staticmethod
    def forward(ctx, y, options):
        ctx.options = options
        return y.clone()

    @staticmethod
    def backward(ctx, dy):
        return dy * mask_of(dy, **ctx.options), None


def kernels():
    options = [
        {},
        {"zeroSum": False},
        {"kernelSize": 5, "zeroSum": False},
        {"kernelSize": 5, "sigma": 0.8, "zeroSum": False},
        {"sigma": 0.5},
        {"sigma": 1.5},
        {"sigma": 11, "kernelSize": 5, "zeroSum": False},
        {"sigma": 2, "kernelSize": 3},
    ]
    cases = []
    for o in options:
        kernel = log_kernel(o.get("sigma", 1.0), o.get("kernelSize"), o.get("zeroSum", True))
        cases.append({"options": o, "shape": list(kernel.shape), "kernel": rounded(kernel)})
    return cases


MASKS = [
    {},
    {"sets": 2},
    {"sets": "channels"},
    {"threshold": {"std": 1.25}},
    {"threshold": {"absolute": 0.25}},
    {"threshold": {"keep": 0.25}},
    {"threshold": {"keep": 0.75}, "sets": 2},
    {"threshold": {"keep": 0.5}, "sets": "channels"},
    {"threshold": {"absolute": 0.125}, "sets": "channels"},
    {"padding": "zero"},
    {"padding": "zero", "sets": 2, "zeroSum": False},
    {"sigma": 0.5, "kernelSize": 3},
    {"sigma": 1.5, "sets": 2},
    {"sigma": 0.8, "kernelSize": 5, "zeroSum": False},
    {"sigma": 11, "kernelSize": 5, "zeroSum": False},
]
MAGNITUDES = [
    {"threshold": {"keep": 0.25}},
    {"threshold": {"keep": 0.5}, "sets": 2},
    {"threshold": {"std": 2}, "sets": "channels"},
    {"threshold": {"absolute": 0.75}},
]


def masks():
    # The last two are smaller than a kernel of 7 × 7, and so get zeros around them.
    shapes = ([2, 9, 8, 4], [2, 5, 12, 4], [2, 3, 4, 4], [3, 2, 2, 2])
    cases = []
    for shape in shapes:
        for options, log in [(o, True) for o in MASKS] + [(o, False) for o in MAGNITUDES]:
            g = numbers_of(shape, 31)
            mask = mask_of(g, log=log, **options)
            digits = "".join(str(int(v)) for v in mask.reshape(-1).tolist())
            cases.append({"options": options, "shape": shape, "log": log, "mask": digits})
    return cases


def sensitivities():
    cases = []
    for shape in ([2, 5, 4, 3], [1, 1, 6, 2]):
        g = numbers_of(shape, 32)
        rows = torch.cat([g[:, :1], g, g[:, -1:]], 1)
        columns = torch.cat([g[:, :, :1], g, g[:, :, -1:]], 2)
        d2 = rows[:, 2:] - 2 * g + rows[:, :-2] + columns[:, :, 2:] - 2 * g + columns[:, :, :-2]
        cases.append({"shape": shape, "sensitivity": rounded(d2.abs())})
    return cases


def chains():
    """conv → mask → relu → max pool → dense."""
    cases = []
    for options, log in [(o, True) for o in MASKS] + [(o, False) for o in MAGNITUDES]:
        x, kernel, bias = leaf([2, 12, 12, 2], 15), leaf([3, 3, 2, 4], 16), leaf([4], 17, 0.5)
        w, b = leaf([100, 3], 18, 0.5), leaf([3], 19, 0.5)
        y = F.relu(Mask.apply(conv(x, kernel, bias), {**options, "log": log}))
        y = pool(y).reshape(2, 100) @ w + b
        leaves = {"dx": x, "dkernel": kernel, "dbias": bias, "dw": w, "db": b}
        grads = gradients(y, numbers_of(y.shape, 22), leaves)
        cases.append({"options": options, "log": log, "y": rounded(y), **grads})
    return cases


if __name__ == "__main__":
    vectors = {
        "kernels": kernels(),
        "masks": masks(),
        "sensitivities": sensitivities(),
        "chains": chains(),
    }
    write_vectors(__file__, vectors)
