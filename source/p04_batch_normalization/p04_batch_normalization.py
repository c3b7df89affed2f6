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
# # Practical 4: Batch normalisation
#
# A good initialisation gives each layer inputs of a sensible size, once, before training. Batch
# normalisation does it again at every step. It is a few lines of arithmetic, it makes some networks learn
# that would not learn without it, and it has one trap that catches nearly everybody: the layer computes
# one thing in training and another in prediction. In this practical you write it, check it against Keras
# to five decimal places, find out what you gain from it, and learn to recognise the trap.
#
# **When you have finished, you can**
#
# 1. write batch normalisation in both modes, forwards and backwards, and say what its momentum means;
# 2. build it into a network without useless parameters, and take it out again after training;
# 3. say which changes to the weights a normalised network cannot notice, and why it survives larger
#    learning rates;
# 4. find and explain the bug of predicting in training mode;
# 5. distinguish what experiments show about *why* it works from what people merely say about it.
#
# **This practical assumes** Practicals 1 and 3 (Keras' `Sequential`, `fit`, initialisation) and the chain
# rule.
#
# **How it works.** Text, experiments and exercises alternate. Each experiment begins with a question
# under *Predict*: write your guess down before you run the cell. In an exercise, replace
# `raise NotImplementedError(…)` with your answer and run the check below it. More checks run when your
# work is graded, on inputs that you have not seen.
#
# | Exercise | Points | | Exercise | Points |
# |---|---|---|---|---|
# | 1 Normalise a batch | 3 | | 8 The gradient | 4 |
# | 2 Statistics for prediction | 3 | | 9 Why does it work? (in words) | 3 |
# | 3 What momentum means | 2 | | 10 A batch of one, a batch of two | 2 |
# | 4 Your layer against Keras' | 4 | | 11 Catch the bug | 3 |
# | 5 A block without useless biases | 4 | | 12 Training mode in production (in words) | 3 |
# | 6 Count parameters | 2 | | 13 Take it out again | 4 |
# | 7 What cannot matter | 3 | | **Total** | **40** |
#
# **Time.** On two processor cores with little else running, the whole notebook took two minutes at the
# full budget (the default, for working through it) and 40 seconds at the quick budget (for checking that
# everything runs). Allow four hours for reading, guessing and answering.
#
# **Help.** Type `keras.layers.BatchNormalization?` in a cell to see its documentation. When things get
# confusing, choose *Restart kernel and run all cells*. When you ask for help, quote the check's feedback
# in full: that is what it was written for.

# %% [markdown]
# ## 0 Set up
#
# (On a computer without a suitable graphics card, TensorFlow says so in red. This is harmless.)

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
from itertools import pairwise

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import tensorflow as tf

from course_utils import data, expect, plots, probes, runs, together, training

print(training.describe_budget())

# %% [markdown]
# The results that others have published for these networks are for MNIST, 70,000 handwritten digits. If
# MNIST is on this machine, the notebook uses it. If not, Fashion-MNIST takes its place: the same number of
# pictures, of the same size, but harder ones. (With an internet connection, `data.load("mnist")` fetches
# MNIST once and for all; then restart the kernel.) To choose for yourself, set `NAME`.

# %% nbgrader={"grade": false, "grade_id": "load-data", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["experiment", "nbval-ignore-output"]
NAME = "mnist" if data.find("mnist") else "fashion_mnist"
images = data.load(NAME)
if NAME == "fashion_mnist":
    print("Fashion-MNIST is used here in place of MNIST: accuracies are lower than the published ones.")

N_VALID = training.budget(full=3_000, quick=1_000)
SEEDS = training.seeds(training.budget(full=5, quick=2))


def as_rows(pictures):
    """Pictures of shape (n, 28, 28), grey values from 0 to 255, as float32 rows of 784 numbers from 0 to 1."""
    return pictures.reshape(len(pictures), -1).astype("float32") / 255


x_valid, y_valid = as_rows(images.x_train[:N_VALID]), images.y_train[:N_VALID]
x_train, y_train = as_rows(images.x_train[5_000:]), images.y_train[5_000:]
x_test, y_test = as_rows(images.x_test), images.y_test
print(f"{NAME}: {len(x_train):,} training images, {len(x_valid):,} validation images")

# %% [markdown]
# ## 1 The layer
#
# ### Experiment: signals in a deep network, once more
#
# We take a network of twenty hidden layers of 50 units, before any training, with Glorot weights and
# biases of zero. We send 500 images through, with sigmoids and with ReLU, and ask two questions about the
# pre-activations of each layer. How much does a unit's pre-activation *differ between images* (its
# standard deviation over the images, averaged over the units)? And how large is it *in absolute terms*
# (root mean square)?
#
# **Predict.** After twenty layers, do two different pictures still look different to the network?


# %% tags=["experiment", "nbval-ignore-output"]
spreads = {}
for activation in ("sigmoid", "relu"):
    training.set_seed()
    signal, sizes, differences = x_valid[:500], [], []
    for _ in range(20):
        z = keras.layers.Dense(50, kernel_initializer="glorot_normal")(signal)
        sizes.append(float(keras.ops.sqrt(keras.ops.mean(z**2))))
        differences.append(float(keras.ops.mean(keras.ops.std(z, axis=0))))
        signal = keras.activations.get(activation)(z)
    spreads[f"{activation}, size"] = sizes
    spreads[f"{activation}, difference between images"] = differences

figure, axis = plt.subplots(figsize=(7.5, 3.4), layout="constrained")
looks = [(plots.BLUE, "--"), (plots.BLUE, "-"), (plots.VERMILION, "--"), (plots.VERMILION, "-")]
for (name, sizes), (colour, style) in zip(spreads.items(), looks, strict=True):
    axis.plot(range(1, 21), sizes, style, color=colour, label=name, marker="o", markersize=3)
axis.set(xlabel="hidden layer", ylabel="pre-activations", yscale="log", xticks=range(2, 21, 2))
axis.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
plots.show(
    figure,
    alt="Size of the pre-activations, and their difference between images, over twenty layers, on a "
    "logarithmic axis. With sigmoids the size stays near 0.5 while the difference falls to the limits of "
    "arithmetic within ten layers; with ReLU both fall together, far more slowly.",
)
for activation in ("sigmoid", "relu"):
    sizes, differences = (spreads[f"{activation}, {what}"] for what in ("size", "difference between images"))
    runs.record(f"difference_between_images_layer_20_{activation}", differences[-1])
    for layer in (1, 20):
        share = differences[layer - 1] / sizes[layer - 1]
        runs.record(f"difference_to_size_layer_{layer}_{activation}", share)

# %% [markdown]
# **Explain.** With sigmoids, each layer multiplies the differences between images by its weights, and by
# a slope of at most 1/4. After ten layers nothing is left of the picture but rounding errors: whatever
# you show this network, its answer is the same. The *size* of the signal gives no hint of this, since
# every sigmoid passes about 0.5 to the next layer. ReLU with Glorot weights is a different case (Practical
# 3): there size and difference fall *together*. After twenty layers the signal is scaled down to about a
# thousandth or less, but the difference is still a substantial part of it (last lines); with the sigmoids
# it is less than a millionth.
#
# So a layer needs each unit to *vary from image to image*: its mean over the images near 0, where the
# sigmoid is steepest, and its standard deviation near 1. Batch normalisation simply enforces that (Ioffe
# and Szegedy, 2015).
#
# **Go further.** Which standard deviation of the initial weights keeps the differences alive with
# sigmoids?

# %% [markdown]
# ### Exercise 1: Normalise a batch (3 points)
#
# Let $z_{ij}$ be the pre-activation of unit $j$ for image $i$ of a minibatch of $m$ images. **In training
# mode** batch normalisation computes, for each unit separately,
#
# $$\mu_j = \frac1m \sum_{i=1}^m z_{ij}, \qquad
# \sigma_j^2 = \frac1m \sum_{i=1}^m (z_{ij} - \mu_j)^2, \qquad
# \hat z_{ij} = \frac{z_{ij} - \mu_j}{\sqrt{\sigma_j^2 + \varepsilon}}, \qquad
# y_{ij} = \gamma_j \hat z_{ij} + \beta_j.$$
#
# The small number $\varepsilon$ (in Keras 0.001) keeps the division safe. $\gamma$ and $\beta$ are
# parameters, learned like weights: they let a unit have any mean and any standard deviation that turns
# out to be useful. They start at 1 and 0.
#
# Write `batch_norm(z, gamma, beta, epsilon=1e-3)`. It returns the output $y$, and the mean and variance
# that it used. Let it accept images with channels too, arrays of shape (m, height, width, channels): then
# a *channel* plays the part of a unit, and mean and variance are taken over all axes but the last.


# %% nbgrader={"grade": false, "grade_id": "batch-norm", "locked": false, "schema_version": 3, "solution": true, "task": false}
def batch_norm(z, gamma, beta, epsilon=1e-3):
    """Batch normalisation in training mode.

    Args:
        z: array of shape (m, …, units), pre-activations of a minibatch.
        gamma, beta: arrays of shape (units,), scale and shift.
        epsilon: added to the variance.

    Returns:
        y, mean, variance: the output, of the shape of z, and the batch's statistics, of shape (units,).
    """
    ### BEGIN SOLUTION
    batch_axes = tuple(range(np.ndim(z) - 1))
    mean, variance = np.mean(z, axis=batch_axes), np.var(z, axis=batch_axes)
    return gamma * (z - mean) / np.sqrt(variance + epsilon) + beta, mean, variance
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "batch-norm-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Normalise a batch", points=3) as exercise:
    rng = np.random.default_rng()
    n_units, size = int(rng.integers(3, 7)), int(rng.integers(8, 14))
    centres, widths = rng.normal(scale=3, size=n_units), rng.uniform(0.5, 2, size=n_units)
    widths[0] = 0.2  # a variance that is smaller than epsilon
    batch = centres + widths * rng.normal(size=(size, n_units))
    some_epsilon = float(rng.uniform(0.2, 0.5))  # large, so that its place matters
    means, variances = batch.mean(axis=0), batch.var(axis=0)
    centred = batch - means

    with exercise.part("without scale and shift", points=1):
        # copies, here and below: one part says what a call changes
        returned = batch_norm(batch.copy(), np.ones(n_units), np.zeros(n_units), some_epsilon)
        expect.true(
            len(returned) == 3,
            "batch_norm returns three things",
            got=f"{len(returned)} of them",
            step="End with `return y, mean, variance`.",
        )
        expect.close(
            returned[0],
            centred / np.sqrt(variances + some_epsilon),
            f"the output for gamma 1, beta 0 and epsilon {some_epsilon:.3f}",
            atol=1e-4,
            mistakes={
                "epsilon was added to the standard deviation; it belongs to the variance, under the root": (
                    centred / (np.sqrt(variances) + some_epsilon)
                ),
                "epsilon is missing": centred / np.sqrt(variances),
                "the variance is made at least epsilon; epsilon should be added to it": centred
                / np.sqrt(np.maximum(variances, some_epsilon)),
                "epsilon is ignored, and Keras' default used": centred / np.sqrt(variances + 1e-3),
                "this divides by the variance, without the root": centred / (variances + some_epsilon),
                "the variance was divided by m − 1 rather than m": centred
                / np.sqrt(batch.var(axis=0, ddof=1) + some_epsilon),
                "each image was normalised by itself (axis 1); each unit should be, over the batch (axis 0)": (
                    batch - batch.mean(axis=1, keepdims=True)
                )
                / np.sqrt(batch.var(axis=1, keepdims=True) + some_epsilon),
                "all units were normalised together; each has a mean and a variance of its own": (
                    batch - batch.mean()
                )
                / np.sqrt(batch.var() + some_epsilon),
            },
            step="Compute mean and variance along axis 0, then follow the formula for ẑ.",
        )

    ### BEGIN HIDDEN TESTS
    def signed(sizes):
        """The numbers with signs drawn at random, of both kinds."""
        return sizes * rng.permutation(np.r_[1, -1, rng.choice([-1, 1], size=len(sizes) - 2)])

    with exercise.part("scale, shift and the statistics returned", points=1):
        scale, shift = signed(rng.uniform(0.5, 2, size=n_units)), rng.normal(size=n_units)
        handed = [batch.copy(), scale.copy(), shift.copy()]
        output, mean, variance = batch_norm(*handed, some_epsilon)
        expect.equal(
            handed,
            [batch, scale, shift],
            "the arrays z, gamma and beta, after the call",
            cause="an array that was handed in is changed",
            step="Make new arrays; do not use -= or *= on arguments.",
        )
        normalised = centred / np.sqrt(variances + some_epsilon)
        expect.close(
            output,
            scale * normalised + shift,
            "the output with random gamma and beta",
            atol=1e-4,
            mistakes={
                "gamma and beta are ignored": normalised,
                "beta is missing": scale * normalised,
                "gamma multiplies beta too": scale * (normalised + shift),
                "the sign of gamma is lost": np.abs(scale) * normalised + shift,
            },
            step="Multiply the normalised values by gamma, then add beta.",
        )
        for name, found in (("mean", mean), ("variance", variance)):
            expect.shape(
                found,
                (n_units,),
                f"the {name} returned",
                step="Give one number for each unit, in an array with a single axis: no keepdims.",
            )
        expect.close(
            mean,
            means,
            "the mean returned",
            atol=1e-5,
            mistakes={"this is the variance; the mean comes before it": variances},
            step="Return y, mean, variance, in this order.",
        )
        expect.close(
            variance,
            variances,
            "the variance returned",
            atol=1e-4,
            mistakes={
                "this is the standard deviation": np.sqrt(variances),
                "epsilon is in it; return the batch's own variance": variances + some_epsilon,
                "this was divided by m − 1 rather than m": batch.var(axis=0, ddof=1),
            },
            step="Return y, mean, variance, in this order.",
        )
        faint = centred / 30  # variances as small as epsilon, so that its default matters
        expect.close(
            batch_norm(faint.copy(), scale.copy(), shift.copy())[0],
            scale * faint / np.sqrt(faint.var(axis=0) + 1e-3) + shift,
            "the output where epsilon is not given",
            rtol=1e-3,
            atol=1e-3,
            mistakes={
                f"the default of epsilon was changed to {other:g}; it is 0.001": scale
                * faint
                / np.sqrt(faint.var(axis=0) + other)
                + shift
                for other in (1e-5, 1e-2, 1e-8)
            }
            | {
                "mean and variance of an earlier batch were used": scale
                * (faint - means)
                / np.sqrt(variances + 1e-3)
                + shift
            },
            step="Is the first line of the function as it was, with epsilon=1e-3? If so, follow the formula for "
            "this batch.",
        )
        for rows, which in (
            (batch[:1], "a batch of one"),
            (batch[[0, 0, 0], :1], "a batch of three equal images and one unit"),
        ):
            units = rows.shape[1]
            output, mean, variance = batch_norm(
                rows.copy(), scale[:units].copy(), shift[:units].copy(), some_epsilon
            )
            expect.close(
                output,
                np.broadcast_to(shift[:units], rows.shape),
                f"the output for {which}",
                atol=1e-4,
                mistakes={"this was left as it is; the formula holds for it too, and gives beta": rows},
                step="Treat no batch differently from others: epsilon keeps the division safe.",
            )
            for name, found, right in (("mean", mean, rows[0]), ("variance", variance, np.zeros(units))):
                expect.close(
                    found,
                    right,
                    f"the {name} returned for {which}",
                    atol=1e-4,
                    step="Give an array with one number for each unit, for a single unit too.",
                )
    with exercise.part("images with channels", points=1):
        pictures = rng.normal(size=(6, 5, 4, n_units)) * widths + centres
        scale[rng.integers(n_units)] = 0.0  # a channel that learning has switched off
        over = (0, 1, 2)
        expect.close(
            batch_norm(pictures.copy(), scale.copy(), shift.copy(), some_epsilon)[0],
            scale * (pictures - pictures.mean(axis=over)) / np.sqrt(pictures.var(axis=over) + some_epsilon)
            + shift,
            f"the output for an array of shape (6, 5, 4, {n_units})",
            atol=2e-4,
            mistakes={
                "each pixel has a mean of its own; a channel has one for all its pixels": scale
                * (pictures - pictures.mean(axis=0))
                / np.sqrt(pictures.var(axis=0) + some_epsilon)
                + shift,
                "a gamma of 0 is taken for 1": np.where(scale == 0, 1, scale)
                * (pictures - pictures.mean(axis=over))
                / np.sqrt(pictures.var(axis=over) + some_epsilon)
                + shift,
            },
            step="np.mean takes a tuple of axes: all but the last one.",
        )
        signals = pictures[:, :, 0]
        output, mean, variance = batch_norm(signals.copy(), scale.copy(), shift.copy(), some_epsilon)
        means, variances = signals.mean(axis=(0, 1)), signals.var(axis=(0, 1))
        expect.close(
            output,
            scale * (signals - means) / np.sqrt(variances + some_epsilon) + shift,
            f"the output for an array of shape (6, 5, {n_units})",
            atol=2e-4,
            mistakes={
                "only arrays with four axes were taken for images": scale
                * (signals - signals.mean(axis=0))
                / np.sqrt(signals.var(axis=0) + some_epsilon)
                + shift
            },
            step="Average over all axes but the last, however many there are.",
        )
        expect.close([mean, variance], [means, variances], "mean and variance for this array", atol=1e-4)
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-25"]
# ### Exercise 2: Statistics for prediction (3 points)
#
# In training mode, the output for an image depends on which other images happen to be in its batch.
# Nobody wants that when the network is used: the answer for a picture should depend on that picture
# alone. So **in inference mode** the layer uses fixed numbers in place of $\mu$ and $\sigma^2$: **moving
# averages** of the batches seen in training. After each training batch,
#
# $$\bar\mu \leftarrow \alpha \bar\mu + (1 - \alpha)\, \mu_{\text{batch}}, \qquad
# \bar\sigma^2 \leftarrow \alpha \bar\sigma^2 + (1 - \alpha)\, \sigma^2_{\text{batch}},$$
#
# where $\alpha$ is the **momentum** (in Keras 0.99), and the averages start at $\bar\mu = 0$,
# $\bar\sigma^2 = 1$. They are not learned by gradient descent: Keras calls them *non-trainable*.
#
# Write `update_moving(moving, of_batch, momentum)`, which returns the new average, and
# `batch_norm_inference(z, gamma, beta, moving_mean, moving_variance, epsilon=1e-3)`.


# %% nbgrader={"grade": false, "grade_id": "moving", "locked": false, "schema_version": 3, "solution": true, "task": false}
def update_moving(moving, of_batch, momentum):
    """The moving average after one more batch.

    Args:
        moving: array of shape (units,), the average so far.
        of_batch: array of shape (units,), the new batch's mean or variance.
        momentum: α, a number from 0 to 1.

    Returns:
        A new array of shape (units,).
    """
    ### BEGIN SOLUTION
    return momentum * moving + (1 - momentum) * of_batch
    ### END SOLUTION


