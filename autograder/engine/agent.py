"""The student kernel's side of the bridge: looks up names, calls functions, and answers with data.

This runs in the student's process and is theirs to change; nothing here protects anything. What protects is
the other side, which takes every answer for data from a stranger.
"""

import base64
import builtins
import functools
import hashlib
import importlib
import inspect
import itertools
import linecache
import sys
from pathlib import Path
from typing import Any

import numpy as np

from autograder.engine import codec, models

MAX_MESSAGE = 2000
_objects: dict[str, Any] = {}  # what the tests hold by a handle
_numbers = itertools.count(1)


def serve(text: str, folder: str) -> str:
    """Answer one request.

    Args:
        text: the request (`codec`) in base 64, or "@" and the name of the file that holds it.
        folder: where large pieces travel.

    Returns:
        the reply, in the same form.
    """
    exchange = codec.Folder(Path(folder))
    try:
        text = base64.b64decode(text).decode()
        if text.startswith("@"):
            text = exchange.take(text[1:], codec.MAX_TEXT).decode()
        reply = codec.dumps(_answer(codec.loads(text), exchange))
    except codec.CodecError as error:
        reply = codec.dumps({"error": _error(TypeError(f"this cannot be graded: {error}"))})
    if len(reply) > 100_000:
        reply = "@" + exchange.put(reply.encode())
    return base64.b64encode(reply.encode()).decode()


def _answer(request: dict, exchange: codec.Folder) -> dict:
    encoder = codec.Encoder(exchange, _handle)
    _originals.clear()
    if request["do"] == "bind":
        import IPython

        namespace = IPython.get_ipython().user_ns
        found = {}
        for name in request["names"]:
            if name in namespace:
                try:
                    found[name] = _bound(namespace[name], encoder)
                except Exception as error:
                    found[name] = {"t": "refused", "why": str(error)[:MAX_MESSAGE]}
        return {"values": found}
    decoder = codec.Decoder(exchange, _from_test)
    try:
        target = _objects[request["target"]]
        arguments = decoder.decode(request["arguments"])
        for model, node in zip(decoder.models, request["models"], strict=True):
            _take_over(model, node, decoder)
        arguments = _replace(arguments)
    except Exception as error:
        return {"error": _error(TypeError(f"the arguments did not arrive: {error}"))}
    digests = [_digest(array) for array in decoder.arrays]
    before = [
        (models.fingerprint(model), models.compile_config(model)) for model in map(_original, decoder.models)
    ]
    try:
        value = _do(request["do"], target, arguments)
    except BaseException as error:
        reply = {"error": _error(error)}
    else:
        reply = {"value": _bound(value, encoder)}
    reply["arrays"] = {
        str(number): encoder.pure_array(array)
        for number, (array, digest) in enumerate(zip(decoder.arrays, digests, strict=True))
        if array.dtype.kind != "O" and _digest(array) != digest
    }
    reply["models"] = {}
    for number, (model, (weights, compiled)) in enumerate(
        zip(map(_original, decoder.models), before, strict=True)
    ):
        now = models.compile_config(model)
        if models.fingerprint(model) != weights or now != compiled:
            nodes = models.encode_weights(model, encoder)
            reply["models"][str(number)] = {"weights": nodes, "compile": now if now != compiled else None}
    return reply


def _do(what: str, target: Any, arguments: list) -> Any:
    match what:
        case "call":
            positional, named = arguments
            return target(*positional, **named)
        case "method":
            name, positional, named = arguments
            return getattr(target, name)(*positional, **named)
        case "attribute":
            return getattr(target, arguments[0])
        case "item":
            return target[arguments[0]]
        case "set item":
            target[arguments[0]] = arguments[1]
            return None
        case "length":
            return len(target)
        case "iterate":
            return iter(target)
        case "next":
            return next(target)
    raise TypeError(f"unknown request {what!r}")


