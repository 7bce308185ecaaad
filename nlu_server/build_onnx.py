"""Write the sentence encoder as an ONNX file from its published weights, without torch.

    python nlu_server/build_onnx.py

The graph takes input_ids [batch, pieces] without padding and gives the mean of the last layer's
vectors, scaled to length 1 [batch, 384]. Its weights are then stored in 8 bits: 23 MB, not 90.
"""
from __future__ import annotations

import logging
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from components.encoder import ADDITION_FILE, ONNX_FILE, checked_weights
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file

LAYERS, HEADS, HEAD_SIZE, WIDTH = 6, 12, 32, 384
OPSET = 17  # the first with LayerNormalization
QUERY_HEADS, KEY_HEADS = [0, 2, 1, 3], [0, 2, 3, 1]  # keys come out transposed, ready to be multiplied


class Graph:
    """The nodes and constants of an ONNX graph as they are added; every method gives the name of its result."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: np.ndarray) -> str:
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def integers(self, *values: int) -> str:
        return self.constant("int/" + "_".join(map(str, values)), np.array(values, np.int64))

    def number(self, value: float) -> str:
        return self.constant(f"float/{value}", np.array(value, np.float32))

    def weight(self, name: str) -> str:
        return self.constant(name, self.weights[name])

    def add(self, operator: str, name: str, *inputs: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name=name, **attributes))
        return name

    def dense(self, name: str, value: str, layer: str) -> str:
        turned = self.constant(layer + ".turned", self.weights[layer + ".weight"].T)
        product = self.add("MatMul", name + "/product", value, turned)
        return self.add("Add", name, product, self.weight(layer + ".bias"))

    def normalise(self, name: str, value: str, layer: str) -> str:
        return self.add("LayerNormalization", name, value, self.weight(layer + ".weight"),
                        self.weight(layer + ".bias"), axis=-1, epsilon=1e-12)

    def heads(self, name: str, value: str, layer: str, order: list[int]) -> str:
        split = self.add("Reshape", name + "/split", self.dense(name + "/dense", value, layer),
                         self.integers(0, 0, HEADS, HEAD_SIZE))
        return self.add("Transpose", name, split, perm=order)

    def gelu(self, name: str, value: str) -> str:
        inner = self.add("Erf", name + "/erf", self.add("Div", name + "/div", value, self.number(float(np.sqrt(2)))))
        gate = self.add("Add", name + "/gate", inner, self.number(1.0))
        return self.add("Mul", name, self.add("Mul", name + "/gated", value, gate), self.number(0.5))


def embed(graph: Graph) -> str:
    """Word, position and (always the first) token-type embeddings, added and normalised."""
    length = graph.add("Slice", "length", graph.add("Shape", "shape", "input_ids"),
                       graph.integers(1), graph.integers(2), graph.integers(0))
    places = graph.add("Slice", "places", graph.weight("embeddings.position_embeddings.weight"),
                       graph.integers(0), length, graph.integers(0))
    words = graph.add("Gather", "words", graph.weight("embeddings.word_embeddings.weight"), "input_ids")
    kind = graph.constant("kind", graph.weights["embeddings.token_type_embeddings.weight"][0])
    total = graph.add("Add", "embedded", graph.add("Add", "placed", words, places), kind)
    return graph.normalise("layer0", total, "embeddings.LayerNorm")


def attend(graph: Graph, name: str, value: str, layer: str) -> str:
    """Self-attention of one layer, with its residual and normalisation."""
    query, key, content = (
        graph.heads(f"{name}/{part}", value, f"{layer}.attention.self.{part}", order)
        for part, order in (("query", QUERY_HEADS), ("key", KEY_HEADS), ("value", QUERY_HEADS)))
    likeness = graph.add("Mul", f"{name}/likeness", graph.add("MatMul", f"{name}/raw", query, key),
                         graph.number(float(1 / np.sqrt(HEAD_SIZE))))
    mixed = graph.add("MatMul", f"{name}/mixed", graph.add("Softmax", f"{name}/share", likeness, axis=-1), content)
    joined = graph.add("Reshape", f"{name}/joined", graph.add("Transpose", f"{name}/back", mixed, perm=QUERY_HEADS),
                       graph.integers(0, 0, WIDTH))
    out = graph.dense(f"{name}/out", joined, f"{layer}.attention.output.dense")
    return graph.normalise(f"{name}/attended", graph.add("Add", f"{name}/sum", out, value),
                           f"{layer}.attention.output.LayerNorm")


def feed_forward(graph: Graph, name: str, value: str, layer: str) -> str:
    """The two dense layers of one layer, with their residual and normalisation."""
    wide = graph.gelu(f"{name}/gelu", graph.dense(f"{name}/wide", value, f"{layer}.intermediate.dense"))
    out = graph.dense(f"{name}/narrow", wide, f"{layer}.output.dense")
    return graph.normalise(f"{name}/done", graph.add("Add", f"{name}/total", out, value), f"{layer}.output.LayerNorm")


def model(weights: dict[str, np.ndarray]) -> onnx.ModelProto:
    graph = Graph(weights)
    value = embed(graph)
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        value = feed_forward(graph, f"forward{number}", attend(graph, f"attend{number}", value, layer), layer)
    mean = graph.add("ReduceMean", "mean", value, axes=[1], keepdims=0)
    graph.add("LpNormalization", "embedding", mean, axis=-1, p=2)
    takes = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "pieces"])
    gives = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", WIDTH])
    drawn = helper.make_graph(graph.nodes, "minilm", [takes], [gives], list(graph.constants.values()))
    made = helper.make_model(drawn, opset_imports=[helper.make_opsetid("", OPSET)])
    made.ir_version = 8
    onnx.checker.check_model(made)
    return made


def weights(addition: Path = ADDITION_FILE) -> dict[str, np.ndarray]:
    """The published weights, with what tune_encoder.py learnt added to the matrices of the layers."""
    found = load_file(checked_weights())
    if addition.exists():
        with np.load(addition, allow_pickle=False) as learnt:
            for layer in sorted({name.rpartition("/")[0] for name in learnt.files}):
                down, up = (learnt[f"{layer}/{part}"].astype(np.float32) for part in ("down", "up"))
                found[layer + ".weight"] = found[layer + ".weight"] + (down @ up).T
    return found


def build(out: Path = ONNX_FILE) -> Path:
    """Write the 8-bit encoder; whoever reads the path meanwhile sees the whole file or none."""
    logging.getLogger().setLevel(logging.ERROR)  # the quantiser advises on things that are already done
    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        full, small = Path(folder) / "full.onnx", Path(folder) / "small.onnx"
        onnx.save(model(weights()), str(full))
        quantize_dynamic(full, small, weight_type=QuantType.QInt8, per_channel=True)
        os.replace(small, out)
    return out


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else ONNX_FILE)
