"""Plain data between processes that do not trust each other: checked JSON and raw arrays, never pickle.

Everything that is read here may have been written by a stranger: each kind has its own decoder, sizes are
bounded, and nothing is ever imported, called or looked up by a name that arrived.
"""

import base64
import json
import math
import os
import secrets
import stat
import sys
from collections import namedtuple
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from autograder.engine.inside import models

Kind = TypeVar("Kind")
Parts = TypeVar("Parts")
Made = TypeVar("Made")
MEBIBYTE = 2**20
INLINE = 32 * 1024  # bytes of an array that travels inside the message; a larger one is a file
MAX_TEXT = 16 * MEBIBYTE  # characters of one message
MAX_ARRAY = 512 * MEBIBYTE
MAX_ARRAYS = 1024 * MEBIBYTE  # bytes of all arrays of one message
MAX_NODES = 300_000
MAX_DEPTH = 50
MAX_FIELDS = 100  # of a named tuple, whose class is made anew
MAX_INTEGER_BITS = 8192
# booleans, integers, floats, complex, fixed-width text and bytes, dates: nothing that holds Python objects
ARRAY_KINDS = "biufcUSMm"
NUMPY_TYPES = (
    "bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128"
)
TYPES = {
    **{
        f"builtins.{kind.__name__}": kind
        for kind in (bool, int, float, complex, str, bytes, list, tuple, dict, set)
    },
    **{f"numpy.{getattr(np, name).__name__}": getattr(np, name) for name in NUMPY_TYPES.split()},
    "numpy.ndarray": np.ndarray,
}
TYPE_NAMES = {kind: name for name, kind in TYPES.items()}
SEQUENCES: tuple[tuple[type[Iterable], str], ...] = (
    (list, "list"), (tuple, "tuple"), (set, "set"), (frozenset, "frozenset"),
)  # fmt: skip
CONTAINERS = (list, dict, set)  # what a function can change in place, besides arrays and models


def _course_record(module: Any, name: Any) -> type | None:
    """A dataclass of course_utils, such as `data.Dataset`, whose module is imported already; else None."""
    if type(module) is not str or type(name) is not str or not module.startswith("course_utils."):
        return None
    kind = getattr(sys.modules.get(module), name, None)
    return kind if isinstance(kind, type) and is_dataclass(kind) and not name.startswith("_") else None


def held(container: list | dict | set) -> list:
    """What a container holds, in its order; of a dict the keys, then the values."""
    if isinstance(container, dict):
        return [*dict.keys(container), *dict.values(container)]
    return list(list.__iter__(container) if isinstance(container, list) else set.__iter__(container))


class CodecError(ValueError):
    """A value that cannot cross, or a message that is not what it should be; says why."""


