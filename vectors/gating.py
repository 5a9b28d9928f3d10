"""Writes vectors/gating.json: gradient gating as a custom autograd function of PyTorch, in float64.

Run with PyTorch 2.13 (CPU):  python vectors/gating.py

Inputs are not stored. Number i of a tensor with seed s is ((31 i² + 24001 i + 104729 s) mod 65521 - 32760) / 2^15 times
a power of two, exact in float32, so that program and reference start from the same numbers. Arrays are in tfjs'
layouts (NHWC, HWIO), flattened, with 10 significant digits.
"""

import itertools
import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F


def numbers_of(shape, seed, scale=1.0):
    n = math.prod(shape)
    values = [((31 * i * i + 24001 * i + 104729 * seed) % 65521 - 32760) / 2**15 * scale for i in range(n)]
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def rounded(t):
    return [float(f"{v:.10g}") for v in t.detach().reshape(-1).tolist()]


def factor(y, activation="sigmoid", temperature=1.0, variant="elementwise", normalize="none", eps=1e-5, **_):
    """The gate of y, [batch, ..., channels]. Each case is written out, with no axis computed."""
    if normalize == "standardize":
        axes = {
            (4, "elementwise"): (1, 2),
            (4, "per-channel"): (3,),
            (4, "spatial-only"): (1, 2),
            (2, "elementwise"): (1,),
            (2, "per-channel"): (1,),
            (2, "spatial-only"): (1,),
        }[(y.dim(), variant)]
    if variant == "per-channel" and y.dim() == 4:
        y = y.mean((1, 2), keepdim=True)
    if variant == "spatial-only":
        y = y.mean(-1, keepdim=True)
    if normalize == "standardize":
        y = (y - y.mean(axes, keepdim=True)) / torch.sqrt(y.var(axes, unbiased=False, keepdim=True) + eps)
    return torch.sigmoid(y / temperature) if activation == "sigmoid" else F.hardsigmoid(y / temperature)


class Gate(torch.autograd.Function):
    """Identity forward; dY ⊙ factor(Y) backward."""

    @staticmethod
    def forward(ctx, y, options):
        ctx.save_for_backward(y)
        ctx.options = options
        return y.clone()

    @staticmethod
    def backward(ctx, dy):
        (y,) = ctx.saved_tensors
        gated = dy * factor(y, **ctx.options)
        if ctx.options.get("rescale") == "preserve-norm":
            gated = gated * (torch.linalg.vector_norm(dy) / torch.linalg.vector_norm(gated))
        return gated, None


def gate(y, **options):
    return Gate.apply(y, options)


class GatedGlobalAveragePool(torch.autograd.Function):
    @staticmethod
    def forward(ctx, y, form, options):
        ctx.save_for_backward(y)
        ctx.form, ctx.options = form, options
        return y.mean((1, 2))

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        f = factor(y, **ctx.options)
        share = f / f.sum((1, 2), keepdim=True) if ctx.form == "mass-preserving" else f / (y.shape[1] * y.shape[2])
        return g[:, None, None, :] * share, None, None


def conv(x, w, b):
    """x NHWC, w HWIO, valid padding."""
    return F.conv2d(x.permute(0, 3, 1, 2), w.permute(3, 2, 0, 1), b).permute(0, 2, 3, 1)


def pool(x):
    return F.max_pool2d(x.permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1)


def gradients(output, weights, leaves):
    (output * weights).sum().backward()
    return {name: rounded(leaf.grad) for name, leaf in leaves.items()}


def leaf(shape, seed, scale=1.0):
    return numbers_of(shape, seed, scale).requires_grad_()


def gate_case(shape, seed, options):
    y, dy = leaf(shape, seed, 4.0), numbers_of(shape, seed + 1)
    f = factor(y, **options).expand(shape)
    return {
        "shape": shape,
        "seed": seed,
        "options": options,
        "factor": rounded(f),
        **gradients(gate(y, **options), dy, {"dy": y}),
    }


