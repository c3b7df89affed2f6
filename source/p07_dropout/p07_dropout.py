# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Practical 7: Regularisation, dropout and Monte-Carlo dropout
#
# A network often has more weights than images to learn from. In this practical you hold it back: with penalties on its
# weights, with dropout, which switches units off at random, and by stopping in time. Then comes the surprising part: leave
# dropout *on* when the network predicts, ask a hundred times, and the spread of the answers tells you something about how
# sure the network is. Is that worth a hundred passes? You will measure it.
#
# **When you have finished, you can**
#
# 1. say what $\ell_1$, $\ell_2$ and max-norm do to weights, and give them to a Keras layer;
# 2. see when a network overfits and what helps against it, write inverted dropout, and choose its rate from evidence
#    rather than from one lucky run;
# 3. turn a trained model into a Monte-Carlo dropout model in which *only* dropout is random;
# 4. judge probabilities, not just answers: negative log-likelihood, calibration error, reliability diagram;
# 5. tell the uncertainty of a hard image from that of an unfamiliar one, decide what a human should look at,
#    and report honestly whether a method helped.
#
# **This practical assumes** Practical 1 (Keras, cross-entropy) and Practical 4 (batch normalisation in training and in
# inference mode).
#
# **How it works.** As before: an experiment begins with a question under *Predict*; write your guess down
# before you run the cell. In an exercise, replace `raise NotImplementedError(…)` with your answer and run
# the check below it. More checks run when your work is graded, on inputs that you have not seen.
#
# | Exercise | Points | | Exercise | Points |
# |---|---|---|---|---|
# | 1 Penalties and their gradients | 3 | | 8 Mean and standard deviation of many passes | 3 |
# | 2 What a penalty does by itself | 2 | | 9 Likelihood and calibration | 4 |
# | 3 A regularised layer | 3 | | 10 Entropy and mutual information | 3 |
# | 4 Inverted dropout | 4 | | 11 Two kinds of uncertainty | 2 |
# | 5 Choose the rate from evidence | 3 | | 12 Refer to a human | 3 |
# | 6 A layer that always drops | 2 | | 13 Is it worth a hundred passes? (in words) | 3 |
# | 7 A Monte-Carlo model | 4 | | **Total** | **39** |
#
# **Time.** On two processor cores the whole notebook took four and a half minutes at the full
# budget (the default, for working through it) and 50 seconds at the quick budget (for checking that
# everything runs). Allow four hours for reading, guessing and answering.
#
# **Help.** When a check of shapes fails, print the shapes of all arrays in a new cell and follow them
# through the formula. When things get confusing, choose *Restart kernel and run all cells*. When you ask
# for help, quote the check's feedback in full.

# %% [markdown]
# ## 0 Set up

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
from functools import partial

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy import optimize, stats

from course_utils import data, expect, plots, runs, training, uncertainty

print(training.describe_budget())
print(
    f"Keras {keras.__version__} on {keras.backend.backend()}:", ", ".join(keras.distribution.list_devices())
)

# %% nbgrader={"grade": false, "grade_id": "load-data", "locked": true, "schema_version": 3, "solution": false, "task": false}
N_TRAIN = training.budget(full=20_000, quick=4_000)
N_VALID = training.budget(full=5_000, quick=1_000)
N_TEST = training.budget(full=3_000, quick=500)
EPOCHS = training.budget(full=5, quick=2)
SEEDS = training.seeds(training.budget(full=5, quick=3))

fashion = data.load("fashion_mnist")
pixels = fashion.x_train[5_000 : 5_000 + N_TRAIN].astype("float32")
mean, deviation = pixels.mean(), pixels.std()


def standardised(images):
    """Images as rows of 784 numbers, on the scale of the training images."""
    return (images.reshape(-1, 784).astype("float32") - mean) / deviation


x_train, y_train = standardised(pixels), fashion.y_train[5_000 : 5_000 + N_TRAIN]
x_valid, y_valid = standardised(fashion.x_train[:N_VALID]), fashion.y_train[:N_VALID]
x_test, y_test = standardised(fashion.x_test[:N_TEST]), fashion.y_test[:N_TEST]
print(f"{len(x_train):,} training, {len(x_valid):,} validation and {len(x_test):,} test images")

# %% [markdown] tags=["covers-37"]
# ## 1 Penalties on weights
#
# A penalty is added to the loss, so its gradient is added to that of the loss. For a weight matrix $W$ and
# strengths $\lambda_1$ and $\lambda_2$, Keras defines
#
# $$\Omega(W) = \lambda_1 \sum_{ij} |W_{ij}| + \lambda_2 \sum_{ij} W_{ij}^2 .$$
#
# Beware: many texts write $\frac{\lambda}{2} \sum W^2$, whose gradient is $\lambda W$. Keras has no half.
#
# ### Exercise 1: Penalties and their gradients (3 points)
#
# Write `penalty(weights, l1, l2)`, the sum of $\Omega$ over all arrays of a list, and
# `penalty_gradient(weights, l1, l2)`, a list with its gradient for each array. (Where a weight is exactly
# 0, $|w|$ has no slope; use 0 there.)


# %% nbgrader={"grade": false, "grade_id": "penalty", "locked": false, "schema_version": 3, "solution": true, "task": false}
def penalty(weights, l1, l2):
    """The penalty l1 * Σ|w| + l2 * Σw² over all weights; a number.

    Args:
        weights: list of arrays of any shapes.
        l1, l2: the strengths, numbers of 0 or more.
    """
    ### BEGIN SOLUTION
    return sum(l1 * np.sum(np.abs(array)) + l2 * np.sum(array**2) for array in weights)
    ### END SOLUTION


def penalty_gradient(weights, l1, l2):
    """The gradient of the penalty: a list of arrays, shaped like those of `weights`."""
    ### BEGIN SOLUTION
    return [l1 * np.sign(array) + 2 * l2 * array for array in weights]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "penalty-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Penalties and their gradients", points=3) as exercise:
    rng = np.random.default_rng()
    arrays = [rng.normal(size=(3, 4)), rng.normal(size=5)]
    sizes = [np.sum(np.abs(array)) for array in arrays]
    squares = [np.sum(array**2) for array in arrays]
    more = [rng.normal(size=size) for size in ((2, 3, 2, 4), (5,), (3, 2), (4,))]

    def omega(some, one, other):
        return sum(one * np.sum(np.abs(array)) + other * np.sum(array**2) for array in some)

    strong, weak = float(rng.uniform(1, 2)), float(rng.uniform(0.1, 0.5))

    with exercise.part("the penalty", points=1):
        expect.close(
            penalty(arrays, strong, weak),
            omega(arrays, strong, weak),
            "the penalty of two arrays",
            mistakes={
                "there is a half before the squares, which Keras does not have": omega(
                    arrays, strong, weak / 2
                ),
                "the two strengths are swapped": omega(arrays, weak, strong),
                "this is the root of the sum of squares, not the sum": strong * sum(sizes)
                + weak * np.sqrt(sum(squares)),
                "these are means, not sums": omega(arrays, strong, weak) / 17,
                "the absolute values are missing: signs cancel": strong * sum(np.sum(a) for a in arrays)
                + weak * sum(squares),
                "only the first array, the matrix, is counted": omega(arrays[:1], strong, weak),
            },
            step="Add l1 times the sum of absolute values and l2 times the sum of squares, array by array.",
        )
        for one, other in ((strong, weak), (0.0, weak), (strong, 0.0)):
            expect.close(
                penalty(more, one, other),
                omega(more, one, other),
                f"the penalty of four arrays, one of them with four axes, with l1={one:.3f} and l2={other:.3f}",
                mistakes={"only the first two arrays are counted": omega(more[:2], one, other)},
                step="Add over all arrays of the list, and over all axes of each.",
            )
    ### BEGIN HIDDEN TESTS
    with exercise.part("its gradient", points=2):
        arrays[1][2] = 0.0
        kept = [array.copy() for array in arrays]

        def combined(of_l1, of_l2):
            return [strong * one + weak * other for one, other in zip(of_l1, of_l2, strict=True)]

        signs, doubled = [np.sign(array) for array in arrays], [2 * array for array in arrays]
        expect.close(
            penalty_gradient(arrays, strong, weak),
            combined(signs, doubled),
            "the gradient of the penalty of two arrays",
            mistakes={
                "Σw² has the gradient 2w: the factor 2 is missing": combined(signs, arrays),
                "the gradient of |w| is the sign of w, not 1": combined(
                    [np.ones_like(array) for array in arrays], doubled
                ),
                "the gradient of |w| is the sign of w, not |w| itself": combined(
                    [np.abs(array) for array in arrays], doubled
                ),
                "this is the gradient's negative, a step downhill": [
                    -array for array in combined(signs, doubled)
                ],
                "the two strengths are swapped": [
                    weak * sign + strong * two for sign, two in zip(signs, doubled, strict=True)
                ],
            },
            step="For each array: l1 times its signs, plus 2 · l2 times the array.",
        )
        expect.equal(arrays, kept, "the weights after the call", step="Make new arrays; change no argument.")
        expect.close(
            penalty_gradient(arrays, 0.0, weak),
            [weak * two for two in doubled],
            "the gradient without an ℓ1 penalty",
        )
        others = [rng.normal(size=array.shape) for array in more]
        others[1][:3] = rng.uniform(1e-7, 1e-6), -rng.uniform(1e-5, 1e-4), rng.uniform(1e-4, 1e-3)
        for one, other in ((strong, weak), (0.0, weak), (strong, 0.0)):
            called = f"four arrays, one of them with four axes, with l1={one:.3f} and l2={other:.3f}"
            for place, found in enumerate(penalty_gradient(others, one, other)):
                expect.close(
                    found,
                    one * np.sign(others[place]) + 2 * other * others[place],
                    f"the gradient for array {place} of {called}",
                    step="The slope of |w| is 1 or −1 for every w but 0, however small: np.sign.",
                )
            expect.equal(len(penalty_gradient(others, one, other)), 4, f"the number of gradients of {called}")
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Exercise 2: What a penalty does by itself (2 points)
#
# Take a single weight $w = 0.5$ that makes no difference to the data's part of the loss: its gradient is that of the
# penalty alone. You use plain gradient descent with learning rate 0.1.
#
# 1. With an $\ell_2$ penalty of strength 0.05 (and no $\ell_1$), each step multiplies the weight by the same
#    number, `shrink_factor`. What is it?
# 2. What is left of the 0.5 after 100 steps? Call it `left_by_l2`.
# 3. With an $\ell_1$ penalty of strength 0.05 instead: after how many steps is the weight 0? Call the number
#    `steps_to_zero`.

# %% nbgrader={"grade": false, "grade_id": "alone", "locked": false, "schema_version": 3, "solution": true, "task": false}
# shrink_factor = …
# left_by_l2 = …
# steps_to_zero = …
### BEGIN SOLUTION
shrink_factor = 1 - 0.1 * 2 * 0.05
left_by_l2 = 0.5 * shrink_factor**100
steps_to_zero = 100
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "alone-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("What a penalty does by itself", points=2) as exercise:
    with exercise.part("the answers are numbers", points=0):
        expect.shape(shrink_factor, (), "shrink_factor", step="Assign one number.")
        expect.shape(left_by_l2, (), "left_by_l2", step="Assign one number.")
        expect.shape(steps_to_zero, (), "steps_to_zero", step="Assign one number.")
    ### BEGIN HIDDEN TESTS
    with exercise.part("what ℓ2 does", points=1):
        expect.close(
            shrink_factor,
            0.99,
            "shrink_factor",
            rtol=1e-4,
            describe="a number below 1",
            mistakes={
                "the gradient of 0.05 w² is 2 · 0.05 · w; the 2 is missing": 0.995,
                "the learning rate is missing": 0.9,
                "this is what is taken away, not what is left": 0.01,
                "the penalty makes weights smaller, not larger": 1.01,
            },
            step="Write down w − 0.1 · (gradient of the penalty), and take w out of the bracket.",
        )
        expect.close(
            left_by_l2,
            0.5 * 0.99**100,
            "left_by_l2",
            rtol=0.005,
            describe="a number below 0.5",
            mistakes={
                "this is the share that is left, not the weight": 0.99**100,
                "a step takes one hundredth of what is there, not of the first weight": 0.0,
            },
            step="A hundred steps multiply by the factor a hundred times.",
        )
    with exercise.part("what ℓ1 does", points=1):
        expect.equal(
            round(float(steps_to_zero), 6),
            100,
            "steps_to_zero",
            describe="a whole number",
            mistakes={
                "steps are shorter: the strength times the learning rate": 10,
                "the gradient of |w| is 1 or −1; there is no factor 2": 50,
                "steps are shorter: the learning rate times the strength": 5,
            },
            step="Each step has the same length, however small the weight is.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-37"]
# ### Exercise 3: A regularised layer (3 points)
#
# A network often has many layers with the same settings. Python's `functools.partial` lets you write them
# down once:
#
# ```python
# Conv3x3 = partial(keras.layers.Conv2D, kernel_size=3, padding="same", activation="relu")
# first = Conv3x3(32)                        # as Conv2D(32, kernel_size=3, padding="same", activation="relu")
# last = Conv3x3(10, activation="softmax")   # a setting may be replaced
# ```
#
# Write `build_regularised_mlp(sizes, regulariser, constraint)`: an MLP like that of Practical 1. Its `Dense`
# layers **all** have the given `kernel_regularizer` and `kernel_constraint`; the hidden ones use ReLU and
# He weights (`"he_normal"`), the last one uses softmax. Biases are left alone. (Both arguments may be
# `None`, which `Dense` understands.)


# %% nbgrader={"grade": false, "grade_id": "regularised", "locked": false, "schema_version": 3, "solution": true, "task": false}
def build_regularised_mlp(sizes, regulariser, constraint):
    """An MLP with the same regulariser and constraint on the weights of all its layers; not compiled.

    Args:
        sizes: inputs, units of each hidden layer, classes: such as (784, 300, 100, 10).
        regulariser: a `keras.regularizers.Regularizer` or None.
        constraint: a `keras.constraints.Constraint` or None.

    Returns:
        A Keras model from (batch, sizes[0]) to probabilities (batch, sizes[-1]).
    """
    ### BEGIN SOLUTION
    RegularisedDense = partial(
        keras.layers.Dense,
        activation="relu",
        kernel_initializer="he_normal",
        kernel_regularizer=regulariser,
        kernel_constraint=constraint,
    )
    hidden = [RegularisedDense(units) for units in sizes[1:-1]]
    return keras.Sequential(
        [keras.Input(shape=(sizes[0],)), *hidden, RegularisedDense(sizes[-1], activation="softmax")]
    )
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "regularised-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("A regularised layer", points=3) as exercise:
    rng = np.random.default_rng()

    with exercise.part("the layers without regulariser", points=1):
        sizes = (200, *(int(n) for n in rng.integers(60, 90, size=2)), 7)
        shapes = [(sizes[0], sizes[1]), (sizes[1],), (sizes[1], sizes[2]), (sizes[2],), (sizes[2], 7), (7,)]
        arrays = [rng.normal(size=shape) * 0.3 for shape in shapes]
        plain = build_regularised_mlp(sizes, None, None)
        expect.builtin_model(plain, "the model that build_regularised_mlp returns")
        initial = plain.get_weights()
        expect.equal(
            [tuple(array.shape) for array in initial],
            shapes,
            f"the shapes of the weights for sizes={sizes}",
            step="One Dense layer for each entry of sizes but the first.",
        )
        # 4,000 weights and more: chance moves these numbers by 1.2 % (one standard deviation) at most
        expect.close(
            [float(kernel.std()) for kernel in initial[:-2:2]],
            np.sqrt(2 / np.array(sizes[:2])),
            "the standard deviation of the initial weights of the hidden layers",
            rtol=0.1,
            atol=0,
            mistakes={
                "these are Glorot weights, which Dense uses when told nothing else": np.sqrt(
                    2 / (np.array(sizes[:2]) + np.array(sizes[1:3]))
                )
            },
            step='Set kernel_initializer="he_normal".',
        )
        # the largest of thousands, in standard deviations: 1.73 for uniform weights, 2.27 for Keras' normal ones
        expect.true(
            all(float(np.abs(kernel).max() / kernel.std()) > 2 for kernel in initial[:-2:2]),
            "the initial weights of the hidden layers are normally distributed",
            cause="they are spread evenly, as those of he_uniform are",
            step='Set kernel_initializer="he_normal".',
        )
        for holds, what, step in (
            (
                not plain.losses
                and all(getattr(of, "kernel_constraint", None) is None for of in plain.layers),
                "no regulariser or constraint takes the place of None",
                "Hand both arguments to Dense as they are.",
            ),
            (not any(map(np.any, initial[1::2])), "biases begin at 0", "Leave bias_initializer alone."),
            (not plain.compiled, "the model is not compiled", "Leave that to whoever trains it."),
        ):
            expect.true(holds, what, step=step)
        plain.set_weights(arrays)
        batch = rng.normal(size=(4, sizes[0])).astype("float32")
        signal, unbent = batch, batch
        for kernel, bias in zip(arrays[:-2:2], arrays[1:-2:2], strict=True):
            signal, unbent = np.maximum(signal @ kernel + bias, 0), unbent @ kernel + bias
        logits, linear = signal @ arrays[-2] + arrays[-1], unbent @ arrays[-2] + arrays[-1]

        def softmax(z):
            powers = np.exp(z - z.max(axis=1, keepdims=True))
            return powers / powers.sum(axis=1, keepdims=True)

        expect.close(
            plain(batch),
            softmax(logits),
            "the probabilities of four inputs",
            rtol=1e-3,
            atol=1e-4,
            mistakes={
                "the last layer has ReLU; replace the activation there": np.maximum(logits, 0),
                "there is no softmax at the end": logits,
                "the hidden layers have no activation function": softmax(linear),
            },
            step="Hidden layers have ReLU, the last layer a softmax.",
        )
        for others in ((30, 4), (12, 8, 2), (40, 40, 40, 40, 3)):
            other = build_regularised_mlp(others, None, None)
            expect.builtin_model(other, "the model that build_regularised_mlp returns")
            found = other.get_weights()
            expect.equal(
                [tuple(array.shape) for array in found],
                [shape for at in range(1, len(others)) for shape in (others[at - 1 : at + 1], (others[at],))],
                f"the shapes of the weights for sizes={others}",
                step="One Dense layer for each entry of sizes but the first, however many there are.",
            )
            expect.true(
                len(found) < 6 or bool(np.any(found[0] != found[2])),
                "two layers of the same shape begin with different weights",
                cause="the layers share one initialiser, which draws the same each time, or are one layer",
                step='Hand kernel_initializer="he_normal" to each layer.',
            )
            given = [rng.normal(size=array.shape) * 0.3 for array in found]
            other.set_weights(given)
            few = rng.normal(size=(4, others[0])).astype("float32")
            signal = few
            for kernel, bias in zip(given[:-2:2], given[1:-2:2], strict=True):
                signal = np.maximum(signal @ kernel + bias, 0)
            for learning in (False, True):
                expect.close(
                    other(few, training=learning),
                    softmax(signal @ given[-2] + given[-1]),
                    f"the probabilities of four inputs for sizes={others}, with training={learning}",
                    rtol=1e-3,
                    atol=1e-4,
                    cause="a layer was added that does something else in training" if learning else None,
                    step="Dense layers alone: the hidden ones with ReLU, the last one with a softmax.",
                )
    ### BEGIN HIDDEN TESTS
    with exercise.part("the regulariser", points=1):
        penalised = build_regularised_mlp(
            sizes, keras.regularizers.L1L2(l1=0.02, l2=0.01), keras.constraints.NonNeg()
        )
        expect.builtin_model(penalised, "the model that build_regularised_mlp returns")
        penalised.set_weights(arrays)
        of_layers = [0.02 * np.abs(kernel).sum() + 0.01 * (kernel**2).sum() for kernel in arrays[::2]]
        of_biases = [0.02 * np.abs(bias).sum() + 0.01 * (bias**2).sum() for bias in arrays[1::2]]
        expect.close(
            float(sum(float(loss) for loss in penalised.losses)),
            float(sum(of_layers)),
            "the sum of the model's penalties (model.losses) with L1L2(l1=0.02, l2=0.01) and a constraint",
            rtol=5e-5,
            mistakes={
                "no layer has the regulariser": 0.0,
                "the last layer does not have the regulariser": float(sum(of_layers[:-1])),
                "only the last layer has the regulariser": float(of_layers[-1]),
                "only the first layer has the regulariser": float(of_layers[0]),
                "the biases are penalised too": float(sum(of_layers) + sum(of_biases)),
                "the biases are penalised, in place of the weights": float(sum(of_biases)),
            },
            step="kernel_regularizer=regulariser belongs to every Dense layer.",
        )
        penalised(rng.normal(size=(4, sizes[0])).astype("float32"))
        expect.equal(
            len(penalised.losses),
            3,
            "the number of the model's penalties once it has answered for four inputs",
            cause="what the layers give is penalised, too",
            step="Leave activity_regularizer alone.",
        )
    with exercise.part("the constraint", points=1):
        held = build_regularised_mlp(sizes, keras.regularizers.L2(0.01), keras.constraints.NonNeg())
        expect.builtin_model(held, "the model that build_regularised_mlp returns")
        held.set_weights(arrays)
        optimiser = keras.optimizers.SGD(learning_rate=1.0)
        # a step of length 0: all that it does is to apply the constraints
        optimiser.apply(
            [keras.ops.zeros_like(variable) for variable in held.trainable_variables],
            held.trainable_variables,
        )
        after = held.get_weights()
        expect.close(
            [float(kernel.min()) for kernel in after[::2]],
            [0.0] * 3,
            "the smallest weight of each layer, after a step with a regulariser and NonNeg()",
            mistakes={
                "no layer has the constraint": [float(kernel.min()) for kernel in arrays[::2]],
                "the last layer does not have the constraint": [0.0, 0.0, float(arrays[-2].min())],
                "only the last layer has the constraint": [
                    *(float(kernel.min()) for kernel in arrays[:-2:2]),
                    0.0,
                ],
            },
            step="kernel_constraint=constraint belongs to every Dense layer.",
        )
        expect.close(
            after[1::2],
            arrays[1::2],
            "the biases after that step",
            rtol=1e-4,
            cause="the biases are constrained too",
            step="Leave bias_constraint alone.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-37"]
