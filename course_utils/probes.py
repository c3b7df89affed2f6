"""What happens inside a Keras model: outputs of its layers, their statistics, norms of the gradients."""

from collections.abc import Iterable, Sequence
from typing import Any

import keras
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike


def layer_outputs(model: keras.Model, x: ArrayLike) -> dict[str, np.ndarray]:
    """What each layer gives for some inputs, at inference.

    Args:
        model: a built Sequential or Functional model.
        x: inputs as the model takes them, the first axis counting examples.

    Returns:
        A dict from a layer's name, in the model's order and without the input layer, to its output as an
        array.

    Raises:
        ValueError: the model is not built yet.
    """
    layers = [layer for layer in _built(model).layers if not isinstance(layer, keras.layers.InputLayer)]
    probe = keras.Model(model.inputs, {layer.name: layer.output for layer in layers})
    outputs = probe.predict(x, verbose=0)
    return {layer.name: outputs[layer.name] for layer in layers}


def layer_statistics(model: keras.Model, x: ArrayLike) -> pd.DataFrame:
    """Statistics of each layer's outputs for some inputs.

    Args:
        model: a built Sequential or Functional model.
        x: inputs as the model takes them.

    Returns:
        A pandas.DataFrame with a row for each layer: `mean`, `std`, `zeros` (share of outputs that are
        exactly 0), `min`, `max`.

    Raises:
        ValueError: the model is not built yet.
    """
    rows = {
        name: {
            "mean": values.mean(dtype=np.float64),
            "std": values.std(dtype=np.float64),
            "zeros": np.mean(values == 0),
            "min": values.min(),
            "max": values.max(),
        }
        for name, values in layer_outputs(model, x).items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("layer")


def gradient_norms(model: keras.Model, x: ArrayLike, y: ArrayLike) -> pd.DataFrame:
    """The size of the loss's gradient with respect to each layer's kernel, on one batch and in training mode.

    The random state and the model's non-trainable variables (moving averages, dropout's seeds) may advance,
    as in a training step; the weights stay as they are.

    Args:
        model: a built and compiled Sequential or Functional model.
        x: inputs of the batch.
        y: targets of the batch.

    Returns:
        A pandas.DataFrame with a row for each layer that has a trainable kernel: `norm`, the L2 norm of the
        kernel's gradient, and `parameters`, the number of the kernel's entries.

    Raises:
        ValueError: the model is not built or not compiled yet.
    """
    _built(model)
    if not model.compiled:
        raise ValueError("the model has no loss yet: compile it first")
    layers = [
        layer
        for layer in model.layers
        if getattr(layer, "kernel", None) is not None and layer.kernel.trainable
    ]
    x, y = keras.ops.convert_to_tensor(x), keras.ops.convert_to_tensor(y)
    _, gradients = _loss_and_gradients(model, x, y, [layer.kernel for layer in layers])
    rows = {
        layer.name: {
            "norm": _length([gradient]),
            "parameters": int(np.prod(layer.kernel.shape)),
        }
        for layer, gradient in zip(layers, gradients, strict=True)
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("layer")


def _built(model):
    if not model.built or not model.inputs:
        raise ValueError("the model is not built yet: begin it with keras.Input, or call it on a batch first")
    return model


def along_gradient(model: keras.Model, x: ArrayLike, y: ArrayLike, steps: Iterable[float]) -> pd.DataFrame:
    """The loss and its gradient on the way along the negative gradient, on one batch and in training mode.

    It is what S. Santurkar, D. Tsipras, A. Ilyas and A. Mądry, "How does batch normalization help
    optimization?", 2018, arXiv:1805.11604, measure: how far a gradient can be trusted. The model is left as
    it was.

    Args:
        model: a built and compiled Sequential or Functional model.
        x: inputs of the batch.
        y: targets of the batch.
        steps: step sizes η; the weights are moved to θ − η g, where g is the gradient at θ.

    Returns:
        A pandas.DataFrame with a row for each step (index "step"): `loss` there, and `gradient_change`,
        ‖g(θ − η g) − g(θ)‖ / ‖g(θ)‖ (L2 norms over all trainable weights).

    Raises:
        ValueError: the model is not built or not compiled yet.
    """
    _built(model)
    if not model.compiled:
        raise ValueError("the model has no loss yet: compile it first")
    x, y = keras.ops.convert_to_tensor(x), keras.ops.convert_to_tensor(y)
    variables = model.trainable_variables

    kept = model.get_weights()
    start = [keras.ops.convert_to_numpy(variable) for variable in variables]
    try:
        _, gradient = _loss_and_gradients(model, x, y, variables)
        size = _length(gradient)
        rows = {}
        for step in steps:
            for variable, value, slope in zip(variables, start, gradient, strict=True):
                variable.assign(value - step * slope)
            loss, there = _loss_and_gradients(model, x, y, variables)
            change = [new - old for new, old in zip(there, gradient, strict=True)]
            rows[step] = {"loss": loss, "gradient_change": _length(change) / size}
    finally:
        model.set_weights(kept)
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("step")


def _length(arrays):
    """The L2 norm of all entries; in float64, since in float32 the square of 1e-23 is 0."""
    return np.sqrt(sum(float(np.sum(array.astype(np.float64) ** 2)) for array in arrays))


def _loss_and_gradients(
    model: keras.Model, x: Any, y: Any, variables: Sequence[keras.Variable]
) -> tuple[float, list[np.ndarray]]:
    """The loss in training mode, and its gradient with respect to each variable as an array.

    Each backend of Keras has a way of its own to differentiate, and none is imported but the one in use.
    """

    def loss_now():
        return model.compute_loss(x, y, model(x, training=True), training=True)

    if keras.backend.backend() == "jax":
        import jax

        def loss_at(values):
            # what the model updates on the way stays in the scope
            with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
                return loss_now()

        loss, gradients = jax.value_and_grad(loss_at)([variable.value for variable in variables])
    elif keras.backend.backend() == "torch":
        import torch

        loss = loss_now()
        gradients = torch.autograd.grad(loss, [variable.value for variable in variables])
    else:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            loss = loss_now()
        gradients = tape.gradient(loss, [variable.value for variable in variables])
    arrays = [keras.ops.convert_to_numpy(gradient) for gradient in gradients]
    return float(keras.ops.convert_to_numpy(loss)), arrays
