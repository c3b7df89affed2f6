"""Keras objects between processes: configurations made of built-in classes only, and weights as arrays.

A model is never unpickled and its own code never runs here: every class that a configuration names is looked
up in a list of ours (no Lambda, no custom class, nothing that reads files), and the model is built anew from
it. What cannot be rebuilt so stays in the student's process.
"""

import functools
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

KINDS = ("model", "keras", "history", "tensor")
MAX_CONFIG_NODES = 100_000
MAX_CONFIG_INTEGER = 2**24  # units of a layer, not bytes: a larger one is a memory bomb
MAX_CONFIG_TEXT = 20_000
NUMBERED = re.compile(r"(.*?)(?:_(\d{1,9}))?", re.DOTALL)  # a name that Keras gave, such as dense_3
MOST_COUNTED = 100_000  # names that one model may use up

LAYERS = """
Activation ActivityRegularization AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveMaxPooling1D
AdaptiveMaxPooling2D Add AdditiveAttention AlphaDropout Attention Average AveragePooling1D AveragePooling2D
AveragePooling3D BatchNormalization Bidirectional CategoryEncoding CenterCrop Concatenate Conv1D
Conv1DTranspose Conv2D Conv2DTranspose Conv3D Conv3DTranspose Cropping1D Cropping2D Cropping3D Dense
DepthwiseConv1D DepthwiseConv2D Discretization Dot Dropout ELU EinsumDense Embedding Flatten GRU GRUCell
GaussianDropout GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D
GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D GroupNormalization GroupQueryAttention Identity
InputLayer LSTM LSTMCell LayerNormalization LeakyReLU Masking MaxPooling1D MaxPooling2D MaxPooling3D Maximum
Minimum MultiHeadAttention Multiply Normalization PReLU Permute RMSNormalization RNN RandomBrightness
RandomContrast RandomCrop RandomFlip RandomRotation RandomTranslation RandomZoom ReLU RepeatVector Rescaling
Reshape Resizing SeparableConv1D SeparableConv2D SimpleRNN SimpleRNNCell Softmax SpatialDropout1D
SpatialDropout2D SpatialDropout3D SpectralNormalization StackedRNNCells Subtract TimeDistributed
UnitNormalization UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D
"""
# in these modules every class is plain arithmetic on numbers
WHOLE_MODULES = (
    "keras.initializers", "keras.regularizers", "keras.constraints", "keras.losses", "keras.metrics",
    "keras.optimizers", "keras.optimizers.schedules",
)  # fmt: skip
ARITHMETIC = (
    "keras.src.ops.numpy",
    "keras.src.ops.nn",
    "keras.src.ops.math",
)  # `x * 2` in a functional model
FUNCTIONS = ("keras.losses", "keras.metrics", "keras.activations")


class ModelRefused(TypeError):
    """A Keras object that grading does not rebuild; says which class is the reason."""


@functools.cache
def _allowed() -> set[tuple[str, str]]:
    """Pairs of module and class that a configuration may name."""
    import keras

    pairs = {("keras.layers", name) for name in LAYERS.split() if hasattr(keras.layers, name)}
    pairs |= {("keras", "DTypePolicy"), ("keras.dtype_policies", "DTypePolicy")}
    for module in ("keras", "keras.models"):
        pairs |= {(module, "Sequential"), (module, "Functional")}
    pairs |= {("keras.src.models.functional", "Functional"), ("keras.src.models.sequential", "Sequential")}
    for name in WHOLE_MODULES:
        module = _resolve(name)
        pairs |= {(name, one) for one in vars(module) if isinstance(getattr(module, one), type)}
    from keras.src.ops.operation import Operation

    for name in ARITHMETIC:
        for one, kind in vars(sys.modules[name]).items():
            if isinstance(kind, type) and issubclass(kind, Operation) and kind.__module__ == name:
                pairs.add((name, one))
    return pairs


def _resolve(name: str) -> Any:
    import keras

    return functools.reduce(getattr, name.split(".")[1:], keras)


def check(config: Any) -> None:
    """Check that a configuration names built-in classes only, and no monstrous sizes.

    Args:
        config: nested dicts, lists and plain values, from anybody.

    Raises:
        ModelRefused: it does not; the message names the class.
    """
    left = MAX_CONFIG_NODES
    pending = [config]
    while pending:
        node = pending.pop()
        left -= 1
        if left < 0:
            raise ModelRefused("a model of more than 100,000 settings")
        match node:
            case dict():
                if not all(type(key) is str for key in node):
                    raise ModelRefused("a configuration that is not Keras' own")
                if "class_name" in node:
                    _check_class(node)
                pending.extend(node.values())
            case list() | tuple():
                pending.extend(node)
            case bool() | None | float():
                pass
            case int() if abs(node) <= MAX_CONFIG_INTEGER or abs(node) in (2**31 - 1, 2**32):
                pass
            case int():
                raise ModelRefused(f"a model with the setting {node:,}, which is too large to build")
            case str() if len(node) <= MAX_CONFIG_TEXT:
                pass
            case _:
                raise ModelRefused("a configuration that is not Keras' own")


