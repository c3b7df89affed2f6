"""Keras classifiers of one shape trained at once, on the same minibatches.

`fit` of Keras needs about as long to launch the operations of a small network as to compute them. Here the
kernels of all models are stacked, so that each operation is launched once for all of them. The arithmetic
stays that of Keras: its activations, its optimisers, its loss. On other backends than TensorFlow, the models
are trained one by one.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike

from course_utils.progress import open_line

try:
    import tensorflow as tf
except ModuleNotFoundError:  # Keras runs on another backend
    tf = None

# those whose update of a number depends on that number's own gradients only, so that stacking changes nothing
OPTIMIZERS = ("SGD", "RMSprop", "Adagrad", "Adadelta", "Adam", "AdamW", "Adamax", "Nadam", "Ftrl", "Lion")
VALIDATION_ROWS = 500  # examples that all models take at a time
# what would make a layer more than its formula, as attributes of Keras' layers
EXTRAS = (
    *("kernel_regularizer", "bias_regularizer", "beta_regularizer", "gamma_regularizer"),
    *("activity_regularizer", "kernel_constraint", "bias_constraint", "beta_constraint", "gamma_constraint"),
    *("lora_rank", "quantization_config", "renorm", "synchronized"),
)


def fit(
    models: Sequence[keras.Model],
    x: ArrayLike,
    y: ArrayLike,
    optimizer: str | keras.optimizers.Optimizer = "sgd",
    learning_rates: Sequence[float | keras.optimizers.schedules.LearningRateSchedule] | None = None,
    epochs: int = 1,
    batch_size: int = 32,
    validation_data: tuple[ArrayLike, ArrayLike] | None = None,
    shuffle: bool = True,
    seed: int = 0,
    verbose: int = 1,
) -> list[dict[str, list[float]]]:
    """Train many classifiers at once, each as `fit` of Keras trains it with the sparse cross-entropy.

    The models may differ in weights, activations, biases and batch normalisation, but not in the inputs and
    units of their Dense layers. They need not be compiled, and have their new weights when this function
    returns. All see the same minibatches, so scatter between models says nothing about the order of the
    data. A model whose numbers overflow goes on with NaN, as in Keras, and disturbs no other.

    Args:
        models: different, built models, Sequential or Functional, each a chain of Dense, BatchNormalization
            and Activation layers with a softmax at the end. Activations act on each number by itself, or
            along the last axis.
        x: inputs, of shape (n, inputs); used as float32.
        y: classes, whole numbers from 0, of shape (n,).
        optimizer: a name, or an optimiser of Keras that has not trained yet, of one of the kinds in
            `OPTIMIZERS`; default "sgd". Its settings are those of all models, its state is forgotten.
        learning_rates: a learning rate or schedule for each model, in place of the optimiser's; default
            None.
        epochs: passes over the data, default 1.
        batch_size: examples of a minibatch, default 32; the last one of an epoch may be smaller.
        validation_data: x and y to judge all models on after each epoch, default None.
        shuffle: False for minibatches in the order of the data; default True.
        seed: of the random orders, a whole number from 0, default 0.
        verbose: 0 for no progress line, default 1.

    Returns:
        What `History.history` of Keras has, for each model in turn: a dict of `loss` and `accuracy`, each
        minibatch before its update, and `val_loss` and `val_accuracy`, each a list with a number an epoch.

    Raises:
        ValueError: models, shapes, numbers or settings do not fit.
        TypeError: a model is neither Sequential nor Functional.
    """
    models = list(models)
    stack = _Stack(models)
    inputs, classes = _examples("x", x, "y", y, stack)
    if epochs < 1 or batch_size < 1:
        raise ValueError(f"epochs is {epochs} and batch_size {batch_size}: both must be at least 1")
    if validation_data is not None:
        validation = _examples("validation x", validation_data[0], "y", validation_data[1], stack)
    else:
        validation = None
    optimizer = _optimizer(optimizer)
    rates = None
    if learning_rates is not None:
        rates = list(learning_rates)
        if len(rates) != len(models):
            raise ValueError(f"{len(rates)} learning rates for {len(models)} models: give one each")
        for rate in rates:
            if not callable(rate) and not (isinstance(rate, int | float) and rate >= 0):
                raise ValueError(f"a learning rate is {rate!r}: it must be a number from 0, or a schedule")
    rng, order = np.random.default_rng(seed), np.arange(len(classes), dtype=np.int32)
    orders = []
    for _ in range(epochs):
        if shuffle:
            rng.shuffle(order)
        orders.append(order.copy())
    line = open_line() if verbose else None
    on_tensorflow = tf is not None and keras.backend.backend() == "tensorflow"
    train, networks = (_at_once, stack) if on_tensorflow else (_one_by_one, models)
    histories = train(networks, (inputs, classes), optimizer, rates, orders, batch_size, validation, line)
    if line:
        line.close()
    return histories


def _at_once(stack, examples, optimizer, rates, orders, batch_size, validation, line):
    """Train all models with the same operations; the histories."""
    count = len(stack.order)
    if rates is not None:
        optimizer.learning_rate = _MemberRates([rates[number] for number in stack.order])
    optimizer.build(stack.trainable)

    @tf.function
    def train(x, y, order):
        loss, right = tf.zeros(count), tf.zeros(count)
        for start in tf.range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            batch = tf.gather(x, rows), tf.gather(y, rows)
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch([variable.value for variable in stack.trainable])
                losses, hits = stack.judge(*batch, training=True)
                # each model has a mean of its own: the gradient of the sum has those of all of them
                total = tf.reduce_sum(losses) / tf.cast(len(rows), tf.float32)
            gradients = tape.gradient(total, [variable.value for variable in stack.trainable])
            optimizer.apply(gradients, stack.trainable)
            loss += tf.reduce_sum(losses, axis=1)
            right += tf.reduce_sum(hits, axis=1)
        return loss, right

    @tf.function
    def validate(x, y):
        loss, right = tf.zeros(count), tf.zeros(count)
        for start in tf.range(0, len(y), VALIDATION_ROWS):
            stop = start + VALIDATION_ROWS
            losses, hits = stack.judge(x[start:stop], y[start:stop], training=False)
            loss += tf.reduce_sum(losses, axis=1)
            right += tf.reduce_sum(hits, axis=1)
        return loss, right

    # made once, by name: TensorFlow warns where functions are made anew for a few calls each
    x, y = (tf.constant(array) for array in examples)
    train_epoch = train.get_concrete_function(x, y, tf.constant(orders[0]))
    if validation is not None:
        validation = [tf.constant(array) for array in validation]
        validate_epoch = validate.get_concrete_function(*validation)
    curves: dict[str, list[np.ndarray]] = {}
    for epoch, order in enumerate(orders):
        passes = {"": (train_epoch(x, y, tf.constant(order)), len(order))}
        if validation is not None:
            passes["val_"] = validate_epoch(*validation), len(validation[1])
        for prefix, (sums, rows) in passes.items():
            for name, values in zip(("loss", "accuracy"), sums, strict=True):
                curves.setdefault(prefix + name, []).append(values.numpy() / rows)
        if line:
            line.show(f"{epoch + 1} of {len(orders)} epochs, {count} networks")
    stack.hand_back()
    histories: list[dict[str, list[float]]] = [{} for _ in stack.order]
    for name, epochs_of_all in curves.items():
        for number, of_model in zip(stack.order, np.transpose(epochs_of_all).tolist(), strict=True):
            histories[number][name] = of_model
    return histories


def _one_by_one(models, examples, optimizer, rates, orders, batch_size, validation, line):
    """Train each model with `fit`, on the same minibatches; the histories."""
    histories = []
    for number, model in enumerate(models):
        own = type(optimizer).from_config(optimizer.get_config())
        if rates is not None:
            own.learning_rate = rates[number]
        copy = keras.models.clone_model(model)  # so that the model itself stays as it was compiled
        copy.set_weights(model.get_weights())
        copy.compile(own, "sparse_categorical_crossentropy", metrics=["accuracy"])
        history: dict[str, list[float]] = {}
        for order in orders:
            x, y = (array[order] for array in examples)
            epoch = copy.fit(x, y, batch_size, shuffle=False, validation_data=validation, verbose=0).history
            for name, values in epoch.items():
                history.setdefault(name, []).extend(values)
        model.set_weights(copy.get_weights())
        histories.append(history)
        if line:
            line.show(f"{number + 1} of {len(models)} networks")
    return histories


class _Stack:
    """All models as one: models whose layers do the same stand side by side, as a group.

    Attributes:
        order: the number of the model at each place.
        inputs, classes: how many numbers go in and come out.
        trainable: the variables that the optimiser updates; the first axis counts all models, in this order.
    """

    def __init__(self, models):
        if not models:
            raise ValueError("models is empty: give at least one")
        if len({id(model) for model in models}) < len(models):
            raise ValueError("a model is there twice: each must be a model of its own")
        stages = [_stages(model, f"model {number}") for number, model in enumerate(models)]
        shapes = [[tuple(stage[0].kernel.shape) for stage in each] for each in stages]
        for number, of_model in enumerate(shapes):
            if of_model != shapes[0]:
                raise ValueError(
                    f"model {number} has kernels {of_model}, model 0 {shapes[0]}: they must agree"
                )
        self.inputs, self.classes = shapes[0][0][0], shapes[0][-1][1]
        groups: dict[Any, list[int]] = {}
        for number, each in enumerate(stages):
            groups.setdefault(tuple(_formula(layer) for stage in each for layer in stage), []).append(number)
        self.order = [number for group in groups.values() for number in group]
        self.trainable: list[keras.Variable] = []
        self._shares: list[tuple[keras.Variable, list[keras.Variable | None]]] = []
        self._sizes = [len(group) for group in groups.values()]
        self._layers = []
        for depth in range(len(shapes[0])):
            variables = [_variables(stages[number][depth]) for number in self.order]
            names = dict.fromkeys(name for of_model in variables for name in of_model)
            stacks = {name: self._stacked([of_model.get(name) for of_model in variables]) for name in names}
            steps = [self._steps([stages[number][depth] for number in group]) for group in groups.values()]
            self._layers.append((stacks.pop("kernel"), stacks, steps))
        for steps in self._layers[-1][-1]:
            steps.pop()  # the softmax: the loss takes what goes into it

    def judge(self, x, y, training):
        """Loss of each example, and 1 where the class is right: two tensors of shape (models, rows)."""
        h = x
        for kernel, stacks, steps_of_groups in self._layers:
            parts = tf.split(tf.matmul(h, kernel.value), self._sizes)
            own = {name: tf.split(stack.value, self._sizes) for name, stack in stacks.items()}
            for group, steps in enumerate(steps_of_groups):
                for step in steps:
                    parts[group] = step(parts[group], {name: own[name][group] for name in own}, training)
            h = tf.concat(parts, axis=0)
        labels = tf.broadcast_to(y, tf.shape(h)[:2])
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, h)
        return losses, tf.cast(tf.argmax(h, axis=2, output_type=tf.int32) == labels, tf.float32)

    def hand_back(self):
        """Give the models the weights that they have here."""
        for stack, variables in self._shares:
            for variable, values in zip(variables, stack.numpy(), strict=True):
                if variable is not None:
                    variable.assign(values.reshape(variable.shape))

    def _stacked(self, variables, trainable=True):
        """One variable for all: of shape (models, inputs, units), or (models, 1, units) for vectors.

        Models that have none keep zeros, which reach nothing: so a learning rate for each model fits all.
        """
        shape = next(variable.shape for variable in variables if variable is not None)
        values = [np.zeros(shape) if variable is None else variable.numpy() for variable in variables]
        stack = keras.Variable(
            np.stack([np.atleast_2d(value) for value in values]), dtype="float32", trainable=trainable
        )
        self._shares.append((stack, variables))
        if trainable:
            self.trainable.append(stack)
        return stack

    def _steps(self, stages):
        """What the models of a group do after the product with the kernel, in the order of the layers."""
        steps: list[Callable] = []
        for place, layers in enumerate(zip(*stages, strict=True)):
            first = layers[0]
            if isinstance(first, keras.layers.BatchNormalization):
                steps.append(self._normalisation(layers, place))
                continue
            if isinstance(first, keras.layers.Dense) and first.use_bias:
                steps.append(lambda z, own, training: z + own["bias"])
            if first.activation is not keras.activations.linear:
                steps.append(lambda z, own, training, activation=first.activation: activation(z))
        return steps

    def _normalisation(self, layers, place):
        first = layers[0]
        moving_mean = self._stacked([layer.moving_mean for layer in layers], trainable=False)
        moving_variance = self._stacked([layer.moving_variance for layer in layers], trainable=False)

        def normalise(z, own, training):
            if training:
                mean, variance = tf.nn.moments(z, axes=[1], keepdims=True)
                for moving, value in ((moving_mean, mean), (moving_variance, variance)):
                    moving.assign(moving * first.momentum + value * (1 - first.momentum))
            else:
                mean, variance = moving_mean.value, moving_variance.value
            gamma = own[f"gamma {place}"] if first.scale else None
            beta = own[f"beta {place}"] if first.center else None
            return tf.nn.batch_normalization(z, mean, variance, beta, gamma, first.epsilon)

        return normalise


class _MemberRates(keras.optimizers.schedules.LearningRateSchedule):
    """The learning rate of each model, of shape (models, 1, 1): the optimiser's products spread it."""

    def __init__(self, rates):
        self._rates = rates

    def __call__(self, step):
        rates = [rate(step) if callable(rate) else float(rate) for rate in self._rates]
        return ops.reshape(ops.stack([ops.cast(rate, "float32") for rate in rates]), (-1, 1, 1))


