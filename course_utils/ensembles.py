"""Many small networks trained at once, each with its own weights and its own order of the data.

Of the time that `fit` of Keras takes for a small network, little is arithmetic. Here S networks of the same
shape are one program in NumPy: the last axis of every array counts the members, so that each operation runs
along them, and a layer is a sum over its few inputs. That pays while layers are narrow, a handful of units;
wide ones are the job of `course_utils.together`.
"""

import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erf

if TYPE_CHECKING:
    import keras

BLOCK = (
    512  # most members that a thread trains together: an operation outlasts its call, and the cache holds it
)
PREDICTION_ROWS = 256  # inputs that a block takes at a time


@dataclass(frozen=True)
class SGD:
    """Gradient descent as `keras.optimizers.SGD` does it.

    Args:
        learning_rate: default 0.01.
        momentum: share of the last update that is added to the next, default 0.
    """

    learning_rate: float = 0.01
    momentum: float = 0.0

    def start(self, parameters: np.ndarray) -> Callable[[np.ndarray], None]:
        """A function that takes a gradient, which it may overwrite, and updates `parameters` in place."""
        velocity = np.zeros_like(parameters)

        def plain(gradient):
            np.multiply(gradient, self.learning_rate, out=gradient)
            np.subtract(parameters, gradient, out=parameters)

        def with_momentum(gradient):
            np.multiply(velocity, self.momentum, out=velocity)
            np.multiply(gradient, self.learning_rate, out=gradient)
            np.subtract(velocity, gradient, out=velocity)
            np.add(parameters, velocity, out=parameters)

        return with_momentum if self.momentum else plain


@dataclass(frozen=True)
class Adam:
    """Adam as `keras.optimizers.Adam` does it: Kingma and Ba, arXiv:1412.6980, end of section 2.

    Args:
        learning_rate: default 0.001.
        beta_1: decay of the mean of gradients, default 0.9.
        beta_2: decay of the mean of their squares, default 0.999.
        epsilon: added to the root of that mean, default 1e-7.
    """

    learning_rate: float = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    def start(self, parameters: np.ndarray) -> Callable[[np.ndarray], None]:
        """A function that takes a gradient, which it may overwrite, and updates `parameters` in place."""
        mean, square, scratch = (np.zeros_like(parameters) for _ in range(3))
        steps = 0

        def update(gradient):
            nonlocal steps
            steps += 1
            np.subtract(gradient, mean, out=scratch)
            np.multiply(scratch, 1 - self.beta_1, out=scratch)
            np.add(mean, scratch, out=mean)
            np.square(gradient, out=gradient)
            np.subtract(gradient, square, out=gradient)
            np.multiply(gradient, 1 - self.beta_2, out=gradient)
            np.add(square, gradient, out=square)
            rate = self.learning_rate * math.sqrt(1 - self.beta_2**steps) / (1 - self.beta_1**steps)
            np.sqrt(square, out=scratch)
            np.add(scratch, self.epsilon, out=scratch)
            np.divide(mean, scratch, out=scratch)
            np.multiply(scratch, rate, out=scratch)
            np.subtract(parameters, scratch, out=parameters)

        return update


# Each turns pre-activations z into activations, in place, and writes the derivative at z into `slope`.


def _relu(z, slope):
    np.copyto(slope, np.greater(z, 0))
    np.multiply(z, slope, out=z)


def _leaky_relu(z, slope, negative_slope):
    np.copyto(slope, np.greater(z, 0))
    np.maximum(slope, negative_slope, out=slope)
    np.multiply(z, slope, out=z)


def _elu(z, slope, scale=1.0, alpha=1.0):
    positive = np.greater(z, 0)
    np.minimum(z, 0, out=slope)
    np.expm1(slope, out=slope)
    np.multiply(slope, scale * alpha, out=slope)
    np.maximum(z, 0, out=z)
    np.multiply(z, scale, out=z)
    np.add(z, slope, out=z)
    np.add(slope, scale * alpha, out=slope)
    np.copyto(slope, scale, where=positive)


# the constants of Klambauer et al., Self-normalizing neural networks, arXiv:1706.02515, as Keras has them
_selu = partial(_elu, scale=1.05070098, alpha=1.67326324)


