"""The trusted kernel's side of the bridge: gives test cells the student's names, as copies and proxies.

The executor calls `prepare` before each test cell. Calls go to the agent in the student kernel as execute
requests with `user_expressions`, over a socket of our own; an answer is data from a stranger (`codec`,
`models`).
"""

import ast
import base64
import builtins
import contextlib
import functools
import importlib
import inspect
import itertools
import re
import socket
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.session import Session

from autograder.engine.inside import codec, models
from autograder.engine.inside.places import BACKSTOP
from course_utils.builtin_models import ModelRefused, StandIn

# of a test cell's processor time, what no call may use, so that the cell itself can still report; in seconds
# too, because what a kernel uses is known half a second late
RESERVE, RESERVE_SECONDS = 0.1, 1.0
CALL_SHARE = 0.5  # of them that one call may use, so that one endless function leaves time for the others
INTERRUPT_SECONDS = 3  # of processor time, for a student's function to end after an interrupt
LOOK = 0.25  # seconds between two looks at what a call has used
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

    It is equal to nothing but itself, is neither an array nor a number, and its truth is True: what it says
    of itself does not count.
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
            raise TypeError(f"the length of the {self._type} object is not a whole number")
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


class StudentModel(StudentObject, StandIn):
    """A model with classes of the student's own, in a cell that allows it: it is called, or predicts."""

    def __init__(self, bridge: "Bridge", node: dict, why: ModelRefused):
        StudentObject.__init__(self, bridge, node)
        StandIn.__init__(self, why)

    def __getattr__(self, name):
        if name == "predict":
            return lambda *args, **kwargs: self._bridge.request(
                "method", self._handle, ["predict", list(args), kwargs]
            )
        raise AttributeError(
            f"of a model with classes of the student's own, only calls and predict count, not {name!r}"
        )


class Refused(StandIn):
    """Stands for something of the student's that cannot be graded: any use of it raises what says why."""

    def _refuse(self, *_args, **_kwargs):
        raise self.__dict__["why"].with_traceback(None)

    __call__ = __getitem__ = __iter__ = __len__ = __array__ = __float__ = __int__ = __index__ = _refuse

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()

    def __repr__(self):
        return f"<cannot be graded: {self.__dict__['why']}>"


class _Exhausted(Exception):
    """The student's iterator has no more items."""


