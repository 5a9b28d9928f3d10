"""Writes vectors/optax.json: what optax does, step by step, in float64.

Run with optax 0.2.8 on JAX 0.10.2 (CPU):  python vectors/optax.py

Numbers are rounded to 10 significant digits, so that the file does not change with the last bits of a CPU's `sin`.
"""

import json
import os
import sys

# This file bears the name of the package it imports: keep Python from finding it first.
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path = [entry for entry in sys.path if os.path.abspath(entry) != HERE]

import jax

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platforms", "cpu")

import jax.numpy as jnp
import numpy as np
import optax
from optax import contrib

STEPS = 8
LONG = 50

# The leaves of a tree in the order of `k`, which shifts the phases of its numbers.
TREES = {
    "dense": [(("w",), (3, 4)), (("b",), (4,))],
    "conv": [(("conv", "kernel"), (2, 2, 2, 3)), (("conv", "bias"), (3,)), (("scale",), ())],
    "kernel": [(("conv", "kernel"), (2, 2, 2, 3)), (("conv", "bias"), (3,))],
    "matrices": [(("tall",), (5, 3)), (("wide",), (2, 6)), (("bias",), (4,))],
    "scalar": [(("x",), ())],
}
NOTE = (
    "optax %s, jax %s, float64 on CPU, 10 significant digits. `trees` gives paths and shapes of the leaves of each tree; "
    "k is the position in that list, i the row-major index. params: cos(0.9 i + 0.3 k). grads at step t = 0, 1, ...: "
    "sin(0.7 i + 1.3 t + 0.5 k) (1 + 0.25 t). A trajectory has the parameters after the step numbers in `at` "
    "(1 is after the first step) of: updates, state = tx.update(grads, state, params); params = apply_updates(params, "
    "updates). grads 'nan': the first number of the first leaf is NaN at t = 2, 3 and 6, and infinite at t = 4. "
    "value: max(3 - t, 1), handed to update as `value`."
) % (optax.__version__, jax.__version__)


def leaf(tree, path):
    for name in path:
        tree = tree[name]
    return tree


def build(layout, f):
    tree = {}
    for k, (path, shape) in enumerate(layout):
        node = tree
        for name in path[:-1]:
            node = node.setdefault(name, {})
        i = np.arange(int(np.prod(shape, dtype=int)), dtype=np.float64).reshape(shape)
        node[path[-1]] = jnp.asarray(f(i, k))
    return tree


def params_of(tree):
    return build(TREES[tree], lambda i, k: np.cos(0.9 * i + 0.3 * k))


def grads_of(tree, t, kind="finite"):
    def f(i, k):
        g = np.sin(0.7 * i + 1.3 * t + 0.5 * k) * (1 + 0.25 * t)
        if kind == "nan" and k == 0 and t in (2, 3, 4, 6):
            g = np.where(i == 0, np.inf if t == 4 else np.nan, g)
        return g

    return build(TREES[tree], f)


def value_of(t):
    return jnp.asarray(float(max(3 - t, 1)))


def flat(tree, names):
    return {"/".join(path): rounded(leaf(tree, path)) for path, _ in names}


def rounded(array):
    array = np.asarray(array, dtype=np.float64)
    return [number(x) for x in array.reshape(-1)] if array.ndim else [number(array)]


def number(x):
    x = float(x)
    if np.isnan(x):
        return "NaN"
    if np.isinf(x):
        return "Infinity" if x > 0 else "-Infinity"
    return float("%.10g" % x)


def trajectory(tx, tree="dense", steps=STEPS, grads="finite", value=False, exact=None):
    """Parameters after each step, or of a long run after steps 1, 10 and the last."""
    params = params_of(tree)
    state = tx.init(params)
    at = list(range(1, steps + 1)) if steps <= STEPS else [1, 10, steps]
    points = []
    for t in range(steps):
        extra = {"value": value_of(t)} if value else {}
        updates, state = tx.update(grads_of(tree, t, grads), state, params, **extra)
        params = optax.apply_updates(params, updates)
        if exact is not None:
            exact.append({"/".join(p): np.asarray(leaf(params, p)).reshape(-1).tolist() for p, _ in TREES[tree]})
        if t + 1 in at:
            points.append(flat(params, TREES[tree]))
    return {"tree": tree, "grads": grads, "value": value, "at": at, "params": points}


def lookahead(tx, steps=STEPS):
    params = optax.LookaheadParams.init_synced(params_of("dense"))
    state = tx.init(params)
    points = []
    for t in range(steps):
        updates, state = tx.update(grads_of("dense", t), state, params)
        params = optax.apply_updates(params, updates)
        points.append(flat(params.fast, TREES["dense"]))
    return {"tree": "dense", "grads": "finite", "value": False, "at": list(range(1, steps + 1)), "params": points}


