"""The trusted kernel's side of the bridge: gives test cells the student's names, as copies and proxies.

The executor calls `prepare` before each test cell. Calls go to the agent in the student kernel as execute
requests with `user_expressions`, over a socket of our own; an answer is data from a stranger (`codec`,
`models`).
"""

import ast
import base64
import builtins
import functools
import importlib
import inspect
import itertools
import re
import socket
import time
import weakref
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.session import Session

from autograder.engine import codec, models

MARGIN = 0.9  # of a test cell's seconds that calls may use, so that the cell itself can still report
CALL_SHARE = 0.5  # of them that one call may use, so that one endless function leaves time for the others
INTERRUPT_SECONDS = 3  # for a student's function to end after an interrupt
LIBRARIES = ("numpy", "keras", "tensorflow", "course_utils", "math")  # whose functions a test may hand over
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# what a student's exception may become here; the others become their nearest built-in base class
NOT_RAISED = (StopIteration, StopAsyncIteration)  # they would end a loop of the test's
EXCEPTIONS = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, NOT_RAISED)
}  # fmt: skip


class StudentObject:
    """Something that stays in the student's process; calls, attributes, items, iteration are forwarded.

    It is equal to nothing but itself, is no array and no number, and its truth is True: what it says of
    itself does not count.
    """

    def __init__(self, bridge: "Bridge", node: dict):
        fields = {"_bridge": bridge, "_handle": node["handle"], "_type": node["type"]}
        if node["callable"]:
            fields["__name__"] = fields["__qualname__"] = node["name"]
            if node["signature"] is not None:
                fields["__signature__"] = node["signature"]
        self.__dict__.update(fields)

    def __call__(self, *args, **kwargs):  # noqa: D102
        return self._bridge.request("call", self._handle, [list(args), kwargs])

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self._bridge.request("attribute", self._handle, [name])

    def __setattr__(self, name, value):
        raise AttributeError(f"a test cannot set {name!r} on an object of the student's")

    def __getitem__(self, key):
        return self._bridge.request("item", self._handle, [key])

    def __setitem__(self, key, value):
        self._bridge.request("set item", self._handle, [key, value])

    def __len__(self):
        length = self._bridge.request("length", self._handle, [])
        if type(length) is not int or length < 0:
            raise TypeError(f"the length of the {self._type} object is no whole number")
        return length

    def __bool__(self):
        return True

    def __iter__(self):
        iterator = self._bridge.request("iterate", self._handle, [])
        if not isinstance(iterator, StudentObject):  # plain data was its own iterator
            yield from iterator
            return
        while True:
            try:
                item = self._bridge.request("next", iterator._handle, [])
            except _Exhausted:
                return
            yield item

    def __array__(self, *_args, **_kwargs):
        raise TypeError(f"an object of the class {self._type}, where an array was expected")

    def __repr__(self):
        return f"<the student's {getattr(self, '__name__', '') or self._type + ' object'}>"


class StudentModel(StudentObject):
    """A model with classes of the student's own, in a cell that allows it: it is called, or predicts."""

    def __getattr__(self, name):
        if name == "predict":
            return lambda *args, **kwargs: self._bridge.request(
                "method", self._handle, ["predict", list(args), kwargs]
            )
        raise AttributeError(
            f"of a model with classes of the student's own, only calls and predict count, not {name!r}"
        )


class Refused:
    """Stands for something of the student's that cannot be graded: any use of it says why."""

    def __init__(self, why: str):
        self.__dict__["_why"] = why

    def _refuse(self, *_args, **_kwargs):
        raise TypeError(self.__dict__["_why"])

    __call__ = __getitem__ = __iter__ = __len__ = __array__ = __float__ = __int__ = __index__ = _refuse

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()

    def __repr__(self):
        return f"<cannot be graded: {self.__dict__['_why']}>"


class _Exhausted(Exception):
    """The student's iterator has no more items."""