class Bridge:
    """The connection to one student kernel.

    Args:
        folder: that kernel's folder of sockets and arrays, as the trusted kernel sees it.
        agent_folder: the same folder, as the student kernel sees it.
        key: the key of its messages.
        max_message: bytes of one message.
        clock: the file in which the processor time of that kernel is kept up to date.
    """

    def __init__(self, folder: str, agent_folder: str, key: str, max_message: int, clock: str):
        self.folder, self.agent_folder = Path(folder), agent_folder
        self.clock = Path(clock)
        self.exchange = codec.Folder(self.folder)
        self._session = Session(key=key.encode())
        self._context = zmq.Context()
        self._context.setsockopt(zmq.MAXMSGSIZE, max_message)
        self._context.setsockopt(zmq.LINGER, 0)
        self._shell, self._control = self._socket(1), self._socket(5)
        self._gone: str | None = None  # why the student kernel answers no more
        self._handles: dict[int, tuple[Any, str]] = {}  # id of a rebuilt model → weak reference, handle
        self.seconds = self._used = 0.0
        self._all_calls = (0.0, 0.0)  # processor time and clock when they began
        self.stopped: list[str] = []  # why calls of this test cell were stopped
        self.custom_models = False

    def _socket(self, channel: int) -> zmq.Socket:
        made = self._context.socket(zmq.DEALER)
        made.connect(f"ipc://{self.folder / 's'}-{channel}")
        return made

    def close(self) -> None:
        """Close the sockets; objects of that kernel say so."""
        self._gone = "it belongs to a Python process of yours that has ended"
        self._context.destroy(linger=0)

    # --- time -----------------------------------------------------------------------------------------------

    def begin(self, seconds: float) -> None:
        """Begin a test cell that may take so much processor time."""
        self.seconds, self._all_calls = seconds, self._now()
        self.stopped.clear()

    def _now(self) -> tuple[float, float]:
        """Processor time of the student's kernel, and the clock, in seconds."""
        with contextlib.suppress(OSError, ValueError):
            self._used = float(self.clock.read_text())
        return self._used, time.monotonic()

    def _reserve(self) -> float:
        """Processor time that no call may use; never more than half of what the cell has."""
        return min(max(RESERVE * self.seconds, RESERVE_SECONDS), self.seconds / 2)

    def _exceeded(self, since: tuple[float, float], seconds: float) -> str | None:
        """What the student's kernel took since then, if that is more than it may; in words."""
        used, passed = (now - then for now, then in zip(self._now(), since, strict=True))
        if used > seconds:
            return f"within {used:.0f} seconds of processor time"
        if passed > BACKSTOP * seconds:
            return f"within {passed:.0f} seconds by the clock"
        return None

    # --- names ----------------------------------------------------------------------------------------------

    def bind(self, names: list[str]) -> dict[str, Any]:
        """The student's values by name; a name that is not defined there is missing."""
        try:
            reply = self._exchange_message({"do": "bind", "names": names})
        except TimeoutError as error:
            return {name: Refused(TypeError(str(error))) for name in names}
        nodes = reply.get("values")
        if type(nodes) is not dict:
            return {name: Refused(TypeError("your kernel gave no answer")) for name in names}
        values = {}
        for name in names:
            if name in nodes:
                try:
                    values[name] = self._decoder().decode(nodes[name])
                except ModelRefused as error:
                    values[name] = Refused(_clean_refusal(error.reason))
                except codec.CodecError as error:
                    why = f"`{name}` cannot be graded: {_clean(str(error))}"
                    values[name] = Refused(TypeError(why))
        return values

    # --- requests -------------------------------------------------------------------------------------------

    def request(self, what: str, target: str, arguments: list) -> Any:
        """Have the agent do something with one of its objects; copy back what it changed in the arguments.

        Returns:
            what it answered, as data, rebuilt models, or StudentObject.

        Raises:
            Exception: what the student's code raised, as its nearest built-in class.
            TimeoutError: it did not answer in time, or its kernel has ended.
            TypeError: something in the arguments or in the answer cannot cross; ModelRefused, a model.
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
        except ModelRefused as error:
            raise _clean_refusal(error.reason) from None
        except codec.CodecError as error:
            raise TypeError(f"the answer cannot be graded: {_clean(str(error))}") from None
        if isinstance(value, Refused):
            value._refuse()
        return value

    def _copy_back(self, reply: dict, encoder: codec.Encoder, decoder: codec.Decoder) -> None:
        """Change the arguments of a call as the call changed them."""
        decoder.known = [codec.held(container) for container in encoder.containers]
        for original, node in self._changed(reply, "arrays", encoder.arrays):
            array = decoder.pure_array(node)
            if array.shape != original.shape or array.dtype != original.dtype or not original.flags.writeable:
                raise codec.CodecError("an argument that came back with another shape")
            original[...] = array
        for original, node in self._changed(reply, "models", encoder.models):
            if type(node) is dict:
                models.set_weights(original, node.get("weights"), decoder)
                models.set_flags(original, node.get("flags"))
                models.compile_as(original, node.get("compile"))
        containers = self._changed(reply, "containers", encoder.containers)
        contents = [(original, decoder.decode(node)) for original, node in containers]
        for original, content in contents:
            kind = type(content)
            if kind not in codec.CONTAINERS or not isinstance(original, kind):
                raise codec.CodecError("an argument that came back as another kind")
            original.clear()
            if isinstance(original, list):
                original.extend(content)
            else:
                original.update(content)

    @staticmethod
    def _changed(reply: dict, kind: str, originals: list) -> list[tuple[Any, Any]]:
        """What was handed over and is told to have changed, each with the node that says how."""
        changed = reply.get(kind, {})
        if type(changed) is not dict:
            raise codec.CodecError("a message that is not understood")
        nodes = [(original, changed.get(str(number))) for number, original in enumerate(originals)]
        return [(original, node) for original, node in nodes if node is not None]

    def _exchange_message(self, message: dict) -> dict:
        """Send a message to the agent and wait for its reply."""
        if self._gone:
            raise TimeoutError(self._gone)
        text = codec.dumps(message)
        if len(text) > 100_000:
            text = "@" + self.exchange.put(text.encode())
        text = base64.b64encode(text.encode()).decode()
        agent = "__import__('autograder.engine.inside.agent', fromlist=['serve'])"
        call = f"{agent}.serve({text!r}, {self.agent_folder!r})"
        content = {
            "code": "",
            "silent": True,
            "store_history": False,
            "allow_stdin": False,
            "stop_on_error": False,
        }
        content["user_expressions"] = {"reply": call}
        sent = self._session.msg("execute_request", content)
        self._session.send(self._shell, sent)
        began = self._now()
        while True:
            reply = self._receive(sent["header"]["msg_id"], LOOK)
            if reply is not None:
                return reply
            took = self._exceeded(began, CALL_SHARE * self.seconds)
            if took := took or self._exceeded(self._all_calls, self.seconds - self._reserve()):
                self._give_up(sent["header"]["msg_id"], took)
            if not self._listening():
                self._gone = "your code ended the kernel, so nothing after it can be checked"
                raise TimeoutError(self._gone)

    def _receive(self, request: str, timeout: float) -> dict | None:
        """The reply to a request, or None if there is none in time; whatever else arrives is thrown away."""
        if not self._shell.poll(int(timeout * 1000)):
            return None
        frames = self._shell.recv_multipart()
        try:
            _, parts = self._session.feed_identities(frames)
            answer = self._session.deserialize(parts)
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

    def _give_up(self, request: str, took: str) -> None:
        """Interrupt the student's function; raise TimeoutError."""
        self.stopped.append(took)
        self._session.send(self._control, "interrupt_request", {})
        began = self._now()
        while not self._exceeded(began, INTERRUPT_SECONDS):
            if self._receive(request, LOOK) is not None:
                break
        else:
            self._gone = (
                "your code did not return and could not be interrupted, so nothing after it can be checked"
            )
        raise TimeoutError(f"your code did not return {took}")

    def _listening(self) -> bool:
        """Whether a process still listens on the student kernel's socket."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(f"{self.folder / 's'}-1")
            except OSError:
                return False
        return True

    # --- values ---------------------------------------------------------------------------------------------

    def _decoder(self) -> "_Decoder":
        return _Decoder(self.exchange, self._decode_other, self._handles)

    def _decode_other(self, node: dict) -> Any:
        """A node that is not plain data."""
        kind = node.get("t")
        if kind == "refused" and type(node.get("why")) is str:
            return Refused(TypeError(f"this cannot be graded: {_clean(node['why'])}"))
        if kind != "ref" or type(node.get("handle")) is not str:
            raise codec.CodecError("a message that is not understood")
        clean = {"handle": node["handle"][:40], "type": _clean(str(node.get("type")))[:80]}
        clean["callable"] = node.get("callable") is True
        clean["name"] = _clean(str(node.get("name")))[:80]
        clean["signature"] = _signature(node.get("signature")) if clean["callable"] else None
        if "model" not in node:
            return StudentObject(self, clean)
        why = _clean_refusal(str(node["model"]))
        return StudentModel(self, clean, why) if self.custom_models else Refused(why)

    def _encode_other(self, value: Any) -> dict:
        """The node of an argument that is not plain data."""
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


class _Decoder(codec.Decoder):
    """A decoder that remembers of which of the student's models it made a copy.

    Args:
        folder, other: as for `codec.Decoder`.
        handles: receives, by the id of a copy, a weak reference to it and the handle of the original.
    """

    def __init__(
        self, folder: codec.Folder, other: Callable[[dict], Any], handles: dict[int, tuple[Any, str]]
    ):
        super().__init__(folder, other)
        self._handles = handles

    def decode(self, node: Any, depth: int = 0) -> Any:
        value = super().decode(node, depth)
        if type(node) is dict and node.get("t") == "model" and type(node.get("handle")) is str:
            self._handles[id(value)] = (weakref.ref(value), node["handle"][:40])
        return value


def _clean(text: str) -> str:
    """Text of the student's without control characters, at most 2,000 characters."""
    return UNPRINTABLE.sub("", text[:2000])