def cosine6():
    return optax.cosine_decay_schedule(0.1, 6, alpha=0.1)


def chained(*parts):
    return optax.chain(*parts)


def sgd_after(*parts, rate=0.1):
    return optax.chain(*parts, optax.sgd(rate))


def scaled(part, rate=0.1):
    return optax.chain(part, optax.scale(-rate))


def multi_steps(inner, every, **kwargs):
    return optax.MultiSteps(inner, every, accumulator_dtype=jnp.float64, **kwargs)


W_ONLY = {"w": True, "b": False}

# Names are calls of optax as one would write them. `tx` alone means the dense tree, 8 steps, finite gradients.
TRAJECTORIES = {
    "sgd(0.1)": lambda: optax.sgd(0.1),
    "sgd(0.1,momentum=0.9)": lambda: optax.sgd(0.1, momentum=0.9),
    "sgd(0.1,momentum=0.9,nesterov=True)": lambda: optax.sgd(0.1, momentum=0.9, nesterov=True),
    "sgd(cosine(0.1,6,alpha=0.1))": lambda: optax.sgd(cosine6()),
    "adam(0.1)": lambda: optax.adam(0.1),
    "adam(0.1,b1=0.8,b2=0.95,eps=1e-3)": lambda: optax.adam(0.1, b1=0.8, b2=0.95, eps=1e-3),
    "adam(0.1,eps_root=1e-3)": lambda: optax.adam(0.1, eps_root=1e-3),
    "nadam(0.1)": lambda: optax.nadam(0.1),
    "adamw(0.1,weight_decay=0.01)": lambda: optax.adamw(0.1, weight_decay=0.01),
    "adamw(0.1,weight_decay=0.01,mask={w:True,b:False})": lambda: optax.adamw(0.1, weight_decay=0.01, mask=W_ONLY),
    "nadamw(0.1,weight_decay=0.01)": lambda: optax.nadamw(0.1, weight_decay=0.01),
    "amsgrad(0.1)": lambda: optax.amsgrad(0.1),
    "adamax(0.1)": lambda: optax.adamax(0.1),
    "adamaxw(0.1,weight_decay=0.01)": lambda: optax.adamaxw(0.1, weight_decay=0.01),
    "adabelief(0.1)": lambda: optax.adabelief(0.1),
    "yogi(0.1)": lambda: optax.yogi(0.1),
    "radam(0.1)": lambda: optax.radam(0.1),
    "radam(0.1,b2=0.9)": lambda: optax.radam(0.1, b2=0.9),
    "lion(0.01)": lambda: optax.lion(0.01),
    "adagrad(0.1)": lambda: optax.adagrad(0.1),
    "adadelta(1.0)": lambda: optax.adadelta(1.0),
    "rmsprop(0.1)": lambda: optax.rmsprop(0.1),
    "rmsprop(0.1,eps_in_sqrt=False)": lambda: optax.rmsprop(0.1, eps_in_sqrt=False),
    "rmsprop(0.1,momentum=0.9)": lambda: optax.rmsprop(0.1, momentum=0.9),
    "rmsprop(0.1,centered=True)": lambda: optax.rmsprop(0.1, centered=True),
    "rmsprop(0.1,bias_correction=True)": lambda: optax.rmsprop(0.1, bias_correction=True),
    "rmsprop(0.1,initial_scale=1.0)": lambda: optax.rmsprop(0.1, initial_scale=1.0),
    "lamb(0.1,weight_decay=0.01)": lambda: optax.lamb(0.1, weight_decay=0.01),
    "lars(0.1,weight_decay=0.01)": lambda: optax.lars(0.1, weight_decay=0.01),
    "fromage(0.1)": lambda: optax.fromage(0.1),
    "novograd(0.1,weight_decay=0.01)": lambda: optax.novograd(0.1, weight_decay=0.01),
    "sm3(0.1)": lambda: optax.sm3(0.1),
    "adan(0.1,weight_decay=0.02)": lambda: optax.adan(0.1, weight_decay=0.02),
    "sign_sgd(0.1)": lambda: optax.sign_sgd(0.1),
    "rprop(0.1)": lambda: optax.rprop(0.1),
    "optimistic_gradient_descent(0.1)": lambda: optax.optimistic_gradient_descent(0.1),
    "chain(clip_by_global_norm(1),adam(0.1))": lambda: chained(optax.clip_by_global_norm(1.0), optax.adam(0.1)),
    "chain(clip(0.5),sgd(0.1))": lambda: sgd_after(optax.clip(0.5)),
    "chain(adaptive_grad_clip(0.1),sgd(0.1))": lambda: sgd_after(optax.adaptive_grad_clip(0.1)),
    "chain(clip_by_block_rms(0.5),sgd(0.1))": lambda: sgd_after(optax.clip_by_block_rms(0.5)),
    "chain(centralize(),sgd(0.1))": lambda: sgd_after(optax.centralize()),
    "chain(normalize_by_update_norm(),sgd(0.1))": lambda: sgd_after(optax.normalize_by_update_norm()),
    "chain(ema(0.9),sgd(0.1))": lambda: sgd_after(optax.ema(0.9)),
    "chain(ema(0.9,debias=False),sgd(0.1))": lambda: sgd_after(optax.ema(0.9, debias=False)),
    "chain(apply_every(3),sgd(0.1))": lambda: sgd_after(optax.apply_every(3)),
    "MultiSteps(adam(0.1),3)": lambda: multi_steps(optax.adam(0.1), 3),
    "MultiSteps(adam(0.1),3,use_grad_mean=False)": lambda: multi_steps(optax.adam(0.1), 3, use_grad_mean=False),
    "masked(sgd(0.1),{w:True,b:False})": lambda: optax.masked(optax.sgd(0.1), W_ONLY),
    "partition({w:adam(0.1),b:sgd(0.1)})": lambda: optax.partition(
        {"w": optax.adam(0.1), "b": optax.sgd(0.1)}, {"w": "w", "b": "b"}
    ),
    "flatten(adam(0.1))": lambda: optax.flatten(optax.adam(0.1)),
    "add_decayed_weights(schedule) then sgd": lambda: sgd_after(
        optax.add_decayed_weights(optax.linear_schedule(0.0, 0.1, 5))
    ),
    "inject_hyperparams(sgd)(linear 1->0 over 4)": lambda: optax.inject_hyperparams(optax.sgd)(
        optax.linear_schedule(1.0, 0.0, 4)
    ),
    "keep_params_nonnegative after sgd(0.5)": lambda: chained(optax.sgd(0.5), optax.keep_params_nonnegative()),
    "contrib.ademamix(0.1)": lambda: contrib.ademamix(0.1),
    "contrib.adopt(0.1)": lambda: contrib.adopt(0.1),
    "contrib.schedule_free_sgd(0.1)": lambda: contrib.schedule_free_sgd(0.1),
    "contrib.prodigy(0.1)": lambda: contrib.prodigy(0.1),
}
FIRST = list(TRAJECTORIES)

