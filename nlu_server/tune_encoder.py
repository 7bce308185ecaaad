"""Teach the sentence encoder our people's words: a small addition to its weights, learnt from our training examples.

    python nlu_server/tune_encoder.py          # about half an hour on two cores; then `anydoor train`

Needs jax, optax, safetensors and tokenizers, in an environment of its own: neither the product nor its tests use them.
The published weights stay as they are. What is learnt is a low-rank addition to each layer's matrices (LoRA, arXiv 2106.09685),
a file of 1.3 MB that `build_onnx.py` adds to them. One example in eight is never learnt from (`components.held_out`), so that
how sure the judges are can be set on texts that are new to the encoder too.
"""
from __future__ import annotations

import random
import re
import sys
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
from safetensors.numpy import load_file
from tokenizers import Tokenizer

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from components.encoder import ADDITION_FILE, checked_weights, published_model  # noqa: E402
from components.held_out import is_held_out  # noqa: E402

LAYERS, HEADS, HEAD_SIZE = 6, 12, 32
RANK, SHARPNESS, SMOOTHING = 16, 12.0, 0.05
EPOCHS, BATCH, LONGEST, STEP = 3, 48, 64, 8
LAYER_RATE, HEAD_RATE = 8e-4, 4e-3
PLACES = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
          "intermediate.dense", "output.dense")
NONE = "none"


def examples(root: Path) -> list[tuple[str, str | None, str]]:
    """(text, intent or None, kind of crisis or "none")."""
    from bot.nlu.stand_in import read_examples

    ordinary = [(text, intent, NONE) for text, intent in read_examples()]
    known = {text.casefold() for text, _, _ in ordinary}
    told = [line.split("\t", 1) for path in sorted((root / "nlu_data" / "safety").glob("train_*.tsv"))
            for line in path.read_text("utf-8").splitlines() if line]
    return ordinary + [(text, None, kind) for kind, text in told if text.casefold() not in known]


