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
# # Practical 3: Initialisation and activation functions
#
# Before a network sees a single image, two choices have been made for it: how its weights are drawn, and
# which activation function acts on the signal between its layers. This practical shows that the two
# choices belong together, computes the right weights for *any* activation function, and follows a famous
# failure to its conclusion: deep, narrow ReLU networks that are dead before training begins.
#
# **When you have finished, you can**
#
# 1. work out the fan-in and fan-out of any layer, and draw Glorot, He and LeCun weights yourself;
# 2. predict the size of a signal after any number of layers, and compute the weights that preserve it;
# 3. look inside a Keras model: collect its activations, find units that are dead or that duplicate others;
# 4. say what zero weights, and weights that are too small or too large, do to sigmoid and to ReLU
#    networks, and why;
# 5. bound the probability that a ReLU network is born dead, and compare the bound with 1,000 training
#    runs, with an interval that says how sure the result is.
#
# **This practical assumes** Practical 1 (dense layers in Keras, ReLU and sigmoid, validation images) and a
# little probability: mean, variance, the normal distribution. Practical 2 is not needed.
#
# **How it works.** Text, experiments and exercises alternate. Write down your guess at every *Predict*
# before you run the cell. In an exercise, replace `raise NotImplementedError(…)` with your answer and run
# the check below it. More checks run when your work is graded, on inputs that you have not seen.
#
# | Exercise | Points | | Exercise | Points |
# |---|---|---|---|---|
# | 1 Fan-in and fan-out | 3 | | 7 Units that do the same | 4 |
# | 2 Draw the weights | 4 | | 8 Four smooth activation functions | 3 |
# | 3 Compare initialisers | 3 | | 9 Dead units | 3 |
# | 4 Collect activations | 3 | | 10 Born dead | 3 |
# | 5 Predict the signal | 4 | | 11 Collapsed, and how sure | 3 |
# | 6 Weights for any activation function | 3 | | 12 What to make of it (in words) | 3 |
# | | | | **Total** | **39** |
#
# **Time.** On two processor cores with little else running, the whole notebook took a minute and a half at
# the full budget (the default), and half a minute at the quick budget. Allow three to four hours for
# reading, guessing and answering.
#
# **Help.** Type `keras.initializers.HeNormal?` in a cell to see its documentation. When things get
# confusing, choose *Restart kernel and run all cells*. When you ask for help, quote the check's feedback
# in full.

# %% [markdown]
# ## 0 Set up

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
import math
from itertools import pairwise, product

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import make_moons

from course_utils import data, ensembles, expect, plots, probes, runs, training

print(training.describe_budget())

# %% [markdown]
# The experiments with images use MNIST, 70,000 handwritten digits, because the results that others have
# published are for MNIST. If it is missing, Fashion-MNIST takes its place: everything below holds for it
# too, with lower accuracies. (`data.load("mnist")` in a new cell fetches MNIST.)

# %% tags=["experiment", "nbval-ignore-output"]
DATA = "mnist"  # or "fashion_mnist": this line chooses
if data.find(DATA) is None:
    print(f"{DATA} is not on this machine: Fashion-MNIST takes its place")
    DATA = "fashion_mnist"
N_VALID, N_TRAIN = 5_000, training.budget(full=15_000, quick=5_000)
images = data.load(DATA)
rows = images.x_train[: N_VALID + N_TRAIN].reshape(-1, 784).astype("float32") / 255
x_valid, y_valid = rows[:N_VALID], images.y_train[:N_VALID]
x_train, y_train = rows[N_VALID:], images.y_train[N_VALID : N_VALID + N_TRAIN]
SEEDS = training.seeds(training.budget(full=5, quick=2))
print(f"{images.name}: {len(x_train):,} training and {len(x_valid):,} validation images; seeds {SEEDS}")

# %% [markdown] tags=["covers-23"]
# ## 1 How large should a weight be?
#
# A layer of a network computes pre-activations $z_k = \sum_i w_{ik} h_i + b_k$ from the outputs $h_i$ of
# the layer before. At the start the biases are 0 and the weights are drawn independently, with mean 0. So
# the terms of the sum are uncorrelated, their variances add up, and
#
# $$\mathrm{Var}(z) = \mathrm{fan_{in}} \cdot \mathrm{Var}(w) \cdot E[h^2],$$
#
# where $\mathrm{fan_{in}}$ is the number of terms. Note the last factor: it is the **mean square** of the
# inputs, not their variance. The two differ whenever the mean of the inputs is not 0, as after a ReLU.
#
# On the way back, the gradient that reaches $h_i$ is a sum over the units that $h_i$ feeds; the number of
# these units is called $\mathrm{fan_{out}}$. So for gradients $\mathrm{fan_{out}} \cdot \mathrm{Var}(w)$
# takes the place of $\mathrm{fan_{in}} \cdot \mathrm{Var}(w)$. There are three common answers to the
# question of how large a weight should be:
#
# | scheme | variance of a weight | made for |
# |---|---|---|
# | **LeCun** (LeCun, Bottou, Orr and Müller, 1998) | $1/\mathrm{fan_{in}}$ | keeping signals where $E[h^2] = \mathrm{Var}(z)$ |
# | **Glorot** (Glorot and Bengio, 2010) | $2/(\mathrm{fan_{in}}+\mathrm{fan_{out}})$ | a compromise between signals and gradients |
# | **He** (He, Zhang, Ren and Sun, 2015) | $2/\mathrm{fan_{in}}$ | ReLU, which halves the mean square |
#
# Each can be drawn from a normal distribution with this variance, or from a uniform distribution between
# $-\ell$ and $\ell$ with the same variance. A uniform distribution on $[-\ell, \ell]$ has the variance
# $\ell^2/3$.
#
# ### Exercise 1: Fan-in and fan-out (3 points)
#
# In Keras, the weights of a layer are an array called its `kernel`:
#
# | layer | shape of the kernel |
# |---|---|
# | `Dense` | (inputs, units) |
# | `Conv1D` | (width, input channels, filters) |
# | `Conv2D` | (height, width, input channels, filters) |
#
# A convolution computes each of its outputs from a small window of its input: a unit of `Conv2D` sums
# over height × width positions and all input channels. In the same way each input feeds height × width
# positions of every filter. (Inputs at the border feed fewer; we ignore that.)
#
# Write `fans(kernel_shape)`, which returns the pair `fan_in, fan_out` for kernels of these three kinds,
# and for windows with any other number of dimensions.
#
# Then compute `conv_limit`. Glorot's *uniform* scheme draws the weights of a `Conv2D` with 32 filters and
# a window of 3 by 3, on photographs with 3 colour channels, from the interval between $-\ell$ and $\ell$.
# How large is $\ell$?


# %% nbgrader={"grade": false, "grade_id": "fans", "locked": false, "schema_version": 3, "solution": true, "task": false}
def fans(kernel_shape):
    """Fan-in and fan-out of a layer.

    Args:
        kernel_shape: tuple of at least two ints: window sizes (none for a dense layer), inputs, outputs.

    Returns:
        fan_in, fan_out: two ints.
    """
    ### BEGIN SOLUTION
    *window, inputs, outputs = kernel_shape
    positions = math.prod(window)
    return positions * inputs, positions * outputs
    ### END SOLUTION


# conv_limit = …
### BEGIN SOLUTION
conv_limit = np.sqrt(6 / sum(fans((3, 3, 3, 32))))
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "fans-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Fan-in and fan-out", points=3) as exercise:
    rng = np.random.default_rng()

    with exercise.part("dense layers", points=1):
        n_in, n_out = (int(n) for n in rng.integers([5, 50], [50, 500]))
        expect.equal(
            list(fans((n_in, n_out))),
            [n_in, n_out],
            f"fans(({n_in}, {n_out}))",
            mistakes={"the two are swapped": [n_out, n_in]},
            step="Each of the units sums over all inputs, and each input feeds all units.",
        )
    with exercise.part("conv_limit is a number", points=0):
        expect.shape(conv_limit, (), "conv_limit", step="Assign one number to conv_limit.")
    ### BEGIN HIDDEN TESTS
    with exercise.part("convolutions", points=1):
        for n_window in (1, 2, 3):
            # from 4 on, no sum of sizes is the product of some of them
            window = [int(n) for n in rng.permutation(np.arange(4, 8))[:n_window]]
            # fewer channels than filters, then more
            sizes = rng.integers([3, 20], [20, 70])[:: 1 if n_window == 1 else -1]
            channels, filters = (int(n) for n in sizes)
            positions = int(np.prod(window))
            expect.equal(
                list(fans((*window, channels, filters))),
                [positions * channels, positions * filters],
                f"fans({(*window, channels, filters)})",
                mistakes={
                    "the window is missing in both": [channels, filters],
                    "the window is taken for square": [
                        window[0] ** n_window * n for n in (channels, filters)
                    ],
                    "only the first two sizes of the window count": [
                        int(np.prod(window[:2])) * n for n in (channels, filters)
                    ],
                    "only the first size of the window counts": [window[0] * n for n in (channels, filters)],
                    "the sizes of the window are multiplied, not added": [
                        sum(window) * n for n in (channels, filters)
                    ],
                    "the window is missing in fan_out": [positions * channels, filters],
                    "the window is missing in fan_in": [channels, positions * filters],
                    "the two are swapped": [positions * filters, positions * channels],
                    "these are the first two entries of the shape: the window": [
                        window[0],
                        (*window, channels)[1],
                    ],
                },
                step="Multiply all window sizes; then by the channels for fan_in, by the filters for fan_out.",
            )
    with exercise.part("the limit of a uniform distribution", points=1):
        right = np.sqrt(6 / (27 + 288))
        expect.close(
            conv_limit,
            right,
            "conv_limit",
            rtol=0.01,
            describe="a positive number",
            mistakes={
                "this is the standard deviation; a uniform distribution reaches √3 times as far": right
                / np.sqrt(3),
                "this is the variance": right**2 / 3,
                "this is He's limit": np.sqrt(6 / 27),
                "this is LeCun's limit": np.sqrt(3 / 27),
                "the window is missing in the fans": np.sqrt(6 / 35),
                "the window is missing in fan_out": np.sqrt(6 / 59),
            },
            step="Find fan_in and fan_out, then Glorot's variance, then the ℓ for which ℓ²/3 is that variance.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-23"]
# ### Exercise 2: Draw the weights (4 points)
#
# Write `draw_weights(shape, scheme, distribution, seed)`. It returns an array of the given shape with
# independent weights of mean 0, where
#
# - `scheme` is `"lecun"`, `"glorot"` or `"he"`, and says which variance the weights have;
# - `distribution` is `"normal"` or `"uniform"`;
# - `seed` is a whole number: the same seed gives the same weights, a different seed gives different ones.
#
# Your `fans` from Exercise 1 can do the counting, and NumPy does the rest:
# `rng = np.random.default_rng(seed)` has the methods `rng.normal` and `rng.uniform`.


# %% nbgrader={"grade": false, "grade_id": "draw-weights", "locked": false, "schema_version": 3, "solution": true, "task": false}
def draw_weights(shape, scheme, distribution, seed):
    """Random initial weights.

    Args:
        shape: shape of the kernel, as `fans` takes it.
        scheme: "lecun", "glorot" or "he".
        distribution: "normal" or "uniform".
        seed: an int.

    Returns:
        An array of this shape.
    """
    ### BEGIN SOLUTION
    fan_in, fan_out = fans(shape)
    variance = {"lecun": 1 / fan_in, "glorot": 2 / (fan_in + fan_out), "he": 2 / fan_in}[scheme]
    rng = np.random.default_rng(seed)
    if distribution == "normal":
        return rng.normal(scale=np.sqrt(variance), size=shape)
    limit = np.sqrt(3 * variance)
    return rng.uniform(-limit, limit, size=shape)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "draw-weights-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false} tags=["builds-on:fans"]
with expect.exercise("Draw the weights", points=4) as exercise:
    rng = np.random.default_rng()

    def check_independent(drawn, called):
        """Averages of n independent weights are √n times as close to 0 as a weight, along every axis."""
        for axis, size in enumerate(drawn.shape):
            # of 200 averages and more: chance moves their standard deviation by 5 %
            expect.close(
                drawn.mean(axis=axis).std() / drawn.std(),
                1 / np.sqrt(size),
                f"the standard deviation of averages of {called} along axis {axis}, in those of a weight",
                rtol=0.35,
                mistakes={
                    "weights along this axis are copies of each other, or alike in sign or size; draw each by itself": 1.0,
                    "the averages are all the same: some weights follow from others; draw each by itself": 0.0,
                },
                step="Let the generator draw an array of the whole shape: size=shape.",
            )

    def drawn_fans():
        """Fan-in, and a fan-out of about four times as much, so that no two mistakes come to the same."""
        n_in = int(rng.integers(100, 150))
        return n_in, int(n_in * rng.uniform(3.7, 4.3))

    def check_spread(shape, fan_in, fan_out, scheme, distribution):
        """Check shape, independence, mean and standard deviation of freshly drawn weights, and return them."""
        called = f"draw_weights({shape}, {scheme!r}, {distribution!r}, …)"
        given = draw_weights(shape, scheme, distribution, int(rng.integers(2**31)))
        expect.true(
            not isinstance(given, (list, tuple)),
            f"what {called} returns is an array",
            got=type(given).__name__,
            step="np.array(…) makes an array of a list.",
        )
        drawn = np.asarray(given)
        expect.shape(drawn, shape, f"what {called} returns")
        check_independent(drawn, called)
        spread = {
            "lecun": np.sqrt(1 / fan_in),
            "glorot": np.sqrt(2 / (fan_in + fan_out)),
            "he": np.sqrt(2 / fan_in),
        }
        # 20,000 weights and more: chance moves the standard deviation by 0.5 %, the mean by 0.7 % of it
        expect.close(
            drawn.std(),
            spread[scheme],
            f"the standard deviation of {called}",
            rtol=0.03,
            mistakes={
                "the variance was used as the standard deviation": spread[scheme] ** 2,
                "the limit is the standard deviation, and √3 is missing": spread[scheme] / np.sqrt(3),
                "the limit was used as the standard deviation": spread[scheme] * np.sqrt(3),
                "fan_out was used for fan_in": {
                    "lecun": np.sqrt(1 / fan_out),
                    "glorot": -1,  # fan_in and fan_out play the same part there
                    "he": np.sqrt(2 / fan_out),
                }[scheme],
                "the 2 is missing": spread[scheme] / np.sqrt(2),
                "there is a factor 2 in the standard deviation; the 2 belongs in the variance": spread[scheme]
                * np.sqrt(2),
            }
            | {f"this is the scheme {other!r}": value for other, value in spread.items() if other != scheme}
            | {
                "weights beyond two standard deviations were drawn again, which makes the others smaller": spread[
                    scheme
                ]
                * 0.8796,
                "weights beyond two standard deviations were moved there, which makes them smaller": spread[
                    scheme
                ]
                * 0.9589,
            }
            | (
                {
                    "the window is missing in the fans": {
                        "lecun": np.sqrt(1 / shape[-2]),
                        "glorot": np.sqrt(2 / (shape[-2] + shape[-1])),
                        "he": np.sqrt(2 / shape[-2]),
                    }[scheme],
                    "the fans are not the first two entries of the shape": {
                        "lecun": np.sqrt(1 / shape[0]),
                        "glorot": np.sqrt(2 / (shape[0] + shape[1])),
                        "he": np.sqrt(2 / shape[0]),
                    }[scheme],
                }
                if len(shape) > 2
                else {}
            ),
            step="Compute the variance from the table, then its square root.",
        )
        expect.close(
            drawn.mean() / spread[scheme],
            0,
            f"the mean of {called}, in standard deviations",
            atol=0.04,
            step="Draw around 0: as often below as above.",
        )
        return drawn

    with exercise.part("He weights, normal", points=1):
        n_in, n_out = drawn_fans()
        check_spread((n_in, n_out), n_in, n_out, "he", "normal")

    ### BEGIN HIDDEN TESTS
    with exercise.part("the other schemes, and convolutions", points=1):
        for scheme in ("lecun", "glorot", "he"):
            n_in, n_out = drawn_fans()
            for shape, fan_in, fan_out in (
                ((n_in, n_out), n_in, n_out),
                ((3, 5, n_in, 30), 15 * n_in, 450),
            ):
                check_spread(shape, fan_in, fan_out, scheme, "normal")
    with exercise.part("uniform distributions", points=1):
        for scheme in ("lecun", "glorot", "he"):
            n_in, n_out = drawn_fans()
            drawn = check_spread((n_in, n_out), n_in, n_out, scheme, "uniform")
            expect.close(
                np.abs(drawn).max() / drawn.std(),
                np.sqrt(3),
                f"the largest weight of the scheme {scheme!r}, uniform, in standard deviations",
                rtol=0.03,
                cause="the weights are not uniform: some are beyond √3 standard deviations"
                if np.abs(drawn).max() > 2 * drawn.std()
                else None,
                step="Draw uniformly between −ℓ and ℓ, with ℓ²/3 equal to the variance.",
            )
    with exercise.part("the shape of the normal distribution, and the seed", points=1):
        seed = int(rng.integers(2**31))
        for scheme in ("lecun", "glorot", "he"):
            drawn = np.asarray(draw_weights((2_000, 10), scheme, "normal", seed))
            # mean absolute value in standard deviations: normal 0.798, truncated at two 0.822, uniform 0.866
            expect.close(
                np.abs(drawn).mean() / drawn.std(),
                0.81,
                f"the mean absolute value of normal weights, in standard deviations (scheme {scheme!r})",
                rtol=0.035,
                mistakes={"the weights are uniform": np.sqrt(3) / 2, "all weights have the same size": 1.0},
                step='Draw from a bell curve when distribution is "normal".',
            )
            # of 20,000 and more normal weights, one is beyond 3; truncated ones end at 2.27, or at 2
            largest = np.abs(drawn).max() / drawn.std()
            expect.true(
                not 2.35 < largest < 3,
                f"the largest normal weight of 20,000 (scheme {scheme!r}) is more than 3 standard deviations from 0",
                got=f"{largest:.2f} standard deviations",
                cause="this is no bell curve: a sum of a few uniform numbers, say, ends too early",
                step='Draw with rng.normal when distribution is "normal".',
            )
        for distribution in ("normal", "uniform"):
            # 0 is a seed like any other, and so are those whose last digits agree
            seeds = [seed, 0, *(seed + 10**power for power in range(7))]
            drawn = [np.asarray(draw_weights((20, 30), "he", distribution, one)) for one in seeds]
            expect.equal(
                draw_weights((20, 30), "he", distribution, seed),
                drawn[0],
                f"two calls with the same seed, compared ({distribution} weights)",
                cause="the weights do not follow from the seed alone: it is not used, or a generator goes on from call to call",
                step="Make a generator with np.random.default_rng(seed) in the function, and draw from it.",
            )
            expect.equal(
                draw_weights((20, 30), "he", distribution, 0),
                drawn[1],
                f"two calls with the seed 0, compared ({distribution} weights)",
                cause="0 is taken for no seed; it is a seed like any other",
                step="Hand the argument seed on to the generator as it is.",
            )
            shares = [float(np.mean(others == drawn[0])) for others in drawn[1:]]
            expect.at_most(
                max(shares),
                0.01,
                f"the share of {distribution} weights that are the same with another seed",
                cause="the argument seed is not used"
                if min(shares) == 1
                else "different seeds are made the same before they are used"
                if max(shares) == 1
                else "the weights take few different values: they are rounded",
                step="Make a generator with np.random.default_rng(seed) in the function, and draw from it.",
            )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-23", "covers-44"]