# Parts on their own, each followed by scale(-0.1).
PARTS = {
    "scale_by_adam()": lambda: optax.scale_by_adam(),
    "scale_by_adam(nesterov=True)": lambda: optax.scale_by_adam(nesterov=True),
    "scale_by_adamax()": lambda: optax.scale_by_adamax(),
    "scale_by_adadelta()": lambda: optax.scale_by_adadelta(),
    "scale_by_adan()": lambda: optax.scale_by_adan(),
    "scale_by_amsgrad()": lambda: optax.scale_by_amsgrad(),
    "scale_by_belief()": lambda: optax.scale_by_belief(),
    "scale_by_belief(nesterov=True)": lambda: optax.scale_by_belief(nesterov=True),
    "scale_by_distance_over_gradients()": lambda: optax.scale_by_distance_over_gradients(),
    "scale_by_factored_rms()": lambda: optax.scale_by_factored_rms(),
    "scale_by_factored_rms(min_dim_size_to_factor=2)": lambda: optax.scale_by_factored_rms(min_dim_size_to_factor=2),
    "scale_by_lion()": lambda: optax.scale_by_lion(),
    "scale_by_novograd()": lambda: optax.scale_by_novograd(),
    "scale_by_optimistic_gradient()": lambda: optax.scale_by_optimistic_gradient(),
    "scale_by_param_block_norm()": lambda: optax.scale_by_param_block_norm(),
    "scale_by_param_block_rms()": lambda: optax.scale_by_param_block_rms(),
    "scale_by_radam()": lambda: optax.scale_by_radam(),
    "scale_by_radam(b2=0.9,nesterov=True)": lambda: optax.scale_by_radam(b2=0.9, nesterov=True),
    "scale_by_rms()": lambda: optax.scale_by_rms(),
    "scale_by_rprop(0.1)": lambda: optax.scale_by_rprop(0.1),
    "scale_by_rss()": lambda: optax.scale_by_rss(),
    "scale_by_schedule(linear 1->0 over 4)": lambda: optax.scale_by_schedule(optax.linear_schedule(1.0, 0.0, 4)),
    "scale_by_sign()": lambda: optax.scale_by_sign(),
    "scale_by_sm3()": lambda: optax.scale_by_sm3(),
    "scale_by_stddev()": lambda: optax.scale_by_stddev(),
    "scale_by_trust_ratio()": lambda: optax.scale_by_trust_ratio(),
    "scale_by_trust_ratio(min_norm=0.5,trust_coefficient=0.01,eps=1e-3)": lambda: optax.scale_by_trust_ratio(
        min_norm=0.5, trust_coefficient=0.01, eps=1e-3
    ),
    "scale_by_yogi()": lambda: optax.scale_by_yogi(),
    "trace(0.9)": lambda: optax.trace(0.9),
    "trace(0.9,nesterov=True)": lambda: optax.trace(0.9, nesterov=True),
    "contrib.scale_by_ademamix()": lambda: contrib.scale_by_ademamix(),
    "contrib.scale_by_adopt()": lambda: contrib.scale_by_adopt(),
    "contrib.normalize()": lambda: contrib.normalize(),
}