# ### Experiment: what penalties do to weights
#
# Here are four 784-100-100-10 networks, trained in the same way from several seeds: with no regularisation, with
# $\ell_1$, with $\ell_2$, and with max-norm, which penalises nothing, but after each step cuts each unit's weight
# vector back to length 1 if it is longer.
#
# **Predict.** Which of them sets weights to (nearly) zero? Which makes large weights rare? Does any of them
# gain accuracy on images that the network has not seen?
#
# (The notebook trains many networks. So that Keras need not build its training step anew for each seed,
# `start_over` puts new weights, new dropout seeds and a new optimiser state into a compiled model. It sets the seed
# just before `fit`, so each epoch of a run has the same minibatches in the same order. In the plots, each seed is a dot, and a
# bar is the 95 % interval of their mean (Student's t). With three seeds it is wide, and it may extend
# to values that no mean can have, such as an AUROC above 1; that part is cut off.)


# %% nbgrader={"grade": false, "grade_id": "start-over", "locked": true, "schema_version": 3, "solution": false, "task": false}
def start_over(model, seed):
    """Draw a compiled model's weights, dropout seeds and optimiser state anew."""
    training.set_seed(seed)
    fresh = keras.models.clone_model(model)
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    for old, new in zip(
        [*model.variables, *model.optimizer.variables],
        [*fresh.variables, *fresh.optimizer.variables],
        strict=True,
    ):
        old.assign(new)


def probabilities_of(model, images):
    """What a model answers for images, as a float32 array."""
    return keras.ops.convert_to_numpy(model(images, training=False))


def interval(values, within=(-np.inf, np.inf)):
    """Both ends of the 95 % interval of a mean over seeds (Student's t).

    What lies outside of `within`, where the mean cannot be, is cut off.
    """
    reach = stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values))
    return np.clip([np.mean(values) - reach, np.mean(values) + reach], *within)


def draw_rows(axis, rows, within=(-np.inf, np.inf), colour=plots.BLUE, mark="s", shift=0.0, label=None):
    """A row for each name: a dot for each seed, and below the dots their mean with its interval."""
    for row, values in enumerate(rows.values()):
        middle, height = np.mean(values), row + shift
        reach = np.abs(interval(values, within) - middle)[:, np.newaxis]
        axis.plot(values, np.full(len(values), height - 0.09), ".", color=colour, alpha=0.5)
        axis.errorbar(middle, height + 0.09, xerr=reach, fmt=mark, color=colour, markersize=5, capsize=3)
    axis.plot([], [], mark, color=colour, label=label)
    axis.set(yticks=range(len(rows)), yticklabels=list(rows), ylim=(len(rows) - 0.5, -0.5))


# %% tags=["experiment", "nbval-ignore-output"]
PENALTIES = {
    "nothing": (None, None),
    "ℓ1, 0.0003": (keras.regularizers.L1(3e-4), None),
    "ℓ2, 0.001": (keras.regularizers.L2(1e-3), None),
    "max-norm, 1": (None, keras.constraints.MaxNorm(1.0)),
}
first_kernels, rows = {}, []
for name, (regulariser, constraint) in PENALTIES.items():
    model = build_regularised_mlp((784, 100, 100, 10), regulariser, constraint)
    model.compile(
        optimizer=keras.optimizers.Nadam(learning_rate=2e-3),
        loss="sparse_categorical_crossentropy",
        jit_compile=False,
    )
    for seed in SEEDS:
        start_over(model, seed)
        model.fit(x_train, y_train, batch_size=128, epochs=EPOCHS, verbose=0)
        kernel = model.get_weights()[0]
        first_kernels[name] = kernel
        rows.append(
            {
                "network": name,
                "|w| below 0.001": np.mean(np.abs(kernel) < 1e-3),
                "largest |w|": np.abs(kernel).max(),
                "training accuracy": uncertainty.accuracy(
                    probabilities_of(model, x_train[:N_VALID]), y_train[:N_VALID]
                ),
                "validation accuracy": uncertainty.accuracy(probabilities_of(model, x_valid), y_valid),
            }
        )
plots.show(
    plots.weight_histograms(first_kernels),
    alt="Histograms of the first layer's weights, logarithmic: without a penalty a wide bell; with ℓ1 a spike at 0; "
    "with ℓ2 hardly a change at the quick budget, and more small weights at the full one; with max-norm a narrower bell.",
)
by_network = pd.DataFrame(rows).groupby("network", sort=False)
accuracies = {name: of.to_numpy() for name, of in by_network["validation accuracy"]}
figure, axis = plt.subplots(figsize=(6.2, 2.2), layout="constrained")
draw_rows(axis, {name: accuracies[name] - accuracies["nothing"] for name in list(PENALTIES)[1:]})
axis.axvline(0, color="grey", linestyle="--")
axis.set_xlabel("validation accuracy, less that of “nothing” with the same seed")
plots.show(
    figure,
    alt="Difference in validation accuracy of ℓ1, ℓ2 and max-norm from the network without, a dot a seed, their mean and its 95 % "
    "interval: at the full budget all three lie below 0, ℓ1 furthest; at the quick one some dots lie on either side of it.",
)
print(by_network.mean().round(4).to_string())
print("\nstandard deviation over the seeds:")
print(by_network.std(ddof=1).round(4).to_string())
for name, row in by_network.mean().iterrows():
    label = name.split(",")[0].replace("ℓ", "l").replace("-", "_")
    runs.record(f"near_zero_{label}", row["|w| below 0.001"], show=False)
    runs.record(f"val_accuracy_{label}", row["validation accuracy"], show=False)

# %% [markdown]
# **See and explain.** $\ell_1$ pushes every weight towards 0 with the same force. A weight that makes little difference to
# the loss ends at 0, or very near it, since the steps of this optimiser never quite vanish: compare the shares
# of weights below 0.001. $\ell_2$ pushes with a force proportional to the weight: it works on the large ones and hardly
# touches the small ones. At this strength the histogram hardly changes after a short training (the quick budget). After
# a longer one, more weights are small (at the full budget a share of 0.06 was below 0.001, against 0.01 without a penalty),
# but far fewer than with $\ell_1$ (0.42). Max-norm penalises nothing, but a unit's He weights begin with a length above 1 here, so all of
# them are made smaller.
#
# Is any of them a winner? The second plot compares them with “nothing”, seed by seed: for a given seed,
# all four begin with the same weights. In five runs at the full budget none was: ℓ1 was behind by 0.02
# to 0.03 each time, ℓ2 and max-norm by about 0.01 or less. There are 20,000 images
# and few epochs, so there is little overfitting to hold back. At the quick budget, look at whether the
# intervals contain 0: three seeds can tell you little.
#
# **Go further.** Try ten times the strength, and a tenth of it: where does the *gap* between training and
# validation accuracy close, and at what price?

# %% [markdown] tags=["covers-38"]
# ## 2 Dropout
#
# In each training step, dropout sets each number that passes through it to 0 with probability $p$, the
# **rate** (Srivastava et al., 2014). The network cannot rely on any single unit. Nearly everybody today uses
# **inverted** dropout: what is kept is multiplied by $1/(1-p)$, so that the mean stays what it was, and after
# the training nothing needs to be rescaled. At inference, dropout does nothing at all.
#
# ### Exercise 4: Inverted dropout (4 points)
#
# Write it in NumPy. Each entry of `x`, whatever the array's shape, is dropped or kept independently of all
# others. The random numbers come from `np.random.default_rng(seed)`, so that the same seed gives the same
# mask.