# A model that the tests hold is the student's own object here, so that a function that keeps a reference
# finds it changed.
_originals: dict[int, Any] = {}


def _take_over(copy: Any, handle: str | None, decoder: codec.Decoder) -> None:
    original = _objects.get(handle) if handle else None
    if original is not None:
        original.set_weights(copy.get_weights())
        compiled = models.compile_config(copy)
        if compiled != models.compile_config(original):
            models.set_compile_config(original, compiled)
        _originals[id(copy)] = original


def _original(copy: Any) -> Any:
    return _originals.get(id(copy), copy)


def _replace(value: Any) -> Any:
    """Copies of models replaced by the objects that they are copies of."""
    if isinstance(value, list):
        return [_replace(item) for item in value]
    if isinstance(value, tuple):
        return tuple(_replace(item) for item in value)
    if type(value) is dict:
        return {key: _replace(item) for key, item in value.items()}
    return _originals.get(id(value), value)


def _from_test(node: dict) -> Any:
    """What a test hands over that is no data: one of our own objects, or a library's function or class."""
    if node["t"] == "import":
        return functools.reduce(getattr, node["name"].split("."), importlib.import_module(node["module"]))
    return _objects[node["handle"]]


def _bound(value: Any, encoder: codec.Encoder) -> Any:
    node = encoder.encode(value)
    if isinstance(node, dict) and node.get("t") == "model":
        node["handle"] = _keep(value)
    return node


def _keep(value: Any) -> str:
    for handle, kept in _objects.items():
        if kept is value:
            return handle
    handle = f"o{next(_numbers)}"
    _objects[handle] = value
    return handle


def _handle(value: Any) -> dict:
    """The node of something that stays here."""
    node = {
        "t": "ref",
        "handle": _keep(value),
        "type": type(value).__name__[:80],
        "callable": callable(value),
    }
    keras = sys.modules.get("keras")
    if keras is not None and isinstance(value, keras.Model):
        node["model"] = _why_not(value)
    if callable(value):
        node["name"] = str(getattr(value, "__name__", ""))[:80]
        try:
            parameters = inspect.signature(value).parameters.values()
            node["signature"] = [
                [one.name, int(one.kind), one.default is not one.empty, repr(one.default)[:80]]
                for one in parameters
            ][:50]
        except (TypeError, ValueError):
            pass
    return node


def _why_not(model: Any) -> str:
    import keras

    try:
        models.check(keras.saving.serialize_keras_object(model))
    except Exception as error:
        return str(error)[:MAX_MESSAGE]
    return "its weights or its configuration cannot be copied"


def _digest(array: np.ndarray) -> bytes:
    if array.dtype.kind == "O" or not array.size:
        return b""
    return hashlib.blake2b(
        np.ascontiguousarray(array).reshape(-1).view(np.uint8).data, digest_size=16
    ).digest()


def _error(error: BaseException) -> dict:
    """An exception as data: names of its built-in classes, its message, and the student's line."""
    kinds = [kind.__name__ for kind in type(error).__mro__ if getattr(builtins, kind.__name__, None) is kind]
    try:
        message = str(error)
    except Exception:
        message = ""
    return {
        "kinds": kinds,
        "type": type(error).__name__[:80],
        "message": message[:MAX_MESSAGE],
        "line": _students_line(error),
    }


def _students_line(error: BaseException) -> str | None:
    """The innermost line of a cell on the way to an error, in the words of `course_utils.expect`."""
    import IPython

    shell = IPython.get_ipython()
    found, step = None, error.__traceback__
    while step is not None:
        frame = step.tb_frame
        if shell is not None and frame.f_globals is shell.user_ns and frame.f_code.co_name != "<module>":
            source = linecache.getline(frame.f_code.co_filename, step.tb_lineno).strip()
            found = f"in `{frame.f_code.co_name}`, line {step.tb_lineno} of your cell: {source}"[:300]
        step = step.tb_next
    return found