# The ones that most people train with, for 50 steps, on a nested tree with a 4-D kernel and a scalar.
LONG_RUNS = {
    "sgd(0.01,momentum=0.9)": lambda: optax.sgd(0.01, momentum=0.9),
    "adam(0.01)": lambda: optax.adam(0.01),
    "adamw(0.01,weight_decay=0.01)": lambda: optax.adamw(0.01, weight_decay=0.01),
    "nadam(0.01)": lambda: optax.nadam(0.01),
    "amsgrad(0.01)": lambda: optax.amsgrad(0.01),
    "lion(0.001)": lambda: optax.lion(0.001),
    "rmsprop(0.01)": lambda: optax.rmsprop(0.01),
    "adagrad(0.1)": lambda: optax.adagrad(0.1),
    "lamb(0.01)": lambda: optax.lamb(0.01),
    "adafactor(0.01)": lambda: optax.adafactor(0.01),
    "flatten(adamw(0.01))": lambda: optax.flatten(optax.adamw(0.01)),
    "contrib.ademamix(0.01)": lambda: contrib.ademamix(0.01),
    "contrib.adopt(0.01)": lambda: contrib.adopt(0.01),
    "contrib.schedule_free_adamw(0.01,warmup_steps=10)": lambda: contrib.schedule_free_adamw(0.01, warmup_steps=10),
    "contrib.prodigy(1.0)": lambda: contrib.prodigy(1.0),
}

# Whole trees of the conv kind for everything that looks at the shape of a leaf, 8 steps.
CONV = {
    "chain(adaptive_grad_clip(0.1),sgd(0.1))": lambda: sgd_after(optax.adaptive_grad_clip(0.1)),
    "chain(centralize(),sgd(0.1))": lambda: sgd_after(optax.centralize()),
    "chain(clip_by_block_rms(0.5),sgd(0.1))": lambda: sgd_after(optax.clip_by_block_rms(0.5)),
    "chain(clip_by_global_norm(1),sgd(0.1))": lambda: sgd_after(optax.clip_by_global_norm(1.0)),
    "lars(0.1,weight_decay=0.01)": lambda: optax.lars(0.1, weight_decay=0.01),
    "novograd(0.1)": lambda: optax.novograd(0.1),
    "fromage(0.1)": lambda: optax.fromage(0.1),
    "adafactor(0.1,min_dim_size_to_factor=2)": lambda: optax.adafactor(0.1, min_dim_size_to_factor=2),
}


def muon_dims(params):
    return jax.tree.map(
        lambda p: contrib.MuonDimensionNumbers(reduction_axis=(0, 1, 2), output_axis=3) if p.ndim == 4 else None, params
    )


def muon_batched(params):
    return jax.tree.map(
        lambda p: contrib.MuonDimensionNumbers(reduction_axis=2, output_axis=3) if p.ndim == 4 else None, params
    )


def sam(**kwargs):
    return contrib.sam(
        optax.sgd(0.1, momentum=0.9), chained(contrib.normalize(), optax.sgd(0.05)), **kwargs
    )


