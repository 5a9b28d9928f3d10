"""Writes vectors/optim-parts.json: options of optax's parts beyond their defaults, in float64.

Run with optax 0.2.8 on JAX 0.10.2 (CPU):  python vectors/optim-parts.py

Adan with the paper's extrapolation has no counterpart in optax; it is written out here after Xie et al. 2022, algorithm 1
(with bias corrections, as in optax and in the authors' code).
"""

import json
import os
import sys

# A file in this folder bears the name of a package that is imported: keep Python from finding it first.
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path = [entry for entry in sys.path if os.path.abspath(entry) != HERE]

import jax

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platforms", "cpu")

import jax.numpy as jnp
import numpy as np
import optax

STEPS = 4
LEAVES = [("kernel", (3, 2, 2, 4)), ("matrix", (5, 3)), ("bias", (4,))]
NOTE = (
    f"optax {optax.__version__}, jax {jax.__version__}, float64 on CPU, 10 significant digits. Leaves: "
    + ", ".join(f"{name} {list(shape)}" for name, shape in LEAVES)
    + "; k is the position, i the row-major index. params: cos(0.9 i + 0.3 k). grads at step t = 0, 1, ...: "
    "sin(0.7 i + 1.3 t + 0.5 k) (1 + 0.25 t). Each entry has the updates of every step; params stay."
)


def build(f):
    return {
        name: jnp.asarray(f(np.arange(np.prod(shape), dtype=np.float64).reshape(shape), k))
        for k, (name, shape) in enumerate(LEAVES)
    }


PARAMS = build(lambda i, k: np.cos(0.9 * i + 0.3 * k))
GRADS = [build(lambda i, k: np.sin(0.7 * i + 1.3 * t + 0.5 * k) * (1 + 0.25 * t)) for t in range(STEPS)]


def plain(tree):
    return {name: [float(f"{x:.10g}") for x in np.asarray(leaf).flatten()] for name, leaf in tree.items()}


def updates_of(tx):
    state = tx.init(PARAMS)
    steps = []
    for grads in GRADS:
        updates, state = tx.update(grads, state, PARAMS)
        steps.append(plain(updates))
    return steps


def adan_of_the_paper(b1=0.98, b2=0.92, b3=0.99, eps=1e-8):
    m = v = n = {name: np.zeros(shape) for name, shape in LEAVES}
    last = GRADS[0]
    steps = []
    for t, g in enumerate(GRADS, start=1):
        d = {name: g[name] - last[name] for name in g}
        m = {name: b1 * m[name] + (1 - b1) * g[name] for name in g}
        v = {name: b2 * v[name] + (1 - b2) * d[name] for name in g}
        n = {name: b3 * n[name] + (1 - b3) * (g[name] + b2 * d[name]) ** 2 for name in g}
        steps.append(
            plain(
                {
                    name: (m[name] / (1 - b1**t) + b2 * v[name] / (1 - b2**t)) / (np.sqrt(n[name] / (1 - b3**t)) + eps)
                    for name in g
                }
            )
        )
        last = g
    return steps


PARTS = {
    "scale_by_lion(mode=smooth,smooth_beta=2)": optax.scale_by_lion(mode="smooth", smooth_beta=2.0),
    "scale_by_lion(0.5,0.8,mode=refined)": optax.scale_by_lion(0.5, 0.8, mode="refined"),
    "scale_by_amsgrad(bias_correction_mu=False,bias_correction_nu=False)": optax.scale_by_amsgrad(
        bias_correction_mu=False, bias_correction_nu=False
    ),
    "scale_by_amsgrad(0.8,0.5,eps=1e-3,eps_root=1e-2)": optax.scale_by_amsgrad(0.8, 0.5, eps=1e-3, eps_root=1e-2),
    "scale_by_adamax(0.5,0.6,eps=0.1)": optax.scale_by_adamax(0.5, 0.6, eps=0.1),
    "scale_by_adan(0.9,0.7,0.8,eps=0.1,eps_root=0.2)": optax.scale_by_adan(0.9, 0.7, 0.8, eps=0.1, eps_root=0.2),
    "scale_by_belief(0.8,0.9,eps=1e-2,eps_root=1e-2)": optax.scale_by_belief(0.8, 0.9, eps=1e-2, eps_root=1e-2),
    "scale_by_yogi(0.8,0.9,eps=1e-2,eps_root=1e-2,initial_accumulator_value=0.5)": optax.scale_by_yogi(
        0.8, 0.9, eps=1e-2, eps_root=1e-2, initial_accumulator_value=0.5
    ),
    "scale_by_radam(0.8,0.8,eps=1e-2,eps_root=1e-2,threshold=4.1)": optax.scale_by_radam(
        0.8, 0.8, eps=1e-2, eps_root=1e-2, threshold=4.1
    ),
    "scale_by_rms(0.7,eps=0.1,initial_scale=2,eps_in_sqrt=False,bias_correction=True)": optax.scale_by_rms(
        0.7, eps=0.1, initial_scale=2.0, eps_in_sqrt=False, bias_correction=True
    ),
    "scale_by_stddev(0.7,eps=0.1,initial_scale=2,eps_in_sqrt=False,bias_correction=True)": optax.scale_by_stddev(
        0.7, eps=0.1, initial_scale=2.0, eps_in_sqrt=False, bias_correction=True
    ),
    "scale_by_rss(0,eps=0.1)": optax.scale_by_rss(0.0, eps=0.1),
    "scale_by_adadelta(0.5,eps=0.1)": optax.scale_by_adadelta(0.5, eps=0.1),
    "scale_by_novograd(0.5,0.7,eps=0.1,eps_root=0.2,weight_decay=0.3)": optax.scale_by_novograd(
        0.5, 0.7, eps=0.1, eps_root=0.2, weight_decay=0.3
    ),
    "scale_by_sm3(0.5,0.8,eps=0.1)": optax.scale_by_sm3(0.5, 0.8, eps=0.1),
    "scale_by_factored_rms(decay_rate=0.5,step_offset=-3,min_dim_size_to_factor=3,epsilon=0.1)": optax.scale_by_factored_rms(
        decay_rate=0.5, step_offset=-3, min_dim_size_to_factor=3, epsilon=0.1
    ),
    "scale_by_factored_rms(factored=False,decay_rate_fn)": optax.scale_by_factored_rms(
        factored=False, min_dim_size_to_factor=2, decay_rate_fn=lambda step, rate: rate * step / (step + 1.0)
    ),
    "scale_by_optimistic_gradient(0.5,0.3)": optax.scale_by_optimistic_gradient(0.5, 0.3),
    "scale_by_param_block_norm(10)": optax.scale_by_param_block_norm(10.0),
    "scale_by_param_block_rms(0.7)": optax.scale_by_param_block_rms(0.7),
    "normalize_by_update_norm(-3,eps=0.5)": optax.normalize_by_update_norm(-3.0, eps=0.5),
    "adaptive_grad_clip(0.1,eps=2,axis=0)": optax.adaptive_grad_clip(0.1, eps=2.0, axis=0),
    "centralize()": optax.centralize(),
    "clip(0.3)": optax.clip(0.3),
    "ema(0.7)": optax.ema(0.7),
}

here = os.path.dirname(os.path.abspath(__file__))
entries = {name: updates_of(tx) for name, tx in PARTS.items()}
entries["adan of the paper"] = adan_of_the_paper()
with open(os.path.join(here, "optim-parts.json"), "w") as file:
    json.dump({"note": NOTE, "leaves": [{"path": n, "shape": s} for n, s in LEAVES], "updates": entries}, file)
    file.write("\n")