def _optimizer(given):
    optimizer = keras.optimizers.get(given)
    kind = type(optimizer).__name__
    if kind not in OPTIMIZERS:
        raise ValueError(f"{kind} cannot train models together: it may be {', '.join(OPTIMIZERS)}")
    if optimizer.built:
        raise ValueError("the optimizer has trained before: give a new one")
    for setting in ("clipnorm", "global_clipnorm", "use_ema", "gradient_accumulation_steps"):
        if getattr(optimizer, setting):
            raise ValueError(f"the optimizer has {setting}: models cannot be trained together with that")
    return optimizer


def _stages(model, name):
    """The layers of a model, as a list for each Dense layer: that layer, and those that follow it."""
    stages = []
    for layer in _chain(model, name):
        where = f"{name}, layer {layer.name!r}"
        if type(layer) not in (keras.layers.Dense, keras.layers.BatchNormalization, keras.layers.Activation):
            raise ValueError(
                f"{where} is a {type(layer).__name__}: it may be Dense, BatchNormalization or Activation"
            )
        for extra in EXTRAS:
            if getattr(layer, extra, None):
                raise ValueError(f"{where} has {extra}: models cannot be trained together with that")
        if not layer.trainable or layer.compute_dtype != "float32":
            raise ValueError(f"{where} is frozen or does not compute in float32")
        if isinstance(getattr(layer, "activation", None), keras.Layer):
            raise ValueError(f"{where} has a layer for its activation: give a function or its name")
        if isinstance(layer, keras.layers.Dense):
            stages.append([layer])
        elif stages:
            stages[-1].append(layer)
        else:
            raise ValueError(f"{where} comes first: a model must begin with a Dense layer")
    if not stages or getattr(stages[-1][-1], "activation", None) is not keras.activations.softmax:
        raise ValueError(f"{name} must end with a softmax")
    return stages