class Bridge:
    """The connection to one student kernel.

    Args:
        folder: that kernel's folder of sockets and arrays, as the trusted kernel sees it.
        agent_folder: the same folder, as the student kernel sees it.
        key: the key of its messages.
        max_message: bytes of one message.
    """

    def __init__(self, folder: str, agent_folder: str, key: str, max_message: int):
        self.folder, self.agent_folder = Path(folder), agent_folder
        self.exchange = codec.Folder(self.folder)
        self._session = Session(key=key.encode())
        self._context = zmq.Context()
        self._context.setsockopt(zmq.MAXMSGSIZE, max_message)
        self._context.setsockopt(zmq.LINGER, 0)
        self._shell, self._control = self._socket(1), self._socket(5)
        self._gone: str | None = None  # why the student kernel answers no more
        self._handles: dict[int, tuple[Any, str]] = {}  # id of a rebuilt model → weak reference, handle
        self.deadline = self.seconds = 0.0
        self.custom_models = False

    def _socket(self, channel: int) -> zmq.Socket:
        made = self._context.socket(zmq.DEALER)
        made.connect(f"ipc://{self.folder / 's'}-{channel}")
        return made

    def close(self) -> None:
        """Close the sockets; objects of that kernel say so."""
        self._gone = "it belongs to a Python process of yours that has ended"
        self._context.destroy(linger=0)

    # --- names ----------------------------------------------------------------------------------------------

    def bind(self, names: list[str]) -> dict[str, Any]:
        """The student's values by name; a name that is not defined there is missing."""
        try:
            reply = self._exchange_message({"do": "bind", "names": names})
        except TimeoutError as error:
            return {name: Refused(str(error)) for name in names}
        nodes = reply.get("values")
        if type(nodes) is not dict:
            return {name: Refused("your kernel gave an answer that is none") for name in names}
        values = {}
        for name in names:
            if name in nodes:
                try:
                    values[name] = self._decoder().decode(nodes[name])
                except (codec.CodecError, models.ModelRefused) as error:
                    values[name] = Refused(f"`{name}` cannot be graded: {_clean(str(error))}")
        return values

    # --- requests -------------------------------------------------------------------------------------------

    def request(self, what: str, target: str, arguments: list) -> Any:
        """Have the agent do something with one of its objects; copy back what it changed in the arguments.

        Returns:
            what it answered, as data, rebuilt models, or StudentObject.

        Raises:
            Exception: what the student's code raised, as its nearest built-in class.
            TimeoutError: it did not answer in time, or its kernel has ended.
            TypeError: something in the arguments or in the answer cannot cross.
        """
        encoder = codec.Encoder(self.exchange, self._encode_other)
        try:
            node = encoder.encode(arguments)
        except codec.CodecError as error:
            raise TypeError(f"the test's argument cannot be handed over: {error}") from None
        handles = [self._handle_of(model) for model in encoder.models]
        message = {"do": what, "target": target, "arguments": node, "models": handles}
        reply = self._exchange_message(message)
        decoder = self._decoder()
        try:
            self._copy_back(reply, encoder, decoder)
            if "error" in reply:
                raise self._exception(reply["error"], stop_iteration=what == "next")
            value = decoder.decode(reply.get("value"))
        except (codec.CodecError, models.ModelRefused) as error:
            raise TypeError(f"the answer cannot be graded: {_clean(str(error))}") from None
        if isinstance(value, Refused):
            value._refuse()
        return value

    def _copy_back(self, reply: dict, encoder: codec.Encoder, decoder: codec.Decoder) -> None:
        for kind, originals in (("arrays", encoder.arrays), ("models", encoder.models)):
            changed = reply.get(kind, {})
            if type(changed) is not dict:
                raise codec.CodecError("a message that is not understood")
            for number, original in enumerate(originals):
                node = changed.get(str(number))
                if node is None:
                    continue
                if kind == "arrays":
                    array = decoder.pure_array(node)
                    if (
                        array.shape != original.shape
                        or array.dtype != original.dtype
                        or not original.flags.writeable
                    ):
                        raise codec.CodecError("an argument that came back with another shape")
                    original[...] = array
                elif type(node) is dict:
                    models.set_weights(original, node.get("weights"), decoder)
                    models.set_compile_config(original, node.get("compile"))

    def _exchange_message(self, message: dict) -> dict:
        """Send a message to the agent and wait for its reply."""
        if self._gone:
            raise TimeoutError(self._gone)
        text = codec.dumps(message)
        if len(text) > 100_000:
            text = "@" + self.exchange.put(text.encode())
        text = base64.b64encode(text.encode()).decode()
        agent = "__import__('autograder.engine.agent', fromlist=['serve'])"
        call = f"{agent}.serve({text!r}, {self.agent_folder!r})"
        content = {
            "code": "",
            "silent": True,
            "store_history": False,
            "allow_stdin": False,
            "stop_on_error": False,
        }
        content["user_expressions"] = {"reply": call}
        sent = self._session.send(self._shell, "execute_request", content)
        started = time.monotonic()
        deadline = min(self.deadline, started + CALL_SHARE * self.seconds)
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                self._give_up(sent["header"]["msg_id"], time.monotonic() - started)
            reply = self._receive(sent["header"]["msg_id"], min(left, 1.0))
            if reply is not None:
                return reply
            if not self._listening():
                self._gone = "your code ended the kernel, so nothing after it can be checked"
                raise TimeoutError(self._gone)

    def _receive(self, request: str, timeout: float) -> dict | None:
        """The reply to a request, or None if there is none in time; whatever else arrives is thrown away."""
        if not self._shell.poll(timeout * 1000):
            return None
        frames = self._shell.recv_multipart()
        try:
            _, frames = self._session.feed_identities(frames)
            answer = self._session.deserialize(frames)
            if answer["parent_header"]["msg_id"] != request:
                return None
            text = answer["content"]["user_expressions"]["reply"]["data"]["text/plain"]
            text = base64.b64decode(text.strip("'\""), validate=True)
        except Exception:  # anything may be wrong with it
            return None
        try:
            if text.startswith(b"@"):
                text = self.exchange.take(text[1:].decode(errors="replace"), codec.MAX_TEXT)
            return codec.loads(text)
        except codec.CodecError as error:
            return {"error": {"kinds": ["TypeError"], "message": f"the answer cannot be graded: {error}"}}

    def _give_up(self, request: str, waited: float) -> None:
        """Interrupt the student's function; raise TimeoutError."""
        self._session.send(self._control, "interrupt_request", {})
        deadline = time.monotonic() + INTERRUPT_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            if self._receive(request, min(left, 0.5)) is not None:
                break
        else:
            self._gone = (
                "your code did not return and could not be interrupted, so nothing after it can be checked"
            )
        raise TimeoutError(f"your code did not return within {max(waited, 1):.0f} seconds")

    def _listening(self) -> bool:
        """Whether a process still listens on the student kernel's socket."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(f"{self.folder / 's'}-1")
            except OSError:
                return False
        return True

    # --- values ---------------------------------------------------------------------------------------------

    def _decoder(self) -> codec.Decoder:
        decoder = codec.Decoder(self.exchange, self._decode_other)
        plain = decoder.decode

        def decode(node: Any, depth: int = 0) -> Any:
            value = plain(node, depth)
            if type(node) is dict and node.get("t") == "model" and type(node.get("handle")) is str:
                self._handles[id(value)] = (weakref.ref(value), node["handle"][:40])
            return value

        decoder.decode = decode
        return decoder

    def _decode_other(self, node: dict) -> Any:
        """A node that is no plain data."""
        kind = node.get("t")
        if kind == "refused" and type(node.get("why")) is str:
            return Refused(f"this cannot be graded: {_clean(node['why'])}")
        if kind != "ref" or type(node.get("handle")) is not str:
            raise codec.CodecError("a message that is not understood")
        clean = {"handle": node["handle"][:40], "type": _clean(str(node.get("type")))[:80]}
        clean["callable"] = node.get("callable") is True
        clean["name"] = _clean(str(node.get("name")))[:80]
        clean["signature"] = _signature(node.get("signature")) if clean["callable"] else None
        if "model" not in node:
            return StudentObject(self, clean)
        if self.custom_models:
            return StudentModel(self, clean)
        return Refused(f"the model cannot be graded: it has {_clean(str(node['model']))}")

    def _encode_other(self, value: Any) -> dict:
        """The node of an argument that is no plain data."""
        if isinstance(value, StudentObject):
            return {"t": "ref", "handle": value._handle}
        if isinstance(value, Refused):
            value._refuse()
        module, name = getattr(value, "__module__", None) or "", getattr(value, "__qualname__", "")
        if type(value).__module__ == "numpy" and hasattr(value, "__name__"):  # a ufunc
            module, name = "numpy", value.__name__
        if module.split(".")[0] in LIBRARIES and name:
            try:
                if functools.reduce(getattr, name.split("."), importlib.import_module(module)) is value:
                    return {"t": "import", "module": module, "name": name}
            except (AttributeError, ImportError):
                pass
        raise TypeError(
            f"the test hands {name or 'a ' + type(value).__name__} to the student's code; only data, Keras "
            "models and functions of libraries can be handed over"
        )

    def _handle_of(self, model: Any) -> str | None:
        reference, handle = self._handles.get(id(model), (None, None))
        return handle if reference is not None and reference() is model else None

    @staticmethod
    def _exception(error: Any, *, stop_iteration: bool) -> Exception:
        """What the student's code raised, made anew from its description."""
        error = error if type(error) is dict else {}
        kinds = [kind for kind in error.get("kinds") or [] if type(kind) is str]
        if stop_iteration and "StopIteration" in kinds:
            return _Exhausted()
        kind = next((EXCEPTIONS[name] for name in kinds if name in EXCEPTIONS), RuntimeError)
        message = _clean(str(error.get("message", "")))
        original = _clean(str(error.get("type", kind.__name__)))[:80]
        if original != kind.__name__:
            message = f"{original}: {message}"
        try:
            made = kind(message)
        except TypeError:  # UnicodeDecodeError and its like want more than a message
            made = ValueError(f"{original}: {message}")
        if type(error.get("line")) is str:
            made.add_note(_clean(error["line"])[:300])
        return made


