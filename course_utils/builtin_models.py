"""Which Keras models grading can build anew: one rule, which the visible checks and grading share.

A model that is graded is never copied with code of its own. It is built anew from its configuration, so every
class and function in that must be Keras' own, and nothing in it may run code or read files. The rule is taken
from the Keras that is installed, not from a list of ours.
"""

import contextlib
import functools
import inspect
import sys
import types
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

MAX_CONFIG_NODES = 100_000
MAX_CONFIG_INTEGER = 2**24  # units of a layer, not bytes: a larger one is a memory bomb
MAX_CONFIG_TEXT = 20_000
MAX_REASON = 200  # characters of what Keras says
# in these modules every class is plain arithmetic on numbers
WHOLE_MODULES = (
    "keras.initializers", "keras.regularizers", "keras.constraints", "keras.losses", "keras.metrics",
    "keras.optimizers", "keras.optimizers.schedules",
)  # fmt: skip
# `x * 2` in a functional model
ARITHMETIC = ("keras.src.ops.numpy", "keras.src.ops.nn", "keras.src.ops.math")
FUNCTIONS = ("keras.losses", "keras.metrics", "keras.activations")
NOT_KERAS = "a configuration that is not Keras' own"
# activations that other modules have under another name than `keras.activations`
OTHER_NAMES = {"exp": "exponential"}
IDENTITY = {"identity": "linear"}  # TensorFlow's; `keras.ops.identity` makes a matrix
DIFFERENT = {("keras.ops", "gelu"), ("keras.ops", "threshold")}  # another default, other arguments
# what reads a setting that a model was compiled with, besides the attribute of its name
READ_ALL = ("fit", "train_on_batch", "get_compile_config")
READ_LOSS_AND_METRICS = ("evaluate", "test_on_batch")
READERS = {
    "optimizer": READ_ALL,
    "loss": (*READ_ALL, *READ_LOSS_AND_METRICS, "compute_loss"),
    "metrics": (*READ_ALL, *READ_LOSS_AND_METRICS, "compute_metrics", "_compile_metrics"),
    "weighted_metrics": (*READ_ALL, *READ_LOSS_AND_METRICS, "compute_metrics", "_compile_metrics"),
}


class ModelRefused(TypeError):
    """A Keras model, or a part of one, that grading does not build anew; says why.

    Args:
        reason: what it has that is the reason.
        what: what cannot be graded.
    """

    def __init__(self, reason: str, what: str = "the model"):
        self.reason = reason
        super().__init__(f"{what} cannot be graded: it has {reason}")


class StandIn:
    """What a test holds in place of something that could not be had, such as a model; `why` says why."""

    def __init__(self, why: Exception):
        self.__dict__["why"] = why


# --- the rule -----------------------------------------------------------------------------------------------


@functools.cache
def layers() -> dict[str, str | None]:
    """The layers that `keras.layers` exports, and why each cannot be built anew; None where it can."""
    import keras

    return {
        name: _objection(kind)
        for name, kind in sorted(vars(keras.layers).items())
        if isinstance(kind, type) and issubclass(kind, keras.layers.Layer)
    }


def _objection(kind: "type[keras.Layer]") -> str | None:
    """Why a layer of Keras' cannot be built anew from data alone."""
    import keras

    if not kind.__module__.startswith("keras.src.layers."):
        return "runs code that is not Keras' own"
    if "safe_mode" in inspect.signature(kind.from_config).parameters:  # Keras, too, takes it for unsafe
        return "runs code that is part of the model"
    if hasattr(kind, "load_assets"):
        return "may read its vocabulary from a file"
    if kind.call is keras.layers.Layer.call:
        return "computes nothing by itself"
    return None


@functools.cache
def _allowed() -> set[tuple[str, str]]:
    """Pairs of module and class that a configuration may name."""
    from keras.src.ops.operation import Operation

    pairs = {("keras.layers", name) for name, objection in layers().items() if objection is None}
    pairs |= {("keras", "DTypePolicy"), ("keras.dtype_policies", "DTypePolicy")}
    for module in ("keras", "keras.models"):
        pairs |= {(module, "Sequential"), (module, "Functional")}
    pairs |= {("keras.src.models.functional", "Functional"), ("keras.src.models.sequential", "Sequential")}
    for name in WHOLE_MODULES:
        pairs |= {(name, one) for one, kind in vars(_resolve(name)).items() if isinstance(kind, type)}
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
            raise ModelRefused("more than 100,000 settings")
        match node:
            case dict():
                if not all(type(key) is str for key in node):
                    raise ModelRefused(NOT_KERAS)
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
                raise ModelRefused(f"the setting {node:,}, which is too large to build")
            case str() if len(node) <= MAX_CONFIG_TEXT:
                pass
            case _:
                raise ModelRefused(NOT_KERAS)