def _chain(model, name):
    """The layers of a model, in the order in which numbers go through them."""
    if isinstance(model, keras.Sequential):
        if not model.built:
            raise ValueError(f"{name} is not built: give it a keras.Input, or call it once")
        return model.layers
    if not (isinstance(model, keras.Model) and getattr(model, "inputs", None)):
        raise TypeError(f"{name} is a {type(model).__name__}: it must be a Sequential or a Functional model")
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    given = [*model.inputs, *(layer.output for layer in layers)]
    taken = [*(layer.input for layer in layers), *model.outputs]
    if len(given) != len(taken) or any(one is not other for one, other in zip(given, taken, strict=True)):
        raise ValueError(f"{name} is not a chain: each layer must take what the layer before it gives")
    return layers


def _variables(stage):
    """The trainable variables of a Dense layer and of those that follow it, each with a name."""
    dense, *rest = stage
    found = {"kernel": dense.kernel, "bias": dense.bias if dense.use_bias else None}
    for place, layer in enumerate(rest, start=1):
        if isinstance(layer, keras.layers.BatchNormalization):
            found[f"gamma {place}"] = layer.gamma if layer.scale else None
            found[f"beta {place}"] = layer.beta if layer.center else None
    return {name: variable for name, variable in found.items() if variable is not None}


