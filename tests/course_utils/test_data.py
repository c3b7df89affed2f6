"""Data sets are the real ones, whole, from the place that `load` promises, or the error says what to do."""

import gzip
import hashlib
import os
import pickle
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from course_utils import data

FILES = [f"{file}.gz" for file in data.IDX_FILES.values()]


@pytest.fixture(scope="session")
def originals():
    """The folder of the real Fashion-MNIST files of this machine (fetched, if need be)."""
    place = data._found("fashion_mnist") or data._fetch("fashion_mnist")
    return place.path


@pytest.fixture
def empty_machine(tmp_path, monkeypatch):
    """A machine without any data set, and with no way to the network."""
    monkeypatch.delenv(data.SETTING, raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(data, "SYSTEM_FOLDER", tmp_path / "system")
    (tmp_path / "keras").mkdir()
    # Keras reads KERAS_HOME when it is imported, which another test may have done
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path / "keras"))
    for variable in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")  # nobody listens on the discard port
    monkeypatch.delenv("no_proxy", raising=False)
    # urllib keeps the proxies that it found first, for all of the process
    monkeypatch.setattr("urllib.request._opener", None)
    return tmp_path


def copy_to(folder, originals):
    folder.mkdir(parents=True)
    for file in FILES:
        (folder / file).symlink_to(originals / file)
    return folder


def test_fashion_mnist_is_the_real_one():
    dataset = data.load("fashion_mnist")
    assert dataset.x_train.shape == (60_000, 28, 28)
    assert dataset.x_test.shape == (10_000, 28, 28)
    for array in (dataset.x_train, dataset.y_train, dataset.x_test, dataset.y_test):
        assert array.dtype == np.uint8
        assert array.flags.writeable
    np.testing.assert_array_equal(np.bincount(dataset.y_train), [6_000] * 10)
    np.testing.assert_array_equal(np.bincount(dataset.y_test), [1_000] * 10)
    assert dataset.x_train.max() == 255
    assert dataset.class_names[dataset.y_train[0]] == "Ankle boot"


def test_mnist_is_the_real_one():
    if data.find("mnist") is None:
        pytest.skip("MNIST is not on this machine")
    dataset = data.load("mnist")
    assert dataset.x_train.shape == (60_000, 28, 28)
    np.testing.assert_array_equal(dataset.y_train[:10], [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])


def test_mnist_as_keras_keeps_it(tmp_path, monkeypatch):
    if data.find("mnist") is None:
        pytest.skip("MNIST is not on this machine")
    expected = data.load("mnist")
    parts = {part: getattr(expected, part) for part in data.IDX_FILES}
    np.savez_compressed(tmp_path / "mnist.npz", **parts)
    monkeypatch.setenv(data.SETTING, str(tmp_path))
    np.testing.assert_array_equal(data.load("mnist").x_test, expected.x_test)

    parts["y_test"] = parts["y_test"].copy()
    parts["y_test"][0] += 1
    np.savez_compressed(tmp_path / "mnist.npz", **parts)
    with pytest.raises(data.DamagedDataError, match="y_test"):
        data.load("mnist")


def test_digits_are_split_without_overlap_and_always_alike():
    from sklearn.datasets import load_digits

    dataset = data.load("digits")
    assert (len(dataset.x_train), len(dataset.x_test)) == (1437, 360)
    assert dataset.x_train.shape[1:] == (8, 8)
    assert dataset.x_train.max() == 16
    images = np.concatenate([dataset.x_train, dataset.x_test]).reshape(1797, 64)
    labels = np.concatenate([dataset.y_train, dataset.y_test])
    original = load_digits()
    ours = sorted(map(tuple, np.column_stack([images, labels])))
    theirs = sorted(map(tuple, np.column_stack([original.data, original.target]).astype(int)))
    assert ours == theirs
    np.testing.assert_array_equal(dataset.x_test, data.load("digits").x_test)
    assert np.bincount(dataset.y_test, minlength=10).min() >= 20


def test_keras_reads_the_same_arrays_from_the_same_files(tmp_path, originals):
    copy_to(tmp_path / "datasets" / "fashion-mnist", originals)
    script = """
import keras, numpy as np
from course_utils import data
ours = data.load("fashion_mnist")
assert ours.source == "Keras' cache", ours.source
(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
for part in ("x_train", "y_train", "x_test", "y_test"):
    np.testing.assert_array_equal(getattr(ours, part), locals()[part])
"""
    environment = {**os.environ, "KERAS_HOME": str(tmp_path)}
    environment.pop(data.SETTING, None)
    subprocess.run([sys.executable, "-c", script], check=True, env=environment)


