"""Makes wasm-kernels.json: gradients by PyTorch in float64, in tfjs' layouts (NHWC, HWIO).

    python vectors/wasm-kernels.py

Inputs are not stored. Number i of a tensor with seed s is round(64 * sin(0.7 * i + s)) / 64, exact in float32, so
that program and reference start from the same numbers; `coarse` rounds to quarters, which makes ties.
"""

import json
import math
import random
from pathlib import Path

import torch
import torch.nn.functional as F

SEED = 20240607


def wave(shape, seed, steps=64):
    n = math.prod(shape)
    # floor(x + 0.5) is JavaScript's Math.round.
    values = [math.floor(steps * math.sin(0.7 * i + seed) + 0.5) / steps for i in range(n)]
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def numbers(t):
    return [float(f"{v:.8g}") for v in t.detach().reshape(-1).tolist()]


def nchw(x):
    return x.permute(0, 3, 1, 2)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def pair(v):
    return [v, v] if isinstance(v, int) else list(v)


def paddings(pad, size, filter_size, stride, dilation):
    """Top, bottom, left, right as tfjs computes them."""
    if pad == "valid" or pad == 0:
        return [0, 0, 0, 0]
    if isinstance(pad, int):
        return [pad] * 4
    if pad == "same":
        out = []
        for n, k, s, d in zip(size, filter_size, stride, dilation):
            effective = (k - 1) * d + 1
            total = max(0, (math.ceil(n / s) - 1) * s + effective - n)
            out += [total // 2, total - total // 2]
        return out
    return [*pad[1], *pad[2]]


def pad_images(x, p, value=0.0):
    top, bottom, left, right = p
    return F.pad(x, (left, right, top, bottom), value=value)


def conv_case(x, filter, strides, pad, dilations, depthwise):
    xt = wave(x, 1).requires_grad_()
    wt = wave(filter, 2).requires_grad_()
    s, d = pair(strides), pair(dilations)
    padded = pad_images(nchw(xt), paddings(pad, x[1:3], filter[:2], s, d))
    if depthwise:
        h, w, c, m = filter
        y = F.conv2d(padded, wt.permute(2, 3, 0, 1).reshape(c * m, 1, h, w).contiguous(), stride=s, dilation=d, groups=c)
    else:
        y = F.conv2d(padded, wt.permute(3, 2, 0, 1).contiguous(), stride=s, dilation=d)
    y = nhwc(y)
    dy = wave(y.shape, 3)
    y.backward(dy)
    return {
        "x": x, "filter": filter, "strides": strides, "pad": pad, "dilations": dilations,
        "dy": list(y.shape), "dx": numbers(xt.grad), "dw": numbers(wt.grad),
    }  # fmt: skip


def explicit(t, b, l, r):
    return [[0, 0], [t, b], [l, r], [0, 0]]


def conv_cases():
    rng = random.Random(SEED)
    chosen = [
        # batch 1, odd sizes, 1x1, one channel
        ([1, 7, 5, 3], [3, 3, 3, 8], 1, "same", 1),
        ([1, 7, 5, 3], [3, 3, 3, 8], 2, "same", 1),
        ([1, 6, 6, 1], [5, 5, 1, 6], 1, "same", 1),
        ([2, 5, 7, 8], [1, 1, 8, 17], 1, "valid", 1),
        ([2, 5, 7, 8], [1, 1, 8, 3], 2, "same", 1),
        ([2, 6, 6, 3], [1, 1, 3, 7], 3, "valid", 1),
        ([1, 1, 1, 7], [1, 1, 7, 3], 1, "valid", 1),
        ([3, 4, 5, 1], [2, 3, 1, 1], 1, "valid", 1),
        ([2, 3, 3, 17], [3, 3, 17, 1], 1, "valid", 1),
        # filter larger than the image
        ([2, 3, 3, 3], [5, 5, 3, 7], 1, "same", 1),
        ([1, 2, 2, 7], [3, 3, 7, 3], 2, "same", 1),
        ([1, 2, 3, 3], [5, 4, 3, 3], 1, explicit(2, 3, 1, 2), 1),
        # stride beyond the filter, strides that differ
        ([2, 9, 8, 3], [2, 2, 3, 7], 3, "valid", 1),
        ([2, 9, 8, 3], [2, 2, 3, 7], 3, "same", 1),
        ([2, 8, 9, 7], [3, 2, 7, 3], [1, 2], "same", 1),
        ([2, 8, 9, 3], [3, 2, 3, 8], [3, 1], "valid", 1),
        ([2, 7, 7, 3], [3, 3, 3, 3], 2, "valid", 1),
        ([2, 8, 8, 3], [3, 3, 3, 3], 2, "valid", 1),
        # paddings by number and by side, also beyond the filter
        ([2, 6, 5, 3], [3, 3, 3, 7], 1, 1, 1),
        ([2, 7, 7, 3], [3, 3, 3, 7], 2, 1, 1),
        ([2, 6, 5, 3], [3, 2, 3, 7], 1, explicit(0, 2, 1, 0), 1),
        ([2, 6, 5, 3], [3, 2, 3, 7], 2, explicit(2, 0, 0, 1), 1),
        ([1, 4, 4, 3], [2, 2, 3, 3], 1, explicit(3, 4, 2, 3), 1),
        ([1, 4, 4, 3], [1, 1, 3, 3], 1, explicit(1, 0, 0, 2), 1),
        ([2, 5, 5, 3], [1, 1, 3, 7], 2, 1, 1),
        # dilations, with strides too
        ([2, 8, 7, 3], [3, 3, 3, 7], 1, "same", 2),
        ([2, 8, 7, 3], [3, 3, 3, 7], 1, "valid", [2, 3]),
        ([1, 9, 9, 7], [2, 3, 7, 3], 2, "same", 2),
        ([2, 9, 9, 3], [2, 2, 3, 3], [2, 3], explicit(1, 2, 0, 1), [3, 2]),
    ]
    for _ in range(36):
        c, o = rng.choice([1, 3, 7, 8, 17]), rng.choice([1, 3, 7, 8, 17])
        x = [rng.choice([1, 2, 3]), rng.randint(4, 9), rng.randint(4, 9), c]
        filter = [rng.randint(1, 4), rng.randint(1, 4), c, o]
        pad = rng.choice(["same", "valid", 1, explicit(*[rng.randint(0, 3) for _ in range(4)])])
        # tfjs gives a number as padding one output size for both axes of a filter that is not square.
        if pad == 1:
            filter[1] = filter[0]
        strides = rng.choice([1, 2, 3, [2, 1], [1, 3]])
        chosen.append((x, filter, strides, pad, 1))
    return [conv_case(*case, depthwise=False) for case in chosen]


def depthwise_cases():
    rng = random.Random(SEED + 1)
    chosen = [
        ([1, 7, 5, 3], [3, 3, 3, 1], 1, "same", 1),
        ([2, 7, 5, 3], [3, 3, 3, 2], 2, "same", 1),
        ([2, 6, 6, 1], [3, 3, 1, 2], 1, "valid", 1),
        ([2, 5, 5, 7], [1, 1, 7, 2], 1, "valid", 1),
        ([2, 9, 8, 3], [2, 2, 3, 1], 3, "valid", 1),
        ([1, 3, 3, 8], [5, 5, 8, 1], 1, "same", 1),
        ([2, 8, 7, 3], [3, 3, 3, 2], 1, "same", 2),
        ([2, 8, 9, 3], [2, 3, 3, 1], 1, "valid", [3, 2]),
        ([2, 6, 5, 3], [3, 2, 3, 2], 1, explicit(0, 2, 1, 0), 1),
        ([1, 4, 4, 3], [2, 2, 3, 1], 2, explicit(3, 4, 2, 3), 1),
        ([1, 4, 4, 17], [3, 3, 17, 1], 1, 1, 1),
    ]
    for _ in range(12):
        c = rng.choice([1, 3, 7, 8])
        x = [rng.choice([1, 2]), rng.randint(4, 9), rng.randint(4, 9), c]
        filter = [rng.randint(1, 4), rng.randint(1, 4), c, rng.choice([1, 2])]
        pad = rng.choice(["same", "valid", explicit(*[rng.randint(0, 2) for _ in range(4)])])
        chosen.append((x, filter, rng.choice([1, 2, 3]), pad, 1))
    return [conv_case(*case, depthwise=True) for case in chosen]


def pool_input(kind, shape):
    x = wave(shape, 1, steps=4)  # coarse: many ties, many zeros
    if kind == "ties":
        return x
    if kind == "fine":
        return wave(shape, 1)
    if kind == "negative":
        return x - 2
    if kind == "zero":
        return torch.zeros_like(x)
    if kind == "nonpositive":
        return torch.minimum(x, torch.zeros_like(x))
    if kind == "equal":
        return torch.full_like(x, -1)
    raise ValueError(kind)


def pool_cases():
    shapes = [
        ([2, 6, 6, 3], 2, 2, "valid"),
        ([2, 7, 7, 3], 3, 2, "valid"),
        ([1, 7, 6, 8], 3, 2, "same"),
        ([2, 8, 8, 1], 3, 2, "same"),
        ([2, 5, 5, 7], 2, 1, "valid"),
        ([1, 5, 7, 3], 3, 1, "same"),
        ([1, 9, 8, 3], 2, 3, "valid"),
        ([2, 6, 5, 3], [3, 2], [1, 2], "valid"),
        ([1, 6, 6, 3], 3, 2, 1),
        ([1, 6, 5, 3], 3, 2, explicit(0, 1, 2, 1)),
        ([1, 4, 4, 17], 4, 4, "valid"),
        ([2, 4, 4, 3], 1, 1, "valid"),
        ([2, 5, 4, 3], 1, 2, "valid"),
    ]
    cases = []
    for x, filter_size, strides, pad in shapes:
        k, s = pair(filter_size), pair(strides)
        p = paddings(pad, x[1:3], k, s, [1, 1])
        kinds = ["fine", "ties", "negative", "zero", "nonpositive", "equal"] if len(cases) < 24 else ["negative", "ties"]
        for kind in kinds:
            xt = pool_input(kind, x).requires_grad_()
            y = nhwc(F.max_pool2d(pad_images(nchw(xt), p, value=-math.inf), k, s))
            y.backward(wave(y.shape, 3))
            cases.append({"kind": kind, "x": x, "filterSize": filter_size, "strides": strides, "pad": pad,
                          "dy": list(y.shape), "y": numbers(y), "dx": numbers(xt.grad)})  # fmt: skip
    return cases


def avg_pool_cases():
    cases = []
    for x, filter_size, strides, pad in [
        ([2, 6, 6, 3], 2, 2, "valid"),
        ([2, 7, 7, 3], 3, 2, "same"),
        ([1, 8, 6, 8], 3, 2, "same"),
        ([1, 5, 7, 3], 3, 1, "same"),
        ([1, 9, 8, 1], 2, 3, "valid"),
        ([2, 6, 5, 3], [3, 2], [1, 2], "same"),
        ([1, 6, 6, 7], 3, 2, 1),
        ([2, 4, 4, 17], 4, 4, "valid"),
        ([2, 5, 4, 3], 1, 2, "valid"),
    ]:
        k, s = pair(filter_size), pair(strides)
        p = paddings(pad, x[1:3], k, s, [1, 1])
        xt = wave(x, 1).requires_grad_()
        total = F.avg_pool2d(pad_images(nchw(xt), p), k, s, divisor_override=1)
        count = F.avg_pool2d(pad_images(torch.ones(1, 1, *x[1:3], dtype=torch.float64), p), k, s, divisor_override=1)
        y = nhwc(total / count)
        y.backward(wave(y.shape, 3))
        cases.append({"x": x, "filterSize": filter_size, "strides": strides, "pad": pad,
                      "dy": list(y.shape), "y": numbers(y), "dx": numbers(xt.grad)})  # fmt: skip
    return cases


def transposed(shape, flag):
    return [*shape[:-2], shape[-1], shape[-2]] if flag else list(shape)


ACTIVATIONS = {
    "linear": lambda x, _: x,
    "relu": lambda x, _: F.relu(x),
    "relu6": lambda x, _: F.relu6(x),
    "elu": lambda x, _: F.elu(x),
    "sigmoid": lambda x, _: torch.sigmoid(x),
    "leakyrelu": lambda x, _: F.leaky_relu(x, 0.3),
    "prelu": lambda x, slopes: torch.where(x > 0, x, x * slopes),
}


def mat_mul_cases():
    cases = []
    for a, b in [
        ([5, 7], [7, 3]),
        ([1, 9], [9, 1]),
        ([1, 1], [1, 8]),
        ([33, 2], [2, 17]),
        ([3, 40], [40, 2]),
        ([4, 5, 7], [1, 7, 3]),
        ([1, 5, 7], [4, 7, 3]),
        ([3, 5, 7], [3, 7, 2]),
        ([3, 9, 32], [3, 32, 80]),
        ([2, 1, 3, 4], [1, 3, 4, 5]),
        ([2, 3, 3, 4], [3, 4, 5]),
        ([3, 4], [2, 2, 4, 3]),
        ([4, 0], [0, 3]),
    ]:
        for ta in [False, True]:
            for tb in [False, True]:
                if a[-1] > 20 and len(a) == 3 and ta == tb:
                    continue
                at, bt = wave(transposed(a, ta), 1), wave(transposed(b, tb), 2)
                y = (at.mT if ta else at) @ (bt.mT if tb else bt)
                cases.append({"a": list(at.shape), "b": list(bt.shape), "transposeA": ta, "transposeB": tb,
                              "shape": list(y.shape), "y": numbers(y)})  # fmt: skip
    return cases


def fused_mat_mul_cases():
    cases = []
    shapes = [([1, 5, 7], [1, 7, 3]), ([2, 4, 7], [1, 7, 3]), ([2, 3, 6], [2, 6, 4]), ([2, 8, 64], [2, 64, 40])]
    for a, b in shapes:
        for i, activation in enumerate(ACTIVATIONS):
            ta, tb = [(False, False), (True, False), (False, True), (True, True)][i % 4]
            if a[-1] == 64 and activation not in ("relu", "relu6"):
                continue
            for bias in [[b[-1]], [1], None]:
                if bias != [b[-1]] and activation not in ("linear", "relu", "prelu"):
                    continue
                at, bt = wave(transposed(a, ta), 1), wave(transposed(b, tb), 2)
                z = (at.mT if ta else at) @ (bt.mT if tb else bt)
                if bias:
                    z = z + wave(bias, 4)
                y = ACTIVATIONS[activation](z, wave([b[-1]], 5))
                cases.append({"a": list(at.shape), "b": list(bt.shape), "bias": bias, "activation": activation,
                              "transposeA": ta, "transposeB": tb, "y": numbers(y)})  # fmt: skip
    return cases


def segment_sum_cases():
    cases = []
    for x, ids, segments in [
        ([6, 3], [0, 2, 2, 4, 0, 2], 5),
        ([4], [1, 1, 1, 1], 2),
        ([5, 2, 3], [3, -1, 0, 3, 7], 4),
        ([1, 17], [0], 1),
        ([3, 2], [-1, -2, 9], 2),
    ]:
        xt = wave(x, 1)
        y = torch.zeros([segments, *x[1:]], dtype=torch.float64)
        kept = [i for i, k in enumerate(ids) if 0 <= k < segments]
        y.index_add_(0, torch.tensor([ids[i] for i in kept], dtype=torch.long), xt[kept])
        cases.append({"x": x, "ids": ids, "segments": segments, "y": numbers(y)})
    return cases


def batch_norm(x, gain, bias):
    mean = x.mean((0, 1, 2))
    variance = ((x - mean) ** 2).mean((0, 1, 2))
    return (x - mean) / torch.sqrt(variance + 1e-3) * gain + bias


def conv(x, w, stride, pad):
    p = paddings(pad, x.shape[1:3], w.shape[:2], pair(stride), [1, 1])
    return nhwc(F.conv2d(pad_images(nchw(x), p), w.permute(3, 2, 0, 1).contiguous(), stride=stride))


def cross_entropy(logits):
    labels = torch.arange(logits.shape[0]) % logits.shape[1]
    return F.cross_entropy(logits, labels)


def net_case(loss, shapes):
    parameters = [(wave(s, i + 1) * scale).requires_grad_() for i, (s, scale) in enumerate(shapes)]
    value = loss(*parameters)
    value.backward()
    return {"parameters": [{"shape": s, "scale": scale} for s, scale in shapes], "loss": value.item(),
            "gradients": [numbers(p.grad) for p in parameters]}  # fmt: skip


def res_net(x, w1, g1, b1, w2, g2, b2, w3, g3, b3, w4, g4, b4, dense, bias):
    """A residual block with a strided 1x1 shortcut, every convolution batch-normed."""
    h = torch.relu(batch_norm(conv(x, w1, 1, "same"), g1, b1))
    y = torch.relu(batch_norm(conv(h, w2, 2, "same"), g2, b2))
    y = batch_norm(conv(y, w3, 1, "same"), g3, b3)
    h = torch.relu(y + batch_norm(conv(h, w4, 2, "same"), g4, b4))
    return cross_entropy(h.mean((1, 2)) @ dense + bias)


def le_net(x, w1, b1, w2, b2, d1, e1, d2, e2):
    h = torch.relu(conv(x, w1, 1, "same") + b1)
    h = nhwc(F.max_pool2d(nchw(h), 2))
    # No activation before this pool: windows below zero count.
    h = nhwc(F.max_pool2d(nchw(conv(h, w2, 1, "valid") + b2), 2))
    h = torch.relu(h.reshape(x.shape[0], -1) @ d1 + e1)
    return cross_entropy(h @ d2 + e2)


def nets():
    res = [([3, 8, 8, 3], 1)]
    for w in ([3, 3, 3, 4], [3, 3, 4, 8], [3, 3, 8, 8], [1, 1, 4, 8]):
        res += [(w, 0.5), ([w[3]], 1), ([w[3]], 0.5)]
    res += [([8, 5], 1), ([5], 1)]
    le = [([3, 12, 12, 1], 1), ([5, 5, 1, 3], 0.25), ([3], 0.5), ([3, 3, 3, 5], 0.25), ([5], 0.5),
          ([20, 8], 0.25), ([8], 0.5), ([8, 4], 0.5), ([4], 0.5)]  # fmt: skip
    return {"resNet": net_case(res_net, res), "leNet": net_case(le_net, le)}


vectors = {
    "made_by": f"vectors/wasm-kernels.py, PyTorch {torch.__version__}, float64, seed {SEED}",
    "conv": conv_cases(),
    "depthwise": depthwise_cases(),
    "maxPool": pool_cases(),
    "avgPool": avg_pool_cases(),
    "matMul": mat_mul_cases(),
    "fusedMatMul": fused_mat_mul_cases(),
    "segmentSum": segment_sum_cases(),
    **nets(),
}
path = Path(__file__).with_suffix(".json")
path.write_text(json.dumps(vectors, separators=(",", ":")) + "\n")
print({k: len(v) for k, v in vectors.items() if isinstance(v, list)}, f"{path.stat().st_size / 1e6:.2f} MB")