def _check_class(node: dict) -> None:
    name, module, registered = node["class_name"], node.get("module"), node.get("registered_name")
    if type(name) is not str:
        raise ModelRefused(NOT_KERAS)
    if name in ("__keras_tensor__", "__ellipsis__", "__slice__") and module is None and "config" in node:
        return
    if name == "function":
        function = node.get("config")
        known = any(callable(getattr(_resolve(one), str(function), None)) for one in FUNCTIONS)
        if module in ("builtins", *FUNCTIONS) and known and registered in ("function", function, None):
            return
        raise _function_refused(function)
    if type(module) is not str or (module, name) not in _allowed() or registered not in (None, name):
        raise _class_refused(name, layers().get(name) if module == "keras.layers" else None)


def _class_refused(name: str, objection: str | None = None) -> ModelRefused:
    objection = objection or "is not one of Keras' own"
    return ModelRefused(f"the class {name[:60]!r}, which {objection}")


def _function_refused(name: Any) -> ModelRefused:
    those = "`keras.activations`, `keras.losses` or `keras.metrics`"
    return ModelRefused(f"the function {str(name)[:60]!r}, which is not one of {those}")


# --- functions ----------------------------------------------------------------------------------------------


@functools.cache
def functions() -> dict[Callable, Callable]:
    """Functions that a model may be given, each with the one of Keras' that computes the same.

    Those of `keras.activations`, `keras.losses` and `keras.metrics` stand for themselves; those of
    `keras.ops`, `tf.nn`, `tf.math` and `tf` for the activation of the same name.
    """
    import keras

    own: dict[Callable, Callable] = {
        function: function
        for module in FUNCTIONS
        for function in vars(_resolve(module)).values()
        if isinstance(function, types.FunctionType)
    }
    modules = {"keras.ops": keras.ops}
    if tensorflow := sys.modules.get("tensorflow"):
        modules |= {"tf.nn": tensorflow.nn, "tf.math": tensorflow.math, "tf": tensorflow}
    equal: dict[Callable, Callable] = {}
    for place, module in modules.items():
        names = {name: name for name in vars(keras.activations)} | OTHER_NAMES
        if place != "keras.ops":
            names |= IDENTITY
        for name, activation in names.items():
            function: Any = getattr(module, name, None)
            activation = getattr(keras.activations, activation)
            both = isinstance(function, types.FunctionType) and isinstance(activation, types.FunctionType)
            if both and (place, name) not in DIFFERENT:
                equal[function] = activation
    return equal | own


def _keras_own(value: Any) -> Any:
    """A function as Keras has it; what is not a function stays as it is.

    Raises:
        ModelRefused: no function of Keras' is the same.
    """
    if not callable(value) or isinstance(value, type) or hasattr(value, "get_config"):
        return value
    with contextlib.suppress(TypeError):  # not hashable
        if value in functions():
            return functions()[value]
    raise _function_refused(getattr(value, "__name__", type(value).__name__))


# --- a model as a configuration, and back -------------------------------------------------------------------


def configuration(model: Any) -> dict:
    """What a model can be built anew from; what it was compiled with is not part of it.

    Args:
        model: a Keras model.

    Raises:
        ModelRefused: it has code of its own; the message names the class or function.
    """
    import keras

    _check_type(type(model))
    with contextlib.ExitStack() as restored:
        for layer in model._flatten_layers():
            _check_type(type(layer))
            if isinstance(layer, keras.Model):  # a custom loss is not part of what the model computes
                _replace_for_now(restored, layer, "get_compile_config", lambda: None)
            for name in inspect.signature(type(layer).__init__).parameters:
                value = vars(layer).get(name)
                own = _keras_own(value)
                if own is not value:
                    _replace_for_now(restored, layer, name, own)
        config = _serialised(model)
    check(config)
    return config


def _check_type(kind: type) -> None:
    """Refuse a class of the student's own by identity: a name alone could be that of one of Keras' own."""
    if kind.__module__.partition(".")[0] != "keras":
        raise _class_refused(kind.__name__)
    if objection := layers().get(kind.__name__):
        raise _class_refused(kind.__name__, objection)


def _replace_for_now(restored: contextlib.ExitStack, layer: Any, name: str, value: Any) -> None:
    attributes = vars(layer)  # past Keras' own bookkeeping of attributes
    if name in attributes:
        restored.callback(attributes.__setitem__, name, attributes[name])
    else:
        restored.callback(attributes.pop, name)
    attributes[name] = value


def _serialised(value: Any) -> Any:
    import keras

    try:
        return keras.saving.serialize_keras_object(value)
    except ModelRefused:
        raise
    except Exception as error:
        raise ModelRefused(f"settings that Keras cannot write down: {str(error)[:MAX_REASON]}") from None


_rebuilt: weakref.WeakSet = weakref.WeakSet()  # models that were built anew, and so can be


def rebuilt(config: Any) -> Any:
    """The Keras object of a configuration, which may be anybody's.

    Raises:
        ModelRefused: it is not made of built-in classes, or Keras cannot build it.
    """
    import keras

    check(config)
    if type(config) is not dict or "class_name" not in config:
        raise ModelRefused(NOT_KERAS)
    try:
        with keras.saving.CustomObjectScope({}):
            made = _sequential(config) if config["class_name"] == "Sequential" else _deserialised(config)
    except ModelRefused:
        raise
    except Exception as error:
        raise ModelRefused(f"settings that Keras cannot build: {str(error)[:MAX_REASON]}") from None
    if isinstance(made, keras.Model):
        _rebuilt.add(made)
    return made


