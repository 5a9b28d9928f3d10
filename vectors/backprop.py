"""Writes vectors/backprop.json: gradients of convolutions, dense layers and ReLU with max pooling, by PyTorch in float64.

Run with PyTorch 2.13 (CPU):  python vectors/backprop.py

Inputs and layouts are those of vectors/common.py.
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F

from common import nchw, nhwc, numbers_of, rounded


def padded(x, window, strides, pad, value):
    """TensorFlow's SAME: the odd one goes behind."""
    if pad == "valid":
        return x
    sides = []
    for size, w, s in zip(x.shape[2:], window, strides):
        added = max(0, (math.ceil(size / s) - 1) * s + w - size)
        sides.append((added // 2, added - added // 2))
    (top, bottom), (left, right) = sides
    return F.pad(x, (left, right, top, bottom), value=value)


def convolution(x_shape, w_shape, strides, pad):
    x = numbers_of(x_shape, 1).requires_grad_()
    w = numbers_of(w_shape, 2).requires_grad_()
    b = numbers_of([w_shape[3]], 3).requires_grad_()
    y = nhwc(F.conv2d(padded(nchw(x), w_shape[:2], strides, pad, 0.0), w.permute(3, 2, 0, 1), b, stride=strides))
    (y * numbers_of(list(y.shape), 4)).sum().backward()
    return {
        "x": x_shape, "w": w_shape, "strides": strides, "pad": pad, "y": list(y.shape),
        "dz": rounded(x.grad), "dkernel": rounded(w.grad), "dbias": rounded(b.grad),
    }


def dense(batch, inputs, units):
    x = numbers_of([batch, inputs], 5).requires_grad_()
    w = numbers_of([inputs, units], 6).requires_grad_()
    b = numbers_of([units], 7).requires_grad_()
    ((x @ w + b) * numbers_of([batch, units], 8)).sum().backward()
    return {
        "batch": batch, "inputs": inputs, "units": units,
        "dz": rounded(x.grad), "dkernel": rounded(w.grad), "dbias": rounded(b.grad),
    }


def pool(shape, window, strides, pad, shift=0.0, steps=False):
    s = numbers_of(shape, 9, 2.0, shift, steps).requires_grad_()
    z = nhwc(F.max_pool2d(F.relu(padded(nchw(s), window, strides, pad, -math.inf)), window, strides))
    # Pooling before ReLU is the same map, and its gradient goes to the first maximum also where ReLU makes ties of 0.
    same = nhwc(F.relu(F.max_pool2d(padded(nchw(s), window, strides, pad, -math.inf), window, strides)))
    assert torch.equal(z, same)
    (z * numbers_of(list(z.shape), 10)).sum().backward()
    return {
        "shape": shape, "window": window, "strides": strides, "pad": pad, "shift": shift, "steps": steps,
        "y": list(z.shape), "z": rounded(z), "dS": rounded(s.grad),
    }


vectors = {
    "convolutions": [
        convolution([2, 5, 6, 3], [3, 3, 3, 4], [1, 1], "valid"),
        convolution([2, 5, 6, 3], [3, 2, 3, 4], [1, 1], "same"),
        convolution([2, 7, 6, 2], [3, 3, 2, 3], [2, 2], "same"),
        convolution([1, 8, 7, 2], [2, 3, 2, 3], [3, 2], "valid"),
        convolution([2, 4, 4, 3], [1, 1, 3, 2], [2, 2], "valid"),
    ],
    "denses": [dense(3, 5, 4), dense(1, 7, 2)],
    "pools": [
        pool([2, 4, 6, 3], [2, 2], [2, 2], "valid"),
        pool([2, 5, 7, 3], [2, 2], [2, 2], "valid"),
        pool([2, 5, 7, 3], [2, 2], [2, 2], "same"),
        pool([2, 4, 6, 3], [2, 2], [2, 2], "valid", -3.0),
        pool([2, 4, 6, 3], [2, 2], [2, 2], "valid", 0.0, True),
        pool([2, 8, 9, 2], [2, 2], [3, 3], "valid"),
        pool([2, 8, 9, 2], [2, 3], [4, 3], "same"),
        pool([2, 9, 6, 2], [3, 2], [3, 2], "valid", 0.5, True),
        pool([1, 6, 6, 2], [1, 1], [2, 2], "valid"),
        pool([2, 7, 8, 3], [3, 3], [2, 2], "valid"),
        pool([2, 7, 8, 3], [3, 3], [2, 2], "same"),
        pool([2, 6, 6, 2], [3, 3], [1, 1], "same", 0.0, True),
        pool([2, 6, 6, 2], [2, 3], [3, 2], "same", 0.5),
    ],
}
Path(__file__).with_suffix(".json").write_text(json.dumps(vectors, separators=(",", ":")) + "\n")
