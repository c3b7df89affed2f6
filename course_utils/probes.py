"""What happens inside a Keras model: outputs of its layers, their statistics, norms of the gradients."""

import keras
import numpy as np
import pandas as pd
import tensorflow as tf


def layer_outputs(model, x):
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


def layer_statistics(model, x):
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


def gradient_norms(model, x, y):
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
    with tf.GradientTape() as tape:
        loss = model.compute_loss(x, y, model(x, training=True), training=True)
    gradients = tape.gradient(loss, [layer.kernel.value for layer in layers])
    norms = [float(keras.ops.norm(keras.ops.reshape(gradient, (-1,)))) for gradient in gradients]
    rows = {
        layer.name: {"norm": norm, "parameters": int(np.prod(layer.kernel.shape))}
        for layer, norm in zip(layers, norms, strict=True)
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("layer")


def _built(model):
    if not model.built or not model.inputs:
        raise ValueError("the model is not built yet: begin it with keras.Input, or call it on a batch first")
    return model