def batch_norm_inference(z, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    """Batch normalisation in inference mode.

    Args:
        z: array of shape (m, …, units).
        gamma, beta, moving_mean, moving_variance: arrays of shape (units,).
        epsilon: added to the variance.

    Returns:
        An array of the shape of z.
    """
    ### BEGIN SOLUTION
    return gamma * (z - moving_mean) / np.sqrt(moving_variance + epsilon) + beta
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "moving-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Statistics for prediction", points=3) as exercise:
    rng = np.random.default_rng()
    n_units = int(rng.choice([5, 6, 8]))
    before, seen = rng.normal(size=(2, n_units)) * 3
    some_momentum = float(rng.uniform(0.7, 0.95))

    with exercise.part("the moving average", points=1):
        kept, handed = before.copy(), [before.copy(), seen.copy()]
        expect.close(
            update_moving(*handed, some_momentum),
            some_momentum * kept + (1 - some_momentum) * seen,
            f"update_moving with momentum {some_momentum:.3f}",
            mistakes={
                "momentum weighs the new batch here; in Keras it weighs the past (PyTorch has it the other "
                "way round)": (1 - some_momentum) * kept + some_momentum * seen,
                "the new batch was added in full": some_momentum * kept + seen,
                "momentum is ignored, and Keras' default used": 0.99 * kept + 0.01 * seen,
                "this is a plain mean of both": (kept + seen) / 2,
            },
            step="Put the numbers into the formula for one unit by hand.",
        )
        expect.equal(
            handed,
            [before, seen],
            "the arrays `moving` and `of_batch`, after the call",
            step="Return a new array; do not use += or *= on arguments.",
        )
        last = some_momentum * kept + (1 - some_momentum) * seen
        for start, one_momentum, which in (
            (before, 0.0, "numbers drawn"),
            (before, 1.0, "numbers drawn"),
            (np.zeros(n_units), 0.9, "zeros"),
            (np.ones(n_units), 0.3, "ones"),
        ):
            seen = rng.normal(size=n_units) * 3
            expect.close(
                update_moving(start.copy(), seen.copy(), one_momentum),
                one_momentum * start + (1 - one_momentum) * seen,
                f"update_moving with momentum {one_momentum}, from {which}",
                atol=1e-5,
                mistakes={
                    "momentum 0 is taken for none, and Keras' default used": 0.99 * start + 0.01 * seen,
                    "the first batch was taken in full; it is weighed like any other": seen,
                    "the average of an earlier call was taken for `moving`": one_momentum * last
                    + (1 - one_momentum) * seen,
                },
                step="The formula holds for every α from 0 to 1, and for the start too.",
            )
            last = one_momentum * start + (1 - one_momentum) * seen
    ### BEGIN HIDDEN TESTS
    with exercise.part("inference mode", points=1):
        scale, shift, mean = rng.normal(size=(3, n_units))
        variance, some_epsilon = rng.uniform(0.3, 3, size=n_units), float(rng.uniform(0.1, 0.5))
        batch = rng.normal(size=(7, n_units))
        arguments = batch, scale, shift, mean, variance
        handed = [array.copy() for array in arguments]
        found = batch_norm_inference(*handed, some_epsilon)
        expect.equal(
            handed,
            list(arguments),
            "the arrays that were handed to batch_norm_inference, after the call",
            cause="an array that was handed in is changed",
            step="Make new arrays; do not use -= or += on arguments.",
        )
        expect.close(
            found,
            scale * (batch - mean) / np.sqrt(variance + some_epsilon) + shift,
            "the output in inference mode",
            atol=1e-5,
            mistakes={
                "the batch's own statistics were used": scale
                * (batch - batch.mean(axis=0))
                / np.sqrt(batch.var(axis=0) + some_epsilon)
                + shift,
                "the batch's own mean was used": scale
                * (batch - batch.mean(axis=0))
                / np.sqrt(variance + some_epsilon)
                + shift,
                "this divides by the variance, without the root": scale
                * (batch - mean)
                / (variance + some_epsilon)
                + shift,
                "epsilon is ignored, and Keras' default used": scale
                * (batch - mean)
                / np.sqrt(variance + 1e-3)
                + shift,
                "epsilon was added to the standard deviation; it belongs to the variance, under the root": scale
                * (batch - mean)
                / (np.sqrt(variance) + some_epsilon)
                + shift,
                "the variance is made at least epsilon; epsilon should be added to it": scale
                * (batch - mean)
                / np.sqrt(np.maximum(variance, some_epsilon))
                + shift,
                "the sign of gamma is lost": np.abs(scale) * (batch - mean) / np.sqrt(variance + some_epsilon)
                + shift,
            },
            step="It is the formula of training mode with moving_mean and moving_variance put in.",
        )
        small = variance / 1_000  # as small as epsilon, so that its default matters
        expect.close(
            batch_norm_inference(batch, scale, shift, mean, small),
            scale * (batch - mean) / np.sqrt(small + 1e-3) + shift,
            "the output in inference mode where epsilon is not given",
            rtol=1e-3,
            atol=1e-3,
            mistakes={
                f"the default of epsilon was changed to {other:g}; it is 0.001": scale
                * (batch - mean)
                / np.sqrt(small + other)
                + shift
                for other in (1e-5, 1e-2, 1e-8)
            }
            | {
                "variance and epsilon of an earlier call were used": scale
                * (batch - mean)
                / np.sqrt(variance + some_epsilon)
                + shift
            },
            step="Is the first line of the function as it was, with epsilon=1e-3? If so, follow the formula for "
            "these variances: outputs may be large.",
        )
        for sizes in ((4, 3, n_units), (3, 2, 4, n_units)):
            pictures = rng.normal(size=sizes)
            expect.close(
                batch_norm_inference(pictures, scale, shift, mean, variance, some_epsilon),
                scale * (pictures - mean) / np.sqrt(variance + some_epsilon) + shift,
                f"the output in inference mode for an array of shape {sizes}",
                atol=1e-5,
                step="The last axis counts the units, however many axes there are.",
            )
    with exercise.part("an image's output does not depend on its company", points=1):
        arguments = (
            batch,
            scale,
            shift,
            mean,
            variance,
        )  # copies for each call: the part above looks at changes
        at_once = batch_norm_inference(*(array.copy() for array in arguments), some_epsilon)
        one_by_one = [
            batch_norm_inference(
                row[np.newaxis].copy(), *(array.copy() for array in arguments[1:]), some_epsilon
            )[0]
            for row in batch
        ]
        expect.close(
            one_by_one,
            np.array(at_once),
            "the outputs of seven images, one at a time, against those of the same images in one batch",
            step="Compute nothing from z but the difference from moving_mean, and give a batch of one its axis back.",
        )
        expect.true(
            bool(np.ptp(at_once, axis=0).min() > 1e-6),
            "the outputs of different images differ",
            got="a unit whose output is the same for all seven images",
            step="Compute nothing from z but the difference from moving_mean.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-25"]
# ### Experiment: a moving average on its way
#
# We take one unit of a fresh layer and feed it 300 minibatches of 32 real images. Its moving mean starts
# at 0 and should arrive at the mean over all training images.
#
# **Predict.** With momentum 0, 0.9 and 0.99: which arrives first? Which stays closest to the true mean at
# the end?

# %% tags=["experiment", "nbval-ignore-output"]
rng = np.random.default_rng(training.base_seed())
unit_weights = rng.normal(size=784) * np.sqrt(2 / (784 + 50))
all_outputs = x_train[:10_000] @ unit_weights
batches = all_outputs[rng.integers(len(all_outputs), size=(300, 32))]

figure, axis = plt.subplots(figsize=(7.5, 3.2), layout="constrained")
for momentum, colour in ((0.0, plots.ORANGE), (0.9, plots.GREEN), (0.99, plots.BLUE)):
    path = [0.0]
    for batch in batches:
        path.append(momentum * path[-1] + (1 - momentum) * batch.mean())
    axis.plot(path, color=colour, linewidth=1 if momentum == 0 else 2, label=f"momentum {momentum:g}")
    settled = np.abs(np.array(path[201:]) - all_outputs.mean()).mean()
    print(f"momentum {momentum:4g}: mean distance from the true mean over the last 100 batches {settled:.4f}")
axis.axhline(all_outputs.mean(), color="black", linestyle=":", label="mean of all images")
axis.set(xlabel="minibatches seen", ylabel="moving mean of one unit")
axis.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
plots.show(
    figure,
    alt="The moving mean of one unit against the number of minibatches seen. With momentum 0 it jumps about "
    "the true mean from the first batch on, with 0.9 it arrives after some dozens of batches and wavers, "
    "with 0.99 it creeps up smoothly for several hundred.",
)

# %% [markdown]
# **Try.** Move the momentum from 0 to 0.995, first with 32 images in a batch, then with 2. What do you
# pay for a smooth curve, and why does a small batch need a higher momentum?

# %% tags=["experiment", "nbval-ignore-output"]
from course_utils import sliders

true_mean, sd_of_one = all_outputs.mean(), all_outputs.std()
figure, axis = plt.subplots(figsize=(5.6, 2.6), layout="constrained")
axis.axhline(true_mean, color="black", linestyle=":", label="mean of all images")
axis.set_xlim(0, 300)
axis.set_xlabel("minibatches seen")
axis.set_ylabel("moving mean of one unit")
axis.set_ylim(min(0, true_mean) - sd_of_one / 2, max(0, true_mean) + sd_of_one / 2)
(moving,) = axis.plot([], [], color=plots.BLUE, linewidth=1, label="moving mean")
axis.legend(frameon=False, fontsize=8)


def moving_mean_of(momentum, images):
    """The moving mean over 300 batches, taking only the first `images` images of each."""
    path = [0.0]
    for batch in batches[:, :images]:
        path.append(momentum * path[-1] + (1 - momentum) * batch.mean())
    off = np.abs(np.array(path[201:]) - true_mean).mean()
    return {moving: (np.arange(301), path)}, f"Over the last 100 batches {off:.3f} away from the true mean."


sliders.show(
    figure,
    moving_mean_of,
    {"momentum": [0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995], "images in a batch": [2, 8, 32]},
    start=(0.9, 32),
    alt="The moving mean of one unit over 300 minibatches, from 0 towards the mean of all images, a dotted line.",
)

# %% [markdown]
# **Explain.** With momentum 0 the moving mean jumps at every batch. Momentum 0.99 averages over about a
# hundred batches and is smooth, but it takes hundreds of batches to forget the 0 it started from; after
# 200 batches a good bit of it is still left. Values in between are a compromise. In a long training run
# the start does not matter. In a short one (few images, few epochs) it does: with momentum 0.99,
# inference mode then uses averages that are still on their way. That is why the networks of this notebook
# use 0.9.
#
# **Go further.** Correct the moving mean for its start, as the optimiser Adam does with its moments:
# divide it by $1 - \alpha^t$. Where is it after 20 batches?

# %% [markdown] tags=["covers-25"]
# ### Exercise 3: What momentum means (2 points)
#
# Write `batches_until(momentum, share)`: the **smallest number of batches** after which the starting
# value makes up at most `share` of a moving average. (For momentum 0.9 and `share` 0.5 it is 7, because
# $0.9^6 = 0.531$ and $0.9^7 = 0.478$.)
#
# Then answer two questions.
#
# - `start_share`: with Keras' momentum of 0.99, what share of a moving average is still its starting
#   value after 100 batches, to three decimal places?
# - `keeps`: what is the moving mean after 1,000 batches if the momentum is 0, and if it is 1? Give a dict
#   with the keys `0` and `1`, and for each of them one of the strings `"the starting value"`,
#   `"the mean of the last batch"`, `"the mean of all batches"`.


# %% nbgrader={"grade": false, "grade_id": "momentum", "locked": false, "schema_version": 3, "solution": true, "task": false}
def batches_until(momentum, share):
    """Number of batches after which the starting value is at most `share` of a moving average.

    Args:
        momentum: a number with 0 ≤ momentum < 1.
        share: a number with 0 < share < 1.

    Returns:
        A whole number.
    """
    ### BEGIN SOLUTION
    if momentum == 0:
        return 1
    return int(np.ceil(np.log(share) / np.log(momentum)))
    ### END SOLUTION