class Folder:
    """The folder through which large pieces travel; the student's side may write anything in it.

    Args:
        path: the folder.
    """

    def __init__(self, path: Path):
        self.path = path

    def put(self, content: bytes | memoryview) -> str:
        """Write a new file and return its name."""
        name = f"x-{secrets.token_hex(8)}"
        descriptor = os.open(self.path / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        return name

    def take(self, name: Any, limit: int) -> bytearray:
        """Read a file and remove it.

        Raises:
            CodecError: the name is none of ours, or it is not an ordinary file, or longer than `limit` bytes.
        """
        if type(name) is not str or not name.startswith("x-") or not name[2:].isalnum():
            raise CodecError("a file name that is not one of ours")
        # no link is followed, and a pipe does not block
        try:
            descriptor = os.open(self.path / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            raise CodecError(f"an array that did not arrive ({error.strerror})") from None
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
                raise CodecError("an array that is larger than it said")
            content = bytearray(status.st_size)
            if file.readinto(content) != status.st_size:
                raise CodecError("an array that is shorter than it said")
        (self.path / name).unlink(missing_ok=True)
        return content


class Encoder:
    """Turns values into JSON nodes.

    Args:
        folder: where arrays above 32 KiB go.
        other: what to do with a value that is not plain data: returns a node, or raises.

    Attributes:
        arrays: the arrays met, in order; a call may change them.
        containers: likewise the lists, dicts and sets, each after what it holds.
        models: the Keras models met, in order.
        known: by id, the node (`argument`) of a value that the reader has already, since it sent it.
    """

    def __init__(self, folder: Folder, other: Callable[[Any], Any]):
        self.folder, self.other = folder, other
        self.arrays: list[np.ndarray] = []
        self.containers: list[list | dict | set] = []
        self.models: list[Any] = []
        self.known: dict[int, dict] = {}
        self._nodes = self._bytes = 0

    def encode(self, value: Any, depth: int = 0) -> Any:
        """The node of a value.

        Raises:
            CodecError: too deep (perhaps it contains itself), too many parts, or too large.
        """
        self._nodes += 1
        if depth > MAX_DEPTH:
            raise CodecError("a value nested more than 50 levels deep (does it contain itself?)")
        if self._nodes > MAX_NODES:
            raise CodecError(f"a value of more than {MAX_NODES:,} parts; a NumPy array would do")
        return self.known.get(id(value)) or self.anew(value, depth)

    def anew(self, value: Any, depth: int = 0) -> Any:
        """The node that tells what a value holds, even where the reader has it already; as `encode`."""
        kind = type(value)
        if value is None or kind in (bool, str, float):
            return value
        if kind is int:
            return value if value.bit_length() < 64 else {"t": "int", "v": hex(self._bounded_int(value))}
        if isinstance(value, np.ndarray):
            return self._array(value)
        if isinstance(value, np.generic):
            return {**self.pure_array(np.asarray(value)), "t": "scalar"}
        for container, name in SEQUENCES:
            if isinstance(value, container) and not hasattr(value, "_fields"):
                items = [self.encode(item, depth + 1) for item in container.__iter__(value)]
                if isinstance(value, list | set):
                    self.containers.append(value)
                return {"t": name, "v": items}
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            items = [self.encode(item, depth + 1) for item in tuple.__iter__(value)]
            return {"t": "namedtuple", "fields": list(value._fields), "v": items}
        if isinstance(value, dict):
            pairs = [
                [self.encode(key, depth + 1), self.encode(item, depth + 1)] for key, item in dict.items(value)
            ]
            self.containers.append(value)
            return {"t": "dict", "v": pairs}
        if kind is bytes:
            return {"t": "bytes", "v": base64.b64encode(value).decode()}
        if kind is complex:
            return {"t": "complex", "v": [value.real, value.imag]}
        if value is Ellipsis:
            return {"t": "ellipsis"}
        if kind in (slice, range):
            parts = (value.start, value.stop, value.step)
            return {"t": kind.__name__, "v": [self.encode(part, depth + 1) for part in parts]}
        if isinstance(value, np.dtype) and value.kind in ARRAY_KINDS:
            return {"t": "dtype", "v": value.str}
        if isinstance(value, type) and value in TYPE_NAMES:
            return {"t": "type", "v": TYPE_NAMES[value]}
        # a subclass: its plain value, by a method that is not the student's
        if isinstance(value, str):
            return self.encode(str.__str__(value), depth + 1)
        if isinstance(value, int):
            return self.encode(int.__add__(value, 0), depth + 1)
        if isinstance(value, float):
            return self.encode(float.__add__(value, 0.0), depth + 1)
        if _course_record(type(value).__module__, type(value).__name__) is kind:
            named = {
                field.name: self.encode(getattr(value, field.name), depth + 1) for field in fields(value)
            }
            return {"t": "record", "module": kind.__module__, "name": kind.__name__, "v": named}
        node = models.encode(value, self)
        return node if node is not None else self.other(value)

    def _bounded_int(self, value: int) -> int:
        if value.bit_length() > MAX_INTEGER_BITS:
            raise CodecError("an integer of more than 2,000 digits")
        return value

    def _array(self, value: np.ndarray) -> dict:
        self.arrays.append(value)
        if value.dtype.kind == "O":
            items = [self.encode(item, MAX_DEPTH // 2) for item in value.ravel().tolist()]
            return {"t": "objects", "shape": list(value.shape), "v": items}
        return {"t": "array", **self.pure_array(value)}

    def pure_array(self, value: np.ndarray) -> dict:
        """Fields of an array's node: dtype, shape, and the data or the file that holds it."""
        if value.dtype.kind not in ARRAY_KINDS:
            raise CodecError(f"an array of dtype {value.dtype}")
        self._bytes += value.nbytes
        if value.nbytes > MAX_ARRAY or self._bytes > MAX_ARRAYS:
            raise CodecError(
                f"an array of {value.nbytes // MEBIBYTE:,} MB; at most "
                f"{MAX_ARRAY // MEBIBYTE} MB can be graded"
            )
        content = np.ascontiguousarray(value)
        fields = {"dtype": value.dtype.str, "shape": list(value.shape)}
        if value.nbytes <= INLINE:
            return {**fields, "v": base64.b64encode(content.tobytes()).decode()}
        return {**fields, "file": self.folder.put(content.reshape(-1).view(np.uint8).data)}


class Decoder:
    """Turns JSON nodes, which may be anything, into values.

    Args:
        folder: where arrays above 32 KiB are.
        other: what to do with a node of a kind that is not plain data (`ref`): returns the value, or raises.

    Attributes:
        arrays: the arrays made, in the order of the encoder's.
        containers: the lists, dicts and sets made, in the order of the encoder's.
        models: the models made, in the order of the encoder's.
        known: what the writer may name (`argument`): what each container that it was sent held.
    """

    def __init__(self, folder: Folder, other: Callable[[dict], Any]):
        self.folder, self.other = folder, other
        self.arrays: list[np.ndarray] = []
        self.containers: list[list | dict | set] = []
        self.models: list[Any] = []
        self.known: list[list] = []
        self._nodes = self._bytes = 0

    def decode(self, node: Any, depth: int = 0) -> Any:
        """The value of a node.

        Raises:
            CodecError: the node is not well formed, or something in it is too large.
        """
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise CodecError("a value that is too deep or has too many parts")
        if node is None or type(node) in (bool, str, float):
            return node
        if type(node) is int:
            if node.bit_length() > 64:
                raise CodecError("an integer that should be text")
            return node
        if type(node) is not dict:
            raise CodecError("a message that is not understood")
        kind, value = node.get("t"), node.get("v")
        match kind:
            case "list" | "tuple" | "set" | "frozenset":
                items = [self.decode(item, depth + 1) for item in self._is(list, value)]
                made = self._made(
                    {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}[kind], items
                )
                if type(made) in CONTAINERS:
                    self.containers.append(made)
                return made
            case "dict":
                pairs = [self._list(pair, 2) for pair in self._is(list, value)]
                made = self._made(
                    dict, [(self.decode(key, depth + 1), self.decode(item, depth + 1)) for key, item in pairs]
                )
                self.containers.append(made)
                return made
            case "argument":
                return self._argument(node)
            case "namedtuple":
                items = [self.decode(item, depth + 1) for item in self._is(list, value)]
                if len(items) > MAX_FIELDS:
                    raise CodecError("a named tuple of too many fields")
                names = [self._is(str, name) for name in self._list(node.get("fields"), len(items))]
                return self._made(lambda parts: namedtuple("Result", names)(*parts), items)
            case "record":
                return self._record(node, depth)
            case "array":
                array = self.pure_array(node)
                self.arrays.append(array)
                return array
            case "objects":
                return self._objects(node)
            case "scalar":
                array = self.pure_array(node)
                if array.shape != ():
                    raise CodecError("a number that is an array")
                return array[()]
            case "int":
                return int(self._is(str, value)[: MAX_INTEGER_BITS // 4 + 3], 16)
            case "bytes":
                return self._base64(value)
            case "complex":
                real, imaginary = self._list(value, 2)
                return complex(self._is(float, real), self._is(float, imaginary))
            case "ellipsis":
                return Ellipsis
            case "slice" | "range":
                parts = [self.decode(part, depth + 1) for part in self._list(value, 3)]
                return self._made(lambda three: (slice if kind == "slice" else range)(*three), parts)
            case "dtype":
                return self._dtype(value)
            case "type":
                if value not in TYPES:
                    raise CodecError("a type that is not a plain one")
                return TYPES[value]
        if kind in models.KINDS:
            return models.decode(node, self)
        return self.other(node)

    @staticmethod
    def _is(kind: type[Kind], value: Any) -> Kind:
        if type(value) is not kind:
            raise CodecError("a message that is not understood")
        return value

    def _list(self, value: Any, length: int) -> list:
        if len(self._is(list, value)) != length:
            raise CodecError("a message that is not understood")
        return value

    @staticmethod
    def _made(make: Callable[[Parts], Made], parts: Parts) -> Made:
        try:
            return make(parts)
        except (TypeError, ValueError) as error:  # unhashable key, range step 0
            raise CodecError(str(error)) from None

    def _record(self, node: dict, depth: int) -> Any:
        kind = _course_record(node.get("module"), node.get("name"))
        if kind is None:
            raise CodecError("a record that is not one of the course's")
        parts = self._is(dict, node.get("v"))
        if set(parts) != {field.name for field in fields(kind)}:
            raise CodecError("a record whose fields are not its own")
        values = {name: self.decode(part, depth + 1) for name, part in parts.items()}
        return self._made(lambda made: kind(**made), values)

    def _argument(self, node: dict) -> Any:
        found: Any = self.known
        for number in self._list(node.get("v"), 2):
            if not 0 <= self._is(int, number) < len(found):
                raise CodecError("an argument that was not sent")
            found = found[number]
        return found

    def _base64(self, value: Any) -> bytes:
        try:
            return base64.b64decode(self._is(str, value), validate=True)
        except ValueError:
            raise CodecError("a message that is not understood") from None

    def _dtype(self, value: Any) -> np.dtype:
        if type(value) is not str or len(value) > 12 or value.lstrip("<>|=")[:1] not in ARRAY_KINDS:
            raise CodecError("a dtype that cannot cross")
        try:
            dtype = np.dtype(value)
        except TypeError:
            raise CodecError("a dtype that cannot cross") from None
        if dtype.kind not in ARRAY_KINDS or dtype.hasobject or dtype.itemsize > 2**16:
            raise CodecError("a dtype that cannot cross")
        return dtype

    def _shape(self, value: Any) -> tuple[int, ...]:
        shape = self._is(list, value)
        if len(shape) > 32 or not all(type(size) is int and 0 <= size < 2**40 for size in shape):
            raise CodecError("an array of an impossible shape")
        return tuple(shape)

    def pure_array(self, node: Any) -> np.ndarray:
        """The array of an array's node: a new, writable one."""
        self._is(dict, node)
        dtype, shape = self._dtype(node.get("dtype")), self._shape(node.get("shape"))
        size = math.prod(shape) * dtype.itemsize
        self._bytes += size
        if size > MAX_ARRAY or self._bytes > MAX_ARRAYS:
            raise CodecError(
                f"an array of {size // MEBIBYTE:,} MB; at most {MAX_ARRAY // MEBIBYTE} MB can be graded"
            )
        if "file" in node:
            content = self.folder.take(node["file"], size)
        else:
            content = bytearray(self._base64(node.get("v")))
        if len(content) != size:
            raise CodecError("an array whose data are not of its size")
        return np.frombuffer(content, dtype=dtype).reshape(shape) if size else np.zeros(shape, dtype)

    def _objects(self, node: dict) -> np.ndarray:
        shape, items = self._shape(node.get("shape")), self._is(list, node.get("v"))
        if math.prod(shape) != len(items):
            raise CodecError("an array whose data are not of its size")
        flat = np.empty(len(items), dtype=object)
        flat[:] = [self.decode(item, MAX_DEPTH // 2) for item in items] or None
        array = flat.reshape(shape)
        self.arrays.append(array)
        return array


def dumps(message: dict) -> str:
    """A message as text.

    Raises:
        CodecError: it is too long.
    """
    text = json.dumps(message)
    if len(text) > MAX_TEXT:
        raise CodecError(
            f"{len(text) // MEBIBYTE} MB of text; at most {MAX_TEXT // MEBIBYTE} MB can be graded"
        )
    return text


def loads(text: str | bytes | bytearray) -> dict:
    """The message of a text, which may be anything.

    Raises:
        CodecError: it is no JSON object, or too long.
    """
    if len(text) > MAX_TEXT:
        raise CodecError("a message that is too long")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise CodecError("a message that is not understood") from None
    if type(message) is not dict:
        raise CodecError("a message that is not understood")
    return message
