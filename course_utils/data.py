"""The course's data sets: found on this machine or fetched, checked against checksums, returned as arrays."""

import gzip
import hashlib
import os
import pickle
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

SETTING = "COURSE_DATA_DIR"
SYSTEM_FOLDER = Path("/usr/share/datasets")  # where Debian's packages put data sets
DEBIAN_PACKAGE = "dataset-fashion-mnist"
DIGITS_SOURCE = "scikit-learn"
PATIENCE = 12  # seconds without a byte arriving, after which a download is given up
LOOKUP_PATIENCE = 3  # seconds more for looking up a host, which obeys no time limit
DIGITS_TRAIN = 1437  # of 1,797 images: four fifths

IDX_FILES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
IDX_SHAPES = {
    "x_train": (60_000, 28, 28),
    "y_train": (60_000,),
    "x_test": (10_000, 28, 28),
    "y_test": (10_000,),
}
# of the uncompressed idx files: how they were compressed differs from host to host
SHA256 = {
    "fashion_mnist": {
        "x_train": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "y_train": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "x_test": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "y_test": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
    "mnist": {
        "x_train": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "y_train": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "x_test": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "y_test": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
}
# The files of CIFAR-10 as its author packed them ("python version"), with their known MD5 sums
BATCHES = {
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "test_batch": "40351d587109b95175f43aff81a1287e",
}
PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png")
DIGIT_NAMES = tuple(str(digit) for digit in range(10))
CLASS_NAMES = {
    "fashion_mnist": (
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
    "mnist": DIGIT_NAMES,
    "digits": DIGIT_NAMES,
    "cifar10": (
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    ),
}


class DataError(Exception):
    """A data set that cannot be had: one line saying what is wrong, one saying what to do."""


class DataNotFoundError(DataError):
    """A data set that is nowhere on this machine and could not be fetched."""


class DamagedDataError(DataError):
    """A file of a data set that is damaged, truncated, or another one than its name says."""


@dataclass(frozen=True)
class Dataset:
    """A data set of images with one label each.

    Attributes:
        name: "fashion_mnist", "mnist", "digits" or "cifar10".
        x_train: training images, uint8, (n, 28, 28) from 0 to 255; of "digits" (n, 8, 8) from 0 to 16; of
            "cifar10" (n, 32, 32, 3), colours from 0 to 255.
        y_train: their classes, uint8, (n,).
        x_test: test images, as x_train.
        y_test: their classes, as y_train.
        class_names: the name of each class.
        source: where it came from, in words.
    """

    name: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]
    source: str


def load(name: str) -> Dataset:
    """A data set, from the first of these that has it; checked against checksums.

    The folder in COURSE_DATA_DIR, Keras' cache, the data packages of the system, Keras' download, Debian's
    package (it needs no root: its content is laid into Keras' cache). The last two need a network; each is
    given up when nothing has arrived for 12 to 15 seconds.

    Args:
        name: "fashion_mnist" (60,000 + 10,000 images), "mnist" (as many), "digits" (scikit-learn's 1,797
            images, shuffled with a fixed seed: 1,437 for training, 360 for testing) or "cifar10" (50,000 +
            10,000 photographs of 32 × 32 pixels; the download has 170 MB). COURSE_DATA_DIR may have
            "cifar10" as its author's folder `cifar-10-batches-py`, or as a folder of photographs,
            `cifar10/train/<class>/` and `cifar10/test/<class>/`: as many as there are, and no checksums.

    Returns:
        A `Dataset`.

    Raises:
        DamagedDataError: the first place that has it has a damaged file.
        DataNotFoundError: no place has it; the message names them all.
        ValueError: there is no data set of that name.
    """
    _check_name(name)
    if name == "digits":
        return _digits()
    place = _found(name) or _fetch(name)
    return Dataset(name, **place.read(), class_names=CLASS_NAMES[name], source=place.words)


def find(name: str) -> str | None:
    """Where `load` would take a data set from without a network, in words; None if it would have to fetch it.

    Raises:
        ValueError: there is no data set of that name.
    """
    _check_name(name)
    if name == "digits":
        return DIGITS_SOURCE
    place = _found(name)
    return place and place.words


def keras_home() -> Path:
    """The folder in which Keras keeps data sets and weights, a `pathlib.Path`: KERAS_HOME, else ~/.keras.

    Where that cannot be written to, `keras.utils.get_file` uses /tmp/.keras, and so does this.
    """
    home = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
    if home.exists() and not os.access(home, os.W_OK):
        return Path("/tmp" if Path("/tmp").is_dir() else tempfile.gettempdir(), ".keras")
    return home


def chosen_folder() -> Path | None:
    """The folder that COURSE_DATA_DIR names, a `pathlib.Path`; None where it is not set, or empty."""
    setting = os.environ.get(SETTING)
    return Path(setting).expanduser() if setting else None


def _check_name(name):
    if name not in CLASS_NAMES:
        raise ValueError(f"there is no data set {name!r}; there are: {', '.join(CLASS_NAMES)}")


# --- places on this machine ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    """A folder of idx files (gzip or not), or an .npz file, that may hold a data set.

    Its subclasses hold CIFAR-10 in other forms.
    """

    name: str
    words: str
    path: Path

    def holds(self):
        if self.path.suffix == ".npz":
            return self.path.is_file()
        return all(self._idx_file(part) for part in IDX_FILES)

    def read(self):
        read_part = self._read_npz() if self.path.suffix == ".npz" else self._read_idx
        return {part: read_part(part) for part in IDX_FILES}

    def _idx_file(self, part):
        candidates = (self.path / f"{IDX_FILES[part]}{suffix}" for suffix in (".gz", ""))
        return next((path for path in candidates if path.is_file()), None)

    def _read_idx(self, part):
        path = self._idx_file(part)
        try:
            content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        except (OSError, EOFError, zlib.error) as error:
            raise _damaged(path, f"it cannot be read ({error})") from None
        if hashlib.sha256(content).hexdigest() != SHA256[self.name][part]:
            raise _damaged(path, "its content has another checksum")
        shape = IDX_SHAPES[part]
        return np.frombuffer(content, np.uint8, offset=4 + 4 * len(shape)).reshape(shape).copy()

    def _read_npz(self):
        try:
            with np.load(self.path, allow_pickle=False) as file:
                arrays = {part: file[part] for part in IDX_FILES}
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error) as error:
            raise _damaged(self.path, f"it cannot be read ({error})") from None
        for part, array in arrays.items():
            if hashlib.sha256(_idx_header(array) + array.tobytes()).hexdigest() != SHA256[self.name][part]:
                raise _damaged(self.path, f"its array {part} has another checksum")
        return arrays.__getitem__


class _Batches(_Place):
    """A folder with the six files of CIFAR-10 as its author packed them."""

    def holds(self):
        return all((self.path / file).is_file() for file in BATCHES)

    def read(self):
        *train, test = (self._read_batch(file) for file in BATCHES)
        x_train, y_train = (np.concatenate(arrays) for arrays in zip(*train, strict=True))
        return {"x_train": x_train, "y_train": y_train, "x_test": test[0], "y_test": test[1]}

    def _read_batch(self, file):
        path = self.path / file
        try:
            content = path.read_bytes()
        except OSError as error:
            raise _damaged(path, f"it cannot be read ({error})") from None
        # nothing is unpickled but the published files
        if hashlib.md5(content).hexdigest() != BATCHES[file]:
            raise _damaged(path, "its content has another checksum")
        batch = pickle.loads(content, encoding="bytes")
        images = batch[b"data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        return np.ascontiguousarray(images), np.asarray(batch[b"labels"], np.uint8)


class _Photos(_Place):
    """A folder of photographs of 32 × 32 pixels: train/<class>/ and test/<class>/, for CIFAR-10's classes."""

    def holds(self):
        folders = (self.path / part / name for part in ("train", "test") for name in CLASS_NAMES[self.name])
        return all(self._photos(folder) for folder in folders)

    def read(self):
        found = {}
        for part in ("train", "test"):
            of_classes = [
                [self._read_photo(photo) for photo in self._photos(self.path / part / name)]
                for name in CLASS_NAMES[self.name]
            ]
            found[f"x_{part}"] = np.concatenate(of_classes)
            counts = [len(photos) for photos in of_classes]
            found[f"y_{part}"] = np.repeat(np.arange(len(counts), dtype=np.uint8), counts)
        return found

    def _photos(self, folder):
        if not folder.is_dir():
            return []
        return sorted(path for path in folder.iterdir() if path.suffix.lower() in PHOTO_SUFFIXES)

    def _read_photo(self, path):
        from PIL import Image  # here: the other data sets do without Pillow

        try:
            with Image.open(path) as photo:
                pixels = np.asarray(photo.convert("RGB"))
        except OSError as error:
            raise _damaged(path, f"it cannot be read ({error})") from None
        if pixels.shape != (32, 32, 3):
            height, width = pixels.shape[:2]
            raise _damaged(path, f"it has {width} × {height} pixels, not 32 × 32")
        return pixels


def _idx_header(array):
    # idx: two zero bytes, 8 for uint8, the number of axes, then their lengths in 4 bytes each, most
    #     significant first
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()


def _damaged(path, problem):
    return DamagedDataError(
        f"{path} is damaged: {problem}.\nDelete it (or put a whole copy in its place) and run again."
    )


def _places(name):
    root = chosen_folder()
    if name == "cifar10":
        if root:
            yield _Batches(name, f"the folder in {SETTING}", root / "cifar-10-batches-py")
            yield _Photos(name, f"the folder of photographs in {SETTING}", root / "cifar10")
        yield _in_cache(name, "Keras' cache")
        return
    folders = {"fashion_mnist": ("fashion-mnist", "fashion_mnist"), "mnist": ("mnist",)}[name]
    if root:
        paths = [root / folder for folder in folders]
        if name == "mnist":
            paths += [root / "mnist.npz", root / "mnist" / "mnist.npz"]
        for path in paths:
            yield _Place(name, f"the folder in {SETTING}", path)
    yield _in_cache(name, "Keras' cache")
    if name == "fashion_mnist":
        yield _Place(name, f"the system's data packages ({SYSTEM_FOLDER})", SYSTEM_FOLDER / "fashion-mnist")


def _in_cache(name, words):
    return (_Batches if name == "cifar10" else _Place)(name, words, _cache_path(name))


def _cache_path(name):
    places = {
        "fashion_mnist": "fashion-mnist",
        "mnist": "mnist.npz",
        "cifar10": "cifar-10-batches-py-target/cifar-10-batches-py",
    }
    return keras_home() / "datasets" / places[name]


def _found(name):
    return next((place for place in _places(name) if place.holds()), None)


def _digits():
    from sklearn.datasets import load_digits  # here: the other data sets do without scikit-learn

    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.target))  # the file goes writer by writer
    images, labels = digits.images[order].astype(np.uint8), digits.target[order].astype(np.uint8)
    return Dataset(
        "digits",
        x_train=images[:DIGITS_TRAIN],
        y_train=labels[:DIGITS_TRAIN],
        x_test=images[DIGITS_TRAIN:],
        y_test=labels[DIGITS_TRAIN:],
        class_names=CLASS_NAMES["digits"],
        source=DIGITS_SOURCE,
    )


