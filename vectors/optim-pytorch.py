"""Writes vectors/optim-pytorch.json: what PyTorch's optimizers do, step by step, in float64.

Run with PyTorch 2.13 (CPU):  python vectors/optim-pytorch.py

A second witness beside optax. Only settings at which the two libraries mean the same are here, and Rprop, which optax
0.2.8 hands out one step late (google-deepmind/optax#1725).
"""

import json
import math
import os

import torch

torch.set_default_dtype(torch.float64)

STEPS = 12
LEAVES = [("w", (3, 4)), ("b", (4,))]
NOTE = (
    f"PyTorch {torch.__version__}, float64 on CPU, 10 significant digits. Leaves: w [3, 4], b [4]; k is the position, i the "
    "row-major index. params: cos(0.9 i + 0.3 k). grads at step t = 0, 1, ...: sin(0.7 i + 1.3 t + 0.5 k) (1 + 0.25 t). "
    "Each trajectory has the parameters after every step."
)


def leaf(k, shape, f):
    size = math.prod(shape)
    return torch.tensor([f(i, k) for i in range(size)]).reshape(shape)


def trajectory(make):
    params = [leaf(k, shape, lambda i, k: math.cos(0.9 * i + 0.3 * k)).requires_grad_() for k, (_, shape) in enumerate(LEAVES)]
    optimizer = make(params)
    steps = []
    for t in range(STEPS):
        for k, (param, (_, shape)) in enumerate(zip(params, LEAVES)):
            param.grad = leaf(k, shape, lambda i, k: math.sin(0.7 * i + 1.3 * t + 0.5 * k) * (1 + 0.25 * t))
        optimizer.step()
        steps.append({name: [float(f"{x:.10g}") for x in param.detach().flatten().tolist()] for (name, _), param in zip(LEAVES, params)})
    return steps


optim = torch.optim
OPTIMIZERS = {
    "SGD(0.1, momentum=0.9, weight_decay=0.01)": lambda p: optim.SGD(p, 0.1, momentum=0.9, weight_decay=0.01),
    "SGD(0.1, momentum=0.9, nesterov=True)": lambda p: optim.SGD(p, 0.1, momentum=0.9, nesterov=True),
    "Adam(0.1, weight_decay=0.01)": lambda p: optim.Adam(p, 0.1, weight_decay=0.01),
    "AdamW(0.1, weight_decay=0.01)": lambda p: optim.AdamW(p, 0.1, weight_decay=0.01),
    "Adamax(0.1)": lambda p: optim.Adamax(p, 0.1),
    "RAdam(0.1, betas=(0.9, 0.9))": lambda p: optim.RAdam(p, 0.1, betas=(0.9, 0.9)),
    "RMSprop(0.1, momentum=0.9)": lambda p: optim.RMSprop(p, 0.1, momentum=0.9),
    "RMSprop(0.1, centered=True)": lambda p: optim.RMSprop(p, 0.1, centered=True),
    "Adagrad(0.1)": lambda p: optim.Adagrad(p, 0.1),
    "Adadelta(1)": lambda p: optim.Adadelta(p, 1),
    "Rprop(0.1)": lambda p: optim.Rprop(p, 0.1),
    "Rprop(0.5, etas=(0.4, 1.5), step_sizes=(0.1, 0.7))": lambda p: optim.Rprop(p, 0.5, etas=(0.4, 1.5), step_sizes=(0.1, 0.7)),
}

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "optim-pytorch.json"), "w") as file:
    json.dump({"note": NOTE, "trajectories": {name: trajectory(make) for name, make in OPTIMIZERS.items()}}, file)
    file.write("\n")