# %% nbgrader={"grade": false, "grade_id": "dropout", "locked": false, "schema_version": 3, "solution": true, "task": false}
def dropout(x, rate, training, seed):
    """Inverted dropout.

    Args:
        x: array of any shape.
        rate: probability with which an entry is dropped, from 0 to below 1.
        training: True in training; at inference, False, nothing is dropped.
        seed: seed of the mask, a whole number.

    Returns:
        A new array shaped like x.
    """
    ### BEGIN SOLUTION
    if not training:
        return np.array(x)
    kept = np.random.default_rng(seed).uniform(size=np.shape(x)) >= rate
    return x * kept / (1 - rate)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "dropout-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Inverted dropout", points=4) as exercise:
    rng = np.random.default_rng()
    entry_by_entry = "Draw a random number for each entry: size=np.shape(x)."
    from_seed = "Draw the mask from np.random.default_rng(seed)."

    with exercise.part("nothing happens at inference", points=1):
        some = rng.normal(size=(6, 5))
        # not near a multiple of 0.05, to which somebody may round it
        share = float(rng.choice((0.13, 0.17, 0.23, 0.27, 0.33, 0.37)) + rng.uniform(-0.003, 0.003))
        for rate in (share, float(rng.uniform(0.6, 0.9))):
            expect.close(
                dropout(some, rate, False, int(rng.integers(1_000))),
                some,
                f"dropout of a 6 × 5 array with rate {rate:.3f} and training=False",
                mistakes={
                    "what comes out was scaled down; inverted dropout scales in training instead": some
                    * (1 - rate),
                    "what comes out was scaled up, as in training": some / (1 - rate),
                },
                cause="entries are dropped at inference too" if rate == share else None,
                step="Look at `training` first: at inference nothing happens, whatever the rate.",
            )
    with exercise.part("what is kept is scaled up", points=1):
        ones = np.ones((300, 200))
        dropped = np.asarray(dropout(ones, share, True, int(rng.integers(1_000))))
        expect.shape(dropped, (300, 200), "dropout of an array of ones")
        expect.true(
            bool(np.any(dropped != 0)) and bool(np.any(dropped == 0)),
            f"some of 60,000 entries are dropped, and some are kept, at rate {share:.3f}",
            step="Draw one random number for each entry and compare it with the rate.",
        )
        of_kept = dropped[dropped != 0]
        expect.close(
            np.array([of_kept.min(), of_kept.max()]),
            np.full(2, 1 / (1 - share)),
            f"the smallest and the largest entry that was kept of an array of ones, at rate {share:.3f}",
            mistakes={
                "what is kept is not scaled": np.ones(2),
                "what is kept was multiplied by 1 − rate, not divided": np.full(2, 1 - share),
                "what is kept was divided by the rate": np.full(2, 1 / share),
            },
            step="Divide what is kept by 1 − rate.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("each entry is dropped with the rate, independently of all others", points=1):
        dropped = np.asarray(dropout(np.ones((300, 200)), share, True, int(rng.integers(1_000))))
        for axis, of in ((0, "columns"), (1, "rows")):
            shares = np.mean(dropped == 0, axis=axis)
            length = dropped.shape[axis]
            expect.true(
                bool(np.all((shares > 0) & (shares < 1)))
                and shares.std() < 3 * np.sqrt(share * (1 - share) / length),
                f"the {of} of an array of ones are each dropped in part",
                cause=f"whole {of} are dropped together",
                step=entry_by_entry,
            )
        found = float(np.mean(dropped == 0))
        spread = np.sqrt(share * (1 - share) / dropped.size)
        # six standard deviations: a false alarm in 5e8 runs
        expect.true(
            abs(found - share) < 6 * spread,
            f"the share of 60,000 entries that is dropped at rate {share:.3f}",
            got=f"{found:.4f}",
            expected=f"about {share:.4f}",
            cause="the rate was taken for the share that is kept"
            if abs(found - 1 + share) < 6 * spread
            else None,
            step="An entry is dropped with probability rate.",
        )
        masks = np.array([np.asarray(dropout(np.ones(400), 0.75, True, seed)) == 0 for seed in range(30)])
        counts = masks.sum(axis=1)
        expect.true(
            len(set(counts)) > 1,
            "the number of entries dropped varies from call to call",
            got=f"{counts[0]} in each of 30 calls",
            cause="a fixed number of entries is dropped, so they do not fall independently of each other"
            if bool(np.any(masks != masks[0]))
            else "the seed is not used: all calls have the same mask",
            step="Compare one random number for each entry with the rate.",
        )
        # an entry is kept in all of them once in 1e18 runs
        expect.true(
            bool(np.all(masks.any(axis=0))),
            "each of 400 entries is dropped in some of 30 calls with the rate 0.75",
            cause="some entries are never dropped",
            step="Compare one random number for each entry with the rate.",
        )
        # the correlation of the mask, row after row, with itself moved on by any number of entries: seven standard deviations
        related = np.fft.irfft(np.abs(np.fft.rfft((dropped == 0).ravel() - found)) ** 2)
        related = related[1:] / max(related[0], 1e-9)
        far = int(np.argmax(np.abs(related)))
        expect.true(
            abs(related[far]) < 7 / np.sqrt(dropped.size),
            "entries of an array of ones are dropped independently of those before them",
            got=f"a correlation of {related[far]:.2f} with the entry {far + 1:,} places before",
            cause="a random number is used for more than one entry",
            step=entry_by_entry,
        )
        filters = np.asarray(dropout(np.ones((6, 5, 7, 8)), share, True, int(rng.integers(1_000)))) == 0
        for axes in ((0,), (1,), (2,), (3,), (1, 2)):
            shares = filters.mean(axis=axes)
            expect.true(
                bool(np.any((shares > 0) & (shares < 1))),
                f"the entries along axis {' and '.join(map(str, axes))} of an array of four axes are dropped one by one",
                cause="they are all dropped together, or all kept",
                step=entry_by_entry,
            )
        # in rows of three: many of them are dropped in whole
        often = np.asarray(dropout(np.full((1_000, 3), 3.0), 0.75, True, int(rng.integers(1_000))))
        # six standard deviations
        expect.true(
            abs(float(np.mean(often == 0)) - 0.75) < 6 * np.sqrt(0.75 * 0.25 / 3_000),
            "the share of 3,000 entries that is dropped at rate 0.75",
            got=f"{np.mean(often == 0):.4f}",
            expected="about 0.75",
            step="An entry is dropped with probability rate.",
        )
        expect.close(
            dropout(np.array(2.0), 0.0, True, 0), 2.0, "dropout of an array without axes, with the rate 0"
        )
    with exercise.part("seeds, the rate 0, and the argument as it was", points=1):
        first = int(rng.integers(1_000))
        second = first + 2**32 * 5**13  # a seed may be any whole number, and no digits of it may be lost
        some = rng.normal(size=(4, 3, 50))
        even = float(rng.uniform(0.45, 0.55))
        kept = some.copy()
        one = np.asarray(dropout(some, even, True, first))
        expect.close(one, np.where(one == 0, 0, kept / (1 - even)), "dropout of an array of three axes")
        expect.equal(some, kept, "x after the call", step="Make a new array; change no argument.")
        for sign, named in ((1, "positive"), (-1, "negative")):
            of_sign = one[sign * kept > 0]
            expect.true(
                bool(np.any(of_sign == 0)) and bool(np.any(of_sign != 0)),
                f"some of the {named} entries are dropped, and some are kept",
                cause="whether an entry is dropped depends on the entry itself",
                step="Compare random numbers with the rate, and x with nothing.",
            )
        whole = rng.integers(1, 200, size=(30, 20))
        of_whole = np.asarray(dropout(whole, even, True, first))
        expect.close(
            of_whole,
            np.where(of_whole == 0, 0, whole / (1 - even)),
            "dropout of an array of whole numbers",
            mistakes={
                "what is kept was cut to whole numbers": np.where(
                    of_whole == 0, 0, np.trunc(whole / (1 - even))
                )
            },
            step="Divide into a new array: it has fractions, though x has none.",
        )
        expect.close(
            dropout(-2 * some, even, True, first),
            -2 * one,
            "a second call with the same seed, and with −2x for x",
            cause="the mask does not follow from the seed",
            step=from_seed,
        )
        expect.equal(
            dropout(some, even, True, 0),
            dropout(some, even, True, 0),
            "a second call with the seed 0",
            cause="0 is a seed like any other, but was taken for none",
            step="Hand the seed to np.random.default_rng as it is.",
        )
        for other, named, cause in (
            (second, "another seed", "the seed is not used, or not all its digits"),
            (first + 1, "the next seed", "seeds beside each other give the same mask"),
            (first ^ 1, "a seed beside it", "seeds beside each other give the same mask"),
        ):
            expect.true(
                bool(np.any(np.asarray(dropout(some, even, True, other)) != one)),
                f"{named} gives another mask",
                cause=cause,
                step=from_seed,
            )
        expect.close(dropout(some, 0.0, True, first), kept, "dropout with the rate 0")
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-49"]
# ### Experiment: dropout on a parabola
#
# Here are 64 noisy points on a parabola, and 1-100-100-1 networks of ReLU units, with more than ten thousand
# parameters and with dropout after both hidden layers. Five rates, several seeds each. (All networks are
# trained at once: the weights have one more axis, which counts the networks. The layer in the cell is your
# Exercise 4, with a rate
# for each network.)
#
# **Predict.** As the rate grows from 0 to 0.8, what happens to the training error? And to the error on new
# points? What do the curves look like at 0.8?

# %% tags=["experiment", "nbval-ignore-output"]
RATES = (0.0, 0.2, 0.4, 0.6, 0.8)
CURVE_SEEDS = training.budget(full=5, quick=3)
of_networks = np.repeat(RATES, CURVE_SEEDS).astype("float32")  # the rate of each network
NOISE = 0.3


class DropoutForEach(keras.layers.Layer):
    """Inverted dropout of (batch, network, unit), with a rate for each network; each layer needs a seed of its own."""

    def __init__(self, rates, seed):
        super().__init__()
        self.rates = np.reshape(rates, (-1, 1))
        self.seeds = keras.random.SeedGenerator(seed)

    def call(self, inputs, training=False):
        if not training:
            return inputs
        kept = keras.random.uniform(keras.ops.shape(inputs), seed=self.seeds) >= self.rates
        return inputs * keras.ops.cast(kept, "float32") / (1 - self.rates)


def many_networks(rates):
    """Networks 1-100-100-1, one for each rate, as one model: (batch, network, 1) to (batch, network, 1)."""

    def dense(fan_in, units, activation=None):
        return keras.layers.EinsumDense(
            "bni,nio->bno",
            output_shape=(len(rates), units),
            bias_axes="no",
            activation=activation,
            kernel_initializer=keras.initializers.RandomNormal(stddev=np.sqrt(2 / fan_in)),
            # biases that spread the bends of the first layer over the points
            bias_initializer=keras.initializers.RandomUniform(-1, 1) if fan_in == 1 else "zeros",
        )

    return keras.Sequential(
        [
            keras.Input((len(rates), 1)),
            dense(1, 100, "relu"),
            DropoutForEach(rates, 2 * training.base_seed()),
            dense(100, 100, "relu"),
            DropoutForEach(rates, 2 * training.base_seed() + 1),  # with one seed the masks would be the same
            dense(100, 1),
        ]
    )


training.set_seed()
rng = np.random.default_rng(training.base_seed())
points = rng.uniform(-1, 1, size=64).astype("float32")
targets = points**2 + rng.normal(0, NOISE, size=64).astype("float32")
grid = np.linspace(-1, 1, 201, dtype="float32")


def for_each(values):
    """One column of values for each network."""
    return np.broadcast_to(values[:, None, None], (len(values), len(of_networks), 1))


parabola = many_networks(of_networks)
parabola.compile(optimizer=keras.optimizers.Adam(learning_rate=1e-2), loss="mse", jit_compile=False)
# each of the 64 points 20 times in a row of steps: an epoch of 20 steps starts faster than 20 epochs of one
parabola.fit(
    np.tile(for_each(points), (20, 1, 1)),
    np.tile(for_each(targets), (20, 1, 1)),
    batch_size=64,
    epochs=training.budget(full=150, quick=20),
    shuffle=False,
    verbose=0,
)
fits = probabilities_of(parabola, for_each(grid))[:, :, 0].reshape(len(grid), len(RATES), CURVE_SEEDS)
at_points = probabilities_of(parabola, for_each(points))[:, :, 0].reshape(64, len(RATES), CURVE_SEEDS)
train_errors = np.mean((at_points - targets[:, None, None]) ** 2, axis=0)
test_errors = np.mean((fits - (grid**2)[:, None, None]) ** 2, axis=0) + NOISE**2  # of new points with noise

figure, axes = plt.subplots(3, 2, figsize=(5.6, 5.4), sharex=True, sharey=True, layout="constrained")
for axis, rate, curves in zip(axes.flat, RATES, fits.swapaxes(0, 1), strict=False):
    axis.scatter(points, targets, s=4, color="grey", label="points")
    axis.plot(
        grid,
        curves,
        color=plots.BLUE,
        linewidth=0.8,
        alpha=0.7,
        label=["networks"] + [None] * (CURVE_SEEDS - 1),
    )
    axis.plot(grid, grid**2, "--", color=plots.VERMILION, label="parabola")
    axis.set(title=f"rate {rate}", xlabel="x", ylabel="y", ylim=(-0.8, 1.8))
    axis.label_outer()
axes[1, 1].set_xlabel("x")
axes[1, 1].tick_params(labelbottom=True)
axes[2, 1].set_axis_off()
axes[2, 1].legend(*axes[0, 0].get_legend_handles_labels(), loc="center", frameon=False)
plots.show(
    figure,
    alt="Fits to a noisy parabola for five dropout rates: without dropout the curves bend towards single points; with more "
    "dropout they are smoother and flatter, with 0.8 far flatter than the parabola.",
)
figure, axis = plt.subplots(figsize=(5.5, 3), layout="constrained")
for errors, label, colour, style in (
    (train_errors, "training points", plots.BLUE, "o-"),
    (test_errors, "new points", plots.VERMILION, "s--"),
):
    axis.errorbar(
        RATES,
        errors.mean(axis=1),
        errors.std(axis=1, ddof=1),
        fmt=style,
        color=colour,
        label=label,
        capsize=3,
    )
noise_here = np.mean((targets - points**2) ** 2)
axis.axhline(noise_here, color=plots.BLUE, linestyle=":", label="noise of the training points")
axis.axhline(NOISE**2, color=plots.VERMILION, linestyle=":", label="variance of the noise")
axis.set(xlabel="dropout rate", ylabel="mean squared error", xticks=RATES)
axis.legend(frameon=False)
plots.show(
    figure,
    alt="Mean squared error over the dropout rate, mean and standard deviation over the seeds: that of the training points "
    "grows from below the noise of these points; that of new points is lower at 0.2 than without dropout, and largest at 0.8.",
)
runs.record("parabola_noise_of_the_training_points", noise_here)
for index, rate in enumerate(RATES):
    runs.record(f"parabola_train_mse_rate_{rate}", train_errors[index].mean())
    runs.record(f"parabola_test_mse_rate_{rate}", test_errors[index].mean())

# %% [markdown]
# **See.** The error on the training points is smallest without dropout, and grows with the rate. On new points it has a
# valley: a rate of 0.2 does better than none, and 0.8 is clearly worse. In between, it depends on the 64 points and on how
# long the networks were trained. In five runs of the notebook at the quick budget, each with points of its own, 0.2 beat
# no dropout each time, 0.4 three times, and 0.6 never. In five runs at the full budget, where the
# training is seven and a half times as long, all three beat it each time.
#
# **Explain.** Without dropout the network bends towards single points. The parabola itself does not bend towards them. Its error on
# these 64 points is the mean square of their noise (the first number printed), which is not exactly the
# variance of the noise: in five runs of the notebook it was 0.05 to 0.12. Without dropout, the network's training error
# was below it each time, at both budgets. With dropout, a bend that needs a few particular units is costly, since
# any of them may be missing. That helps against noise, up to a point; but fitting the parabola needs
# units, too. At 0.8 the curves are far flatter than the parabola. More dropout is not better dropout.
#
# **Go further.** Give the networks 640 points instead of 64. How much dropout is best now?

# %% [markdown] tags=["covers-38", "covers-39"]
# ### Experiment: dropout on Fashion-MNIST
#
# A network like those in published courses: 784-300-100-10 with ELU units, He weights and Nadam, and
# dropout before every layer, including the first. Three rates, several seeds.
#
# **Predict.** At which rate is the training accuracy highest? And the validation loss lowest?


# %% nbgrader={"grade": false, "grade_id": "dropout-mlp", "locked": true, "schema_version": 3, "solution": false, "task": false}
def build_dropout_mlp(rate):
    """784-300-100-10 with ELU units and dropout before each layer, compiled."""
    layers = [keras.Input(shape=(784,))]
    for units in (300, 100):
        layers += [
            keras.layers.Dropout(rate),
            keras.layers.Dense(units, activation="elu", kernel_initializer="he_normal"),
        ]
    layers += [keras.layers.Dropout(rate), keras.layers.Dense(10, activation="softmax")]
    model = keras.Sequential(layers)
    model.compile(
        optimizer=keras.optimizers.Nadam(learning_rate=1e-3),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,
    )
    return model


# %% tags=["experiment", "nbval-ignore-output"]
rates = (0.0, 0.2, 0.5)
histories, trained, evidence = {}, {}, {}
for rate in rates:
    model = build_dropout_mlp(rate)
    evidence[rate], trained[rate] = [], []
    for seed in SEEDS:
        start_over(model, seed)
        history = model.fit(
            x_train,
            y_train,
            batch_size=128,
            epochs=EPOCHS,
            validation_data=(x_valid, y_valid),
            validation_batch_size=1_000,
            verbose=0,
        )
        histories[f"rate {rate}"] = history
        evidence[rate].append(history.history["val_loss"][-1])
        trained[rate].append([array.copy() for array in model.get_weights()])
    runs.record(f"val_loss_rate_{rate}", np.mean(evidence[rate]))
plots.show(
    plots.curves_of_runs(histories),
    alt="Loss over the epochs for three dropout rates, one seed each: without dropout the training loss is lowest; with "
    "dropout it lies higher, above the validation loss.",
)
print("loss on validation images after the last epoch, a column for each seed:")
print(pd.DataFrame(evidence, index=SEEDS).rename_axis(columns="rate", index="seed").T.round(4).to_string())

# %% [markdown]
# The first epoch takes up most of that plot. Here is the end of the training alone, with every seed:

# %% tags=["experiment", "nbval-ignore-output"]
figure, axis = plt.subplots(figsize=(6.2, 2.2), layout="constrained")
draw_rows(axis, {f"rate {rate}": evidence[rate] for rate in rates})
axis.set_xlabel("validation loss after the last epoch")
plots.show(
    figure,
    alt="Validation loss after the last epoch for three dropout rates, a dot for each seed, their mean and its 95 % interval: with 0.5 "
    "it is clearly larger than with 0 and 0.2.",
)

# %% [markdown]
# **Explain.** With dropout, training loss and validation loss are not the same quantity: the first is measured
# with units missing. So a training loss *above* the validation loss is not a mistake. How often the network sees
# the data decides how much dropout is good for it: a short training leaves little time to overfit.
# Where a network overfits (its training loss goes on falling and its validation loss rises), a higher rate is one of
# the first things to try; where both losses are still high, a lower one.
#
# **The same seed is not the same start.** In Keras, `Dropout(0.0)` takes no seed, and `Dropout(0.2)` takes one from the same
# source that the weights are drawn from. So in each column of the table, the networks with rates 0.2 and 0.5 began with the same
# weights, and the one with rate 0 with different ones. The comparison with rate 0 is therefore *not* paired: compare means over the
# seeds, not two numbers of a column. (In “What helps against overfitting” below, the starting weights are copied, and the comparison is paired.)
#
# **Go further.** Train for three times as many epochs. Which of the curves turn upwards?
#
# ### Exercise 5: Choose the rate from evidence (3 points)
#
# One seed's best rate may be luck. The **one-standard-error rule** (Breiman et al., 1984; Hastie et al., 2009) is older
# than dropout. It asks for the simplest model that is not clearly worse than the best one, and of two
# networks that differ only in their dropout, the one with more of it is the simpler: it is more
# strongly regularised.
#
# 1. take the rate whose **mean** loss over the seeds is lowest;
# 2. compute the **standard error** of that mean: the standard deviation of the rate's losses (dividing by
#    $n - 1$), over $\sqrt n$;
# 3. choose the **largest** rate whose mean loss is not above the lowest mean plus one standard error.
#
# Write `choose_rate(losses)`.


# %% nbgrader={"grade": false, "grade_id": "choose-rate", "locked": false, "schema_version": 3, "solution": true, "task": false}
def choose_rate(losses):
    """The largest rate that is within one standard error of the best: the most regularised network.

    Args:
        losses: a dict from a rate to the list of its validation losses, one for each seed (at least two); in
            no particular order.

    Returns:
        One of the rates.
    """
    ### BEGIN SOLUTION
    best = min(losses, key=lambda rate: np.mean(losses[rate]))
    error = np.std(losses[best], ddof=1) / np.sqrt(len(losses[best]))
    limit = np.mean(losses[best]) + error
    return max(rate for rate in losses if np.mean(losses[rate]) <= limit)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "choose-rate-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Choose the rate from evidence", points=3) as exercise:
    rng = np.random.default_rng()

    def shuffled(rows, *good):
        """The rows in another order, the last of those that are `good` neither before nor behind all others of them."""
        names = list(rows)
        while True:
            rng.shuffle(names)
            order = [name for name in names if name in good]
            if len(good) < 3 or order.index(good[-1]) not in (0, len(good) - 1):
                return {name: [float(loss) for loss in rng.permutation(rows[name])] for name in names}

    with exercise.part("one rate is clearly best", points=1):
        numbers = sorted(float(rate) for rate in rng.choice(np.arange(1, 20) / 20, size=5, replace=False))
        level, gap = rng.uniform(0.3, 0.6), rng.uniform(0.01, 0.03)
        offsets = np.array([-1, -1, 1, 1]) * gap
        # the second rate is best; the first has the lowest median, the fourth the single lowest loss of all
        clear = {
            numbers[0]: level + np.array([-1.5, -1.5, -1.5, 30]) * gap,
            numbers[1]: level + offsets,
            numbers[2]: level + 3 * gap + offsets,
            numbers[3]: level + 5 * gap + np.array([-7, 1, 2, 4]) * gap,
            numbers[4]: level + 8 * gap + offsets,
        }
        expect.equal(
            choose_rate(shuffled(clear)),
            numbers[1],
            "the rate chosen where one is better than all others by three times the spread of the seeds",
            mistakes={
                "this is the rate with the single lowest loss, not with the lowest mean": numbers[3],
                "this is the rate with the highest loss": numbers[4],
                "this is the smallest rate, or that with the lowest median; the rule compares means": numbers[
                    0
                ],
                "this compares medians; the rule compares means": numbers[2],
            },
            step="Compare the means over the seeds.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("several rates are as good as the best", points=2):
        # five seeds ± gap: standard deviation 1 or 0.894, standard error 0.447 or 0.4 (dividing by n)
        offsets = np.array([-1, -1, 0, 1, 1])
        numbers = sorted(float(rate) for rate in rng.choice(np.arange(1, 20) / 20, size=6, replace=False))
        # the largest rate is not far above the limit: what choosing it shows
        for size, last, cause in (
            (
                gap,
                0.7,
                "this allows more than one standard error; one standard deviation is √n times as much",
            ),
            (
                1e-4 * level,
                0.7,
                "small differences count too: nothing is rounded, and the limit has no further tolerance",
            ),
            (
                gap,
                0.48,
                "a limit that is too high gives this rate: the standard deviation is divided by √n, not by √(n − 1)",
            ),
        ):
            above = (2.0, 0.435, 0.0, 0.3, 0.425, last)  # of each rate's mean, in units of size
            close_by = {
                rate: level + (shift + offsets) * size for rate, shift in zip(numbers, above, strict=True)
            }
            close_by[numbers[0]] = level + 2 * size + np.array([-6, 1, 1, 2, 2]) * size  # one lucky seed
            expect.equal(
                choose_rate(shuffled(close_by, *numbers[1:5])),
                numbers[4],
                "the rate chosen among several that are hard to tell apart",
                mistakes={
                    "this is the rate with the lowest mean; a larger one is within one standard error": numbers[
                        2
                    ],
                    cause: numbers[5],
                    "a limit that is too low gives this rate, as where the standard deviation divides by n, not by n − 1": numbers[
                        3
                    ],
                    "this is the smallest rate within one standard error, or the one with the highest mean; take the largest": numbers[
                        1
                    ],
                    "this rate has the highest mean of all": numbers[0],
                },
                step="Collect all rates whose mean is at most the limit, and take the largest.",
            )
        # the spread of another rate than the best must not matter
        spread_out = {
            numbers[0]: level + (0.3 + 20 * offsets) * gap,
            numbers[1]: level + 0.1 * offsets * gap,
            numbers[2]: level + (0.2 + 20 * offsets) * gap,
        }
        expect.equal(
            choose_rate(shuffled(spread_out)),
            numbers[1],
            "the rate chosen where the best one varies little and the others a lot",
            mistakes={"this uses a standard error of other rates than the best": numbers[2]},
            step="The standard error is that of the rate with the lowest mean.",
        )
        expect.equal(
            choose_rate({numbers[0]: [0.75] * 4, 0.0: [0.5] * 4}),
            0.0,
            "the rate chosen where the seeds make no difference, so that the standard error is 0, and no dropout is best",
            step="The best rate itself is not above the limit: compare with <=.",
        )
        # whole numbers: mean 2 and standard error 1 without rounding, so that the limit is exactly 3
        at_limit = {numbers[0]: [1.0, 3.0], numbers[1]: [4.0, 4.0], numbers[2]: [3.0, 3.0]}
        expect.equal(
            choose_rate(at_limit),
            numbers[2],
            "the rate chosen where the largest rate lies exactly at the limit, and one between above it",
            mistakes={"a mean at the limit is not above it, also behind a rate that is": numbers[0]},
            step="Look at all rates, in whatever order, and compare with <=.",
        )
        expect.equal(
            sorted(at_limit),
            numbers[:3],
            "the rates in `losses` after the call",
            cause="choose_rate changes the dict of whoever calls it",
            step="Read from the dict without pop or del.",
        )
        # mean 3 and median 2 of the best; the standard error is 1.53
        lopsided = {numbers[1]: [6.0, 3.0, 3.0], numbers[0]: [6.0, 1.0, 2.0], numbers[2]: [5.0, 5.0, 5.0]}
        as_they_were = {rate: [*of_rate] for rate, of_rate in lopsided.items()}
        expect.equal(
            choose_rate(lopsided),
            numbers[1],
            "the rate chosen where the mean of the best rate's losses is not their median",
            mistakes={
                "the limit is one standard error above the median; the rule takes the mean": numbers[0]
            },
            step="Add the standard error to the lowest mean.",
        )
        expect.equal(
            [lopsided[rate] for rate in numbers[:3]],
            [as_they_were[rate] for rate in numbers[:3]],
            "the losses after the call",
            cause="the lists of whoever calls the function are changed (sorted, for instance)",
            step="sorted(…) makes a new list; sort() changes the one that is there.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% tags=["experiment", "nbval-ignore-output"]
print("chosen from the evidence above:", choose_rate(evidence))

# %% [markdown] tags=["covers-39"]
# ### Experiment: a network that overfits
#
# 20,000 images and five epochs leave little room for overfitting. Now take 500 images and forty epochs
# (thirty at the quick budget): a 196-100-100-10 network of ReLU units, and images of 14 × 14 pixels, so
# that it trains in seconds. It is trained twice, from the same start. The second training may end
# early:
#
# ```python
# keras.callbacks.EarlyStopping(monitor="val_loss", patience=8, restore_best_weights=True)
# ```
#
# **Early stopping** watches the validation loss, stops when it has not fallen below its lowest value for eight epochs, and puts back the
# weights that the network had then.
#
# **Predict.** Where does the training loss end, and what does the validation loss do meanwhile? How much *accuracy* on the validation
# images does the long training cost?

# %% tags=["experiment", "nbval-ignore-output"]
N_FEW, LONG = 500, training.budget(full=40, quick=30)


def halved(images):
    """Images of 14 × 14 points in place of 28 × 28, as rows of 196 numbers."""
    blocks = np.asarray(images, "float32").reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))
    return (blocks.reshape(-1, 196) - mean) / deviation


