"""Writes vectors/models.json: forward pass and gradients of MLP and LeNet-5 in PyTorch, in float64.

Run with PyTorch 2.13 (CPU):  python vectors/models.py

Inputs and weights are not stored. Number i of a tensor with seed s is a power of two times
((31 i² + 24001 i + 104729 s) mod 65521 - 32760) / 2^15, exact in float32, so that program and reference start from the
same numbers. Arrays are in tfjs' layouts (NHWC, HWIO), flattened, with 9 significant digits. Tensors of more than 400
numbers are given by the sums over all axes but the last, those over the last axis, and every 41st number.
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
    return torch.tensor(values, dtype=torch.float64).reshape(shape).requires_grad_()


def rounded(t):
    return [float(f"{v:.9g}") for v in t.detach().reshape(-1).tolist()]


def digest(t):
    if t.numel() <= 400:
        return {"all": rounded(t)}
    flat = t.reshape(-1, t.shape[-1])
    return {"columns": rounded(flat.sum(0)), "rows": rounded(flat.sum(1)), "some": rounded(t.reshape(-1)[::41])}


class Gate(torch.autograd.Function):
    """Identity forward; dY ⊙ σ(Y) backward."""

    @staticmethod
    def forward(ctx, y):
        ctx.save_for_backward(y)
        return y.clone()

    @staticmethod
    def backward(ctx, dy):
        (y,) = ctx.saved_tensors
        return dy * torch.sigmoid(y)


def conv(x, p, padding):
    """x NHWC, kernel HWIO."""
    y = F.conv2d(x.permute(0, 3, 1, 2), p["kernel"].permute(3, 2, 0, 1), p["bias"], padding=padding)
    return y.permute(0, 2, 3, 1)


def pool(x):
    return F.max_pool2d(x.permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1)


def dense(x, p):
    return x @ p["kernel"] + p["bias"]


def layer(shape, seed):
    """Kernels of a size that keeps the signal's: 2^-k next to 1/√fanIn·√3."""
    fan_in = math.prod(shape[:-1])
    scale = 2.0 ** round(math.log2(math.sqrt(6 / fan_in)))
    return {"kernel": numbers_of(shape, seed, scale), "bias": numbers_of(shape[-1:], seed + 1, 0.25)}


def mlp(params, x, act, at):
    # `reshape` of NHWC: pixels run over height, width, channel.
    y = x.reshape(x.shape[0], -1)
    for i in range(1, len(params)):
        y = at(f"dense{i}/activation", act(at(f"dense{i}/output", dense(y, params[f"dense{i}"]))))
    return at("logits/output", dense(y, params["logits"]))


def lenet(params, x, act, at):
    y = conv(x, params["conv1"], 2 if x.shape[1] < 32 else 0)
    y = at("conv1/pool", pool(at("conv1/activation", act(at("conv1/output", y)))))
    y = conv(y, params["conv2"], 0)
    y = at("conv2/pool", pool(at("conv2/activation", act(at("conv2/output", y)))))
    y = y.reshape(y.shape[0], -1)
    for name in ("dense1", "dense2"):
        y = at(f"{name}/activation", act(at(f"{name}/output", dense(y, params[name]))))
    return at("logits/output", dense(y, params["logits"]))


ACTIVATIONS = {"relu": F.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}


def case(model, input_shape, batch, activation, shapes, gated, options):
    params = {name: layer(shape, 10 * k + 1) for k, (name, shape) in enumerate(shapes.items())}
    x = numbers_of([batch, *input_shape], 0)
    labels = torch.tensor([(7 * i + 3) % shapes["logits"][-1] for i in range(batch)])
    network = {"mlp": mlp, "lenet": lenet}[model]
    logits = network(params, x, ACTIVATIONS[activation], lambda name, y: Gate.apply(y) if name in gated else y)
    loss = F.cross_entropy(logits, labels)
    loss.backward()
    return {
        "model": model,
        "inputShape": input_shape,
        "batch": batch,
        "activation": activation,
        "options": options,
        "gated": gated,
        "logits": rounded(logits),
        "loss": rounded(loss)[0],
        "dx": digest(x.grad),
        "grads": {
            f"{name}/{part}": digest(params[name][part].grad) for name in params for part in ("kernel", "bias")
        },
    }