def more():
    """Further entries: (name, function that makes the trajectory)."""
    yield from ((f"chain({name},scale(-0.1))", lambda f=f: trajectory(scaled(f()))) for name, f in PARTS.items())
    yield from ((f"conv: {name}", lambda f=f: trajectory(f(), "conv")) for name, f in CONV.items())
    yield from ((f"conv, {LONG} steps: {name}", lambda f=f: trajectory(f(), "conv", LONG)) for name, f in LONG_RUNS.items())
    dense = {
        "adadelta(1.0,weight_decay=0.01)": optax.adadelta(1.0, weight_decay=0.01),
        "adafactor(0.1)": optax.adafactor(0.1),
        "adafactor(0.1,min_dim_size_to_factor=2)": optax.adafactor(0.1, min_dim_size_to_factor=2),
        "adafactor(0.1,momentum=0.9,weight_decay_rate=0.01)": optax.adafactor(0.1, momentum=0.9, weight_decay_rate=0.01),
        "adan(0.1)": optax.adan(0.1),
        "adamax(warmup_cosine(0,0.1,2,8))": optax.adamax(optax.warmup_cosine_decay_schedule(0.0, 0.1, 2, 8)),
        "lars(0.1,nesterov=True)": optax.lars(0.1, nesterov=True),
        "lion(0.01,weight_decay=0.1,mask={w:True,b:False})": optax.lion(0.01, weight_decay=0.1, mask=W_ONLY),
        "optimistic_adam_v2(0.1)": optax.optimistic_adam_v2(0.1),
        "optimistic_gradient_descent(0.1,alpha=0.5,beta=0.8)": optax.optimistic_gradient_descent(0.1, alpha=0.5, beta=0.8),
        "rmsprop(0.1,momentum=0.9,nesterov=True)": optax.rmsprop(0.1, momentum=0.9, nesterov=True),
        "signum(0.1)": optax.signum(0.1),
        "sm3(0.1,momentum=0.5)": optax.sm3(0.1, momentum=0.5),
        "chain(zero_nans(),sgd(0.1))": sgd_after(optax.zero_nans()),
        "chain(scale(0.5),add_decayed_weights(0.1),sgd(0.1))": sgd_after(
            optax.scale(0.5), optax.add_decayed_weights(0.1)
        ),
        "MultiSteps(sgd(0.1,momentum=0.9),schedule 1 then 3)": multi_steps(
            optax.sgd(0.1, momentum=0.9), lambda step: jnp.where(step < 2, 1, 3)
        ),
        "conditionally_transform(adam(0.1),step<3)": optax.conditionally_transform(
            optax.adam(0.1), lambda step: step < 3
        ),
        "conditionally_mask(adam(0.1),step%2==0)": optax.conditionally_mask(optax.adam(0.1), lambda step: step % 2 == 0),
        "contrib.adopt(0.1,nesterov=True)": contrib.adopt(0.1, nesterov=True),
        "contrib.adopt(0.1,use_clipping=False)": contrib.adopt(0.1, use_clipping=False, b2=0.9, eps=0.1),
        "contrib.ademamix(0.1,b3=linear,alpha=linear,weight_decay=0.01)": contrib.ademamix(
            0.1,
            b3=optax.linear_schedule(0.9, 0.99, 4),
            alpha=optax.linear_schedule(0.0, 5.0, 4),
            weight_decay=0.01,
        ),
        "contrib.prodigy(1.0,weight_decay=0.01,safeguard_warmup=True)": contrib.prodigy(
            1.0, estim_lr0=1e-3, weight_decay=0.01, safeguard_warmup=True
        ),
        "contrib.prodigy(linear,beta3=0.9)": contrib.prodigy(optax.linear_schedule(1.0, 0.0, 8), beta3=0.9, estim_lr0=0.01),
        "contrib.schedule_free(sgd(linear),linear)": contrib.schedule_free(
            optax.sgd(optax.linear_schedule(0.0, 0.1, 4)), optax.linear_schedule(0.0, 0.1, 4), b1=0.8, weight_lr_power=1.0
        ),
        "contrib.schedule_free_sgd(0.1,warmup_steps=4,weight_decay=0.01)": contrib.schedule_free_sgd(
            0.1, warmup_steps=4, weight_decay=0.01
        ),
        "contrib.schedule_free_adamw(0.1,weight_decay=0.01)": contrib.schedule_free_adamw(0.1, weight_decay=0.01),
        "contrib.sam(sgd(0.1,momentum=0.9),normalize,sgd(0.05))": sam(),
        "contrib.sam(...,sync_period=3,reset_state=False)": contrib.sam(
            optax.sgd(0.1, momentum=0.9), optax.sgd(0.05, momentum=0.5), sync_period=3, reset_state=False
        ),
        "contrib.muon(0.1)": contrib.muon(0.1),
    }
    yield from ((name, lambda tx=tx: trajectory(tx)) for name, tx in dense.items())
    nan = {
        "apply_if_finite(sgd(0.1,momentum=0.9),10), nan": optax.apply_if_finite(optax.sgd(0.1, momentum=0.9), 10),
        "apply_if_finite(rmsprop(0.1),10), nan": optax.apply_if_finite(optax.rmsprop(0.1), 10),
        "apply_if_finite(sgd(0.1),2), nan": optax.apply_if_finite(optax.sgd(0.1), 2),
    }
    yield from ((name, lambda tx=tx: trajectory(tx, grads="nan")) for name, tx in nan.items())
    yield "chain(zero_nans(),clip(10),sgd(0.1)), nan", lambda: trajectory(
        sgd_after(optax.zero_nans(), optax.clip(10.0)), grads="nan"
    )
    valued = {
        "chain(sgd(0.1),contrib.reduce_on_plateau(factor=0.5,patience=2)), value": chained(
            optax.sgd(0.1), contrib.reduce_on_plateau(factor=0.5, patience=2)
        ),
        "chain(sgd(0.1),contrib.reduce_on_plateau(0.5,1,cooldown=1,min_scale=0.2)), value": chained(
            optax.sgd(0.1), contrib.reduce_on_plateau(factor=0.5, patience=1, cooldown=1, min_scale=0.2)
        ),
        "chain(sgd(0.1),contrib.reduce_on_plateau(0.5,1,accumulation_size=2)), value": chained(
            optax.sgd(0.1), contrib.reduce_on_plateau(factor=0.5, patience=1, accumulation_size=2)
        ),
        "polyak_sgd(), value": optax.polyak_sgd(),
        "polyak_sgd(max_learning_rate=0.05,f_min=0.5), value": optax.polyak_sgd(max_learning_rate=0.05, f_min=0.5),
    }
    yield from ((name, lambda tx=tx: trajectory(tx, value=True)) for name, tx in valued.items())
    matrices = {
        "contrib.muon(0.1)": contrib.muon(0.1),
        "contrib.muon(0.1,nesterov=False,weight_decay=0.1,ns_steps=3)": contrib.muon(
            0.1, nesterov=False, weight_decay=0.1, ns_steps=3
        ),
        "contrib.muon(0.1,adaptive=True)": contrib.muon(0.1, adaptive=True),
        "contrib.muon(0.1,ns_coeffs=dion,consistent_rms=0.2)": contrib.muon(0.1, ns_coeffs="dion", consistent_rms=0.2),
        "contrib.muon(0.1,preconditioning=aol,ns_steps=4)": contrib.muon(0.1, preconditioning="aol", ns_steps=4),
        "contrib.muon(0.1,preconditioning=schatten,ns_steps=4)": contrib.muon(
            0.1, preconditioning="schatten", ns_steps=4
        ),
    }
    yield from ((f"matrices: {name}", lambda tx=tx: trajectory(tx, "matrices")) for name, tx in matrices.items())
    yield "conv: contrib.muon(0.1,kernel as a matrix)", lambda: trajectory(
        contrib.muon(0.1, muon_weight_dimension_numbers=muon_dims), "conv"
    )
    yield "conv: contrib.muon(0.1,kernel as a batch of matrices)", lambda: trajectory(
        contrib.muon(0.1, muon_weight_dimension_numbers=muon_batched), "conv"
    )
    # optax's own sm3 cannot do scalars.
    yield "kernel: sm3(0.1)", lambda: trajectory(optax.sm3(0.1), "kernel")
    yield "scalar: adam(0.1)", lambda: trajectory(optax.adam(0.1), "scalar")
    yield "lookahead(sgd(0.1,momentum=0.9),3,0.5)", lambda: lookahead(
        optax.lookahead(optax.sgd(0.1, momentum=0.9), sync_period=3, slow_step_size=0.5)
    )
    yield "lookahead(adam(0.1),2,0.5,reset_state=True)", lambda: lookahead(
        optax.lookahead(optax.adam(0.1), sync_period=2, slow_step_size=0.5, reset_state=True)
    )