# start_share = …
# keeps = {0: …, 1: …}
### BEGIN SOLUTION
start_share = 0.99**100
keeps = {0: "the mean of the last batch", 1: "the starting value"}
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "momentum-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("What momentum means", points=2) as exercise:
    rng = np.random.default_rng()
    choices = {"the starting value", "the mean of the last batch", "the mean of all batches"}

    def batches_needed(momentum, share):
        """The right answer, batch by batch; its names stay in here, where they hide no import of the answer's."""
        weight, count = 1.0, 0
        while weight > share:
            weight, count = weight * momentum, count + 1
        return count

    with exercise.part("batches_until", points=1):
        # from momenta that forget at once to such as need thousands of batches; first some where mistakes differ
        for low, high in ((0.8, 0.99), (0.1, 0.4), (0.4, 0.8), (0.9, 0.995), (0.9998, 0.9999)):
            momentum_drawn, share_drawn = float(rng.uniform(low, high)), float(rng.uniform(0.01, 0.09))
            needed = batches_needed(momentum_drawn, share_drawn)
            exact = np.log(share_drawn) / np.log(momentum_drawn)
            expect.equal(
                batches_until(momentum_drawn, share_drawn),
                needed,
                f"batches_until({momentum_drawn:.4f}, {share_drawn:.4f})",
                mistakes={
                    "this is one batch too few: the starting value still weighs more": needed - 1,
                    "a number of batches is whole: round up": exact,
                    "it stops after a thousand batches; some momenta need more": 1000,
                    "the first batch takes most away; the weights multiply, batch after batch": int(
                        np.ceil((1 - share_drawn) / (1 - momentum_drawn))
                    ),
                },
                step="How much does the starting value weigh after one batch? After two? After k?",
            )
        expect.equal(
            batches_until(0.0, 0.25),
            1,
            "batches_until(0.0, 0.25)",
            mistakes={"with momentum 0 it takes one batch to forget the start": 0},
            step="Follow the formula for one batch with momentum 0.",
        )
        expect.equal(
            batches_until(0.5, 0.25),
            2,
            "batches_until(0.5, 0.25)",
            mistakes={"“at most” is <=: after two batches the start weighs exactly 0.25": 3},
            step="Compare with the share itself, without another batch for safety.",
        )
        expect.equal(
            batches_until(0.3, 0.6),
            1,
            "batches_until(0.3, 0.6)",
            step="One batch may be enough: compare with the share after each.",
        )
        momentum_drawn, share_drawn = float(rng.uniform(0.97, 0.985)), float(rng.uniform(2e-4, 9e-4))
        expect.equal(
            batches_until(momentum_drawn, share_drawn),
            batches_needed(momentum_drawn, share_drawn),
            f"batches_until({momentum_drawn:.5f}, {share_drawn:.6f})",
            step="Do not round weights, and do not stop before the share is reached.",
        )
    with exercise.part("the answers have the right form", points=0):
        expect.shape(start_share, (), "start_share", step="Assign one number.")
        expect.equal(set(keeps), {0, 1}, "the keys of keeps", step="Use the numbers 0 and 1 as keys.")
        expect.true(
            set(keeps.values()) <= choices,
            "the values of keeps are among the three strings of the exercise",
            got=", ".join(str(value) for value in keeps.values()),
            step="Copy the strings from the exercise.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("what is kept", points=1):
        expect.close(
            start_share,
            0.99**100,
            "start_share",
            rtol=0,
            atol=0.001,
            describe="a number between 0 and 1",
            mistakes={
                "this is what the batches have contributed; the starting value has the rest": 1 - 0.99**100,
                "the weights multiply, they do not add up": 0.0,
                "this is the weight of the newest batch": 0.01,
                "two decimals are too few, and 99 batches one too few: three and 100 were asked for": 0.37,
                "this is after 101 batches": 0.99**101,
                "this is 1/e, which is only near it": np.exp(-1),
            },
            step="The starting value is multiplied by the momentum once for each batch.",
        )
        expect.equal(
            keeps,
            {0: "the mean of the last batch", 1: "the starting value"},
            "keeps",
            describe="one of the strings for each",
            mistakes={
                "momentum weighs the past in Keras, not the new batch": {
                    0: "the starting value",
                    1: "the mean of the last batch",
                },
                "with momentum 0 nothing of earlier batches is left": {
                    0: "the mean of all batches",
                    1: "the starting value",
                },
                "with momentum 1 a new batch has the weight 1 − 1 = 0": {
                    0: "the mean of the last batch",
                    1: "the mean of all batches",
                },
            },
            step="Put α = 0 and α = 1 into the formula.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Exercise 4: Your layer against Keras' (4 points)
#
# Put the pieces together in a class `BatchNorm` that behaves like `keras.layers.BatchNormalization`.
#
# - `BatchNorm(gamma, beta, momentum=0.99, epsilon=1e-3)` makes a layer with the given scale and shift.
#   Its attributes `moving_mean` and `moving_variance` start as zeros and ones.
# - `layer(z, training=True)` normalises with the batch's statistics **and** updates both moving averages.
# - `layer(z, training=False)`, which is the default, uses the moving averages and changes nothing.
#
# The check feeds the same batches to your layer and to Keras' and compares the results to five decimal
# places. (Keras computes in float32, with about seven digits; that explains the difference that remains.)


# %% nbgrader={"grade": false, "grade_id": "layer", "locked": false, "schema_version": 3, "solution": true, "task": false}
class BatchNorm:
    """Batch normalisation with moving averages.

    Args:
        gamma, beta: arrays of shape (units,), scale and shift.
        momentum: weight of the past in the moving averages.
        epsilon: added to the variance.

    Attributes:
        moving_mean, moving_variance: arrays of shape (units,).
    """

    def __init__(self, gamma, beta, momentum=0.99, epsilon=1e-3):
        ### BEGIN SOLUTION
        self.gamma, self.beta, self.momentum, self.epsilon = gamma, beta, momentum, epsilon
        self.moving_mean, self.moving_variance = np.zeros(len(gamma)), np.ones(len(gamma))
        ### END SOLUTION

    def __call__(self, z, training=False):
        """The normalised `z`, an array of shape (m, units)."""
        ### BEGIN SOLUTION
        if not training:
            return batch_norm_inference(
                z, self.gamma, self.beta, self.moving_mean, self.moving_variance, self.epsilon
            )
        y, mean, variance = batch_norm(z, self.gamma, self.beta, self.epsilon)
        self.moving_mean = update_moving(self.moving_mean, mean, self.momentum)
        self.moving_variance = update_moving(self.moving_variance, variance, self.momentum)
        return y
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "layer-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false} tags=["builds-on:batch-norm", "builds-on:moving"]
with expect.exercise("Your layer against Keras'", points=4) as exercise:
    rng = np.random.default_rng()
    n_units = int(rng.integers(3, 7))
    settings = {"momentum": float(rng.uniform(0.6, 0.9)), "epsilon": float(rng.uniform(0.01, 0.1))}
    scale, shift = rng.uniform(0.5, 2, size=n_units), rng.normal(size=n_units)
    training_batches = rng.normal(size=(5, 16, n_units)) * rng.uniform(0.5, 2, n_units) + rng.normal(
        size=n_units
    )
    new_batch = rng.normal(size=(9, n_units))

    def keras_layer():
        """Keras' layer with the scale and shift above."""
        layer = keras.layers.BatchNormalization(**settings)
        layer.build((None, n_units))
        layer.gamma.assign(scale)
        layer.beta.assign(shift)
        return layer

    theirs = keras_layer()
    their_outputs = [keras.ops.convert_to_numpy(theirs(batch, training=True)) for batch in training_batches]
    their_prediction = keras.ops.convert_to_numpy(theirs(new_batch))

    with exercise.part("five batches in training mode", points=1):
        yours = BatchNorm(scale, shift, **settings)
        for number, (batch, output) in enumerate(zip(training_batches, their_outputs, strict=True), start=1):
            handed = batch.copy()
            found = yours(handed, training=True)
            expect.equal(
                handed,
                batch,
                "the array z, after a call in training mode",
                cause="the batch that was handed in is changed",
                step="Return a new array; do not use -= or *= on z.",
            )
            expect.close(
                found,
                output,
                f"the output for training batch {number}",
                rtol=1e-5,
                atol=5e-5,
                mistakes={
                    "epsilon is ignored, and Keras' default used": scale
                    * (batch - batch.mean(axis=0))
                    / np.sqrt(batch.var(axis=0) + 1e-3)
                    + shift,
                    "it is computed as in inference mode, from the moving averages at the start": scale
                    * batch
                    / np.sqrt(1 + settings["epsilon"])
                    + shift,
                },
                step="With training=True the output is that of your batch_norm.",
            )
        # gammas of both signs, and a variance as small as the default epsilon
        faint = new_batch / 30
        yours, negative = BatchNorm(-scale, shift), -scale * (faint - faint.mean(axis=0))
        expect.close(
            yours(faint.copy(), training=True),
            negative / np.sqrt(faint.var(axis=0) + 1e-3) + shift,
            "the output in training mode for negative gammas, where epsilon is not given",
            rtol=1e-3,
            atol=1e-3,
            mistakes={
                "the sign of gamma is lost": -negative / np.sqrt(faint.var(axis=0) + 1e-3) + shift,
                "the default of epsilon was changed to 0.00001; it is 0.001": negative
                / np.sqrt(faint.var(axis=0) + 1e-5)
                + shift,
            },
            step="Keep gamma as it is given, and the default epsilon=1e-3.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("the moving averages after five batches", points=1):
        first, second = BatchNorm(scale, shift, **settings), BatchNorm(scale, shift, **settings)
        began = np.array(first.moving_mean)
        second(training_batches[0].copy(), training=True)
        shared = not np.array_equal(began, first.moving_mean)
        yours = BatchNorm(scale, shift, **settings)
        for name, found, right in (
            ("moving_mean", yours.moving_mean, np.zeros(n_units)),
            ("moving_variance", yours.moving_variance, np.ones(n_units)),
        ):
            expect.close(
                found,
                right,
                f"{name} of a new layer",
                mistakes={"the moving variance began with 0; Keras begins with 1": np.zeros(n_units)},
                cause="all layers share their averages: training one changes another" if shared else None,
                step="Make both arrays of shape (units,) when the layer is made: zeros and ones.",
            )
        # a second layer, with the defaults, works between the calls of the first
        other = BatchNorm(shift, scale)
        for batch in training_batches:
            yours(batch.copy(), training=True)
            other(batch + 1, training=True)
        of_batches = training_batches.mean(axis=1), training_batches.var(axis=1)

        def averaged(values, start, momentum):
            for value in values:
                start = momentum * start + (1 - momentum) * value
            return start

        for name, found, right, values, start in (
            ("moving_mean", yours.moving_mean, theirs.moving_mean, of_batches[0], 0.0),
            ("moving_variance", yours.moving_variance, theirs.moving_variance, of_batches[1], 1.0),
        ):
            expect.close(
                found,
                keras.ops.convert_to_numpy(right),
                name,
                rtol=1e-5,
                atol=1e-5,
                mistakes={
                    "it was not updated": np.full(n_units, start),
                    "momentum is ignored, and the default or that of another layer used": averaged(
                        values, start, 0.99
                    ),
                    "momentum weighs the new batch": averaged(values, start, 1 - settings["momentum"]),
                    "it began with the first batch's statistics, or with another value than Keras'": averaged(
                        values[1:], values[0], settings["momentum"]
                    ),
                    "the moving variance began with 0; Keras begins with 1": averaged(
                        values, 0.0, settings["momentum"]
                    ),
                    "it is that of the last batch alone": values[-1],
                    "the batches' variances are divided by m − 1, as PyTorch does; Keras divides by m": averaged(
                        training_batches.var(axis=1, ddof=1), start, settings["momentum"]
                    ),
                },
                step="Update both averages once for each call with training=True.",
            )
        for name, found, values, start in (
            ("moving_mean", other.moving_mean, of_batches[0] + 1, 0.0),
            ("moving_variance", other.moving_variance, of_batches[1], 1.0),
        ):
            expect.close(
                found,
                averaged(values, start, 0.99),
                f"{name} of a second layer, made without momentum",
                rtol=1e-5,
                atol=1e-5,
                mistakes={
                    "the default of momentum was changed to 0.9; it is 0.99": averaged(values, start, 0.9),
                    "a layer works with the momentum of another one": averaged(
                        values, start, settings["momentum"]
                    ),
                },
                step="Keep everything in self: each layer has its own.",
            )
        single = training_batches[0, :1].copy()
        in_order = BatchNorm(scale, shift, settings["momentum"], settings["epsilon"])
        in_order(single.copy(), training=True)
        expect.close(
            in_order.moving_mean,
            (1 - settings["momentum"]) * single[0],
            "moving_mean after a batch of one, where momentum and epsilon are given by position",
            rtol=1e-5,
            atol=1e-5,
            mistakes={
                "a batch of one was taken for a prediction": np.zeros(n_units),
                "epsilon was taken for the momentum: the order of the arguments was changed": (
                    1 - settings["epsilon"]
                )
                * single[0],
            },
            step="Leave the order of the arguments, and let each batch count alike, however small it is.",
        )
        expect.close(
            in_order.moving_variance,
            np.full(n_units, settings["momentum"]),
            "moving_variance after a batch of one",
            rtol=1e-5,
            atol=1e-5,
            mistakes={"a variance of 0 was left out; it counts like any other": np.ones(n_units)},
            step="Update both averages with the batch's statistics, whatever they are.",
        )
    with exercise.part("inference mode", points=1):
        yours = BatchNorm(scale, shift, **settings)
        for batch in training_batches:
            yours(batch.copy(), training=True)
        expect.close(
            yours(new_batch.copy()),  # copies: the next part says what a call changes
            their_prediction,
            "the output for a new batch, without training=True",
            rtol=1e-5,
            atol=1e-5,
            mistakes={
                "the new batch's own statistics were used": scale
                * (new_batch - new_batch.mean(axis=0))
                / np.sqrt(new_batch.var(axis=0) + settings["epsilon"])
                + shift,
                "epsilon is ignored at inference, and Keras' default used": scale
                * (new_batch - keras.ops.convert_to_numpy(theirs.moving_mean))
                / np.sqrt(keras.ops.convert_to_numpy(theirs.moving_variance) + 1e-3)
                + shift,
            },
            step="Without training=True, use your batch_norm_inference with the moving averages.",
        )

        def standardised(mean, variance):
            return (new_batch - mean) / np.sqrt(variance)

        expect.close(
            BatchNorm(scale, shift, **settings)(new_batch.copy()),
            scale * standardised(0, 1 + settings["epsilon"]) + shift,
            "the output of a new layer, before any training batch",
            rtol=1e-5,
            atol=1e-5,
            mistakes={
                "the new batch's own statistics were used": scale
                * standardised(new_batch.mean(axis=0), new_batch.var(axis=0) + settings["epsilon"])
                + shift
            },
            step="The averages begin at 0 and 1: use these until there are others.",
        )
        forgetful, last = BatchNorm(-scale, shift, momentum=0.0, epsilon=0.0), training_batches[0] / 4
        forgetful(last.copy(), training=True)
        right = standardised(last.mean(axis=0), last.var(axis=0))
        expect.close(
            forgetful(new_batch.copy()),
            shift - scale * right,
            "the output for a new batch, with momentum 0, epsilon 0 and negative gammas",
            rtol=1e-4,
            atol=1e-4,
            mistakes={
                "the sign of gamma is lost": shift + scale * right,
                "momentum 0 is taken for none, and the default used": shift
                - scale * standardised(0.01 * last.mean(axis=0), 0.99 + 0.01 * last.var(axis=0)),
                "epsilon 0 is taken for none, and the default used": shift
                - scale * standardised(last.mean(axis=0), last.var(axis=0) + 1e-3),
            },
            step="Take momentum, epsilon and gamma as they are given.",
        )
    with exercise.part("prediction leaves the layer as it is", points=1):
        yours = BatchNorm(scale, shift, **settings)
        yours(training_batches[0].copy(), training=True)
        state = np.array(yours.moving_mean), np.array(yours.moving_variance)
        changed = np.abs(state[0]).max() > 1e-3
        expect.true(
            bool(changed),
            "a training batch moves the moving mean",
            got="it is still zero",
            step="Store the new averages in self.moving_mean and self.moving_variance.",
        )
        kept = new_batch.copy()
        for _ in range(3):
            yours(new_batch + 5)
            yours(new_batch, training=False)
        expect.equal(
            new_batch,
            kept,
            "the array z, after the call",
            cause="the array that was handed in is changed",
            step="Return a new array; do not use -= or *= on z.",
        )
        expect.close(
            [np.array(yours.moving_mean), np.array(yours.moving_variance)],
            list(state),
            "the moving averages after six calls in inference mode",
            cause="calls in inference mode change them, too",
            step="Update them only if training is True.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-53"]
# ## 2 In a network
#
# Usually batch normalisation goes between a layer's matrix and its activation function. Then that layer's
# biases become useless: a bias $b_j$ adds the same number to unit $j$ for all images of the batch, so it
# raises the mean by $b_j$, and the normalisation subtracts it again. $\beta_j$ has taken over its job. So
# leave the bias out: `use_bias=False`.
#
# Some people put batch normalisation *after* the activation function instead. There the bias keeps its
# job: it decides where on the activation function's curve the pre-activations lie.
#
# ### Exercise 5: A block without useless biases (4 points)
#
# Write `build_bn_mlp(layer_sizes, activation, kernel_initializer, position, momentum)`. It builds an MLP
# as in Practical 1: the first of `layer_sizes` is the number of inputs, the last the number of classes,
# and those between are the numbers of units in the hidden layers.
#
# - With `position="before"` a hidden layer is `Dense` without bias, then `BatchNormalization`, then
#   `Activation`.
# - With `position="after"` it is `Dense` **with** bias, then `Activation`, then `BatchNormalization`.
# - The last layer is a `Dense` layer with bias and softmax, and no normalisation after it.
# - All `Dense` layers use `kernel_initializer`; each `BatchNormalization` has the given momentum and
#   otherwise Keras' defaults.


# %% nbgrader={"grade": false, "grade_id": "build-bn-mlp", "locked": false, "schema_version": 3, "solution": true, "task": false}
def build_bn_mlp(
    layer_sizes, activation="relu", kernel_initializer="glorot_normal", position="before", momentum=0.9
):
    """A multilayer perceptron with batch normalisation in each hidden layer; not compiled yet.

    Args:
        layer_sizes: numbers of inputs, of units of each hidden layer, and of classes.
        activation: activation function of the hidden layers, by its Keras name.
        kernel_initializer: initialiser of all weights, as Dense takes it.
        position: "before" or "after" the activation function.
        momentum: momentum of the moving averages.

    Returns:
        A Keras model from inputs of shape (batch, layer_sizes[0]) to probabilities of shape
        (batch, layer_sizes[-1]).
    """
    ### BEGIN SOLUTION
    n_inputs, *hidden_sizes, n_outputs = layer_sizes
    model = keras.Sequential([keras.Input(shape=(n_inputs,))])
    for units in hidden_sizes:
        dense = keras.layers.Dense(units, use_bias=position == "after", kernel_initializer=kernel_initializer)
        normalise = keras.layers.BatchNormalization(momentum=momentum)
        bend = keras.layers.Activation(activation)
        for layer in (dense, normalise, bend) if position == "before" else (dense, bend, normalise):
            model.add(layer)
    model.add(keras.layers.Dense(n_outputs, activation="softmax", kernel_initializer=kernel_initializer))
    return model
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "build-bn-mlp-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("A block without useless biases", points=4) as exercise:
    rng = np.random.default_rng()
    formulas = {
        "relu": lambda z: np.maximum(z, 0),
        "tanh": np.tanh,
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    }

    def random_weights(sizes, with_bias):
        """Weights in Keras' order: for each hidden layer kernel (and bias), gamma, beta, mean, variance."""
        arrays = []
        for n_in, n_out in pairwise(sizes[:-1]):
            arrays.append(rng.normal(size=(n_in, n_out)))
            if with_bias:
                arrays.append(rng.normal(size=n_out))
            arrays += [rng.uniform(0.5, 1.5, n_out), *rng.normal(size=(2, n_out)) / 2]
            arrays.append(rng.uniform(0.5, 2, n_out))
        return [*arrays, rng.normal(size=sizes[-2:]) / 2, rng.normal(size=sizes[-1])]

    def probabilities_by_hand(x, arrays, bend, *, before, with_bias=False, in_training=False, epsilon=1e-3):
        """The network's probabilities, and the batch statistics of its normalisations."""
        arrays, statistics = list(arrays), []

        def normalised(z, gamma, beta, mean, variance):
            statistics.append((z.mean(axis=0), z.var(axis=0)))
            if in_training:
                mean, variance = statistics[-1]
            return gamma * (z - mean) / np.sqrt(variance + epsilon) + beta

        while len(arrays) > 2:
            kernel = arrays.pop(0)
            bias = arrays.pop(0) if with_bias else 0
            four = [arrays.pop(0) for _ in range(4)]
            z = x @ kernel + bias
            x = bend(normalised(z, *four)) if before else normalised(bend(z), *four)
        powers = np.exp(x @ arrays[0] + arrays[1])
        return powers / powers.sum(axis=1, keepdims=True), statistics

    def check_shapes(candidate, sizes, with_bias, called, *, others_like_it=False):
        if not others_like_it:  # once in a part will do
            expect.builtin_model(candidate, "the model that build_bn_mlp returns")
        wrong_biases = (
            "the hidden Dense layers have no biases, which are needed here"
            if with_bias
            else "the hidden Dense layers have biases, which batch normalisation makes useless if it follows at "
            "once (or the places of before and after are exchanged, or the default of position)"
        )
        expect.equal(
            [tuple(array.shape) for array in candidate.get_weights()],
            [array.shape for array in random_weights(sizes, with_bias)],
            f"the shapes of all weights of {called}, in the order of its layers",
            mistakes={wrong_biases: [array.shape for array in random_weights(sizes, not with_bias)]},
            step="Call candidate.summary() for a small network in a new cell, and compare layer by layer.",
        )

    with exercise.part("the layers, for position before", points=1) as in_order:
        # two layers of the same shape, and another one
        sizes = [int(n) for n in rng.choice(np.arange(3, 9), size=3, replace=False)]
        sizes = sizes[:1] * 2 + sizes
        handed = list(sizes)
        candidate = build_bn_mlp(handed)
        expect.equal(
            handed,
            sizes,
            "the list layer_sizes, after the call",
            cause="the list that was handed in is changed",
            step="Go through the list with a for loop, or work on a copy of it.",
        )
        check_shapes(candidate, sizes, False, f"build_bn_mlp({sizes})")
    ### BEGIN HIDDEN TESTS
    some_activation, other_activation = (str(name) for name in rng.permutation(["tanh", "sigmoid"]))
    some_momentum = float(rng.uniform(0.5, 0.8))
    few_sizes = tuple(int(n) for n in rng.choice(np.arange(3, 9), size=3, replace=False))
    half = {"class_name": "Constant", "config": {"value": 0.5}}
    earlier = []  # first weights of models without hidden layers
    made = {}  # models that several parts look at, with their first weights: building takes longest here

    def by_default():
        """The model of the part above or, where that part failed, one that is made anew."""
        if "default" not in made:
            model = candidate if in_order.passed else build_bn_mlp(list(sizes))
            if not in_order.passed:
                check_shapes(model, sizes, False, f"build_bn_mlp({sizes})")
            made["default"] = model, model.get_weights()
        return made["default"]

    def by_settings():
        """A model with one hidden layer, for which all settings but position are given."""
        if "settings" not in made:
            model = build_bn_mlp(
                few_sizes, activation=some_activation, kernel_initializer=half, momentum=some_momentum
            )
            check_shapes(model, few_sizes, False, f"build_bn_mlp({few_sizes})")
            made["settings"] = model, model.get_weights()
        return made["settings"]

    def without_hidden():
        """A model of a single matrix, of the same shape as the first one of `by_default`."""
        called = f"build_bn_mlp({tuple(sizes[:2])}, activation={other_activation!r})"
        model = build_bn_mlp(tuple(sizes[:2]), activation=other_activation)
        check_shapes(model, sizes[:2], False, called, others_like_it=True)
        drawn = model.get_weights()[0]
        expect.true(
            not any(np.allclose(drawn, weights) for weights in earlier),
            "the first weights of a second model are other numbers, with position before",
            cause="build_bn_mlp sets a seed, or gives back an earlier model",
            step="Make a new model at each call, and set no seed in build_bn_mlp.",
        )
        earlier.append(drawn)
        return model, called

    def check_outputs(model, layer_sizes, name, called, *, before):
        """What a model gives in inference mode."""
        rows = rng.normal(size=(12, layer_sizes[0])).astype("float32")
        arrays = random_weights(layer_sizes, not before)
        model.set_weights(arrays)
        found = keras.ops.convert_to_numpy(model(rows))
        expect.close(
            found.sum(axis=1),
            np.ones(12),
            f"the sums of the probabilities that {called} gives for twelve inputs",
            atol=1e-3,
            cause="the last layer has no softmax over the classes",
            step="The last layer is Dense with activation softmax, as Keras has it.",
        )

        def by_hand(bend=formulas[name], **kind):
            kind = {"before": before, "with_bias": not before} | kind
            return probabilities_by_hand(rows, arrays, bend, **kind)[0]

        expect.close(
            found,
            by_hand(),
            f"the probabilities that {called} gives in inference mode with random weights",
            rtol=1e-3,
            atol=1e-4,
            mistakes={
                "the normalisation stands after the activation function"
                if before
                else "the normalisation still stands before the activation function": by_hand(
                    before=not before
                ),
                "the default of activation was changed; it is relu"
                if name == "relu"
                else "the argument activation is ignored": by_hand(
                    formulas["sigmoid" if name == "relu" else "relu"]
                ),
                "the hidden layers have no activation function": by_hand(lambda z: z),
                "Dense applies the activation function, and then it is applied once more": by_hand(
                    lambda z: formulas[name](formulas[name](z))
                ),
                "a normalisation works in training mode, whatever is asked": by_hand(in_training=True),
            },
            step="Dense, then BatchNormalization, then Activation."
            if before
            else "Dense, then Activation, then BatchNormalization.",
        )

    with exercise.part("position before: what the network computes", points=1):
        check_outputs(by_default()[0], sizes, "relu", f"build_bn_mlp({sizes})", before=True)
        model, called = without_hidden()
        check_outputs(model, sizes[:2], other_activation, called, before=True)
        earlier.append(model.get_weights()[0])  # those that were set: a model that is kept has them still
        called = f"build_bn_mlp({few_sizes}, activation={some_activation!r})"
        check_outputs(by_settings()[0], few_sizes, some_activation, called, before=True)

    def check_training(position, model, layer_sizes, name, weight):
        """Training mode and the momentum, which is `weight`, for one position."""
        before = position == "before"
        # of all layers: each has five arrays or, with a bias, six
        means = slice(3, -2, 5) if before else slice(4, -2, 6)
        batch = rng.normal(size=(12, layer_sizes[0])).astype("float32")
        arrays = random_weights(layer_sizes, not before)
        arrays[0] = arrays[0] / 100  # variances as small as epsilon, so that it matters
        model.set_weights(arrays)
        found = keras.ops.convert_to_numpy(model(batch, training=True))
        moved = np.concatenate(model.get_weights()[means])

        def by_hand(bend=formulas[name], **kind):
            kind = {"before": before, "with_bias": not before, "in_training": True} | kind
            return probabilities_by_hand(batch, arrays, bend, **kind)

        right, statistics = by_hand()
        expect.close(
            found,
            right,
            f"the probabilities in training mode with random weights, with position {position}",
            rtol=1e-2,
            atol=1e-3,
            mistakes={
                f"a normalisation has another epsilon than Keras' default: {other:g}": by_hand(epsilon=other)[
                    0
                ]
                for other in (1e-5, 1e-2, 1e-8)
            }
            | {
                "the argument activation is ignored": by_hand(formulas["relu"])[0],
                "a normalisation is frozen, or made to work in inference mode": by_hand(in_training=False)[0],
            },
            cause="a layer was added that is random in training, as dropout is"
            if not np.array_equal(found, model(batch, training=True))
            else None,
            step="Let Keras choose the mode and epsilon: pass neither training nor epsilon yourself.",
        )
        given = "where momentum is not given" if weight == 0.9 else f"with momentum {weight:.3f}"
        kept, seen = np.concatenate(arrays[means]), np.concatenate([mean for mean, _ in statistics])
        first = np.arange(len(kept)) < layer_sizes[1]
        expect.close(
            moved,
            weight * kept + (1 - weight) * seen,
            f"the moving means after one batch {given}, with position {position}",
            rtol=1e-3,
            atol=1e-4,
            mistakes={
                "the default of momentum was changed to Keras' 0.99; it is 0.9 here"
                if weight == 0.9
                else "the argument momentum is ignored, and Keras' default used (or 0 was taken for none)": 0.99
                * kept
                + 0.01 * seen,
                "momentum weighs the new batch": (1 - weight) * kept + weight * seen,
            }
            | (
                {
                    "momentum is given to the first normalisation only": np.where(first, weight, 0.99) * kept
                    + np.where(first, 1 - weight, 0.01) * seen
                }
                if len(layer_sizes) > 3
                else {}
            )
            | ({} if weight == 0.9 else {"the argument momentum is ignored": 0.9 * kept + 0.1 * seen}),
            step="Pass momentum to every BatchNormalization, and leave its default 0.9 as it is.",
        )

    def check_beginning(position, model, found):
        """What layers begin with, and what they are, for a model and its first weights."""
        before = position == "before"
        n_hidden = sum(array.ndim == 2 for array in found) - 1
        expect.equal(
            [[float(array.min()), float(array.max())] for array in found if array.ndim == 1],
            [[number, number] for number in ([0] * (not before) + [1, 0, 0, 1]) * n_hidden + [0]],
            f"the smallest and largest first values of biases, gammas, betas and moving averages, with position {position}",
            cause="a bias or a normalisation does not begin as Keras makes it",
            step="Give the layers no initialiser but kernel_initializer.",
        )
        kernels = [array for array in found if array.ndim == 2]
        expect.true(
            not any(
                np.array_equal(one.ravel(), other.ravel())
                for number, one in enumerate(kernels)
                for other in kernels[:number]
            ),
            f"the first weights of two layers of one size are not the same numbers, with position {position}",
            cause="the layers share one initialiser, or one seed",
            step="Hand kernel_initializer to each Dense layer as it is given.",
        )
        expect.equal(
            len(model.trainable_variables),
            (4 if not before else 3) * n_hidden + 2,
            f"the number of arrays that training may change, with position {position}",
            cause="a layer is frozen",
            step="Leave every layer trainable, as Keras makes it.",
        )
        expect.equal(
            sum(variable.constraint is not None for variable in model.trainable_variables),
            0,
            f"the number of weights with a constraint, with position {position}",
            cause="a layer has a constraint",
            step="Give the layers no arguments but those that the exercise names.",
        )
        expect.equal(
            model.compiled,
            False,
            f"whether the model is compiled, with position {position}",
            step="Return the model without compiling it: who trains it chooses the optimiser.",
        )
        expect.equal(
            len(model.losses),
            0,
            f"the number of losses that layers add to the model, with position {position}",
            cause="a layer has a regulariser",
            step="Give the layers no arguments but those that the exercise names.",
        )

    with exercise.part("training mode, and its momentum", points=1) as in_one_place:
        check_training("before", by_settings()[0], few_sizes, some_activation, some_momentum)
        check_training("before", by_default()[0], sizes, "relu", 0.9)
        check_beginning("before", *by_default())
        earlier.append(by_default()[1][0])
        without_hidden()
    with exercise.part("position after, and the initialiser", points=1):
        four_sizes = [int(n) for n in rng.choice(np.arange(3, 9), size=4, replace=False)]
        called = f'build_bn_mlp({four_sizes}, {other_activation!r}, {half}, "after", 0.0)'
        model = build_bn_mlp(four_sizes, other_activation, half, "after", 0.0)
        check_shapes(model, four_sizes, True, called)
        for place, names, first_weights in (
            # a part above says what is wrong where there is none
            ("before", ("first", "last"), made.get("settings", ((), ()))[1]),
            ("after", ("first", "second", "last"), model.get_weights()),
        ):
            kernels = [array for array in first_weights if array.ndim == 2]
            if not kernels:
                continue
            ignored = [name for name, kernel in zip(names, kernels, strict=True) if np.any(kernel != 0.5)]
            expect.equal(
                [[float(kernel.min()), float(kernel.max())] for kernel in kernels],
                [[0.5, 0.5]] * len(names),
                f"the smallest and largest weight of each Dense layer with kernel_initializer={half} and position {place}",
                cause=f"not given to: the {', the '.join(ignored)} Dense layer",
                step="Pass kernel_initializer to every Dense layer as it is given, the last one too.",
            )
        check_outputs(model, four_sizes, other_activation, called, before=False)
        large = (200, 100, 200)
        by_name = build_bn_mlp(large, position="after")
        check_shapes(by_name, large, True, "the network with position after", others_like_it=True)
        found = by_name.get_weights()
        if in_one_place.passed:  # else that part has said what is wrong
            another = build_bn_mlp(large[:2], position="after")
            check_shapes(another, large[:2], True, "a network without hidden layers", others_like_it=True)
            expect.true(
                not np.allclose(found[0], another.get_weights()[0]),
                "the first weights of a second model are other numbers, with position after",
                cause="build_bn_mlp sets a seed",
                step="Set no seed in build_bn_mlp.",
            )
            check_training("after", model, four_sizes, other_activation, 0.0)
            check_training("after", by_name, large, "relu", 0.9)
            check_beginning("after", by_name, found)
        for kernel in (found[0], next(array for array in found[1:] if array.ndim == 2)):
            # 20,000 weights: chance moves the ratio by 0.5 %
            expect.close(
                np.abs(kernel).mean() / kernel.std(),
                0.822,
                "the mean absolute value of weights where no initialiser is given, in standard deviations",
                rtol=0.025,
                mistakes={
                    "these are uniform weights: the default was changed, or kernel_initializer not passed on": np.sqrt(
                        3
                    )
                    / 2
                },
                step='Leave the first line of the function as it was: kernel_initializer="glorot_normal".',
            )
            expect.close(
                kernel.std(),
                np.sqrt(2 / sum(kernel.shape)),
                "the standard deviation of weights where no initialiser is given",
                rtol=0.06,
                mistakes={
                    "the default was changed: these are He weights": np.sqrt(2 / kernel.shape[0]),
                    "the default was changed: these are LeCun weights": np.sqrt(1 / kernel.shape[0]),
                },
                step='Leave the first line of the function as it was: kernel_initializer="glorot_normal".',
            )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Exercise 6: Count parameters (2 points)
#
# Write `count_bn_parameters(layer_sizes)`, which returns two whole numbers for the network of Exercise 5
# with `position="before"`: how many parameters are trainable, and how many are not (see Exercise 2 for
# those). Do not use Keras.
#
# Then answer in a dict `counts`, with the keys
#
# - `"layer"`: how many parameters one batch normalisation layer of 50 units has, trainable or not;
# - `"trainable"`: how many of them gradient descent learns;
# - `"saved"`: how many biases a 784-50-50-50-10 network saves with `position="before"`.


# %% nbgrader={"grade": false, "grade_id": "count", "locked": false, "schema_version": 3, "solution": true, "task": false}
def count_bn_parameters(layer_sizes):
    """Numbers of parameters of an MLP with batch normalisation before each activation function.

    Args:
        layer_sizes: numbers of inputs, of units of each hidden layer, and of classes.

    Returns:
        trainable, non_trainable: two whole numbers.
    """
    ### BEGIN SOLUTION
    weights = sum(a * b for a, b in pairwise(layer_sizes))
    normalised_units = sum(layer_sizes[1:-1])
    return weights + 2 * normalised_units + layer_sizes[-1], 2 * normalised_units
    ### END SOLUTION


# counts = {"layer": …, "trainable": …, "saved": …}
### BEGIN SOLUTION
counts = {"layer": 4 * 50, "trainable": 2 * 50, "saved": 3 * 50}
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "count-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Count parameters", points=2) as exercise:
    with exercise.part("count_bn_parameters agrees with Keras", points=1) as agrees:
        rng = np.random.default_rng()
        for depth, kind in ((3, list), (5, tuple), (2, list)):
            sizes = kind(int(n) for n in rng.integers(2, 40, size=depth))
            if depth == 3:  # as many inputs as pictures have pixels: more weights than 16 bits count
                sizes = [int(rng.integers(700, 900)), int(rng.integers(50, 90)), sizes[-1]]
            kept = kind(sizes)
            by_keras = []
            for number, (n_in, n_out) in enumerate(pairwise(sizes), start=2):
                by_keras.append(keras.layers.Dense(n_out, use_bias=number == depth))
                by_keras[-1].build((None, n_in))
                if number < depth:
                    by_keras.append(keras.layers.BatchNormalization())
                    by_keras[-1].build((None, n_out))
            units = sum(sizes[1:-1])
            trainable = sum(
                int(np.prod(variable.shape)) for layer in by_keras for variable in layer.trainable_variables
            )
            expect.equal(
                list(count_bn_parameters(sizes)),
                [trainable, 2 * units],
                f"count_bn_parameters({kept})",
                mistakes={
                    "the hidden layers were given biases": [trainable + units, 2 * units],
                    "the moving averages were counted as trainable": [trainable + 2 * units, 0],
                    "the two numbers are in reverse order": [2 * units, trainable],
                    "each unit has a gamma, a beta and two averages of its own, not each layer": [
                        trainable - 2 * units + 2 * (depth - 2),
                        2 * (depth - 2),
                    ],
                    "the first number holds all parameters": [trainable + 2 * units, 2 * units],
                    "the last layer was given no biases": [trainable - kept[-1], 2 * units],
                    "the last layer was given a normalisation": [
                        trainable + 2 * kept[-1],
                        2 * (units + kept[-1]),
                    ],
                },
                step="List for each unit: its weights, gamma, beta, moving mean, moving variance.",
            )
            expect.equal(
                sizes,
                kept,
                "the list layer_sizes, after the call",
                cause="the list that was handed in is changed",
                step="Go through the list with a for loop, or work on a copy of it.",
            )
    with exercise.part("counts has the three entries", points=0):
        expect.equal(
            set(counts), {"layer", "trainable", "saved"}, "the keys of counts", step="Use these three keys."
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("counts", points=1):
        right = {"layer": 200, "trainable": 100, "saved": 150}
        expect.equal(
            counts,
            right,
            "counts",
            describe="three whole numbers",
            mistakes={
                "the moving averages belong to the layer too": right | {"layer": 100},
                "the moving averages are not learned by gradient descent": right | {"trainable": 200},
                "the last layer keeps its biases: no normalisation follows it": right | {"saved": 160},
                "there are three hidden layers": right | {"saved": 50},
                "biases were asked for; that betas come in their place is another matter": right
                | {"saved": 0},
            },
            step="For one unit, list everything that a batch normalisation keeps about it.",
        )
        if agrees.passed:
            sizes = (30_000_000, 20_000_000, 7)
            try:
                counted = count_bn_parameters(sizes)
            except Exception as error:
                expect.true(
                    False,
                    f"count_bn_parameters({sizes}) works",
                    got=f"{type(error).__name__}: {str(error)[:80]}",
                    cause="a network was built in order to count, and no memory holds so many weights"
                    if any(word in str(error).lower() for word in ("oom", "allocate"))
                    else None,
                    step="Compute the numbers from the sizes alone, without Keras.",
                )
            expect.equal(
                list(counted),
                [sizes[0] * sizes[1] + 2 * sizes[1] + sizes[1] * sizes[2] + sizes[2], 2 * sizes[1]],
                f"count_bn_parameters({sizes})",
                step="Compute with whole numbers of Python or of 64 bits.",
            )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-53"]
# ### Experiment: eight networks
#
# Now we train eight networks: three hidden layers of 50 units, plain SGD with learning rate 0.1 and
# minibatches of 32; with and without batch normalisation (before the activation), with sigmoids and with
# ReLU, from Glorot weights and from weights that are much too large, drawn with standard deviation 1.
# Each curve of the figure is the mean over the seeds; its band runs from the lowest seed to the highest.
# As in Practical 3, `together.fit` trains the networks of all kinds and seeds at once, on the same
# minibatches, and gives each the same result as Keras' own `fit` would.
#
# **Predict.** Which of the eight will not learn at all? Which does batch normalisation help most, and is
# there one that it does not help at all?

# %% tags=["experiment", "nbval-ignore-output"]
# images, for comparisons that train many networks; whole minibatches of 32, since a smaller last one would put its
# own poor mean and variance into the moving averages
FEW = training.budget(full=6_400, quick=1_600)
FEW_EPOCHS = training.budget(full=10, quick=3)
STARTS = {
    "Glorot": "glorot_normal",
    "random normal": "random_normal",
    "sd 1": {"class_name": "RandomNormal", "config": {"stddev": 1.0}},
}


def build_plain_mlp(layer_sizes, activation="relu", kernel_initializer="glorot_normal"):
    """A multilayer perceptron with softmax output, without batch normalisation; not compiled yet."""
    n_inputs, *hidden_sizes, n_outputs = layer_sizes
    model = keras.Sequential([keras.Input(shape=(n_inputs,))])
    for units in hidden_sizes:
        model.add(keras.layers.Dense(units, kernel_initializer=kernel_initializer))
        model.add(keras.layers.Activation(activation))
    model.add(keras.layers.Dense(n_outputs, activation="softmax", kernel_initializer=kernel_initializer))
    return model


def inputs_of_activations(model, x):
    """The pre-activations at each activation layer of `model`, for the images `x` in inference mode: a list."""
    found = []
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        if isinstance(layer, keras.layers.Activation):
            found.append(np.array(x))
        x = layer(x)
    return found


def new_network(seed, activation="relu", position=None, start="Glorot", hidden=(50, 50, 50)):
    """An MLP with batch normalisation "before" or "after" the activation, or without it (None); not compiled yet."""
    training.set_seed(seed)
    sizes = (784, *hidden, 10)
    if position is None:
        return build_plain_mlp(sizes, activation, STARTS[start])
    return build_bn_mlp(sizes, activation, STARTS[start], position)


def compiled(model):
    """The model, compiled for plain SGD with learning rate 0.1."""
    model.compile(
        keras.optimizers.SGD(0.1),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=50,
    )
    return model


def accuracy(model, x, y):
    """Share of the images `x` for which `model`, in inference mode, gives the right class."""
    return float(np.mean(np.argmax(model(x), axis=1) == y))


def new_networks(kinds):
    """By the keys of `kinds`, whose values are dicts of arguments of `new_network`: a new network for each seed."""
    return {key: [new_network(seed, **kind) for seed in SEEDS] for key, kind in kinds.items()}


def train_together(networks, n_images=FEW, epochs=FEW_EPOCHS, rates=None, batch_size=32):
    """Train all networks at once with plain SGD, on the first images.

    Args:
        networks: from `new_networks`.
        n_images, epochs, batch_size: numbers of training images, of epochs, and of images in a minibatch.
        rates: the learning rate of each kind, a dict; default 0.1 for all.

    Returns:
        Validation accuracies after each epoch: a dict with the keys of `networks`, of shape (seeds, epochs).
    """
    histories = together.fit(
        [model for of_kind in networks.values() for model in of_kind],
        x_train[:n_images],
        y_train[:n_images],
        learning_rates=[rates[key] if rates else 0.1 for key in networks for _ in SEEDS],
        epochs=epochs,
        batch_size=batch_size,
        validation_data=(x_valid, y_valid),
        seed=training.base_seed(),
        verbose=0,
    )
    curves = np.reshape([one["val_accuracy"] for one in histories], (len(networks), len(SEEDS), epochs))
    return dict(zip(networks, curves, strict=True))


def mean_and_sd(values):
    """Mean ± standard deviation over the seeds, as text."""
    return f"{np.mean(values):.3f} ± {np.std(values, ddof=1):.3f}"


NAMES = {"sigmoid": "sigmoid", "relu": "ReLU"}
networks = new_networks(
    {
        (activation, start, position): {"activation": activation, "start": start, "position": position}
        for activation in ("sigmoid", "relu")
        for start in ("Glorot", "sd 1")
        for position in (None, "before")
    }
)
eight = train_together(networks)

panels = {
    f"{NAMES[activation]}, {start}": {
        "batch normalisation": eight[activation, start, "before"],
        "without": eight[activation, start, None],
    }
    for activation, start, position in eight
    if position is None
}
figure = plots.mean_and_range(panels, range(1, FEW_EPOCHS + 1), "epoch", "validation accuracy")
plots.show(
    figure,
    alt="Validation accuracy over the epochs in four panels, with and without batch normalisation. Sigmoids "
    "from Glorot weights: near 0.1 without it in the first epochs, high with it. ReLU from large weights: at "
    "0.1 without it, learning with it. In the other two panels the curves are closer together.",
)
table = pd.DataFrame(
    {
        (activation, start): {
            "without": mean_and_sd(eight[activation, start, None][:, -1]),
            "with": mean_and_sd(eight[activation, start, "before"][:, -1]),
        }
        for activation, start, position in eight
        if position is None
    }
).T
print(f"validation accuracy after {FEW_EPOCHS} epochs, mean ± sd over {len(SEEDS)} seeds")
print(table.to_string())
for (activation, start, position), accuracies in eight.items():
    place = "bn" if position else "plain"
    runs.record(
        f"grid_{place}_{activation}_{start.replace(' ', '_').lower()}", accuracies[:, -1].mean(), show=False
    )

# the last seed's plain ReLU network from weights with standard deviation 1: how did it end, and how did that begin?
fallen = compiled(networks["relu", "sd 1", None][-1])
fallen_loss, _ = fallen.evaluate(x_valid, y_valid, batch_size=500, verbose=0)
zeros = probes.layer_statistics(fallen, x_valid[:500])["zeros"].iloc[-2]
print(
    f"ReLU from sd 1 without it: loss at the end {fallen_loss:.3f}, share of zeros in its last hidden layer {zeros:.2f}"
)
fallen = compiled(new_network(SEEDS[-1], "relu", None, "sd 1"))
for steps, when in ((0, "before"), (3, "after_3_steps")):
    if steps:
        fallen.fit(x_train[: 32 * steps], y_train[: 32 * steps], batch_size=32, verbose=0)
    runs.record(f"largest_weight_{when}", max(np.abs(array).max() for array in fallen.get_weights()))

# %% [markdown]
# **Explain.** With batch normalisation all four networks learn, from the first epoch on. Without it, the
# outcome depends on the network:
#
# | Network without batch normalisation | What happens |
# |---|---|
# | sigmoids, Glorot weights | It begins on a plateau, at the accuracy of guessing. |
# | ReLU, standard deviation 1 | Its first steps throw it off: after three of them its largest weight is hundreds of times as large as before, or more (last lines). Then either its last hidden layer gives nothing but zeros, and the loss is 2.30 ($\ln 10$: the network no longer looks at the picture), or the weights have grown too large for the computer's numbers and are `nan`, not a number. It never recovers from either. |
# | the other two | Batch normalisation helps less. For ReLU from Glorot weights, whose initialisation fits well enough, the gain was 0.01 at the full budget (MNIST). |
#
# So batch normalisation does not make every good network much better. It helps most where training
# without it starts slowly or fails.
#
# **Go further.** Try He weights with ReLU. How much of the lead is left when the initialisation already
# fits?

# %% [markdown]
# ### Experiment: a long training
#
# A published course trained the sigmoid network for 20 epochs on 48,000 MNIST digits, from Glorot weights
# and from Keras' `"random_normal"`, whose standard deviation is 0.05. It found validation accuracies of
# 0.966 and 0.953 without batch normalisation, and 0.972 and 0.975 with it. At the full budget we train for
# 20 epochs, too, but on 12,800 digits, so with a quarter of the steps; at the quick budget only briefly. Each
# network has a folder under `runs` (Practical 1) with its settings and its curve, and
# `runs.compare("runs/batch-normalisation")` shows them as a table.
#
# **Predict.** The sigmoids from Glorot weights were far behind after a few epochs. Will they ever catch
# up?

# %% tags=["experiment", "nbval-ignore-output"]
LONG_EPOCHS = training.budget(full=20, quick=6)
sigmoids = new_networks(
    {
        (start, position): {"activation": "sigmoid", "start": start, "position": position}
        for start in ("Glorot", "random normal")
        for position in (None, "before")
    }
)
long = train_together(sigmoids, training.budget(full=12_800, quick=1_920), LONG_EPOCHS)
for (start, position), curves in long.items():
    for seed, curve in zip(SEEDS, curves, strict=True):
        run = runs.Run(
            "batch-normalisation", config={"start": start, "normalised": position is not None, "seed": seed}
        )
        run.finish({"val_accuracy": curve})
    place = "plain" if position is None else "bn"
    print(f"{start}, {'without' if position is None else 'with'}: {mean_and_sd(curves[:, -1])}")
    runs.record(f"long_{place}_sigmoid_{start.replace(' ', '_').lower()}", np.mean(curves[:, -1]), show=False)
figure = plots.mean_and_range(
    {
        f"sigmoid, {start}": {"batch normalisation": long[start, "before"], "without": long[start, None]}
        for start in ("Glorot", "random normal")
    },
    range(1, LONG_EPOCHS + 1),
    "epoch",
    "validation accuracy",
)
plots.show(
    figure,
    alt="Validation accuracy of sigmoid networks over the epochs, one panel for each start. With batch "
    "normalisation the curve is high after the first epoch; without it, it begins lower and rises later, if it "
    "does.",
)

# %% [markdown]
# **Explain.** Without batch normalisation the sigmoids first spend some time on a plateau, where their
# answer hardly depends on the image. Then they leave it, each in its own time, and come close to the
# others. At the full budget those from Glorot weights had nearly arrived after 20 epochs (0.93, against
# 0.95 with batch normalisation), and those from "random normal" had only begun to rise (0.48, against
# 0.95).
#
# What is left after more steps? We trained the published setting, 20 epochs on 48,000 digits, from five
# seeds, and found
#
# | Initial weights | With batch normalisation | Without | Lead that remains |
# |---|---|---|---|
# | Glorot | 0.9671 ± 0.0012 | 0.964 ± 0.002 | 0.003 |
# | "random normal" | 0.9684 ± 0.0011 | 0.961 ± 0.003 | 0.008 |
#
# So the lead is there, but it is half of what the single published runs suggest, or less.
#
# Here batch normalisation did not make the impossible possible; it made the possible faster. At the quick
# budget the training ends before the others have caught up.
#
# **Go further.** How many epochs does each of the four need to reach 0.9 on MNIST (or 0.8 on
# Fashion-MNIST)?

# %% [markdown] tags=["covers-54"]
# ### Experiment: watch the distributions
#
# We take two sigmoid networks from Glorot weights, one with and one without batch normalisation. During
# the first epochs we stop now and then to see how far the weights of the second layer are from where they
# began, and to look at the pre-activations of the third layer (what arrives at its activation function)
# for 500 validation images.
#
# **Predict.** In which network do the pre-activations drift? In which do the weights move more?

# %% tags=["experiment", "nbval-ignore-output"]
STOPS = [0, 20, 60, 140, 300]  # minibatches of 32
weights_seen, inputs_seen = {}, {}
for title, position in (("without", None), ("with batch normalisation", "before")):
    model = compiled(new_network(training.base_seed(), "sigmoid", position))
    weights_seen[title], inputs_seen[title] = [], []
    for previous, stop in zip([0, *STOPS], STOPS, strict=False):
        if stop > previous:
            chunk = slice(32 * previous, 32 * stop)
            model.fit(x_train[chunk], y_train[chunk], batch_size=32, verbose=0)
        second_dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)][1]
        weights_seen[title].append(second_dense.get_weights()[0].ravel())
        inputs_seen[title].append(inputs_of_activations(model, x_valid[:500])[2].ravel())

moves = {title: [later - samples[0] for later in samples[1:]] for title, samples in weights_seen.items()}
plots.show(
    plots.ridges(moves, STOPS[1:], "change of the second layer's weights", "minibatches seen"),
    alt="Distributions of the changes of the second layer's weights after 20 to 300 minibatches, without and with "
    "batch normalisation: bells around 0 that become wider with time, and with batch normalisation much wider.",
)
plots.show(
    plots.ridges(inputs_seen, STOPS, "pre-activations of the third layer", "minibatches seen"),
    alt="Distributions of the pre-activations of the third layer after 0 to 300 minibatches. Without batch "
    "normalisation they are narrow peaks, one for each unit, which wander; with it they begin as narrow peaks, too, "
    "and end as broad bells around 0.",
)
for title, samples in weights_seen.items():
    place = "plain" if title == "without" else "bn"
    print(
        f"{title}: standard deviation of the weights {samples[0].std():.4f} before, {samples[-1].std():.4f} after"
    )
    runs.record(f"weights_moved_{place}", np.sqrt(np.mean(moves[title][-1] ** 2)))

# %% [markdown]
# **Explain.** The distribution of the weights hardly changes in either network (last lines). With batch
# normalisation the weights move several times as far: two and a half times on average in five runs on
# Fashion-MNIST, six times in one on MNIST. (The network without it is still on its plateau.)
#
# The pre-activations tell the two apart. Without batch normalisation they are a comb of narrow peaks, one
# for each unit: a unit gives nearly the same value for every image. The peaks drift a little, and the comb
# remains. With it, the comb melts into one broad bell: every unit varies from image to image. (Why does
# it begin as a comb there, too? The values are taken in inference mode, and the moving averages start at 0
# and 1, which is no normalisation at all. After 60 batches they have arrived.)
#
# **Go further.** Look at the first layer and the last hidden layer, too. Where do the weights move most?

# %% [markdown] tags=["covers-53"]
# ### Experiment: twenty layers
#
# Back to the network of the first experiment: twenty sigmoid layers, whose signal died out. We train it
# with and without batch normalisation, with learning rate 0.03.
#
# **Predict.** What validation accuracy does each reach? How do the gradients of the first layer compare?

# %% tags=["experiment", "nbval-ignore-output"]
deep = new_networks(
    {
        position: {"activation": "sigmoid", "position": position, "hidden": (50,) * 20}
        for position in (None, "before")
    }
)
gradients = {
    position: np.array(
        [probes.gradient_norms(compiled(model), x_train[:128], y_train[:128])["norm"] for model in of_kind]
    )
    for position, of_kind in deep.items()
}
deep_curves = train_together(deep, epochs=training.budget(full=4, quick=3), rates=dict.fromkeys(deep, 0.03))
figure, axis = plt.subplots(figsize=(7, 3.2), layout="constrained")
for name, position, colour in (("without", None, plots.VERMILION), ("with", "before", plots.BLUE)):
    reached = deep_curves[position][:, -1]
    print(f"{name} batch normalisation: validation accuracy {mean_and_sd(reached)}")
    runs.record(f"deep_{'bn' if position else 'plain'}_accuracy", np.mean(reached), show=False)
    norms = gradients[position]
    runs.record(
        f"deep_{'bn' if position else 'plain'}_first_to_last_gradient", np.mean(norms[:, 0] / norms[:, -1])
    )
    axis.plot(
        range(1, 22), norms.mean(0), marker="o", markersize=3, color=colour, label=f"{name} normalisation"
    )
    axis.fill_between(range(1, 22), norms.min(0), norms.max(0), color=colour, alpha=0.25, linewidth=0)
axis.set(
    xlabel="layer (21: output)",
    ylabel="gradient of the weights (L2 norm)",
    yscale="log",
    xticks=range(1, 22, 2),
)
axis.legend(frameon=False)
plots.show(
    figure,
    alt="Norm of the gradient of each layer's weights before training, on a logarithmic axis: without batch "
    "normalisation it falls by many orders of magnitude from the output to the first layer; with it, it stays "
    "within a factor of about ten. Bands reach from the lowest seed to the highest.",
)

# %% [markdown]
# **Explain.** Without batch normalisation the network stays at the accuracy of guessing: the gradient of
# its first layers is practically zero. With it the same twenty layers learn. Batch normalisation works on
# the way back, too: it divides by the small standard deviation of each layer's signal, and so gives back
# to the gradient what the sigmoids' slopes have taken from it.
#
# **Go further.** Try ReLU in place of the sigmoids, without normalisation, first with Glorot and then with
# He weights. What is left for batch normalisation to do?

# %% [markdown]
# ## 3 What it does to learning
#
# ### Exercise 7: What cannot matter (3 points)
#
# A unit's pre-activation is $z = w \cdot x$, and batch normalisation in training mode follows. Ignore
# $\varepsilon$: it is tiny. Now multiply the weights $w$ of this unit by 3. Then $z$, its mean and its
# standard deviation are all three times as large, and …
#
# Answer with a dict `tripled` of three numbers:
#
# - `"output"`: by what factor is the *output* of the normalisation multiplied?
# - `"gradient"`: by what factor is the *gradient of the loss with respect to w* multiplied? (Let $L(w)$
#   be the loss. You now know how $L(3w)$ compares with $L(w)$, for every $w$. Differentiate.)
# - `"turn"`: gradient descent takes one step, with the same learning rate as before. It turns the
#   direction of $w$ by a small angle. By what factor is that *angle* multiplied? (The gradient is at
#   right angles to $w$, so for small steps the angle is the length of the step divided by the length of
#   $w$.)
#
# And if a bias were added before the normalisation, how large would the gradient of the loss with respect
# to it be? Call it `bias_gradient`.

# %% nbgrader={"grade": false, "grade_id": "invariance", "locked": false, "schema_version": 3, "solution": true, "task": false}
# tripled = {"output": …, "gradient": …, "turn": …}
# bias_gradient = …
### BEGIN SOLUTION
tripled = {"output": 1, "gradient": 1 / 3, "turn": 1 / 9}
bias_gradient = 0
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "invariance-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("What cannot matter", points=3) as exercise:
    with exercise.part("four numbers", points=0):
        expect.equal(
            set(tripled), {"output", "gradient", "turn"}, "the keys of tripled", step="Use these three keys."
        )
        for key in ("output", "gradient", "turn"):
            expect.shape(tripled[key], (), f"tripled[{key!r}]", step="Assign one number.")
        expect.shape(bias_gradient, (), "bias_gradient", step="Assign one number.")
    ### BEGIN HIDDEN TESTS
    with exercise.part("the output, and the bias", points=1):
        expect.close(
            tripled["output"],
            1,
            'tripled["output"]',
            describe="a number",
            mistakes={
                "numerator and denominator are both tripled": 3,
                "the standard deviation is tripled, but so is the numerator": 1 / 3,
            },
            step="Write down ẑ for the tripled z, and reduce the fraction.",
        )
        expect.close(
            bias_gradient,
            0,
            "bias_gradient",
            describe="a number",
            mistakes={"the loss does not change at all when the bias does": 1},
            step="What becomes of the output when the same number is added to z for all images?",
        )
    with exercise.part("the gradient", points=1):
        expect.close(
            tripled["gradient"],
            1 / 3,
            'tripled["gradient"]',
            rtol=0.01,
            describe="a number",
            mistakes={
                "the loss is the same, its slope is not: the same change of w now means less": 1,
                "it is the other way round: larger weights, flatter loss": 3,
                "one factor only: for all w, L(3w) = L(w)": 1 / 9,
            },
            step="Differentiate both sides of L(3w) = L(w) with respect to w.",
        )
    with exercise.part("the turn", points=1):
        expect.close(
            tripled["turn"],
            1 / 9,
            'tripled["turn"]',
            rtol=0.01,
            describe="a number",
            mistakes={
                "the step is shorter, and w is longer too": 1 / 3,
                "nothing but the direction of w matters, but a step now turns it by another angle": 1,
                "it is the other way round: larger weights turn more slowly": 9,
            },
            step="Divide the length of the step by the length of w, both after tripling.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# This is worth a second look. With batch normalisation the length of a unit's weights does not change
# what the network computes, only how fast it learns: the effective learning rate is
# $\eta / \lVert w \rVert^2$. A step that is too large makes $w$ longer (it goes at right angles to $w$),
# and *that* lowers the effective learning rate by itself. Van Laarhoven (2017) draws a conclusion for
# weight decay: with batch normalisation it no longer limits what the network can compute; it keeps the
# effective learning rate up.
#
# ### Experiment: the largest learning rate
#
# If that is so, networks with batch normalisation should survive larger learning rates.
#
# **Predict.** Take ReLU and Glorot weights. Without batch normalisation a learning rate of 0.1 works. By
# what factor can you raise it before the network stops learning? And with batch normalisation?

# %% tags=["experiment", "nbval-ignore-output"]
RATES = (0.1, 0.3, 1.0, 3.0, 10.0)
one_epoch = train_together(
    new_networks(
        {(position, rate): {"position": position} for position in ("before", None) for rate in RATES}
    ),
    epochs=1,
    rates={(position, rate): rate for position in ("before", None) for rate in RATES},
)
by_rate = {
    name: np.column_stack([one_epoch[position, rate][:, -1] for rate in RATES])
    for name, position in (("with batch normalisation", "before"), ("without", None))
}
figure = plots.mean_and_range({"ReLU, one epoch": by_rate}, RATES, "learning rate", "validation accuracy")
for axis in figure.axes:
    axis.set_xscale("log")
plots.show(
    figure,
    alt="Validation accuracy after one epoch against the learning rate from 0.1 to 10, with and without batch "
    "normalisation. Without it the curve is near 0.1 from a rate of 1 or 3 on, with it only at 10.",
)
for (name, reached), place in zip(by_rate.items(), ("bn", "plain"), strict=True):
    learning = np.array(RATES)[reached.mean(axis=0) > 0.3]
    print(
        f"{name}: "
        + ", ".join(f"{rate:g}: {value:.3f}" for rate, value in zip(RATES, reached.mean(0), strict=True))
    )
    runs.record(f"largest_rate_{place}", learning.max() if len(learning) else 0.0)

# %% [markdown]
# **Explain.** Without batch normalisation the network learns up to a rate of 0.3, and learns little or
# nothing at 1. With it, the network still learns at 3, ten times as large a rate, but no longer at 10.
# (Our rates are a factor of about three apart, so the factor of ten is known no more precisely than that.)
# Bjorck et al. (2018) argue that these larger learning rates are the main benefit. These figures do not
# tell us which rate is *best*: we tried none below 0.1.
#
# **Go further.** Multiply the initial weights by 10, in both networks. Which of them notices? (Mind the
# last layer, which has no normalisation after it.)

# %% [markdown]
# ### Exercise 8: The gradient (4 points)
#
# On the way back, gradients have to pass through the mean and the variance too: both depend on every image
# of the batch. Let $g_{ij} = \partial L / \partial y_{ij}$ be the gradient that arrives from above, and
# $s_j = \sqrt{\sigma_j^2 + \varepsilon}$. Then
#
# $$\frac{\partial L}{\partial \gamma_j} = \sum_i g_{ij} \hat z_{ij}, \qquad
# \frac{\partial L}{\partial \beta_j} = \sum_i g_{ij},$$
#
# and for the gradient with respect to $z$, begin with $\hat z = (z - \mu)/s$ and collect what reaches
# $z_{ij}$ along three paths: directly, through $\mu_j$, and through $\sigma_j^2$. The result can be
# written as
#
# $$\frac{\partial L}{\partial z_{ij}} = \frac{\gamma_j}{s_j} \Bigl( g_{ij}
# - \frac1m \sum_k g_{kj} - \dots \Bigr).$$
#
# Find the third term, and write `batch_norm_gradient(g, z, gamma, epsilon=1e-3)`. It returns the
# gradients with respect to `z`, `gamma` and `beta`.


# %% nbgrader={"grade": false, "grade_id": "gradient", "locked": false, "schema_version": 3, "solution": true, "task": false}
def batch_norm_gradient(g, z, gamma, epsilon=1e-3):
    """Gradients of a loss through batch normalisation in training mode.

    Args:
        g: array of shape (m, units), gradient of the loss with respect to the output.
        z: array of shape (m, units), the pre-activations.
        gamma: array of shape (units,), the scale.
        epsilon: added to the variance.

    Returns:
        dz, dgamma, dbeta: arrays of shape (m, units), (units,) and (units,).
    """
    ### BEGIN SOLUTION
    deviation = np.sqrt(z.var(axis=0) + epsilon)
    normalised = (z - z.mean(axis=0)) / deviation
    dz = gamma / deviation * (g - g.mean(axis=0) - normalised * (g * normalised).mean(axis=0))
    return dz, (g * normalised).sum(axis=0), g.sum(axis=0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "gradient-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("The gradient", points=4) as exercise:
    rng = np.random.default_rng()
    batch = rng.normal(size=(9, 4)) * rng.uniform(0.5, 2, 4) + rng.normal(size=4)
    arriving = rng.normal(size=(9, 4))
    scale, some_epsilon = rng.uniform(0.5, 2, 4), float(rng.uniform(0.05, 0.3))
    root = np.sqrt(batch.var(axis=0) + some_epsilon)
    standardised = (batch - batch.mean(axis=0)) / root

    with exercise.part("gamma and beta", points=1) as sums:
        # copies, here and below: one part says what a call changes
        _, for_gamma, for_beta = batch_norm_gradient(
            arriving.copy(), batch.copy(), scale.copy(), some_epsilon
        )
        expect.close(
            for_gamma,
            (arriving * standardised).sum(axis=0),
            "the gradient with respect to gamma",
            atol=1e-5,
            mistakes={
                "this is the mean over the batch, not the sum": (arriving * standardised).mean(axis=0),
                "z was taken in place of its normalised values": (arriving * batch).sum(axis=0),
                "gamma does not appear in its own gradient": scale * (arriving * standardised).sum(axis=0),
                "this is the gradient with respect to beta; that of gamma comes before it": arriving.sum(
                    axis=0
                ),
            },
            step="Sum g times ẑ over the batch.",
        )
        expect.close(
            for_beta,
            arriving.sum(axis=0),
            "the gradient with respect to beta",
            atol=1e-5,
            mistakes={"this is the mean over the batch, not the sum": arriving.mean(axis=0)},
            step="Sum g over the batch.",
        )
    with exercise.part("adding a number to all z changes nothing", points=1):
        for_z, _, _ = batch_norm_gradient(arriving.copy(), batch.copy(), scale.copy(), some_epsilon)
        expect.shape(for_z, (9, 4), "the gradient with respect to z")
        expect.true(
            bool(np.abs(for_z).max() > 1e-6),
            "the gradient with respect to z is not zero",
            got="zero everywhere",
            step="Begin with the direct way, gamma / s times g.",
        )
        expect.close(
            np.sum(for_z, axis=0),
            np.zeros(4),
            "the sum over the batch of the gradient with respect to z",
            atol=1e-4,
            mistakes={
                "the way through the mean is missing, if not that through the variance, too": (
                    scale / root * arriving
                ).sum(axis=0)
            },
            step="The term with the mean of g comes from μ. Is it there, with its sign?",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("the gradient with respect to z", points=2):
        inner = arriving - arriving.mean(axis=0)
        along = (arriving * standardised).mean(axis=0)

        def loss(z):
            return np.sum(arriving * scale * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + some_epsilon))

        right = np.empty_like(batch)
        for index in np.ndindex(*batch.shape):
            up, down = batch.copy(), batch.copy()
            up[index] += 1e-5
            down[index] -= 1e-5
            right[index] = (loss(up) - loss(down)) / 2e-5
        for_z, _, _ = batch_norm_gradient(arriving.copy(), batch.copy(), scale.copy(), some_epsilon)
        expect.close(
            for_z,
            right,
            "the gradient with respect to z, against central differences",
            rtol=1e-4,
            atol=1e-5,
            mistakes={
                "the way through the variance is missing": scale / root * inner,
                "the ways through mean and variance are missing": scale / root * arriving,
                "the term of the variance has the wrong sign": scale / root * (inner + standardised * along),
                "the term of the variance is summed over the batch, not averaged": scale
                / root
                * (inner - standardised * 9 * along),
                "the term of the variance is divided by m − 1 rather than m": scale
                / root
                * (inner - standardised * 9 / 8 * along),
                "the term of the variance has the mean of g; the mean of g times ẑ belongs there": scale
                / root
                * (inner - standardised * arriving.mean(axis=0)),
                "epsilon is missing in the ẑ of the term of the variance": scale
                / root
                * (inner - (batch - batch.mean(axis=0)) / batch.std(axis=0) * along),
                "the factor gamma is missing": (inner - standardised * along) / root,
                "epsilon is ignored": scale
                / np.sqrt(batch.var(axis=0) + 1e-3)
                * (
                    inner
                    - (batch - batch.mean(axis=0))
                    * (arriving * (batch - batch.mean(axis=0))).mean(axis=0)
                    / (batch.var(axis=0) + 1e-3)
                ),
            },
            step="Compare with central differences for a batch of three images and one unit.",
        )

        # other sizes of the batch, one among them; gammas of both signs and 0; the default epsilon
        def gradients(above, faint, gamma, epsilon):
            """dz and dgamma by the formulas."""
            root = np.sqrt(faint.var(axis=0) + epsilon)
            hat = (faint - faint.mean(axis=0)) / root
            dz = gamma / root * (above - above.mean(axis=0) - hat * (above * hat).mean(axis=0))
            return dz, (above * hat).sum(axis=0)

        # the second one has the shape of the batch above, but other numbers
        for size in (1, 9, int(rng.integers(12, 20))):
            faint, above = rng.normal(size=(size, 4)) / 30, rng.normal(size=(size, 4))
            faint[:, 3] = 0.25  # a unit that is the same for all images
            signed = np.r_[rng.permutation([-1, 1, 0]), 1] * rng.uniform(0.5, 2, 4)
            unchanged = [array.copy() for array in (above, faint, signed)]
            (right, for_gamma), (unsigned, _), (other, _) = (
                gradients(above, faint, gamma, epsilon)
                for gamma, epsilon in ((signed, 1e-3), (np.abs(signed), 1e-3), (signed, 1e-5))
            )
            found = batch_norm_gradient(above, faint, signed)
            expect.close(
                found[0],
                right,
                f"the gradient with respect to z for a batch of {size}, where epsilon is not given",
                rtol=1e-3,
                atol=2e-3,
                mistakes={
                    "the sign of gamma is lost": unsigned,
                    "the default of epsilon was changed to 0.00001; it is 0.001": other,
                },
                step="Take m, mean and variance from the batch, gamma as it is, and leave epsilon=1e-3.",
            )
            expect.equal(
                [above, faint, signed],
                unchanged,
                "the arrays g, z and gamma, after the call",
                cause="an array that was handed in is changed",
                step="Make new arrays; do not use -= or *= on arguments.",
            )
            if sums.passed:  # else that part has said what is wrong
                expect.close(
                    found[1:],
                    [for_gamma, above.sum(axis=0)],
                    f"the gradients with respect to gamma and beta for a batch of {size}",
                    rtol=1e-3,
                    atol=2e-3,
                    step="Treat no batch and no gamma differently from others.",
                )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# In words: batch normalisation takes two things out of the gradient: its mean over the batch, and its
# part along $\hat z$. These are exactly the two changes that cannot matter: shifting all $z$ and
# stretching them. And it divides by $s$: a unit with a weak signal gets a strong gradient.
#
# ### Experiment: how far can the gradient be trusted?
#
# Gradient descent relies on the gradient: it takes a step as if the slope stayed the same. How true is
# that? Santurkar, Tsipras, Ilyas and Mądry (2018) measured it, and so do we. During training we stop now
# and then, take one batch of 128 images, and walk along the negative gradient $-g$ in steps of
# $\eta = 0.05$ to $0.4$. We note
#
# - the **loss** along the way: its lowest and its highest value;
# - the **change of the gradient**, $\lVert g(\theta - \eta g) - g(\theta) \rVert / \lVert g(\theta)
#   \rVert$, the largest of the four: 0 for a gradient that stays as it is, 1 for a change as large as the
#   gradient itself.
#
# Bands in the right panel run from the lowest seed to the highest.
#
# **Predict.** Along this line, in which network does the loss vary more?

# %% tags=["experiment", "nbval-ignore-output"]
STEPS = (0.05, 0.1, 0.2, 0.4)
CHECKS = 5  # stops
smooth = {}
for name, position in (("with batch normalisation", "before"), ("without", None)):
    lowest, highest, change = (np.empty((len(SEEDS), CHECKS)) for _ in range(3))
    model = compiled(new_network(SEEDS[0], "relu", position))
    for row, seed in enumerate(SEEDS):
        # new weights are a new beginning: plain SGD remembers nothing else
        model.set_weights(new_network(seed, "relu", position).get_weights())
        for stop in range(CHECKS):
            chunk = slice(640 * stop, 640 * (stop + 1))  # 20 minibatches
            model.fit(x_train[chunk], y_train[chunk], batch_size=32, verbose=0)
            probed = slice(20_000 + 128 * stop, 20_000 + 128 * (stop + 1))
            walk = probes.along_gradient(model, x_train[probed], y_train[probed], STEPS)
            lowest[row, stop], highest[row, stop] = walk["loss"].min(), walk["loss"].max()
            change[row, stop] = walk["gradient_change"].max()
    smooth[name] = lowest, highest, change

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
stops = 20 * np.arange(1, CHECKS + 1)
for (name, (lowest, highest, change)), colour, marker in zip(
    smooth.items(), (plots.BLUE, plots.VERMILION), "os", strict=True
):
    left.fill_between(stops, lowest.mean(0), highest.mean(0), color=colour, alpha=0.35, label=name)
    right.plot(stops, change.mean(0), color=colour, marker=marker, markersize=4)
    right.fill_between(stops, change.min(0), change.max(0), color=colour, alpha=0.25, linewidth=0)
left.set(xlabel="minibatches seen", ylabel="loss along the gradient")
right.set(xlabel="minibatches seen", ylabel="change of the gradient (relative)")
right.set_ylim(bottom=0)
figure.legend(loc="outside lower center", ncols=2, frameon=False)
plots.show(
    figure,
    alt="Left: the range of the loss along the gradient, a narrow band with batch normalisation and a wide one "
    "without. Right: the relative change of the gradient along the way, a little above 1 with batch normalisation "
    "and several times as much without.",
)
for (name, (lowest, highest, change)), place in zip(smooth.items(), ("bn", "plain"), strict=True):
    print(f"{name}:")
    runs.record(f"loss_range_{place}", (highest - lowest).mean())
    runs.record(f"gradient_change_{place}", change.mean())

# %% [markdown]
# **Explain.** Along the gradient, the loss of the normalised network stays in a narrow band, and its gradient changes
# by about its own length at most. Without batch normalisation the band is several times as wide, and at the
# worst of the four steps the new gradient differs from the old one by three to four times the old one's
# length. In the words of the paper, which found this in larger networks than ours, the loss is
# *smoother*.
#
# **Go further.** Repeat this with sigmoids. Does the network without batch normalisation look rough or
# smooth while it sits on its plateau, and what does that say about smoothness as the only explanation?

# %% [markdown]
# ### Experiment: is it the drifting distributions?
#
# The inventors gave a reason for their method: while a layer learns, the distribution of its outputs
# drifts, so the next layer keeps having to learn something new. They called that **internal covariate
# shift**, and said that batch normalisation helps because it reduces it. Santurkar et al. tested that
# with a simple idea: bring the drift back in, on purpose. We do it like this: after each batch
# normalisation layer, each unit is multiplied by a random factor between 0.5 and 1.5 and shifted by a
# random number, both new for each minibatch. Now the distributions jump about at every single step. We
# take the two networks for which batch normalisation mattered most above: sigmoids from Glorot weights,
# and ReLU from weights with standard deviation 1.
#
# **Predict.** Will these networks learn like those without batch normalisation, like those with it, or not
# at all?


# %% tags=["experiment", "nbval-ignore-output"]
class Shake(keras.layers.Layer):
    """In training, scales and shifts each unit at random, anew for each minibatch; at inference nothing."""

    def __init__(self, seed, **settings):
        super().__init__(**settings)
        self.draws = keras.random.SeedGenerator(seed)

    def call(self, z, training=False):
        if not training:
            return z
        units = z.shape[-1:]
        factor = keras.random.uniform(units, 0.5, 1.5, seed=self.draws)
        return factor * z + 0.5 * keras.random.normal(units, seed=self.draws)


def shaken_network(seed, activation, start):
    """A normalised network with a `Shake` after each batch normalisation."""
    chain = [keras.Input(shape=(784,))]
    for layer in new_network(seed, activation, "before", start).layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        chain.append(layer)
        if isinstance(layer, keras.layers.BatchNormalization):
            # a seed of its own: equal ones would shake all layers alike
            chain.append(Shake(1_000 * seed + len(chain)))
    return keras.Sequential(chain)


SHAKEN_EPOCHS = training.budget(full=4, quick=3)
compared = {}
for activation, start in (("sigmoid", "Glorot"), ("relu", "sd 1")):
    shaken = compiled(shaken_network(SEEDS[0], activation, start))
    shaken_curves = []
    for seed in SEEDS:
        shaken.set_weights(shaken_network(seed, activation, start).get_weights())
        training.set_seed(seed)
        history = shaken.fit(
            x_train[:FEW],
            y_train[:FEW],
            epochs=SHAKEN_EPOCHS,
            validation_data=(x_valid, y_valid),
            validation_batch_size=500,
            verbose=0,
        )
        shaken_curves.append(history.history["val_accuracy"])
    compared[f"{NAMES[activation]}, {start}"] = {
        "batch normalisation": eight[activation, start, "before"][:, :SHAKEN_EPOCHS],
        "the same, shaken": np.array(shaken_curves),
        "without": eight[activation, start, None][:, :SHAKEN_EPOCHS],
    }
figure = plots.mean_and_range(compared, range(1, SHAKEN_EPOCHS + 1), "epoch", "validation accuracy")
plots.show(
    figure,
    alt="Validation accuracy over the epochs, a panel for sigmoids from Glorot weights and one for ReLU from large "
    "weights: with batch normalisation, with batch normalisation whose outputs are shaken at random in training, and "
    "without. The shaken network follows the normalised one closely, somewhat below it.",
)
for (title, curves), name in zip(compared.items(), ("sigmoid_glorot", "relu_sd_1"), strict=True):
    normalised, shaken_ones, plain = (accuracies[:, -1] for accuracies in curves.values())
    print(f"{title}: shaken {mean_and_sd(shaken_ones)}")
    print(f"  minus the normalised, seed by seed: {mean_and_sd(shaken_ones - normalised)}")
    print(f"  minus the one without, seed by seed: {mean_and_sd(shaken_ones - plain)}")
    runs.record(f"shaken_{name}", np.mean(shaken_ones), show=False)
    runs.record(f"shaken_minus_bn_{name}", np.mean(shaken_ones - normalised), show=False)
    runs.record(f"shaken_minus_plain_{name}", np.mean(shaken_ones - plain), show=False)

# %% [markdown]
# **Explain.** The distributions of the shaken networks are anything but steady, and yet these networks
# keep most of the lead over those without normalisation. Compared with the normalised ones they lose a
# little: with sigmoids about 0.01 on average, and with ReLU, which learns nothing without
# normalisation, 0.09 at the quick budget and 0.11 at the full one. Compare that with what you would
# expect if drifting distributions were what holds networks back. (Santurkar et al. found the same for a
# large convolutional network.)
#
# **Go further.** Shake harder, with factors from 0 to 2. When does it begin to hurt?

# %% [markdown]
# ### Exercise 9: Why does it work? (3 points, in words)
#
# Someone writes: "Batch normalisation works because it reduces internal covariate shift." In six to nine
# sentences: what does the sentence claim, which measurements of this section speak for or against it, and
# what else do they suggest as a reason? Say also what these measurements do *not* show.

# %% [markdown] nbgrader={"grade": true, "grade_id": "why", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# The sentence says that layers learn slowly because the distributions of their inputs drift while the
# layers before them learn, and that batch normalisation helps because it holds these distributions still.
#
# The shaken network speaks against it. There the distributions jump at every minibatch, and yet it keeps
# most of what normalisation gains. Other measurements suggest another reason: with batch normalisation
# the gradient changes less over a step, the loss varies less along it, and the network survives larger
# learning rates. In the deep network the gradients of the first layers do not vanish. A smoother loss,
# with gradients of a good size, is the better-supported explanation.
#
# What we have not shown: these are small, fully connected networks on one data set, few seeds, and one
# kind of shaking. A smoother loss goes together with faster learning here; that it is the cause is a
# further step.
#
# ### BEGIN MARK SCHEME
# - 1 point: says what internal covariate shift is (the distribution of a layer's inputs drifts while
#   earlier layers learn), and that the shaken network, where it is made worse on purpose, learns nearly
#   as well: evidence against the claim.
# - 1 point: names at least one other effect that was *measured* here and connects it with learning: gradient
#   that stays reliable over a step / loss that varies less (smoothness), larger learning rates survived,
#   gradients that do not vanish in the deep network, scale of the weights without effect.
# - 1 point: a limit of the evidence: small networks, one data set, few seeds, one kind of noise, correlation
#   rather than cause.
#
# No points lost for saying that the question is still open.
# ### END MARK SCHEME

# %% [markdown] tags=["covers-26"]
# ## 4 In practice
#
# ### Experiment: before or after the activation function?
#
# **Predict.** Does it matter which side the normalisation is on? For sigmoids, whose outputs are between
# 0 and 1? For ReLU?

# %% tags=["experiment", "nbval-ignore-output"]
after = train_together(
    new_networks(
        {activation: {"activation": activation, "position": "after"} for activation in ("sigmoid", "relu")}
    )
)
sides = {
    NAMES[activation]: {"before": eight[activation, "Glorot", "before"], "after": after[activation]}
    for activation in after
}
figure = plots.mean_and_range(sides, range(1, FEW_EPOCHS + 1), "epoch", "validation accuracy")
plots.show(
    figure,
    alt="Validation accuracy over the epochs with batch normalisation before and after the activation function, "
    "for sigmoids and for ReLU. In both panels the curves are close together at the end.",
)
for activation, curves in zip(("sigmoid", "relu"), sides.values(), strict=True):
    difference = curves["after"][:, -1] - curves["before"][:, -1]
    print(f"{activation}: before {mean_and_sd(curves['before'][:, -1])}, ", end="")
    print(f"after {mean_and_sd(curves['after'][:, -1])}, difference seed by seed {mean_and_sd(difference)}")
    runs.record(f"after_minus_before_{activation}", difference.mean(), show=False)
    runs.record(f"after_minus_before_{activation}_sd", difference.std(ddof=1), show=False)

# %% [markdown]
# **Explain.** Both positions work. The differences between them are a few percentage points at most. Where
# the mean difference is no larger than its standard deviation over the seeds, we cannot say which position
# is better; in a run at the full budget (MNIST) sigmoids were 0.02 better with the normalisation after
# them, for each of the five seeds. The inventors put it before the activation function, and most networks
# since have done so. Treat it as one more setting to try, after the important ones.
#
# A normalisation layer may also come before the first `Dense` layer, on the *inputs*. It then does the
# work of standardising (Practical 1): in training with the mean and variance of each batch, afterwards
# with its moving averages. A `Normalization` layer does the same with numbers that `adapt` has computed
# once from all training images.
#
# **Go further.** Put a normalisation layer on the inputs of the network, too. Does it replace the
# standardisation of Practical 1? Look at a pixel that is 0 in nearly all images.

# %% [markdown]
# ### Exercise 10: A batch of one, a batch of two (2 points)
#
# The smaller the batch, the worse the estimates of mean and variance. You can work out two extreme cases
# in your head.
#
# 1. A single image goes through a batch normalisation layer **in training mode**, with $\gamma = 2$ and
#    $\beta = 0.5$. Its pre-activation is 7. What is the output, `alone`?
# 2. A batch of two images has the pre-activations 3 and 7. With $\gamma = 1$, $\beta = 0$ and
#    $\varepsilon = 0$, in training mode: what are the two outputs, `pair`, in this order?
# 3. The same image as in 1, **in inference mode**: moving mean 1, moving variance 9, $\varepsilon = 0$.
#    What is the output, `predicted`?

# %% nbgrader={"grade": false, "grade_id": "small-batches", "locked": false, "schema_version": 3, "solution": true, "task": false}
# alone = …
# pair = (…, …)
# predicted = …
### BEGIN SOLUTION
alone = 0.5
pair = (-1, 1)
predicted = 2 * (7 - 1) / 3 + 0.5
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "small-batches-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("A batch of one, a batch of two", points=2) as exercise:
    with exercise.part("a number, a pair, a number", points=0):
        expect.shape(alone, (), "alone", step="Assign one number.")
        expect.shape(pair, (2,), "pair", step="Assign a tuple of two numbers.")
        expect.shape(predicted, (), "predicted", step="Assign one number.")
    ### BEGIN HIDDEN TESTS
    with exercise.part("training mode", points=1):
        expect.close(
            alone,
            0.5,
            "alone",
            describe="a number",
            mistakes={
                "in a batch of one the mean is the image's own pre-activation": 14.5,
                "beta is missing": 0,
                "the normalised value is not 1: what is left of z after the mean is subtracted?": 2.5,
            },
            step="What is the mean of one number? Its difference from the mean?",
        )
        expect.close(
            list(pair),
            [-1, 1],
            "pair",
            describe="two numbers",
            mistakes={
                "the variance was divided by m − 1 rather than m": [-(0.5**0.5), 0.5**0.5],
                "this divides by the variance, without the root": [-0.5, 0.5],
                "these are the differences from the mean, not yet divided": [-2, 2],
                "the pair is in reverse order": [1, -1],
            },
            step="Mean 5; the variance is the mean of the squared differences.",
        )
    with exercise.part("inference mode", points=1):
        expect.close(
            predicted,
            4.5,
            "predicted",
            describe="a number",
            mistakes={
                "this is the output in training mode; inference mode uses the moving averages": 0.5,
                "this divides by the variance, without the root": 2 * 6 / 9 + 0.5,
                "gamma is missing": 2.5,
                "beta is missing": 4,
                "gamma and beta are missing": 2,
            },
            step="Put the moving averages into the formula for the output.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# So in a batch of two, each unit can say nothing but "larger" or "smaller".
#
# ### Experiment: batches of 2 and of 128
#
# We train the ReLU network for two epochs (one at the quick budget), with minibatches of 2 and of 128
# images, and with learning rates in proportion to that size, as is usual: 0.00625 and 0.4.
#
# **Predict.** Which of the four networks (with and without normalisation, 2 and 128) will be worst?


# %% tags=["experiment", "nbval-ignore-output"]
def renew_moving_averages(model, x):
    """Give each batch normalisation of `model` mean and variance of the images `x`, in one call."""
    normalisations = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    momenta = [layer.momentum for layer in normalisations]
    for layer in normalisations:
        layer.momentum = 0.0
    model(x, training=True)
    for layer, momentum in zip(normalisations, momenta, strict=True):
        layer.momentum = momentum


SHORT = training.budget(full=2, quick=1)  # epochs
sizes_compared = {}
for batch_size in (2, 128):
    pairs = new_networks({"without": {"position": None}, "with": {"position": "before"}})
    curves = train_together(
        pairs, epochs=SHORT, rates=dict.fromkeys(pairs, 0.1 * batch_size / 32), batch_size=batch_size
    )
    for name, place in (("without", "plain"), ("with", "bn")):
        reached, renewed = curves[name][:, -1], []
        for model in pairs["with"] if name == "with" else ():
            renew_moving_averages(model, x_train[:1_000])
            renewed.append(accuracy(model, x_valid, y_valid))
        sizes_compared[batch_size, name] = reached
        print(f"batches of {batch_size:3}, {name:7} normalisation: {mean_and_sd(reached)}", end="")
        print(f"; with renewed moving averages {mean_and_sd(renewed)}" if renewed else "")
        runs.record(f"batch_{batch_size}_{place}", np.mean(reached), show=False)
        if renewed:
            sizes_compared[batch_size, "with, renewed averages"] = renewed
            runs.record(f"batch_{batch_size}_bn_renewed", np.mean(renewed), show=False)

figure, axis = plt.subplots(figsize=(7, 3), layout="constrained")
looks = {
    "without": (plots.VERMILION, "s"),
    "with": (plots.BLUE, "o"),
    "with, renewed averages": (plots.GREEN, "^"),
}
for (batch_size, name), reached in sizes_compared.items():
    place = (2, 128).index(batch_size) + 0.2 * (list(looks).index(name) - 1)
    (colour, marker), middle = looks[name], np.mean(reached)
    ends = [[middle - min(reached)], [max(reached) - middle]]
    axis.errorbar(
        place, middle, ends, color=colour, marker=marker, capsize=4, label=name if batch_size == 2 else None
    )
axis.axhline(0.1, color="black", linestyle=":", label="guessing")
axis.set(xticks=(0, 1), xlim=(-0.5, 1.5), ylim=(0, 1), ylabel="validation accuracy")
axis.set_xticklabels(["batches of 2", "batches of 128"])
figure.legend(loc="outside right upper", frameon=False)
plots.show(
    figure,
    alt="Validation accuracy with batches of 2 and of 128, mean and range over the seeds: with "
    "batches of 2 the normalised network is far below the one without, also with renewed moving averages; with "
    "batches of 128 it is above it.",
)

# %% [markdown]
# **Explain.** With batches of 2 the normalised network is far behind the one without normalisation, which
# learns well. Two things go wrong. In training, a unit can only say "larger" or "smaller" (Exercise 10),
# and which of the two depends on the only other image. And moving averages with momentum 0.9 remember
# about ten batches, here 20 images. In the third network ("renewed averages") the second fault is fixed:
# its averages are computed again, from 1,000 training images. That does not save it. With batches of 128
# the normalised network is ahead. Part of that may be due to the learning rate: 0.4 is more than the
# largest rate that the plain network survived above. (At the quick budget, renewing helps with batches of
# 128, too: there are 12 of them, and $0.9^{12} = 28\,\%$ of the averages is still their starting value.)
#
# **Go further.** `keras.layers.GroupNormalization` (Wu and He, 2018) takes the mean and the variance over
# groups of units of one image, instead of over the images of a batch. How does it do with batches of 2?
# Which of this section's problems can it not have?

# %% [markdown]
# ### Experiment: prediction in training mode
#
# Now for the bug. `model.predict` and `model.evaluate` use inference mode, and so does `model(x)`. But a
# model predicts in training mode if you call `model(x, training=True)`, if a layer was given
# `training=True` when the network was built, or, in some frameworks, if you forget to switch modes.
# Nothing fails and no warning is printed.
#
# We take the normalised ReLU networks that we trained first, one for each seed, from Glorot weights, and let each
# predict 400 test images in training mode, in batches of different sizes, first in the order in which they come, then sorted by class.
#
# **Predict.** What is the accuracy with batches of 200? Of 20? Of 1? And with batches of 20, sorted by
# class?

# %% tags=["experiment", "nbval-ignore-output"]
some, some_labels = x_test[:400], y_test[:400]
in_order, sorted_by_class = np.arange(400), np.argsort(some_labels, kind="stable")


def accuracy_by_batch(predict, order, batch_size):
    """The accuracy of `predict` on 400 test images in this order, batch by batch."""
    right = [
        np.argmax(predict(some[batch]), axis=1) == some_labels[batch]
        for batch in np.split(order, len(order) // batch_size)
    ]
    return np.mean(right)


by_mode = {}
for model in networks["relu", "Glorot", "before"]:
    renew_moving_averages(model, x_train[:1_000])
    weights = model.get_weights()
    # compiled for each size of batch: much quicker than 600 calls, layer by layer
    in_training_mode = tf.function(lambda pictures, model=model: model(pictures, training=True))
    found = {"inference_mode": accuracy(model, some, some_labels)}
    for batch_size in (200, 20, 4, 2):
        found[f"training_mode_batches_of_{batch_size}"] = accuracy_by_batch(
            in_training_mode, in_order, batch_size
        )
    for batch_size in (200, 20, 4, 2):
        found[f"training_mode_sorted_batches_of_{batch_size}"] = accuracy_by_batch(
            in_training_mode, sorted_by_class, batch_size
        )
    model.set_weights(weights)
    found["training_mode_batches_of_1"] = accuracy_by_batch(in_training_mode, in_order, 1)
    found["inference_mode_afterwards"] = accuracy(model, some, some_labels)
    model.set_weights(weights)
    for name, value in found.items():
        by_mode.setdefault(name, []).append(value)

figure, axis = plt.subplots(figsize=(7.5, 3.2), layout="constrained")
for kind, label, sizes, colour, marker in (
    ("training_mode_batches", "as they come", (1, 2, 4, 20, 200), plots.BLUE, "o"),
    ("training_mode_sorted_batches", "sorted by class", (2, 4, 20, 200), plots.VERMILION, "s"),
):
    values = np.array([by_mode[f"{kind}_of_{size}"] for size in sizes])
    axis.plot(sizes, values.mean(axis=1), color=colour, marker=marker, markersize=4, label=label)
    axis.fill_between(sizes, values.min(axis=1), values.max(axis=1), color=colour, alpha=0.25, linewidth=0)
axis.axhline(np.mean(by_mode["inference_mode"]), color="black", linestyle=":", label="inference mode")
axis.set(xlabel="size of the batch", ylabel="accuracy", xscale="log", ylim=(0, 1))
axis.set_xticks((1, 2, 4, 20, 200), ("1", "2", "4", "20", "200"))
axis.minorticks_off()
axis.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
plots.show(
    figure,
    alt="Accuracy of prediction in training mode against the size of the batch, on a logarithmic axis; bands over "
    "the seeds. For images as they come it rises from 0.1 with single images nearly to that of inference mode with "
    "200. For images sorted by class it is lower for every size.",
)
for name, values in by_mode.items():
    print(f"{name}: {mean_and_sd(values)}")
    runs.record(name, np.mean(values), show=False)

# %% [markdown]
# **Explain.** With batches of 200 nothing seems to be wrong: that is why the bug survives testing. The
# smaller the batch, the worse the answers, down to guessing for single images, where every unit gives
# $\beta$ whatever the picture (Exercise 10). Batches of 20 that were sorted by class do much worse than
# mixed ones: in a batch of one class, what the images have in common is in the mean, and is subtracted.
#
# The last line shows the other half of the damage. Each of these calls has also *updated the moving
# averages*. After 400 single images, whose variance is 0, the moving variances are practically 0, and
# inference mode, which was fine before, is much worse, too.
#
# **Go further.** What happens to the moving averages in a network whose lower layers are "frozen" for
# transfer learning? (Practical 6 comes back to this. In Keras, a frozen batch normalisation layer always
# works in inference mode.)

# %% [markdown]
# ### Exercise 11: Catch the bug (3 points)
#
# Write `depends_on_batch(model, x)`: does the model's answer for an image depend on which other images
# are predicted along with it? It returns `True` or `False`. `model` is any Keras model with a single
# input, `x` an array of inputs for it. Use the model as its users do, `model(x)`, and do not tell it
# which mode to use: that is what you want to find out. (`model.predict` will not do: it tells every layer
# `training=False`, even one that was called with `training=True` when the network was built, and so hides
# this bug.) Rounding errors do not count as a difference; anything from $10^{-4}$ upwards does.
#
# If the model works as it should, your function must leave it unchanged.


# %% nbgrader={"grade": false, "grade_id": "catch", "locked": false, "schema_version": 3, "solution": true, "task": false}
def depends_on_batch(model, x):
    """Whether a model's answer for an input depends on the other inputs of its batch.

    Args:
        model: a Keras model.
        x: array of shape (n, …), at least two inputs.

    Returns:
        True or False.
    """
    ### BEGIN SOLUTION
    at_once = keras.ops.convert_to_numpy(model(x))
    alone = np.concatenate([keras.ops.convert_to_numpy(model(x[i : i + 1])) for i in range(len(x))])
    return bool(np.abs(at_once - alone).max() >= 1e-4)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "catch-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Catch the bug", points=3) as exercise:
    rng = np.random.default_rng()

    def small_model(kind):
        """A network with random weights, whose normalisation is right, or forced to train."""
        inputs = keras.Input(shape=(6,))
        hidden = keras.layers.Dense(8)(inputs)
        normalise = keras.layers.BatchNormalization()
        hidden = normalise(hidden, training=True) if kind == "forced" else normalise(hidden)
        model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(hidden))
        model.set_weights(
            [array + rng.uniform(0.2, 1, size=array.shape) * 0.5 for array in model.get_weights()]
        )
        return model

    def over_the_batch():
        """Unit length over the batch: depends on the other images, in any mode, and not on their order."""
        return keras.Sequential([keras.Input(shape=(6,)), keras.layers.UnitNormalization(axis=0)])

    def directly(bend=None):
        """A normalisation that is forced into training mode, and nothing else but an activation function."""
        inputs = keras.Input(shape=(6,))
        outputs = keras.layers.BatchNormalization()(inputs, training=True)
        return keras.Model(inputs, keras.layers.Activation(bend)(outputs) if bend else outputs)

    probe = rng.normal(size=(5, 6)).astype("float32")

    def says(answer, model, images=None):
        """Whether depends_on_batch gives this answer."""
        return str(depends_on_batch(model, (probe if images is None else images).copy())) == str(answer)

    def why_not():
        """The likely cause of an answer that does not see what a forced normalisation does."""
        if says(True, small_model("right")):
            return "True and False are exchanged"
        # the company of the batch makes answers larger on average, and smaller for no unit
        if says(True, directly("exponential")):
            return "the differences were averaged or added with their signs, and cancel"
        if says(True, over_the_batch()):
            return (
                "model.predict was used, or training=False passed, which puts every layer into inference mode"
            )
        return (
            "the same images in another order are still the same batch, and so are the same images once more"
        )

    # a cause is looked for where an answer is wrong, and only there: it takes more calls
    with exercise.part("a normalisation that was forced into training mode", points=1):
        forced = small_model("forced")
        found = depends_on_batch(forced, probe.copy())
        expect.equal(
            [forced.trainable, *(layer.trainable for layer in forced.layers)],
            [True] * (1 + len(forced.layers)),
            "whether the model and its layers are trainable, after the call",
            cause="the model that was handed in is frozen, which puts its normalisation into inference mode",
            step="Use the model as it is: do not set trainable.",
        )
        expect.equal(
            found,
            True,
            "depends_on_batch, for a network whose batch normalisation was called with training=True",
            cause=why_not() if str(found) == "False" else None,
            step="Predict the images together, then one at a time, and compare.",
        )

    ### BEGIN HIDDEN TESTS
    def slightly(size, bend=None):
        """A network whose last answer depends on the batch by about `size`, and the others not at all."""
        inputs = keras.Input(shape=(6,))
        normalised = keras.layers.BatchNormalization()(inputs, training=True)
        bent = keras.layers.Activation(bend)(normalised) if bend else normalised
        model = keras.Model(inputs, keras.layers.Dense(30)(bent))
        kernel = np.zeros((6, 30))
        kernel[rng.integers(6), -1] = size
        model.set_weights(
            [*model.get_weights()[:4], kernel, np.append(rng.normal(size=29), 6.0 if size > 1e-5 else 0.0)]
        )
        return model

    def constant():
        """A network whose answers are the same for all images, in any mode: its last weights are 0."""
        model = small_model("right")
        model.set_weights([*model.get_weights()[:-2], np.zeros((8, 3)), np.zeros(3)])
        return model

    def why_so():
        """The likely cause where a network is found guilty that is not; None where there is none."""
        if not says(True, constant()):
            return None
        plain = keras.Sequential([keras.Input(shape=(6,)), keras.layers.BatchNormalization()])
        if says(True, plain):
            return "the layers were looked at, not the answers"
        return "what was found for an earlier model was taken for this one"

    with exercise.part("a network that works as it should", points=1):
        healthy = small_model("right")
        healthy.layers[1].trainable = False  # as in transfer learning
        before = [array.copy() for array in healthy.get_weights()]
        flags = [layer.trainable for layer in healthy.layers]
        settings = [layer.get_config() for layer in healthy.layers]
        found = depends_on_batch(healthy, probe.copy())
        after = healthy.get_weights(), [healthy.trainable, *(layer.trainable for layer in healthy.layers)]
        expect.equal(
            found,
            False,
            "depends_on_batch, for a network with batch normalisation in the mode that Keras chooses",
            cause=why_so() or "training=True was passed, or rounding errors were counted as a difference"
            if str(found) == "True"
            else None,
            step="Leave the choice of the mode to the model, and allow for differences below 1e-4.",
        )
        expect.equal(
            [array.tolist() for array in after[0]],
            [array.tolist() for array in before],
            "the model's weights and moving averages after the call",
            cause="the model was called in training mode, or its weights were set",
            step="Do not call the model in training mode: that updates its moving averages.",
        )
        expect.equal(
            after[1],
            [True, *flags],
            "whether the model and its layers are trainable, after the call",
            cause="the model that was handed in is frozen, or a layer that was frozen no longer is",
            step="Do not set trainable: a frozen normalisation works in another mode.",
        )
        expect.equal(
            healthy.compiled,
            False,
            "whether the model is compiled, after the call",
            step="Call the model as it is: predicting needs no compile.",
        )
        expect.true(
            [layer.get_config() for layer in healthy.layers] == settings,
            "the settings of the model's layers are the same after the call",
            cause="a layer of the model that was handed in is changed",
            step="Use the model as it is: set nothing in its layers.",
        )
        handed_in = probe[:2].copy()
        found = depends_on_batch(slightly(1e-7), handed_in)
        expect.equal(
            found,
            False,
            "depends_on_batch, for a network whose answers change by less than 0.000001",
            cause=None
            if str(found) != "True"
            else "the weights before and after a call were compared, not the answers"
            if says(False, over_the_batch())
            else "not this model was asked, but one with other weights"
            if says(True, slightly(0.0))
            else "rounding errors were counted as a difference",
            step="Compare the largest difference with 1e-4.",
        )
        expect.equal(
            handed_in,
            probe[:2],
            "the array x, after the call",
            cause="the array that was handed in is changed",
            step="Work on a copy of x.",
        )
    with exercise.part("the other cases", points=1):
        by_itself = keras.Sequential([keras.Input(shape=(6,)), keras.layers.LayerNormalization()])
        found = depends_on_batch(by_itself, probe[:2].copy())
        expect.equal(
            found,
            False,
            "depends_on_batch, for a network with LayerNormalization, which works on each image by itself",
            cause=why_so() if str(found) == "True" else None,
            step="Compare answers, not layers, and allow for differences below 1e-4.",
        )
        # first and last image are the mean of the batch: alone or together, their normalised values are zero
        unlucky = probe - probe[1:-1].mean(axis=0)
        unlucky[[0, -1]] = 0
        found = depends_on_batch(directly(), unlucky)
        expect.equal(
            found,
            True,
            "depends_on_batch, where the answers for first and last image happen to be the same and others change",
            cause="the answer for one image alone was compared, or all images were expected to change"
            if str(found) == "False" and says(True, directly())
            else None,
            step="Compare the answers for all images.",
        )
        # two images, and company makes every answer smaller
        found = depends_on_batch(over_the_batch(), np.abs(probe[:2]))
        expect.equal(
            found,
            True,
            "depends_on_batch, for two images and a network that divides by the length over the batch",
            cause=None
            if str(found) != "False"
            else "differences count in one direction only, or two images were not enough"
            if says(True, over_the_batch())
            else None
            if says(True, small_model("right"))
            else "the weights before and after a call were compared, not the answers",
            step="Predict all images together, then one at a time, and take absolute differences.",
        )
        # normalised they are 1 and -1 on every draw, alone they are 0
        opposite = np.tile([[1.0], [-1.0]], (2, 6)).astype("float32")
        # with ReLU, company makes no answer smaller
        larger_first = np.sort(probe[:2], axis=0)[::-1]
        found = depends_on_batch(slightly(0.5, "relu"), np.tile(larger_first, (2, 1)))
        expect.equal(
            found,
            True,
            "depends_on_batch, for two images that are twice in the batch",
            cause=None
            if str(found) != "False"
            else "a part of the batch was compared with the whole, which may have the same mean and variance, or "
            "answers that grow do not count"
            if says(True, slightly(0.5), opposite[:2])
            else "not all answers were compared, or only the classes"
            if says(True, directly())
            else None,
            step="Predict the images together, then one at a time, and compare.",
        )
        found = depends_on_batch(slightly(1.6e-4), opposite)
        expect.equal(
            found,
            True,
            "depends_on_batch, for a network one of whose thirty answers changes by some 0.00016",
            cause="small differences were overlooked, or not all answers compared; 0.0001 is one"
            if str(found) == "False" and says(True, directly())
            else None,
            step="Take the largest difference over all images and answers, and compare it with 1e-4.",
        )
        pictures = keras.Input(shape=(4, 4, 2))
        seen = keras.layers.BatchNormalization()(keras.layers.Conv2D(3, 2)(pictures), training=True)
        seeing = keras.Model(pictures, keras.layers.GlobalMaxPooling2D()(seen))
        expect.equal(
            depends_on_batch(seeing, rng.normal(size=(2, 4, 4, 2)).astype("float32")),
            True,
            "depends_on_batch, for a convolutional network and images of shape (2, 4, 4, 2)",
            step="Do not change the shape of the inputs, but for the number of images.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Exercise 12: Training mode in production (3 points, in words)
#
# A company's model tells damaged parcels from undamaged ones in photographs. In the evaluation it was
# right in 96 % of cases. In production it is given one photograph at a time, and is hardly better than
# guessing. To find the reason, someone runs it on yesterday's photographs, 256 at a time, and again it is
# right in 96 %. In five to eight sentences: what is probably wrong, why did neither test show it, and what
# would you change in the code *and* in the tests?

# %% [markdown] nbgrader={"grade": true, "grade_id": "production", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# The model predicts in training mode: its batch normalisations use the mean and variance of the current
# batch in place of the moving averages. With one photograph in the batch the mean is the photograph's own
# pre-activation (for convolutions, the mean over its own pixels), so most of what sets it apart from
# others is subtracted; in a dense layer every unit gives $\beta$, whatever the picture.
#
# Both tests used large mixed batches (the first one presumably, the second surely). There the batch's statistics are close to those of the training
# data, so the answers were nearly those of inference mode. The tests differed from production in the one
# thing that mattered.
#
# In the code: predict with `model.predict` or `model(x, training=False)`, look for `training=True` where
# the model was built, and load the stored moving averages afresh, because calls in training mode have
# changed them. In the tests: predict some images alone and in a batch and require equal answers, and test
# with batches of the size used in production.
#
# ### BEGIN MARK SCHEME
# - 1 point: the cause: prediction in training mode uses the batch's statistics, which for a single image
#   remove (nearly) all of its signal.
# - 1 point: why it was not seen: in large mixed batches the batch's statistics are close to the moving
#   averages.
# - 1 point: a remedy in the code (inference mode) *and* a test that would catch it (alone against in a
#   batch, or batches of size 1). Half a point for one of the two.
#
# No points lost for missing that the moving averages were changed. "Overfitting" or "different photographs" as the
# cause earns nothing: yesterday's photographs were classified well.
# ### END MARK SCHEME

# %% [markdown]
# ### Exercise 13: Take it out again (4 points)
#
# In inference mode batch normalisation is nothing but a multiplication and an addition for each unit,
# with fixed numbers. The `Dense` layer before it is linear. Two linear maps in a row are one. So after
# training the normalisation can be **folded** into the layer before it, and then costs nothing. Programs
# that prepare networks for phones do exactly that.
#
# 1. Write `fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon)`, which returns the
#    kernel and the bias of a single dense layer that gives the same output.
# 2. Write `fold_model(model)` for a network built by `build_bn_mlp` with `position="before"`: it returns a
#    new Keras model made of `Dense` and `Activation` layers only, which gives the same probabilities as
#    `model` in inference mode. `model` stays as it is.
#
# `model.layers` is a list of layers (without the input), and `layer.get_weights()` a list of arrays: for
# a `Dense` layer its kernel, and its bias if it has one; for a `BatchNormalization` gamma, beta, moving
# mean, moving variance. The latter's `epsilon` need not be Keras' default. The `units` of a `Dense` layer
# and the `activation` of an `Activation` can be reused.


# %% nbgrader={"grade": false, "grade_id": "fold", "locked": false, "schema_version": 3, "solution": true, "task": false}
def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    """The dense layer that does the work of a dense layer and the batch normalisation after it.

    Args:
        kernel: array of shape (inputs, units), weights of the dense layer.
        bias: array of shape (units,), or None for a layer without bias.
        gamma, beta, moving_mean, moving_variance: arrays of shape (units,).
        epsilon: a number, added to the variance.

    Returns:
        kernel, bias: arrays of shape (inputs, units) and (units,).
    """
    ### BEGIN SOLUTION
    factor = gamma / np.sqrt(moving_variance + epsilon)
    if bias is None:
        bias = np.zeros_like(moving_mean)
    return kernel * factor, (bias - moving_mean) * factor + beta
    ### END SOLUTION


def fold_model(model):
    """A network without batch normalisation that gives what `model` gives in inference mode.

    Args:
        model: a Sequential model: Dense, BatchNormalization, Activation in turn, and a Dense layer last.

    Returns:
        A new Keras model.
    """
    ### BEGIN SOLUTION
    *blocks, last = model.layers
    folded = keras.Sequential([keras.Input(shape=model.input_shape[1:])])
    weights = []
    for dense, norm, bend in zip(blocks[::3], blocks[1::3], blocks[2::3], strict=True):
        kernel, *bias = dense.get_weights()
        folded.add(keras.layers.Dense(dense.units))
        folded.add(keras.layers.Activation(bend.activation))
        weights += fold(kernel, bias[0] if bias else None, *norm.get_weights(), norm.epsilon)
    folded.add(keras.layers.Dense(last.units, activation=last.activation))
    folded.set_weights([*weights, *last.get_weights()])
    return folded
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "fold-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Take it out again", points=4) as exercise:
    rng = np.random.default_rng()
    n_in, n_out = (int(n) for n in rng.integers(3, 8, size=2))
    kernel_before, bias_before = rng.normal(size=(n_in, n_out)), rng.normal(size=n_out)
    scale, shift, mean = rng.uniform(0.5, 2, n_out), rng.normal(size=n_out), rng.normal(size=n_out)
    variance, some_epsilon = rng.uniform(0.3, 3, n_out), float(rng.uniform(0.1, 0.5))
    root = np.sqrt(variance + some_epsilon)

    def check_fold(bias, called):
        offset = 0 if bias is None else bias
        given = [kernel_before, bias, scale, shift, mean, variance]
        handed = [None if array is None else array.copy() for array in given]
        kernel_found, bias_found = fold(*handed, some_epsilon)
        for name, after, kept in zip(
            ("kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance"), handed, given, strict=True
        ):
            if kept is not None and (
                bias is None or without_bias.passed
            ):  # one part says what a call changes
                expect.equal(
                    after,
                    kept,
                    f"the array {name}, after the call",
                    cause="an array that was handed in is changed",
                    step="Make new arrays; do not use *= or -= on arguments.",
                )
        expect.close(
            kernel_found,
            kernel_before * scale / root,
            f"the kernel that fold returns, {called}",
            mistakes={
                "gamma is missing": kernel_before / root,
                "epsilon is missing": kernel_before * scale / np.sqrt(variance),
                "epsilon is ignored, and Keras' default used": kernel_before
                * scale
                / np.sqrt(variance + 1e-3),
                "epsilon was added to the standard deviation; it belongs to the variance, under the root": (
                    kernel_before * scale / (np.sqrt(variance) + some_epsilon)
                ),
                "this divides by the variance, without the root": kernel_before
                * scale
                / (variance + some_epsilon),
                "this is multiplied by the standard deviation; normalising divides": kernel_before
                * scale
                * root,
                "the kernel was left as it is": kernel_before,
                "the sign of gamma is lost": kernel_before * np.abs(scale) / root,
                "a gamma of 0 is taken for 1": kernel_before * np.where(scale == 0, 1, scale) / root,
            }
            | (
                {
                    "rows of the kernel are inputs; units are its columns": kernel_before
                    * (scale / root)[:, np.newaxis]
                }
                if len(kernel_before) == n_out
                else {}
            ),
            step="Write γ(xW + b − μ)/s + β as xW' + b', and read W' off.",
        )
        expect.close(
            bias_found,
            shift + (offset - mean) * scale / root,
            f"the bias that fold returns, {called}",
            mistakes={
                "the layer's own bias is missing": shift - mean * scale / root,
                "the moving mean is missing": shift + offset * scale / root,
                "this is beta alone": shift,
                "mean and bias were not divided by the standard deviation": shift + (offset - mean) * scale,
                "the bias of the layer was not scaled": shift + offset - mean * scale / root,
                "the moving mean was added; normalising subtracts it": shift + (offset + mean) * scale / root,
            },
            step="Write γ(xW + b − μ)/s + β as xW' + b', and read b' off.",
        )

    with exercise.part("fold, for a layer without bias", points=1) as without_bias:
        check_fold(None, "for bias None")
    ### BEGIN HIDDEN TESTS
    with exercise.part("fold, for a layer with bias", points=1):
        positive = scale
        for inputs in (n_in, n_out):  # the second one: a square kernel
            kernel_before, bias_before = rng.normal(size=(inputs, n_out)), rng.normal(size=n_out)
            bias_before[0] = 0.0
            # gammas of both signs, and a unit that learning has switched off
            scale = rng.permutation(np.r_[-1, 1, 0, rng.choice([-1, 1], size=n_out - 3)]) * positive
            check_fold(bias_before, f"for a layer of {inputs} inputs and {n_out} units with bias")
        one_unit = [
            array[..., :1].copy() for array in (kernel_before, bias_before, scale, shift, mean, variance)
        ]
        expect.shape(
            fold(*one_unit, some_epsilon)[1],
            (1,),
            "the bias that fold returns, for a single unit",
            step="Give an array with one number for each unit, for a single unit too.",
        )
        if without_bias.passed:
            expect.close(
                fold(
                    kernel_before.copy(),
                    None,
                    scale.copy(),
                    np.zeros(n_out),
                    np.zeros(n_out),
                    variance.copy(),
                    some_epsilon,
                )[1],
                np.zeros(n_out),
                "the bias that fold returns for bias None, where beta and moving mean are 0 as in a new network",
                step="Give an array with one number for each unit, where all of them are 0, too.",
            )

    with exercise.part("fold_model", points=2):

        def network(sizes, activation):
            """A network as build_bn_mlp makes it; each normalisation has an epsilon of its own."""
            layers = [keras.Input(shape=(sizes[0],))]
            for units in sizes[1:-1]:
                layers += [
                    keras.layers.Dense(units, use_bias=False),
                    keras.layers.BatchNormalization(epsilon=float(rng.uniform(0.1, 0.5))),
                    keras.layers.Activation(activation),
                ]
            return keras.Sequential([*layers, keras.layers.Dense(sizes[-1], activation="softmax")])

        def by_hand(rows, arrays, bend, epsilons, softmax=True):
            """What a network with these weights gives; for mistakes."""
            for number, epsilon in enumerate(epsilons):
                kernel, gamma, beta, mean, variance = arrays[5 * number : 5 * number + 5]
                rows = bend(gamma * (rows @ kernel - mean) / np.sqrt(variance + epsilon) + beta)
            logits = rows @ arrays[-2] + arrays[-1]
            powers = np.exp(logits)
            return powers / powers.sum(axis=1, keepdims=True) if softmax else logits

        bends = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}
        deep_sizes = [int(n) for n in rng.choice(np.arange(3, 9), size=rng.integers(4, 6), replace=False)]
        deep = network(deep_sizes, "tanh")
        # the second time, the same network with other weights and another activation function
        for activation, sizes in (("tanh", deep_sizes), ("relu", deep_sizes), ("relu", deep_sizes[:2])):
            normalised = deep if len(sizes) > 2 else network(sizes, activation)
            for layer in normalised.layers[2:-1:3]:
                layer.activation = keras.activations.get(activation)
            arrays = [rng.uniform(0.3, 1.5, size=array.shape) for array in normalised.get_weights()]
            arrays = [
                # all but the moving variances
                array * rng.choice([-1, 1], size=array.shape) if number % 5 != 4 else array
                for number, array in enumerate(arrays)
            ]
            normalised.set_weights(arrays)
            batch = rng.normal(size=(11, sizes[0])).astype("float32")
            wanted = keras.ops.convert_to_numpy(normalised(batch))
            settings = [layer.get_config() for layer in normalised.layers]
            epsilons = [layer.epsilon for layer in normalised.layers[1:-1:3]]
            folded_model = fold_model(normalised)
            if activation == "tanh":  # once in a part will do
                expect.builtin_model(folded_model, "the model that fold_model returns")
            described = f"a model with {activation}" if epsilons else "a model without hidden layers"
            expect.close(
                folded_model(batch),
                wanted,
                f"the probabilities of fold_model(model), for {described}",
                rtol=1e-3,
                atol=1e-4,
                mistakes={
                    "the last layer has lost its softmax": by_hand(
                        batch, arrays, bends[activation], epsilons, softmax=False
                    )
                }
                | (
                    {
                        "the layer has an epsilon of its own, not Keras' default": by_hand(
                            batch, arrays, bends[activation], [1e-3] * len(epsilons)
                        ),
                        "each normalisation has an epsilon of its own, not that of the first": by_hand(
                            batch, arrays, bends[activation], epsilons[:1] * len(epsilons)
                        ),
                        "the activation functions were left out": by_hand(
                            batch, arrays, lambda z: z, epsilons
                        ),
                    }
                    if epsilons
                    else {}
                )
                | (
                    {
                        "the hidden layers have ReLU, whatever the model has": by_hand(
                            batch, arrays, bends["relu"], epsilons
                        )
                    }
                    if activation == "tanh"
                    else {}
                ),
                step="Fold each pair of layers, keep activation functions and the last layer, and make a new "
                "model at each call.",
            )
            expect.equal(
                folded_model.count_params(),
                sum((a + 1) * b for a, b in pairwise(sizes)),
                "the number of parameters of the folded model",
                mistakes={"the normalisations are still in it": normalised.count_params()}
                if epsilons
                else None,
                step="The folded model has Dense and Activation layers alone.",
            )
            # both have an activation; an input layer, which some models list, has a shape instead
            others = [
                layer.name
                for layer in folded_model.layers
                if not {"activation", "batch_shape"} & set(layer.get_config())
            ]
            expect.true(
                not others,
                "the folded model is made of Dense and Activation layers alone",
                got=f"other layers: {', '.join(others)}",
                step="The folded model has Dense and Activation layers alone.",
            )
            expect.equal(
                [normalised.trainable, *(layer.trainable for layer in normalised.layers)],
                [True] * (1 + len(normalised.layers)),
                "whether the original model and its layers are trainable, after fold_model",
                cause="the model that was handed in is frozen",
                step="Leave the flags of the original model as they are.",
            )
            expect.true(
                [layer.get_config() for layer in normalised.layers] == settings,
                "the settings of the original model's layers are the same after fold_model",
                cause="a layer of the model that was handed in is changed",
                step="Build a new model; set nothing in the layers of the old one.",
            )
            expect.close(
                normalised(batch),
                wanted,
                "the probabilities of the original model, after fold_model",
                rtol=1e-4,
                step="Build a new model; do not set weights of the old one.",
            )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Experiment: a trained network, folded
#
# **Predict.** The network that we trained above has 45,310 parameters, 300 of them not trainable. How many
# are left after folding? By how much can an answer change?

# %% tags=["experiment", "nbval-ignore-output"]
to_fold = networks["relu", "Glorot", "before"][-1]
folded = fold_model(to_fold)
runs.record("parameters_before_folding", to_fold.count_params())
runs.record("parameters_after_folding", folded.count_params())
changes = np.abs(keras.ops.convert_to_numpy(to_fold(x_test) - folded(x_test)))
runs.record("largest_change_by_folding", changes.max())
runs.record("test_accuracy_before_folding", accuracy(to_fold, x_test, y_test))
runs.record("test_accuracy_folded", accuracy(folded, x_test, y_test))

figure, axis = plt.subplots(figsize=(6.5, 2.8), layout="constrained")
axis.hist(changes.ravel(), bins=40, color=plots.BLUE, log=True)
axis.set(xlabel="change of a probability by folding", ylabel="how many (of 100,000)")
plots.show(
    figure,
    alt="Histogram of the changes of 100,000 probabilities by folding, with a logarithmic count: nearly all are at 0, "
    "and the largest are about a millionth.",
)

# %% [markdown]
# **Explain.** What remains is a plain MLP of 784-50-50-50-10 with biases, 44,860 parameters, as many as
# the network without batch normalisation has. The probabilities agree up to the rounding of float32. So
# batch normalisation improves the *training*; it does not add to the functions that the network can
# compute.
#
# **Go further.** Can you fold a normalisation layer that comes *after* the activation function? Into which
# layer?

# %% [markdown]
# ## Check your work
#
# The next cell runs all checks again, on your answers as they are now, and lists what is done and what is
# missing. It takes a few seconds and does not train anything again. Before you submit, choose *Restart
# kernel and run all cells* and look here once more: graders run the notebook from the top, too. (Exercises
# 9 and 12, in words, are marked by a person. The points shown here are only those of the checks that you
# see; the others follow when your work is graded.)

# %% tags=["experiment", "nbval-ignore-output"]
from course_utils import selfcheck

selfcheck.report()

# %% [markdown]
# ## What to take away
#
# - In training, each unit is standardised over the minibatch, then scaled by $\gamma$ and shifted by
#   $\beta$. In prediction, moving averages take the place of the batch's mean and variance.
# - **Momentum** is the weight of the past (in Keras): 0.99 remembers about a hundred batches, 0 only the
#   last. A short training run needs a smaller one.
# - A normalisation layer of 50 units has 200 parameters, 100 of them trainable. A bias before it is
#   useless.
# - Neither shifting nor stretching a unit's pre-activations matters any more; the effective learning rate
#   is $\eta / \lVert w \rVert^2$. Networks survive larger learning rates, and deep networks of sigmoids
#   learn.
# - "It reduces internal covariate shift" did not stand up to the test. What can be measured is that
#   gradients stay reliable over a step.
# - **Predicting in training mode is a bug** that large mixed batches hide. Test that an answer does not
#   depend on the rest of the batch.
# - After training, batch normalisation can be folded into the layer before it.
#
# ## Papers
#
# - S. Ioffe, C. Szegedy, *Batch normalization: accelerating deep network training by reducing internal
#   covariate shift*, ICML 2015. arXiv:1502.03167
# - S. Santurkar, D. Tsipras, A. Ilyas, A. Mądry, *How does batch normalization help optimization?*,
#   NeurIPS 2018. arXiv:1805.11604
# - J. Bjorck, C. Gomes, B. Selman, K. Weinberger, *Understanding batch normalization*, NeurIPS 2018.
#   arXiv:1806.02375
# - T. van Laarhoven, *L2 regularization versus batch and weight normalization*, 2017. arXiv:1706.05350
# - Y. Wu, K. He, *Group normalization*, ECCV 2018. arXiv:1803.08494
# - X. Glorot, Y. Bengio, *Understanding the difficulty of training deep feedforward neural networks*,
#   AISTATS 2010, PMLR 9:249-256