# ### Experiment: what Keras draws
#
# Now we look at Keras' own initialisers, for a layer of 50 units on images of 784 pixels.
#
# **Predict.** Glorot's uniform weights end at $\pm\sqrt{6/(\mathrm{fan_{in}}+\mathrm{fan_{out}})}$. How
# far do Keras' *normal* Glorot weights reach: to 2, 3 or 5 standard deviations, or as far as chance takes
# them? And what standard deviation do you get if you ask for `"random_normal"`?

# %% tags=["experiment", "nbval-ignore-output"]
layer_shape = (784, 50)
bound = np.sqrt(6 / sum(layer_shape))
initialisers = {
    "glorot_uniform": keras.initializers.GlorotUniform,
    "glorot_normal": keras.initializers.GlorotNormal,
    "random_normal": keras.initializers.RandomNormal,
}
figure, axes = plt.subplots(1, 3, figsize=(9.5, 2.8), layout="constrained", sharex=True)
reach = pd.DataFrame(columns=["sd", "largest, in sd"])
training.set_seed()
for axis, (name, initialiser) in zip(axes, initialisers.items(), strict=True):
    weights = keras.ops.convert_to_numpy(initialiser()(layer_shape)).ravel()
    axis.hist(weights, bins=np.arange(-46, 47) * bound / 16, color=plots.BLUE)  # a bar ends at the bound
    axis.axvline(-bound, color=plots.VERMILION, linestyle="--")
    axis.axvline(bound, color=plots.VERMILION, linestyle="--", label="±√(6 / (784 + 50))")
    axis.set(title=name, xlabel="weight", ylabel="number of weights")
    reach.loc[name] = weights.std(), np.abs(weights).max() / weights.std()
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", frameon=False)
plots.show(
    figure,
    alt="Histograms of 39,200 weights from three Keras initialisers, with two lines at plus and minus 0.085: "
    "glorot_uniform is flat and ends at the lines, glorot_normal is a bell that is cut off a little beyond them, "
    "random_normal is a bell with tails.",
)
print(reach.to_string(float_format="{:.4f}".format))
for name in reach.index:
    runs.record(f"reach_{name}", reach.loc[name, "largest, in sd"], show=False)

# %% [markdown] tags=["covers-50", "covers-52"]
# **See.** The uniform weights end at the dashed lines, $\sqrt3 = 1.73$ standard deviations from 0. Keras'
# normal Glorot weights reach a little further and are then cut off, at 2.27 standard deviations. Only
# `"random_normal"` has the tails of a normal distribution.
#
# **Explain.** For Glorot, He and LeCun, Keras draws from a normal distribution that is *truncated*:
# anything beyond two standard deviations is drawn again. That would make the weights smaller than
# intended (by the factor 0.8796), so Keras starts from a wider bell: $2 / 0.8796 = 2.27$. And
# `"random_normal"` has nothing to do with fan-in: its standard deviation is 0.05 unless you say
# otherwise, whatever the layer. It is *not* the standard normal distribution $N(0, 1)$, although the
# legends of many figures say so.
#
# **Go further.** In this layer, `"glorot_normal"` and `"random_normal"` have almost the same standard
# deviation. Is that a coincidence? In which layers would they differ most?
#
# ### Exercise 3: Compare initialisers (3 points)
#
# We shall train the network 784-50-50-50-10: images of 784 pixels, three hidden layers of 50 units, and
# ten classes. It has 44,860 parameters.
#
# 1. In its layers 784 → 50, 50 → 50 and 50 → 10: by what factor is the standard deviation of He weights
#    larger than that of Glorot weights? Answer with a tuple of three numbers, `he_over_glorot`.
# 2. For which fan-in does `"random_normal"`, with its standard deviation of 0.05, have exactly LeCun's
#    variance? And for which does it have He's? Answer with two numbers, `lecun_fan_in` and `he_fan_in`.

