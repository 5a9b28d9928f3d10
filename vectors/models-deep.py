"""Writes vectors/models-deep.json: training steps of normalized and residual networks in PyTorch, in float64.

Run with PyTorch 2.13 and torchvision 0.29 (CPU):  python vectors/models-deep.py

ResNet-18 and -50 in their form for ImageNet are torchvision's own; the others are written here, with torch.nn's layers
and the names that torchvision, or the common implementation, gives them. `path_of` maps those names to gg's paths.

`error` says how far PyTorch's own float32 is from its float64 in the same case, by the measures of the test.

Each case takes three steps of gradient descent from weights by formula, with the learning rate `rate` and the images of
seeds 0, 1, 2. Stored are the first step's loss, logits and gradients, the running statistics after the third, and then
loss, logits and gradients in eval mode for the first images.

Number i of a tensor with seed s is a power of two times ((31 i² + 24001 i + 104729 s) mod 65521 - 32760) / 2^15. A
parameter's seed is the FNV-1a hash of its path mod 65521. Arrays are in tfjs' layouts (NHWC, HWIO). Of each array its
norm is stored and its products with three tensors by formula, the probes of seeds 1, 2 and 3: [norm, p1, p2, p3].
"""

import json
import math
import re
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from models import uniforms

# Only torchvision's Python is used: it asks for these operators, which its wheel brings for CUDA's PyTorch only.
operators = torch.library.Library("torchvision", "FRAGMENT")
for operator in ("nms", "qnms"):
    try:
        operators.define(f"{operator}(Tensor dets, Tensor scores, float threshold) -> Tensor")
    except RuntimeError:
        pass  # There already.
import torchvision  # noqa: E402

torch.set_default_dtype(torch.float64)

PERIOD = 65521


def numbers_of(shape, seed, scale=1.0):
    i = np.arange(math.prod(shape), dtype=np.int64) % PERIOD
    values = ((31 * i * i + 24001 * i + 104729 * seed) % PERIOD - 32760) / 2**15 * scale
    return torch.from_numpy(values).reshape(tuple(shape))


def seed_of(path):
    h = 0x811C9DC5
    for byte in path.encode():
        h = ((h ^ byte) * 0x01000193) & 0xFFFFFFFF
    return h % PERIOD


def path_of(name):
    """The path of a PyTorch parameter or buffer in gg: layer1.0.bn2.weight is stage1/block1/conv2/normalization/scale."""
    *module, part = name.split(".")
    module = ".".join(module)
    module = re.sub(r"layer(\d+)\.(\d+)", lambda m: f"stage{m[1]}.block{int(m[2]) + 1}", module)
    module = re.sub(r"downsample\.0", "shortcut", module)
    module = re.sub(r"^(fc|linear)$", "logits", module)
    module, normalized = re.subn(r"downsample\.1$", "shortcut", module)
    if not normalized:
        module, normalized = re.subn(r"bn(\d+)$", r"conv\1", module)
    if not normalized:
        module, normalized = re.subn(r"\.normalization$", "", module)
    parts = {"weight": "normalization/scale", "bias": "normalization/offset", "running_mean": "mean", "running_var": "variance"}
    parts = parts if normalized else {"weight": "kernel", "bias": "bias"}
    return module.replace(".", "/") + "/" + parts[part]


def to_gg(t):
    return t.permute(2, 3, 1, 0) if t.dim() == 4 else t.T if t.dim() == 2 else t


def to_torch(t):
    return t.permute(3, 2, 0, 1) if t.dim() == 4 else t.T if t.dim() == 2 else t


def start(path, shape, c):
    """A parameter in tfjs' layout."""
    seed = seed_of(path)
    if path.endswith("kernel"):
        return numbers_of(shape, seed, c["gain"] * 2.0 ** round(math.log2(math.sqrt(6 / math.prod(shape[:-1])))))
    if path.endswith("scale"):
        # A branch that adds a little to its shortcut keeps a deep network from amplifying the rounding of its start.
        return numbers_of(shape, seed, 0.25) + (0.25 if c["damped"] and path.endswith(c["damped"]) else 1)
    return numbers_of(shape, seed, 0.25)