def mlp_case(input_shape, hidden, classes, batch, activation, gated=()):
    sizes = [math.prod(input_shape), *hidden]
    shapes = {f"dense{i + 1}": [sizes[i], sizes[i + 1]] for i in range(len(hidden))}
    shapes["logits"] = [sizes[-1], classes]
    return case("mlp", input_shape, batch, activation, shapes, list(gated), {"hidden": hidden, "classes": classes})


def lenet_case(input_shape, classes, batch, activation, gated=()):
    pad = 0 if min(input_shape[:2]) < 32 else 4
    height, width = ((((n - pad) // 2) - 4) // 2 for n in input_shape[:2])
    shapes = {
        "conv1": [5, 5, input_shape[2], 6],
        "conv2": [5, 5, 6, 16],
        "dense1": [16 * height * width, 120],
        "dense2": [120, 84],
        "logits": [84, classes],
    }
    return case("lenet", input_shape, batch, activation, shapes, list(gated), {"classes": classes})


def words_of(seed, name):
    """FNV-1a over the bytes of seed and name, spread to four words by murmur3's finalizer."""
    mask = 0xFFFFFFFF
    h = 0x811C9DC5
    for unit in [seed & mask, seed >> 32, *map(ord, name)]:
        for byte in unit.to_bytes(4, "little"):
            h = ((h ^ byte) * 0x01000193) & mask
    words = []
    for i in range(1, 5):
        x = (h + i * 0x9E3779B9) & mask
        x = ((x ^ (x >> 16)) * 0x85EBCA6B) & mask
        x = ((x ^ (x >> 13)) * 0xC2B2AE35) & mask
        words.append(x ^ (x >> 16))
    return words


def xoshiro128(s):
    """xoshiro128** 1.1, after the public-domain C of Blackman and Vigna."""
    mask = 0xFFFFFFFF

    def rotl(x, k):
        return ((x << k) | (x >> (32 - k))) & mask

    s = list(s)
    while True:
        yield (rotl(s[1] * 5 & mask, 7) * 9) & mask
        t = (s[1] << 9) & mask
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotl(s[3], 11)


def uniforms(seed, name):
    return ((word >> 8) / 2**24 for word in xoshiro128(words_of(seed, name)))


def normals(seed, name):
    stream = uniforms(seed, name)
    while True:
        u, v = 2 * next(stream) - 1, 2 * next(stream) - 1
        s = u * u + v * v
        if 0 < s < 1:
            yield u * math.sqrt(-2 * math.log(s) / s)
            yield v * math.sqrt(-2 * math.log(s) / s)


def random_case(seed, name):
    return {
        "seed": seed,
        "name": name,
        "uniform": list(itertools.islice(uniforms(seed, name), 8)),
        "normal": [float(f"{v:.14g}") for v in itertools.islice(normals(seed, name), 8)],
    }


if __name__ == "__main__":
    cases = [
        mlp_case([4, 3, 2], [8, 6], 3, 5, "relu"),
        mlp_case([4, 3, 2], [8], 4, 3, "tanh", ["dense1/output"]),
        mlp_case([2, 2, 1], [], 2, 4, "relu"),
        mlp_case([1, 1, 7], [9, 8, 7], 5, 3, "sigmoid", ["dense1/activation", "dense3/output", "logits/output"]),
        lenet_case([28, 28, 1], 10, 2, "relu"),
        lenet_case([32, 32, 3], 10, 1, "tanh"),
        lenet_case([28, 28, 1], 10, 2, "relu", ["conv1/output", "conv2/output"]),
        lenet_case([13, 16, 2], 4, 2, "relu", ["conv1/pool", "conv2/activation", "dense1/output", "dense2/output"]),
    ]
    streams = ((0, ""), (1, "conv1/kernel"), (2**53 - 1, "logits/kernel"), (2**32, "é"))
    vectors = {
        "generator": f"vectors/models.py, PyTorch {torch.__version__}, float64",
        "random": [random_case(seed, name) for seed, name in streams],
        "cases": cases,
    }
    # One case a line.
    text = json.dumps(vectors).replace('[{"', '[\n{"').replace('}, {"', '},\n{"').replace('}], "', '}],\n"')
    Path(__file__).with_suffix(".json").write_text(text + "\n")
