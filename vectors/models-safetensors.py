"""Writes vectors/models-safetensors.json: files of the safetensors package, and the names in torchvision's and timm's.

Run with PyTorch 2.13, torchvision 0.29, timm 1.0.29 and safetensors 0.8 (CPU):  python vectors/models-safetensors.py

`files` are whole files in base64: of every dtype, and of two models with the logits that PyTorch gets from them. The
weights are numbers by the formula of models-deep.py, seeded by the order of the parameters.
"""

import base64
import importlib.util
import json
from pathlib import Path

import safetensors
import safetensors.torch
import torch

spec = importlib.util.spec_from_file_location("deep", Path(__file__).with_name("models-deep.py"))
deep = importlib.util.module_from_spec(spec)
spec.loader.exec_module(deep)

import timm  # noqa: E402
import torchvision  # noqa: E402

torch.set_default_dtype(torch.float64)

DTYPES = "bool uint8 int8 float8_e5m2 float8_e4m3fn int16 uint16 float16 bfloat16 int32 uint32 float32 float64 int64"
DTYPES = [*DTYPES.split(), "uint64"]


def encoded(tensors, metadata=None):
    return base64.b64encode(safetensors.torch.save(tensors, metadata)).decode()


def every_dtype():
    values = torch.tensor([0.0, 1.0, -2.5, 1 / 3, 65504.0, 2.0**-24, 1e-40, float("inf"), float("nan")])
    tensors = {name: torch.ones(3).to(getattr(torch, name)) for name in reversed(DTYPES)}
    for name in ("float16", "bfloat16", "float32", "float64"):
        tensors[f"é/{name}"] = values.to(getattr(torch, name)).reshape(3, 3)
    tensors |= {"10": torch.zeros(0, 2), "9": torch.tensor(5.0), "\U0001f600": torch.ones(1), "\uffee": torch.ones(1)}
    expected = {name: deep.rounded(t.double(), 17) for name, t in tensors.items() if t.dtype.is_floating_point and "8" not in name}
    return {"file": encoded(tensors, {"format": "pt"}), "floats": {k: [str(x) for x in v] for k, v in expected.items()}}


def model_file(module, shape, dtype, options):
    """Trained for a step, so that statistics are no longer 0 and 1; stored in `dtype`."""
    with torch.no_grad():
        for seed, (name, p) in enumerate(module.named_parameters()):
            p.copy_(deep.numbers_of(p.shape, 100 + seed, 0.5) + (1 if "bn" in name and "weight" in name else 0))
    nhwc = deep.numbers_of([3, *shape], 0)
    module.train()(nhwc.permute(0, 3, 1, 2))
    module.to(dtype).to(torch.float64).eval()
    logits = module(nhwc.permute(0, 3, 1, 2))
    state = {k: v.to(dtype) if v.is_floating_point() else v for k, v in module.state_dict().items()}
    return {"file": encoded(state), "logits": deep.rounded(logits), "inputShape": shape, "options": options}


class Flat(torch.nn.Module):
    """PyTorch flattens channel by channel."""

    def __init__(self):
        super().__init__()
        self.dense1, self.fc = torch.nn.Linear(12, 5), torch.nn.Linear(5, 3)

    def forward(self, x):
        return self.fc(torch.tanh(self.dense1(x.flatten(1))))


def resnet():
    options = {"depth": 8, "width": 2, "shortcut": "B", "classes": 4}
    module = deep.CifarResnet({"model": "cifarResnet", "options": options, "batchNorm": True})
    # The names of torchvision.
    module.fc = module.linear
    del module.linear
    module.linear = lambda x: module.fc(x)
    return module, options


def names(module):
    return {k: list(v.shape) for k, v in module.state_dict().items() if not k.endswith("num_batches_tracked")}


if __name__ == "__main__":
    module, options = resnet()
    flat = {"hidden": [5], "classes": 3, "activation": "tanh"}
    vectors = {
        "generator": f"vectors/models-safetensors.py, PyTorch {torch.__version__}, torchvision {torchvision.__version__}, "
        f"timm {timm.__version__}, safetensors {safetensors.__version__}",
        "everyDtype": every_dtype(),
        "resnet": model_file(module, [8, 8, 3], torch.float32, options),
        "mlp": model_file(Flat(), [2, 2, 3], torch.bfloat16, flat),
        "names": {
            "torchvision resnet18": names(torchvision.models.resnet18()),
            "torchvision resnet50": names(torchvision.models.resnet50()),
            "timm resnet18": names(timm.create_model("resnet18")),
            "timm resnet50": names(timm.create_model("resnet50")),
        },
    }
    text = json.dumps(vectors).replace(', "', ',\n"', 2)
    Path(__file__).with_suffix(".json").write_text(text + "\n")