few, few_labels = halved(fashion.x_train[5_000 : 5_000 + N_FEW]), fashion.y_train[5_000 : 5_000 + N_FEW]
watched, watched_labels = halved(fashion.x_train[:500]), fashion.y_train[:500]
overfitting = keras.Sequential(
    [
        keras.Input(shape=(196,)),
        keras.layers.Dense(100, activation="relu", kernel_initializer="he_normal"),
        keras.layers.Dense(100, activation="relu", kernel_initializer="he_normal"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
overfitting.compile(
    optimizer=keras.optimizers.Adam(learning_rate=3e-3),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
    jit_compile=False,
)
stopping = keras.callbacks.EarlyStopping(monitor="val_loss", patience=8, restore_best_weights=True)
courses = {}
for name, callbacks in {"to the end": [], "early stopping": [stopping]}.items():
    start_over(overfitting, training.base_seed())
    courses[name] = overfitting.fit(
        few,
        few_labels,
        batch_size=50,
        epochs=LONG,
        validation_data=(watched, watched_labels),
        validation_batch_size=500,
        callbacks=callbacks,
        verbose=0,
    ).history
    loss, accuracy = overfitting.evaluate(watched, watched_labels, batch_size=500, verbose=0)
    print(
        f"{name}: {len(courses[name]['loss'])} epochs; validation loss {loss:.3f}, validation accuracy {accuracy:.3f}"
    )
whole, ended = courses["to the end"], len(courses["early stopping"]["loss"])
figure, axis = plt.subplots(figsize=(6.5, 3.2), layout="constrained")
for key, label, colour, style in (
    ("loss", "training", plots.BLUE, "-"),
    ("val_loss", "validation", plots.VERMILION, "--"),
):
    axis.plot(range(1, LONG + 1), whole[key], style, color=colour, label=label)
axis.axvline(stopping.best_epoch + 1, color=plots.GREEN, label="weights that early stopping keeps")
axis.axvline(ended, color=plots.GREEN, linestyle=":", label="where it stops")
axis.set(xlabel="epoch", ylabel="loss", ylim=(0, None))
axis.legend(loc="upper right", framealpha=1)
plots.show(
    figure,
    alt=f"Loss over {LONG} epochs of a network with 500 training images: the training loss falls to nearly 0, the validation loss "
    "falls, turns in the first half and rises from there on. Early stopping keeps the weights of the lowest point.",
)

# %% [markdown]
# **See and explain.** The training loss goes to nearly 0: the network knows its 500 images by heart. The validation loss turns in the
# first half of the training, and ends much higher than its lowest point (by a third to four fifths, in ten runs of the notebook). That is **overfitting**. Yet the accuracy on the validation images hardly
# differs. What gets worse is not so much the answers as the probabilities: on images that it gets wrong, the network becomes ever surer.
# You will come back to this in section 4.
#
# Without `restore_best_weights=True`, Keras would leave you the weights of the last epoch, eight epochs too late. And since the validation
# images have chosen the epoch, their loss flatters the result: judge it on other images.

# %% [markdown] tags=["covers-38", "covers-39"]
# ### Experiment: what helps against overfitting
#
# The same training, again with 500 images, in several ways:
#
# | Name | What is different |
# |---|---|
# | nothing | |
# | ℓ2, 0.005 | the penalty of Exercise 1 on all weights except biases |
# | moved images | each time an image is used, it is moved at random by up to one of its 28 pixels, up or down, left or right: a simple *augmentation* |
# | dropout 0.2, dropout 0.5 | dropout after both hidden layers |
# | early stopping | “nothing”, with the weights of the epoch with the lowest validation loss |
# | 5 networks | an **ensemble**: the mean of the probabilities of five networks trained as “nothing”, which differ in starting weights and in the order of the images |
#
# Everything is repeated with other images. Within a repetition, all have the same 500 images and the same starting weights, which
# are copied: this comparison *is* paired. (As for the parabola, all networks are trained at once, as one model.)
#
# **Predict.** Which of them end with a lower loss on test images than “nothing”? Which rate of dropout is better here, the small one or the large one?

# %% tags=["experiment", "nbval-ignore-output"]
REPEATS = len(SEEDS)
SHORT, MEMBERS = 5, 5
# dropout rate, strength of the ℓ2 penalty, whether images are moved, how many networks in each repetition
KINDS = {
    "nothing": (0.0, 0.0, False, MEMBERS),
    "ℓ2, 0.005": (0.0, 5e-3, False, 1),
    "moved images": (0.0, 0.0, True, 1),
    "dropout 0.2": (0.2, 0.0, False, MEMBERS),
    "dropout 0.5": (0.5, 0.0, False, 1),
}
networks = pd.DataFrame(
    [
        (kind, rate, strength, moved, repetition, member)
        for repetition in range(REPEATS)
        for kind, (rate, strength, moved, members) in KINDS.items()
        for member in range(members)
    ],
    columns=["kind", "rate", "strength", "moved", "repetition", "member"],
)


def many_classifiers(rates, strengths):
    """Networks 196-100-100-10 as one model, from (batch, network, 196) to probabilities (batch, network, 10)."""
    rates, strengths = np.asarray(rates, "float32"), np.reshape(strengths, (-1, 1, 1)).astype("float32")

    def penalties(kernels):
        # as the loss, a mean over the networks: so each has the penalty that it would have by itself
        return keras.ops.mean(keras.ops.sum(strengths * kernels**2, axis=(1, 2)))

    def dense(fan_in, units, activation):
        return keras.layers.EinsumDense(
            "bni,nio->bno",
            output_shape=(len(rates), units),
            bias_axes="no",
            activation=activation,
            kernel_initializer=keras.initializers.RandomNormal(stddev=np.sqrt(2 / fan_in)),
            kernel_regularizer=penalties,
        )

    return keras.Sequential(
        [
            keras.Input((len(rates), 196)),
            dense(196, 100, "relu"),
            DropoutForEach(rates, 2 * training.base_seed()),
            dense(100, 100, "relu"),
            DropoutForEach(rates, 2 * training.base_seed() + 1),
            dense(100, 10, "softmax"),
        ]
    )


def answers_of(model, weights, images, training=False):
    """The probabilities of every network for the same images: (network, image, class)."""
    model.set_weights(weights)
    repeated = np.broadcast_to(images[:, None], (len(images), *model.input_shape[1:]))
    return keras.ops.convert_to_numpy(model(repeated, training=training)).swapaxes(0, 1)


training.set_seed()
rng = np.random.default_rng(training.base_seed())
classifiers = many_classifiers(networks["rate"], networks["strength"])
classifiers.compile(
    optimizer=keras.optimizers.Adam(learning_rate=3e-3),
    loss="sparse_categorical_crossentropy",
    jit_compile=False,
)
# within a repetition the kinds have the same start, member for member (biases, all 0, have two axes)
same_start = networks.reset_index().groupby(["repetition", "member"])["index"].transform("first").to_numpy()
classifiers.set_weights(
    [array[same_start] if array.ndim == 3 else array for array in classifiers.get_weights()]
)
pool = fashion.x_train[5_000 : 5_000 + N_FEW * REPEATS]
pool_labels = fashion.y_train[5_000 : 5_000 + N_FEW * REPEATS]
around = np.pad(pool, ((0, 0), (1, 1), (1, 1)))
steps = [(0, 0)] + [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1) if (down, right) != (0, 0)]
versions = np.stack(
    [halved(around[:, 1 + d : 29 + d, 1 + r : 29 + r]) for d, r in steps]
)  # as it is comes first
own, moved = networks["repetition"].to_numpy() * N_FEW, networks["moved"].to_numpy()
losses_of_epochs, at_epoch, lowest = [], {}, None
for epoch in range(1, LONG + 1):
    order = rng.permuted(np.tile(np.arange(N_FEW), (len(networks), 1)), axis=1).T + own  # of each its own
    for rows in np.split(order, N_FEW // 50):
        version = rng.integers(len(versions), size=rows.shape) * moved
        classifiers.train_on_batch(versions[version, rows], pool_labels[rows])
    weights = classifiers.get_weights()
    of_truth = answers_of(classifiers, weights, watched)[:, np.arange(len(watched)), watched_labels]
    losses_of_epochs.append(-np.log(np.maximum(of_truth, 1e-12)).mean(axis=1))
    # early stopping, network by network: keep the weights of the epoch with the lowest validation loss
    better = np.argmin(losses_of_epochs, axis=0) == epoch - 1
    lowest = [
        np.where(better.reshape(-1, *[1] * (array.ndim - 1)), array, before)
        for array, before in zip(weights, lowest or weights, strict=True)
    ]
    if epoch in (SHORT, LONG):
        at_epoch[epoch] = weights

# %% tags=["experiment", "nbval-ignore-output"]
few_test = halved(fashion.x_test[:N_TEST])
at_the_end = answers_of(classifiers, at_epoch[LONG], few_test)
stopped = answers_of(classifiers, lowest, few_test)


def places_of(kind):
    """The rows of `networks` of a kind: (repetition, member)."""
    return np.flatnonzero(networks["kind"] == kind).reshape(REPEATS, -1)


plain_ones = places_of("nothing")
cures = {kind: at_the_end[places_of(kind)[:, 0]] for kind in KINDS}
cures["early stopping"] = stopped[plain_ones[:, 0]]
cures[f"{MEMBERS} networks"] = at_the_end[plain_ones].mean(axis=1)
cured = pd.DataFrame(
    [
        {
            "network": name,
            "NLL": uncertainty.negative_log_likelihood(answers, y_test),
            "accuracy": uncertainty.accuracy(answers, y_test),
        }
        for name, of_repetitions in cures.items()
        for answers in of_repetitions
    ]
)


figure, (above, below) = plt.subplots(2, 1, figsize=(6, 5.6), layout="constrained")
epochs = np.arange(1, LONG + 1)
for kind, colour, style in zip(KINDS, plots.COLOURS, ("-", "--", "-.", ":", "-"), strict=False):
    of_kind = np.array(losses_of_epochs)[:, places_of(kind)[:, 0]]
    above.plot(epochs, of_kind.mean(axis=1), style, color=colour, label=kind)
    if kind in ("nothing", "dropout 0.5"):  # with all five, nothing could be told apart
        above.fill_between(
            epochs, of_kind.min(axis=1), of_kind.max(axis=1), color=colour, alpha=0.12, linewidth=0
        )
above.set(xlabel="epoch", ylabel="validation loss", ylim=(0.45, 1.3))
above.legend(frameon=False, ncols=2)
changes = {}
for score in ("NLL", "accuracy"):
    by_name = {name: of.to_numpy() for name, of in cured.groupby("network", sort=False)[score]}
    changes[score] = {
        name: values - by_name["nothing"] for name, values in by_name.items() if name != "nothing"
    }
draw_rows(below, changes["NLL"])
below.axvline(0, color="grey", linestyle="--")
below.set_xlabel("test NLL after the training, less that of “nothing”")
plots.show(
    figure,
    alt=f"Above: validation loss over {LONG} epochs, mean over the repetitions, without anything and with dropout 0.5 also their range: without anything it "
    "turns after about ten epochs and rises; dropout 0.2 rises later and less, ℓ2 and dropout 0.5 hardly. Below: test loss after the training less that without "
    "anything, a dot for each repetition, their mean and its 95 % interval: all means lie below 0, those of ℓ2, dropout 0.5 and early "
    "stopping lowest.",
)
for score, of_names in changes.items():
    for name, values in of_names.items():
        label = name.split(",")[0].replace("ℓ", "l").replace(" ", "_")
        runs.record(f"{score.lower()}_less_nothing_{label}", values.mean(), show=False)
runs.record("overfitting_lowest_epoch", 1 + np.argmin(whole["val_loss"]), show=False)
runs.record("overfitting_rise_of_loss", whole["val_loss"][-1] / min(whole["val_loss"]), show=False)
print(
    f"{N_TEST:,} test images, mean ± standard deviation over {REPEATS} repetitions, each with 500 images of its own"
)
table = cured.groupby("network", sort=False).agg(["mean", "std"])
for name, row in table.iterrows():
    print(
        f"{name:15s} NLL {row['NLL', 'mean']:.3f} ± {row['NLL', 'std']:.3f}   "
        f"accuracy {row['accuracy', 'mean']:.3f} ± {row['accuracy', 'std']:.3f}"
    )

# %% [markdown]
# **See.** Each of them has a lower mean loss on the test images than “nothing”. ℓ2, dropout with the rate 0.5 and early stopping gain
# most. Now compare the two rates: dropout 0.2 makes the turn later and gentler, dropout 0.5 all but removes it. **When a
# network overfits, raise the rate.** The upper plot shows the price: with 0.5 the network learns more slowly. Accuracy, again,
# differs by no more than two or three hundredths.
#
# **Explain.** The penalty and dropout make it costly to fit single images; moving an image keeps the network from seeing exactly the same one in every epoch; early stopping
# ends the training before single images matter, and costs less than nothing. The ensemble holds nothing back: each of its networks overfits, but each in a way of
# its own, and the mean keeps what they have in common. It is at or near the top in accuracy, at five times the cost.
#
# How sure are we? The bars are 95 % intervals of the mean *difference* from “nothing”. With three repetitions (the quick budget)
# they are wide; look at whether all points lie on one side of 0.
#
# **Go further.** Combine two of them, such as dropout and early stopping. Do the gains add up?

# %% [markdown] tags=["covers-40"]
# ### Experiment: alpha dropout for SELU
#
# SELU units keep mean 0 and variance 1 through many layers (Klambauer et al., 2017; Practical 3). Ordinary
# dropout disturbs that: it sets numbers to 0 and makes the others larger. **Alpha dropout** sets them instead to the lowest
# value that SELU can take, about −1.76, and then scales and shifts everything so that mean and variance stay as they were.
#
# **Predict.** Take twenty SELU layers of 200 units with LeCun weights, in training mode, with a rate of 0.1 after
# each layer. What happens to mean and standard deviation with no dropout, with dropout, and with alpha dropout?

# %% tags=["experiment", "nbval-ignore-output"]
DEPTH = 20
statistics = {}
for name, kind in {
    "no dropout": None,
    "dropout": keras.layers.Dropout,
    "alpha dropout": keras.layers.AlphaDropout,
}.items():
    of_seeds = []
    for seed in SEEDS:
        training.set_seed(seed)
        signal, of_layers = keras.random.normal((500, 200)), []
        for _ in range(DEPTH):
            signal = keras.layers.Dense(200, activation="selu", kernel_initializer="lecun_normal")(signal)
            signal = signal if kind is None else kind(0.1)(signal, training=True)
            of_layers.append((float(keras.ops.mean(signal)), float(keras.ops.std(signal))))
        of_seeds.append(of_layers)
    statistics[name] = np.array(of_seeds)

figure, axes = plt.subplots(2, 1, figsize=(5.4, 4), sharex=True, layout="constrained")
for axis, column, label in ((axes[0], 0, "mean"), (axes[1], 1, "standard deviation")):
    for (name, values), colour, style in zip(
        statistics.items(), plots.COLOURS, ("-", "--", "-."), strict=False
    ):
        curves = values[:, :, column]
        axis.plot(range(1, DEPTH + 1), curves.mean(axis=0), style, color=colour, label=name)
    axis.set(ylabel=label, xticks=range(0, DEPTH + 1, 5))
axes[1].set_xlabel("layer")
axes[1].legend(frameon=False, loc="center right")
plots.show(
    figure,
    alt="Mean and standard deviation of the signal through twenty SELU layers, averaged over the seeds: near 0 and 1 without dropout and with alpha "
    "dropout; with ordinary dropout the standard deviation rises to about 1.27 and stays there.",
)
for name, values in statistics.items():
    label = name.replace(" ", "_")
    runs.record(f"selu_std_layer_20_{label}", values[:, -1, 1].mean())
    runs.record(f"selu_mean_layer_20_{label}", values[:, -1, 0].mean())

# %% [markdown]
# **Explain.** Dropout keeps the mean but adds variance: it turns a number $x$ into $0$ or $x/(1-p)$, whose mean
# square is $x^2/(1-p)$. SELU layers pull the variance back, but what reaches them is not the signal they were made for. Alpha
# dropout was designed to leave both mean and variance as they are.
#
# **Go further.** Try a rate of 0.5. Which of the two still works?

# %% [markdown] tags=["covers-40"]
# ### Experiment: alpha dropout in training
#
# The signal is one thing; what does training make of it? Here are six SELU layers of 50 units, with 500 images as before and 15 epochs,
# which is enough to overfit. They start from the same weights, with four kinds of dropout.
#
# **Predict.** At the same rate of 0.1, which gives the lower test loss: dropout or alpha dropout?


# %% tags=["experiment", "nbval-ignore-output"]
WAYS = {
    "no dropout": keras.layers.Identity,
    "dropout, rate 0.1": partial(keras.layers.Dropout, 0.1),
    "alpha dropout, rate 0.1": partial(keras.layers.AlphaDropout, 0.1),
    "alpha dropout, rate 0.025": partial(keras.layers.AlphaDropout, 0.025),
}


def selu_layer(fan_in, units, activation):
    """A layer of as many networks as there are ways and repetitions: (batch, network, unit)."""
    return keras.layers.EinsumDense(
        "bni,nio->bno",
        output_shape=(len(WAYS) * REPEATS, units),
        bias_axes="no",
        activation=activation,
        kernel_initializer=keras.initializers.RandomNormal(stddev=np.sqrt(1 / fan_in)),
    )


training.set_seed()
first = signal = keras.Input((len(WAYS) * REPEATS, 196))
for fan_in in (196, 50, 50, 50, 50, 50):
    # of the networks side by side, each way has its own, and a dropout layer of its own for them
    groups = keras.ops.split(selu_layer(fan_in, 50, "selu")(signal), len(WAYS), axis=1)
    signal = keras.layers.Concatenate(axis=1)(
        [make()(group) for make, group in zip(WAYS.values(), groups, strict=True)]
    )
deep = keras.Model(first, selu_layer(50, 10, "softmax")(signal))
# each way has the same start (biases, all 0, have two axes), and the same images: 500 of its own for each repetition
deep.set_weights(
    [
        np.tile(array[:REPEATS], (len(WAYS), 1, 1)) if array.ndim == 3 else array
        for array in deep.get_weights()
    ]
)
deep.compile(
    optimizer=keras.optimizers.Adam(learning_rate=2e-3),
    loss="sparse_categorical_crossentropy",
    jit_compile=False,
)
deep.fit(
    np.tile(versions[0].reshape(REPEATS, N_FEW, 196).swapaxes(0, 1), (1, len(WAYS), 1)),
    np.tile(pool_labels.reshape(REPEATS, N_FEW).T, (1, len(WAYS))),
    batch_size=50,
    epochs=15,
    verbose=0,
)
answers = answers_of(deep, deep.get_weights(), few_test)
found = [uncertainty.negative_log_likelihood(of_network, y_test) for of_network in answers]
selu_losses = dict(zip(WAYS, np.reshape(found, (len(WAYS), REPEATS)), strict=True))
figure, axis = plt.subplots(figsize=(6.2, 2.6), layout="constrained")
draw_rows(axis, selu_losses)
axis.set_xlabel("test NLL")
for name, values in selu_losses.items():
    runs.record(f"selu_nll_{name.replace(', rate', '').replace(' ', '_')}", values.mean(), show=False)
plots.show(
    figure,
    alt="Test loss of deep SELU networks, a dot for each repetition, their mean and its 95 % interval: dropout and alpha dropout with a "
    "quarter of its rate are both lower than no dropout, alpha dropout with the same rate is as high or higher.",
)

# %% [markdown]
# **See and explain.** At the same rate alpha dropout does worse than dropout here, and in nine of ten runs of the notebook (five at each budget) worse than nothing. The same rate is not
# the same amount of noise: dropout moves a number $x$ to 0, alpha dropout to −1.76, which for most numbers is much further away. Take numbers of mean 0 and
# variance 1. At a rate of 0.1, noise makes up 10 % of the variance of dropout's output, and 31 % of
# alpha dropout's; at 0.025, it is 10 % for alpha dropout, too.
# At that rate alpha dropout, too, is better than nothing, though here not as good as dropout. So give
# it a rate of its own, and begin small.

# %% [markdown] tags=["covers-41"]
# ## 3 Monte-Carlo dropout
#
# Each mask makes a different network out of the same weights. Gal and Ghahramani (2016) leave dropout on at
# prediction time and take the answers of $T$ **passes**, $p_1, \dots, p_T$, as draws from what the network
# believes. Their mean is the prediction; how far they differ says how sure it is.
#
# In Keras, the argument `training` tells a layer which mode it is in: `model.fit` sets `True`,
# `model.predict` sets `False`. You could call `model(x, training=True)`, and many people do. But that puts *every*
# layer into training mode. Batch normalisation would then use the statistics of the batch, so the answer for one image
# would depend on which other images are in the batch. Only dropout should be random.
#
# ### Exercise 6: A layer that always drops (2 points)
#
# Write `MCDropout`, a `keras.layers.Dropout` that drops numbers whatever `training` says: a subclass
# whose `call` calls that of its base class. (`super().call(…)` is the base class's.)

# %% nbgrader={"grade": false, "grade_id": "mc-dropout", "locked": false, "schema_version": 3, "solution": true, "task": false}
# class MCDropout(keras.layers.Dropout): …
### BEGIN SOLUTION


class MCDropout(keras.layers.Dropout):
    """Dropout that is active in training and at inference."""

    def call(self, inputs, training=None):
        return super().call(inputs, training=True)


### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "mc-dropout-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("A layer that always drops", points=2) as exercise:
    rng = np.random.default_rng()
    share = float(rng.uniform(0.15, 0.4))
    ones = np.ones((100, 300), "float32")

    with exercise.part("it drops when training is not mentioned", points=1):
        layer = MCDropout(share)
        dropped = np.asarray(layer(ones))
        expect.shape(dropped, (100, 300), "what MCDropout makes of an array of 100 × 300")
        expect.true(
            bool(np.any(dropped == 0)),
            f"MCDropout({share:.3f}) drops some of 30,000 entries",
            cause="it does what Dropout does: nothing, outside of training"
            if bool(np.all(dropped == 1))
            else None,
            step="Hand training=True to the call of the base class.",
        )
        of_kept = dropped[dropped != 0]
        expect.close(
            np.array([of_kept.min(), of_kept.max()]),
            np.full(2, 1 / (1 - share)),
            "the smallest and the largest entry that was kept of an array of ones",
            rtol=1e-4,
            mistakes={"what is kept was scaled twice": np.full(2, 1 / (1 - share) ** 2)},
            step="Let the base class do the work; it scales what is kept.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("in both modes, with its rate, and anew in each call", points=1):
        layer = MCDropout(share)
        by_itself = bool(np.any(np.asarray(layer(ones)) == 0))
        masks = np.asarray(layer(ones, training=True)) == 0
        expect.equal(
            len(np.unique(masks, axis=0)),
            len(ones),
            "the number of different masks among the 100 rows",
            cause="rows have the same mask" if np.any(masks) else "with training=True nothing is set to 0",
            step="Let the base class draw the mask.",
        )
        for mode in (False, True):
            found = float(np.mean(np.asarray(layer(ones.reshape(100, 30, 10), training=mode)) == 0))
            expect.true(
                abs(found - share) < 6 * np.sqrt(share * (1 - share) / ones.size),
                f"the share of 30,000 entries (100 × 30 × 10) that is dropped with training={mode}",
                got=f"{found:.4f}",
                expected=f"about {share:.4f}",
                cause="with training=False nothing is dropped, and that is how model.predict calls it"
                if by_itself and found == 0
                else None,
                step="Ignore the argument training: hand True to the base class.",
            )
        expect.true(
            bool(np.any(np.asarray(layer(ones)) != np.asarray(layer(ones)))),
            "two calls drop different entries",
            cause="each call draws the same mask",
            step="Let the base class draw the mask.",
        )
        for rate in (float(rng.uniform(0.6, 0.9)), float(rng.uniform(0.02, 0.06))):
            found = float(np.mean(np.asarray(MCDropout(rate)(ones)) == 0))
            expect.true(
                abs(found - rate) < 6 * np.sqrt(rate * (1 - rate) / ones.size),
                f"the share of 30,000 entries that MCDropout({rate:.3f}) drops",
                got=f"{found:.4f}",
                expected=f"about {rate:.4f}",
                step="Let the base class do the work; it has the rate.",
            )
        expect.equal(
            np.asarray(MCDropout(0.0)(ones)),
            ones,
            "what MCDropout(0.0) gives",
            step="Let the base class do the work.",
        )
        seed = int(rng.integers(10_000))
        alike = [np.asarray(MCDropout(share, seed=number)(ones)) for number in (seed, seed, seed + 1)]
        expect.equal(
            [np.array_equal(alike[0], other) for other in alike[1:]],
            [True, False],
            "whether a new layer with the same seed, and one with another, drop what the first one drops",
            cause="the layer's own seed is not used",
            step="Let the base class draw the mask: it has the seed.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Experiment: a recipe that no longer works
#
# Many tutorials need no class for this. They build the model with `Dropout(0.5)(x, training=True)`, and go on to call
# `model.predict`.
#
# **Predict.** What share of a thousand numbers does such a model drop in `model(x)`, and what share in `model.predict(x)`?

# %% tags=["experiment", "nbval-ignore-output"]
thousand = keras.Input(shape=(1_000,))
recipe = keras.Model(thousand, keras.layers.Dropout(0.5)(thousand, training=True))
unchanged = np.ones((1, 1_000), "float32")
for called, dropped_of in (
    ("model(x)", recipe(unchanged)),
    ("model(x, training=False)", recipe(unchanged, training=False)),
    ("model.predict(x)", recipe.predict(unchanged, verbose=0)),
):
    print(f"{called}: {np.mean(np.asarray(dropped_of) == 0):.3f} of the numbers are dropped")

# %% [markdown]
# **See and explain.** In Keras 3 the `True` holds only as long as nobody says otherwise. `predict` and `evaluate` call the model with
# `training=False`, and that reaches the layer: it drops nothing, there is no warning, and a hundred passes give the same answer
# a hundred times. A class that ignores the argument, as yours does, cannot be overruled.

# %% [markdown] tags=["covers-41"]
# ### Exercise 7: A Monte-Carlo model (4 points)
#
# Write `mc_model(model)`: from a trained model, Sequential or Functional, make a **new** model with the same
# architecture and the same weights, in which every `Dropout` layer is an `MCDropout` (yours, from exercise 6) with
# the same rate, and nothing else is changed. The new model shares nothing with the old one: when one of them is trained further,
# the other stays as it is. The new one is only ever used for predictions.
#
# Keras does most of the work: `keras.models.clone_model(model, clone_function=…)` builds a model anew from copies of
# its layers, and `clone_function(layer)` says how a layer is copied. The usual copy, with new weights, is
# `layer.__class__.from_config(layer.get_config())`.
#
# A trap: `clone_model` copies the architecture and draws **new weights**. `get_weights` and `set_weights`
# help. (And a new `Sequential` made from the list `model.layers` is not a copy: it has the very same layers.)


# %% nbgrader={"grade": false, "grade_id": "mc-model", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mc_model(model):
    """A copy of a trained model in which dropout, and nothing else, is random at inference.

    Args:
        model: a Sequential or Functional model.

    Returns:
        A Keras model with weights of its own.
    """

    ### BEGIN SOLUTION
    def copied(layer):
        kind = MCDropout if isinstance(layer, keras.layers.Dropout) else layer.__class__
        return kind.from_config(layer.get_config())

    copy = keras.models.clone_model(model, clone_function=copied)
    copy.set_weights(model.get_weights())
    return copy
    ### END SOLUTION


# %% [markdown]
# The checks use the next cell. It has two small networks, and two functions that try yours:


# %% nbgrader={"grade": false, "grade_id": "small-networks", "locked": true, "schema_version": 3, "solution": false, "task": false}
def small_network(rate, seed):
    """A Functional network of 6 inputs and 3 classes: batch normalisation, dropout, a skip connection."""
    rng = np.random.default_rng(seed)
    inputs = keras.Input(shape=(6,))
    hidden = keras.layers.BatchNormalization()(keras.layers.Dense(6, activation="tanh")(inputs))
    hidden = keras.layers.Add()([inputs, keras.layers.Dropout(rate)(hidden)])
    model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(hidden))
    # as after a training: the moving averages are not 0 and 1 any more
    model.set_weights([rng.uniform(0.3, 1.5, size=array.shape) for array in model.get_weights()])
    return model


def two_masks(first_rate, second_rate, units):
    """A Functional network that hands its inputs on twice, through two dropout layers side by side."""
    inputs = keras.Input(shape=(units,))
    masked = [keras.layers.Dropout(rate)(inputs) for rate in (first_rate, second_rate)]
    return keras.Model(inputs, keras.layers.Concatenate()(masked))


def before_and_after(model, weights, images):
    """What `mc_model(model)` answers before and after `model` is given other weights."""
    separate = mc_model(model)
    before = probabilities_of(separate, images)
    model.set_weights(weights)
    return before, probabilities_of(separate, images)


def answers_after_copying(model, images):
    """What the model itself answers once a Monte-Carlo model was made of it."""
    mc_model(model)
    return probabilities_of(model, images)


# %% nbgrader={"grade": true, "grade_id": "mc-model-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false} tags=["student-classes", "builds-on:mc-dropout"]
with expect.exercise("A Monte-Carlo model", points=4) as exercise:
    rng = np.random.default_rng()
    inputs = rng.normal(2, 3, size=(50, 6)).astype("float32")

    with exercise.part("without dropout, the answers of the model itself", points=1):
        # so little is dropped that every pass must be the model's inference; at rate 0, Dropout has no seed_generator,
        # which an MCDropout may well use
        original = small_network(1e-9, int(rng.integers(1_000)))
        copy = mc_model(original)
        copies = [np.asarray(copy(inputs)), np.asarray(mc_model(original)(inputs))]
        expect.close(
            np.asarray(copy(inputs)),
            copies[0],
            "two passes of the Monte-Carlo model of a model with the dropout rate 1e-9",
            cause="more is dropped than the rate says",
            step="Each MCDropout has the rate of the layer that it stands for.",
        )
        expect.close(
            copies[0],
            copies[1],
            "two Monte-Carlo models of the same model with the dropout rate 1e-9",
            cause="the weights are new ones: clone_model draws them anew",
            step="Give the copy the weights of the model: set_weights(model.get_weights()).",
        )
        expect.close(
            copies[0],
            probabilities_of(original, inputs),
            "the answers of the Monte-Carlo model of a model with the dropout rate 1e-9",
            atol=1e-5,
            mistakes={
                "batch normalisation is in training mode": np.asarray(original(inputs, training=True)),
            },
            step="Only MCDropout ignores the mode; all other layers are copied as they are.",
        )
    ### BEGIN HIDDEN TESTS
    low, high = float(rng.uniform(0.1, 0.3)), float(rng.uniform(0.5, 0.7))
    ones = np.ones((100, 300), "float32")
    noisy = keras.Sequential(
        [
            keras.Input(shape=(300,)),
            keras.layers.BatchNormalization(epsilon=3.0),  # at first this halves its inputs
            keras.layers.GaussianDropout(0.4),
            keras.layers.GaussianNoise(0.4),
            keras.layers.AlphaDropout(0.4),
            keras.layers.Dropout(high, name="thinned"),
        ]
    )

    with exercise.part("every dropout layer drops, with its own rate", points=1):
        masked = mc_model(two_masks(low, high, 300))
        drops = bool(np.any(np.asarray(MCDropout(0.5)(ones, training=False)) == 0))
        for called, outputs in (
            ("a call", np.asarray(masked(ones))),
            ("predict", np.asarray(masked.predict(ones, verbose=0))),
        ):
            found = [float(np.mean(half == 0)) for half in np.split(outputs, 2, axis=1)]
            expect.true(
                found != [0.0, 0.0],
                f"dropout is active in {called} of the Monte-Carlo model",
                cause="the dropout layers were copied as they are"
                if drops
                else "the MCDropout of Exercise 6 does not drop at inference",
                step="Put an MCDropout in the place of each Dropout."
                if drops
                else "Correct Exercise 6 first, then look here again.",
            )
            expect.true(
                len(np.unique(outputs == 0, axis=0)) > 1,
                f"the rows of a batch have different masks in {called}",
                cause="rows have the same mask: this comes from the MCDropout of Exercise 6",
                step="Correct Exercise 6 first, then look here again.",
            )
            fits = [
                abs(share - rate) < 6 * np.sqrt(rate * (1 - rate) / ones.size)
                for share, rate in zip(found, (low, high), strict=True)
            ]
            expect.true(
                all(fits),
                f"the shares that two dropout layers of the rates {low:.3f} and {high:.3f} drop in {called}",
                got=f"{found[0]:.3f} and {found[1]:.3f}",
                cause="all layers have the same rate" if abs(found[0] - found[1]) < 0.05 else None,
                step="Each MCDropout has the rate of the layer that it stands for.",
            )
        entry = keras.Input(shape=(300,))
        two = keras.Model(entry, [keras.layers.Dropout(0.5)(entry), keras.layers.Dropout(0.5)(entry)])
        halves = mc_model(two)(ones)
        expect.equal(
            len(halves),
            2,
            "the number of outputs of the Monte-Carlo model of a model with two",
            step="Keep all outputs, as clone_model does.",
        )
        expect.true(
            bool(np.any(np.asarray(halves[0]) != np.asarray(halves[1]))),
            "two dropout layers of the same rate have different masks",
            cause="all MCDropout layers were given the same seed",
            step="Give an MCDropout the rate, and leave the seed to Keras.",
        )
        outputs = np.asarray(mc_model(noisy)(ones))
        found = float(np.mean(outputs == 0))
        expect.true(
            abs(found - high) < 6 * np.sqrt(high * (1 - high) / ones.size),
            f'the share that a Sequential model drops whose only Dropout is named "thinned" and has the rate {high:.3f}',
            got=f"{found:.3f}",
            expected=f"about {high:.3f}",
            step="Sequential models, too, have a Dropout replaced by its class, not by its name, and nothing else replaced.",
        )
    with exercise.part("batch normalisation and other noise are in inference mode", points=1):
        network = mc_model(small_network(0.5, int(rng.integers(1_000))))
        # of standard deviation 1: larger inputs saturate the softmax, and different masks give the same answer
        one = rng.normal(size=(1, 6)).astype("float32")
        # with one row of equal inputs, batch statistics would make every answer the same but for dropout
        alone = np.asarray(network(np.repeat(one, 400, axis=0)))
        distinct = len(np.unique(alone.round(6), axis=0))
        known = small_network(1e-9, 7)
        answers = probabilities_of(known, inputs)
        expect.close(
            np.asarray(mc_model(known)(inputs)),
            answers,
            "the answers where next to nothing is dropped",
            atol=1e-4,
            mistakes={"batch normalisation is in training mode": np.asarray(known(inputs, training=True))},
            step="Only MCDropout ignores the mode.",
        )
        expect.true(
            2 <= distinct < 200,  # rounding may split one of the 64
            "the number of different answers for one image: there are six units to drop, so 64 masks",
            got=f"{distinct} answers in 400 passes",
            step="Each row of a batch has a mask of its own, and nothing else is random.",
        )
        outputs = np.asarray(mc_model(noisy)(ones))
        of_kept = outputs[outputs != 0]
        expect.close(
            of_kept,
            np.full(of_kept.shape, of_kept[:1].sum()),
            "what this model keeps of an array of ones, where it has other kinds of noise as well",
            rtol=1e-3,
            cause="the other kinds of noise are random, too",
            step="Replace the layers of the class Dropout, and copy all others as they are.",
        )
        # halved, and then as MCDropout leaves it; six standard errors at the rate 0.7 are 0.075 of it
        right = 0.5 * float(np.asarray(MCDropout(high)(ones)).mean())
        expect.close(
            float(outputs.mean()),
            right,
            "the mean of what this model gives",
            rtol=0.1,
            mistakes={"batch normalisation has lost its epsilon": 2 * right},
            step="Copy all other layers with their settings: from_config(layer.get_config()).",
        )
    with exercise.part("it shares nothing with the model", points=1):
        original = small_network(1e-9, int(rng.integers(1_000)))
        others = [array + rng.uniform(0.5, 1, size=array.shape) for array in original.get_weights()]
        changed = small_network(1e-9, 0)
        changed.set_weights(others)
        before, after = before_and_after(original, others, inputs)
        expect.close(
            after,
            before,
            "the Monte-Carlo model's answers after the model was given other weights",
            atol=1e-5,
            mistakes={
                "the new model has the old one's layers, so training one changes the other": probabilities_of(
                    changed, inputs
                )
            },
            step="Copy every layer, for instance with clone_model.",
        )
        expect.true(
            bool(np.any(np.asarray(mc_model(original)(inputs)) != before)),
            "a Monte-Carlo model made of the model with its other weights is not the one made before",
            cause="models are kept and returned again",
            step="Make a new model in each call.",
        )
        plain = small_network(0.5, int(rng.integers(1_000)))
        answers = probabilities_of(plain, inputs)
        expect.close(
            answers_after_copying(plain, inputs),
            answers,
            "the answers of the model that was handed over, which is no Monte-Carlo model",
            atol=1e-5,
            cause="the model itself was changed",
            step="Leave the model as it is, and change the copy only.",
        )
        expect.equal(
            [original.trainable, *(layer.trainable for layer in original.layers)],
            [True] * (1 + len(original.layers)),
            "whether the model that was handed over, and its layers, are trainable after the call",
            cause="the model that was handed over is frozen",
            step="Leave the model as it is; the copy may be frozen.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-41"]
# ### Exercise 8: Mean and standard deviation of many passes (3 points)
#
# Write `mc_predict(model, images, passes, seed)` for a Monte-Carlo model: the mean and the standard deviation
# over the passes (dividing by their number), for each image and class. The same `seed` gives the same
# numbers, and all passes have different masks.
#
# Seeds need care. `keras.utils.set_random_seed` does **not** help: a dropout layer takes its random state when
# it is *made*. The state is a variable of two whole numbers,
#
# ```
#                    [1234, 0]   →   [1234, 1]   →   [1234, 2]  …
#                      │    │
#      the layer's seed     how many masks it has drawn
# ```
#
# and equal states give equal masks. You can set it:
#
# ```python
# layer.seed_generator.state.assign([1234, 0])
# ```
#
# So before the first pass, give each layer that has a `seed_generator` a state that depends on `seed`, and
# not the same state for all, since two layers of the same shape would then draw the same masks. `seed + i`
# for the layer at position `i` will do here. (The state is not in a `.keras` file either, as you will see
# at the end of section 5. So set the states after loading, too.)


# %% nbgrader={"grade": false, "grade_id": "mc-predict", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mc_predict(model, images, passes, seed):
    """Mean and standard deviation of the answers of many stochastic passes.

    Args:
        model: a Monte-Carlo model without nested models.
        images: inputs, (n, …).
        passes: number of passes.
        seed: a whole number.

    Returns:
        Two arrays (n, classes).
    """
    ### BEGIN SOLUTION
    for index, layer in enumerate(model.layers):
        if hasattr(layer, "seed_generator"):
            layer.seed_generator.state.assign([seed + index, 0])
    samples = np.stack([probabilities_of(model, images) for _ in range(passes)])
    return samples.mean(axis=0), samples.std(axis=0)
    ### END SOLUTION


# %% nbgrader={"grade": false, "grade_id": "ready-made", "locked": true, "schema_version": 3, "solution": false, "task": false}
pair_of_masks = uncertainty.mc_model(two_masks(0.5, 0.5, 40))


def of_pair_of_masks(images, passes, seed):
    """Your `mc_predict` on a ready-made Monte-Carlo model: two dropout layers of the rate 0.5 side by side."""
    return mc_predict(pair_of_masks, images, passes, seed)


# %% nbgrader={"grade": false, "grade_id": "hardly-drops", "locked": true, "schema_version": 3, "solution": false, "task": false}
def of_network_that_hardly_drops(images, passes, seed):
    """Your `mc_predict` on a Monte-Carlo model with batch normalisation, which drops next to nothing."""
    return mc_predict(uncertainty.mc_model(small_network(1e-9, 3)), images, passes, seed)


# %% nbgrader={"grade": true, "grade_id": "mc-predict-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Mean and standard deviation of many passes", points=3) as exercise:
    rng = np.random.default_rng()
    positive = rng.uniform(1, 2, size=(40, 40)).astype("float32")
    twice = np.concatenate([positive, positive], axis=1)  # what the network gives without dropout
    first = int(rng.integers(10_000))
    second = first + 1_000 * int(rng.integers(1, 10))

    with exercise.part("mean and standard deviation", points=1):
        # with the rate 0.5 an output is 0 or twice the input; of four passes there are five outcomes
        middle, spread = (np.asarray(array) for array in of_pair_of_masks(positive, 4, first))
        expect.shape(middle, (40, 80), "the mean of four passes for 40 inputs of 40 numbers, handed on twice")
        expect.shape(spread, (40, 80), "the standard deviation of four passes")
        share = 2 * middle / twice
        expect.close(
            share,
            np.round(share),
            "in how many of four passes each number was kept, from the mean: 0 to 4",
            atol=1e-4,
            step="Average the answers of the passes over their axis.",
        )
        share = np.round(share) / 4
        right = 2 * twice * np.sqrt(share * (1 - share))
        expect.true(
            bool(np.any(right)),
            "four passes differ somewhere",
            cause="all passes have the same masks",
            step="Set the random states once, before the first pass.",
        )
        expect.close(
            spread,
            right,
            "the standard deviation of four passes",
            rtol=1e-3,
            atol=1e-3,
            mistakes={
                "this divides by the number of passes less one": right * np.sqrt(4 / 3),
                "this is the variance": right**2,
                "this is the standard error of the mean": right / 2,
            },
            step="np.std over the axis of the passes.",
        )
        masks = len(np.unique(share, axis=0))
        expect.true(
            masks == len(positive),
            "different inputs have different masks",
            cause="all inputs have the same masks" if masks == 1 else "some inputs have the same masks",
            step="Hand all inputs to the model in one call, and set the states before the first pass only.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("seeds", points=1):
        repeated = [
            [np.asarray(array) for array in of_pair_of_masks(positive, 3, seed)]
            for seed in (first, second, first)
        ]
        expect.close(
            repeated[2],
            repeated[0],
            "mean and standard deviation with the same seed as two calls before",
            cause="the same seed gives other numbers: the layers' random states were not set",
            step="Assign each layer's seed_generator.state before the first pass.",
        )
        expect.true(
            bool(np.any(repeated[0][0] != repeated[1][0])),
            "another seed gives other numbers",
            cause="the seed is not used, or not all its digits",
            step="The state that you assign must follow from seed.",
        )
        left, right = np.split(repeated[0][0], 2, axis=1)
        expect.true(
            bool(np.any(left != right)),
            "two dropout layers side by side have different masks",
            cause="all layers were given the same random state",
            step="Give the layer at place i the state [seed + i, 0].",
        )
        # were the masks of one layer those of the other a pass later, this would be 2/3; by chance it is 0 ± 0.03
        # (whoever gives all inputs the same masks has lost the first part for it, and leaves too few to compare)
        found = float(np.corrcoef((left / positive).ravel(), (right / positive).ravel())[0, 1])
        few = len(np.unique(np.round(left / positive, 2), axis=0)) == 1
        expect.true(
            few or abs(found) < 0.2,
            "the masks of two dropout layers side by side have nothing to do with each other over three passes",
            got=f"a correlation of {found:.2f} between their means",
            expected="about 0",
            cause="the masks of one layer come again in the other, in another pass",
            step="Set the states once, before the first pass: each layer then counts its own masks.",
        )
    with exercise.part("many passes", points=1):
        passes = 53  # a prime number: with any other number of passes, the counts below are no whole numbers
        middle, spread = (np.asarray(array) for array in of_pair_of_masks(positive[:10], passes, first))
        # each pass adds twice the input over the number of passes, or nothing
        counts = middle / twice[:10] * passes / 2
        made = [n for n in range(1, passes) if np.ptp((counts * n / passes + 0.5) % 1) < 0.04]
        expect.close(
            counts,
            np.round(counts),
            f"how often each number was kept in {passes} passes, from the mean",
            rtol=0,
            atol=0.02,
            cause="there are fewer passes than asked for" if made and counts.max() > 1 else None,
            step="Make as many passes as `passes` says, and average over all of them.",
        )
        found = float(np.mean(spread / twice[:10]))
        expect.true(
            abs(found - 1) < 0.03,
            f"the standard deviation of {passes} passes, in units of the input, averaged over all numbers",
            got=f"{found:.4f}",
            expected="about 1",
            step="Set the states before the first pass only, and take np.std over the axis of the passes.",
        )
        # whoever divides by the passes less one has NaN here, and has lost the first part for it
        single = np.nan_to_num(np.asarray(of_pair_of_masks(positive[:1], 1, first)[1]))
        expect.close(
            single,
            np.zeros((1, 80)),
            "the standard deviation of a single pass for one image",
            cause="more passes are made than asked for" if np.any(single) else None,
            step="Make as many passes as `passes` says: it may be one.",
        )
        # 800 numbers, or 80 where all inputs have one mask; the mean of all differs from 1 by less than six standard errors
        found = float(np.mean(middle / twice[:10]))
        independent = 80 * len(np.unique(np.round(counts), axis=0))
        expect.true(
            abs(found - 1) < 6 / np.sqrt(independent * passes),
            f"the mean of {passes} passes, in units of the input, averaged over all numbers",
            got=f"{found:.4f}",
            expected="about 1",
            step="Average over all passes.",
        )
        inputs_of_six = rng.normal(2, 3, size=(20, 6)).astype("float32")
        known = small_network(0.0, 3)
        answers = probabilities_of(known, inputs_of_six)
        middle, spread = of_network_that_hardly_drops(inputs_of_six, 3, first)
        expect.close(
            middle,
            answers,
            "the answers for a network with batch normalisation where next to nothing is dropped",
            atol=1e-5,
            mistakes={
                "batch normalisation is in training mode": np.asarray(known(inputs_of_six, training=True))
            },
            step="Call the model without training=True: its MCDropout layers drop in any mode.",
        )
        expect.close(
            spread,
            np.zeros((20, 3)),
            "the standard deviation there",
            atol=1e-3,
            step="np.std over the axis of the passes: a mean square less a square may be below 0, and its root NaN.",
        )
        image = rng.uniform(1, 2, size=(1, 5, 4, 2)).astype("float32")
        idle = keras.Sequential([keras.Input((5, 4, 2)), keras.layers.Dropout(0.5), keras.layers.Flatten()])
        expect.close(
            [np.asarray(array) for array in mc_predict(idle, image, 2, first)],
            [image.reshape(1, 40), np.zeros((1, 40))],
            "mean and standard deviation for one image of 5 × 4 × 2, and a model that never drops and gives it as a row",
            step="Images may have any number of axes: hand them to the model as they are.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-41"]
# A hundred calls of a model take a while. `uncertainty.mc_samples(model, x, passes, seed)` of this course does
# the same in one call: it repeats each image, since every row of a batch gets a mask of its own. From here on
# the notebook uses it, on the networks with rate 0.2 from above.
#
# ### Experiment: a hundred opinions on one image
#
# **Predict.** A plain network gives one probability for each class. What would you expect of the
# hundred probabilities for an image that the network finds easy, and for one that it finds hard?

# %% tags=["experiment", "nbval-ignore-output"]
PASSES = training.budget(full=100, quick=20)
dropout_mlp = build_dropout_mlp(0.2)
dropout_mlp.set_weights(trained[0.2][0])
samples = uncertainty.mc_samples(dropout_mlp, x_test, PASSES, seed=SEEDS[0])
means, deviations = uncertainty.predictive_mean(samples), uncertainty.predictive_std(samples)
of_answer = deviations[np.arange(len(means)), means.argmax(axis=1)]  # of the predicted class
chosen = [
    int(of_answer.argmin()),
    int(np.argsort(of_answer)[len(of_answer) * 9 // 10]),
    int(of_answer.argmax()),
]
plain = probabilities_of(dropout_mlp, x_test)
for index in chosen:
    answer = means[index].argmax()
    label, middle, spread = fashion.class_names[answer], means[index, answer], deviations[index, answer]
    figure = plots.class_probabilities(
        fashion.x_test[[index]],
        means[[index]],
        deviations[[index]],
        fashion.class_names,
        y_test[[index]],
    )
    figure.set_size_inches(4.4, 3)
    figure.axes[1].tick_params(axis="y", labelsize=9)
    plots.show(
        figure,
        alt=f"A test image with the label {fashion.class_names[y_test[index]]}, beside it the mean and the standard deviation of each "
        f"class's probability: that of {label} is largest, {middle:.2f} ± {spread:.2f}.",
    )
    print(
        f"image {index}: {label}, plain {plain[index, answer]:.3f}, {PASSES} passes {middle:.3f} ± {spread:.3f}"
    )

# %% [markdown]
# **See.** For the easy image all passes agree. For the hard ones, single passes contradict each other, which the
# plain model's one number does not show.
#
# **Go further.** How many passes are enough? Plot the mean of the first $t$ passes against $t$ for the last
# image.

# %% [markdown]
# ## 4 Are the probabilities any good?
#
# A network that says "0.9" a thousand times should be right nine hundred times: then it is **calibrated**.
# Accuracy does not show that. You write two scores that do:
#
# - the **negative log-likelihood** (NLL), the mean of $-\ln p_{\text{true class}}$: the cross-entropy that you
#   know. One confident mistake can spoil it;
# - the **expected calibration error** (ECE; Naeini et al., 2015; Guo et al., 2017). An image's *confidence* is
#   its largest probability. Sort the images into $m$ bins by confidence, $(0, \frac1m], (\frac1m, \frac2m],
#   \dots, (\frac{m-1}m, 1]$. In each bin $b$ compare the accuracy with the mean confidence:
#
# $$\mathrm{ECE} = \sum_{b} \frac{n_b}{n} \left| \mathrm{acc}(b) - \mathrm{conf}(b) \right| .$$
#
# ### Exercise 9: Likelihood and calibration (4 points)
#
# Write both from scratch. In the NLL, let a probability below $10^{-12}$ count as $10^{-12}$. Bins without
# images count for nothing.


# %% nbgrader={"grade": false, "grade_id": "scores", "locked": false, "schema_version": 3, "solution": true, "task": false}
def negative_log_likelihood(probabilities, labels):
    """The mean of -ln of the true class's probability.

    Args:
        probabilities: array (n, classes).
        labels: array (n,) of class numbers.
    """
    ### BEGIN SOLUTION
    of_truth = probabilities[np.arange(len(labels)), labels]
    return -np.mean(np.log(np.maximum(of_truth, 1e-12)))
    ### END SOLUTION


def calibration_error(probabilities, labels, bins):
    """The expected calibration error with bins of equal width.

    Args:
        probabilities: array (n, classes).
        labels: array (n,) of class numbers.
        bins: the number m of bins.
    """
    ### BEGIN SOLUTION
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == labels
    error = 0.0
    for index in range(bins):
        inside = (confidence > index / bins) & (confidence <= (index + 1) / bins)
        if inside.any():
            error += inside.mean() * abs(correct[inside].mean() - confidence[inside].mean())
    return error
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "scores-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Likelihood and calibration", points=4) as exercise:
    rng = np.random.default_rng()
    answers = rng.dirichlet(np.full(5, 0.7), size=200)
    truth = np.where(rng.uniform(size=200) < 0.6, answers.argmax(axis=1), rng.integers(5, size=200))
    of_truth = answers[np.arange(200), truth]
    as_they_were = [answers.copy(), truth.copy()]

    with exercise.part("the negative log-likelihood", points=1):
        expect.close(
            negative_log_likelihood(answers, truth),
            -np.log(of_truth).mean(),
            "the negative log-likelihood of 200 predictions",
            mistakes={
                "this is the sum, not the mean": -np.log(of_truth).sum(),
                "the minus is missing": np.log(of_truth).mean(),
                "the logarithm has the base 2": -np.log2(of_truth).mean(),
                "the logarithm has the base 10": -np.log10(of_truth).mean(),
                "this is the logarithm of the mean, not the mean of the logarithms": -np.log(of_truth.mean()),
                "this uses the largest probability, not that of the true class": -np.log(
                    answers.max(axis=1)
                ).mean(),
                "this averages over the classes, too": -np.log(of_truth).mean() / 5,
            },
            step="Pick each row's entry of the true class, then take -log and the mean.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("a probability of 0", points=1):
        expect.close(
            negative_log_likelihood(np.array([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0]]), np.array([1, 0])),
            (-np.log(1e-12) - np.log(0.5)) / 2,
            "the negative log-likelihood where one true class had the probability 0",
            mistakes={
                "the logarithm of 0 is infinite: limit the probability from below": np.inf,
                "the limit is another one than 1e-12": (-np.log(1e-7) - np.log(0.5)) / 2,
                "the image was left out": -np.log(0.5),
            },
            step="np.maximum(…, 1e-12) before the logarithm.",
        )
        tiny = np.array([3e-13, 2e-12, 1 - 1e-5]) * rng.uniform(0.999, 1, size=3)
        unsure = np.column_stack([1 - tiny, tiny])
        before = unsure.copy()
        expect.close(
            negative_log_likelihood(unsure[:2], np.array([1, 1])),
            -np.log(np.maximum(before[:2, 1], 1e-12)).mean(),
            "the negative log-likelihood where the true classes have probabilities near 1e-12",
            rtol=1e-4,
            mistakes={
                "1e-12 was added; only smaller probabilities are raised to it": -np.log(
                    before[:2, 1] + 1e-12
                ).mean(),
                "only probabilities of exactly 0 were raised": -np.log(before[:2, 1]).mean(),
            },
            step="np.maximum(…, 1e-12) before the logarithm.",
        )
        expect.equal(
            unsure,
            before,
            "the probabilities after the call",
            cause="the array of whoever calls the function is changed",
            step="np.maximum and np.clip make a new array when you give them no `out`.",
        )
        expect.close(
            negative_log_likelihood(unsure[2:], np.array([1])),
            -np.log(before[2, 1]),
            "the negative log-likelihood of one image whose true class has a probability near 1",
            atol=1e-6,
            step="Limit the probability from below only.",
        )
    with exercise.part("the calibration error", points=1):
        confidence, correct = answers.max(axis=1), answers.argmax(axis=1) == truth
        groups = 10
        place = np.clip(np.ceil(confidence * groups).astype(int) - 1, 0, groups - 1)
        table = [
            (np.mean(place == b), correct[place == b].mean() - confidence[place == b].mean())
            for b in range(groups)
            if np.any(place == b)
        ]
        weights, gaps = np.array(table).T
        expect.close(
            calibration_error(answers, truth, groups),
            float(weights @ np.abs(gaps)),
            "the calibration error of 200 predictions in ten bins",
            mistakes={
                "the bins are averaged without their counts": float(np.abs(gaps).mean()),
                "all bins count, the empty ones too": float(np.abs(gaps).sum() / groups),
                "the absolute values are missing: gaps of both signs cancel": float(weights @ gaps),
                "the absolute value was taken of the sum, so gaps of both signs cancel": abs(
                    float(weights @ gaps)
                ),
                "this is the largest gap": float(np.abs(gaps).max()),
                "this compares image by image, without bins": float(np.abs(correct - confidence).mean()),
                "the gaps are squared": float(weights @ gaps**2),
                "the gaps are squared, and the root taken at the end": float(np.sqrt(weights @ gaps**2)),
                "the counts are not divided by the number of images": float(200 * weights @ np.abs(gaps)),
            },
            step="Compute the table of counts, accuracies and confidences by bin, and print it.",
        )
        expect.equal(
            [answers, truth],
            as_they_were,
            "probabilities and labels after the call",
            cause="the arrays of whoever calls the function are changed",
            step="Make new arrays; change no argument.",
        )
    with exercise.part("empty bins, edges, and other numbers of bins", points=1):
        # everything in the last bin, and its upper edge belongs to it
        sure = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.96, 0.04]])
        expect.close(
            calibration_error(sure, np.array([0, 1, 1, 0]), 4),
            abs(3 / 4 - 3.96 / 4),
            "the calibration error of four confident predictions, one of them wrong",
            mistakes={
                "an empty bin makes it NaN: leave it out": np.nan,
                "a confidence of exactly 1 is in no bin": 0.25 * 0.04,
                "a confidence of exactly 1 has a bin of its own": 0.75 * (1 / 3) + 0.25 * 0.04,
            },
            step="The upper edge of a bin belongs to it: (low, high].",
        )
        edge = np.array(
            [[0.5, 0.3, 0.2], [0.5, 0.25, 0.25], [0.7, 0.2, 0.1], [0.7, 0.2, 0.1], [0.4, 0.3, 0.3]]
        )
        expect.close(
            calibration_error(edge, np.array([0, 0, 1, 2, 0]), 2),
            0.6 * (1 - 1.4 / 3) + 0.4 * 0.7,
            "the calibration error with confidences on an edge between two bins",
            mistakes={
                "the lower edge belongs to the bin here, in place of the upper one": 0.2 * 0.6 + 0.8 * 0.1
            },
            step="The upper edge of a bin belongs to it: (low, high].",
        )
        for groups in (1, 7, 25):
            place = np.clip(np.ceil(confidence * groups).astype(int) - 1, 0, groups - 1)
            expect.close(
                calibration_error(answers, truth, groups),
                sum(abs(np.sum(correct[place == b] - confidence[place == b])) for b in range(groups)) / 200,
                f"the calibration error with bins={groups}",
                step="The number of bins is an argument.",
            )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Experiment: plain against Monte-Carlo
#
# The same trained networks (rate 0.2, one for each seed) answer in two ways: once without dropout ("plain"), and
# as the mean of many passes ("MC"). So the comparison is paired: same weights, same test images.
#
# **Predict.** For each of accuracy, NLL and ECE: who wins, and is it clear over the seeds? In which direction does
# averaging over masks move confidence?
#
# (Two more scores are in the table. The Brier score is the mean over the images of the summed squares of probability
# minus truth, where the truth is 1 for the true class and 0 for the others. "ECE, equal mass" has bins with equal numbers
# of images in place of bins of equal width.)

# %% tags=["experiment", "nbval-ignore-output"]
SCORES = {
    "accuracy": uncertainty.accuracy,
    "NLL": uncertainty.negative_log_likelihood,
    "Brier score": uncertainty.brier_score,
    "ECE": uncertainty.calibration_error,
    "ECE, equal mass": partial(uncertainty.calibration_error, equal="mass"),
    "confidence": lambda probabilities, labels: float(probabilities.max(axis=1).mean()),
}
plain_answers, mc_answers = [], []
for seed, weights in zip(SEEDS, trained[0.2], strict=True):
    dropout_mlp.set_weights(weights)
    plain_answers.append(probabilities_of(dropout_mlp, x_test))
    mc_answers.append(uncertainty.mc_samples(dropout_mlp, x_test, PASSES, seed=seed))
scores = {
    name: np.array(
        [
            [score(plain, y_test), score(samples.mean(axis=0), y_test)]
            for plain, samples in zip(plain_answers, mc_answers, strict=True)
        ]
    )
    for name, score in SCORES.items()
}
comparison = pd.DataFrame(
    {
        name: {
            "plain": f"{values[:, 0].mean():.4f} ± {values[:, 0].std(ddof=1):.4f}",
            "MC": f"{values[:, 1].mean():.4f} ± {values[:, 1].std(ddof=1):.4f}",
            "MC − plain": f"{np.diff(values).mean():+.4f} ± {np.diff(values).std(ddof=1):.4f}",
            "MC higher": f"{np.sum(values[:, 1] > values[:, 0])} of {len(SEEDS)}",
        }
        for name, values in scores.items()
    }
).T
print(f"mean ± standard deviation over {len(SEEDS)} seeds, {len(x_test):,} test images, {PASSES} passes")
print(comparison.to_string())
for name, values in scores.items():
    label = name.lower().replace(", ", "_").replace(" ", "_")
    runs.record(f"plain_{label}", values[:, 0].mean(), show=False)
    runs.record(f"mc_{label}", values[:, 1].mean(), show=False)
tables = {
    "plain": uncertainty.calibration_bins(plain_answers[0], y_test, 10),
    "MC": uncertainty.calibration_bins(mc_answers[0].mean(axis=0), y_test, 10),
}
plots.show(
    plots.reliability_diagram(tables),
    alt="Reliability diagram of one seed: accuracy over confidence for the plain and the Monte-Carlo predictions beside "
    "the diagonal, with the number of images in each bin below.",
)
for name, answers in (("plain", plain_answers[0]), ("MC", mc_answers[0].mean(axis=0))):
    low, high = uncertainty.calibration_interval(answers, y_test, resamples=300, seed=SEEDS[0])
    print(
        f"{name}: ECE {uncertainty.calibration_error(answers, y_test):.4f}, 95 % bootstrap interval {low:.4f} to {high:.4f}"
    )

# %% tags=["experiment", "nbval-ignore-output"]
gains = {name: np.diff(scores[name])[:, 0] for name in ("accuracy", "confidence", "NLL", "ECE")}
plots.show(
    plots.paired_differences(
        gains,
        {name: interval(values) for name, values in gains.items()},
        "MC less plain, with 95 % intervals",
    ),
    alt="Differences of Monte-Carlo less plain predictions, a point for each seed, their mean and 95 % interval: confidence lies far below "
    "0, calibration error above it; that of accuracy is small beside its spread.",
)

# %% [markdown]
# **See and explain.** Compare the third column of the table, MC − plain, with its standard deviation. This is the
# standard deviation of the *difference*, so what a seed does to both answers is not in it. The last plot shows the
# same. Accuracy hardly moves. (One published run of
# such a network found 0.8668 with MC and 0.8672 without: no difference worth the name.) What moves for every
# seed is the confidence: averaging over masks lowers it. Whether that is a gain depends on where the plain
# network stood. One that is too sure of itself gets better probabilities; one that was about right, as after a
# short training with dropout, gets probabilities that are too modest. In five runs of the notebook at each of the two budgets, the
# calibration error rose each time, and the NLL in nine of the ten. The reliability diagram
# tells you which case yours is: points below the diagonal are too sure, points above it too modest.
#
# The bootstrap intervals say how well these test images determine the error at all. Where the two overlap widely,
# look at all seeds before you believe in a difference.
#
# **Go further.** Repeat it with the networks of rate 0.5.

# %% [markdown] tags=["covers-41"]
# ### Experiment: when the network is too sure
#
# Now take the networks with dropout 0.2 that were trained on 500 images: once after 5 epochs, and once at the end of the training, long after the
# validation loss of networks without dropout turned. Each answers in four ways:
#
# - *plain*, in one pass without dropout;
# - with a **temperature** (Guo et al., 2017): each probability is raised to the power of $1/T$, and all are then divided by their sum. $T$ is one
#   number, chosen so that the NLL of the *validation* images is lowest. Above 1 it makes the network less sure, below 1 surer, and it never
#   changes which class is the most probable one;
# - as the mean of many passes (MC dropout);
# - as the mean of five networks of the same kind, a **deep ensemble** (Lakshminarayanan et al., 2017), one plain pass each.
#
# **Predict.** Which temperatures will be chosen after 5 epochs, and at the end: above or below 1? When will the passes help?


# %% tags=["experiment", "nbval-ignore-output"]
def tempered(probabilities, temperature):
    """The softmax of the logits over the temperature; the logarithms of probabilities do for logits."""
    powers = np.maximum(probabilities, 1e-12).astype("float64") ** (1 / temperature)
    return powers / powers.sum(axis=-1, keepdims=True)


def best_temperature(probabilities, labels):
    """The temperature with the lowest NLL on validation images."""
    return optimize.minimize_scalar(
        lambda log_t: uncertainty.negative_log_likelihood(tempered(probabilities, np.exp(log_t)), labels),
        bounds=(-2, 2),
        method="bounded",
    ).x


dropout_ones = places_of("dropout 0.2")
of_first = networks.loc[dropout_ones[:, 0]]  # one network of each repetition
single = many_classifiers(of_first["rate"], of_first["strength"])


def passes_of(epoch, images):
    """Many passes of the first network of each repetition: (pass, repetition, image, class)."""
    chosen = [array[dropout_ones[:, 0]] for array in at_epoch[epoch]]
    return np.stack([answers_of(single, chosen, images, training=True) for _ in range(PASSES)])


THREE_SCORES = {name: SCORES[name] for name in ("NLL", "ECE", "Brier score")}
rows, temperatures = [], {SHORT: [], LONG: []}
for epoch in (SHORT, LONG):
    on_test = answers_of(classifiers, at_epoch[epoch], few_test)
    on_watched = answers_of(classifiers, at_epoch[epoch], watched)
    averaged = passes_of(epoch, few_test).mean(axis=0)
    for repetition, members in enumerate(dropout_ones):
        temperatures[epoch].append(np.exp(best_temperature(on_watched[members[0]], watched_labels)))
        ways = {
            "plain": on_test[members[0]],
            "temperature": tempered(on_test[members[0]], temperatures[epoch][-1]),
            f"{PASSES} passes": averaged[repetition],
            f"{MEMBERS} networks": on_test[members].mean(axis=0),
        }
        rows += [
            {"epochs": epoch, "way": way, **{n: score(answers, y_test) for n, score in THREE_SCORES.items()}}
            for way, answers in ways.items()
        ]
calibrated = pd.DataFrame(rows)
figure, axes = plt.subplots(3, 1, figsize=(5.8, 6.6), layout="constrained")
names = list(ways)
for axis, score in zip(axes, THREE_SCORES, strict=True):
    for epoch, colour, mark, shift in ((SHORT, plots.BLUE, "o", -0.2), (LONG, plots.VERMILION, "s", 0.2)):
        of_ways = calibrated[calibrated["epochs"] == epoch].groupby("way", sort=False)[score]
        drawn_values = {name: values.to_numpy() for name, values in of_ways}
        draw_rows(axis, drawn_values, (0, np.inf), colour, mark, shift, f"{epoch} epochs")
    axis.set_xlabel(score)
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper right", ncols=2, frameon=False)
plots.show(
    figure,
    alt=f"NLL, calibration error and Brier score of four ways to answer, a dot for each repetition, their mean and its 95 % interval, after "
    f"{SHORT} and after {LONG} epochs: after {LONG} the plain network is worst in NLL and calibration error; after {SHORT} the passes are.",
)
for epoch in (SHORT, LONG):
    print(
        f"\nafter {epoch} epochs; temperatures {', '.join(f'{t:.2f}' for t in temperatures[epoch])}; less plain, mean ± "
        f"standard deviation of the difference over {REPEATS} repetitions:"
    )
    runs.record(
        f"temperature_{'long' if epoch == LONG else 'short'}", np.mean(temperatures[epoch]), show=False
    )
    of_epoch = calibrated[calibrated["epochs"] == epoch]
    base = of_epoch.loc[of_epoch["way"] == "plain", list(THREE_SCORES)].to_numpy()
    for name in names[1:]:
        change = of_epoch.loc[of_epoch["way"] == name, list(THREE_SCORES)].to_numpy() - base
        for score, middle in zip(THREE_SCORES, change.mean(axis=0), strict=True):
            label = f"{score}_{name.removeprefix(f'{PASSES} ')}".lower().replace(" ", "_")
            label = label.replace(f"{MEMBERS}_", "")
            runs.record(f"{'long' if epoch == LONG else 'short'}_{label}_less_plain", middle, show=False)
        print(
            f"  {name:12s}",
            "  ".join(
                f"{score} {middle:+.3f} ± {spread:.3f}"
                for score, middle, spread in zip(
                    THREE_SCORES, change.mean(axis=0), change.std(axis=0, ddof=1), strict=True
                )
            ),
        )

# %% [markdown]
# **Try.** Take one of the networks at the end of its training again, and turn up its temperature, starting below 1. Where does the line of accuracy
# against confidence come closest to the diagonal, where is the NLL lowest, and what never changes?

# %% tags=["experiment", "nbval-ignore-output"]
from course_utils import sliders

confident = on_test[dropout_ones[0, 0]]
TEMPERATURES = [0.5, 0.7, 1.0, 1.3, 1.6, 2.0, 2.5, 3.0, 4.0]


def nll_at(t):
    """The NLL on the test images at a temperature."""
    return -np.log(tempered(confident, t)[np.arange(len(y_test)), y_test]).mean()


figure, (diagram, beside) = plt.subplots(1, 2, figsize=(6.2, 2.7), layout="constrained")
diagram.plot([0, 1], [0, 1], ":", color="black")
diagram.set_xlim(0.2, 1.02)
diagram.set_ylim(0, 1.02)
diagram.set_xlabel("confidence (mean of a tenth)")
diagram.set_ylabel("accuracy")
(tenths,) = diagram.plot([], [], color=plots.BLUE)
(marks,) = diagram.plot([], [], "o", color=plots.BLUE, markersize=5)
beside.plot(TEMPERATURES, [nll_at(t) for t in TEMPERATURES], color="0.6")
beside.set_xlabel("temperature")
beside.set_ylabel("NLL")
(here,) = beside.plot([], [], "o", color=plots.VERMILION, markersize=7)


def at_temperature(t):
    """Accuracy against confidence, each over a tenth of the test images, from the least to the most confident."""
    answers = tempered(confident, t)
    confidence, right = answers.max(axis=1), answers.argmax(axis=1) == y_test
    groups = np.array_split(np.argsort(confidence), 10)
    points = [confidence[group].mean() for group in groups], [right[group].mean() for group in groups]
    nll = nll_at(t)
    return {tenths: points, marks: points, here: ([t], [nll])}, (
        f"Mean confidence {confidence.mean():.3f}, accuracy {right.mean():.3f}, NLL {nll:.3f}."
    )


sliders.show(
    figure,
    at_temperature,
    {"temperature": TEMPERATURES},
    start=(1.0,),
    alt="On the left accuracy against confidence, with the diagonal; on the right the NLL against the temperature, with its present place.",
)

# %% [markdown]
# **See.** At the end of the training the plain network is much too sure: the temperatures are well above 1. All three remedies lower NLL, calibration error
# and Brier score. After 5 epochs the temperatures are close to 1, mostly a little below, so the network is, if anything, too modest; now the passes make all three scores *worse*. In ten runs of the notebook (five at each
# budget) the means of the differences had these signs each time. (“Plain against Monte-Carlo” above showed the
# same for a short training on many images.)
#
# **Explain.** The three remedies do different things:
#
# | remedy | what it does | what it costs |
# |---|---|---|
# | averaging over masks | takes from the largest probability and gives to the others: a gain for a network that is too sure, a loss for one that is not. It cannot tell which of the two it is dealing with | many passes |
# | temperature | can tell, since validation images choose it: it corrects either way. But it treats all images alike | one pass |
# | five networks | are more modest, too, and their answers are better: their NLL and Brier score are lower after the short training as well, where there is nothing to correct | five trainings and five passes |
#
# So the question is not whether MC dropout improves probabilities, but *which* probabilities it is given.
#
# **Go further.** First the temperature, then the passes (with $T$ chosen for the mean of the passes). Is anything left to gain?

# %% [markdown]
# ## 5 Two kinds of uncertainty
#
# A network may be undecided for two reasons. Either the image itself is ambiguous: a shirt that could be a
# pullover, and more training would not change that (*aleatoric* uncertainty). Or the network has not learned what such
# images are, and its passes contradict each other (*epistemic* uncertainty). The passes can tell the two apart. With
# $H(p) = -\sum_k p_k \ln p_k$ (where $0 \ln 0 = 0$) and the mean $\bar p$ over the passes,
#
# $$\underbrace{H(\bar p)}_{\text{predictive entropy}} = \underbrace{\tfrac1T \sum_t H(p_t)}_{\text{expected entropy}} +
# \underbrace{I}_{\text{mutual information}} .$$
#
# The predictive entropy is all of the uncertainty; the mutual information is the part that is *disagreement*
# (Houlsby et al., 2011; Gal, 2016).
#
# ### Exercise 10: Entropy and mutual information (3 points)
#
# Write both for `samples` of shape (passes, n, classes). Mind the zeros.


# %% nbgrader={"grade": false, "grade_id": "entropies", "locked": false, "schema_version": 3, "solution": true, "task": false}
def predictive_entropy(samples):
    """The entropy of the mean over the passes, in nats: array (n,) from `samples` (passes, n, classes)."""
    ### BEGIN SOLUTION
    mean = samples.mean(axis=0)
    return -np.sum(mean * np.log(np.where(mean > 0, mean, 1)), axis=-1)
    ### END SOLUTION


def mutual_information(samples):
    """The predictive entropy less the mean entropy of the passes, in nats: array (n,)."""
    ### BEGIN SOLUTION
    of_passes = [predictive_entropy(single[np.newaxis]) for single in samples]
    return predictive_entropy(samples) - np.mean(of_passes, axis=0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "entropies-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Entropy and mutual information", points=3) as exercise:
    rng = np.random.default_rng()
    draws = rng.dirichlet(np.ones(4), size=(7, 20))

    def nats(rows):
        return -np.sum(rows * np.log(np.where(rows > 0, rows, 1)), axis=-1)

    whole, within = nats(draws.mean(axis=0)), nats(draws).mean(axis=0)

    with exercise.part("the predictive entropy", points=1):
        expect.close(
            predictive_entropy(draws),
            whole,
            "the predictive entropy of 20 images from seven passes",
            mistakes={
                "this is the mean of the passes' entropies, not the entropy of their mean": within,
                "the logarithm has the base 2": whole / np.log(2),
                "the minus is missing": -whole,
                "this averages over the classes; the entropy is a sum": whole / 4,
                "this is a single number; keep one for each image": float(whole.sum()),
            },
            step="Average over the passes first, axis 0; then sum over the classes, the last axis.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("the mutual information", points=1):
        expect.close(
            mutual_information(draws),
            whole - within,
            "the mutual information of 20 images from seven passes",
            mistakes={
                "the difference is the wrong way round": within - whole,
                "this is the expected entropy": within,
                "this is the predictive entropy": whole,
                "the logarithm has the base 2": (whole - within) / np.log(2),
                "this is the sum of the two": whole + within,
                "this subtracts the sum over the passes, not the mean": whole - 7 * within,
            },
            step="Predictive entropy less the mean of the single passes' entropies.",
        )
    with exercise.part("probabilities of 0, and passes that agree", points=1):
        sure = np.zeros((2, 3, 4))
        sure[:, :, 1] = 1.0  # both passes are sure of class 1
        sure[1, 2] = [0, 0, 0, 1]  # but not for the last image
        for found, name in (
            (predictive_entropy(sure), "predictive entropy"),
            (mutual_information(sure), "mutual information"),
        ):
            expect.close(
                found,
                [0, 0, np.log(2)],
                f"the {name} of passes that are sure",
                atol=1e-6,
                mistakes={"0 · ln 0 became NaN": [np.nan] * 3},
                step="Put something harmless in the place of the zeros before you take the logarithm.",
            )
        agreed = 0.9 * draws[:1] + 0.1 * draws[:5]
        expect.close(
            mutual_information(agreed),
            nats(agreed.mean(axis=0)) - nats(agreed).mean(axis=0),
            "the mutual information of five passes that nearly agree",
            atol=1e-6,
        )
        more = rng.dirichlet(np.ones(6), size=(3, 1))
        more[0, 0] = np.eye(6)[2]
        # and a class that is rare in all passes
        more[:, :, 5] *= 0
        more *= (1 - 3e-4) / more.sum(axis=2, keepdims=True)
        more[:, :, 5] = 3e-4
        before = more.copy()
        found = predictive_entropy(more), mutual_information(more)
        expect.equal(
            more,
            before,
            "the samples after the calls",
            cause="the zeros are replaced in the array of whoever calls the function",
            step="np.where makes a new array.",
        )
        entropy = nats(before.mean(axis=0))
        expect.close(found[0], entropy, "the predictive entropy of one image with six classes")
        expect.close(
            found[1],
            entropy - nats(before).mean(axis=0),
            "the mutual information of one image with six classes",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Exercise 11: Two kinds of uncertainty (2 points)
#
# A hundred passes, two classes, three images:
#
# - **A**: every pass says (0.5, 0.5);
# - **B**: fifty passes say (1, 0), fifty say (0, 1);
# - **C**: every pass says (1, 0).
#
# Give `entropies` and `informations`, the predictive entropy and the mutual information in nats, each as a dict
# `{"A": …, "B": …, "C": …}`. And give `labels_would_help`, the letter of the image for which more labelled examples
# of the same kind would teach the network most.

# %% nbgrader={"grade": false, "grade_id": "reading", "locked": false, "schema_version": 3, "solution": true, "task": false}
# entropies = {"A": …, "B": …, "C": …}
# informations = {"A": …, "B": …, "C": …}
# labels_would_help = …
### BEGIN SOLUTION
entropies = {"A": np.log(2), "B": np.log(2), "C": 0.0}
informations = {"A": 0.0, "B": np.log(2), "C": 0.0}
labels_would_help = "B"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "reading-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Two kinds of uncertainty", points=2) as exercise:
    with exercise.part("the answers have the right form", points=0):
        for answer, name in ((entropies, "entropies"), (informations, "informations")):
            expect.equal(
                set(answer), {"A", "B", "C"}, f"the keys of {name}", step='Use the keys "A", "B" and "C".'
            )
        expect.true(
            labels_would_help in ("A", "B", "C"),
            "labels_would_help is a letter",
            step='Assign "A", "B" or "C".',
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("the two tables", points=1):
        one = float(np.log(2))
        expect.close(
            entropies,
            {"A": one, "B": one, "C": 0.0},
            "entropies",
            atol=0.005,
            describe="three numbers, in nats",
            mistakes={
                "this is in bits; a nat is 1.44 bits": {"A": 1.0, "B": 1.0, "C": 0.0},
                "for B this is the mean entropy of the passes; it should be the entropy of their mean": {
                    "A": one,
                    "B": 0.0,
                    "C": 0.0,
                },
            },
            step="What is the mean over the hundred passes? Take its entropy.",
        )
        expect.close(
            informations,
            {"A": 0.0, "B": one, "C": 0.0},
            "informations",
            atol=0.005,
            describe="three numbers, in nats",
            mistakes={
                "A and B are swapped: where do the passes disagree?": {"A": one, "B": 0.0, "C": 0.0},
                "these are the entropies: subtract the mean entropy of the passes": {
                    "A": one,
                    "B": one,
                    "C": 0.0,
                },
                "this is in bits; a nat is 1.44 bits": {"A": 0.0, "B": 1.0, "C": 0.0},
            },
            step="Subtract the mean of the single passes' entropies.",
        )
    with exercise.part("what more labels would help with", points=1):
        expect.equal(
            labels_would_help,
            "B",
            "labels_would_help",
            describe="one of the three letters",
            mistakes={
                "A's passes agree: the image is ambiguous, and they know it": "A",
                "C's passes agree, and are sure": "C",
            },
            step="Where does the network not yet know what to think?",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Exercise 12: Refer to a human (3 points)
#
# In a hospital or a factory, a network that knows when it does not know hands such cases over. Write
#
# - `refer(uncertainty_scores, share)`: the indices of the images to hand over, the most uncertain first. Their
#   number is `round(share * n)`;
# - `accuracy_of_rest(probabilities, labels, uncertainty_scores, share)`: the accuracy of the network on all
#   other images.


# %% nbgrader={"grade": false, "grade_id": "refer", "locked": false, "schema_version": 3, "solution": true, "task": false}
def refer(uncertainty_scores, share):
    """Which images to hand over to a human.

    Args:
        uncertainty_scores: array (n,), larger where the network is less sure.
        share: the share of the images that the human takes, from 0 to below 1.

    Returns:
        An array of indices, the most uncertain image first.
    """
    ### BEGIN SOLUTION
    number = round(share * len(uncertainty_scores))
    return np.argsort(uncertainty_scores)[::-1][:number]
    ### END SOLUTION


def accuracy_of_rest(probabilities, labels, uncertainty_scores, share):
    """The accuracy on the images that are not handed over.

    Args:
        probabilities: array (n, classes).
        labels: array (n,) of class numbers.
        uncertainty_scores, share: as in `refer`.
    """
    ### BEGIN SOLUTION
    correct = probabilities.argmax(axis=1) == labels
    return np.delete(correct, refer(uncertainty_scores, share)).mean()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "refer-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Refer to a human", points=3) as exercise:
    rng = np.random.default_rng()

    with exercise.part("which images", points=1):
        scores_of_ten = rng.permutation(10) / 10 + rng.uniform(0, 0.05)
        order = sorted(range(10), key=lambda place: -scores_of_ten[place])
        expect.equal(
            refer(scores_of_ten, 0.3),
            np.array(order[:3]),
            "the images to hand over of ten, with share=0.3",
            mistakes={
                "these are the surest images": np.array(order[::-1][:3]),
                "the least uncertain of them comes first": np.array(order[:3][::-1]),
                "these are the scores, not the indices of the images": np.array(
                    [scores_of_ten[i] for i in order[:3]]
                ),
                "these are the images to keep": np.array(order[3:]),
            },
            step="np.argsort sorts from small to large.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("how many", points=1):
        for n, share, number in (
            (100, 0.29, 29),
            (40, 0.0, 0),
            (7, 0.5, 4),
            (60, 0.07, 4),
            (30, 0.26, 8),
            (5, 0.5, 2),
        ):
            scores_of_n = rng.permutation(n) / n - 0.6  # of both signs, as the logarithm of a density has
            expected = np.array(sorted(range(n), key=lambda place: -scores_of_n[place])[:number], dtype=int)
            expect.equal(
                len(refer(scores_of_n, share)),
                number,
                f"the number of images handed over of {n}, with share={share}",
                mistakes={"the rest of the division was cut off; round it": int(share * n)}
                if n == 100
                else {"the number was rounded up": int(np.ceil(share * n))}
                if int(np.ceil(share * n)) != number
                else None,
                step="round(share * n), with n the number of images.",
            )
            expect.equal(
                np.array(refer(scores_of_n, share), dtype=int), expected, f"the images handed over of {n}"
            )
    with exercise.part("the accuracy of the rest", points=1):
        n_classes, handed = int(rng.integers(8, 13)), int(rng.integers(45, 56))
        n = 4 * handed
        answers = rng.dirichlet(np.ones(n_classes), size=n)
        truth = np.where(rng.uniform(size=n) < 0.5, answers.argmax(axis=1), rng.integers(n_classes, size=n))
        scores_of_all = rng.permutation(n) / n
        right = answers.argmax(axis=1) == truth
        order = np.argsort(scores_of_all)  # surest first
        # three images share a score; two of them are handed over
        tied = order[-handed - 1 : 2 - handed]
        scores_of_all[tied] = scores_of_all[tied[0]]
        kept = right[order[:-handed]]

        def mistaken():
            """What each mistake gives, by its hint."""
            return {
                "this is the accuracy on the images that were handed over": right[order[-handed:]].mean(),
                "this is the accuracy on all images": right.mean(),
                "the images handed over count as right; leave them out": (kept.sum() + handed) / n,
                "the images handed over count as wrong; leave them out": kept.sum() / n,
                "the surest images were handed over": right[order[handed:]].mean(),
                "of images with equal scores, too many were handed over": right[order[: -handed - 1]].mean(),
                "the images were chosen by their probabilities, not by the scores": right[
                    np.argsort(answers.max(axis=1))[handed:]
                ].mean(),
            }

        # until no two are alike, rounding would show, and it matters how many of the tied are handed over, not which
        while (
            len({kept.mean(), *mistaken().values()}) < 8
            or abs(kept.mean() - kept.mean().round(2)) < 1e-3
            or len({*right[tied], not right[order[-handed - 2]]}) > 1
        ):
            truth = rng.permutation(truth)
            right = answers.argmax(axis=1) == truth
            kept = right[order[:-handed]]
        as_they_were = [answers.copy(), truth.copy(), scores_of_all.copy()]
        found = accuracy_of_rest(answers, truth, scores_of_all, 0.25)
        expect.equal(
            [answers, truth, scores_of_all],
            as_they_were,
            "probabilities, labels and scores after the call",
            cause="an array of whoever calls the function is changed",
            step="Make new arrays; change no argument.",
        )
        expect.close(
            found,
            kept.mean(),
            f"the accuracy of the rest of {n} images, with share=0.25",
            mistakes=mistaken(),
            step="Take out the images that refer names, then compute the accuracy.",
        )
        expect.close(
            accuracy_of_rest(answers, truth, scores_of_all, 0.0), right.mean(), "the accuracy with share=0"
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Experiment: what the network does not know
#
# **Predict.** You hand over the 20 % of the test images that the network is least sure of. By how much does
# its accuracy rise on the rest? Does it matter whether you sort by the plain model's confidence, by MC entropy or
# by mutual information?

# %% tags=["experiment", "nbval-ignore-output"]
curves = {
    "plain, 1 − max probability": [],
    "MC, 1 − max probability": [],
    "MC, entropy": [],
    "MC, mutual information": [],
}
for plain, samples in zip(plain_answers, mc_answers, strict=True):
    averaged = samples.mean(axis=0)
    for name, answers, scores_of_images in (
        ("plain, 1 − max probability", plain, 1 - plain.max(axis=1)),
        ("MC, 1 − max probability", averaged, 1 - averaged.max(axis=1)),
        ("MC, entropy", averaged, uncertainty.predictive_entropy(samples)),
        ("MC, mutual information", averaged, uncertainty.mutual_information(samples)),
    ):
        curves[name].append(uncertainty.accuracy_rejection(answers, y_test, scores_of_images))
figure = plots.rejection_curves(curves)
figure.set_size_inches(6.2, 3.6)
figure.axes[0].legend(frameon=False, loc="lower right")
for band in list(figure.axes[0].collections):  # the ranges, which lie on top of each other
    band.remove()
plots.show(
    figure,
    alt="Accuracy on the images that are kept over the share that is handed over, for four scores: all rise steeply; that of the "
    "plain network lies a little above that of the MC entropy where a fifth is handed over.",
)
at_fifth = round(0.2 * N_TEST)
for name, tables in curves.items():
    found = [table["accuracy"].iloc[at_fifth] for table in tables]
    print(
        f"{name}: accuracy of the rest {np.mean(found):.4f} ± {np.std(found, ddof=1):.4f} at 20 % handed over"
    )
    runs.record(
        "rest_accuracy_" + name.replace(", ", "_").replace(" − ", "_").replace(" ", "_").lower(),
        np.mean(found),
        show=False,
    )
print(f"accuracy without handing over: {scores['accuracy'].mean(axis=0).round(4)} (plain, MC)")

# %% [markdown]
# In this plot the curves lie almost on top of each other. What matters is how far each of the other three is above or below the plain
# network's, seed by seed:

# %% tags=["experiment", "nbval-ignore-output"]
shares = np.linspace(0, 0.5, 26)
kept_accuracy = {
    name: np.array([np.interp(shares, table["rejected"], table["accuracy"]) for table in tables])
    for name, tables in curves.items()
}
baseline = kept_accuracy.pop("plain, 1 − max probability")
figure, axes = plt.subplots(3, 1, figsize=(5, 4.4), sharex=True, sharey=True, layout="constrained")
for axis, (name, values) in zip(axes, kept_accuracy.items(), strict=True):
    axis.plot(shares, (values - baseline).T, color=plots.SKY, linewidth=0.8)
    axis.plot(shares, (values - baseline).mean(axis=0), color=plots.BLUE, linewidth=2)
    axis.axhline(0, color="grey", linestyle="--")
    axis.set_title(name)
axes[1].set_ylabel("accuracy of the rest, less the plain network's")
axes[2].set_xlabel("share handed over")
plots.show(
    figure,
    alt="Difference in the accuracy of the rest from that of the plain network over the share handed over, one thin line a seed and "
    "their mean: MC's largest probability stays near 0, entropy and mutual information lie mostly below it.",
)

# %% [markdown]
# **Explain.** All curves rise: the network is mostly wrong where it is unsure, so handing over a fifth of the images
# makes it several percentage points more accurate on the rest. The plain network's largest probability, which costs one
# pass, is a strong baseline: in five runs at each of the two budgets it was ahead of the MC entropy
# each time, by 0.003 to 0.017. The two differ in two things, the passes and the score. The curve "MC, 1 − max
# probability" separates them: it has the passes, and the plain network's score. In the same ten runs it was within
# 0.005 of the plain one, on either side, and ahead of the MC entropy by 0.005 to 0.015. So it is the score that
# matters here, not the passes.
#
# **Go further.** Which classes are handed over most often? Compare with the confusion matrix of Practical 1.

# %% [markdown]
# ### Experiment: images from elsewhere
#
# A classifier of clothes has no answer for a digit but must give one. Here are three kinds of images from
# outside: handwritten digits (scikit-learn's, enlarged), uniform noise, and clothes turned by 90 degrees.
#
# **Predict.** Which are recognised as foreign by their uncertainty? AUROC is the chance that a foreign image gets
# a higher score than a test image: 0.5 is guessing, 1 is perfect, and below 0.5 the network is *surer* of the
# foreign ones.

# %% tags=["experiment", "nbval-ignore-output"]
N_OUTSIDE = training.budget(full=500, quick=100)
rng = np.random.default_rng(training.base_seed())
digits = data.load("digits")
enlarged = np.pad(np.kron(digits.x_train[:N_OUTSIDE], np.ones((1, 3, 3))), ((0, 0), (2, 2), (2, 2))) * (
    255 / 16
)
outside = {
    "digits": enlarged,
    "noise": rng.uniform(0, 255, size=(N_OUTSIDE, 28, 28)),
    "turned clothes": np.rot90(fashion.x_test[-N_OUTSIDE:], axes=(1, 2)),
}
plots.show(
    plots.image_grid(np.concatenate([images[:3] for images in outside.values()]), columns=3),
    alt="Three images of each kind from outside: digits, noise, clothes lying on their side.",
)
rows = []
for seed, weights, plain, samples in zip(SEEDS, trained[0.2], plain_answers, mc_answers, strict=True):
    dropout_mlp.set_weights(weights)
    inside = {
        "plain, " + name: score
        for name, score in uncertainty.ood_scores(plain[np.newaxis]).items()
        if name != "mutual information"
    }
    inside |= {"MC, " + name: score for name, score in uncertainty.ood_scores(samples).items()}
    for kind, images in outside.items():
        foreign = standardised(images)
        of_plain = uncertainty.ood_scores(probabilities_of(dropout_mlp, foreign)[np.newaxis])
        of_mc = uncertainty.ood_scores(uncertainty.mc_samples(dropout_mlp, foreign, PASSES, seed=seed))
        there = {
            f"{way}, {name}": score
            for way, of in (("plain", of_plain), ("MC", of_mc))
            for name, score in of.items()
        }
        rows += [
            {"kind": kind, "score": name, "auroc": uncertainty.ood_auroc(inside[name], there[name])}
            for name in inside
        ]
# of the last seed
shown = {"test images": samples}
shown |= {
    kind: uncertainty.mc_samples(dropout_mlp, standardised(images), PASSES, seed=seed)
    for kind, images in outside.items()
}
figure, axes = plt.subplots(2, 1, figsize=(5.4, 4.4), layout="constrained")
for axis, of, title in (
    (axes[0], uncertainty.predictive_entropy, "entropy of the mean, in nats"),
    (axes[1], uncertainty.mutual_information, "mutual information, in nats"),
):
    values = {kind: of(passes) for kind, passes in shown.items()}
    bins = np.linspace(0, max(value.max() for value in values.values()), 26)
    for (kind, value), colour in zip(values.items(), plots.COLOURS, strict=False):
        axis.hist(value, bins, density=True, histtype="step", linewidth=1.5, color=colour, label=kind)
    axis.set(xlabel=title, ylabel="share of images per nat")
axes[1].legend(frameon=False)
plots.show(
    figure,
    alt="Two histograms, one curve for test images, digits, noise and turned clothes: the entropy of the mean "
    "above, the mutual information below. The noise stands apart by mutual information.",
)
by_score = pd.DataFrame(rows).groupby(["score", "kind"], sort=False)["auroc"]
table = by_score.mean().unstack(sort=False)
spread = by_score.std(ddof=1).unstack(sort=False)
print(f"AUROC, mean ± standard deviation over {len(SEEDS)} seeds")
print((table.map("{:.3f}".format) + " ± " + spread.map("{:.3f}".format)).to_string())
for (name, kind), value in by_score.mean().items():
    label = f"{name}_{kind}".replace(", ", "_").replace(" − ", "_").replace(" ", "_").lower()
    runs.record(f"auroc_{label}", value, show=False)


# %% tags=["experiment", "nbval-ignore-output"]
def show_aurocs(aurocs, alt):
    """Draw AUROCs, their means and 95 % intervals, grouped by score and kind."""
    names, kinds = (list(dict.fromkeys(key[place] for key, _ in aurocs)) for place in (0, 1))
    figure, axis = plt.subplots(figsize=(6.2, 0.7 * len(names) + 1.2), layout="constrained")
    for kind, colour, mark, shift in zip(kinds, plots.COLOURS, "osD", (-0.28, 0, 0.28), strict=False):
        of_kind = {name: aurocs.get_group((name, kind)).to_numpy() for name in names}
        draw_rows(axis, of_kind, (0, 1), colour, mark, shift, kind)
    axis.axvline(0.5, color="grey", linestyle="--")
    axis.set_xlabel("AUROC; 0.5 is guessing")
    figure.legend(*axis.get_legend_handles_labels(), loc="outside upper right", ncols=3, frameon=False)
    plots.show(figure, alt=alt)


show_aurocs(
    by_score,
    alt="AUROC of two plain and three Monte-Carlo scores for digits, noise and turned clothes, mean and 95 % interval over the seeds: "
    "mutual information is near 1 for noise; turned clothes lie between 0.5 and 0.7 with all scores.",
)

# %% [markdown]
# **Explain.** A network can be sure of something that it has never seen. A softmax can only name one of its ten
# classes, and far from the training images the largest number may still win by far. So no score is good for all
# kinds of foreign images, and one that works for noise may fail for clothes that lie on their side. (Where a bar ends at 1, the interval
# is cut off there.) Compare plain and MC line by line. In five runs of the notebook at each of the two budgets:
#
# - **noise**: the mutual information told it from clothes nearly without fail (AUROC above 0.98), which the plain scores did not
#   (0.93 at most);
# - **digits**: plain entropy was behind MC entropy by one to three hundredths. At the quick budget that is about as much as single
#   seeds differ from each other. But the two scores come from the same networks, so look at the *difference*: it had the same sign in
#   each of the ten runs;
# - **clothes lying on their side**: hard for all scores (0.69 at most).
#
# Does your run agree?
#
# **Go further.** Turn the clothes by 0, 15, 30, … 180 degrees (`scipy.ndimage.rotate`) and plot mean entropy and
# mutual information against the angle. Then try MNIST's digits instead of scikit-learn's: `data.load("mnist")`.

# %% [markdown]
# ### Experiment: passes or networks?
#
# The same images from elsewhere, for the networks that overfit: one network with dropout 0.2 and many passes, against five such networks
# with one pass each.
#
# **Predict.** Will a network that is too sure of its clothes be too sure of digits and noise as well? And which disagree more about
# them, the passes of one network or five networks?

# %% tags=["experiment", "nbval-ignore-output"]
rows = []
kinds_of_images = {"test images": fashion.x_test[:N_OUTSIDE]} | outside
scores_of_ways = {}
for kind, images in kinds_of_images.items():
    everyone = answers_of(classifiers, at_epoch[LONG], halved(images))
    passes = passes_of(LONG, halved(images))
    for repetition, members in enumerate(dropout_ones):
        for way, samples in (
            ("plain", everyone[members[:1]]),
            (f"{PASSES} passes", passes[:, repetition]),
            (f"{MEMBERS} networks", everyone[members]),
        ):
            for name, values in uncertainty.ood_scores(samples).items():
                scores_of_ways[kind, repetition, way, name] = values
for (kind, repetition, way, name), values in scores_of_ways.items():
    if kind != "test images" and (way, name) != ("plain", "mutual information"):
        inside = scores_of_ways["test images", repetition, way, name]
        rows.append({"kind": kind, "score": f"{way}, {name}", "auroc": uncertainty.ood_auroc(inside, values)})
by_score = pd.DataFrame(rows).groupby(["score", "kind"], sort=False)["auroc"]
for (name, kind), value in by_score.mean().items():
    label = name.removeprefix(f"{PASSES} ").removeprefix(f"{MEMBERS} ")
    label = f"{label}_{kind}".replace(", ", "_").replace(" − ", "_").replace(" ", "_").lower()
    runs.record(f"overfitted_auroc_{label}", value, show=False)
middle, spread = (of.unstack(sort=False) for of in (by_score.mean(), by_score.std(ddof=1)))
print(f"AUROC after {LONG} epochs with 500 images, mean ± standard deviation over {REPEATS} repetitions")
print((middle.map("{:.3f}".format) + " ± " + spread.map("{:.3f}".format)).to_string())
show_aurocs(
    by_score,
    alt="AUROC of the scores of one network, of its passes and of five networks for digits, noise and turned clothes, mean and 95 % "
    "interval over the repetitions: mutual information is ahead of the plain scores for all three kinds.",
)

# %% [markdown]
# **See and explain.** The plain scores of a network that has overfitted are poor. In ten runs of the notebook (five at each
# budget) the mutual information of the passes was ahead of both plain scores for all three kinds: it asks whether the passes agree, not how sure they
# are, and that says something even where every single pass is too sure. So here MC dropout adds something that no temperature can: a
# temperature changes how sure the network is of all images, but hardly which of them it is least sure of.
#
# Passes or networks? In the same ten runs the passes were ahead for clothes lying on their side each time (by 0.01 to 0.07), the five networks for digits in nine of
# the ten, and noise went either way. One training with many passes was about as good as five trainings, and neither was good at turned clothes.

# %% [markdown]
# ### Experiment: a model from a file
#
# A network that is used elsewhere is saved to a file first, and loaded there. Here are two small models: the dropout layer of the first
# has a seed of its own, that of the second has none. Each draws two masks, is saved to a `.keras` file and loaded again, twice.
#
# **Predict.** Which masks do the loaded models draw: the ones that the model in memory would draw next,
# its first ones again, or different ones?

# %% tags=["experiment", "nbval-ignore-output"]
import tempfile


def drawn(model):
    """The mask of one pass over 24 numbers: █ was kept, · was dropped."""
    outputs = model(np.ones((1, 24), "float32"), training=True)
    return "".join("█" if number else "·" for number in np.asarray(outputs)[0])


for own_seed in (1234, None):
    in_memory = keras.Sequential([keras.Input(shape=(24,)), keras.layers.Dropout(0.5, seed=own_seed)])
    passes_before = [drawn(in_memory), drawn(in_memory)]
    with tempfile.TemporaryDirectory() as folder:
        in_memory.save(f"{folder}/model.keras")
        from_file = [keras.models.load_model(f"{folder}/model.keras") for _ in range(2)]
    print(f"Dropout(0.5, seed={own_seed})")
    print("  before saving:      ", *passes_before)
    for place, loaded_model in enumerate(from_file, 1):
        counted = int(loaded_model.layers[0].seed_generator.state[1])
        print(
            f"  loaded, {place} of 2:     ",
            drawn(loaded_model),
            drawn(loaded_model),
            f" (counted from {counted})",
        )
    print("  the model in memory:", drawn(in_memory), drawn(in_memory), "\n")

# %% [markdown]
# **See and explain.** A `.keras` file holds the architecture and the weights. The state of a dropout layer is not in it, so a loaded model
# counts from 0 again. A seed that you gave the layer belongs to its configuration, which *is* in the file: the first model draws its
# first masks again. Without one, each loading draws a new seed: the masks of the second model are
# different each time. None of the four loaded models goes on as the model in memory does. So if answers
# are to be repeatable, set the states after loading; your `mc_predict` sets them in every call.

# %% [markdown]
# ### Exercise 13: Is it worth a hundred passes? (3 points, in words)
#
# A colleague wants to put Monte-Carlo dropout into a product, because "it makes the network know what it does not
# know". A prediction then costs a hundred passes. In six to nine sentences, from *your* tables and plots above:
#
# 1. What did MC dropout do to accuracy, NLL and calibration, and which of these differences are larger than the
#    seeds alone would cause?
# 2. For handing over images and for recognising foreign ones: was it better than the plain network's largest
#    probability, which costs one pass?
# 3. What do you advise, and which further measurement would you want first?

# %% [markdown] nbgrader={"grade": true, "grade_id": "worth-it", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# (From a run at the quick budget, three seeds.) Accuracy did not change: MC minus plain is −0.006 ± 0.015, less than the
# standard deviation of this difference over the seeds. The confidence did change: it fell for every seed, by
# 0.062 ± 0.008. So did NLL (0.514 plain, 0.540 MC; difference 0.026 ± 0.008) and ECE (0.040 and 0.064; difference
# 0.024 ± 0.006), both for the worse and for every seed: after my short training with dropout the plain network was not
# too sure, and MC made its probabilities too modest. For the networks that had overfitted, 30 epochs on 500 images,
# it was the opposite: NLL fell by 0.091 ± 0.031 and ECE by 0.042 ± 0.012. But a temperature, which costs one pass, did at least as much (0.116 ± 0.018 and
# 0.065 ± 0.006).
#
# For handing over images the plain network's largest probability, which costs one pass, is ahead (0.892 of the rest
# right, MC entropy 0.875). For foreign images it depends on the kind: with noise
# the mutual information (AUROC 0.99) is ahead of every plain score (0.91 at best) by several times the spread over the
# seeds; with digits the gain over the plain entropy is about as large as the spread; turned clothes are hard for all of
# them, though a little less for the mutual information.
#
# For handing over I would not pay a hundredfold cost. To recognise inputs that are not images at all, mutual information
# is worth a try. First I would measure on the kinds of changed images that the product may meet (blurred,
# darker, from another camera), with five, ten and a hundred passes, and against an ensemble of five networks.
#
# ### BEGIN MARK SCHEME
# - 1 point: names what happened to accuracy *and* to at least one of NLL and ECE with figures from the notebook,
#   and compares the differences with their spread over the seeds. (Half a point for figures without the spread.)
# - 1 point: compares MC's scores with the plain largest probability in both tasks, as found, without claiming more
#   than the figures say. (Half a point for one task.)
# - 1 point: advice that follows from these figures and weighs the cost, and one sensible further measurement (a
#   longer training, another data set or shift, more seeds, fewer passes, a comparison with ensembles or temperature
#   scaling). (Half a point for one of the two.)
#
# No points are lost for advising the opposite, if the figures quoted support it.
# ### END MARK SCHEME

# %% [markdown]
# ## Check your work
#
# The next cell runs all checks again, on your answers as they are now, and lists what is done and what is
# missing. It takes a few seconds and does not repeat any training. Before you submit, choose *Restart
# kernel and run all cells* and look here once more: graders run the notebook from the top, too.
# (Exercise 13, in words, is read by a person. And the points here are those of the checks that you see;
# the others follow when your work is graded.)

# %% tags=["experiment", "nbval-ignore-output"]
from course_utils import selfcheck

selfcheck.report()

# %% [markdown]
# ## What to take away
#
# - $\ell_1$ pushes every weight with the same force and makes many nearly 0; $\ell_2$ pushes in proportion, so
#   most on the large ones; max-norm cuts what is too long. Keras' $\ell_2$ has no half: its gradient is
#   $2 \lambda w$.
# - **Overfitting**: the training loss goes on falling, the validation loss turns. Early stopping keeps the weights from before the
#   turn; penalties, moved images, more dropout and ensembles help too. Probabilities suffer before answers do.
# - **Inverted dropout** scales in training, so that nothing is rescaled afterwards. Choose the rate from several
#   seeds: of the rates that are not clearly worse than the best one, take the largest, since it makes the simplest
#   network.
# - **Monte-Carlo dropout** leaves dropout, *and only dropout*, on at prediction time. `training=True` for the
#   whole model is a bug as soon as there is batch normalisation.
# - Averaging over passes makes probabilities more modest: good for a network that is too sure, bad for one that is not. A
#   temperature corrects both, in one pass.
# - Each dropout layer has a random state of its own. Seed every layer, each with a different seed.
# - **Accuracy** does not see probabilities. NLL, Brier score and calibration error do; the last one depends on
#   the choice of bins.
# - **Entropy** is all of the uncertainty, **mutual information** the part in which the passes disagree.
# - Compare with a cheap baseline, over several seeds, and report what you found.
#
# ## Papers
#
# - N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov, *Dropout: a simple way to prevent neural
#   networks from overfitting*, JMLR 15, 2014
# - Y. Gal, Z. Ghahramani, *Dropout as a Bayesian approximation: representing model uncertainty in deep learning*,
#   ICML 2016. arXiv:1506.02142
# - Y. Gal, *Uncertainty in deep learning*, PhD thesis, University of Cambridge, 2016
# - G. Klambauer, T. Unterthiner, A. Mayr, S. Hochreiter, *Self-normalizing neural networks*, NeurIPS 2017.
#   arXiv:1706.02515
# - C. Guo, G. Pleiss, Y. Sun, K. Weinberger, *On calibration of modern neural networks*, ICML 2017. arXiv:1706.04599
# - B. Lakshminarayanan, A. Pritzel, C. Blundell, *Simple and scalable predictive uncertainty estimation using deep
#   ensembles*, NeurIPS 2017. arXiv:1612.01474
# - M. P. Naeini, G. Cooper, M. Hauskrecht, *Obtaining well calibrated probabilities using Bayesian binning*, AAAI 2015
# - N. Houlsby, F. Huszár, Z. Ghahramani, M. Lengyel, *Bayesian active learning for classification and preference
#   learning*, 2011. arXiv:1112.5745
# - M. Nadeem, J.-D. Zucker, B. Hanczar, *Accuracy-rejection curves for comparing classification methods with a reject
#   option*, PMLR 8, 2009
# - D. Hendrycks, K. Gimpel, *A baseline for detecting misclassified and out-of-distribution examples in neural
#   networks*, ICLR 2017. arXiv:1610.02136
# - L. Breiman, J. Friedman, R. Olshen, C. Stone, *Classification and regression trees*, 1984
# - T. Hastie, R. Tibshirani, J. Friedman, *The elements of statistical learning*, 2nd edition, 2009, section 7.10
# - H. Xiao, K. Rasul, R. Vollgraf, *Fashion-MNIST: a novel image dataset for benchmarking machine
#   learning algorithms*, 2017. arXiv:1708.07747