def _clean_refusal(reason: str) -> ModelRefused:
    return ModelRefused(_clean(reason))


class _Default:
    """A default value of a student's parameter that is not a literal; shows as it does there."""

    def __init__(self, text: str):
        self._text = text

    def __repr__(self):
        return self._text


def _signature(parameters: Any) -> inspect.Signature | None:
    """A signature from its description; None where that is none."""
    try:
        made = []
        for name, kind, has_default, default in itertools.islice(parameters, 50):
            value: object = inspect.Parameter.empty
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
    clock: str, seconds: float, custom_models: bool, gone: str | None, lost: dict[str, str],
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
        clock: file with the processor time of the student kernel.
        seconds: of processor time that the cell has.
        custom_models: whether the cell allows models with classes of the student's own.
        gone: why the student kernel has ended, if it has.
        lost: names that a cell would have defined that was stopped, and what stopped it.
    """
    values: dict[str, Any] = {}
    if gone:
        values = {name: Refused(TypeError(gone)) for name in names}
    elif names:
        if folder not in _bridges:
            for other in list(_bridges):
                _bridges.pop(other).close()
            _bridges[folder] = Bridge(folder, agent_folder, key, max_message, clock)
        bridge = _bridges[folder]
        bridge._gone = None  # the executor has made sure that this kernel answers
        bridge.custom_models = custom_models
        bridge.begin(seconds)
        values = bridge.bind(names)
    for name in names:
        namespace.pop(name, None)
    namespace.update(values)
    stand_in(namespace, {name: why for name, why in lost.items() if name in names})


def stand_in(namespace: dict, lost: dict[str, str]) -> None:
    """Put something that says why in the place of each name that is not defined.

    Args:
        namespace: where the names are looked up.
        lost: see `prepare`.
    """
    for name, why in lost.items():
        namespace.setdefault(name, Refused(RuntimeError(why)))


class CallTimeLimit(Exception):
    """A call of the student's code used more processor time than it may."""


class CallClockLimit(Exception):
    """A call of the student's code waited for longer than it may."""


def require_no_call_stopped() -> None:
    """Tell the executor, after a test cell, whether a call of the student's code was stopped in it.

    Raises:
        CallTimeLimit, CallClockLimit: it was.
    """
    for took in itertools.chain.from_iterable(bridge.stopped for bridge in _bridges.values()):
        kind = CallTimeLimit if "processor" in took else CallClockLimit
        raise kind(f"A call of your code was stopped: it did not return {took}.")