def rounded(t, digits=8):
    return [float(f"{v:.{digits}g}") for v in t.detach().reshape(-1).tolist()]


def probe(t):
    t = t.detach().reshape(-1).double()
    return rounded(torch.stack([t.norm(), *(numbers_of(t.shape, s) @ t for s in (1, 2, 3))]))


class Dropout(nn.Module):
    """Drops what gg drops: number i where the i-th draw of the stream is below the rate."""

    def __init__(self, path, rate):
        super().__init__()
        self.path, self.rate, self.seed = path, rate, 0

    def forward(self, x):
        if not self.training or self.rate == 0:
            return x
        stream = uniforms(self.seed, f"{self.path}/dropout")
        kept = torch.tensor([0.0 if next(stream) < self.rate else 1 / (1 - self.rate) for _ in range(x.numel())])
        return x * kept.reshape(x.shape).to(x.dtype)


def with_norm(layer, norm, normalized):
    module = layer
    if normalized:
        module.normalization = norm
    return module


def applied(layer, x):
    """`Conv2d` and `Linear` with a `normalization` hung onto them."""
    y = layer(x)
    return layer.normalization(y) if hasattr(layer, "normalization") else y


class Mlp(nn.Module):
    def __init__(self, c):
        super().__init__()
        o, bn = c["options"], c["batchNorm"]
        sizes = [math.prod(c["inputShape"]), *o["hidden"]]
        for i in range(len(o["hidden"])):
            dense = nn.Linear(sizes[i], sizes[i + 1], bias=not bn)
            setattr(self, f"dense{i + 1}", with_norm(dense, nn.BatchNorm1d(sizes[i + 1]), bn))
            setattr(self, f"drop{i + 1}", Dropout(f"dense{i + 1}", o.get("dropout", 0)))
        self.fc = nn.Linear(sizes[-1], o["classes"])
        self.depth, self.act = len(o["hidden"]), ACTIVATIONS[o.get("activation", "relu")]

    def forward(self, x):
        y = x.permute(0, 2, 3, 1).flatten(1)
        for i in range(1, self.depth + 1):
            y = getattr(self, f"drop{i}")(self.act(applied(getattr(self, f"dense{i}"), y)))
        return self.fc(y)


