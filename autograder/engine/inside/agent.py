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
import operator
import os
import sys
from pathlib import Path
from typing import Any

import IPython
import numpy as np

from autograder.engine.inside import codec, models
from course_utils import builtin_models

MAX_MESSAGE = 2000
PLAIN = (type(None), bool, int, float, str)
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
    if request["do"] == "bind":
        namespace = IPython.get_ipython().user_ns
        found = {}
        for name in request["names"]:
            if name in namespace:
                try:
                    found[name] = _bound(namespace[name], encoder)
                except Exception as error:
                    found[name] = {"t": "refused", "why": str(error)[:MAX_MESSAGE]}
        return {"values": found}
    try:
        target = _objects[request["target"]]
        decoder = _Decoder(exchange, request["models"])
        arguments = decoder.decode(request["arguments"])
    except Exception as error:
        return {"error": _error(TypeError(f"the arguments did not arrive: {error}"))}
    arrays = [_digest(array) for array in decoder.arrays]
    containers = [codec.held(container) for container in decoder.containers]
    states = [_state(model) for model in decoder.models]
    try:
        value = _do(request["do"], target, arguments)
    except BaseException as error:
        reply = {"error": _error(error)}
    else:
        reply = {"value": _bound(value, encoder)}
    if IPython.get_ipython().exit_now:  # by `exit()`, which ends the kernel when it does something else
        os._exit(0)
    reply["arrays"] = {
        str(number): encoder.pure_array(array)
        for number, (array, digest) in enumerate(zip(decoder.arrays, arrays, strict=True))
        if array.dtype.kind != "O" and _digest(array) != digest
    }
    reply["models"] = {}
    for number, (model, before) in enumerate(zip(decoder.models, states, strict=True)):
        _, compiled, flags = before
        now = _, compiled_now, flags_now = _state(model)
        if now != before:
            reply["models"][str(number)] = {
                "weights": models.encode_weights(model, encoder),
                "compile": compiled_now if compiled_now != compiled else None,
                "flags": flags_now if flags_now != flags else None,
            }
    reply["containers"] = _changed(decoder, containers, encoder)
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


class _Decoder(codec.Decoder):
    """A decoder of a test's arguments.

    A model that came from here is the student's own object again, so that a function that keeps a reference
    finds it changed.

    Args:
        exchange: where large arrays are.
        handles: by which the models came, in their order; None for one that did not come from here.
    """

    def __init__(self, exchange: codec.Folder, handles: list):
        super().__init__(exchange, _from_test)
        self._handles = handles

    def decode(self, node: Any, depth: int = 0) -> Any:
        value = super().decode(node, depth)
        if type(node) is dict and node.get("t") == "model":
            handle = self._handles[len(self.models) - 1]
            value = self.models[-1] = _taken_over(value, _objects.get(handle) if handle else None)
        return value


def _taken_over(copy: Any, original: Any) -> Any:
    """The student's own model, as the test's copy of it is now; the copy where there is no other."""
    if original is None:
        return copy
    original.set_weights(copy.get_weights())
    models.set_flags(original, models.flags(copy))
    compiled = models.compile_node(copy)
    if compiled != models.compile_node(original):
        models.compile_as(original, compiled)
    return original


def _state(model: Any) -> tuple[bytes, list, list[bool]]:
    """What a call may change in a model."""
    return models.fingerprint(model), models.compile_node(model), models.flags(model)


def _changed(decoder: codec.Decoder, before: list[list], encoder: codec.Encoder) -> dict[str, Any]:
    """Nodes of the lists, dicts and sets among the arguments that hold something else than before.

    What they were given with is named rather than copied, so that the test keeps its own objects.
    """
    changed = {
        str(number): container
        for number, (container, held) in enumerate(zip(decoder.containers, before, strict=True))
        if not _same(codec.held(container), held)
    }
    if changed:
        for number, (container, held) in enumerate(zip(decoder.containers, before, strict=True)):
            if type(container) is not set:  # its order is another one there
                encoder.known |= {
                    id(item): {"t": "argument", "v": [number, place]}
                    for place, item in enumerate(held)
                    if type(item) not in PLAIN
                }
    return {number: encoder.anew(container) for number, container in changed.items()}


def _same(now: list, before: list) -> bool:
    """Whether two lists hold the same objects; comparing these could ask a student's class."""
    return len(now) == len(before) and all(map(operator.is_, now, before))


def _from_test(node: dict) -> Any:
    """What a test hands over that is not data: one of our own objects, or a library's function or class."""
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
    try:
        builtin_models.configuration(model)
    except builtin_models.ModelRefused as error:
        return error.reason[:MAX_MESSAGE]
    except Exception:
        pass  # of whatever it is made
    return "weights or settings that cannot be copied"


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
    shell = IPython.get_ipython()
    found, step = None, error.__traceback__
    while step is not None:
        frame = step.tb_frame
        if shell is not None and frame.f_globals is shell.user_ns and frame.f_code.co_name != "<module>":
            source = linecache.getline(frame.f_code.co_filename, step.tb_lineno).strip()
            found = f"in `{frame.f_code.co_name}`, line {step.tb_lineno} of your cell: {source}"[:300]
        step = step.tb_next
    return found