def gates():
    choices = itertools.product(
        ([2, 4, 3, 3], [3, 5]),
        ("elementwise", "per-channel", "spatial-only"),
        ("none", "standardize"),
        ({}, {"activation": "hard-sigmoid", "temperature": 0.5}),
        ("none", "preserve-norm"),
    )
    cases = [
        gate_case(shape, 1, {"variant": variant, "normalize": normalize, "rescale": rescale, **activation})
        for shape, variant, normalize, activation, rescale in choices
    ]
    # Any shape, as for weights; eps as an option.
    any_shape = [
        gate_case(shape, 3, {"temperature": 3.0, "rescale": "preserve-norm"}) for shape in ([], [7], [2, 3, 2, 2, 2])
    ]
    return [*cases, *any_shape, gate_case([2, 3, 3, 2], 5, {"normalize": "standardize", "eps": 0.5})]


LAYER_OPTIONS = [
    {},
    {"activation": "hard-sigmoid", "temperature": 2.0},
    {"normalize": "standardize", "rescale": "preserve-norm"},
    {"variant": "per-channel"},
    {"variant": "spatial-only"},
]


def convolutions():
    # The worked shapes of the method first: 4×4 input, 2×2 filter, 3×3 output.
    shapes = (([1, 4, 4, 1], [2, 2, 1, 1]), ([2, 6, 5, 2], [3, 2, 2, 3]))
    cases = []
    for (x_shape, w_shape), options in itertools.product(shapes, LAYER_OPTIONS):
        x, w, b = leaf(x_shape, 7), leaf(w_shape, 8, 2.0), leaf(w_shape[3:], 9)
        y = gate(conv(x, w, b), **options)
        found = gradients(y, numbers_of(y.shape, 10), {"dx": x, "dw": w, "db": b})
        cases.append({"x": x_shape, "w": w_shape, "options": options, "y": rounded(y), **found})
    return cases


def denses():
    cases = []
    for options in LAYER_OPTIONS:
        x, w, b = leaf([3, 4], 11), leaf([4, 5], 12, 2.0), leaf([5], 13)
        y = gate(x @ w + b, **options)
        found = gradients(y, numbers_of(y.shape, 14), {"dx": x, "dw": w, "db": b})
        cases.append({"options": options, "y": rounded(y), **found})
    return cases


def chains():
    """conv → gate → relu → max pool → dense → gate → relu → dense."""
    cases = []
    for options in LAYER_OPTIONS:
        x, kernel, bias = leaf([2, 8, 8, 2], 15), leaf([3, 3, 2, 4], 16), leaf([4], 17, 0.5)
        w1, b1 = leaf([36, 6], 18, 0.5), leaf([6], 19, 0.5)
        w2, b2 = leaf([6, 3], 20), leaf([3], 21)
        hidden = pool(F.relu(gate(conv(x, kernel, bias), **options))).reshape(2, 36)
        y = F.relu(gate(hidden @ w1 + b1, **options)) @ w2 + b2
        leaves = {"dx": x, "dkernel": kernel, "dbias": bias, "dw1": w1, "db1": b1, "dw2": w2, "db2": b2}
        cases.append({"options": options, "y": rounded(y), **gradients(y, numbers_of(y.shape, 22), leaves)})
    return cases


def pools():
    cases = []
    for form, options in itertools.product(
        ("mass-preserving", "mean"),
        ({}, {"temperature": 0.25}, {"activation": "hard-sigmoid"}),
    ):
        x = leaf([2, 4, 3, 3], 23, 2.0)
        y = GatedGlobalAveragePool.apply(x, form, options)
        found = gradients(y, numbers_of(y.shape, 24), {"dx": x})
        cases.append({"options": {"form": form, **options}, "y": rounded(y), **found})
    return cases


if __name__ == "__main__":
    vectors = {
        "generator": f"vectors/gating.py, PyTorch {torch.__version__}, float64",
        "gates": gates(),
        "convolutions": convolutions(),
        "denses": denses(),
        "chains": chains(),
        "pools": pools(),
    }
    # One case a line.
    text = json.dumps(vectors).replace('[{"', '[\n{"').replace('}, {"', '},\n{"').replace('}], "', '}],\n"')
    Path(__file__).with_suffix(".json").write_text(text + "\n")