@pytest.mark.parametrize("writable", [True, False])
def test_keras_own_folder_is_where_get_file_puts_files(writable, empty_machine, monkeypatch):
    (empty_machine / "file").write_bytes(b"content")
    access = os.access
    monkeypatch.setattr(  # root may write anywhere
        os,
        "access",
        lambda path, mode: access(path, mode) and (writable or str(path) != str(empty_machine / "keras")),
    )
    name = f"{empty_machine.name}-{writable}"
    there = Path(keras.utils.get_file(name, (empty_machine / "file").as_uri(), cache_subdir="data-tests"))
    there.unlink()
    assert there == data.keras_home() / "data-tests" / name
    assert (data.keras_home() == empty_machine / "keras") == writable


@pytest.mark.parametrize("folder", ["fashion-mnist", "fashion_mnist"])
def test_the_setting_comes_first(folder, tmp_path, monkeypatch, originals):
    copy_to(tmp_path / folder, originals)
    monkeypatch.setenv(data.SETTING, str(tmp_path))
    assert data.load("fashion_mnist").source == f"the folder in {data.SETTING}"


def test_uncompressed_files_will_do(tmp_path, monkeypatch, originals):
    folder = tmp_path / "fashion-mnist"
    folder.mkdir()
    for file in FILES:
        (folder / file).with_suffix("").write_bytes(gzip.decompress((originals / file).read_bytes()))
    monkeypatch.setenv(data.SETTING, str(tmp_path))
    assert data.load("fashion_mnist").source == f"the folder in {data.SETTING}"


def test_keras_cache_and_then_the_systems_packages_come_next(empty_machine, originals):
    copy_to(empty_machine / "system" / "fashion-mnist", originals)
    assert str(data.find("fashion_mnist")).startswith("the system's data packages")
    copy_to(empty_machine / "keras" / "datasets" / "fashion-mnist", originals)
    assert data.find("fashion_mnist") == "Keras' cache"