COUNTS = list(range(16))
SCHEDULES = {
    "constant(0.3)": lambda: optax.constant_schedule(0.3),
    "linear(1,0,5)": lambda: optax.linear_schedule(1.0, 0.0, 5),
    "linear(1,0,5,begin=2)": lambda: optax.linear_schedule(1.0, 0.0, 5, 2),
    "polynomial(1,0.1,power=2,steps=5)": lambda: optax.polynomial_schedule(1.0, 0.1, 2, 5),
    "exponential(1,steps=4,rate=0.5)": lambda: optax.exponential_decay(1.0, 4, 0.5),
    "exponential staircase": lambda: optax.exponential_decay(1.0, 4, 0.5, staircase=True),
    "exponential begin=3,end=0.3": lambda: optax.exponential_decay(1.0, 4, 0.5, transition_begin=3, end_value=0.3),
    "cosine(1,10)": lambda: optax.cosine_decay_schedule(1.0, 10),
    "cosine(1,10,alpha=0.1,exponent=2)": lambda: optax.cosine_decay_schedule(1.0, 10, alpha=0.1, exponent=2.0),
    "warmup_cosine(0,1,warmup=4,decay=12,end=0.1)": lambda: optax.warmup_cosine_decay_schedule(
        0.0, 1.0, 4, 12, end_value=0.1
    ),
    "warmup_exponential(0,1,4,transition=4,rate=0.5)": lambda: optax.warmup_exponential_decay_schedule(
        0.0, 1.0, 4, 4, 0.5
    ),
    "warmup_constant(0,1,4)": lambda: optax.warmup_constant_schedule(0.0, 1.0, 4),
    "piecewise_constant(1,{3:0.5,7:0.1})": lambda: optax.piecewise_constant_schedule(1.0, {3: 0.5, 7: 0.1}),
    "piecewise_interpolate linear(1,{3:0.5,7:0.1})": lambda: optax.piecewise_interpolate_schedule(
        "linear", 1.0, {3: 0.5, 7: 0.1}
    ),
    "piecewise_interpolate cosine(1,{3:0.5,7:0.1})": lambda: optax.piecewise_interpolate_schedule(
        "cosine", 1.0, {3: 0.5, 7: 0.1}
    ),
    "linear_onecycle(10,1)": lambda: optax.linear_onecycle_schedule(10, 1.0),
    "cosine_onecycle(10,1)": lambda: optax.cosine_onecycle_schedule(10, 1.0),
    "join([const 1,const 2],[4])": lambda: optax.join_schedules(
        [optax.constant_schedule(1.0), optax.constant_schedule(2.0)], [4]
    ),
    "sgdr": lambda: optax.sgdr_schedule(
        [
            dict(init_value=0.0, peak_value=1.0, warmup_steps=2, decay_steps=6),
            dict(init_value=0.0, peak_value=0.5, warmup_steps=2, decay_steps=6),
        ]
    ),
    "exponential growth to 3,begin=2": lambda: optax.exponential_decay(1.0, 3, 2.0, transition_begin=2, end_value=3.0),
    "warmup_cosine without warm-up,exponent=2": lambda: optax.warmup_cosine_decay_schedule(
        0.0, 1.0, 0, 12, exponent=2.0
    ),
    "warmup_exponential staircase,begin=1,end=0.2": lambda: optax.warmup_exponential_decay_schedule(
        0.1, 1.0, 3, 2, 0.5, transition_begin=1, staircase=True, end_value=0.2
    ),
    "piecewise_interpolate from 0": lambda: optax.piecewise_interpolate_schedule("linear", 1.0, {0: 2.0, 5: 0.5}),
    "linear_onecycle(13,2,...)": lambda: optax.linear_onecycle_schedule(13, 2.0, 0.4, 0.7, 10.0, 100.0),
    "cosine_onecycle(13,2,...)": lambda: optax.cosine_onecycle_schedule(13, 2.0, 0.4, 10.0, 100.0),
    "join of three": lambda: optax.join_schedules(
        [optax.linear_schedule(0.0, 1.0, 3), optax.constant_schedule(1.0), optax.cosine_decay_schedule(1.0, 5)], [3, 6]
    ),
}

