"""Keras objects between processes: configurations made of built-in classes only, and weights as arrays.

A model is never unpickled and its own code never runs here: `course_utils.builtin_models` says which classes
a configuration may name, and the model is built anew from it. What cannot be rebuilt so stays in the
student's process.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from course_utils import builtin_models
from course_utils.builtin_models import ModelRefused

KINDS = ("model", "keras", "history", "tensor")
NUMBERED = re.compile(r"(.*?)(?:_(\d{1,9}))?", re.DOTALL)  # a name that Keras gave, such as dense_3
MOST_COUNTED = 100_000  # names that one model may use up


def encode(value: Any, encoder: Any) -> dict | None:
    """The node of a Keras object, or None when it is none, or none that can be rebuilt."""
    keras = sys.modules.get("keras")
    if keras is None:
        return None
    if isinstance(value, keras.Model):
        try:
            node = _model(value, encoder)
        except Exception:
            return None
        encoder.models.append(value)
        return node
    if isinstance(value, keras.callbacks.History):
        return {"t": "history", "v": encoder.encode([value.history, list(value.epoch), value.params])}
    tensorflow = sys.modules["tensorflow"]
    if isinstance(value, keras.Variable | tensorflow.Variable | tensorflow.Tensor) and hasattr(
        value, "numpy"
    ):
        array = np.asarray(value)
        if array.dtype.name == "bfloat16":  # NumPy has no such type
            array = array.astype(np.float32)
        return None if array.dtype.kind in "OV" else {"t": "tensor", "array": encoder.pure_array(array)}
    if isinstance(value, tensorflow.DType) and value.is_numpy_compatible:
        return encoder.encode(np.dtype(value.as_numpy_dtype))
    configured = (
        keras.Layer, keras.optimizers.Optimizer, keras.optimizers.schedules.LearningRateSchedule, keras.Loss,
        keras.Metric, keras.Initializer, keras.Regularizer, keras.constraints.Constraint,
    )  # fmt: skip
    if isinstance(value, configured):
        try:
            config = keras.saving.serialize_keras_object(value)
            builtin_models.check(config)
        except Exception:
            return None
        weights = value.get_weights() if isinstance(value, keras.Layer) and value.built else []
        return {"t": "keras", "config": config, "weights": [encoder.pure_array(array) for array in weights]}
    return None


def _model(model: Any, encoder: Any) -> dict:
    return {
        "t": "model",
        "config": builtin_models.configuration(model),
        "compile": compile_node(model),
        "weights": encode_weights(model, encoder),
    }


def encode_weights(model: Any, encoder: Any) -> list[dict]:
    """Nodes of a model's weights."""
    return [encoder.pure_array(array) for array in model.get_weights()]


def compile_node(model: Any) -> list[dict]:
    """What a model was compiled with, and why some of it cannot cross."""
    return list(builtin_models.compile_settings(model))


def compile_as(model: Any, node: Any) -> None:
    """Compile a model as another was; leave it alone where that cannot be done."""
    if type(node) is list and len(node) == 2:
        builtin_models.compile_with(model, *node)


def flags(model: Any) -> list[bool]:
    """Whether a model and each layer in it is trainable, the outer ones before those in them."""
    return [bool(layer.trainable) for layer in model._flatten_layers()]


def set_flags(model: Any, node: Any) -> None:
    """Freeze and unfreeze layers as those of another model; leave them alone where that cannot be done."""
    layers = list(model._flatten_layers())
    if type(node) is list and len(node) == len(layers) and all(type(flag) is bool for flag in node):
        for layer, flag in zip(layers, node, strict=True):
            layer.trainable = flag


def decode(node: dict, decoder: Any) -> Any:
    """The Keras object of a node, built anew.

    Raises:
        ModelRefused: its configuration is not made of built-in classes, or its weights do not fit.
    """
    import keras

    match node["t"]:
        case "history":
            history, epoch, params = decoder.decode(node.get("v"))
            result = keras.callbacks.History()
            result.history, result.epoch, result.params = dict(history), list(epoch), params
            return result
        case "tensor":
            return keras.ops.convert_to_tensor(decoder.pure_array(node.get("array")))
    result = builtin_models.rebuilt(node.get("config"))
    if isinstance(result, keras.Model) is not (node["t"] == "model"):
        raise ModelRefused("a configuration that is not a model's")
    if isinstance(result, keras.Layer):
        _use_up(_names(result))
    weights = node.get("weights")
    if isinstance(result, keras.Layer) and weights:
        set_weights(result, weights, decoder)
    if node["t"] == "model":
        compile_as(result, node.get("compile"))
        decoder.models.append(result)
    return result


def _names(layer: Any) -> Iterator[str]:
    """The name of a layer or model, and those of the layers in it."""
    yield layer.name
    for inner in getattr(layer, "layers", ()):
        yield from _names(inner)


def _use_up(names: Iterable[str]) -> None:
    """Let Keras give none of these names to a layer that is made here later, as where the model was made.

    A model whose layers have the same name twice cannot be built. Keras counts the names it gave, such as
    `dense_3`, and `get_uid` counts on.
    """
    import keras

    left = MOST_COUNTED
    for name in names:
        match = NUMBERED.fullmatch(name)
        assert match is not None, "it matches every name"
        base, number = match.groups(default="0")
        while left and keras.backend.get_uid(base) <= int(number):
            left -= 1


def set_weights(model: Any, nodes: Any, decoder: Any) -> None:
    """Give a model the weights that arrived.

    Raises:
        ModelRefused: their number, shapes or kinds are not the model's.
    """
    if type(nodes) is not list:
        raise ModelRefused("weights that are not a list")
    arrays = [decoder.pure_array(node) for node in nodes]
    builtin_models.check_weights(model, [array.shape for array in arrays])
    if any(array.dtype.kind not in "fiub" for array in arrays):
        raise ModelRefused("weights that are not numbers")
    model.set_weights(arrays)


def fingerprint(model: Any) -> bytes:
    """Digest of a model's weights."""
    import hashlib

    digest = hashlib.blake2b(digest_size=16)
    for array in model.get_weights():
        digest.update(np.ascontiguousarray(array).view(np.uint8).reshape(-1).data if array.size else b"")
    return digest.digest()