# --- places in the network ----------------------------------------------------------------------------------


class Unreachable(Exception):
    """A download that failed; the message says why."""


def _fetch(name):
    """The place that a data set was fetched to."""
    ways: dict[str, Callable] = {"Keras' download": _fetch_with_keras}
    if name == "fashion_mnist":
        ways[f"Debian's package {DEBIAN_PACKAGE}"] = _fetch_debian_package
    looked_at = [f"{place.words}, {place.path}: not there, or not whole" for place in _places(name)]
    for words, fetch in ways.items():
        try:
            fetch(name)
        except (Unreachable, OSError) as error:
            looked_at.append(f"{words}: {error}")
        else:
            place = _in_cache(name, f"{words}, now in Keras' cache")
            if place.holds():
                return place
            # KERAS_HOME was set after Keras was imported
            looked_at.append(f"{words}: went to another folder than {place.path}")
    if name == "cifar10":
        folder, files = "cifar-10-batches-py", list(BATCHES)
    else:
        folder, files = name.replace("_", "-"), [f"{file}.gz" for file in IDX_FILES.values()]
    raise DataNotFoundError(
        f"The data set {name} is not on this machine and could not be fetched. Looked at:\n"
        + "".join(f"  - {line}\n" for line in looked_at)
        + f"Connect to the network and run again, or set {SETTING} to a folder that holds "
        f"{folder}/ with the files {', '.join(files)}."
    )