def _tanh(z, slope):
    np.tanh(z, out=z)
    np.square(z, out=slope)
    np.subtract(1, slope, out=slope)


def _sigmoid(z, slope):
    # by tanh, since exp overflows
    np.multiply(z, 0.5, out=z)
    np.tanh(z, out=z)
    np.multiply(z, 0.5, out=z)
    np.add(z, 0.5, out=z)
    np.subtract(1, z, out=slope)
    np.multiply(slope, z, out=slope)


def _gelu(z, slope):
    # z Φ(z), whose derivative is Φ(z) + z φ(z); not the approximation by tanh
    distribution = 0.5 * (1 + erf(z * math.sqrt(0.5)))
    np.square(z, out=slope)
    np.multiply(slope, -0.5, out=slope)
    np.exp(slope, out=slope)
    np.multiply(slope, 1 / math.sqrt(2 * math.pi), out=slope)
    np.multiply(slope, z, out=slope)
    np.add(slope, distribution, out=slope)
    np.multiply(z, distribution, out=z)


_ACTIVATIONS: dict[str, Callable] = {
    "relu": _relu,
    "leaky_relu": _leaky_relu,
    "elu": _elu,
    "selu": _selu,
    "tanh": _tanh,
    "sigmoid": _sigmoid,
    "gelu": _gelu,
}


