"""The half of bench/methods.mjs that is PyTorch: the same ResNet-8, with the three methods as hooks. Started by methods.mjs.

The gate and the mask are hooks on the output of each convolution; the accelerated ReLU is an autograd function, since
behind a ReLU's own backward pass a hook finds nothing left to accelerate.
"""

import json
import math
import struct
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn


class AcceleratedRelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return F.relu(x)

    @staticmethod
    def backward(ctx, dy):
        (x,) = ctx.saved_tensors
        return dy * ((x > 0).to(x.dtype) + torch.sigmoid(5 * (x + 0.5)))


def gated(y):
    features = y.detach()
    y.register_hook(lambda dy: dy * torch.sigmoid(features))


def log_kernel(sigma=1.0, radius=3):
    i = torch.arange(-radius, radius + 1, dtype=torch.float64)
    q = (i[:, None] ** 2 + i[None, :] ** 2) / (2 * sigma**2)
    kernel = -1 / (math.pi * sigma**4) * (1 - q) * torch.exp(-q)
    return (kernel - kernel.mean()).float()[None, None]


LOG = log_kernel()


def mask_of(dy):
    norms = torch.linalg.vector_norm(dy, dim=1, keepdim=True)
    response = F.conv2d(F.pad(norms, (3, 3, 3, 3), mode="reflect"), LOG)
    # As in the package: what is nothing but rounding counts as 0.
    rounding = norms.amax((2, 3), keepdim=True) * (1e-6 * LOG.abs().sum())
    response = response * (response.abs() >= rounding)
    limit = 0.5 * response.std((2, 3), unbiased=False, keepdim=True)
    return (response.abs() >= limit).to(dy.dtype)


def masked(y):
    y.register_hook(lambda dy: dy * mask_of(dy))


class Block(nn.Module):
    def __init__(self, inputs, filters, stride, relu):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, filters, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(filters)
        self.conv2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(filters)
        self.stride, self.added, self.relu = stride, filters - inputs, relu

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        if self.added:
            half = self.added // 2
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, half, self.added - half))
        return self.relu(y + x)


class Resnet8(nn.Module):
    def __init__(self, relu, at_output):
        super().__init__()
        self.relu = relu
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(Block(16, 16, 1, relu))
        self.layer2 = nn.Sequential(Block(16, 32, 2, relu))
        self.layer3 = nn.Sequential(Block(32, 64, 2, relu))
        self.fc = nn.Linear(64, 10)
        if at_output is not None:
            for module in self.modules():
                if isinstance(module, nn.Conv2d):
                    module.register_forward_hook(lambda _, __, y: at_output(y))

    def forward(self, x):
        y = self.layer3(self.layer2(self.layer1(self.relu(self.bn1(self.conv1(x))))))
        return self.fc(y.mean((2, 3)))


METHODS = {
    "none": (F.relu, None),
    "gate()": (F.relu, gated),
    "accelerate('relu')": (AcceleratedRelu.apply, None),
    "lateralMask()": (F.relu, masked),
}


def read_safetensors(path):
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header, body = json.loads(data[8 : 8 + size]), data[8 + size :]
    header.pop("__metadata__", None)
    return {
        name: torch.frombuffer(bytearray(body[slice(*h["data_offsets"])]), dtype=torch.float32).reshape(h["shape"])
        for name, h in header.items()
    }


def main(settings):
    torch.set_num_threads(settings["threads"])
    folder, batch = Path(settings["folder"]), settings["batch"]
    weights = read_safetensors(folder / "weights.safetensors")
    x = torch.frombuffer(bytearray((folder / "images.bin").read_bytes()), dtype=torch.float32)
    x = x.reshape(batch, 32, 32, 3).permute(0, 3, 1, 2).contiguous()
    labels = torch.frombuffer(bytearray((folder / "classes.bin").read_bytes()), dtype=torch.int32).long()
    runs = {}
    for name, (relu, at_output) in METHODS.items():
        net = Resnet8(relu, at_output)
        missing, unexpected = net.load_state_dict(weights, strict=False)
        assert not unexpected and all(key.endswith("num_batches_tracked") for key in missing), (missing, unexpected)
        runs[name] = (net, torch.optim.SGD(net.parameters(), settings["rate"], momentum=0.9))
    times, cpu_times, losses = ({name: [] for name in runs} for _ in range(3))
    for step in range(-settings["warmUp"], settings["rounds"]):
        for name, (net, optimizer) in runs.items():
            start, cpu = time.perf_counter(), time.process_time()
            loss = F.cross_entropy(net(x), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses[name].append(loss.item())
            if step >= 0:
                times[name].append(1e3 * (time.perf_counter() - start))
                cpu_times[name].append(1e3 * (time.process_time() - cpu))
    named = {"name": f"PyTorch {torch.__version__}", "threads": torch.get_num_threads()}
    return {**named, "times": times, "cpuTimes": cpu_times, "losses": losses, "cpuMs": 1e3 * time.process_time()}


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))