def _fetch_with_keras(name):
    import keras  # here: it takes seconds, and most loads do without it

    # all of Keras' data sets are below this folder: an archive lies beside what is unpacked from it
    download(getattr(keras.datasets, name).load_data, keras_home() / "datasets")


def download(fetch: Callable[[], Any], folder: Path) -> Any:
    """Call a function of Keras that downloads; give up when nothing has arrived for 15 seconds.

    Args:
        fetch: a function without arguments.
        folder: the folder that grows while it downloads, a `pathlib.Path`.

    Returns:
        What `fetch` returned.

    Raises:
        Unreachable: it failed, or nothing arrived.
    """
    results, failures = [], []

    def run():
        try:
            results.append(fetch())
        except Exception as error:
            failures.append(error)

    # Keras sets no time limit. With this one it ends and removes the part of a file that it has; the
    # thread is left behind only where looking up the host hangs.
    thread = threading.Thread(target=run, daemon=True)
    usual = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        thread.start()
        _wait(lambda: not thread.is_alive(), folder, PATIENCE + LOOKUP_PATIENCE)
    finally:
        socket.setdefaulttimeout(usual)
    if failures:
        raise Unreachable(" ".join(str(failures[0]).split()) or type(failures[0]).__name__)
    return results[0]


def _fetch_debian_package(name):
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Unreachable("there is no apt-get on this machine")
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        (scratch / "lists" / "partial").mkdir(parents=True)
        (scratch / "cache" / "archives" / "partial").mkdir(parents=True)
        # package lists of its own, so that no root is needed
        settings = {
            "Dir::State::Lists": scratch / "lists",
            "Dir::Cache": scratch / "cache",
            "APT::Sandbox::User": "",
            "Acquire::Retries": 0,
            "Acquire::http::Timeout": PATIENCE,
            "Acquire::https::Timeout": PATIENCE,
        }
        apt = ["apt-get", "-qq", *(f"-o{key}={value}" for key, value in settings.items())]
        _run([*apt, "update"], scratch)
        _run([*apt, "download", DEBIAN_PACKAGE], scratch)
        package = next(scratch.glob("*.deb"))
        _run(["dpkg-deb", "--extract", package, scratch / "content"], scratch)
        unpacked = scratch / "content" / SYSTEM_FOLDER.relative_to("/") / "fashion-mnist"
        _Place(name, "", unpacked).read()  # nothing unchecked gets into the cache
        cache = _cache_path(name)
        cache.mkdir(parents=True, exist_ok=True)
        for file in IDX_FILES.values():
            shutil.copy(unpacked / f"{file}.gz", cache / f"{file}.part")
            (cache / f"{file}.part").replace(cache / f"{file}.gz")