class Ensemble:
    """Independent multilayer perceptrons of one shape, trained together; made by `Ensemble.create`.

    Hidden layers have the activation, the output is one linear unit, the loss is the mean squared error.

    Attributes:
        sizes: units of each layer from the inputs to the output, a tuple that ends with 1.
        members: the number S of networks.
        kernels: for each layer, float32 of shape (inputs, units, S).
        biases: for each layer, float32 of shape (units, S).
    """

    def __init__(
        self,
        sizes: tuple[int, ...],
        activate: Callable,
        parameters: np.ndarray,
        seed: np.random.SeedSequence,
    ) -> None:
        self.sizes = sizes
        self.members = parameters.shape[1]
        self.kernels, self.biases = _layers(parameters, sizes)
        self._activate = activate
        self._parameters = parameters
        # a stream of random numbers for each block: the result is the same on any number of cores
        ends = np.linspace(0, self.members, math.ceil(self.members / BLOCK) + 1).astype(int)
        self._blocks = [slice(low, high) for low, high in pairwise(ends.tolist())]
        self._generators = [
            np.random.Generator(np.random.SFC64(child)) for child in seed.spawn(len(self._blocks))
        ]

    @classmethod
    def create(
        cls,
        sizes: Sequence[int],
        members: int,
        activation: str = "relu",
        initializer: "str | keras.Initializer" = "glorot_uniform",
        seed: int = 0,
        negative_slope: float = 0.01,
    ) -> "Ensemble":
        """New networks with weights of their own and biases of 0.

        Args:
            sizes: units of each layer from the inputs to the output, such as (1, 2, 2, 1); the last is 1.
            members: the number S of networks.
            activation: of the hidden layers: "relu", "leaky_relu", "elu", "selu", "tanh", "sigmoid" or
                "gelu"; default "relu".
            initializer: of the kernels, a name that Keras knows, such as "he_normal", or an initialiser of
                Keras that draws each weight by itself, such as keras.initializers.RandomNormal(stddev=1.0);
                default "glorot_uniform". Keras draws the weights, from the seed given here.
            seed: a whole number from 0 that the weights and all minibatches follow from, default 0.
            negative_slope: of "leaky_relu" below 0, default 0.01 (the name alone means 0.2 to Keras).

        Raises:
            ValueError: an argument is none of these.
        """
        sizes = tuple(int(size) for size in sizes)
        if len(sizes) < 2 or min(sizes) < 1 or sizes[-1] != 1:
            raise ValueError(
                f"sizes is {sizes}: it must have at least 2 layers of 1 or more units, the last of 1"
            )
        if members < 1:
            raise ValueError(f"members is {members}: there must be at least 1")
        if activation not in _ACTIVATIONS:
            raise ValueError(f"no activation {activation!r}: it may be {', '.join(_ACTIVATIONS)}")
        activate = _ACTIVATIONS[activation]
        if activation == "leaky_relu":
            activate = partial(activate, negative_slope=negative_slope)
        sequence = np.random.SeedSequence(seed)
        parameters = np.zeros((_count(sizes), members), np.float32)
        kernels, _ = _layers(parameters, sizes)
        for kernel, layer_seed in zip(kernels, sequence.generate_state(len(kernels)), strict=True):
            kernel[...] = _draw(initializer, kernel.shape, int(layer_seed) >> 1)
        return cls(sizes, activate, parameters, sequence)

    def fit(
        self,
        x: ArrayLike,
        y: ArrayLike,
        epochs: int = 1,
        batch_size: int = 32,
        optimizer: SGD | Adam | None = None,
        shuffle: bool = True,
        verbose: int = 1,
    ) -> np.ndarray:
        """Train every member, each on minibatches of its own.

        A member whose numbers overflow goes on with NaN, as in Keras, and disturbs no other. The members are
        trained in blocks, in as many threads as there are cores.

        Args:
            x: inputs, of shape (n,) or (n, sizes[0]); used as float32.
            y: targets, of shape (n,) or (n, 1); used as float32.
            epochs: passes over the data, default 1.
            batch_size: examples of a minibatch, default 32; the last one of an epoch may be smaller.
            optimizer: an `SGD` or `Adam` of this module, default SGD(); each `fit` begins without memory of
                earlier gradients.
            shuffle: False for minibatches in the order of the data, the same for all members; default True:
                each member has a random order of its own in each epoch.
            verbose: 0 for no progress line, default 1.

        Returns:
            float32 of shape (epochs, S): the loss of each epoch as `fit` of Keras reports it, the mean over
            its examples, each minibatch before its update.

        Raises:
            ValueError: shapes do not fit, a number is not finite, or epochs or batch_size is below 1.
            TypeError: the optimiser is another one, such as one of Keras.
        """
        inputs, targets = self._inputs(x), _finite("y", y)
        if targets.size != len(targets) or len(targets) != len(inputs):
            raise ValueError(
                f"y has the shape {targets.shape}: it must be ({len(inputs)},), one target for each input"
            )
        if epochs < 1 or batch_size < 1:
            raise ValueError(f"epochs is {epochs} and batch_size {batch_size}: both must be at least 1")
        optimizer = SGD() if optimizer is None else optimizer
        if not isinstance(optimizer, SGD | Adam):
            raise TypeError(
                f"optimizer is {optimizer!r}: it must be an SGD or Adam of course_utils.ensembles"
            )
        batch_size, targets = min(batch_size, len(inputs)), targets.reshape(-1)
        trainings = [
            _Training(self, block, generator, inputs, targets, batch_size, optimizer, shuffle)
            for block, generator in zip(self._blocks, self._generators, strict=True)
        ]
        losses = np.empty((epochs, self.members), np.float32)
        line = _progress_line(verbose)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for epoch in range(epochs):
                np.concatenate(list(pool.map(_Training.epoch, trainings)), out=losses[epoch])
                line.show(f"{epoch + 1} of {epochs} epochs, {self.members:,} networks")
        line.close()
        return losses

    def predict(self, x: ArrayLike) -> np.ndarray:
        """What each member gives for some inputs.

        Args:
            x: inputs, of shape (n,) or (n, sizes[0]); used as float32.

        Returns:
            float32 of shape (S, n).

        Raises:
            ValueError: the shape does not fit, or a number is not finite.
        """
        inputs = self._inputs(x)
        outputs = np.empty((self.members, len(inputs)), np.float32)
        rows = min(PREDICTION_ROWS, len(inputs))

        def predict_block(block):
            network = _Network(self.sizes, self._activate, self._parameters[:, block].copy(), rows)
            with np.errstate(all="ignore"):
                for start in range(0, len(inputs), rows):
                    batch = inputs[start : start + rows]
                    # a last axis of 1: all members have the same inputs
                    outputs[block, start : start + rows] = network.forward(batch.T[..., np.newaxis])[0].T

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(predict_block, self._blocks))
        return outputs

    def collapsed(self, x: ArrayLike, tolerance: float = 0.0) -> np.ndarray:
        """Which members give the same output for all inputs: dead networks, where x covers the inputs' range.

        Args:
            x: inputs, of shape (n,) or (n, sizes[0]).
            tolerance: largest difference of two outputs that passes for the same, default 0: after a layer
                whose units are all 0 not even rounding differs. Outputs of networks that cannot die, such as
                those of Leaky ReLU, can be equal too, where rounding to float32 loses their slopes.

        Returns:
            bool of shape (S,); False where outputs are not finite.

        Raises:
            ValueError: the shape does not fit, or a number is not finite.
        """
        outputs = self.predict(x)
        with np.errstate(invalid="ignore"):
            return np.ptp(outputs, axis=1) <= tolerance

    def member_weights(self, member: int) -> list[np.ndarray]:
        """One member's weights, as `set_weights` of a Keras model with the same layers takes them.

        Args:
            member: its number, 0 to S − 1.

        Returns:
            A list: the first kernel, of shape (inputs, units), the first bias, of shape (units,), and so on.
        """
        layers = zip(self.kernels, self.biases, strict=True)
        return [array[..., member].copy() for layer in layers for array in layer]

    def _inputs(self, x):
        """x as float32 of shape (n, sizes[0])."""
        x = _finite("x", x)
        if x.ndim == 1:
            x = x[:, np.newaxis]
        if x.ndim != 2 or x.shape[1] != self.sizes[0] or len(x) == 0:
            raise ValueError(f"x has the shape {x.shape}: it must be (n, {self.sizes[0]}), n at least 1")
        return x