def _deserialised(config: Any) -> Any:
    import keras

    return keras.saving.deserialize_keras_object(config, custom_objects={}, safe_mode=True)


def _sequential(config: dict) -> Any:
    """A Sequential with all layers at once: `from_config` builds the model again after each of them."""
    import keras

    settings = config["config"]
    model = keras.Sequential([_deserialised(layer) for layer in settings["layers"]], name=settings["name"])
    shape = settings.get("build_input_shape")
    if shape and not model.built:
        model.build(shape)
    return model


def check_weights(model: Any, shapes: list[tuple[int, ...]]) -> None:
    """Check that a model takes weights of these shapes.

    Raises:
        ModelRefused: their number or shapes are not the model's.
    """
    if [tuple(variable.shape) for variable in model.weights] != shapes:
        raise ModelRefused("weights that do not fit its layers")


# --- what a model was compiled with -------------------------------------------------------------------------


def compile_settings(model: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """What a model was compiled with.

    Returns:
        the settings as configurations, by their names as arguments of `compile` (none where it was not
        compiled); and of those that cannot be written down, why not.
    """
    settings: dict[str, Any] = {}
    missing = dict(vars(model).get("_settings_refused", {}))
    with contextlib.suppress(Exception):  # a class of the student's own may answer anything
        if model.compiled:
            for name, value in model._compile_config.config.items():
                if name in missing:
                    continue
                try:
                    config = _serialised(_with_keras_own(value))
                    check(config)
                    settings[name] = config
                except ModelRefused as error:
                    missing[name] = error.reason
    return settings, missing


def _with_keras_own(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_keras_own(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_keras_own(item) for item in value]
    return _keras_own(value)


def compile_with(model: Any, settings: Any, missing: Any) -> None:
    """Compile a model as another was compiled; leave it alone where that cannot be done.

    Args:
        model: a model that was built anew.
        settings: of `compile_settings`, from anybody.
        missing: reasons of settings that could not be had, likewise; what reads these raises ModelRefused.
    """
    import keras

    if type(settings) is not dict or type(missing) is not dict or not (settings or missing):
        return
    try:
        check([settings, missing])
        # as the author of the cell compiled it: `compile_from_config` would build the optimiser too, for the
        # layers that are trainable now, and refuse to train those that are unfrozen later
        model.compile(**keras.saving.deserialize_keras_object(settings, custom_objects={}, safe_mode=True))
    except Exception:
        return
    refused = {name: _printable(str(why)) for name, why in missing.items() if name in READERS}
    if refused:
        _refuse_reading(model, refused)


def _printable(reason: str) -> str:
    return "".join(character for character in reason if character.isprintable())[:MAX_REASON]


def _refuse_reading(model: Any, missing: dict[str, str]) -> None:
    """Let whatever reads one of these settings raise ModelRefused, until the model is compiled again."""
    attributes = vars(model)
    hidden: dict[str, Any] = {"_settings_refused": missing}
    for name, reason in missing.items():
        why = ModelRefused(reason, f"the `{name}` that the model was compiled with")
        for reader in (name, *READERS[name]):
            hidden.setdefault(reader, _Unreadable(why))
    hidden.pop("metrics", None)  # a property; it reads `_compile_metrics`
    before = {name: attributes[name] for name in hidden if name in attributes}

    def compile_again(*args: Any, **kwargs: Any) -> None:
        for name in (*hidden, "compile"):
            attributes.pop(name, None)
        attributes.update(before)
        model.compile(*args, **kwargs)

    attributes.update(hidden, compile=compile_again)


class _Unreadable(StandIn):
    """A setting that could not be had: any use of it says why."""

    def _refuse(self, *_args, **_kwargs):
        raise self.__dict__["why"].with_traceback(None)

    __call__ = __getitem__ = __iter__ = __len__ = __bool__ = __str__ = __eq__ = __array__ = _refuse
    __hash__ = None  # type: ignore[assignment]  # typeshed forgets that None means not hashable

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()


# --- for checks ---------------------------------------------------------------------------------------------


def require(model: Any, *, compiled: bool = False) -> bool:
    """Check that grading can build a model anew; whether it is a model at all.

    Args:
        model: anything.
        compiled: what it was compiled with must be had too.

    Raises:
        ModelRefused: it is a model that grading cannot build anew, or not compile.
    """
    import keras

    if isinstance(model, StandIn):
        raise vars(model)["why"].with_traceback(None)
    if not isinstance(model, keras.Model):
        return False
    if model not in _rebuilt:
        check_weights(rebuilt(configuration(model)), [array.shape for array in model.get_weights()])
    if compiled:
        for name, reason in compile_settings(model)[1].items():
            raise ModelRefused(reason, f"the `{name}` that the model was compiled with")
    return True
