"""Makes native.json, and packages/native/src/self-test-numbers.ts from it: the loss and the gradients of a tiny network
by PyTorch in float64, in tfjs' layouts (NHWC, HWIO).

    python vectors/native.py

Inputs are not stored. Number i of a tensor with seed s is round(64 * sin(2.4 * i + s)) / 64, exact in float32.

    x [2,6,6,2] -> conv 3x3 to 3, same, + bias, relu -> conv 3x3 to 3, same, + bias, relu -> max pool 2x2
    -> dense to 4, + bias -> softmax cross entropy with the labels 1 and 3, mean of the two
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F

SHAPES = {
    "filter1": [3, 3, 2, 3],
    "bias1": [3],
    "filter2": [3, 3, 3, 3],
    "bias2": [3],
    "weights": [27, 4],
    "bias3": [4],
}


def wave(shape, seed):
    n = math.prod(shape)
    # floor(x + 0.5) is JavaScript's Math.round.
    values = [math.floor(64 * math.sin(2.4 * i + seed) + 0.5) / 64 for i in range(n)]
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def numbers(t):
    return [float(f"{v:.8g}") for v in t.detach().reshape(-1).tolist()]


params = {name: wave(shape, i + 1).requires_grad_() for i, (name, shape) in enumerate(SHAPES.items())}
hwio = lambda name: params[name].permute(3, 2, 0, 1)
x = wave([2, 6, 6, 2], 0).permute(0, 3, 1, 2)
x = F.relu(F.conv2d(x, hwio("filter1"), params["bias1"], padding=1))
x = F.relu(F.conv2d(x, hwio("filter2"), params["bias2"], padding=1))
x = F.max_pool2d(x, 2).permute(0, 2, 3, 1).reshape(2, 27)
loss = F.cross_entropy(x @ params["weights"] + params["bias3"], torch.tensor([1, 3]))
loss.backward()

stored = {"loss": numbers(loss), **{name: numbers(param.grad) for name, param in params.items()}}
root = Path(__file__).parent
(root / "native.json").write_text(
    json.dumps({"generator": f"vectors/native.py, PyTorch {torch.__version__}, float64", "gradients": stored}) + "\n"
)

lines = [
    "// Written by vectors/native.py: the loss and the gradients of the network of self-test.ts, by PyTorch in float64.",
    "export const SELF_TEST_NUMBERS: { readonly [name: string]: readonly number[] } = {",
]
for name, values in stored.items():
    if len(values) < 5:
        lines.append(f"  {name}: [{', '.join(map(str, values))}],")
        continue
    lines.append(f"  {name}: [")
    row = "   "
    for value in values:
        if len(row) + len(f" {value},") > 120:
            lines.append(row)
            row = "   "
        row += f" {value},"
    lines += [row, "  ],"]
(root.parent / "packages/native/src/self-test-numbers.ts").write_text("\n".join([*lines, "}", ""]))