class _Network:
    """Forward and backward pass of a block of members; the last axis of all arrays counts them."""

    def __init__(self, sizes, activate, parameters, rows):
        members = parameters.shape[1]
        self.rows = rows  # the most that a pass can take
        self.parameters, self.gradient = parameters, np.empty_like(parameters)
        self._kernels, self._biases = _layers(parameters, sizes)
        self._kernel_gradients, self._bias_gradients = _layers(self.gradient, sizes)
        self._activate = activate
        self._outputs = [np.empty((units, rows, members), np.float32) for units in sizes[1:]]
        self._slopes = [np.empty((units, rows, members), np.float32) for units in sizes[1:-1]]
        self._sums, self._terms = np.empty((2, max(sizes), rows, members), np.float32)

    def forward(self, x):
        """Outputs (1, rows, members) for inputs (sizes[0], rows, members); the next call overwrites them."""
        self._inputs = []
        rows = x.shape[1]
        last = len(self._kernels) - 1
        for layer, (kernel, bias) in enumerate(zip(self._kernels, self._biases, strict=True)):
            self._inputs.append(x)
            z = self._outputs[layer][:, :rows]
            _weighted_sum(kernel, x, out=z, terms=self._terms)
            np.add(z, bias[:, np.newaxis], out=z)
            if layer < last:
                self._activate(z, self._slopes[layer][:, :rows])
            x = z
        return x

    def backward(self, delta):
        """Write `gradient`, given the loss's derivative `delta` by the outputs of the last `forward`."""
        rows = delta.shape[1]
        for layer in reversed(range(len(self._kernels))):
            kernel, x = self._kernels[layer], self._inputs[layer]
            np.einsum("irs,urs->ius", x, delta, out=self._kernel_gradients[layer])
            np.add.reduce(delta, axis=1, out=self._bias_gradients[layer])
            if layer:
                sums, slope = self._sums[: len(kernel), :rows], self._slopes[layer - 1][:, :rows]
                _weighted_sum(kernel.swapaxes(0, 1), delta, out=sums, terms=self._terms)
                delta = np.multiply(sums, slope, out=slope)