def messy(text: str, chance: random.Random) -> str:
    """The same as somebody in a hurry types it: most texts stay as they are."""
    if chance.random() < 0.6:
        return text
    if chance.random() < 0.5:
        text = re.sub(r"[^\w\s]", "", text).lower()
    letters = list(text)
    for _ in range(1 + len(letters) // 40):
        at = chance.randrange(max(1, len(letters) - 1))
        if at + 1 < len(letters) and letters[at].isalpha() and letters[at + 1].isalpha():
            what = chance.random()
            if what < 0.4:
                letters[at], letters[at + 1] = letters[at + 1], letters[at]
            elif what < 0.7:
                letters[at] = ""
            else:
                letters[at] *= 2
    return "".join(letters)


def normalised(value: jax.Array, weight: jax.Array, bias: jax.Array) -> jax.Array:
    mean, variance = value.mean(-1, keepdims=True), value.var(-1, keepdims=True)
    return (value - mean) / jnp.sqrt(variance + 1e-12) * weight + bias


def dense(fixed: dict, learnt: dict, name: str, value: jax.Array) -> jax.Array:
    down, up = learnt[name]["down"], learnt[name]["up"]
    return value @ fixed[name + ".weight"].T + fixed[name + ".bias"] + (value @ down) @ up


def layer(fixed: dict, learnt: dict, name: str, value: jax.Array, shut: jax.Array) -> jax.Array:
    size = (*value.shape[:2], HEADS, HEAD_SIZE)
    query, key, content = (dense(fixed, learnt, f"{name}.attention.self.{part}", value).reshape(size)
                           for part in ("query", "key", "value"))
    likeness = jnp.einsum("bqhd,bkhd->bhqk", query, key) / np.sqrt(HEAD_SIZE) + shut
    mixed = jnp.einsum("bhqk,bkhd->bqhd", jax.nn.softmax(likeness, -1), content).reshape(value.shape)
    out = dense(fixed, learnt, f"{name}.attention.output.dense", mixed)
    value = normalised(out + value, *(fixed[f"{name}.attention.output.LayerNorm.{part}"] for part in ("weight", "bias")))
    wide = jax.nn.gelu(dense(fixed, learnt, f"{name}.intermediate.dense", value), approximate=False)
    out = dense(fixed, learnt, f"{name}.output.dense", wide)
    return normalised(out + value, *(fixed[f"{name}.output.LayerNorm.{part}"] for part in ("weight", "bias")))


def encoded(fixed: dict, learnt: dict, pieces: jax.Array, there: jax.Array) -> jax.Array:
    """As build_onnx.py draws it: the mean of the last layer's vectors, of length one."""
    value = (fixed["embeddings.word_embeddings.weight"][pieces]
             + fixed["embeddings.position_embeddings.weight"][: pieces.shape[1]] + fixed["embeddings.token_type_embeddings.weight"][0])
    value = normalised(value, fixed["embeddings.LayerNorm.weight"], fixed["embeddings.LayerNorm.bias"])
    shut = jnp.where(there, 0.0, -1e9)[:, None, None, :]
    for number in range(LAYERS):
        value = layer(fixed, learnt, f"encoder.layer.{number}", value, shut)
    mean = (value * there[..., None]).sum(1) / there.sum(1)[:, None]
    return mean / jnp.linalg.norm(mean, axis=-1, keepdims=True)


encoded_fast = jax.jit(encoded)


def beginning(intents: int, kinds: int, fixed: dict) -> dict:
    chance = np.random.default_rng(7)
    layers = {}
    for name in (f"encoder.layer.{number}.{place}" for number in range(LAYERS) for place in PLACES):
        out, into = fixed[name + ".weight"].shape
        layers[name] = {"down": jnp.array(chance.normal(0, 1 / np.sqrt(into), (into, RANK)), jnp.float32),
                        "up": jnp.zeros((RANK, out), jnp.float32)}
    heads = {what: {"weight": jnp.zeros((384, many)), "bias": jnp.zeros(many)} for what, many in (("intent", intents), ("kind", kinds))}
    return {"layers": layers, "heads": heads}


def loss(learnt: dict, fixed: dict, batch: tuple) -> jax.Array:
    pieces, there, intent, kind = batch
    found = encoded(fixed, learnt["layers"], pieces, there) * SHARPNESS

    def wrong(head: str, label: jax.Array) -> jax.Array:
        shares = found @ learnt["heads"][head]["weight"] + learnt["heads"][head]["bias"]
        many = shares.shape[-1]
        wanted = jax.nn.one_hot(label, many) * (1 - SMOOTHING) + SMOOTHING / many
        return optax.softmax_cross_entropy(shares, wanted)

    has = intent >= 0
    of_intents = (wrong("intent", jnp.maximum(intent, 0)) * has).sum() / jnp.maximum(has.sum(), 1)
    return of_intents + 2 * wrong("kind", kind).mean()


@partial(jax.jit, static_argnames="rule")
def step(learnt: dict, memory: tuple, fixed: dict, batch: tuple, rule: optax.GradientTransformation) -> tuple:
    value, slope = jax.value_and_grad(loss)(learnt, fixed, batch)
    change, memory = rule.update(slope, memory, learnt)
    return optax.apply_updates(learnt, change), memory, value


def batches(told: list, tokenizer: Tokenizer, intents: list[str], kinds: list[str], chance: random.Random, change: bool):
    """Texts of like length together, padded to a few lengths so that few programs are compiled."""
    read = [(tokenizer.encode(messy(text, chance) if change else text).ids[:LONGEST] or [0], intent, kind) for text, intent, kind in told]
    read.sort(key=lambda one: (-(-len(one[0]) // STEP), chance.random()))
    groups: dict[int, list] = {}
    for one in read:
        groups.setdefault(-(-len(one[0]) // STEP) * STEP, []).append(one)
    parts = [(wide, group[at : at + BATCH]) for wide, group in groups.items() for at in range(0, len(group), BATCH)]
    chance.shuffle(parts)
    for wide, part in parts:
        part = part + part[:1] * (BATCH - len(part)) if change else part
        pieces = np.zeros((len(part), wide), np.int32)
        there = np.zeros((len(part), wide), bool)
        for row, (ids, _, _) in enumerate(part):
            pieces[row, : len(ids)], there[row, : len(ids)] = ids, True
        yield (pieces, there, np.array([intents.index(one[1]) if one[1] else -1 for one in part]),
               np.array([kinds.index(one[2]) for one in part]))


def checked(learnt: dict, fixed: dict, held: list, tokenizer: Tokenizer, intents: list[str], kinds: list[str]) -> str:
    """What the two heads make of the examples that were not learnt from."""
    right = many = 0
    raised: list[float] = []
    sure: list[float] = []
    for pieces, there, intent, kind in batches(held, tokenizer, intents, kinds, random.Random(1), change=False):
        found = SHARPNESS * encoded_fast(fixed, learnt["layers"], pieces, there)
        head = learnt["heads"]
        guess = np.asarray(found @ head["intent"]["weight"] + head["intent"]["bias"]).argmax(-1)
        right, many = right + int((guess == intent)[intent >= 0].sum()), many + int((intent >= 0).sum())
        share = 1 - np.asarray(jax.nn.softmax(found @ head["kind"]["weight"] + head["kind"]["bias"]))[:, kinds.index(NONE)]
        sure += list(share[kind != kinds.index(NONE)])
        raised += list(share[kind == kinds.index(NONE)])
    limit = np.sort(raised)[::-1][int(0.01 * len(raised))]
    heard = float((np.array(sure) > limit).mean())
    return f"held out: intents {right / many:.3f} of {many}; crises {heard:.3f} of {len(sure)} at 1% of {len(raised)}"


def main() -> None:
    fixed = {name: jnp.array(value) for name, value in load_file(checked_weights()).items() if value.dtype == np.float32}
    tokenizer = Tokenizer.from_file(str(published_model() / "tokenizer.json"))
    tokenizer.no_padding()
    told = examples(HERE.parent)
    held, seen = [one for one in told if is_held_out(one[0])], [one for one in told if not is_held_out(one[0])]
    intents, kinds = sorted({one[1] for one in told if one[1]}), sorted({one[2] for one in told})
    print(len(seen), "texts to learn from,", len(held), "held out", flush=True)
    learnt = beginning(len(intents), len(kinds), fixed)
    steps = EPOCHS * (len(seen) // BATCH + LONGEST // STEP)
    rate = partial(optax.warmup_cosine_decay_schedule, 0.0, warmup_steps=steps // 20, decay_steps=steps)
    rule = optax.chain(optax.clip_by_global_norm(1.0), optax.multi_transform(
        {"layers": optax.adamw(rate(LAYER_RATE), weight_decay=0.01), "heads": optax.adamw(rate(HEAD_RATE), weight_decay=0.01)},
        {"layers": "layers", "heads": "heads"}))
    memory, chance = rule.init(learnt), random.Random(7)
    for epoch in range(EPOCHS):
        losses = []
        for batch in batches(seen, tokenizer, intents, kinds, chance, change=True):
            learnt, memory, value = step(learnt, memory, fixed, batch, rule)
            losses.append(float(value))
            if len(losses) % 50 == 0:
                print(f"  {len(losses)}: {np.mean(losses[-50:]):.3f}", flush=True)
        print(epoch + 1, f"loss {np.mean(losses):.3f};", checked(learnt, fixed, held, tokenizer, intents, kinds), flush=True)
        ADDITION_FILE.parent.mkdir(exist_ok=True)
        np.savez_compressed(ADDITION_FILE, **{f"{name}/{part}": np.asarray(value, np.float16)
                                              for name, both in learnt["layers"].items() for part, value in both.items()})


if __name__ == "__main__":
    main()