LOGITS = 2 * np.sin(np.arange(12.0)).reshape(3, 4)
LABELS = np.array([0, 2, 3])
ONE_HOT = np.eye(4)[LABELS]
TARGETS = np.cos(0.4 * np.arange(12.0)).reshape(3, 4)
PROBABILITIES = np.exp(TARGETS) / np.exp(TARGETS).sum(-1, keepdims=True)
SOFT = 0.5 + 0.5 * TARGETS
LARGE = 100 * LOGITS


def log_softmax(x):
    return np.asarray(jax.nn.log_softmax(jnp.asarray(x)))


def loss_entries():
    """Name, function of the first argument, its value: the others are closed over and written beside it."""
    logits = jnp.asarray(LOGITS)
    one_hot = jnp.asarray(ONE_HOT)
    targets = jnp.asarray(TARGETS)
    soft = jnp.asarray(SOFT)
    yield "softmax_cross_entropy", lambda x: optax.softmax_cross_entropy(x, one_hot), logits
    yield "softmax_cross_entropy_with_integer_labels", lambda x: optax.softmax_cross_entropy_with_integer_labels(
        x, jnp.asarray(LABELS)
    ), logits
    yield "smooth_labels(0.1) xent", lambda x: optax.softmax_cross_entropy(x, optax.smooth_labels(one_hot, 0.1)), logits
    yield "poly_loss", lambda x: optax.losses.poly_loss_cross_entropy(x, one_hot), logits
    yield "sigmoid_focal(alpha=.25)", lambda x: optax.sigmoid_focal_loss(x, one_hot, alpha=0.25), logits
    yield "sigmoid_bce", lambda x: optax.sigmoid_binary_cross_entropy(x, one_hot), logits
    yield "huber(delta=1)", lambda x: optax.huber_loss(x, one_hot, delta=1.0), logits
    yield "log_cosh", lambda x: optax.log_cosh(x, one_hot), logits
    yield "softmax_cross_entropy, large logits", lambda x: optax.softmax_cross_entropy(x, one_hot), jnp.asarray(LARGE)
    yield "integer labels, large logits", lambda x: optax.softmax_cross_entropy_with_integer_labels(
        x, jnp.asarray(LABELS)
    ), jnp.asarray(LARGE)
    yield "sigmoid_bce, large logits", lambda x: optax.sigmoid_binary_cross_entropy(x, one_hot), jnp.asarray(LARGE)
    yield "sigmoid_bce, soft labels", lambda x: optax.sigmoid_binary_cross_entropy(x, soft), logits
    yield "sigmoid_focal(gamma=0.5), large logits", lambda x: optax.sigmoid_focal_loss(
        x, one_hot, gamma=0.5
    ), jnp.asarray(LARGE)
    yield "sigmoid_focal(), soft labels", lambda x: optax.sigmoid_focal_loss(x, soft), logits
    yield "poly_loss(epsilon=-1), probabilities", lambda x: optax.losses.poly_loss_cross_entropy(
        x, jnp.asarray(PROBABILITIES), epsilon=-1.0
    ), logits
    yield "huber(delta=0.5)", lambda x: optax.huber_loss(x, targets, delta=0.5), logits
    yield "huber without targets", lambda x: optax.huber_loss(x), logits
    yield "log_cosh, large", lambda x: optax.log_cosh(x, targets), jnp.asarray(LARGE)
    yield "l2_loss", lambda x: optax.l2_loss(x, targets), logits
    yield "squared_error", lambda x: optax.squared_error(x, targets), logits
    yield "cosine_similarity", lambda x: optax.cosine_similarity(x, targets), logits
    yield "cosine_similarity(epsilon=10)", lambda x: optax.cosine_similarity(x, targets, epsilon=10.0), logits
    yield "cosine_distance", lambda x: optax.cosine_distance(x, targets), logits
    yield "kl_divergence", lambda x: optax.kl_divergence(x, jnp.asarray(PROBABILITIES)), jnp.asarray(log_softmax(LOGITS))
    yield "kl_divergence, one-hot targets", lambda x: optax.kl_divergence(x, one_hot), jnp.asarray(log_softmax(LOGITS))