def _clean(text: str) -> str:
    """Text of the student's without control characters, at most 2,000 characters."""
    return UNPRINTABLE.sub("", text[:2000])


class _Default:
    """A default value of a student's parameter that is no literal; shows as it does there."""

    def __init__(self, text: str):
        self._text = text

    def __repr__(self):
        return self._text


def _signature(parameters: Any) -> inspect.Signature | None:
    """A signature from its description; None where that is none."""
    try:
        made = []
        for name, kind, has_default, default in itertools.islice(parameters, 50):
            value = inspect.Parameter.empty
            if has_default is True:
                try:
                    value = ast.literal_eval(default[:80])
                except (ValueError, SyntaxError, MemoryError, RecursionError):
                    value = _Default(_clean(default[:80]))
            made.append(inspect.Parameter(name, inspect._ParameterKind(kind), default=value))
        return inspect.Signature(made)
    except (TypeError, ValueError):
        return None


# --- what the executor calls --------------------------------------------------------------------------------

_bridges: dict[str, Bridge] = {}


def prepare(
    namespace: dict, names: list[str], *, folder: str, agent_folder: str, key: str, max_message: int,
    seconds: float, custom_models: bool, gone: str | None,
) -> None:  # fmt: skip
    """Bind the student's names in a test cell's namespace.

    Args:
        namespace: the trusted kernel's user namespace; a name that the student has not defined is removed
            from it.
        names: the student's names that the cell uses.
        folder: the student kernel's folder as seen here; it tells student kernels apart.
        agent_folder: the same folder as the student kernel sees it.
        key: key of the student kernel's messages.
        max_message: bytes of one message.
        seconds: time limit of the cell.
        custom_models: whether the cell allows models with classes of the student's own.
        gone: why the student kernel has ended, if it has.
    """
    values: dict[str, Any] = {}
    if gone:
        values = {name: Refused(gone) for name in names}
    elif names:
        if folder not in _bridges:
            for other in list(_bridges):
                _bridges.pop(other).close()
            _bridges[folder] = Bridge(folder, agent_folder, key, max_message)
        bridge = _bridges[folder]
        bridge._gone = None  # the executor has made sure that this kernel answers
        bridge.custom_models = custom_models
        bridge.seconds, bridge.deadline = seconds, time.monotonic() + MARGIN * seconds
        values = bridge.bind(names)
    for name in names:
        namespace.pop(name, None)
    namespace.update(values)