class _Training:
    """The training of a block of members, an epoch at a time.

    Each member has an arrangement of the data of its own. In each epoch all members of the block go through
    theirs in the same random order of positions: so every member has a new random order in each epoch, and
    minibatches of its own, while taking a minibatch is copying whole rows.
    """

    def __init__(self, ensemble, block, generator, x, y, batch_size, optimizer, shuffle):
        members = block.stop - block.start
        self._ensemble, self._block = ensemble, block
        self._generator = generator if shuffle else None
        self._network = _Network(
            ensemble.sizes, ensemble._activate, ensemble._parameters[:, block].copy(), batch_size
        )
        self._update = optimizer.start(self._network.parameters)
        self._positions = np.arange(len(y))
        arrangement = np.tile(self._positions, (members, 1))
        if shuffle:
            generator.permuted(arrangement, axis=1, out=arrangement)
        # (inputs + 1, n, members), in that order in memory too, which indexing alone does not give
        self._data = np.ascontiguousarray(np.vstack([x.T, y])[:, arrangement.T])
        self._batch = np.empty((len(self._data), batch_size, members), np.float32)

    def epoch(self):
        """Train for one epoch; the loss of each member, float32 of shape (members,)."""
        if self._generator:
            self._generator.shuffle(self._positions)
        n, members = self._data.shape[1:]
        total = np.zeros(members)
        with np.errstate(all="ignore"):  # a diverging member has NaN for its loss
            for start in range(0, n, self._network.rows):
                total += self._step(self._positions[start : start + self._network.rows])
        self._ensemble._parameters[:, self._block] = self._network.parameters
        return (total / n).astype(np.float32)

    def _step(self, positions):
        """One update; each member's sum of squared errors before it."""
        size = len(positions)
        batch = self._batch[:, :size]
        for values, rows in zip(self._data, batch, strict=True):
            np.take(values, positions, axis=0, out=rows, mode="clip")  # other modes copy once more
        delta = self._network.forward(batch[:-1])
        np.subtract(delta, batch[-1], out=delta)
        squared = np.einsum("urs,urs->s", delta, delta)
        np.multiply(delta, 2 / size, out=delta)
        self._network.backward(delta)
        self._update(self._network.gradient)
        return squared


class _NoLine:
    def show(self, text):
        pass

    def close(self):
        pass


def _progress_line(verbose):
    if not verbose:
        return _NoLine()
    from course_utils.progress import open_line  # here: it imports Keras

    return open_line()


def _weighted_sum(kernel, x, out, terms):
    """Σᵢ kernelᵢ xᵢ: (units, rows, members), from (inputs, units, members) and (inputs, rows, members)."""
    terms = terms[: out.shape[0], : out.shape[1]]
    np.multiply(kernel[0][:, np.newaxis], x[0], out=out)
    for weights, values in zip(kernel[1:], x[1:], strict=True):
        np.multiply(weights[:, np.newaxis], values, out=terms)
        np.add(out, terms, out=out)


def _count(sizes):
    """Number of parameters of a network."""
    return sum((inputs + 1) * units for inputs, units in pairwise(sizes))


def _layers(parameters, sizes):
    """Kernels (inputs, units, members) and biases (units, members): views of parameters (count, members)."""
    kernels, biases, start = [], [], 0
    for inputs, units in pairwise(sizes):
        stop = start + inputs * units
        kernels.append(parameters[start:stop].reshape(inputs, units, -1))
        biases.append(parameters[stop : stop + units])
        start = stop + units
    return kernels, biases


def _draw(initializer, shape, seed):
    """Weights for kernels of shape (inputs, units, members), as Keras draws them for each."""
    from keras import initializers

    initializer = initializers.get(initializer)
    inputs, units, members = shape
    if isinstance(initializer, initializers.VarianceScaling):
        # one draw for all members has the fan_in of each but another fan_out: the scale makes up for it
        fan = {"fan_in": inputs, "fan_out": units, "fan_avg": (inputs + units) / 2}[initializer.mode]
        initializer = initializers.VarianceScaling(
            initializer.scale * inputs / fan, "fan_in", initializer.distribution, seed
        )
    elif isinstance(
        initializer,
        initializers.RandomNormal | initializers.RandomUniform | initializers.TruncatedNormal,
    ):
        initializer = type(initializer).from_config({**initializer.get_config(), "seed": seed})
    elif not isinstance(initializer, initializers.Constant | initializers.Zeros | initializers.Ones):
        raise ValueError(f"{initializer!r} is no initialiser that draws each weight by itself")
    return np.asarray(initializer((inputs, units * members), "float32")).reshape(shape)


def _finite(name, values):
    values = np.asarray(values, np.float32)
    if values.ndim == 0 or not np.isfinite(values).all():
        raise ValueError(f"{name} must be an array of finite numbers")
    return values
