"""EfficientNet-Lite0 as an ONNX graph, from its weights: images in, one embedding of 1280 numbers each out.

The network is Google's, without its classifier: a stem, sixteen inverted bottleneck blocks, a head and the mean over
all places. Each batch normalisation is folded into the convolution before it, which changes no result.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, checker, helper, numpy_helper

from core.images.weights import Tensors

EMBEDDING = 1280
OPSET, IR_VERSION = 17, 9  # old enough for every onnxruntime that requirements.txt allows
EPSILON = 1e-3  # of the batch normalisation, as it was trained

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Stage:
    """Blocks of one shape; the first has the stride, and `expansion` 1 means that there is no widening."""

    blocks: int
    stride: int
    expansion: int


STAGES = (
    Stage(1, 1, 1),
    Stage(2, 2, 6),
    Stage(2, 2, 6),
    Stage(3, 2, 6),
    Stage(3, 1, 6),
    Stage(4, 2, 6),
    Stage(1, 1, 6),
)


@dataclass(slots=True)
class _Graph:
    """The nodes and constants of a graph that grows at its end. Values are named by their place."""

    tensors: Tensors
    nodes: list[NodeProto] = field(default_factory=list)
    constants: list[TensorProto] = field(default_factory=list)

    def constant(self, name: str, values: Floats) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        output = output or f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def convolution(self, value: str, name: str, norm: str, stride: int = 1, groups: int = 1) -> str:
        """A convolution with its normalisation, padded as TensorFlow does ("same")."""
        weights, bias = folded(self.tensors, name, norm)
        inputs = (value, self.constant(f"{name}.w", weights), self.constant(f"{name}.b", bias))
        return self.node("Conv", *inputs, auto_pad="SAME_UPPER", strides=[stride, stride], group=groups)

    def relu6(self, value: str) -> str:
        return self.node("Clip", value, "zero", "six")


def build(tensors: Tensors) -> bytes:
    """The ONNX model: input "image", float32 (n, 3, height, width); output "embedding", float32 (n, 1280)."""
    graph = _Graph(tensors)
    graph.constant("zero", np.array(0, np.float32))
    graph.constant("six", np.array(6, np.float32))
    value = graph.relu6(graph.convolution("image", "_conv_stem", "_bn0", stride=2))
    number = 0
    for stage in STAGES:
        for position in range(stage.blocks):
            value = _block(graph, value, f"_blocks.{number}", stage.stride if position == 0 else 1, stage.expansion)
            number += 1
    value = graph.relu6(graph.convolution(value, "_conv_head", "_bn1"))
    graph.node("Flatten", graph.node("GlobalAveragePool", value), output="embedding", axis=1)
    return _model(graph).SerializeToString()


def folded(tensors: Tensors, convolution: str, norm: str) -> tuple[Floats, Floats]:
    """Weights and bias of a convolution that also does the batch normalisation behind it."""
    scale = tensors[f"{norm}.weight"] / np.sqrt(tensors[f"{norm}.running_var"] + EPSILON)
    weights = tensors[f"{convolution}.weight"] * scale[:, None, None, None]
    bias = tensors[f"{norm}.bias"] - tensors[f"{norm}.running_mean"] * scale
    return weights.astype(np.float32), bias.astype(np.float32)


def _block(graph: _Graph, value: str, name: str, stride: int, expansion: int) -> str:
    """An inverted bottleneck: widen, filter each channel by itself, narrow; added to its input where shapes agree."""
    entered = value
    if expansion > 1:
        value = graph.relu6(graph.convolution(value, f"{name}._expand_conv", f"{name}._bn0"))
    wide = len(graph.tensors[f"{name}._depthwise_conv.weight"])
    value = graph.relu6(
        graph.convolution(value, f"{name}._depthwise_conv", f"{name}._bn1", stride=stride, groups=wide)
    )
    value = graph.convolution(value, f"{name}._project_conv", f"{name}._bn2")
    narrow = len(graph.tensors[f"{name}._project_conv.weight"])
    same = stride == 1 and narrow * expansion == wide
    return graph.node("Add", value, entered) if same else value


def _model(graph: _Graph) -> ModelProto:
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, "height", "width"])
    embedding = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", EMBEDDING])
    whole = helper.make_graph(graph.nodes, "efficientnet-lite0", [image], [embedding], graph.constants)
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="rekolab")
    model.ir_version = IR_VERSION
    checker.check_model(model)
    return model