class Lenet(nn.Module):
    def __init__(self, c):
        super().__init__()
        bn, (height, width, channels) = c["batchNorm"], c["inputShape"]
        pad = 2 if min(height, width) < 32 else 0
        last = [((n - 4 + 2 * pad) // 2 - 4) // 2 for n in (height, width)]
        self.conv1 = with_norm(nn.Conv2d(channels, 6, 5, padding=pad, bias=not bn), nn.BatchNorm2d(6), bn)
        self.conv2 = with_norm(nn.Conv2d(6, 16, 5, bias=not bn), nn.BatchNorm2d(16), bn)
        self.dense1 = with_norm(nn.Linear(16 * math.prod(last), 120, bias=not bn), nn.BatchNorm1d(120), bn)
        self.dense2 = with_norm(nn.Linear(120, 84, bias=not bn), nn.BatchNorm1d(84), bn)
        self.fc = nn.Linear(84, c["options"]["classes"])

    def forward(self, x):
        y = F.max_pool2d(F.relu(applied(self.conv1, x)), 2)
        y = F.max_pool2d(F.relu(applied(self.conv2, y)), 2).permute(0, 2, 3, 1).flatten(1)
        return self.fc(F.relu(applied(self.dense2, F.relu(applied(self.dense1, y)))))


class Vgg(nn.Module):
    STAGES = {11: [1, 1, 2, 2, 2], 13: [2, 2, 2, 2, 2], 16: [2, 2, 3, 3, 3], 19: [2, 2, 4, 4, 4]}

    def __init__(self, c):
        super().__init__()
        o, bn, inputs = c["options"], c["batchNorm"], 3
        self.stages = self.STAGES[o["depth"]]
        for i, count in enumerate(self.stages):
            stage, filters = nn.Module(), o["width"] * min(8, 2**i)
            for j in range(count):
                conv = nn.Conv2d(inputs, filters, 3, padding=1, bias=not bn)
                setattr(stage, f"conv{j + 1}", with_norm(conv, nn.BatchNorm2d(filters), bn))
                inputs = filters
            setattr(self, f"stage{i + 1}", stage)
        for i in (1, 2):
            dense = nn.Linear(inputs, inputs, bias=not bn)
            setattr(self, f"dense{i}", with_norm(dense, nn.BatchNorm1d(inputs), bn))
            setattr(self, f"drop{i}", Dropout(f"dense{i}", o["dropout"]))
        self.fc, self.act = nn.Linear(inputs, o["classes"]), ACTIVATIONS[o.get("activation", "relu")]

    def forward(self, y):
        for i, count in enumerate(self.stages):
            stage = getattr(self, f"stage{i + 1}")
            for j in range(count):
                y = self.act(applied(getattr(stage, f"conv{j + 1}"), y))
            y = F.max_pool2d(y, 2)
        y = self.drop1(self.act(applied(self.dense1, y.flatten(1))))
        return self.fc(self.drop2(self.act(applied(self.dense2, y))))


def norm_of(channels, bn):
    return nn.BatchNorm2d(channels) if bn else nn.Identity()


class OptionA(nn.Module):
    def __init__(self, inputs, filters):
        super().__init__()
        self.new = filters - inputs

    def forward(self, x):
        return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.new // 2, self.new - self.new // 2))


class Block(nn.Module):
    def __init__(self, inputs, filters, stride, bn, option, act):
        super().__init__()
        self.act = act
        self.conv1 = nn.Conv2d(inputs, filters, 3, stride, 1, bias=not bn)
        self.bn1 = norm_of(filters, bn)
        self.conv2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=not bn)
        self.bn2 = norm_of(filters, bn)
        self.downsample = nn.Identity()
        if (stride, inputs) != (1, filters):
            one = nn.Conv2d(inputs, filters, 1, stride, bias=not bn)
            self.downsample = OptionA(inputs, filters) if option == "A" else nn.Sequential(one, norm_of(filters, bn))

    def forward(self, x):
        y = self.bn2(self.conv2(self.act(self.bn1(self.conv1(x)))))
        return self.act(y + self.downsample(x))


class CifarResnet(nn.Module):
    """He et al. 2016, sec. 4.2; and ResNet-18 for CIFAR with its four stages of two blocks."""

    def __init__(self, c):
        super().__init__()
        o, bn = c["options"], c["batchNorm"]
        width, self.act = o["width"], ACTIVATIONS[o.get("activation", "relu")]
        stages = [2] * 4 if c["model"] == "resnet18" else [(o["depth"] - 2) // 6] * 3
        option = "B" if c["model"] == "resnet18" else o.get("shortcut", "A")
        self.conv1, self.bn1 = nn.Conv2d(3, width, 3, 1, 1, bias=not bn), norm_of(width, bn)
        inputs = width
        for i, count in enumerate(stages):
            filters, blocks = width * 2**i, []
            for j in range(count):
                blocks.append(Block(inputs, filters, 2 if i > 0 and j == 0 else 1, bn, option, self.act))
                inputs = filters
            setattr(self, f"layer{i + 1}", nn.Sequential(*blocks))
        self.count, self.linear = len(stages), nn.Linear(inputs, o["classes"])

    def forward(self, x):
        y = self.act(self.bn1(self.conv1(x)))
        for i in range(self.count):
            y = getattr(self, f"layer{i + 1}")(y)
        return self.linear(y.mean((2, 3)))


def imagenet_resnet(c):
    make = getattr(torchvision.models, c["model"])
    norm = nn.BatchNorm2d if c["batchNorm"] else lambda _: nn.Identity()
    module = make(num_classes=c["options"]["classes"], norm_layer=norm)
    for parent in list(module.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.ReLU) and c["options"].get("activation") == "tanh":
                setattr(parent, name, nn.Tanh())
            if isinstance(child, nn.Conv2d) and not c["batchNorm"]:
                # torchvision's convolutions have no bias, as norms follow them.
                args = child.in_channels, child.out_channels, child.kernel_size, child.stride, child.padding
                setattr(parent, name, nn.Conv2d(*args, bias=True))
    return module


ACTIVATIONS = {"relu": F.relu, "tanh": torch.tanh}
MODELS = {"mlp": Mlp, "lenet": Lenet, "vgg": Vgg, "cifarResnet": CifarResnet, "resnet18": CifarResnet}


def run(c, dtype):
    imagenet = c["options"].get("form") == "imagenet"
    module = imagenet_resnet(c) if imagenet else MODELS[c["model"]](c)
    for m in module.modules():
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            m.momentum, m.eps = c["normalization"]["momentum"], c["normalization"]["eps"]
    params = {path_of(name): p for name, p in module.named_parameters()}
    with torch.no_grad():
        for path, p in params.items():
            p.copy_(to_torch(start(path, to_gg(p).shape, c)))
    module.to(dtype)
    labels = torch.tensor([(7 * i + 3) % c["options"]["classes"] for i in range(c["batch"])])

    def step(seed):
        for m in module.modules():
            if isinstance(m, Dropout):
                m.seed = seed
        module.zero_grad()
        x = numbers_of([c["batch"], *c["inputShape"]], seed).to(dtype).requires_grad_()
        logits = module(x.permute(0, 3, 1, 2))
        loss = F.cross_entropy(logits, labels)
        loss.backward()
        grads = {path: probe(to_gg(p.grad)) for path, p in params.items()}
        return {"loss": rounded(loss)[0], "logits": rounded(logits), "dx": probe(x.grad), "grads": grads}

    steps = []
    for seed in range(3):
        module.train()
        steps.append(step(seed))
        with torch.no_grad():
            for p in params.values():
                p -= c["rate"] * p.grad
    buffers = {n: b for n, b in module.named_buffers() if "num_batches" not in n}
    module.eval()
    return {
        "count": sum(p.numel() for p in params.values()),
        "train": steps[0],
        "losses": [s["loss"] for s in steps],
        "stats": {path_of(n): probe(b) for n, b in buffers.items()},
        "eval": step(0),
    }


def probe_error(a, b, floor=0.0):
    return max(abs(x - y) for x, y in zip(a, b)) / max(b[0], floor)


def step_error(a, b):
    """Of a tensor whose gradient all but cancels only the rounding of what went in is known: hence the floor."""
    logits = max(abs(x - y) for x, y in zip(a["logits"], b["logits"])) / max(map(abs, b["logits"]))
    floor = 1e-3 * math.hypot(*(grad[0] for grad in b["grads"].values()))
    grads = [probe_error(a["grads"][path], b["grads"][path], floor) for path in b["grads"]]
    return max(abs(a["loss"] / b["loss"] - 1), logits, probe_error(a["dx"], b["dx"], floor), *grads)


def result(c):
    exact, single = run(c, torch.float64), run(c, torch.float32)
    error = {
        "train": step_error(single["train"], exact["train"]),
        "losses": max(abs(x / y - 1) for x, y in zip(single["losses"], exact["losses"])),
        "stats": max([0.0, *(probe_error(single["stats"][path], exact["stats"][path]) for path in exact["stats"])]),
        "eval": step_error(single["eval"], exact["eval"]),
    }
    error = {name: float(f"{value:.1e}") for name, value in error.items()}
    print(c["model"], c["options"], c["batchNorm"], exact["count"], exact["losses"], exact["eval"]["loss"], error)
    return {**c, "error": error, **exact}


def case(model, input_shape, batch, options, batch_norm=True, gain=1.0, rate=2**-6, damped="", momentum=0.1, eps=1e-5):
    return {
        "model": model,
        "inputShape": input_shape,
        "batch": batch,
        "batchNorm": batch_norm,
        "normalization": {"momentum": momentum, "eps": eps},
        "gain": gain,
        "damped": damped,
        "rate": rate,
        "options": options,
    }


BASIC, BOTTLENECK = "conv2/normalization/scale", "conv3/normalization/scale"

CASES = [
    # Small, for every backend.
    case("mlp", [4, 3, 2], 6, {"hidden": [8, 6], "classes": 3, "activation": "tanh"}),
    case("mlp", [4, 3, 2], 6, {"hidden": [9, 8, 7], "classes": 3, "activation": "tanh", "dropout": 0.5}, False),
    case("mlp", [4, 3, 2], 7, {"hidden": [9, 8], "classes": 4, "dropout": 0.25}, momentum=0.3, eps=2**-6),
    case("lenet", [13, 16, 2], 5, {"classes": 4}),
    case("vgg", [32, 32, 3], 6, {"depth": 11, "width": 2, "dropout": 0.5, "classes": 10}, rate=2**-8, momentum=0.5),
    case("vgg", [32, 32, 3], 3, {"depth": 11, "width": 2, "dropout": 0, "classes": 10}, False),
    case("cifarResnet", [8, 8, 3], 4, {"depth": 8, "width": 4, "classes": 10}),
    case("cifarResnet", [9, 7, 3], 4, {"depth": 8, "width": 3, "classes": 10, "shortcut": "B"}),
    case("cifarResnet", [8, 8, 3], 4, {"depth": 8, "width": 4, "classes": 10}, False, gain=0.5),
    case("resnet18", [16, 16, 3], 4, {"form": "cifar", "width": 2, "classes": 5}, damped=BASIC, momentum=0.5),
    # Of full width. In a deep ReLU network of millions of numbers one of them is within rounding of 0, and float32
    # takes another side of the kink than float64 does: a smooth activation tells that from an error.
    case("vgg", [32, 32, 3], 3, {"depth": 16, "width": 32, "dropout": 0.5, "classes": 10}, rate=2**-12, momentum=0.5, eps=0.5),
    case("vgg", [32, 32, 3], 2, {"depth": 13, "width": 64, "dropout": 0.5, "classes": 10}, False, gain=0.5, rate=2**-10),
    case("cifarResnet", [16, 16, 3], 4, {"depth": 14, "width": 16, "classes": 10}),
    case("cifarResnet", [32, 32, 3], 2, {"depth": 20, "width": 16, "classes": 10}),
    case("cifarResnet", [16, 16, 3], 4, {"depth": 32, "width": 16, "classes": 10, "shortcut": "B"}),
    case("cifarResnet", [16, 16, 3], 2, {"depth": 20, "width": 16, "classes": 10}, False, gain=0.5),
    case("resnet18", [16, 16, 3], 4, {"form": "cifar", "width": 64, "classes": 100, "activation": "tanh"}, rate=2**-14, damped=BASIC, momentum=0.5),
    case("resnet18", [64, 64, 3], 3, {"form": "imagenet", "classes": 1000, "activation": "tanh"}, rate=2**-10, damped=BASIC, momentum=0.5),
    case("resnet18", [33, 47, 3], 2, {"form": "imagenet", "classes": 10}, False, gain=0.5, rate=2**-10),
    case("resnet50", [64, 64, 3], 3, {"form": "imagenet", "classes": 1000, "activation": "tanh"}, rate=2**-12, damped=BOTTLENECK, momentum=0.5, eps=4),
    case("resnet50", [64, 64, 3], 1, {"form": "imagenet", "classes": 10}, False, gain=0.5, rate=2**-10),
]

if __name__ == "__main__":
    vectors = {
        "generator": f"vectors/models-deep.py, PyTorch {torch.__version__}, torchvision {torchvision.__version__}, float64",
        "cases": [result(c) for c in CASES],
    }
    # One case a line.
    text = json.dumps(vectors).replace('[{"', '[\n{"').replace('}, {"model"', '},\n{"model"')
    Path(__file__).with_suffix(".json").write_text(text + "\n")
