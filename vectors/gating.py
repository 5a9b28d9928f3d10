"""Writes vectors/gating.json: gradient gating as a custom autograd function of PyTorch, in float64.

Run with PyTorch 2.13 (CPU):  python vectors/gating.py

Inputs and layouts are those of vectors/common.py.
"""

import itertools

import torch
import torch.nn.functional as F

from common import chain_leaves, conv, gradients, leaf, numbers_of, pool, rounded, write_vectors


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
    return ACTIVATIONS[activation](y / temperature)


ACTIVATIONS = {
    "sigmoid": torch.sigmoid,
    "hard-sigmoid": F.hardsigmoid,
    # One that a user would bring along: 1 - exp(-y²), which lets pass what is far from 0.
    "bell": lambda y: 1 - torch.exp(-y * y),
}


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
    others = ({"normalize": "standardize", "eps": 0.5}, {"activation": "bell", "temperature": 2, "variant": "per-channel"})
    return [*cases, *any_shape, *(gate_case([2, 3, 3, 2], 5, options) for options in others)]


LAYER_OPTIONS = [
    {},
    {"activation": "hard-sigmoid", "temperature": 2.0},
    {"normalize": "standardize", "rescale": "preserve-norm"},
    {"variant": "per-channel"},
    {"variant": "spatial-only"},
    {"activation": "bell"},
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
        at = chain_leaves()
        hidden = pool(F.relu(gate(conv(at["x"], at["kernel"], at["bias"]), **options))).reshape(2, 36)
        y = F.relu(gate(hidden @ at["w1"] + at["b1"], **options)) @ at["w2"] + at["b2"]
        leaves = {f"d{name}": t for name, t in at.items()}
        cases.append({"options": options, "y": rounded(y), **gradients(y, numbers_of(y.shape, 22), leaves)})
    return cases


def pools():
    cases = []
    for form, options in itertools.product(
        ("mass-preserving", "mean"),
        ({}, {"temperature": 0.25}, {"activation": "hard-sigmoid"}, {"activation": "bell"}),
    ):
        x = leaf([2, 4, 3, 3], 23, 2.0)
        y = GatedGlobalAveragePool.apply(x, form, options)
        found = gradients(y, numbers_of(y.shape, 24), {"dx": x})
        cases.append({"options": {"form": form, **options}, "y": rounded(y), **found})
    return cases


if __name__ == "__main__":
    vectors = {
        "gates": gates(),
        "convolutions": convolutions(),
        "denses": denses(),
        "chains": chains(),
        "pools": pools(),
    }
    write_vectors(__file__, vectors)
