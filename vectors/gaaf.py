"""Writes vectors/gaaf.json: activations with accelerated gradients in PyTorch, in float64.

The exact form is a custom autograd function. The literal form is the paper's formula as it stands, differentiated by
PyTorch's autograd: nobody wrote its derivative down.

Run with PyTorch 2.13 (CPU):  python vectors/gaaf.py

Inputs and layouts are those of vectors/common.py.
"""

import itertools
import math

import torch
import torch.nn.functional as F

from common import chain_leaves, conv, gradients, leaf, numbers_of, pool, rounded, write_vectors


ACTIVATIONS = {
    "tanh": (torch.tanh, lambda x: 1 - torch.tanh(x) ** 2, ["gaussian", 4]),
    "sigmoid": (torch.sigmoid, lambda x: torch.sigmoid(x) * torch.sigmoid(-x), ["gaussian", 16, 0.25]),
    "relu": (F.relu, lambda x: (x > 0).to(x.dtype), ["shiftedSigmoid", 5, 0.5]),
    # One that a user would bring along: x σ(x).
    "swish": (F.silu, lambda x: torch.sigmoid(x) * (1 + x * torch.sigmoid(-x)), ["constant", 0.5]),
}
SHAPES = {
    "gaussian": lambda x, c, height=1.0: height * torch.exp(-x * x / c),
    "shiftedSigmoid": lambda x, slope, shift: torch.sigmoid(slope * (x + shift)),
    "constant": lambda x, value: torch.full_like(x, value),
}


class Exact(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, activation, s, rescale):
        ctx.save_for_backward(x)
        ctx.activation, ctx.s, ctx.rescale = activation, s, rescale
        return ACTIVATIONS[activation][0](x)

    @staticmethod
    def backward(ctx, dy):
        (x,) = ctx.saved_tensors
        own = dy * ACTIVATIONS[ctx.activation][1](x)
        dx = own + dy * ctx.s(x)
        if ctx.rescale == "preserve-norm":
            dx = dx * torch.linalg.vector_norm(own) / torch.linalg.vector_norm(dx)
        return dx, None, None, None


def accelerate(x, activation, shape=None, form="exact", K=10000, strength=1.0, rescale="none"):
    kind, *numbers = shape or ACTIVATIONS[activation][2]

    def s(v):
        return strength * SHAPES[kind](v, *numbers)

    if form == "exact":
        return Exact.apply(x, activation, s, rescale)
    g = (x * K - torch.floor(x * K) - 0.5) / K
    return ACTIVATIONS[activation][0](x) + g * s(x)


OPTIONS = [
    {},
    {"strength": 0.25},
    {"strength": 0},
    {"shape": ["gaussian", 3]},
    {"shape": ["gaussian", 0.5, 2]},
    {"shape": ["shiftedSigmoid", 1, 0.25]},
    {"shape": ["shiftedSigmoid", 5, 0.5]},
    {"shape": ["constant", 0.75]},
    {"rescale": "preserve-norm"},
    {"form": "literal"},
    {"form": "literal", "strength": 0.5},
    {"form": "literal", "K": 64},
    {"form": "literal", "K": 64, "shape": ["gaussian", 0.5, 2]},
    {"form": "literal", "K": 64, "shape": ["constant", 0.75]},
]


def activations():
    cases = []
    for activation, options in itertools.product(ACTIVATIONS, OPTIONS):
        x = leaf([64], 41, 4.0)
        y = accelerate(x, activation, **options)
        (y * numbers_of([64], 42)).sum().backward()
        cases.append({"activation": activation, "options": options, "y": rounded(y), "dx": rounded(x.grad)})
    return cases


def fixtures():
    """What the issue of the method names: derivatives with the default shapes, from the formulae alone."""
    relu = torch.tensor([-1, -0.5, -0.1, 1e-12, 0.5, 1], dtype=torch.float64)
    tanh = torch.tensor([0, 0.5, 1, 2, 4], dtype=torch.float64)
    return {
        "relu": rounded((relu > 0) + torch.sigmoid(5 * (relu + 0.5))),
        "tanh": rounded(1 / torch.cosh(tanh) ** 2 + torch.exp(-(tanh**2) / 4)),
    }


def forms():
    """How far the literal form's own gradient is from φ' + s, and its value from φ, at most, in float64."""
    cases = []
    for activation in ("tanh", "sigmoid", "relu"):
        # Far from the corners of the sawtooth, and from 0, by an irrational step.
        x = (torch.arange(-40000, 40000, dtype=torch.float64) * (math.sqrt(2) / 8192)).requires_grad_()
        literal = accelerate(x, activation, form="literal")
        (d_literal,) = torch.autograd.grad(literal.sum(), x)
        exact = accelerate(x, activation)
        (d_exact,) = torch.autograd.grad(exact.sum(), x)
        gap, d_gap = (literal - exact).abs().max().item(), (d_literal - d_exact).abs().max().item()
        assert gap <= 1e-4 and d_gap <= 6.3e-5, (activation, gap, d_gap)
        cases.append({"activation": activation, "value": gap, "derivative": d_gap})
    return cases


def chains():
    """conv → accelerated activation → max pool → dense → the same → dense."""
    cases = []
    # Not the literal form at K = 10,000: a float32 convolution is off by 1e-7, which is 1/1000 of a tooth.
    chosen = [o for o in OPTIONS if o.get("form") != "literal" or o.get("K") == 64]
    for activation, options in itertools.product(("relu", "tanh", "swish"), chosen[::2]):
        at = chain_leaves()
        y = pool(accelerate(conv(at["x"], at["kernel"], at["bias"]), activation, **options)).reshape(2, 36)
        y = accelerate(y @ at["w1"] + at["b1"], activation, **options) @ at["w2"] + at["b2"]
        grads = gradients(y, numbers_of(y.shape, 22), {f"d{name}": t for name, t in at.items()})
        cases.append({"activation": activation, "options": options, "y": rounded(y), **grads})
    return cases


if __name__ == "__main__":
    vectors = {
        "fixtures": fixtures(),
        "forms": forms(),
        "activations": activations(),
        "chains": chains(),
    }
    write_vectors(__file__, vectors)