def truncate(path):
    whole = path.read_bytes()
    path.unlink()
    path.write_bytes(whole[: len(whole) // 2])


def flip_a_bit(path):
    content = bytearray(gzip.decompress(path.read_bytes()))
    content[-1] ^= 1
    path.unlink()
    path.write_bytes(gzip.compress(bytes(content), compresslevel=1))


def replace_by_the_test_labels(path):
    other = path.with_name("t10k-labels-idx1-ubyte.gz").resolve()
    path.unlink()
    path.symlink_to(other)


def replace_by_text(path):
    path.unlink()
    path.write_text("<html>404</html>")


@pytest.mark.parametrize("damage", [truncate, flip_a_bit, replace_by_the_test_labels, replace_by_text])
def test_a_damaged_file_is_named_and_not_passed_over(damage, tmp_path, monkeypatch, originals):
    # whole copies elsewhere on the machine must not hide it
    folder = copy_to(tmp_path / "fashion-mnist", originals)
    damage(folder / "train-labels-idx1-ubyte.gz")
    monkeypatch.setenv(data.SETTING, str(tmp_path))
    with pytest.raises(data.DamagedDataError) as caught:
        data.load("fashion_mnist")
    assert str(folder / "train-labels-idx1-ubyte.gz") in str(caught.value)
    assert "Delete it" in str(caught.value)


def test_a_damaged_npz_file_is_named(tmp_path, monkeypatch):
    (tmp_path / "mnist.npz").write_bytes(b"PK no archive")
    monkeypatch.setenv(data.SETTING, str(tmp_path))
    with pytest.raises(data.DamagedDataError, match=r"mnist\.npz is damaged"):
        data.load("mnist")


def test_without_a_network_every_place_looked_at_is_named(empty_machine, monkeypatch):
    monkeypatch.setenv(data.SETTING, str(empty_machine / "mine"))
    assert data.find("fashion_mnist") is None
    with pytest.raises(data.DataNotFoundError) as caught:
        data.load("fashion_mnist")
    message = str(caught.value)
    for place in ("mine/fashion-mnist", "keras/datasets/fashion-mnist", "system/fashion-mnist"):
        assert str(empty_machine / place) in message
    assert "Keras' download: URL fetch failure" in message
    assert "Debian's package dataset-fashion-mnist: " in message
    assert "set COURSE_DATA_DIR to a folder that holds fashion-mnist/" in message
    assert not any((empty_machine / "keras").rglob("*.gz"))


def test_a_network_that_never_answers_is_given_up(empty_machine, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        for variable in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(variable, address)
        monkeypatch.setattr(data, "PATIENCE", 1)
        with pytest.raises(data.DataNotFoundError):
            data.load("fashion_mnist")


def test_a_download_that_stops_halfway_leaves_nothing_behind(empty_machine, monkeypatch):
    import keras.src.datasets.fashion_mnist as keras_module

    def stop_halfway(server):
        connection, _ = server.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 1000\r\n\r\n" + bytes(500))
            given_up.wait()

    given_up = threading.Event()
    cache = empty_machine / "keras" / "datasets" / "fashion-mnist"
    get_file = keras_module.get_file
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=stop_halfway, args=(server,), daemon=True).start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"

        def get_from_here(name, origin, cache_subdir):
            return get_file(
                name, origin=address + name, cache_dir=empty_machine / "keras", cache_subdir=cache_subdir
            )

        monkeypatch.setattr(keras_module, "get_file", get_from_here)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        monkeypatch.setattr(data, "PATIENCE", 1)
        with pytest.raises(data.Unreachable, match="timed out"):
            data._fetch_with_keras("fashion_mnist")
        given_up.set()
    assert cache.is_dir()
    assert not any(cache.iterdir())


@pytest.fixture
def debian_mirror(empty_machine, monkeypatch, originals):
    """A folder to be packed, and a function that packs it and puts an `apt-get` that "downloads" it first."""
    if not shutil.which("dpkg-deb"):
        pytest.skip("no dpkg-deb on this machine")
    monkeypatch.setattr(data, "SYSTEM_FOLDER", Path("/usr/share/datasets-of-nobody"))
    tree = empty_machine / "tree"
    folder = copy_to(tree / "usr/share/datasets-of-nobody/fashion-mnist", originals)
    for file in FILES:
        (folder / file).unlink()
        shutil.copy(originals / file, folder / file)
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN/control").write_text(
        "Package: dataset-fashion-mnist\nVersion: 1\nArchitecture: all\n"
        "Maintainer: nobody <nobody@example.org>\nDescription: a test\n"
    )

    def serve():
        package = empty_machine / "package.deb"
        subprocess.run(
            ["dpkg-deb", "--build", "-Znone", tree, package], check=True, stdout=subprocess.DEVNULL
        )
        command = empty_machine / "bin" / "apt-get"
        command.parent.mkdir()
        command.write_text(f'#!/bin/sh\ncase "$*" in *download*) cp {package} . ;; esac\n')
        command.chmod(0o755)
        monkeypatch.setenv("PATH", f"{command.parent}{os.pathsep}{os.environ['PATH']}")

    return folder, serve


def test_debians_package_is_laid_into_keras_cache(debian_mirror, empty_machine):
    _, serve = debian_mirror
    serve()
    dataset = data.load("fashion_mnist")
    assert dataset.source.startswith("Debian's package")
    assert data.find("fashion_mnist") == "Keras' cache"
    cache = empty_machine / "keras" / "datasets" / "fashion-mnist"
    assert sorted(path.name for path in cache.iterdir()) == sorted(FILES)


def test_a_damaged_package_does_not_get_into_the_cache(debian_mirror, empty_machine):
    folder, serve = debian_mirror
    flip_a_bit(folder / FILES[1])
    serve()
    with pytest.raises(data.DamagedDataError):
        data.load("fashion_mnist")
    assert not any((empty_machine / "keras").rglob("*.gz"))


def test_unknown_names_are_refused_with_the_known_ones():
    for function in (data.load, data.find):
        with pytest.raises(ValueError, match="fashion_mnist, mnist, digits, cifar10"):
            function("cifar")


def test_the_command_says_in_a_line_what_it_found(capsys):
    assert data.main(["digits"]) == 0
    assert (
        capsys.readouterr().out == "digits: 1,437 training and 360 test images, checked; from scikit-learn\n"
    )
    assert data.main(["cifar"]) == 1
    assert "there is no data set 'cifar'" in capsys.readouterr().err


PHOTO_CLASSES = data.CLASS_NAMES["cifar10"]


def photos_in(folder):
    """Photographs by class, each of one colour: 2 for training and 1 for testing of each class."""
    for part, count in (("train", 2), ("test", 1)):
        for label, name in enumerate(PHOTO_CLASSES):
            (folder / part / name).mkdir(parents=True)
            for number in range(count):
                photo = Image.new("RGB", (32, 32), (20 * label, number, 7))
                photo.save(folder / part / name / f"{number:04}.png")
    return folder


def test_a_folder_of_photographs_is_cifar10(empty_machine, monkeypatch):
    photos_in(empty_machine / "mine" / "cifar10")
    assert data.find("cifar10") is None
    monkeypatch.setenv(data.SETTING, str(empty_machine / "mine"))
    assert data.find("cifar10") == "the folder of photographs in COURSE_DATA_DIR"
    dataset = data.load("cifar10")
    assert (dataset.x_train.shape, dataset.x_test.shape) == ((20, 32, 32, 3), (10, 32, 32, 3))
    assert dataset.x_train.dtype == dataset.y_train.dtype == np.uint8
    np.testing.assert_array_equal(dataset.y_train, np.repeat(np.arange(10), 2))
    # the label is the class of the folder, whose colour it is
    np.testing.assert_array_equal(
        dataset.x_train[:, 0, 0], [(20 * y, n, 7) for y in range(10) for n in range(2)]
    )
    np.testing.assert_array_equal(dataset.x_test[:, 31, 31, 0], 20 * dataset.y_test)
    assert dataset.class_names[dataset.y_train[6]] == "cat"


def test_a_folder_without_one_of_the_classes_is_passed_over(empty_machine, monkeypatch):
    shutil.rmtree(photos_in(empty_machine / "cifar10") / "test" / "frog")
    monkeypatch.setenv(data.SETTING, str(empty_machine))
    assert data.find("cifar10") is None


def test_a_photograph_of_another_size_or_none_at_all_is_named(empty_machine, monkeypatch):
    odd = photos_in(empty_machine / "cifar10") / "test" / "frog" / "0000.png"
    monkeypatch.setenv(data.SETTING, str(empty_machine))
    Image.new("RGB", (40, 32)).save(odd)
    with pytest.raises(data.DamagedDataError, match="frog/0000.png is damaged: it has 40 × 32 pixels"):
        data.load("cifar10")
    odd.write_text("<html>404</html>")
    with pytest.raises(data.DamagedDataError, match="frog/0000.png is damaged: it cannot be read"):
        data.load("cifar10")


def batches_in(folder, monkeypatch):
    """Files as CIFAR-10's author packs them, of four images each, whose sums `data` takes."""
    folder.mkdir(parents=True)
    rng, sums, images = np.random.default_rng(0), {}, {}
    for place, file in enumerate(data.BATCHES):
        images[file] = rng.integers(0, 256, size=(4, 32, 32, 3), dtype=np.uint8)
        planes = images[file].transpose(0, 3, 1, 2).reshape(4, 3072)
        content = pickle.dumps({b"data": planes, b"labels": [place, 1, 2, 3]}, protocol=2)
        (folder / file).write_bytes(content)
        sums[file] = hashlib.md5(content).hexdigest()
    monkeypatch.setattr(data, "BATCHES", sums)
    return images


@pytest.mark.parametrize("where", ["mine", "keras"])
def test_cifar10_as_its_author_packed_it(where, empty_machine, monkeypatch):
    folder = {
        "mine": empty_machine / "mine" / "cifar-10-batches-py",
        "keras": empty_machine / "keras" / "datasets" / "cifar-10-batches-py-target" / "cifar-10-batches-py",
    }[where]
    images = batches_in(folder, monkeypatch)
    monkeypatch.setenv(data.SETTING, str(empty_machine / "mine"))
    dataset = data.load("cifar10")
    assert dataset.source == {"mine": "the folder in COURSE_DATA_DIR", "keras": "Keras' cache"}[where]
    *train, test = images.values()
    np.testing.assert_array_equal(dataset.x_train, np.concatenate(train))
    np.testing.assert_array_equal(dataset.x_test, test)
    np.testing.assert_array_equal(dataset.y_train[::4], range(5))
    np.testing.assert_array_equal(dataset.y_test, [5, 1, 2, 3])


def test_a_batch_with_another_checksum_is_named_and_not_unpickled(empty_machine, monkeypatch):
    folder = empty_machine / "cifar-10-batches-py"
    batches_in(folder, monkeypatch)
    monkeypatch.setenv(data.SETTING, str(empty_machine))
    (folder / "data_batch_3").write_bytes(pickle.dumps(Marks(empty_machine / "mark")))
    with pytest.raises(
        data.DamagedDataError, match="data_batch_3 is damaged: its content has another checksum"
    ):
        data.load("cifar10")
    assert not (empty_machine / "mark").exists()


class Marks:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


def test_keras_keeps_cifar10_where_it_is_looked_for(empty_machine, monkeypatch):
    import keras.src.datasets.cifar10 as keras_module

    def get_file(fname, **_):
        raise OSError(f"asked for {fname}")

    monkeypatch.setattr(keras_module, "get_file", get_file)
    with pytest.raises(data.DataNotFoundError) as caught:
        data.load("cifar10")
    folder, _, inner = str(data._cache_path("cifar10").relative_to(data.keras_home() / "datasets")).partition(
        "/"
    )
    assert f"Keras' download: asked for {folder}\n" in str(caught.value)
    assert inner == "cifar-10-batches-py"
    assert "a folder that holds cifar-10-batches-py/ with the files data_batch_1, " in str(caught.value)
