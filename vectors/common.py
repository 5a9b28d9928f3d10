"""What the generators of gating, lateral-mask, gaaf, sites and backprop share: inputs, layers and the form of the files.

Inputs are not stored. Number i of a tensor with seed s is ((31 i² + 24001 i + 104729 s) mod 65521 - 32760) / 2^15 times
a power of two, exact in float32, so that program and reference start from the same numbers. Arrays are in tfjs'
layouts (NHWC, HWIO), flattened, with 10 significant digits.
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F


def numbers_of(shape, seed, scale=1.0, shift=0.0, steps=False):
    """The inputs. With `steps` they are rounded down to a multiple of 1/4, which makes ties."""
    n = math.prod(shape)
    values = [((31 * i * i + 24001 * i + 104729 * seed) % 65521 - 32760) / 2**15 * scale + shift for i in range(n)]
    if steps:
        values = [math.floor(4 * v) / 4 for v in values]
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def leaf(shape, seed, scale=1.0):
    return numbers_of(shape, seed, scale).requires_grad_()


def rounded(t):
    return [float(f"{v:.10g}") for v in t.detach().reshape(-1).tolist()]


def nchw(x):
    return x.permute(0, 3, 1, 2)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def conv(x, w, b):
    """x NHWC, w HWIO, valid padding."""
    return nhwc(F.conv2d(nchw(x), w.permute(3, 2, 0, 1), b))


def pool(x):
    """Windows of 2 × 2, x NHWC."""
    return nhwc(F.max_pool2d(nchw(x), 2))


def gradients(output, weights, leaves):
    """Those of (output · weights), by name."""
    (output * weights).sum().backward()
    return {name: rounded(leaf.grad) for name, leaf in leaves.items()}


def chain_leaves():
    """Input and parameters of a chain of convolution, pooling, dense and dense layer."""
    shapes = {"x": [2, 8, 8, 2], "kernel": [3, 3, 2, 4], "bias": [4], "w1": [36, 6], "b1": [6], "w2": [6, 3], "b2": [3]}
    halved = ("bias", "w1", "b1")
    return {name: leaf(shape, 15 + i, 0.5 if name in halved else 1.0) for i, (name, shape) in enumerate(shapes.items())}


def write_vectors(script, vectors, first=""):
    """Writes `script`'s JSON, one case a line. `first` is the name that the cases begin with, where lists hold others."""
    generator = f"vectors/{Path(script).name}, PyTorch {torch.__version__}, float64"
    text = json.dumps({"generator": generator, **vectors})
    text = text.replace('[{"' + first, '[\n{"' + first).replace('}, {"' + first, '},\n{"' + first)
    Path(script).with_suffix(".json").write_text(text.replace('}], "', '}],\n"') + "\n")
