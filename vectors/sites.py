"""Writes vectors/sites.json: gradient transformations at feature sites, and functions with another function's gradient, as
custom autograd functions of PyTorch in float64.

Run with PyTorch 2.13 (CPU):  python vectors/sites.py

Inputs and layouts are those of vectors/common.py.
"""

import math

import torch
import torch.nn.functional as F

from common import chain_leaves, conv, gradients, leaf, numbers_of, pool, rounded, write_vectors


def parts(g, per):
    """Views of g that have a norm of their own."""
    if per == "example":
        return [g[b] for b in range(g.shape[0])]
    if per == "channel":
        return [g[..., c] for c in range(g.shape[-1])]
    return [g[b, ..., c] for b in range(g.shape[0]) for c in range(g.shape[-1])]


def scaled_parts(g, per, factor):
    g = g.clone()
    for part in parts(g, per):
        part *= factor(torch.linalg.vector_norm(part))
    return g


def top_k(g, k):
    out = torch.zeros_like(g)
    for b in range(g.shape[0]):
        flat = g[b].reshape(-1)
        for i in sorted(range(len(flat)), key=lambda i: -abs(flat[i]))[:k]:
            out[b].view(-1)[i] = flat[i]
    return out


# Name, arguments of the TypeScript function, backward(dy, x), forward(x).
def identity(x):
    return x


def spike(x):
    return (x > 0).to(x.dtype)


RULES = [
    *[("clipNormPer", [per, limit], lambda dy, x, per=per, limit=limit: scaled_parts(dy, per, lambda n: min(1, limit / n)), identity)
      for per in ("example", "channel", "map") for limit in (0.75, 1e9)],
    *[("normalizeNormPer", [per, norm], lambda dy, x, per=per, norm=norm: scaled_parts(dy, per, lambda n: norm / n if n > 0 else 0.0), identity)
      for per in ("example", "channel", "map") for norm in (1, 0.25)],
    ("topK", [3], lambda dy, x: top_k(dy, 3), identity),
    ("topK", [1000], lambda dy, x: dy, identity),
    ("guidedBackprop", [], lambda dy, x: dy.clamp(min=0), identity),
    ("reverseGradient", [0.3], lambda dy, x: -0.3 * dy, identity),
    ("straightThrough", [{}], lambda dy, x: dy, spike),
    ("straightThrough", [{"within": 0.5}], lambda dy, x: torch.where(x.abs() <= 0.5, dy, 0.0), spike),
    ("surrogate", [{}], lambda dy, x: dy / (25 * x.abs() + 1) ** 2, spike),
    ("surrogate", [{"derivative": "fastSigmoid", "slope": 4}], lambda dy, x: dy / (4 * x.abs() + 1) ** 2, spike),
    ("surrogate", [{"derivative": "arctan"}], lambda dy, x: dy / (1 + (math.pi * x) ** 2), spike),
    ("surrogate", [{"derivative": "arctan", "slope": 5}], lambda dy, x: dy * 2.5 / (1 + (math.pi / 2 * x * 5) ** 2), spike),
]  # fmt: skip


def site(x, forward, backward):
    class Rule(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return forward(x).clone()

        @staticmethod
        def backward(ctx, dy):
            return backward(dy, *ctx.saved_tensors)

    return Rule.apply(x)


def rules():
    cases = []
    for name, args, backward, forward in RULES:
        for shape in ([3, 4, 3, 2], [3, 5]):
            x = leaf(shape, 51)
            y = site(x, forward, backward)
            (y * numbers_of(shape, 52)).sum().backward()
            cases.append({"name": name, "args": args, "shape": shape, "dx": rounded(x.grad)})
    return cases


def chains():
    """conv → site → relu → max pool → dense → site → dense."""
    cases = []
    for name, args, backward, forward in RULES:
        at = chain_leaves()
        y = pool(F.relu(site(conv(at["x"], at["kernel"], at["bias"]), forward, backward))).reshape(2, 36)
        y = site(y @ at["w1"] + at["b1"], forward, backward) @ at["w2"] + at["b2"]
        found = gradients(y, numbers_of(y.shape, 22), {name: at[name] for name in ("kernel", "bias", "w1")})
        cases.append({"name": name, "args": args, "y": rounded(y), **found})
    return cases


if __name__ == "__main__":
    vectors = {
        "rules": rules(),
        "chains": chains(),
    }
    write_vectors(__file__, vectors, first="name")