# %% nbgrader={"grade": false, "grade_id": "compare-schemes", "locked": false, "schema_version": 3, "solution": true, "task": false}
# he_over_glorot = (…, …, …)
# lecun_fan_in = …
# he_fan_in = …
### BEGIN SOLUTION
he_over_glorot = (np.sqrt(834 / 784), np.sqrt(2), np.sqrt(60 / 50))
lecun_fan_in = 1 / 0.05**2
he_fan_in = 2 / 0.05**2
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "compare-schemes-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Compare initialisers", points=3) as exercise:
    with exercise.part("the answers are numbers", points=0):
        expect.shape(he_over_glorot, (3,), "he_over_glorot", step="Give a tuple of three numbers.")
        expect.shape(lecun_fan_in, (), "lecun_fan_in", step="Assign one number.")
        expect.shape(he_fan_in, (), "he_fan_in", step="Assign one number.")
    ### BEGIN HIDDEN TESTS
    with exercise.part("He against Glorot", points=2):
        right = np.sqrt(np.array([834 / 784, 100 / 50, 60 / 50]))
        expect.close(
            he_over_glorot,
            right,
            "he_over_glorot",
            rtol=0.005,
            describe="three numbers, each for one layer",
            mistakes={
                "He is √2 times Glorot only where fan-in and fan-out are equal": np.full(3, np.sqrt(2)),
                "this is Glorot over He": 1 / right,
                "these are ratios of variances, not of standard deviations": right**2,
                "He's variance is 2 / fan_in; here it is 2 / fan_out": np.sqrt([834 / 50, 100 / 50, 60 / 10]),
                "He's variance has a 2 that is missing here: this is LeCun over Glorot": right / np.sqrt(2),
            },
            step="Write down both variances for each layer, divide, and take the square root.",
        )
    with exercise.part("where 0.05 is right", points=1):
        expect.close(
            [lecun_fan_in, he_fan_in],
            [400, 800],
            "lecun_fan_in and he_fan_in",
            rtol=0.01,
            describe="two numbers",
            mistakes={
                "0.05 is the standard deviation, not the variance": [20, 40],
                "the two are swapped": [800, 400],
                "He's variance has a 2, so the two differ": [400, 400],
            },
            step="Solve variance = 1 / fan_in and variance = 2 / fan_in for fan_in; the variance is 0.05².",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-57"]
# So "He is √2 times Glorot" holds only where a layer has as many inputs as outputs; in the large first layer
# of a network for images the two are nearly the same. And 0.05 is a reasonable choice for layers of
# several hundred inputs, and for no others.
#
# ## 2 Signals on their way through the layers
#
# ### Exercise 4: Collect activations (3 points)
#
# To see what a network does to a signal, look at the output of every layer. In Keras, each layer of a model
# that begins with `keras.Input` knows its symbolic output, `layer.output`, and
# `keras.Model(model.inputs[0], …)` makes a new model that shares the layers and has any of these as
# outputs. (With one output only, that model gives the output itself, not a list of one.) Alternatively,
# simply call the layers one after the other.
#
# Write `collect_activations(model, x)` for any `keras.Sequential` model. It returns a dict from the name
# of each layer (in the order of the model; `model.layers` does not list the input) to its output for the
# inputs `x`, a NumPy array. The outputs are those of prediction, not of training: dropout layers drop
# nothing, and no layer adds noise. The model must not change.


# %% nbgrader={"grade": false, "grade_id": "collect", "locked": false, "schema_version": 3, "solution": true, "task": false}
def collect_activations(model, x):
    """Outputs of all layers at inference.

    Args:
        model: a built Sequential model.
        x: inputs, an array whose first axis counts examples.

    Returns:
        A dict from layer name to a NumPy array, in the order of the layers.
    """
    ### BEGIN SOLUTION
    outputs = {}
    for layer in model.layers:
        x = layer(x)
        outputs[layer.name] = keras.ops.convert_to_numpy(x)
    return outputs
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "collect-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Collect activations", points=3) as exercise:
    rng = np.random.default_rng()
    batch = rng.normal(size=(70, 6)).astype("float32")
    names = [f"{word}_{rng.integers(1000)}" for word in ("first", "drop", "second", "last")]
    probed = keras.Sequential(
        [
            keras.Input(shape=(6,)),
            keras.layers.Dense(8, activation="relu", name=names[0]),
            keras.layers.Dropout(0.5, name=names[1]),
            keras.layers.Dense(5, activation="tanh", name=names[2]),
            keras.layers.Dense(3, name=names[3]),
        ]
    )
    arrays = [rng.normal(size=shape) for shape in ((6, 8), (8,), (8, 5), (5,), (5, 3), (3,))]
    probed.set_weights(arrays)
    before_relu = batch @ arrays[0] + arrays[1]
    first = np.maximum(before_relu, 0)
    before_tanh = first @ arrays[2] + arrays[3]
    second = np.tanh(before_tanh)
    last = second @ arrays[4] + arrays[5]

    with exercise.part("an entry for each layer, in order", points=1):
        collected = collect_activations(probed, batch.copy())
        expect.equal(
            list(collected),
            names,
            "the keys of the dict",
            step="Take the names from model.layers; each layer has an attribute name.",
        )
        expect.shape(collected[names[0]], (70, 8), "the output of the first layer for 70 inputs")
        expect.true(
            all(isinstance(outputs, np.ndarray) for outputs in collected.values()),
            "the outputs are NumPy arrays",
            got=type(collected[names[0]]).__name__,
            step="keras.ops.convert_to_numpy makes an array of a tensor.",
        )
        single = keras.Sequential([keras.Input(shape=(6,)), keras.layers.Dense(8, name=names[0])])
        expect.shape(
            collect_activations(single, batch)[names[0]],
            (70, 8),
            "the output of the only layer of a network, for 70 inputs",
            cause="a model with one output gives that output itself, not a list of one",
            step="Treat a network of one layer like any other.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("the outputs of the dense layers", points=1):
        handed = batch.copy()
        collected = collect_activations(probed, handed)
        expect.equal(
            handed,
            batch,
            "the array x, after the call",
            cause="the array that was handed in is changed",
            step="Make a new array: x = x - 1 rather than x -= 1.",
        )
        passed_on = np.array(collected[names[1]])
        # what is not dropped is doubled
        dropping = np.shape(passed_on) == first.shape and bool(
            np.isclose(passed_on, np.where(passed_on == 0, 0, 2 * first), rtol=1e-3, atol=1e-4).all()
        )
        for name, right, mistakes in (
            (names[0], first, {"these are the pre-activations, before the ReLU": before_relu}),
            (names[2], second, {"these are the pre-activations, before the tanh": before_tanh}),
            (names[3], last, {}),
        ):
            expect.close(
                collected[name],
                right,
                f"the output of {name}",
                rtol=2e-4,
                atol=1e-4,
                mistakes=mistakes,
                cause="the network works in training mode: the dropout layer drops something"
                if dropping
                else None,
                step="Feed each layer with the output of the one before, at inference.",
            )
        # all layers of one width, so that nothing but the order says what goes into which
        even = keras.Sequential(
            [
                keras.Input(shape=(6,)),
                keras.layers.Dense(6, activation="tanh", use_bias=False, name="even"),
                keras.layers.Dense(6, activation="tanh", use_bias=False, name="above"),
            ]
        )
        kernels, rights, signal = rng.normal(size=(2, 6, 6)), {}, batch
        even.set_weights(kernels)
        for layer, kernel in zip(even.layers, kernels, strict=True):
            signal = np.tanh(signal @ kernel)
            rights[layer.name] = signal
        collected = collect_activations(even, batch)
        left = set(names) & set(collected)
        expect.true(
            not left,
            "the dict for another network holds none of the layers of the first",
            got=", ".join(sorted(left)),
            cause="the dict still holds what an earlier call found",
            step="Make the dict inside the function, anew in each call.",
        )
        expect.equal(
            list(collected),
            list(rights),
            "the keys of the dict for another network",
            step="Take the names from model.layers; each layer has an attribute name.",
        )
        for (name, right), kernel in zip(rights.items(), kernels, strict=True):
            expect.close(
                collected[name],
                right,
                f"the output of {name}, in a network of two layers of six units",
                rtol=2e-4,
                atol=1e-4,
                mistakes={
                    "this is what the layer gives for the inputs of the network": np.tanh(batch @ kernel)
                },
                step="Feed each layer with the output of the one before.",
            )
    small_images = rng.normal(size=(5, 6, 7, 2)).astype("float32")
    seeing = keras.Sequential(
        [
            keras.Input(shape=small_images.shape[1:]),
            keras.layers.Conv2D(3, 2, name="windows"),
            keras.layers.BatchNormalization(name="normal"),
            keras.layers.GaussianNoise(0.5, name="noisy"),
            keras.layers.Activation("tanh", name="bend"),
            keras.layers.Flatten(name="flat"),
            keras.layers.Dense(1, name="one"),
        ]
    )
    seeing.set_weights([rng.uniform(0.5, 1.5, size=array.shape) for array in seeing.get_weights()])

    with exercise.part("at inference, nothing is dropped", points=1):
        expect.close(
            collect_activations(probed, batch)[names[1]],
            first,
            "the output of the dropout layer",
            rtol=2e-4,
            atol=1e-4,
            step="Call the layers, or the model, with training=False.",
        )
        rights, signal = {}, small_images
        for layer in seeing.layers:
            signal = layer(signal, training=False)
            rights[layer.name] = np.array(signal)
        windows = rights["windows"]
        mean, variance = windows.mean(axis=(0, 1, 2)), windows.var(axis=(0, 1, 2))
        weights = seeing.get_weights()
        gamma, beta = weights[2:4]
        for n_images in (5, 1):
            collected = collect_activations(seeing, small_images[:n_images])
            for layer, of_five in rights.items():
                right = of_five[:n_images]
                called = f"the output of the layer {layer!r} of a network for {n_images} images"
                expect.shape(
                    collected[layer],
                    right.shape,
                    called,
                    cause="the dict still holds what an earlier call found"
                    if np.shape(collected[layer]) == of_five.shape
                    else "axes of length 1 were removed, or images made flat; outputs stay as the layer gives them",
                    step="Hand on what each layer gives, without another shape.",
                )
                expect.close(
                    collected[layer],
                    right,
                    called,
                    rtol=1e-3,
                    atol=1e-4,
                    mistakes={
                        "this is batch normalisation as in training, with the statistics of the batch": gamma
                        * (windows - mean)
                        / np.sqrt(variance + 1e-3)
                        + beta
                    }
                    if layer == "normal"
                    else {},
                    cause="the layer adds noise, as in training" if layer == "noisy" else None,
                    step="Let Keras compute each layer at inference, with training=False: it need not be Dense.",
                )
            expect.equal(
                np.concatenate([array.ravel() for array in seeing.get_weights()]),
                np.concatenate([array.ravel() for array in weights]),
                "the weights and moving averages of the model, after the call",
                cause="a layer was called in training mode, which moves the averages of a batch normalisation",
                step="Call the layers, or the model, with training=False.",
            )
            expect.equal(
                [seeing.trainable, *(layer.trainable for layer in seeing.layers)],
                [True] * (1 + len(seeing.layers)),
                "whether the model and its layers are trainable, after the call",
                cause="the model that was handed in is frozen",
                step="Use training=False in the call; trainable is about learning, and stays as it is.",
            )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-44", "covers-56"]
# ### Experiment: tanh and sigmoid, three sizes of weights
#
# We take a network of five hidden layers of 100 units, for 100 inputs that are independent standard normal
# numbers. We draw the weights with the standard deviations 0.10, 0.14 and 0.28. For layers of 100 inputs
# and 100 units, 0.10 is Glorot's (and LeCun's) and $0.14 \approx \sqrt{2/100}$ is He's. Each histogram
# counts the activations of all units for all inputs, on a scale of its own; the standard deviation in its
# title is taken over both units and inputs.
#
# **Predict.** For tanh: with which of the three do the activations of the fifth layer crowd around 0, and
# with which at −1 and 1? For sigmoids: around which number?


# %% tags=["experiment", "nbval-ignore-output"]
def deep_network(activation, stddev, depth=5, width=100):
    """Hidden layers only, without biases, with normal weights of one standard deviation."""
    initialiser = keras.initializers.RandomNormal(stddev=stddev)
    return keras.Sequential(
        [
            keras.Input(shape=(width,)),
            *(
                keras.layers.Dense(
                    width,
                    activation=activation,
                    use_bias=False,
                    kernel_initializer=initialiser.clone(),
                    name=f"layer_{number}",
                )
                for number in range(1, depth + 1)
            ),
        ]
    )


noise = np.random.default_rng(training.base_seed()).normal(size=(500, 100)).astype("float32")


activations = {}
for activation in ("tanh", "sigmoid"):
    for stddev in (0.10, 0.14, 0.28):
        training.set_seed()
        outputs = collect_activations(deep_network(activation, stddev), noise)
        activations[activation, stddev] = {name.replace("_", " "): values for name, values in outputs.items()}
SCHEMES = {0.10: "Glorot: sd 0.10", 0.14: "He: sd 0.14", 0.28: "sd 0.28"}
plots.show(
    plots.layer_histograms({SCHEMES[sd]: activations["tanh", sd] for sd in SCHEMES}, -1, 1),
    alt="Histograms of tanh activations, five layers, three sizes of weights. With 0.10 they narrow slowly around 0, "
    "with 0.14 they stay broad, with 0.28 they pile up at -1 and 1.",
)
plots.show(
    plots.layer_histograms({SCHEMES[sd]: activations["sigmoid", sd] for sd in SCHEMES}, 0, 1),
    alt="Histograms of sigmoid activations, five layers, three sizes of weights: around one half, narrower for smaller "
    "weights, and ragged in the last layers.",
)
over_inputs = pd.DataFrame(index=[f"layer {number}" for number in range(1, 6)])
for (activation, stddev), outputs in activations.items():
    over_inputs[f"{activation} {stddev:.2f}"] = [values.std(axis=0).mean() for values in outputs.values()]
    name = f"{activation}_{100 * stddev:.0f}_fifth_layer_sd_over_inputs"
    runs.record(name, over_inputs.iloc[-1, -1], show=False)
print("standard deviation of a unit's activation over the inputs, mean over the units")
print(over_inputs.to_string(float_format="{:.4f}".format))

# %% [markdown]
# **Try.** Choose the size of the weights, and walk through twenty layers of tanh. At what standard
# deviation is the histogram of the twentieth layer about as broad as that of the third, with neither a
# spike at 0 nor piles at −1 and 1?

# %% tags=["experiment", "nbval-ignore-output"]
from course_utils import sliders

generator = np.random.default_rng(training.base_seed())
kernels_of_twenty = generator.normal(size=(20, 100, 100))


def tanh_after(layer, stddev):
    """The activations after a given number of layers of tanh, with weights of this standard deviation."""
    signal = noise
    for kernel in kernels_of_twenty[:layer]:
        signal = np.tanh(signal @ kernel * stddev)
    return signal


figure, axis = plt.subplots(figsize=(4.2, 1.8), layout="constrained")
axis.set_xlim(-1, 1)
axis.set_ylim(0, 1.05)
axis.set_xticks([-1, 0, 1])
axis.set_yticks([])
axis.set_xlabel("activation")
axis.set_ylabel("how many\n(own scale)")
(outline,) = axis.plot([], [], color=plots.BLUE)


def histogram_at(stddev, layer):
    """The outline of the histogram of a layer's activations."""
    values = tanh_after(layer, stddev)
    counts, edges = np.histogram(values, 16, (-1, 1))
    points = np.repeat(edges, 2)[1:-1], np.repeat(counts / counts.max(), 2)
    return {
        outline: points
    }, f"Their sd is {values.std():.2f}; {np.mean(abs(values) > 0.95):.0%} are beyond ±0.95."


sliders.show(
    figure,
    histogram_at,
    {"sd of the weights": [0.05, 0.08, 0.1, 0.14, 0.2, 0.28], "layer": [1, 3, 10, 20]},
    start=(0.1, 3),
    alt="A histogram of the tanh activations of one layer, from -1 to 1.",
)

# %% [markdown]
# **See.** tanh: with 0.10 the activations shrink from layer to layer, with 0.14 they stay broad, with 0.28 most
# units are **saturated**: near −1 or 1, where the slope is small. Sigmoids: the histograms of the last layers are
# ragged. Each spike is a unit that gives nearly the same answer to *every* input. The table puts this
# into numbers: it shows how much a unit's activation varies over the inputs *alone*. In the fifth layer
# of sigmoids that is a small part of the standard deviation in the title: the rest is the difference
# between the units.
#
# **Explain.** The slope of tanh at 0 is 1; there it passes signals on almost unchanged, so with Glorot's
# weights they shrink slowly. The slope of the sigmoid is 1/4 at most: with weights of these sizes,
# variations shrink in each layer. But the sigmoid's *mean square* stays above $1/4$, because of its mean
# $1/2$. So the pre-activations do not vanish; they just stop depending on the input. This weakness of
# sigmoids will show when we train them, below.
#
# **Go further.** Which weights keep sigmoid activations broad? Try standard deviations up to 1.

# %% [markdown]
# ### The mean square after an activation function
#
# To predict these histograms we need one number for each activation function $\varphi$: the mean square
# $E[\varphi(z)^2]$ of its output when its input $z$ is normal with mean 0 and a given variance. (In wide
# layers, sums of many independent terms *are* nearly normal.) The next cell computes this number for you,
# as a weighted sum over a fine grid, for any activation function that Keras knows by name.


# %% nbgrader={"grade": false, "grade_id": "mean-square", "locked": true, "schema_version": 3, "solution": false, "task": false}
def mean_square(activation, variance):
    """E[φ(z)²] for a normal z with mean 0.

    Args:
        activation: the name of a Keras activation function: "relu", "tanh", "linear", …
        variance: variance of z, a number.

    Returns:
        A float.
    """
    grid = np.linspace(-8, 8, 4001)
    density = np.exp(-(grid**2) / 2)
    outputs = keras.activations.get(activation)(
        keras.ops.convert_to_tensor(np.sqrt(variance) * grid, "float32")
    )
    squares = keras.ops.convert_to_numpy(outputs).astype("float64") ** 2
    return float(density @ squares / density.sum())


for name in ("linear", "relu", "tanh", "sigmoid"):
    print(f"{name:>8}: {mean_square(name, 1.0):.3f}")

# %% [markdown]
# ReLU halves the mean square, exactly, whatever the variance. For the others it depends on the variance.
#
# ### Exercise 5: Predict the signal (4 points)
#
# Let $q_l$ be the variance of the pre-activations of layer $l$. By the formula of section 1,
#
# $$q_1 = \mathrm{fan_{in}^{(1)}} \, s_1^2 \, E[x^2], \qquad
# q_l = \mathrm{fan_{in}^{(l)}} \, s_l^2 \, E\!\left[\varphi(z_{l-1})^2\right] \quad (l > 1),$$
#
# where $s_l$ is the standard deviation of the weights of layer $l$, $E[x^2]$ the mean square of the inputs,
# and $z_{l-1}$ is normal with mean 0 and variance $q_{l-1}$.
#
# 1. Write `predict_variances(input_mean_square, fan_ins, weight_stds, activation)`, which returns the list of
#    all $q_l$. Use `mean_square`.
# 2. A ReLU network has layers of equal width and *Glorot* weights. After how many further layers does the
#    standard deviation of the pre-activations first fall **below 1 %** of what it was in the first layer?
#    Call the number `layers_to_one_percent`.
# 3. Someone uses *He* weights for layers **without** an activation function (linear layers). By what
#    factor does the *standard deviation* of the pre-activations grow over ten further layers? Call it
#    `he_linear_growth`.


# %% nbgrader={"grade": false, "grade_id": "predict-variances", "locked": false, "schema_version": 3, "solution": true, "task": false}
def predict_variances(input_mean_square, fan_ins, weight_stds, activation):
    """Variances of the pre-activations, layer by layer.

    Args:
        input_mean_square: E[x²] of the network's inputs, a number.
        fan_ins: fan-in of each layer, a list of L ints.
        weight_stds: standard deviation of the weights of each layer, a list of L numbers.
        activation: activation function of all layers, by its Keras name.

    Returns:
        A list of L floats.
    """
    ### BEGIN SOLUTION
    variances = []
    signal = input_mean_square
    for fan_in, std in zip(fan_ins, weight_stds, strict=True):
        variances.append(fan_in * std**2 * signal)
        signal = mean_square(activation, variances[-1])
    return variances
    ### END SOLUTION


# layers_to_one_percent = …
# he_linear_growth = …
### BEGIN SOLUTION
layers_to_one_percent = np.ceil(np.log(0.01) / np.log(np.sqrt(1 / 2)))
he_linear_growth = np.sqrt(2) ** 10
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "predict-variances-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Predict the signal", points=4) as exercise:
    rng = np.random.default_rng()

    def drawn_network(depth):
        """Mean square of the inputs, fan-ins and standard deviations of weights that keep signals in bounds."""
        fan_ins = [int(n) for n in rng.integers(20, 400, size=depth)]
        return (
            float(10 ** rng.uniform(-2, 2)),
            fan_ins,
            [float(rng.uniform(0.7, 1.8) / np.sqrt(n)) for n in fan_ins],
        )

    def variances_with(after, start, fan_ins, stds):
        """The recursion, with `after(q)` as what a layer makes of the variance q."""
        found, signal = [], start
        for n, s in zip(fan_ins, stds, strict=True):
            found.append(n * s**2 * signal)
            signal = after(found[-1])
        return found

    def predicted_for(start, fan_ins, stds, activation):
        """What predict_variances gives; its lists must be afterwards what they were."""
        handed = [list(fan_ins), list(stds)]
        predicted = predict_variances(start, *handed, activation)
        expect.equal(
            handed,
            [list(fan_ins), list(stds)],
            "the lists fan_ins and weight_stds, after the call",
            cause="a list that was handed in is changed",
            step="Go through the lists with zip and a for loop: pop takes entries from whoever called.",
        )
        return predicted

    with exercise.part("ReLU networks", points=1):
        _, fan_ins, stds = drawn_network(4)
        start = float(rng.uniform(20, 100))  # inputs need not be standardised
        network = start, fan_ins, stds
        predicted = predicted_for(start, fan_ins, stds, "relu")
        expect.close(
            predicted,
            variances_with(lambda q: q / 2, *network),
            f"the variances of a ReLU network with the fan-ins {fan_ins}",
            rtol=0.01,
            mistakes={
                "E[h²] of the layer before is its variance: mean_square was not applied": variances_with(
                    lambda q: q, *network
                ),
                "weight_stds are standard deviations: square them": variances_with(
                    lambda q: q / 2, start, fan_ins, np.sqrt(stds)
                ),
                "mean_square takes a variance; it was given a standard deviation": variances_with(
                    lambda q: np.sqrt(q) / 2, *network
                ),
                "the fan-in is missing": variances_with(lambda q: q / 2, start, np.ones(4), stds),
                "these are standard deviations": np.sqrt(variances_with(lambda q: q / 2, *network)),
                "these are mean squares after the activation": np.array(
                    variances_with(lambda q: q / 2, *network)
                )
                / 2,
                "the variance of the outputs was used in place of their mean square": variances_with(
                    lambda q: q * (0.5 - 0.5 / np.pi), *network
                ),
                "the activation was applied to the inputs too": variances_with(
                    lambda q: q / 2, start / 2, fan_ins, stds
                ),
                "the inputs are taken for standardised, with a mean square of 1": variances_with(
                    lambda q: q / 2, 1.0, fan_ins, stds
                ),
                "all layers were given the fan-in of the first": variances_with(
                    lambda q: q / 2, start, fan_ins[:1] * 4, stds
                ),
                "all layers were given the weights' standard deviation of the first": variances_with(
                    lambda q: q / 2, start, fan_ins, stds[:1] * 4
                ),
            },
            step="Begin with the inputs' mean square; after each layer, put mean_square(activation, q) in its place.",
        )
    with exercise.part("the answers are numbers", points=0):
        expect.shape(layers_to_one_percent, (), "layers_to_one_percent", step="Assign one number.")
        expect.shape(he_linear_growth, (), "he_linear_growth", step="Assign one number.")
    ### BEGIN HIDDEN TESTS
    with exercise.part("other activation functions and depths", points=1):
        # the deepest first and one layer last: in every draw, what fails at some depths fails at the same name
        depths = [*rng.integers([6, 2, 2, 2], 9), 1]
        for name, depth in zip(("tanh", "sigmoid", "linear", "selu", "tanh"), depths, strict=True):
            start, fan_ins, stds = drawn_network(int(depth))
            # inputs far below and far above 1, whatever was drawn: nothing is rounded away, nothing cut off
            start *= {"linear": 1e-3, "selu": 1e3}.get(name, 1)
            network, of_one = (start, fan_ins, stds), mean_square(name, 1.0)
            expect.close(
                predicted_for(start, fan_ins, stds, name),
                variances_with(lambda q, name=name: mean_square(name, q), *network),
                f"the variances of a network of {len(fan_ins)} layers with the activation {name!r}",
                rtol=0.01,
                mistakes={
                    "the activation is ignored: this is a ReLU network": variances_with(
                        lambda q: q / 2, *network
                    ),
                    "the mean square at variance 1 was used for all variances": variances_with(
                        lambda q, of_one=of_one: q * of_one, *network
                    ),
                    "mean_square takes a variance; it was given a standard deviation": variances_with(
                        lambda q, name=name: mean_square(name, np.sqrt(q)), *network
                    ),
                    "E[h²] of the layer before is its variance: mean_square was not applied": variances_with(
                        lambda q: q, *network
                    ),
                    "the inputs are taken for standardised, with a mean square of 1": variances_with(
                        lambda q, name=name: mean_square(name, q), 1.0, fan_ins, stds
                    ),
                }
                | {
                    f"the inputs' mean square is taken for {most} at most": variances_with(
                        lambda q, name=name: mean_square(name, q), min(start, most), fan_ins, stds
                    )
                    for most in (10, 100)
                    if most < start
                },
                step="Pass on the argument activation, and the variance of the layer before.",
            )
    with exercise.part("Glorot weights in a ReLU network", points=1):
        expect.equal(
            layers_to_one_percent,
            14,
            "layers_to_one_percent",
            describe="a whole number",
            mistakes={
                "that is where the variance, not the standard deviation, is below 1 %": 7,
                "that is just before: it must be below 1 %": 13,
                "the first layer was counted, too": 15,
            },
            step="By which factor does the variance change in each layer? And the standard deviation?",
        )
    with exercise.part("He weights in a linear network", points=1):
        expect.close(
            he_linear_growth,
            32,
            "he_linear_growth",
            rtol=0.01,
            describe="a factor greater than 1",
            mistakes={
                "this is the growth of the variance": 1024,
                "this is the growth of the variance over one layer": 2,
                "growth multiplies from layer to layer, it does not add up": 10 * np.sqrt(2),
            },
            step="With He weights, fan_in · s² is 2, and linear layers have E[h²] = q.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Experiment: does the prediction hold?
#
# The theory is for infinitely wide layers; our networks have 100 units. For ReLU we take Glorot's and
# He's weights; for tanh, the three sizes from above.
#
# **Predict.** By what percentage will the measured standard deviation of the pre-activations in the fifth
# layer differ from the predicted one, on average and in a single network: 1, 10 or 50?

# %% tags=["experiment", "nbval-ignore-output"]
LAYERS = [f"layer {number}" for number in range(1, 6)]
compared, off = pd.DataFrame(columns=LAYERS), {}
for activation, deviations in {"tanh": (0.10, 0.14, 0.28), "relu": (0.10, np.sqrt(2 / 100))}.items():
    network = deep_network(activation, 0.10)
    for stddev in deviations:
        predicted = np.sqrt(predict_variances(1.0, [100] * 5, [stddev] * 5, activation))
        measured = []
        for seed in training.seeds(20):
            rng = np.random.default_rng(seed)
            kernels = [rng.normal(scale=stddev, size=(100, 100)).astype("float32") for _ in LAYERS]
            network.set_weights(kernels)
            signals = [noise, *collect_activations(network, noise).values()]
            measured.append([(h @ kernel).var() for h, kernel in zip(signals[:5], kernels, strict=True)])
        name = f"{activation} {stddev:.2f}"
        compared.loc[f"{name}: predicted"] = predicted
        compared.loc[f"{name}: measured"] = np.sqrt(
            np.mean(measured, axis=0)
        )  # variances have the right mean
        compared.loc[f"{name}: sd over networks"] = np.sqrt(measured).std(axis=0, ddof=1)
        off[name] = abs(compared.loc[f"{name}: measured"].iloc[4] / predicted[4] - 1)
print("standard deviation of the pre-activations; measured: root of the mean variance of 20 networks")
print(compared.to_string(float_format="{:.3f}".format))
print("off in layer 5:", ", ".join(f"{name} {error:.1%}" for name, error in off.items()))
runs.record("largest_relative_error_of_the_prediction", max(off.values()), show=False)

above_zero = {}
for name, stddev in {"Glorot: sd 0.10": 0.10, "He: sd 0.14": np.sqrt(2 / 100)}.items():
    training.set_seed()
    outputs = collect_activations(deep_network("relu", stddev), noise)
    above_zero[name] = {
        f"{layer.replace('_', ' ')}\n{np.mean(values == 0):.0%} are 0, rest": values[values > 0]
        for layer, values in outputs.items()
    }
plots.show(
    plots.layer_histograms(above_zero, 0, 5),
    alt="Histograms of the ReLU activations above 0, five layers. With Glorot weights they shrink towards 0 from layer "
    "to layer, with He weights they keep their width. About half of all activations are 0 in every layer, and left out.",
)

# %% [markdown]
# **See.** Averaged over 20 networks, the prediction is right to about one per cent in every layer, for tanh and for ReLU.
# With Glorot weights the ReLU signal is down to a quarter after four further layers ($2^{-4/2}$); with He
# weights it keeps its size. A *single* network is another matter: with ReLU it is off by about 12 % in
# the fifth layer (a standard deviation of 0.17 around 1.41), with tanh by 1 to 2 %.
#
# **Explain.** One formula predicts every panel above: multiply by $\mathrm{fan_{in}}\,s^2$, apply
# $E[\varphi(z)^2]$, repeat. The scatter from network to network is what 100 units (rather than infinitely many)
# cost. For ReLU it grows with depth: 0.01 in the first layer, 0.04 in the second, 0.17 in the fifth,
# because what a layer loses or gains is passed on in proportion. tanh compresses large signals, and so
# damps the scatter.
#
# **Go further.** Repeat with layers of 25 and of 400 units. How does the scatter over the seeds depend on
# the width?
#
# ### Exercise 6: Weights for any activation function (3 points)
#
# LeCun, Glorot and He each had one activation function in mind. With `mean_square` you can do the same for
# any function: choose the standard deviation of the weights so that a variance of **1** is preserved,
# $q_{l} = q_{l-1} = 1$.
#
# 1. Write `weight_std(activation, fan_in)`.
# 2. For layers with as many inputs as units, LeCun's and Glorot's variances are the same, $1/\mathrm{fan_{in}}$,
#    and He's is $2/\mathrm{fan_{in}}$. Which of the two is closer to your variance, `"lecun"` or `"he"`?
#    Answer with a dict `closest` that has the keys `"linear"`, `"relu"`, `"leaky_relu"`, `"gelu"` and
#    `"selu"`.


# %% nbgrader={"grade": false, "grade_id": "weight-std", "locked": false, "schema_version": 3, "solution": true, "task": false}
def weight_std(activation, fan_in):
    """The standard deviation of weights that keep pre-activations of variance 1 at variance 1.

    Args:
        activation: the name of a Keras activation function.
        fan_in: number of inputs of the layer.

    Returns:
        A float.
    """
    ### BEGIN SOLUTION
    return 1 / np.sqrt(fan_in * mean_square(activation, 1.0))
    ### END SOLUTION


# closest = {"linear": …, "relu": …, "leaky_relu": …, "gelu": …, "selu": …}
### BEGIN SOLUTION
closest = {"linear": "lecun", "relu": "he", "leaky_relu": "he", "gelu": "he", "selu": "lecun"}
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "weight-std-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Weights for any activation function", points=3) as exercise:
    rng = np.random.default_rng()

    with exercise.part("ReLU: He's weights", points=1):
        n_in = int(rng.integers(20, 900))
        expect.close(
            weight_std("relu", n_in),
            np.sqrt(2 / n_in),
            f'weight_std("relu", {n_in})',
            rtol=0.01,
            mistakes={
                "this is the variance": 2 / n_in,
                "these are LeCun's weights": np.sqrt(1 / n_in),
                "the mean square belongs in the denominator": np.sqrt(0.5 / n_in),
            },
            step="Solve 1 = fan_in · s² · E[φ(z)²] for s.",
        )
    with exercise.part("closest has an entry for each function", points=0):
        expect.equal(
            set(closest),
            {"linear", "relu", "leaky_relu", "gelu", "selu"},
            "the keys of closest",
            step="Use these five keys.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("other activation functions", points=1):
        for name in ("linear", "tanh", "sigmoid", "exponential", "selu", "gelu", "silu", "leaky_relu"):
            narrow, wide = (int(n) for n in rng.integers([1, 2_000], [9, 9_000]))
            of_one_input = 1 / np.sqrt(mean_square(name, 1.0))
            for n_in, other in ((narrow, wide), (wide, narrow)):
                right = of_one_input / np.sqrt(n_in)
                expect.close(
                    weight_std(name, n_in),
                    right,
                    f"weight_std({name!r}, {n_in})",
                    rtol=0.01,
                    mistakes={
                        f"this is the answer to the call before, for the fan-in {other}": of_one_input
                        / np.sqrt(other),
                        "mean_square was taken at the variance fan_in": 1 / np.sqrt(mean_square(name, n_in)),
                    }
                    | (
                        {}
                        if name in ("linear", "selu")
                        else {f"these are LeCun's weights; {name} needs others": np.sqrt(1 / n_in)}
                    )
                    | (
                        {"Keras' leaky ReLU has the slope 0.2; this is for 0.01": np.sqrt(2 / 1.0001 / n_in)}
                        if name == "leaky_relu"
                        else {f"these are He's weights, for ReLU; {name} needs others": np.sqrt(2 / n_in)}
                    )
                    | {f"this is rounded to {digits} digits": round(right, digits) for digits in (1, 2, 3)},
                    step="Take E[φ(z)²] from mean_square, with the argument activation and the variance 1.",
                )
    with exercise.part("which scheme is closest", points=1):
        expect.equal(
            closest,
            {"linear": "lecun", "relu": "he", "leaky_relu": "he", "gelu": "he", "selu": "lecun"},
            "closest",
            describe='"lecun" or "he" for each function',
            mistakes={
                "GELU keeps less than half of the mean square, as ReLU does": {
                    "linear": "lecun",
                    "relu": "he",
                    "leaky_relu": "he",
                    "gelu": "lecun",
                    "selu": "lecun",
                },
                "SELU keeps the whole mean square, unlike ReLU": {
                    "linear": "lecun",
                    "relu": "he",
                    "leaky_relu": "he",
                    "gelu": "he",
                    "selu": "he",
                },
            },
            step="Print weight_std(name, 1) ** 2 for each of the five: is it closer to 1 or to 2?",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-50"]
# ## 3 The same network from different beginnings
#
# Signals before training are one thing. Does the starting point still matter after thousands of training
# steps?
#
# ### Experiment: five beginnings, two activation functions
#
# We train 784-50-50-50-10 with plain SGD, a learning rate of 0.1 and minibatches of 32, with sigmoids and
# with ReLU, from five kinds of initial weights: Glorot normal, He normal, Keras' `"random_normal"` (standard
# deviation 0.05), the standard normal distribution $N(0, 1)$, and zeros. (Biases start at 0 in all of
# them.)
#
# With networks this small, a processor spends more time waiting than computing. `together.fit` therefore
# trains all of them at once, on the same minibatches; each ends up as it would with Keras' own `fit`.
#
# **Predict.** Make a table of two rows and five columns, and write "learns" or "stays at one tenth" in
# each of its ten cells.


# %% tags=["experiment", "nbval-ignore-output"]
from course_utils import together

SIZES = (784, 50, 50, 50, 10)
EPOCHS = training.budget(full=20, quick=3)
BEGINNINGS = {
    "Glorot normal": "glorot_normal",
    "He normal": "he_normal",
    "normal, sd 0.05": "random_normal",
    "normal, sd 1": keras.initializers.RandomNormal(stddev=1.0),
    "zeros": "zeros",
}


def build_network(activation):
    """784-50-50-50-10 with a softmax at the end."""
    chain = [keras.layers.Dense(units, activation=activation) for units in SIZES[1:-1]]
    return keras.Sequential(
        [keras.Input(shape=(SIZES[0],)), *chain, keras.layers.Dense(SIZES[-1], activation="softmax")]
    )


def begin(model, beginning):
    """Draw all kernels, also the last, as told; biases become 0."""
    initialiser = keras.initializers.get(BEGINNINGS[beginning])
    arrays = []
    for shape in pairwise(SIZES):
        arrays += [keras.ops.convert_to_numpy(initialiser.clone()(shape)), np.zeros(shape[1])]
    model.set_weights(arrays)


networks = {}
for activation, beginning, seed in product(("sigmoid", "relu"), BEGINNINGS, SEEDS):
    training.set_seed(seed)
    model = networks[activation, beginning, seed] = build_network(activation)
    begin(model, beginning)
histories = together.fit(
    networks.values(),
    x_train,
    y_train,
    optimizer=keras.optimizers.SGD(learning_rate=0.1),
    epochs=EPOCHS,
    validation_data=(x_valid, y_valid),
    seed=training.base_seed(),
    verbose=0,
)

accuracies, answers_alike = {}, {}
for ((activation, beginning, _), model), history in zip(networks.items(), histories, strict=True):
    accuracies.setdefault(activation, {}).setdefault(beginning, []).append(history["val_accuracy"])
    answers = keras.ops.convert_to_numpy(model(x_valid))
    alike = answers_alike.setdefault(
        f"{activation}, {beginning}", {"not numbers": 0, "one for all images": 0}
    )
    alike["not numbers"] += bool(np.isnan(answers).any())
    alike["one for all images"] += bool(np.ptp(answers, axis=0).max() < 1e-6)

figure = plots.mean_and_range(
    accuracies,
    range(1, EPOCHS + 1),
    xlabel="epoch",
    ylabel="validation accuracy",
    legend_title="initial weights",
)
plots.show(
    figure,
    alt="Validation accuracy over the epochs for sigmoid and for ReLU networks, five kinds of initial weights each. "
    "ReLU: Glorot and He learn at once, 0.05 more slowly at first; standard normal weights and zeros stay at one tenth. "
    "Sigmoid: the order is another one: standard normal weights lead at first, zeros are last.",
)
table = pd.DataFrame(
    {
        activation: {
            beginning: f"{np.mean(of_seeds, axis=0)[-1]:.3f} ± {np.std(of_seeds, axis=0, ddof=1)[-1]:.3f}"
            for beginning, of_seeds in by_beginning.items()
        }
        for activation, by_beginning in accuracies.items()
    }
)
print(f"validation accuracy after {EPOCHS} epochs, mean ± sd over {len(SEEDS)} seeds ({images.name})")
print(table.to_string())
print(f"networks, of {len(SEEDS)}, whose answers after training are …")
print(pd.DataFrame(answers_alike).T.to_string())
print(f"parameters: {model.count_params():,}")
for activation, by_beginning in accuracies.items():
    for beginning, of_seeds in by_beginning.items():
        name = beginning.lower().replace(", ", " ").replace(" ", "_")
        runs.record(f"{activation}_{name}_val_accuracy", np.mean(of_seeds, axis=0)[-1], show=False)

# %% [markdown]
# **See.** (Lines are means over the seeds; bands run from the lowest to the highest.) On MNIST at the full
# budget, with 15,000 images and 20 epochs, the validation accuracies are these. Those in brackets are from a
# published course, whose networks saw 48,000 images in each epoch, and so took three times as many steps:
#
# | | Glorot | He | sd 0.05 | $N(0, 1)$ | zeros |
# |---|---|---|---|---|---|
# | ReLU | 0.968 (0.970) | 0.967 | 0.96 | one in ten | one in ten |
# | sigmoid | 0.939 (0.964) | 0.945 (0.969) | 0.65 (0.957) | 0.888 | one in ten (0.451) |
#
# ReLU networks learn quickly from Glorot's and He's weights. With standard deviation 0.05 they are much
# slower in the first epochs, and nearly as good at the end. From $N(0, 1)$ and from zeros they are right one
# time in ten, with every seed. Sigmoid networks are slower. They *do* learn from $N(0, 1)$, and in the
# first epochs even faster than from Glorot's weights: section 2 showed that their signals call for large
# weights. That advantage does not last. From 0.05 they begin to learn late, and are still far behind at
# the end. From zeros they have not begun to learn after 20 of our epochs; with three times as many steps
# they do, but they remain the lowest. (At the quick budget, zeros and 0.05 do equally badly with sigmoids:
# the two lines coincide.)
#
# The published runs differ from ours in four ways: they trained on 48,000 images, their initialiser drew the
# biases of the hidden layers too, their output layer always began with Glorot's weights, and each result
# comes from a single run. So their zeros are zeros in the hidden layers only.
#
# **Explain.** $N(0, 1)$ is far too large for ReLU: a hidden layer of 50 inputs multiplies the size of the
# signal by $\sqrt{50/2} = 5$, and the first one, with its 784, by about 20. The gradients are
# correspondingly large (the next experiment has the number), and the first steps throw the parameters far
# off. Then the network is dead and gives one answer for all images, or its parameters have overflowed and
# are no longer numbers: the second table counts both. A sigmoid bounds every signal by 1, so nothing
# explodes; many units just saturate. Why zeros fail, and why they fail differently for the two activation
# functions, is the subject of the next exercise.
#
# **Go further.** Find a learning rate with which ReLU learns from $N(0, 1)$. Is the accuracy as good?
#
# ### Experiment: the gradient at the beginning
#
# **Predict.** All weights and biases are zero. In which layers is the gradient of the loss with respect
# to the weights not zero, for sigmoids and for ReLU?

# %% tags=["experiment", "nbval-ignore-output"]
gradient_seeds = training.seeds(5)
norms = pd.DataFrame(index=["hidden 1", "hidden 2", "hidden 3", "output"])
for activation in ("sigmoid", "relu"):
    network = build_network(activation)
    network.compile(loss="sparse_categorical_crossentropy")  # the gradient's
    for beginning in ("Glorot normal", "normal, sd 1", "zeros"):
        of_seeds = []
        for seed in gradient_seeds:
            training.set_seed(seed)
            begin(network, beginning)
            of_seeds.append(probes.gradient_norms(network, x_train[:500], y_train[:500])["norm"])
        mean, sd = np.mean(of_seeds, axis=0), np.std(of_seeds, axis=0, ddof=1)
        norms[f"{activation}, {beginning}"] = [f"{m:.2g} ± {d:.1g}" for m, d in zip(mean, sd, strict=True)]
        name = beginning.lower().replace(", ", " ").replace(" ", "_")
        runs.record(f"gradient_{activation}_{name}_first_layer", mean[0], show=False)
        runs.record(f"gradient_{activation}_{name}_output_layer", mean[-1], show=False)
print(
    f"norm of the gradient with respect to the weights of each layer, 500 images, {len(gradient_seeds)} seeds"
)
print(norms.T.to_string())

# %% [markdown] tags=["covers-51"]
# **See and explain.** With zeros, every layer gives the same output for all images: sigmoids 0.5, ReLUs 0. The
# gradient of a weight is the product of the signal that comes in from below and the error that comes back
# from above. For the *hidden* layers no error comes back, because it is multiplied by the weights above, which
# are zero. For the *output* layer, the incoming signal decides: it is 0.5 with sigmoids, so the output weights
# move, and after that step an error does come back to the layer below. With ReLU it is 0, so no *weight* moves, and
# this does not change in the next step. (The table is about weights. Biases need no signal from below.) From
# $N(0, 1)$, the gradients of the ReLU network are hundreds to thousands of times as large as from Glorot's weights.
#
# **Go further.** Which standard deviation gives gradients of about the same size in all four layers of
# the ReLU network?
#
# ### Exercise 7: Units that do the same (4 points)
#
# After that first step, is a sigmoid network that began with zeros saved? Look at two units of a hidden
# layer. They start with the same weights and receive the same inputs and the same errors. So they get the
# same gradients, and have the same weights ever after. This is called **symmetry**, and here only
# different initial weights can break it.
#
# 1. Write `different_units(model)`. It returns a list with a number for each *hidden* layer of a Sequential
#    model of `Dense` layers (all but the last): how many different units it has. Two units count as the
#    same if all their incoming weights and their biases agree to $10^{-6}$. (`np.unique(…, axis=…)` may
#    help.)
# 2. In the network 784-50-50-50-10 **all** weights and biases begin at zero. How many of its 44,860 parameters
#    get a gradient other than zero in the *first* step, if the hidden layers have sigmoids
#    (`moved_sigmoid`), and how many if they have ReLU (`moved_relu`)? The output is a softmax, and no
#    class makes up exactly one tenth of the minibatch. (Keras takes the slope of ReLU at 0 to be 0.)


# %% nbgrader={"grade": false, "grade_id": "different-units", "locked": false, "schema_version": 3, "solution": true, "task": false}
def different_units(model):
    """How many units of each hidden layer differ from each other.

    Args:
        model: a built Sequential model of Dense layers with biases.

    Returns:
        A list of ints, one for each layer but the last.
    """
    ### BEGIN SOLUTION
    counts = []
    for layer in model.layers[:-1]:
        kernel, bias = layer.get_weights()
        units = np.vstack([kernel, bias]).round(6)
        counts.append(np.unique(units, axis=1).shape[1])
    return counts
    ### END SOLUTION


# moved_sigmoid = …
# moved_relu = …
### BEGIN SOLUTION
moved_sigmoid = 50 * 10 + 10
moved_relu = 10
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "different-units-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Units that do the same", points=4) as exercise:
    rng = np.random.default_rng()

    def network_of(sizes):
        """A network of dense layers of these sizes, the inputs first."""
        layers = [keras.layers.Dense(units, activation="sigmoid") for units in sizes[1:]]
        return keras.Sequential([keras.Input(shape=(sizes[0],)), *layers])

    def copies_of(different, n_out):
        """For each of so many units, of which unit it is a copy; the first ones are those that differ."""
        return np.concatenate([np.arange(different), rng.integers(different, size=n_out - different)])

    def make_copies(network, sizes, kinds):
        """Give it weights of which in the hidden layers only `kinds` units differ, by a bias or by weights."""
        arrays = []
        for (n_in, n_out), different in zip(pairwise(sizes), [*kinds, sizes[-1]], strict=True):
            copies = copies_of(different, n_out)
            # multiples of 1/8, so that no rounding brings two units together
            arrays.append(rng.integers(-20, 20, size=(n_in, different))[:, copies] / 8)
            arrays.append(np.arange(different)[copies] // 2 / 8)  # pairs of kinds share a bias
        network.set_weights(arrays)
        return network

    size, kind = int(rng.integers(20, 40)), int(rng.integers(8, 16))
    narrow = network_of((6, size, 3))

    with exercise.part("one hidden layer", points=1):
        expect.equal(
            different_units(make_copies(narrow, (6, size, 3), [kind])),
            [kind],
            f"different_units of a network with a hidden layer of {size} units of {kind} different kinds",
            mistakes={
                "all units were counted": [size],
                "the output layer is not hidden, and was counted too": [kind, 3],
                "rows of the kernel are inputs; its columns are the units": [6],
            },
            step="A unit is a column of the kernel, with its bias.",
        )
    with exercise.part("the answers are numbers", points=0):
        expect.shape(moved_sigmoid, (), "moved_sigmoid", step="Assign one number.")
        expect.shape(moved_relu, (), "moved_relu", step="Assign one number.")
    ### BEGIN HIDDEN TESTS
    with exercise.part("several hidden layers; units that differ by their biases alone", points=1):
        sizes = [int(n) for n in rng.integers(15, 30, size=5)]
        kinds = [1, *(int(n) for n in rng.integers(2, 12, size=2))]
        deep = network_of(sizes)
        expect.equal(
            different_units(make_copies(deep, sizes, kinds)),
            kinds,
            f"different_units of a network of the sizes {sizes}",
            mistakes={"all units were counted": sizes[1:-1]},
            step="Give one number for each layer but the last.",
        )
        kernel, _, *above = make_copies(narrow, (6, size, 3), [1]).get_weights()
        narrow.set_weights([kernel, np.arange(size) % 4, *above])
        expect.equal(
            different_units(narrow),
            [4],
            "different_units where the units have the same weights and four different biases",
            mistakes={"the biases were not compared": [1]},
            step="Put the bias below the weights of each unit, and compare both.",
        )
        slightly = kernel / 1_000 + rng.uniform(-1e-8, 1e-8, size=kernel.shape)
        narrow.set_weights([slightly, np.zeros(size), *above])
        expect.equal(
            different_units(narrow),
            [1],
            "different_units where the weights differ by less than 0.00000002",
            mistakes={"weights were compared exactly": [size]},
            step="Round before you compare.",
        )

        def unit_of(n_in, low=1):
            """Weights of a unit, multiples of 1/8, and its bias."""
            return rng.choice([-1, 1], size=n_in) * rng.integers(low, low + 8, size=n_in) / 8, 3 / 8

        # units that are nearly the same: in each layer, how many are lost says what was mistaken
        (one, bias), (other, _), (third, _) = (unit_of(sizes[0]) for _ in range(3))
        seeming = [(sign * one, sign * bias) for sign in (1, -1)]
        seeming += [(scale * other, scale * bias) for scale in (1, 2, 4)]
        seeming += [(np.roll(third, shift), bias) for shift in range(5)]
        (one, bias), (other, _), (third, _) = (unit_of(sizes[1], 5) for _ in range(3))
        here, there = 1 + rng.permutation(sizes[1] - 2)[:2]
        close_by = [(one + shift / 4, bias - shift / 4) for shift in range(5)]
        close_by += [(other + (np.arange(sizes[1]) == here) * by, bias) for by in (0, 19 / 16)]
        close_by += [
            (third + (np.arange(sizes[1]) == place) * by, bias)
            for place, by in ((here, 0), (here, -5e-6), (there, 5e-6))
        ]
        arrays = []
        for units, n_out in zip((seeming, close_by, [unit_of(sizes[2])]), sizes[1:-1], strict=True):
            copies = copies_of(len(units), n_out)
            arrays.append(np.array([units[number][0] for number in copies]).T)
            arrays.append(np.array([units[number][1] for number in copies]))
        arrays[4] += rng.uniform(-3.5e-7, 3.5e-7, size=arrays[4].shape)
        deep.set_weights([*arrays, *deep.get_weights()[-2:]])
        expect.equal(
            different_units(deep),
            [10, 10, 1],
            "different_units of a network with three hidden layers, with units that are nearly the same",
            mistakes={
                "units were compared by size alone; the sign counts": [9, 10, 1],
                "units that point in the same direction were taken for the same": [8, 10, 1],
                "the weights of a unit were compared without regard to their order": [6, 10, 1],
                "the bias was added to the weights; it is one more number to compare": [10, 6, 1],
                "not all weights of the units were compared": [10, 9, 1],
                "units that differ by 0.000005 in one weight were taken for the same; 0.000001 is the limit": [
                    10,
                    8,
                    1,
                ],
                "units that agree to 0.000001 were taken for different": [10, 10, sizes[3]],
            },
            step="Two units are the same if no weight, and not the bias, differs by more than 0.000001.",
        )
    with exercise.part("which parameters move from zeros, with sigmoids", points=1):
        expect.equal(
            moved_sigmoid,
            510,
            "moved_sigmoid",
            describe="a whole number",
            mistakes={
                "the biases of the output layer move too": 500,
                "the output layer's weights move as well as its biases": 10,
                "no error comes back to the hidden layers while the output weights are zero": 44_860,
                "hidden biases get no gradient either: the weights above them are zero": 660,
            },
            step="For each layer: which signal comes in from below, which error comes back from above?",
        )
    with exercise.part("which parameters move from zeros, with ReLU", points=1):
        expect.equal(
            moved_relu,
            10,
            "moved_relu",
            describe="a whole number",
            mistakes={
                "a bias needs no signal from below: those of the output layer move": 0,
                "the output weights get no gradient: the signal that comes in is zero": 510,
                "hidden biases get no gradient: the weights above them are zero": 160,
            },
            step="For each layer: which signal comes in from below, which error comes back from above?",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-51"]
# ### Experiment: after training from zeros
#
# **Predict.** How many different units does each hidden layer of the sigmoid network have after all the
# epochs above? How many parameters of the ReLU network have moved?

# %% tags=["experiment", "nbval-ignore-output"]
for activation in ("sigmoid", "relu"):
    for beginning in ("Glorot normal", "zeros"):
        network = networks[activation, beginning, SEEDS[-1]]
        units = different_units(network)
        print(f"{activation}, {beginning}: different units in the hidden layers {units}")
        if beginning == "zeros":
            moved = sum(np.count_nonzero(array) for array in network.get_weights())
            runs.record(f"{activation}_zeros_different_units", max(units), show=False)
            runs.record(f"{activation}_zeros_moved_parameters", moved)

# %% [markdown]
# **See and explain.** From zeros, each hidden layer of the sigmoid network is still a single unit, 50
# times over. Its 44,860 parameters have moved (except the weights of pixels that are 0 in all training
# images, as 96 of MNIST's are at the full budget), but in step, and the network can do no more than
# 784-1-1-1-10 could. (In a run of 34,000 steps, one layer ended with two different units
# instead of one. In theory that cannot happen. But float32 sums are rounded, and not in the same way for
# every unit, and training can make such a difference grow.) In the ReLU network, only the ten biases of
# the output have moved. They learn how common the classes are, and nothing about images. So zeros fail for
# two reasons: *symmetry* for sigmoids, *no signal* for ReLU.
#
# **Go further.** Start with zeros in the last layer only, and Glorot's weights elsewhere. Does the
# network learn? Which of the two reasons applies?

# %% [markdown] tags=["covers-24"]
# ## 4 A zoo of activation functions
#
# | name | $\varphi(z)$ | proposed by |
# |---|---|---|
# | Leaky ReLU, PReLU | $z$ for $z > 0$, else $\alpha z$; PReLU learns $\alpha$ | Maas and others, 2013; He and others, 2015 |
# | ELU | $z$ for $z > 0$, else $e^z - 1$ | Clevert, Unterthiner and Hochreiter, 2016 |
# | SELU | $\lambda$ times: $z$ for $z > 0$, else $\alpha(e^z - 1)$ | Klambauer and others, 2017 |
# | GELU | $z\,\Phi(z)$, with the normal distribution function $\Phi$ | Hendrycks and Gimpel, 2016 |
# | swish (SiLU) | $z\,\sigma(z)$, with the sigmoid $\sigma$ | Hendrycks and Gimpel, 2016; Ramachandran and others, 2017 |
#
# SELU's two numbers are $\lambda = 1.0507009873554805$ and $\alpha = 1.6732632423543772$.
#
# ### Exercise 8: Four smooth activation functions (3 points)
#
# 1. Write `elu(z)`, `selu(z)`, `gelu(z)` and `swish(z)` for NumPy arrays of any shape. `scipy.special.ndtr` is
#    $\Phi$.
# 2. Find the largest slope of each of the functions sigmoid, tanh, ReLU, SELU, GELU and swish, to two
#    decimal places, by any means you like. Answer with a dict `largest_slope` that has the keys
#    `"sigmoid"`, `"tanh"`, `"relu"`, `"selu"`, `"gelu"` and `"swish"`. (Where a slope comes arbitrarily
#    close to a number, take that number.)


# %% nbgrader={"grade": false, "grade_id": "zoo", "locked": false, "schema_version": 3, "solution": true, "task": false}
def elu(z):
    """ELU of each entry of the array `z`."""
    ### BEGIN SOLUTION
    return np.where(z > 0, z, np.expm1(z))
    ### END SOLUTION


def selu(z):
    """SELU of each entry of the array `z`."""
    ### BEGIN SOLUTION
    return 1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * elu(z))
    ### END SOLUTION


def gelu(z):
    """GELU of each entry of the array `z`."""
    ### BEGIN SOLUTION
    from scipy.special import ndtr

    return z * ndtr(z)
    ### END SOLUTION


def swish(z):
    """Swish of each entry of the array `z`."""
    ### BEGIN SOLUTION
    return z / (1 + np.exp(-z))
    ### END SOLUTION


# largest_slope = {"sigmoid": …, "tanh": …, "relu": …, "selu": …, "gelu": …, "swish": …}
### BEGIN SOLUTION
largest_slope = {"sigmoid": 0.25, "tanh": 1.0, "relu": 1.0, "selu": 1.76, "gelu": 1.13, "swish": 1.10}
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "zoo-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Four smooth activation functions", points=3) as exercise:
    rng = np.random.default_rng()

    def by_keras(name, z):
        # Keras' exact GELU; the default of keras.activations.gelu is exact too
        return keras.ops.convert_to_numpy(
            keras.activations.get(name)(keras.ops.convert_to_tensor(z, "float32"))
        )

    with exercise.part("ELU and SELU", points=1):
        z = rng.normal(scale=3, size=(5, 4))

        def outputs_of(function, name):
            """What a function gives for z, which must be afterwards what it was."""
            handed = z.copy()
            found = function(handed)
            expect.equal(
                handed,
                z,
                f"the array z, after the call of {name}",
                cause="the array that was handed in is changed",
                step="Make a new array, as np.where does; z[…] = … and z *= … change that of the caller.",
            )
            return found

        expect.close(
            outputs_of(elu, "elu"),
            by_keras("elu", z),
            "elu(z)",
            rtol=1e-3,
            atol=2e-3,
            mistakes={
                "the − 1 is missing": np.where(z > 0, z, np.exp(z)),
                "this is ReLU": np.maximum(z, 0),
                "SELU has an α, ELU has none": np.where(z > 0, z, 1.6732632423543772 * np.expm1(z)),
            },
            step="Use np.where(condition, value_where_true, value_where_false).",
        )
        scale, alpha = 1.0507009873554805, 1.6732632423543772
        expect.close(
            outputs_of(selu, "selu"),
            by_keras("selu", z),
            "selu(z)",
            rtol=1e-3,
            atol=2e-3,
            mistakes={
                "the λ is missing": np.where(z > 0, z, alpha * np.expm1(z)),
                "the λ is missing where z is positive": np.where(z > 0, z, scale * alpha * np.expm1(z)),
                "the λ is missing where z is negative": np.where(z > 0, scale * z, alpha * np.expm1(z)),
                "the α is missing": np.where(z > 0, scale * z, scale * np.expm1(z)),
                "the α belongs to the negative side only": np.where(
                    z > 0, scale * alpha * z, scale * alpha * np.expm1(z)
                ),
                "λ and α are swapped": alpha * np.where(z > 0, z, scale * np.expm1(z)),
            },
            step="λ multiplies both sides, α the negative side only.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("GELU and swish, and far from 0", points=1):
        # of every size from 0 to 8, so that no stretch of the curve is left out
        z = rng.permutation(np.linspace(-8, 8, 161)).reshape(23, 7) + rng.uniform(0.01, 0.09)
        sigmoid = 1 / (1 + np.exp(-z))
        expect.close(
            outputs_of(gelu, "gelu"),
            by_keras("gelu", z),
            "gelu(z)",
            rtol=2e-3,
            atol=2e-3,
            mistakes={
                "this is Φ(z); the factor z is missing": by_keras("gelu", z) / z,
                "this is swish": z * sigmoid,
                "this is z times the sigmoid of 1.702 z, which is only near it": z / (1 + np.exp(-1.702 * z)),
                "this is z times the density, not the distribution function": z
                * np.exp(-(z**2) / 2)
                / np.sqrt(2 * np.pi),
                "z is given as it is from some point on; Φ comes near to 1, and is less": np.where(
                    z > 2, z, by_keras("gelu", z)
                ),
                "erf runs from −1 to 1, Φ from 0 to 1": 2 * by_keras("gelu", z) - z,
                "there is a √2 inside the erf: Φ(z) = (1 + erf(z/√2)) / 2": by_keras("gelu", z * np.sqrt(2))
                / np.sqrt(2),
            },
            step="Multiply z by scipy.special.ndtr(z).",
        )
        expect.close(
            outputs_of(swish, "swish"),
            z * sigmoid,
            "swish(z)",
            rtol=1e-3,
            atol=2e-3,
            mistakes={
                "this is the sigmoid; the factor z is missing": sigmoid,
                "the sign in the exponent is wrong": z - z * sigmoid,
                "this is hard swish, made of straight pieces": z * np.clip(z + 3, 0, 6) / 6,
            },
            step="Multiply z by the sigmoid of z.",
        )
        for name, function in (("elu", elu), ("selu", selu)):
            expect.close(
                outputs_of(function, name),
                by_keras(name, z),
                f"{name}(z) from −8 to 8",
                rtol=1e-3,
                atol=2e-3,
                step="Follow the formula on both sides of 0, and nowhere another one.",
            )
        far = np.array([-90, -60, -2, 60, 800])
        for name, function, left, at_minus_two in (
            ("elu", elu, -1.0, np.expm1(-2)),
            ("selu", selu, -scale * alpha, scale * alpha * np.expm1(-2)),
            ("gelu", gelu, 0.0, -0.0455),
            ("swish", swish, 0.0, -2 / (1 + np.exp(2))),
        ):
            slope = scale if name == "selu" else 1.0
            right = [left, left, at_minus_two, 60 * slope, 800 * slope]
            with np.errstate(over="ignore", invalid="ignore"):  # np.where computes both sides everywhere
                try:
                    found = function(far)
                except Exception:  # operations that want floats, as TensorFlow's do, are welcome
                    found = function(far.astype(float))
            expect.close(
                found,
                right,
                f"{name} of the whole numbers (−90, −60, −2, 60, 800)",
                rtol=1e-3,
                atol=1e-3,
                mistakes={
                    "exp(800) is infinite, and infinity times 0, or divided by itself, is not a number": [
                        *right[:-1],
                        np.nan,
                    ],
                    "the result was put into an array of whole numbers, such as a copy of z": np.trunc(right),
                },
                step="Look for an overflow, for an approximation that holds near 0 only, and for an array that holds "
                "whole numbers only.",
            )
    with exercise.part("the largest slopes", points=1):
        right = {"sigmoid": 0.25, "tanh": 1.0, "relu": 1.0, "selu": 1.7581, "gelu": 1.1289, "swish": 1.0998}
        expect.close(
            largest_slope,
            right,
            "largest_slope",
            rtol=0,
            atol=0.011,
            describe="a number for each of the six functions",
            mistakes={
                "GELU and swish rise a little more steeply than 1 before they approach z": right
                | {"gelu": 1.0, "swish": 1.0},
                "SELU is steepest just left of 0: λα": right | {"selu": 1.0507},
                "the sigmoid's slope is σ(1 − σ)": right | {"sigmoid": 0.5},
            },
            step="Compute the slopes on a fine grid, with np.gradient, and take the largest.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-24"]
# ### Experiment: the zoo and its slopes
#
# **Predict.** Which of these functions go down somewhere while their input goes up? Which have a slope of
# exactly zero over a whole stretch?

# %% tags=["experiment"]
plots.show(
    plots.activation_functions(
        {
            "sigmoid": keras.activations.sigmoid,
            "tanh": keras.activations.tanh,
            "ReLU": keras.activations.relu,
            "Leaky ReLU, α = 0.2\n(PReLU learns α)": keras.activations.leaky_relu,
        }
    ),
    alt="Sigmoid, tanh, ReLU and Leaky ReLU from -4 to 4 beside their derivatives: two bells, a low one for the sigmoid "
    "and a high one for tanh, and two steps, from 0 for ReLU and from 0.2 for Leaky ReLU.",
)
plots.show(
    plots.activation_functions({"ELU": elu, "SELU": selu, "GELU": gelu, "swish": swish}),
    alt="ELU, SELU, GELU and swish from -4 to 4 beside their derivatives. GELU and swish dip below zero left of 0, and "
    "their derivatives are negative there; SELU's derivative jumps at 0.",
)
grid = np.linspace(-20, 20, 400_001)
zoo = pd.DataFrame(
    {
        name: {
            "lowest value": function(grid).min(),
            "at": grid[function(grid).argmin()] if function(grid).argmin() else -np.inf,
            "E[φ(z)²], z of variance 1": mean_square(keras_name, 1.0),
        }
        for name, function, keras_name in (
            ("ELU", elu, "elu"),
            ("SELU", selu, "selu"),
            ("GELU", gelu, "gelu"),
            ("swish", swish, "silu"),
        )
    }
).T
print(zoo.to_string(float_format="{:.3f}".format))
with_prelu = keras.Sequential([keras.Input(shape=(784,)), keras.layers.Dense(50), keras.layers.PReLU()])
print(f"parameters of 784 → 50: {784 * 50 + 50:,} with Leaky ReLU, {with_prelu.count_params():,} with PReLU")

# %% [markdown] tags=["covers-24"]
# **See.** GELU and swish dip below 0, to −0.17 and −0.28, and then turn back towards 0. ELU and SELU
# approach their lowest values, −1 and −1.76, and never reach them. Of all functions here only ReLU has a stretch of slope zero.
# SELU's mean square at variance 1 is exactly 1: that is what its two numbers were chosen for.
#
# **Explain.** A negative output brings the mean of the activations closer to 0, so the next layer need
# not work around a large constant, as it must after the sigmoids of section 2. PReLU looks like Leaky
# ReLU, but its slopes are parameters, in Keras one for each unit: a layer of 50 units has 50 more. In
# Keras they start at 0, so a PReLU begins as a ReLU.
#
# **Go further.** Look up which activation function a large language model of your choice uses.
#
# ### Experiment: sixty layers of SELU
#
# SELU has $E[\varphi(z)^2] = 1$ *and* $E[\varphi(z)] = 0$ for standard normal $z$. With LeCun's weights,
# a signal of mean 0 and variance 1 should leave every layer as it came in: the network normalises itself.
# Textbooks add two conditions: LeCun *normal* weights, and standardised inputs.
#
# **Predict.** We send signals through sixty layers of 100 units, without biases. Which of these six have
# a variance near 1 after the sixtieth layer?
#
# - SELU with *standardised* inputs, and weights that are LeCun normal, LeCun *uniform*, He normal, or
#   have standard deviation 0.05;
# - SELU with inputs that are *not* standardised (uniform between 0 and 255), and LeCun normal weights;
# - ReLU with standardised inputs and He normal weights.

# %% tags=["experiment", "nbval-ignore-output"]
# float64: near 0, SELU's exp(z) − 1 would lose its digits in float32
standardised = np.random.default_rng(1).normal(size=(500, 100))
raw = np.random.default_rng(2).uniform(0, 255, size=(500, 100))
signals = {
    "SELU, LeCun": ("selu", "lecun_normal", standardised),
    "SELU, LeCun uniform": ("selu", "lecun_uniform", standardised),
    "SELU, He": ("selu", "he_normal", standardised),
    "SELU, sd 0.05": ("selu", "random_normal", standardised),
    "SELU, LeCun, raw inputs": ("selu", "lecun_normal", raw),
    "ReLU, He": ("relu", "he_normal", standardised),
}
variances, means = {}, {}
for name, (activation, initialiser, signal) in signals.items():
    for seed in training.seeds(training.budget(full=5, quick=3)):
        training.set_seed(seed)
        h, of_layers = signal, [signal.var()]
        for _ in range(60):
            weights = keras.ops.convert_to_numpy(keras.initializers.get(initialiser)((100, 100)))
            h = keras.ops.convert_to_numpy(keras.activations.get(activation)(h @ weights))
            of_layers.append(h.var())
        variances.setdefault(name, []).append(of_layers)
        means.setdefault(name, []).append(h.mean())

figure = plots.mean_and_range(
    {"variance of the activations": variances},
    range(61),
    xlabel="layer (0: inputs)",
    ylabel="variance",
    log=True,
    smooth=True,
)
figure.axes[0].set_ylim(1e-3, 1e5)
plots.show(
    figure,
    alt="Variance of the activations over sixty layers, logarithmic, from 0.001 to 100,000; lines are means. SELU with "
    "LeCun weights, normal or uniform, stays near 1. From raw inputs the variance falls from several thousand to about 1 "
    "within some twenty layers. He weights make it grow more than a thousandfold. With 0.05 it falls on a straight line and "
    "leaves the figure below. ReLU with He weights wanders, with a wide band.",
)
after_sixty = pd.DataFrame(
    {
        name: {
            "mean": np.mean(means[name]),
            "variance (median)": np.median(np.array(of_seeds)[:, -1]),
            "lowest": np.array(of_seeds)[:, -1].min(),
            "highest": np.array(of_seeds)[:, -1].max(),
        }
        for name, of_seeds in variances.items()
    }
).T
print(f"after sixty layers, {len(means[name])} seeds")
print(after_sixty.to_string(float_format="{:.3g}".format))
of_raw = np.median(variances["SELU, LeCun, raw inputs"], axis=0)
print(
    f"raw inputs, median: variance {of_raw[0]:,.0f} at first, below 2 from layer {np.argmax(of_raw < 2)} on"
)
for name, row in after_sixty.iterrows():
    runs.record(
        f"variance_after_sixty_{name.lower().replace(', ', '_').replace(' ', '_')}",
        row["variance (median)"],
        show=False,
    )

# %% [markdown] tags=["covers-45"]
# **See.** LeCun's weights, uniform as well as normal, keep the mean near 0 and the variance near 1
# through sixty layers. He's weights make the variance grow more than a thousandfold, and a standard
# deviation of 0.05 wipes the signal out. The raw inputs may surprise you: sixty layers down, their
# variance is near 1 as well.
#
# **Explain.** So of the two textbook conditions, the *variance* of the weights is the one that counts,
# not the shape of the distribution. (In layers of equal widths Glorot's weights have LeCun's variance,
# and would do as well.) And variance 1 is not merely a fixed point of SELU; it is an **attracting** one:
# signals that are too large shrink from layer to layer, and those that are too small grow (Klambauer and
# others prove it for a range of means and variances). Standardised inputs are still the better choice:
# with raw ones, the first layers, up to the twentieth or so, work with signals that are far too large.
# ReLU with He weights has no such attraction. The variance is right on average, but in any single network
# it drifts, because nothing brings it back. (In the figure, lines are means, and bands run from the
# lowest to the highest network; the table has medians.)
#
# **Go further.** Give the ReLU network layers of 1,000 units. Does it drift as far?
#
# ### Experiment: two moons
#
# Seen from outside, what difference does an activation function make? We train networks with two hidden
# layers of 8 units on 200 points of two interleaving half-moons, 20 networks for each activation
# function. `course_utils.ensembles` trains the 20 at once, each with its own weights and minibatches, to
# predict the label (0 or 1) by mean squared error; the boundary is where the output is one half. All
# start from LeCun normal weights. The sixth network has no hidden layer at all: a chain of linear layers
# is itself a linear layer, so this is what the activation `"linear"` amounts to.
#
# **Predict.** Which boundaries will be smooth, and which made of straight pieces? And with no activation
# function at all?

# %% tags=["experiment", "nbval-ignore-output"]
moons, moon_labels = make_moons(200, noise=0.2, random_state=training.base_seed())
fresh_moons, fresh_labels = make_moons(2_000, noise=0.2, random_state=training.base_seed() + 1)
extent = (-1.6, 2.6, -1.2, 1.7)
across, up = np.meshgrid(np.linspace(*extent[:2], 120), np.linspace(*extent[2:], 90))
plane = np.column_stack([across.ravel(), up.ravel()])
regions, moon_accuracies = {}, pd.DataFrame()
for name in ("none", "sigmoid", "tanh", "relu", "selu", "gelu"):
    networks = ensembles.Ensemble.create(
        (2, 1) if name == "none" else (2, 8, 8, 1),
        members=20,
        activation="relu" if name == "none" else name,  # of hidden layers: (2, 1) has none
        initializer="lecun_normal",
        seed=training.base_seed(),
    )
    networks.fit(
        moons, moon_labels, epochs=100, batch_size=20, optimizer=ensembles.Adam(learning_rate=0.01), verbose=0
    )
    moon_accuracies[name] = ((networks.predict(fresh_moons) > 0.5) == fresh_labels).mean(axis=1)
    regions[name] = networks.predict(plane)[0].reshape(across.shape)
plots.show(
    plots.decision_regions(regions, moons, moon_labels, extent),
    alt="Decision regions of six networks on two moons: a straight line without activation, and nearly so for "
    "sigmoid; smooth curves for tanh, SELU and GELU; a boundary with corners for ReLU.",
)
print("accuracy on 2,000 fresh points, mean and standard deviation over 20 networks")
print(moon_accuracies.agg(["mean", "std"]).T.to_string(float_format="{:.4f}".format))
straight = moon_accuracies["none"].mean() + 0.01
for name in ("sigmoid", "tanh", "relu", "selu", "gelu"):
    print(
        f"{name}: {(moon_accuracies[name] <= straight).sum()} of 20 at most 0.01 better than a straight line"
    )
for name in moon_accuracies:
    runs.record(f"moons_{name}_accuracy", moon_accuracies[name].mean(), show=False)

# %% [markdown]
# **See and explain.** Without an activation function the boundary is a straight line. ReLU's is made of straight
# pieces, since a ReLU network is linear between its kinks. The smooth functions give smooth boundaries. Sigmoids
# are behind again: after these 100 epochs 11 of the 20 are at most one percentage point better than a straight line. (LeCun's weights are
# small for them, so this says as much about the initialisation as about the function.) Among the other
# four, the activation function shows in the *shape* of the boundary but hardly in the accuracy: their
# means differ by less than half a percentage point.
#
# **Go further.** Train the sigmoids three times as long. Do they catch up? All 20 of them?

# %% [markdown] tags=["covers-58"]
# ## 5 The dying ReLU
#
# A ReLU unit whose pre-activation is negative for every input outputs 0 and passes no gradient on: its own
# weights do not change. It is **dead** (unless the layers below it are still learning and happen to wake
# it). One dead unit does no harm. But if *all* units of one layer are dead, nothing that comes in reaches
# the output: the network gives the same answer for every input, and no gradient reaches that layer or any
# below it, so nothing can wake it. Lu, Shin, Su and Karniadakis (2020) asked how likely that is *before
# training begins*, and call such networks **born dead**.
#
# ### Exercise 9: Dead units (3 points)
#
# Write `dead_units(model, x)` for a Sequential model of `Dense` layers. It returns a dict from the name of each
# hidden layer (all but the last) to a boolean array with an entry for each unit: `True` if the unit's
# output is exactly 0 for **all** inputs in `x`. Your `collect_activations` can do half of the work.


# %% nbgrader={"grade": false, "grade_id": "dead-units", "locked": false, "schema_version": 3, "solution": true, "task": false}
def dead_units(model, x):
    """Which units of the hidden layers answer 0 to every input.

    Args:
        model: a built Sequential model of Dense layers.
        x: inputs, an array whose first axis counts examples.

    Returns:
        A dict from the name of each layer but the last to a boolean array of shape (units,).
    """
    ### BEGIN SOLUTION
    *hidden, _ = collect_activations(model, x).items()
    return {name: (outputs == 0).all(axis=0) for name, outputs in hidden}
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "dead-units-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false} tags=["builds-on:collect"]
with expect.exercise("Dead units", points=3) as exercise:
    rng = np.random.default_rng()
    batch = rng.uniform(-1, 1, size=(80, 5)).astype("float32")

    names = [f"{word}_{rng.integers(1000)}" for word in ("lower", "upper", "output")]
    network = keras.Sequential(
        [
            keras.Input(shape=(5,)),
            keras.layers.Dense(9, activation="relu", name=names[0]),
            keras.layers.Dense(7, activation="relu", name=names[1]),
            keras.layers.Dense(2, name=names[2]),
        ]
    )

    def draw_network(first_bias, second_bias):
        """Give the network random weights and the given biases; return the outputs of its hidden layers."""
        kernels = [rng.uniform(-1, 1, size=shape).astype("float32") for shape in ((5, 9), (9, 7), (7, 2))]
        network.set_weights([kernels[0], first_bias, kernels[1], second_bias, kernels[2], np.zeros(2)])
        first = np.maximum(batch @ kernels[0] + np.float32(first_bias), 0)
        return first, np.maximum(first @ kernels[1] + np.float32(second_bias), 0)

    # a bias of −6 kills a unit of the first layer, one of +6 keeps it alive for all inputs; −90 kills one above
    first_dead, second_dead = rng.permutation(9) < 4, rng.permutation(7) < 3
    first_bias, second_bias = np.where(first_dead, -6.0, 6.0), np.where(second_dead, -90.0, 90.0)

    with exercise.part("units that are always silent, and units that never are", points=1):
        draw_network(first_bias, second_bias)
        found = dead_units(network, batch)
        expect.equal(
            list(found),
            names[:2],
            "the keys of the dict",
            mistakes={"the output layer is not hidden": names},
            step="Leave out the last layer.",
        )
        for name, right in zip(names[:2], (first_dead, second_dead), strict=True):
            expect.equal(
                found[name],
                right,
                f"the dead units of {name}",
                mistakes={"True and False are swapped: these are the living": ~right},
                step="Compare the outputs with 0, and combine over the examples.",
            )
    ### BEGIN HIDDEN TESTS
    with exercise.part("units that are silent for some inputs only", points=1):
        for _ in range(2):
            outputs = draw_network(
                np.where(first_dead, -6.0, rng.uniform(-0.5, 0.5, size=9)),
                np.where(second_dead, -90.0, rng.uniform(-0.5, 0.5, size=7)),
            )
            found = dead_units(network, batch)
            for name, of_layer in zip(names[:2], outputs, strict=True):
                expect.equal(
                    found[name],
                    (of_layer == 0).all(axis=0),
                    f"the dead units of {name}",
                    mistakes={
                        "these units are silent for at least one input; dead ones are for all": (
                            of_layer == 0
                        ).any(axis=0),
                        "only the first input was looked at": of_layer[0] == 0,
                    },
                    step="Take all(axis=0): over the examples, for each unit by itself.",
                )
        # each unit speaks for one input at most, and each input is that of one unit
        n = int(rng.integers(65, 90))
        speakers = keras.Sequential(
            [
                keras.Input(shape=(n,)),
                keras.layers.Dense(n, activation="relu", name="speakers"),
                keras.layers.Dense(1, name="listener"),
                keras.layers.Dense(2),
            ]
        )
        dead = np.isin(np.arange(n), rng.choice(np.arange(1, n - 1), size=9, replace=False))
        speakers.set_weights(
            [
                *(np.eye(n), np.where(dead, -1, 0)),
                *(-np.ones((n, 1)), np.zeros(1)),  # −1 for each input that a living unit answers, else 0
                *(rng.normal(size=(1, 2)), np.zeros(2)),
            ]
        )
        found = dead_units(speakers, (2 * np.eye(n) - 1).astype("float32"))
        expect.equal(
            found["speakers"],
            dead,
            f"the dead units of a layer of {n}, whose living units answer one of {n} inputs each",
            mistakes={
                "units that are silent for nearly all inputs are not dead": np.ones(n, bool),
                "the last input was left out": dead | (np.arange(n) == n - 1),
                "the first input was left out": dead | (np.arange(n) == 0),
                "only the first ten inputs were looked at": dead | (np.arange(n) >= 10),
                "only the first 32 inputs were looked at": dead | (np.arange(n) >= 32),
                "only the first 64 inputs were looked at": dead | (np.arange(n) >= 64),
                "only the first half of the inputs was looked at": dead | (np.arange(n) >= n // 2),
            },
            step="A dead unit answers 0 to every single input.",
        )
        expect.equal(
            found["listener"],
            np.zeros(1, bool),
            "the dead units of a layer of a single linear unit, whose outputs are 0 and −1",
            mistakes={"a unit that answers 0 or a negative number was taken for dead": np.ones(1, bool)},
            step="Dead means exactly 0, for every input: an entry for each unit, also where it is the only one.",
        )
        # whole numbers, so that outputs are 0 or at least 1
        arrays = [rng.integers(-2, 3, size=array.shape) for array in network.get_weights()]
        network.set_weights(arrays)
        signal = single = rng.choice([-1, 1], size=(1, 5))
        found = dead_units(network, single.astype("float32"))
        for name, kernel, bias in zip(names[:2], arrays[0:4:2], arrays[1:4:2], strict=True):
            signal = np.maximum(signal @ kernel + bias, 0)
            expect.equal(
                found[name],
                signal[0] == 0,
                f"the dead units of {name}, for a single input",
                mistakes={
                    "all units were taken for dead; outputs for a single input do not vary, and need not be 0": np.ones(
                        len(bias), bool
                    )
                },
                step="Combine over axis 0, and over no other, also where it has length 1.",
            )
    with exercise.part("sigmoids do not die", points=1):
        # linear units: dead; near 0; negative; constant; two inputs whose outputs add up to 0
        kernel, bias = np.zeros((5, 5)), np.array([0, 1e-30, -rng.uniform(1, 2), rng.uniform(1, 2), 0])
        kernel[:, 4] = rng.uniform(0.1, 1, size=5)
        order = rng.permutation(5)
        linear = keras.Sequential(
            [
                keras.Input(shape=(5,)),
                keras.layers.Dense(5, name="linear"),
                keras.layers.Dense(9, activation="sigmoid", name="lower"),
                keras.layers.Dense(7, activation="sigmoid", name="upper"),
                keras.layers.Dense(2),
            ]
        )
        small = [rng.uniform(-0.1, 0.1, size=shape) for shape in ((5, 9), (9, 7), (7, 2))]
        linear.set_weights(
            [
                *(kernel[:, order], bias[order]),
                *(small[0], np.where(first_dead, -9.0, 9.0)),
                *(small[1], np.full(7, -9.0)),
                *(small[2], np.zeros(2)),
            ]
        )
        found = dead_units(linear, np.array([batch[0], -batch[0]]))
        for name, near_zero in (("lower", first_dead), ("upper", np.ones(7, bool))):
            expect.equal(
                found[name],
                np.zeros(len(near_zero), bool),
                f"the dead units of {name}, a layer of sigmoids with outputs near 0",
                mistakes={"these units are near 0, and never exactly 0": near_zero},
                step="Dead means exactly 0.",
            )
        expect.equal(
            found["linear"],
            order == 0,
            "the dead units of a layer of linear units",
            mistakes={
                "an output near 0 was taken for 0": order <= 1,
                "negative outputs were taken for 0": np.isin(order, (0, 2)),
                "outputs that do not vary were taken for 0": order <= 3,
                "outputs were added up; those of a living unit may add up to 0": np.isin(order, (0, 4)),
            },
            step="Dead means exactly 0, for every input.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-58"]
# ### Exercise 10: Born dead (3 points)
#
# Take a ReLU network with symmetrically distributed weights and biases 0, as at the start of training.
# Fix one input $x$. If the layer below gives anything but zeros, the pre-activation of a unit is as
# likely to be negative as positive, so the unit is silent with probability $1/2$, and all $N_l$ units of
# layer $l$ are silent with probability $2^{-N_l}$. The signal of this one $x$ therefore passes through
# all $H$ hidden layers with probability
#
# $$\prod_{l=1}^{H} \left(1 - 2^{-N_l}\right).$$
#
# A network that is born dead lets no input through, not even this one. So the probability that it is born dead is
# **at most** one minus this product.
#
# 1. Write `born_dead_bound(hidden_widths)`, this upper bound for hidden layers of the given widths.
# 2. A network has ten hidden layers of the same width. What is the smallest width for which the bound is **at most
#    1 %**? Call it `width_needed`.
# 3. How many hidden layers of width 2 does it take for the bound to **exceed one half**? Call it `coin_flip_depth`.


# %% nbgrader={"grade": false, "grade_id": "born-dead", "locked": false, "schema_version": 3, "solution": true, "task": false}
def born_dead_bound(hidden_widths):
    """Upper bound for the probability that a ReLU network is born dead.

    Args:
        hidden_widths: units of each hidden layer, a list of ints.

    Returns:
        A float from 0 to 1.
    """
    ### BEGIN SOLUTION
    return 1 - np.prod([1 - 0.5**width for width in hidden_widths])
    ### END SOLUTION


# width_needed = …
# coin_flip_depth = …
### BEGIN SOLUTION
width_needed = 10
coin_flip_depth = 3
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "born-dead-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Born dead", points=3) as exercise:
    rng = np.random.default_rng()

    with exercise.part("layers of one width", points=1):
        width, depth = int(rng.integers(2, 6)), int(rng.integers(3, 15))
        alive = 1 - 0.5**width
        expect.close(
            born_dead_bound([width] * depth),
            1 - alive**depth,
            f"the bound for {depth} hidden layers of width {width}",
            mistakes={
                "this is the probability that the signal passes": alive**depth,
                "this is the bound for a single layer": 1 - alive,
                "this is the probability that all layers are silent; one is enough": (1 - alive) ** depth,
                "a layer is silent only if all of its units are: (1/2) to the power of the width": 1
                - 0.5**depth,
                "probabilities of exclusive events add up; these are not exclusive": depth * (1 - alive),
            }
            | {
                f"the bound is rounded to {digits} digits": round(1 - alive**depth, digits)
                for digits in (1, 2, 3, 4)
            },
            step="Multiply what passes, layer by layer, and subtract from 1.",
        )
    with exercise.part("the answers are numbers", points=0):
        expect.shape(width_needed, (), "width_needed", step="Assign one number.")
        expect.shape(coin_flip_depth, (), "coin_flip_depth", step="Assign one number.")
    ### BEGIN HIDDEN TESTS
    with exercise.part("layers of different widths", points=1):
        for special in ([2], [2, 1], [2, int(rng.integers(64, 200))]):
            # neither the first nor the last is the narrowest, or special
            first, last, *drawn = rng.integers(3, 9, size=rng.integers(4, 12))
            widths = [int(n) for n in (first, *rng.permutation([*special, *drawn]), last)]
            alive, kept = 1 - 0.5 ** np.array(widths), list(widths)
            expect.close(
                born_dead_bound(widths),
                1 - alive.prod(),
                f"the bound for hidden layers of the widths {kept}",
                mistakes={
                    "all layers were given the width of the first": 1 - alive[0] ** len(kept),
                    "the last layer of the list is a hidden one too": 1 - alive[:-1].prod(),
                    "the first layer of the list is a hidden one too": 1 - alive[1:].prod(),
                    "all layers were given the mean width": 1 - (1 - 0.5 ** np.mean(kept)) ** len(kept),
                    "all layers were given the smallest width": 1 - alive.min() ** len(kept),
                    "layers of one unit were left out": 1 - alive[np.array(kept) > 1].prod(),
                    f"2 to the power of {max(kept)} is too large for NumPy's whole numbers": np.inf,
                },
                step="Multiply over all entries of hidden_widths, and compute with floats, such as 0.5 or 2.0.",
            )
            expect.equal(
                widths,
                kept,
                "the list hidden_widths, after the call",
                cause="the list that was handed in is changed",
                step="Go through the list with a for loop, or work on a copy of it.",
            )
    with exercise.part("how wide, how deep", points=1):
        expect.equal(
            width_needed,
            10,
            "width_needed",
            describe="a whole number",
            mistakes={
                "that is just too narrow: the bound is 1.9 %": 9,
                "that is the width for a single layer": 7,
                "a narrower network is enough": 11,
            },
            step="Try born_dead_bound([width] * 10) for one width after the other.",
        )
        expect.equal(
            coin_flip_depth,
            3,
            "coin_flip_depth",
            describe="a whole number",
            mistakes={"there the bound is still below one half": 2},
            step="Try born_dead_bound([2] * depth) for one depth after the other.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-58"]
# ### Exercise 11: Collapsed, and how sure (3 points)
#
# A dead network gives the same answer for every input; it has **collapsed**. To count collapsed networks,
# and to say how far to trust the count, write
#
# 1. `collapsed(outputs, tolerance)`: `outputs` has the shape (networks, inputs); the result is a boolean array with
#    an entry for each network, `True` if its largest and its smallest output differ by at most `tolerance`.
# 2. `wilson_interval(count, n)`: the 95 % interval (Wilson, 1927) for a probability, when `count` of `n` independent
#    networks have collapsed. With $\hat p = \mathrm{count}/n$ and $z = 1.96$ its ends are
#
# $$\frac{\hat p + \frac{z^2}{2n} \pm z\sqrt{\frac{\hat p (1 - \hat p)}{n} + \frac{z^2}{4n^2}}}{1 + \frac{z^2}{n}}.$$
#
# Unlike $\hat p \pm z\sqrt{\hat p(1-\hat p)/n}$, which many use, it stays between 0 and 1, and gives
# sensible values when all or none have collapsed.


# %% nbgrader={"grade": false, "grade_id": "collapsed", "locked": false, "schema_version": 3, "solution": true, "task": false}
def collapsed(outputs, tolerance):
    """Which networks give (nearly) the same output for all inputs.

    Args:
        outputs: array of shape (networks, inputs).
        tolerance: largest difference at which two outputs count as the same.

    Returns:
        A boolean array of shape (networks,).
    """
    ### BEGIN SOLUTION
    return np.ptp(outputs, axis=1) <= tolerance
    ### END SOLUTION


def wilson_interval(count, n):
    """The 95 % interval of Wilson for a probability.

    Args:
        count: how many of `n` trials had the outcome.
        n: number of trials.

    Returns:
        low, high: two floats.
    """
    ### BEGIN SOLUTION
    share, z = count / n, 1.96
    centre = share + z**2 / (2 * n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return (centre - half) / (1 + z**2 / n), (centre + half) / (1 + z**2 / n)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "collapsed-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Collapsed, and how sure", points=3) as exercise:
    rng = np.random.default_rng()

    def flat_and_lively(spreads):
        """Outputs of networks for 40 inputs, around levels of their own, with the given spreads."""
        shape = rng.permuted(np.tile(np.r_[0.0, 1.0, rng.uniform(size=38)], (len(spreads), 1)), axis=1)
        return rng.normal(scale=3, size=(len(spreads), 1)) + np.array(spreads)[:, np.newaxis] * shape

    with exercise.part("wilson_interval gives two numbers", points=0):
        expect.shape(wilson_interval(3, 10), (2,), "wilson_interval(3, 10)", step="Return low, high.")
    with exercise.part("constant outputs, and outputs that vary", points=1):
        flat = rng.permutation(30) < 12
        outputs = flat_and_lively(np.where(flat, 0.0, rng.uniform(0.5, 2, size=30)))
        expect.equal(
            collapsed(outputs, 1e-6),
            flat,
            "collapsed(outputs, 1e-6) for outputs of shape (30, 40)",
            mistakes={
                "True and False are swapped": ~flat,
                "outputs of zero were looked for; a collapsed network may answer any number": np.zeros(
                    30, bool
                ),
            },
            step="Compare the largest with the smallest output of each network: axis 1.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("the tolerance", points=1):
        # multiples of 1/8, which no arithmetic rounds; of 300 outputs
        eighths = int(rng.integers(4, 12))
        within = np.r_[0, eighths, rng.integers(eighths + 1, size=298)]
        both_sides = np.r_[
            0, rng.permutation(np.r_[-eighths, eighths, rng.choice([-1, 1], size=297) * eighths])
        ]
        outputs = np.array(
            [
                rng.permutation(within) + rng.integers(-9, 9),
                rng.permutation(np.r_[within[:-1], eighths + 1]) + rng.integers(-9, 9),
                np.linspace(0, 2 * eighths, 300).astype(int) + rng.integers(-9, 9),
                both_sides,
                (2 * eighths + 1) * (np.arange(300) == rng.integers(150, 299)),
                np.full(300, rng.choice([-1, 1]) * rng.integers(20, 30)),  # far from zero
                np.r_[0, eighths - 1, rng.integers(eighths, size=298)] + 20,
                rng.permutation(np.r_[-1, 1, rng.choice([-1, 1], size=298)]) * rng.integers(20, 30),
            ]
        )
        order = rng.permutation(8)
        outputs, flat_ones = outputs[order] / 8, np.isin(order, (0, 5, 6))
        kept, difference = outputs.copy(), np.ptp(outputs, axis=1)
        expect.equal(
            collapsed(outputs, eighths / 8),
            flat_ones,
            f"collapsed(outputs, {eighths / 8}), for 300 outputs of each network",
            mistakes={
                "a difference of exactly the tolerance counts as the same": difference < eighths / 8,
                "each output was compared with the one before it": np.abs(np.diff(kept, axis=1)).max(axis=1)
                <= eighths / 8,
                "outputs near zero were looked for; a collapsed network may answer any number": np.abs(
                    kept
                ).max(axis=1)
                <= eighths / 8,
                "the outputs were compared without their signs": np.ptp(np.abs(kept), axis=1) <= eighths / 8,
                "each output was compared with the mean": np.abs(kept - kept.mean(axis=1, keepdims=True)).max(
                    axis=1
                )
                <= eighths / 8,
                "each output was compared with the first": np.abs(kept - kept[:, :1]).max(axis=1)
                <= eighths / 8,
                "each output was compared with the middle of the largest and the smallest": difference
                <= 2 * eighths / 8,
                "the largest and smallest outputs were left out": ~np.isin(order, (2, 3, 7)),
                "the standard deviation was compared with the tolerance": kept.std(axis=1) <= eighths / 8,
                "the argument tolerance is ignored": difference <= 1e-6,
            },
            step="The difference of the largest and the smallest output is what counts.",
        )
        expect.equal(
            outputs,
            kept,
            "the array outputs, after the call",
            cause="the array that was handed in is changed",
            step="Work on a copy: np.sort(outputs) rather than outputs.sort().",
        )
        tolerance = float(rng.uniform(0.01, 0.1))
        spreads = tolerance * np.where(flat, rng.uniform(0.6, 0.9, size=30), rng.uniform(1.1, 1.9, size=30))
        outputs = flat_and_lively(spreads)
        expect.equal(
            collapsed(outputs, tolerance),
            flat,
            f"collapsed(outputs, {tolerance:.3f}), where outputs differ by up to nearly twice that",
            mistakes={
                "the standard deviation was compared with the tolerance": outputs.std(axis=1) <= tolerance,
            },
            step="The difference of the largest and the smallest output is what counts.",
        )
        # far from 0, where a share of the outputs' size is more than the tolerance
        expect.equal(
            collapsed(outputs + 1e4 * rng.choice([-1, 1], size=(30, 1)), tolerance),
            flat,
            f"collapsed(outputs, {tolerance:.3f}), for outputs near 10,000 and −10,000",
            cause="a share of the outputs' own size is allowed, as np.isclose and np.allclose do unless rtol is 0",
            step="Compare the difference with the tolerance as it is.",
        )
        expect.equal(
            collapsed(1e-10 * (rng.permuted(np.tile(np.arange(40), (5, 1)), axis=1) == 0), 0),
            np.zeros(5, bool),
            "collapsed(outputs, 0), where one output of each network differs by 0.0000000001",
            mistakes={"something was added to the tolerance, or the outputs were rounded": np.ones(5, bool)},
            step="Compare the difference with the tolerance as it is.",
        )
        expect.equal(
            collapsed(rng.normal(size=(5, 1)), 0.0),
            np.ones(5, bool),
            "collapsed(outputs, 0.0), for one output of each network",
            step="Keep the result's shape (networks,) for one input too.",
        )
        expect.equal(
            collapsed(rng.normal() * np.ones((1, 40)), 0),
            np.ones(1, bool),
            "collapsed(outputs, 0) for a single network, all of whose outputs are equal",
            mistakes={"a difference of exactly the tolerance counts as the same": np.zeros(1, bool)},
            step="“At most” is <=, and the result has one entry for each network, here one.",
        )
    with exercise.part("the interval", points=1):

        def wilson(count, n, z=1.96, under=4, power=0.5):
            """The interval; `under` and `power` (of the root) stand for mistakes."""
            centre, spread = (
                count / n + z**2 / (2 * n),
                (count * (n - count) / n**3 + z**2 / (under * n**2)) ** power,
            )
            return [(centre - z * spread) / (1 + z**2 / n), (centre + z * spread) / (1 + z**2 / n)]

        few, many = (int(n) for n in rng.integers([8, 1_000], [40, 3_000]))
        for count, n in (
            (int(rng.integers(3, few - 3)), few),
            (0, few),
            (few, few),
            (int(rng.integers(2, 6)), many),
        ):
            share = count / n
            usual = 1.96 * np.sqrt(share * (1 - share) / n)
            low, high = wilson(count, n)
            expect.close(
                list(wilson_interval(count, n)),
                [low, high],
                f"wilson_interval({count}, {n})",
                rtol=1e-3,
                atol=1e-4,
                mistakes={
                    "this is the usual interval, not Wilson's": [share - usual, share + usual],
                    "the division by 1 + z²/n is missing": [
                        low * (1 + 1.96**2 / n),
                        high * (1 + 1.96**2 / n),
                    ],
                    "the ends are in reverse order": [high, low],
                    "this is the interval for one standard error: z is missing": wilson(count, n, 1.0),
                    "z is 1.645 here, as for 90 %; for 95 % it is 1.96": wilson(count, n, 1.645),
                    "z is 2.576 here, as for 99 %; for 95 % it is 1.96": wilson(count, n, 2.576),
                    "the 4 under the root is missing: z²/(4n²)": wilson(count, n, under=1),
                    "the root is missing": wilson(count, n, power=1),
                    "z²/(4n²) under the root is missing": wilson(count, n, under=np.inf),
                    "the ends are wanted, not the middle and the half-width": [
                        (low + high) / 2,
                        (high - low) / 2,
                    ],
                },
                step="Compute the middle and the half-width of the fraction's numerator, then divide.",
            )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Experiment: born dead, by simulation
#
# Networks with one input and biases of 0 have a convenient property: for $c > 0$, scaling the input by
# $c$ scales every pre-activation by $c$. So two inputs, $-1$ and $1$, decide whether a network is born
# dead, and we can afford to draw 10,000 networks.
#
# **Predict.** What percentage of networks with nine hidden layers of width 2 is born dead? And with width
# 8? How far below the bound will the truth be?

# %% tags=["experiment", "nbval-ignore-output"]
DEPTHS = np.arange(1, 21)


def born_dead_shares(width, networks=10_000):
    """The share of networks that are born dead, by their number of hidden layers; He weights, one input."""
    rng = np.random.default_rng([training.base_seed(), width])
    h = np.tile(np.array([[-1.0], [1.0]]), (networks, 1, 1))  # (networks, two inputs, one number)
    shares = []
    for _ in DEPTHS:
        weights = rng.normal(scale=np.sqrt(2 / h.shape[2]), size=(networks, h.shape[2], width))
        h = np.maximum(h @ weights, 0)
        shares.append((h == 0).all(axis=(1, 2)).mean())
    return np.array(shares)


figure, axis = plt.subplots(figsize=(7, 3.8), layout="constrained")
for width, colour, marker in zip((2, 3, 4, 8), plots.COLOURS, "osv^", strict=False):
    shares = born_dead_shares(width)
    bounds = np.array([born_dead_bound([width] * depth) for depth in DEPTHS])
    intervals = np.array([wilson_interval(share * 10_000, 10_000) for share in shares])
    axis.plot(DEPTHS, bounds, "--", color=colour)
    axis.fill_between(DEPTHS, *intervals.T, color=colour, alpha=0.3)
    axis.plot(DEPTHS, shares, marker=marker, markersize=4, color=colour, label=f"width {width}")
    runs.record(f"born_dead_width_{width}", shares[8])
    low, high = intervals[8]
    print(f"    nine hidden layers: 95 % interval {low:.4f} to {high:.4f}, bound {bounds[8]:.4f}")
axis.set(xlabel="hidden layers", ylabel="share of networks born dead", xticks=DEPTHS[1::2])
axis.legend(
    title="solid: 10,000 networks\ndashed: upper bound",
    frameon=False,
    loc="upper left",
    bbox_to_anchor=(1, 1),
)
plots.show(
    figure,
    alt="Share of ReLU networks born dead against the number of hidden layers, for the widths 2, 3, 4 and 8, each "
    "below its dashed upper bound: width 2 passes 0.85 at nine layers, width 8 stays under 0.05.",
)

# %% [markdown] tags=["covers-58"]
# **See.** The shares stay below their bounds, as they must. At width 2, nearly nine of ten networks with nine hidden
# layers never had a chance (0.874, bound 0.925); at width 8 it is one in a hundred (0.010, bound 0.035). So the bound is
# 5 percentage points too high for width 2, and more than three times too high for width 8.
#
# **Explain.** The bound looks at one input; a network is dead only if $-1$ *and* $1$ are stopped. In the
# first hidden layer they cannot both be: a unit that is silent for one of them is active for the other. In
# later layers the two inputs activate different units; the wider the layers, the more often one survives
# where the other is stopped, and the looser the bound. Width helps exponentially (one more unit halves the
# chance that a layer silences an input); depth hurts exponentially.
#
# **Go further.** Leave the first hidden layer out of the bound. How close does it come now, for width 2?
#
# ### Experiment: 1,000 trainings
#
# Now we repeat the study of Lu and others. A network with one input, nine hidden layers of width 2 (ten
# layers with the output) and He weights learns a function of one variable from 3,000 points, uniform on
# $[-\sqrt7, \sqrt7]$, by mean squared error with minibatches of 64, here with Adam and a learning rate of
# 0.01. The functions are $|x|$, $x \sin 5x$, and a step plus a sine, $1_{x > 0} + 0.2 \sin 5x$. We train
# 1,000 networks for each, once with ReLU and once with Leaky ReLU with a slope of 0.01, and call a
# network collapsed if its outputs differ by at most 0.01. The paper reports that *over 90 %* of its ReLU
# networks collapsed. Before training we count twice: networks whose outputs are *exactly* equal, which
# for ReLU are those born dead, and those whose outputs differ by at most 0.01.
#
# **Predict.** Does training bring dead networks back, or kill more? What constant will a collapsed network
# output? And what does Leaky ReLU do to the share?

# %% tags=["experiment", "nbval-ignore-output"]
points = np.random.default_rng(training.base_seed()).uniform(-np.sqrt(7), np.sqrt(7), size=3_000)
TARGETS = {
    "|x|": np.abs(points),
    "x sin 5x": points * np.sin(5 * points),
    "step + sine": (points > 0) + 0.2 * np.sin(5 * points),
}
MEMBERS, STUDY_EPOCHS = 1_000, training.budget(full=20, quick=4)
study, drawn_outputs, fates = [], {}, []
for activation in ("relu", "leaky_relu"):
    for number, (name, targets) in enumerate(TARGETS.items()):
        networks = ensembles.Ensemble.create(
            (1, *[2] * 9, 1),
            members=MEMBERS,
            activation=activation,
            initializer="he_normal",
            negative_slope=0.01,
            seed=training.base_seed() + 1_000 * number,  # other networks for each target
        )
        outputs = networks.predict(points)
        born_dead, before = collapsed(outputs, 0), collapsed(outputs, 0.01)
        networks.fit(
            points,
            targets,
            epochs=STUDY_EPOCHS,
            batch_size=64,
            optimizer=ensembles.Adam(learning_rate=0.01),
            verbose=0,
        )
        outputs = networks.predict(points)
        after = collapsed(outputs, 0.01)
        drawn_outputs[activation, name] = outputs, after
        if activation == "relu":
            fates.append(np.array([born_dead, before, after]))
        low, high = wilson_interval(after.sum(), MEMBERS)
        study.append(
            {
                "activation": activation,
                "target": name,
                "exactly equal": born_dead.mean(),
                "before": before.mean(),
                "after": after.mean(),
                "95 % interval": f"{low:.3f} to {high:.3f}",
                "median answer": np.median(outputs[after].mean(axis=1)),
                "mean of the target": targets.mean(),
            }
        )
study = pd.DataFrame(study)
print(f"share of {MEMBERS:,} networks that have collapsed, before and after {STUDY_EPOCHS} epochs")
print(study.to_string(index=False, float_format="{:.3f}".format))
for row in study.to_dict("records"):
    name = row["target"].replace("|x|", "abs").replace(" + ", "_").replace(" ", "_")
    runs.record(f"collapsed_{row['activation']}_{name}", row["after"], show=False)

born_dead, before, after = np.concatenate(fates, axis=1)  # the ReLU networks of all three targets
low, high = wilson_interval(born_dead.sum(), born_dead.size)
faint = before & ~born_dead
print(
    f"\nReLU, {born_dead.size:,} networks, against the theory's bound of {born_dead_bound([2] * 9):.3f} for born dead:"
)
print(f"  born dead {born_dead.mean():.3f} (95 % interval {low:.3f} to {high:.3f}),", end=" ")
print(f"still collapsed after training {(born_dead & after).sum() / born_dead.sum():.3f} of these")
print(
    f"  faint, but not dead {faint.mean():.3f}, collapsed after training {(faint & after).sum() / faint.sum():.2f}"
)
print(f"  of all that collapsed, born dead {(born_dead & after).sum() / after.sum():.3f}")
runs.record("collapsed_relu_before_training", before.mean())
runs.record("born_dead_relu_of_the_study", born_dead.mean(), show=False)
runs.record("collapsed_relu_that_were_born_dead", (born_dead & after).sum() / after.sum(), show=False)
runs.record("born_dead_relu_that_recovered", (born_dead & ~after).sum())

figure, axes = plt.subplots(1, 3, figsize=(9.6, 3), layout="constrained")
order = np.argsort(points)
outputs_of = {name: drawn_outputs["relu", name] for name in TARGETS}
for axis, (name, (outputs, after)) in zip(axes, outputs_of.items(), strict=True):
    errors = ((outputs - TARGETS[name]) ** 2).mean(axis=1)
    axis.plot(points[order], TARGETS[name][order], color="0.75", linewidth=4, label="target")
    axis.axhline(TARGETS[name].mean(), color=plots.BLACK, linewidth=1, linestyle=":", label="its mean")
    one = outputs[np.argmax(after)]
    axis.plot(points[order], one[order], color=plots.VERMILION, linestyle="--", label="one that collapsed")
    axis.plot(points[order], outputs[np.nanargmin(errors)][order], color=plots.BLUE, label="best of 1,000")
    axis.set(title=name, xlabel="x", ylabel="output")
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=4, frameon=False)
plots.show(
    figure,
    alt="The three target functions and their means, each with the flat answer of a collapsed ReLU network, at or near "
    "the mean, and with the best of 1,000 networks, which follows |x| closely and the other two in part.",
)

# %% [markdown]
# **See.** More than 90 % of the ReLU networks have collapsed, for all three targets, and most of these
# were born dead. With Leaky ReLU fewer have collapsed, for every target, and fewer than before training.
#
# **Measure.** So "over 90 %" is what we find, too. With 1,000 networks the interval is about 3 percentage points wide;
# with 50 networks it would be about 14 wide, too wide to say that. And the bound? It holds for networks
# that are *born dead*: their share, 0.879, is below 0.925, and close to the simulation above. It says
# nothing about what has collapsed *after* training, and there the shares reach the bound or exceed it.
# Two things add to these shares. About 2 % are alive, but so faint that their outputs differ by at most
# 0.01; these can still learn, and some of them did. And training kills networks that were alive.
#
# **Explain.** Training cannot wake a network that was born dead, and it woke none of ours: no gradient
# reaches the silent layer or those below it, the weights above it get no signal, and with all biases 0 the
# layers above it are silent too. Only the output's bias can learn, and with mean squared error the best
# constant is the *mean of the target*: the last two columns show that the collapsed networks have reached
# it, or are on their way. Training kills some more, when a step happens to push a whole layer below zero.
# Leaky ReLU always lets something through, so its networks are not dead in this sense; but a factor of
# 0.01 at each layer makes the signal of an unlucky network so faint that before training most of these
# networks look constant, too. Many of them recover during training. How many, and how soon, depends on the
# target.
#
# **Go further.** Give the networks width 4, or two hidden layers. Initialise the biases with small positive numbers
# rather than 0. Which of these helps most?
#
# ### Exercise 12: What to make of it (3 points, in words)
#
# A colleague has trained one ReLU network with nine hidden layers of width 2. It answers 0.50 for every
# input. "More epochs," says the colleague, "or another learning rate." In five to eight sentences: what
# has most probably happened, and when? Why will neither help? How sure are you, from theory and from
# experiment? Finally, name two changes that would help, and say why.

# %% [markdown] nbgrader={"grade": true, "grade_id": "what-to-make-of-it", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# The network has collapsed: in some hidden layer both ReLU units are silent for all inputs, most probably
# from the start, before the first step of training. Everything above that layer sees zeros, so the output
# is a constant; and since silent units have slope zero, every weight of the network gets a gradient of zero.
# Only the bias of the output learns, and settles at the mean of the targets, here 0.50. More epochs or
# another learning rate scale gradients that are exactly zero, so neither helps.
#
# In theory, the probability of being born dead is at most $1 - (3/4)^9 = 0.925$; as an *upper* bound,
# that alone cannot show that it is likely. In 10,000 simulated networks it was about 0.87 (interval 0.867
# to 0.880), and of 1,000 trained ones over 90 % had collapsed, with an interval of about ±1.5 percentage
# points. Of those that had collapsed more than nine in ten were born dead. So this one most probably was,
# too; the others died in training.
#
# Wider layers help most: with width 10 the bound is below 1 %, because all ten units must be silent at once. Fewer layers
# help because each is another chance to die. Leaky ReLU (or ELU, SELU) passes some gradient on everywhere, so that a
# network can recover; drawing new weights, or starting with positive biases, gives another chance.
#
# ### BEGIN MARK SCHEME
# - 1 point: what happened and why training does not help: a whole layer is silent for all inputs (born dead), its slope
#   is zero, so no gradient reaches the weights; only the last bias learns (the mean of the targets). Half a point if
#   "dying ReLU" is named without the missing gradient.
# - 1 point: how sure: the bound (0.925, as an *upper* bound) **and** a measured share with its interval or number of
#   networks: of networks born dead, or best, of those born dead among the collapsed (more than 0.9; about 0.87 / 0.94).
#   Half a point for one of the two.
# - 1 point: two changes with reasons: wider (all units of a layer must be silent at once), shallower, leaky or smooth
#   activation, other initial biases or weights, normalisation, skip connections. Half a point for each change whose
#   reason fits.
#
# No points lost for other numbers, if they are the student's own measurements.
# ### END MARK SCHEME

# %% [markdown]
# ## Check your work
#
# The next cell runs all checks again, on your answers as they are now, and lists what is done and what is
# missing. It takes a few seconds and does not train anything again. Before you submit, choose *Restart
# kernel and run all cells* and look here once more: graders run the notebook from the top, too. (Exercise
# 12, in words, is marked by a person. The points shown here are only those of the checks that you see; the
# others follow when your work is graded.)

# %% tags=["experiment", "nbval-ignore-output"]
from course_utils import selfcheck

selfcheck.report()

# %% [markdown]
# ## What to take away
#
# - $\mathrm{Var}(z) = \mathrm{fan_{in}} \cdot \mathrm{Var}(w) \cdot E[h^2]$: this one line, applied layer after layer,
#   predicts what happens to a signal, for any activation function.
# - LeCun, Glorot and He are three answers to "which $\mathrm{Var}(w)$?". Choose by the activation function. He is
#   $\sqrt2$ times Glorot only where fan-in and fan-out are equal.
# - Keras truncates its normal Glorot, He and LeCun weights and corrects for it. `"random_normal"` has a
#   standard deviation of 0.05, not 1, whatever the size of the layer.
# - Zeros fail twice: sigmoid units stay copies of each other, and the weights of ReLU units get no
#   gradient at all.
# - SELU brings the variance to 1 by itself, if the weights have the variance $1/\mathrm{fan_{in}}$.
# - Deep and narrow ReLU networks are mostly born dead, and training does not wake them. Width helps exponentially.
# - A share measured on $n$ networks has an interval. State it.
#
# ## Papers
#
# - Y. LeCun, L. Bottou, G. Orr, K.-R. Müller, *Efficient backprop*, in: Neural networks: tricks of the trade, 1998.
#   doi:10.1007/3-540-49430-8_2
# - X. Glorot, Y. Bengio, *Understanding the difficulty of training deep feedforward neural networks*,
#   AISTATS 2010, PMLR 9:249-256
# - A. Maas, A. Hannun, A. Ng, *Rectifier nonlinearities improve neural network acoustic models*, ICML
#   2013 workshop on deep learning for audio, speech and language processing
# - K. He, X. Zhang, S. Ren, J. Sun, *Delving deep into rectifiers: surpassing human-level performance on
#   ImageNet classification*, ICCV 2015. arXiv:1502.01852
# - D.-A. Clevert, T. Unterthiner, S. Hochreiter, *Fast and accurate deep network learning by exponential
#   linear units (ELUs)*, ICLR 2016. arXiv:1511.07289
# - D. Hendrycks, K. Gimpel, *Gaussian error linear units (GELUs)*, 2016. arXiv:1606.08415
# - P. Ramachandran, B. Zoph, Q. Le, *Searching for activation functions*, 2017. arXiv:1710.05941
# - G. Klambauer, T. Unterthiner, A. Mayr, S. Hochreiter, *Self-normalizing neural networks*,
#   NeurIPS 2017. arXiv:1706.02515
# - L. Lu, Y. Shin, Y. Su, G. Karniadakis, *Dying ReLU and initialization: theory and numerical examples*,
#   Communications in Computational Physics 2020. arXiv:1903.06733, doi:10.4208/cicp.OA-2020-0165
# - E. Wilson, *Probable inference, the law of succession, and statistical inference*, Journal of the American
#   Statistical Association 1927. doi:10.1080/01621459.1927.10502953