def _run(command, folder):
    """Run a command in a folder that it fills; given up when nothing arrives there any more."""
    with tempfile.TemporaryFile("w+") as messages:
        # a session of its own: apt-get's helpers end with it
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=messages,
            stderr=messages,
            start_new_session=True,
        )
        try:
            _wait(lambda: process.poll() is not None, folder, PATIENCE)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if process.returncode:
            messages.seek(0)
            said = messages.read().split("\n")
            reason = next((line for line in said if line.startswith("E:")), f"status {process.returncode}")
            raise Unreachable(f"{command[0]} failed ({reason})")


def _wait(finished, folder, patience):
    """Wait until `finished()`; give up when the files under `folder` stop growing for `patience` seconds."""
    size, since = -1, time.monotonic()
    while not finished():
        now = _size(folder)
        if now != size:
            size, since = now, time.monotonic()
        elif time.monotonic() - since > patience:
            raise Unreachable(f"nothing arrived for {patience} seconds")
        time.sleep(0.1)


def _size(folder):
    size = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # renamed or removed since it was listed
            size += path.lstat().st_size
    return size


def main(arguments: list[str]) -> int:
    """Fetch and check data sets by name, and say in one line each where they came from.

    Returns:
        The exit status: 0, or 1 with the reason on stderr.
    """
    for name in arguments:
        try:
            dataset = load(name)
        except (DataError, ValueError) as error:
            print(error, file=sys.stderr)
            return 1
        train, test = len(dataset.x_train), len(dataset.x_test)
        print(f"{name}: {train:,} training and {test:,} test images, checked; from {dataset.source}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