def losses():
    entries = {}
    for name, f, x in loss_entries():
        value = f(x)
        weights = jnp.asarray(np.cos(np.arange(value.size)).reshape(value.shape))
        grad = jax.grad(lambda x: jnp.sum(weights * f(x)))(x)
        entries[name] = {"value": rounded(value), "grad": rounded(grad)}
    return {
        "note": "value has one number per example (or element); grad is that of sum(cos(j) value_j) with respect to the "
        "first argument: logits, 100 logits for 'large', and log_softmax(logits) for the divergences.",
        "logits": [rounded(row) for row in LOGITS],
        "labels": LABELS.tolist(),
        "targets": [rounded(row) for row in TARGETS],
        "probabilities": [rounded(row) for row in PROBABILITIES],
        "soft_labels": [rounded(row) for row in SOFT],
        "entries": entries,
    }


def main():
    trajectories = {}
    for name in FIRST:
        trajectories[name] = trajectory(TRAJECTORIES[name]())
    for name, make in more():
        if name in trajectories:
            raise ValueError(f"two entries of the name {name}")
        trajectories[name] = make()
    data = {
        "note": NOTE,
        "trees": {
            name: [{"path": "/".join(path), "shape": list(shape)} for path, shape in layout]
            for name, layout in TREES.items()
        },
        "trajectories": trajectories,
        "schedules": {name: [number(make()(count)) for count in COUNTS] for name, make in SCHEDULES.items()},
        "losses": losses(),
    }
    path = os.path.join(HERE, "optax.json")
    with open(path, "w") as file:
        file.write(dump(data) + "\n")
    print(f"{len(trajectories)} trajectories, {len(SCHEDULES)} schedules, {len(data['losses']['entries'])} losses")


def dump(value, indent=0):
    """JSON with one line for each array of numbers."""
    pad = "  " * (indent + 1)
    if isinstance(value, dict) and value:
        body = ",\n".join(f"{pad}{json.dumps(k)}: {dump(v, indent + 1)}" for k, v in value.items())
        return "{\n" + body + "\n" + "  " * indent + "}"
    if isinstance(value, list) and value and isinstance(value[0], (dict, list)):
        return "[\n" + ",\n".join(pad + dump(v, indent + 1) for v in value) + "\n" + "  " * indent + "]"
    return json.dumps(value)


if __name__ == "__main__":
    sys.exit(main())