def _formula(layer):
    """What a layer computes, weights apart: equal for layers that one operation can stand for."""
    if isinstance(layer, keras.layers.BatchNormalization):
        return layer.momentum, layer.epsilon, layer.center, layer.scale, layer.axis
    return type(layer), layer.activation, getattr(layer, "use_bias", None)


def _examples(x_name, x, y_name, y, stack):
    """Inputs and classes, float32 and int32."""
    x, y = np.asarray(x, np.float32), np.asarray(y)
    if x.ndim != 2 or x.shape[1] != stack.inputs or len(x) == 0:
        raise ValueError(f"{x_name} has the shape {x.shape}: it must be (n, {stack.inputs}), n at least 1")
    if not np.isfinite(x).all():
        raise ValueError(f"{x_name} must be an array of finite numbers")
    if y.shape != x.shape[:1] or not np.issubdtype(y.dtype, np.integer):
        raise ValueError(
            f"{y_name} has the shape {y.shape} and type {y.dtype}: it must be ({len(x)},), whole numbers"
        )
    if y.min() < 0 or y.max() >= stack.classes:
        raise ValueError(
            f"{y_name} has classes from {y.min()} to {y.max()}: they must be from 0 to {stack.classes - 1}"
        )
    return x, y.astype(np.int32)
