"""A contestant of bench/wasm-training.mjs: the same networks in PyTorch on the CPU. Reads and answers as gg.mjs does."""

import json
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

SETTINGS = json.loads(sys.argv[1])
torch.manual_seed(0)
torch.set_num_threads(SETTINGS["threads"])


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )  # fmt: skip


def vgg11(width=32):
    layers, inputs = [], 3
    for stage, convolutions in enumerate([1, 1, 2, 2, 2]):
        for _ in range(convolutions):
            filters = width * min(8, 2**stage)
            layers += [nn.Conv2d(inputs, filters, 3, padding=1, bias=False), nn.BatchNorm2d(filters), nn.ReLU()]
            inputs = filters
        layers.append(nn.MaxPool2d(2))
    for _ in range(2):
        layers += [nn.Linear(8 * width, 8 * width, bias=False), nn.BatchNorm1d(8 * width), nn.ReLU()]
    head = nn.Linear(8 * width, 10)
    return nn.Sequential(*layers[:-6], nn.Flatten(), *layers[-6:], head)


class Block(nn.Module):
    def __init__(self, inputs, filters, stride, project):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, filters, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(filters)
        self.conv2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(filters)
        self.stride, self.added, self.shortcut = stride, filters - inputs, None
        if project and (stride > 1 or self.added):
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, filters, 1, stride, bias=False), nn.BatchNorm2d(filters))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.shortcut is not None:
            x = self.shortcut(x)
        elif self.added:
            half = self.added // 2
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, half, self.added - half))
        return F.relu(y + x)


class Resnet(nn.Module):
    def __init__(self, widths, blocks, project):
        super().__init__()
        self.conv1 = nn.Conv2d(3, widths[0], 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        body, inputs = [], widths[0]
        for stage, width in enumerate(widths):
            for block in range(blocks):
                body.append(Block(inputs, width, 2 if stage > 0 and block == 0 else 1, project))
                inputs = width
        self.body = nn.Sequential(*body)
        self.fc = nn.Linear(inputs, 10)

    def forward(self, x):
        return self.fc(self.body(F.relu(self.bn1(self.conv1(x)))).mean((2, 3)))


NETS = {
    "lenet": lambda: (lenet(), 64, [1, 28, 28]),
    "resnet8": lambda: (Resnet([16, 32, 64], 1, False), 64, [3, 32, 32]),
    "vgg11": lambda: (vgg11(), 64, [3, 32, 32]),
    "resnet18": lambda: (Resnet([64, 128, 256, 512], 2, True), 16, [3, 32, 32]),
}

net, batch, shape = NETS[SETTINGS["net"]]()
batch = SETTINGS.get("batch", batch)
device = SETTINGS.get("device", "cpu")
if device == "cuda" and not torch.cuda.is_available():
    print(json.dumps({"missing": f"PyTorch {torch.__version__} sees no CUDA device."}), flush=True)
    sys.exit()
x = torch.randn(batch, *shape, device=device)
net = net.to(device)
if SETTINGS["layout"] == "channels_last":
    net, x = net.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
labels = torch.arange(batch, device=device) * 7 % 10
optimizer = torch.optim.SGD(net.parameters(), 0.01, momentum=0.9)

params = sum(p.numel() for p in net.parameters())
title = f"PyTorch {torch.__version__}, {SETTINGS['layout']}, threads: {SETTINGS['threads']}"
if device == "cuda":
    title = f"PyTorch {torch.__version__}, {SETTINGS['layout']}, {torch.cuda.get_device_name()}"
print(json.dumps({"title": title, "params": params}), flush=True)
for line in sys.stdin:
    times = []
    for _ in range(json.loads(line)["count"]):
        start = time.perf_counter()
        loss = F.cross_entropy(net(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss = loss.item()
        times.append(1e3 * (time.perf_counter() - start))
    print(json.dumps({"times": times, "loss": loss, "cpuMs": 1e3 * time.process_time()}), flush=True)