def _check_class(node: dict) -> None:
    name, module, registered = node["class_name"], node.get("module"), node.get("registered_name")
    if type(name) is not str:
        raise ModelRefused("a configuration that is not Keras' own")
    if name in ("__keras_tensor__", "__ellipsis__", "__slice__") and module is None and "config" in node:
        return
    if name == "function":
        known = any(callable(getattr(_resolve(one), str(node.get("config")), None)) for one in FUNCTIONS)
        if (
            module in ("builtins", *FUNCTIONS)
            and known
            and registered in ("function", node.get("config"), None)
        ):
            return
        raise ModelRefused(f"the function {str(node.get('config'))[:60]!r}, which is not one of Keras' own")
    if (module, name) not in _allowed() or registered not in (None, name):
        raise ModelRefused(
            f"the class {name[:60]!r}, which is not one of Keras' own layers that can be rebuilt for grading"
        )


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
            check(config)
        except Exception:
            return None
        weights = value.get_weights() if isinstance(value, keras.Layer) and value.built else []
        return {"t": "keras", "config": config, "weights": [encoder.pure_array(array) for array in weights]}
    return None


def _model(model: Any, encoder: Any) -> dict:
    import keras

    config = keras.saving.serialize_keras_object(model)
    config.pop("compile_config", None)
    check(config)
    return {
        "t": "model",
        "config": config,
        "compile": compile_config(model),
        "weights": encode_weights(model, encoder),
    }


def encode_weights(model: Any, encoder: Any) -> list[dict]:
    """Nodes of a model's weights."""
    return [encoder.pure_array(array) for array in model.get_weights()]


def compile_config(model: Any) -> dict | None:
    """What a model was compiled with, or None: not compiled, or with something that cannot cross."""
    try:
        config = model.get_compile_config() if model.compiled else None
        check(config)
    except Exception:
        return None
    return config or None


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
    result = _built(node.get("config"))
    if isinstance(result, keras.Model) is not (node["t"] == "model"):
        raise ModelRefused("a model that is none")
    if isinstance(result, keras.Layer):
        _use_up(_names(result))
    weights = node.get("weights")
    if isinstance(result, keras.Layer) and weights:
        set_weights(result, weights, decoder)
    if node["t"] == "model":
        set_compile_config(result, node.get("compile"))
        decoder.models.append(result)
    return result


def _built(config: Any) -> Any:
    import keras

    check(config)
    if type(config) is not dict or "class_name" not in config:
        raise ModelRefused("a configuration that is not Keras' own")
    try:
        with keras.saving.CustomObjectScope({}):
            return keras.saving.deserialize_keras_object(config, custom_objects={}, safe_mode=True)
    except ModelRefused:
        raise
    except Exception as error:
        raise ModelRefused(
            f"a model that Keras cannot build from its configuration: {str(error)[:200]}"
        ) from None


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
        base, number = NUMBERED.fullmatch(name).groups(default="0")
        while left and keras.backend.get_uid(base) <= int(number):
            left -= 1


def set_weights(model: Any, nodes: Any, decoder: Any) -> None:
    """Give a model the weights that arrived.

    Raises:
        ModelRefused: their number, shapes or kinds are not the model's.
    """
    if type(nodes) is not list:
        raise ModelRefused("weights that are no list")
    arrays = [decoder.pure_array(node) for node in nodes]
    expected = [tuple(variable.shape) for variable in model.weights]
    if [array.shape for array in arrays] != expected or any(
        array.dtype.kind not in "fiub" for array in arrays
    ):
        raise ModelRefused("a model whose weights do not fit its layers")
    model.set_weights(arrays)


def set_compile_config(model: Any, config: Any) -> None:
    """Compile a model as another was compiled; leave it alone where that cannot be done."""
    import keras

    if type(config) is not dict:
        return
    try:
        check(config)
        # as the author of the cell compiled it: `compile_from_config` would build the optimiser too, for the
        # layers that are trainable now, and refuse to train those that are unfrozen later
        model.compile(**keras.saving.deserialize_keras_object(config, custom_objects={}, safe_mode=True))
    except Exception:
        return


def fingerprint(model: Any) -> bytes:
    """Digest of a model's weights."""
    import hashlib

    digest = hashlib.blake2b(digest_size=16)
    for array in model.get_weights():
        digest.update(np.ascontiguousarray(array).view(np.uint8).reshape(-1).data if array.size else b"")
    return digest.digest()
