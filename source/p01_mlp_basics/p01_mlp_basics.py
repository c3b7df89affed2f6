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
# # Practical 1: The multilayer perceptron
#
# In this practical you build a small neural network that recognises clothes. You train it, study its
# mistakes, and learn to choose the one setting that matters most: the learning rate.
#
# **When you have finished, you can**
#
# 1. prepare images for a network without letting the validation images leak into training;
# 2. build a multilayer perceptron (MLP) in Keras, and count the parameters of any MLP by hand;
# 3. explain what the activation function and the initial weights do to a signal as it passes through the
#    layers, and when they stop a network from learning;
# 4. train with logs and checkpoints, and recover the best epoch, even after a second, worse run;
# 5. read a confusion matrix, and choose a learning rate from a range test.
#
# **This practical assumes** Python, NumPy arrays (slicing, axes, broadcasting), the chain rule and the
# variance of a sum of independent terms. You do not need to know Keras: everything is explained before you
# need it.
#
# **How it works.** Text, experiments and exercises alternate. Each experiment begins with a question
# under *Predict*. Write your guess down before you run the cell, however rough it is: the wrong guesses
# are the ones that you will remember. In an exercise, replace `raise NotImplementedError(…)` with your
# answer and run the check below it. The check tells you what it tested, what it expected and what it got.
# More checks run when your work is graded, on inputs that you have not seen.
#
# | Exercise | Points | | Exercise | Points |
# |---|---|---|---|---|
# | 1 Split off a validation set | 3 | | 9 Why He initialisation? (in words) | 3 |
# | 2 Standardise the pixels | 3 | | 10 Compile | 2 |
# | 3 Build the network | 3 | | 11 Keep the best epoch | 4 |
# | 4 Count parameters | 2 | | 12 Loss and accuracy | 2 |
# | 5 One input, many inputs | 3 | | 13 Confusion matrix and recall | 3 |
# | 6 A network with sines | 2 | | 14 Choose a learning rate | 2 |
# | 7 Three activation functions | 3 | | 15 All of it, by yourself | 3 |
# | 8 Large inputs, silent units | 2 | | **Total** | **40** |
#
# **Time.** On two processor cores with little else running, the whole notebook took two minutes at the
# full budget (the default, for working through it) and 40 seconds at the quick budget (for checking that
# everything runs). Allow three to four hours for reading, guessing and answering.
#
# **Help.** Type `keras.layers.Dense?` in a cell to see its documentation. When things get confusing,
# choose *Restart kernel and run all cells*: many mysteries come from cells that were run out of order.
# When you ask for help, quote the check's feedback in full: that is what it was written for.

# %% [markdown] tags=["covers-1"]
# ## 0 Set up
#
# One cell imports what the notebook uses. `course_utils` is the package that came with the course: it
# takes care of plots, logs, seeds and checks, so that you can concentrate on the lesson. (On a computer
# without a suitable graphics card, TensorFlow says so in red. This is harmless.)

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
import time
from itertools import pairwise
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler

from course_utils import data, expect, plots, runs, training

print(training.describe_budget())

# %% tags=["experiment", "nbval-ignore-output"]
print(f"Keras {keras.__version__} on {keras.backend.backend()}")
print("Devices:", ", ".join(keras.distribution.list_devices()))

# %% [markdown]
# A `gpu` in that list is welcome but not needed: the networks here are so small that a laptop's processor
# is enough.

# %% [markdown]
# ## 1 The data
#
# Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017) contains 70,000 photographs of items from an online shop,
# shrunk to 28 by 28 pixels with grey values from 0 (the background) to 255: 60,000 for training and 10,000
# for testing, each with one of ten labels. It was made to replace handwritten digits, which had become too
# easy.

# %% nbgrader={"grade": false, "grade_id": "load-data", "locked": true, "schema_version": 3, "solution": false, "task": false}
fashion = data.load("fashion_mnist")
print("training images:", fashion.x_train.shape, fashion.x_train.dtype)
print("test images:    ", fashion.x_test.shape, fashion.x_test.dtype)

# %% [markdown] tags=["covers-2"]
# ### Experiment: look at the data
#
# Whatever you do with data, look at it first.
#
# **Predict.** The ten classes are T-shirt/top, trouser, pullover, dress, coat, sandal, shirt, sneaker,
# bag and ankle boot. At 28 by 28 pixels, which two would *you* mix up most often? Keep your guess: the
# network gives its own answer in section 5.

# %% tags=["experiment"]
first_of_each_class = [np.flatnonzero(fashion.y_train == label)[:3] for label in range(10)]
shown = np.concatenate(np.transpose(first_of_each_class))
figure = plots.image_grid(
    fashion.x_train[shown], titles=[fashion.class_names[c] for c in fashion.y_train[shown]], columns=10
)
plots.show(
    figure,
    alt="Three rows of ten grey pictures of clothes, shoes and bags; each column is a class.",
)

# %% [markdown]
# **See.** The items are centred and upright, on an empty background (0, drawn white here). Shirts,
# pullovers and coats share an outline.
#
# **Predict.** Are all classes equally common among the training images?

# %% tags=["experiment"]
figure = plots.class_counts(fashion.y_train, fashion.class_names)
plots.show(
    figure, alt="Bar chart of the number of training images of each class: ten bars of the same height."
)
print("images of each class:", np.bincount(fashion.y_train))

# %% [markdown]
# **Measure and explain.** There are exactly 6,000 of each. So someone who always answers "sandal" is right
# one time in ten: 0.1 is the accuracy that a network must beat before we believe that it has learned
# anything.
#
# **Go further.** On data where one class has 90 % of the images, what accuracy would you have to beat?

# %% [markdown] tags=["covers-2"]
# ### Exercise 1: Split off a validation set (3 points)
#
# We shall make many choices: how many epochs, which learning rate, which activation function. If we made
# them by looking at the test images, the test accuracy would no longer tell us how well the network does
# on images that nobody has looked at. So we take some images out of the *training* set, and make our
# choices with those. They are the **validation set**.
#
# Write `split(images, labels, n_valid)`. It returns two pairs, `(x_train, y_train), (x_valid, y_valid)`:
# the **first** `n_valid` images, with their labels, are for validation; the rest, in the same order, are
# for training.
#
# Then compute the number of classes from `fashion.y_train`, and call it `n_classes`. The network's last
# layer will need one unit for each class.


# %% nbgrader={"grade": false, "grade_id": "split", "locked": false, "schema_version": 3, "solution": true, "task": false}
def split(images, labels, n_valid):
    """Split off the first `n_valid` images and labels for validation.

    Args:
        images: array of shape (n, …).
        labels: array of shape (n,).
        n_valid: how many images to split off.

    Returns:
        Two pairs: (x_train, y_train), (x_valid, y_valid).
    """
    ### BEGIN SOLUTION
    return (images[n_valid:], labels[n_valid:]), (images[:n_valid], labels[:n_valid])
    ### END SOLUTION


# the number of classes in fashion.y_train
### BEGIN SOLUTION
n_classes = len(np.unique(fashion.y_train))
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "split-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Split off a validation set", points=3) as exercise:
    rng = np.random.default_rng()
    some_images, some_labels = rng.integers(256, size=(90, 4, 4)), rng.integers(10, size=90)
    some_images[:, 0, 0] = np.arange(90)  # their places, by which to know them
    n_first = int(rng.integers(5, 40))

    with exercise.part("the sizes of both sets", points=1):
        (part_x, part_y), (first_x, first_y) = split(some_images, some_labels, n_first)
        sizes = [len(part_x), len(part_y), len(first_x), len(first_y)]
        expect.equal(
            sizes,
            [90 - n_first, 90 - n_first, n_first, n_first],
            f"the lengths of x_train, y_train, x_valid, y_valid when {n_first} of 90 images are split off",
            mistakes={
                "training and validation are swapped": [n_first, n_first, 90 - n_first, 90 - n_first],
                "the labels were not split": [90 - n_first, 90, n_first, 90],
                "the validation images stayed in the training set": [90, 90, n_first, n_first],
            },
            step="Return ((x_train, y_train), (x_valid, y_valid)), in this order.",
        )
    with exercise.part("n_classes is a number", points=0):
        expect.shape(
            n_classes,
            (),
            "n_classes",
            step="Assign one number to n_classes: how many different labels there are.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("which images go where, and their labels with them", points=1):
        (part_x, part_y), (first_x, first_y) = split(some_images, some_labels, n_first)
        places = [int(image[0, 0]) for image in first_x]
        expect.equal(
            places,
            list(range(n_first)),
            "the places that the validation images had in `images`",
            mistakes={
                "these are the last images rather than the first": list(range(90 - n_first, 90)),
                "training and validation are swapped": list(range(n_first, 90)),
            },
            cause="the images were drawn at random, or their order was changed"
            if len(set(places)) == n_first
            else None,
            step="Take a slice from the start of the array.",
        )
        expect.equal(first_x, some_images[:n_first], "the validation images")
        expect.equal(
            part_x, some_images[n_first:], "the training images", step="Take the rest, in the same order."
        )
        for kept_labels, kept in ((first_y, some_labels[:n_first]), (part_y, some_labels[n_first:])):
            expect.equal(
                kept_labels,
                kept,
                "the labels of these images",
                step="Slice images and labels alike, so that each image keeps its label.",
            )
        # the last are no whole numbers, and all of them are for validation
        for sizes, number in (((5,), 4), ((1, 4), 4), ((3, 2, 1), 12)):
            other_images, other_labels = rng.integers(256, size=(12, *sizes)), rng.integers(10, size=12)
            if number == 12:
                other_images = rng.normal(size=other_images.shape)
            images_before, labels_before = other_images.copy(), other_labels.copy()
            (part_x, part_y), (first_x, first_y) = split(other_images, other_labels, number)
            called = f"12 images of shape {sizes}, of which {number} are split off"
            step = "Slice the first axis only, whatever the shape of an image is."
            if number == 12:
                step = "Leave the values as they are, and their type."
                expect.equal(
                    [len(part_x), len(part_y)],
                    [0, 0],
                    "the lengths of x_train and y_train when all of 12 images are split off",
                    mistakes={"they were counted from the end, where -0 is the start": [12, 12]},
                    step="Begin the training set at place n_valid.",
                )
            else:
                expect.equal(part_x, images_before[number:], f"the training images of {called}", step=step)
                expect.equal(part_y, labels_before[number:], f"the training labels of {called}", step=step)
            expect.equal(first_x, images_before[:number], f"the validation images of {called}", step=step)
            expect.equal(first_y, labels_before[:number], f"the validation labels of {called}", step=step)
            for array, before, name in (
                (other_images, images_before, "images"),
                (other_labels, labels_before, "labels"),
            ):
                expect.equal(
                    array,
                    before,
                    f"the argument {name} after the call",
                    cause=f"split changes the array {name} of whoever calls it",
                    step="Return slices or copies, and leave the arguments as they are.",
                )
    with exercise.part("the number of classes", points=1):
        expect.equal(
            n_classes,
            10,
            "n_classes",
            describe="how many different labels there are",
            mistakes={
                "that is the largest label, and labels count from 0": 9,
                "that is the number of images: each label was counted as often as it occurs": 60_000,
            },
            step="np.unique shows the different values in an array.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Experiment: is a random split a fair split?
#
# **Predict.** The images come in random order. Will the first 5,000 contain exactly 500 of each class? If
# not, how far off will the counts be: by a handful, by dozens, by hundreds?

# %% tags=["experiment"]
valid_counts = np.bincount(fashion.y_train[:5_000])
print("images of each class among the first 5,000:", valid_counts)
print("largest distance from 500:", np.abs(valid_counts - 500).max())
print(f"standard deviation expected of chance: {np.sqrt(5_000 * 0.1 * 0.9 * 55_000 / 60_000):.1f}")
chi_squared = ((valid_counts - 500) ** 2).sum() / (500 * 55_000 / 60_000)
print(f"all ten together, chi-squared: {chi_squared:.1f} (chance: 9 ± {np.sqrt(2 * 9):.1f})")

# %% [markdown]
# **Explain.** Drawing 5,000 of 60,000 images without replacement gives counts that scatter around 500
# with a standard deviation of about 20. T-shirts (457) and trousers (556) are further off than that; but
# taken together, the ten counts are not unusual, as the last line shows. Chance is fair, not exact. In
# small sets the scatter matters, so there it is better to split each class separately (a *stratified*
# split).
#
# **Go further.** How many images of a class would you expect in a validation set of 50? In what range
# would most counts lie?

# %% [markdown] tags=["covers-3"]
# ### Exercise 2: Standardise the pixels (3 points)
#
# Gradient descent works best when all inputs have a similar scale. So we **standardise**: from each pixel
# $j$ we subtract its mean over the training images, and divide the result by its standard deviation,
#
# $$\tilde x_{ij} = \frac{x_{ij} - \mu_j}{\sigma_j}, \qquad
# \mu_j = \frac1n \sum_{i=1}^n x_{ij}, \qquad
# \sigma_j = \sqrt{\frac1n \sum_{i=1}^n (x_{ij} - \mu_j)^2}.$$
#
# There are two traps.
#
# - **Leakage.** $\mu_j$ and $\sigma_j$ come from the *training* images alone. Validation and test images
#   stand for images that we have not seen yet; they are transformed with the same $\mu_j$ and $\sigma_j$.
# - **Constant pixels.** A pixel in the corner may be 0 in all training images. Then $\sigma_j = 0$. For
#   such a pixel, only subtract the mean (that is, divide by 1).
#
# Write `fit_standardiser(x_train)`, which returns the arrays `mean` and `scale`, and
# `standardise(x, mean, scale)`, which applies them to any images. NumPy is all you need.


# %% nbgrader={"grade": false, "grade_id": "standardise", "locked": false, "schema_version": 3, "solution": true, "task": false}
def fit_standardiser(x_train):
    """Mean and scale of each pixel over the training images.

    Args:
        x_train: array of shape (n, …), one entry along the first axis for each image.

    Returns:
        mean, scale: arrays of the shape of one image; `scale` is the standard deviation, and 1 where
            a pixel is constant.
    """
    ### BEGIN SOLUTION
    deviation = x_train.std(axis=0)
    return x_train.mean(axis=0), np.where(deviation == 0, 1, deviation)
    ### END SOLUTION


def standardise(x, mean, scale):
    """The images `x` with `mean` subtracted, divided by `scale`; an array of the shape of `x`."""
    ### BEGIN SOLUTION
    return (x - mean) / scale
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "standardise-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Standardise the pixels", points=3) as exercise:
    rng = np.random.default_rng()
    # each pixel has a brightness of its own; whole numbers, so that sums are exact
    brightest = rng.integers(20, 256, size=(6, 6))
    seen = rng.integers(0, brightest, size=(300, 6, 6)).astype("float32")
    unseen = rng.integers(0, 256, size=(40, 6, 6)).astype("float32")

    with exercise.part("training images get mean 0 and standard deviation 1", points=1):
        scaled = standardise(seen, *fit_standardiser(seen))
        expect.shape(scaled, (300, 6, 6), "the standardised images")
        expect.close(
            np.mean(scaled, axis=0),
            np.zeros((6, 6)),
            "the mean of each pixel over the training images",
            atol=1e-3,
            mistakes={
                "mean and standard deviation are those of all pixels together": (
                    seen.mean(axis=0) - seen.mean()
                )
                / seen.std(),
            },
            step="Take the mean over the images, axis 0, so that each pixel has its own.",
        )
        expect.close(
            np.std(scaled, axis=0),
            np.ones((6, 6)),
            "the standard deviation of each pixel over the training images",
            rtol=0.01,
            mistakes={
                "divided by the variance rather than the standard deviation": 1 / seen.std(axis=0),
                "not divided by the standard deviation": seen.std(axis=0),
            },
            step="Divide by the standard deviation over the images, axis 0.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("other images are treated with the training images' mean and scale", points=1):
        expect.close(
            standardise(unseen, *fit_standardiser(seen)),
            (unseen - seen.mean(axis=0)) / seen.std(axis=0),
            "images that were not among the training images",
            rtol=0.01,
            atol=0.01,
            mistakes={
                "they were standardised with their own mean and standard deviation": (
                    unseen - unseen.mean(axis=0)
                )
                / unseen.std(axis=0),
                "mean and standard deviation are those of all pixels together": (unseen - seen.mean())
                / seen.std(),
                "each image was standardised by itself": (unseen - unseen.mean(axis=(1, 2), keepdims=True))
                / unseen.std(axis=(1, 2), keepdims=True),
            },
            step="In standardise, use the arguments mean and scale, and nothing computed from x.",
        )
        fitted = fit_standardiser(seen)
        fit_standardiser(unseen)
        expect.close(
            standardise(unseen, *fitted),
            (unseen - seen.mean(axis=0)) / seen.std(axis=0),
            "images standardised with a mean and scale that were not those of the last fit",
            rtol=0.01,
            atol=0.01,
            mistakes={
                "mean and scale are those of the last call of fit_standardiser, not the arguments": (
                    unseen - unseen.mean(axis=0)
                )
                / unseen.std(axis=0),
            },
            step="In standardise, use the arguments mean and scale.",
        )
        many = np.arange(12_000)[:, np.newaxis] // rng.integers(40, 60, size=3)
        expect.close(
            standardise(many, *fit_standardiser(many)),
            (many - many.mean(axis=0)) / many.std(axis=0),
            "12,000 standardised images that grow brighter and brighter",
            rtol=0.01,
            atol=0.01,
            mistakes={
                f"only the first {first:,} images were looked at": (many - many[:first].mean(axis=0))
                / many[:first].std(axis=0)
                for first in (1_000, 5_000, 10_000)
            },
            step="Use all images of x_train.",
        )
        few = rng.integers(256, size=(7, 4, 3, 2)).astype("uint8")
        for some, kind in (
            (few, "seven images of whole numbers from 0 to 255"),
            ((few / 5_000).astype("float32"), "seven images of numbers from 0 to 0.05"),
        ):
            before = some.copy()
            exact = some.astype("float64")
            centred, deviation = exact - exact.mean(axis=0), exact.std(axis=0)
            fitted = fit_standardiser(some)
            scaled = standardise(some, *fitted)
            expect.equal(
                some,
                before,
                f"{kind}, after fit_standardiser and standardise",
                cause="the images of the caller are changed in place",
                step="Write x - mean, which is a new array, rather than x -= mean.",
            )
            expect.close(
                scaled,
                centred / deviation,
                f"{kind}, standardised",
                rtol=0.01,
                atol=0.01,
                mistakes={
                    "the standard deviation divides by n − 1; the formula above divides by n": centred
                    / exact.std(axis=0, ddof=1),
                    "a standard deviation below 1 was raised to 1; only 0 is replaced": centred
                    / np.maximum(deviation, 1),
                    "a small standard deviation was taken for 0": centred,
                    "the result was cast to the whole numbers of the images": (centred / deviation).astype(
                        some.dtype
                    ),
                }
                | {
                    f"{tiny:g} was added to the standard deviation": centred / (deviation + tiny)
                    for tiny in (1e-2, 1e-3)
                },
                step="Divide by the standard deviation as it is, however small; only where it is 0, by 1.",
            )
    with exercise.part("a pixel that is constant in the training images", points=1):
        # odd and large: in float32 the sum of 300 such squares is not exact, while the sum of the numbers is
        row, column, grey = rng.integers(6), rng.integers(6), 2 * rng.integers(120, 128) + 1
        with_constant = seen.copy()
        with_constant[:, row, column] = grey
        fitted = fit_standardiser(with_constant)
        scale_there = float(np.broadcast_to(fitted[1], seen.shape)[0, row, column])
        expect.close(
            standardise(with_constant, *fitted)[:, row, column],
            np.zeros(300),
            "that pixel in the training images",
            atol=1e-3,
            step="Look for the standard deviations that are 0 before you divide by them.",
        )
        expect.close(
            standardise(unseen, *fitted)[:, row, column],
            unseen[:, row, column] - grey,
            "that pixel in images where it does vary",
            rtol=0.01,
            atol=0.01,
            mistakes={
                f"divided by {tiny:g} rather than by 1: this pixel would drown all others": (
                    unseen[:, row, column] - grey
                )
                / tiny
                for tiny in (1e-3, 1e-5, 1e-6, 1e-7, 1e-8, 1e-10, 1e-12)
            }
            | {"the pixel was set to 0, whatever its value": np.zeros(40)}
            | (
                {
                    "rounding turned the 0 into a small number; take squares after the mean was subtracted": (
                        unseen[:, row, column] - grey
                    )
                    / scale_there
                }
                if 0 < scale_there < 1
                else {}
            ),
            step="Where a pixel's standard deviation is 0, its scale should be 1.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### The images for the rest of the notebook
#
# From here on the notebook uses its own copy of the prepared data, so that a mistake above does no harm
# further down. It takes the first 5,000 images for validation, divides all grey values by 255, flattens
# each image into a row of 784 numbers, and standardises with scikit-learn's `StandardScaler`, which does
# what your functions do.

# %% nbgrader={"grade": false, "grade_id": "prepare", "locked": true, "schema_version": 3, "solution": false, "task": false}
N_VALID = 5_000
N_TRAIN = training.budget(full=55_000, quick=10_000)


def as_rows(images):
    """Images of shape (n, 28, 28), grey values from 0 to 255, as float32 rows of 784 numbers from 0 to 1."""
    return images.reshape(len(images), -1).astype("float32") / 255


pixels = as_rows(fashion.x_train[: N_VALID + N_TRAIN])
scaler = StandardScaler().fit(pixels[N_VALID:])
x_valid, y_valid = scaler.transform(pixels[:N_VALID]), fashion.y_train[:N_VALID]
x_train, y_train = scaler.transform(pixels[N_VALID:]), fashion.y_train[N_VALID : N_VALID + N_TRAIN]
x_test, y_test = scaler.transform(as_rows(fashion.x_test)), fashion.y_test
for name, x in (("training", x_train), ("validation", x_valid), ("test", x_test)):
    print(f"{name:>10}: {x.shape}, {x.dtype}")

# %% [markdown] tags=["covers-3"]
# ### Experiment: what standardising does
#
# **Predict.** In a bell curve, 99.7 % of the values lie within three standard deviations of the mean.
# What is the largest value (in standard deviations) that you expect among the standardised training
# images? And among the test images?

# %% tags=["experiment", "nbval-ignore-output"]
figure, axes = plt.subplots(1, 3, figsize=(10, 3.2), layout="constrained")
for axis, image, title in zip(
    axes,
    (scaler.mean_, scaler.scale_, x_train[0]),
    ("mean of each pixel", "standard deviation", "one image, standardised"),
    strict=True,
):
    drawn = axis.imshow(image.reshape(28, 28), cmap="gray_r", interpolation="nearest")
    axis.set(title=title, xlabel="column", ylabel="row")
    figure.colorbar(
        drawn, ax=axis, shrink=0.8, label="grey value" if axis is not axes[2] else "standard deviations"
    )
plots.show(
    figure,
    alt="Three pictures of 28 by 28 pixels: the mean of all images, a blur between shirt and shoe; "
    "their standard deviation, near zero in the corners; and one standardised image.",
)
runs.record("share_within_three_standard_deviations", np.mean(np.abs(x_train) < 3))
runs.record("largest_training_value", np.abs(x_train).max())
runs.record("largest_test_value", np.abs(x_test).max())
worst_pixel = int(np.abs(x_test).max(axis=0).argmax())
print(f"the latter is in row {worst_pixel // 28}, column {worst_pixel % 28}, where the training images")
print(f"have a standard deviation of only {scaler.scale_[worst_pixel]:.4f} (of grey values from 0 to 1)")

# %% [markdown]
# **Explain.** Did you guess 4, or perhaps 10? Most values are as small as those of a bell curve, but
# there are training values of about a hundred standard deviations or more, and test values of several
# hundred. Some pixels at the border are 0 in almost all images, so their standard deviation is tiny; in
# the few images where they are not 0, their standardised values become enormous. No pixel here is exactly
# constant. In scikit-learn's small digit images some are, as the next cell shows, and there an unguarded
# division would have filled the data with NaN.

# %% tags=["experiment"]
digits = data.load("digits")
for each in (fashion, digits):
    constant = (each.x_train == each.x_train[0]).all(axis=0).sum()
    print(f"{each.name}: {constant} constant pixels of {each.x_train[0].size}")

# %% [markdown]
# **Go further.** Limit the standardised values to the range from −5 to 5 with `np.clip`, and train with
# and without this limit at the end of this notebook. Does it help? Could you have known in advance?

# %% [markdown] tags=["covers-5", "covers-18"]
# ## 2 The network
#
# A multilayer perceptron is a chain of layers. Each multiplies its input by a matrix, adds a vector, and
# passes the result through an **activation function**. Ours has two hidden layers, with 300 and 100 units,
# between the 784 pixels and the ten classes. For an image $x$, written as a row,
#
# $$h_1 = \mathrm{ReLU}(x W_1 + b_1), \qquad
# h_2 = \mathrm{ReLU}(h_1 W_2 + b_2), \qquad
# \hat p = \mathrm{softmax}(h_2 W_3 + b_3),$$
#
# where $\mathrm{ReLU}(z) = \max(0, z)$, and the softmax turns ten numbers $z_k$ into ten probabilities,
#
# $$\mathrm{softmax}(z)_k = \frac{e^{z_k}}{\sum_j e^{z_j}}.$$
#
# The numbers before an activation, $xW_1 + b_1$ and so on, are called **pre-activations**. The entries of
# all $W$ (the *weights*) and all $b$ (the *biases*) are the network's **parameters**: training means
# finding good values for them.
#
# ### Exercise 3: Build the network (3 points)
#
# In Keras, a layer of this kind is called `Dense`, and `Sequential` chains layers. Here is a network with
# one hidden layer, for images of 64 pixels and five classes:
#
# ```python
# model = keras.Sequential([
#     keras.Input(shape=(64,)),
#     keras.layers.Dense(32, activation="tanh", kernel_initializer="he_normal"),
#     keras.layers.Dense(5, activation="softmax"),
# ])
# ```
#
# `kernel_initializer` says how the weights are drawn before training; section 3 explains why this matters.
#
# Write `build_mlp(layer_sizes, activation="relu")` for *any* number of layers.
# `build_mlp((784, 300, 100, 10))` is the network above: the first number is the number of inputs, the
# last the number of classes, and those between are the numbers of units in the hidden layers. All hidden
# layers have the given activation and `"he_normal"` weights, drawn anew in each call; the last layer has a softmax.


# %% nbgrader={"grade": false, "grade_id": "build-mlp", "locked": false, "schema_version": 3, "solution": true, "task": false}
def build_mlp(layer_sizes, activation="relu"):
    """A multilayer perceptron with softmax output; not compiled yet.

    Args:
        layer_sizes: numbers of inputs, of units of each hidden layer, and of classes.
        activation: activation function of the hidden layers, by its Keras name.

    Returns:
        A Keras model from inputs of shape (batch, layer_sizes[0]) to probabilities of shape
        (batch, layer_sizes[-1]).
    """
    ### BEGIN SOLUTION
    n_inputs, *hidden_sizes, n_outputs = layer_sizes
    model = keras.Sequential([keras.Input(shape=(n_inputs,))])
    for units in hidden_sizes:
        model.add(keras.layers.Dense(units, activation=activation, kernel_initializer="he_normal"))
    model.add(keras.layers.Dense(n_outputs, activation="softmax"))
    return model
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "build-mlp-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Build the network", points=3) as exercise:
    rng = np.random.default_rng()

    with exercise.part("the network of this notebook", points=1):
        candidate = build_mlp((784, 300, 100, 10))
        expect.builtin_model(candidate, "the model that build_mlp returns")
        expect.equal(
            candidate.count_params(),
            266_610,
            "the number of parameters of build_mlp((784, 300, 100, 10))",
            mistakes={
                "the biases are missing": 266_200,
                "the second hidden layer is missing": 238_510,
                "the first number got a Dense layer too; it is only the number of inputs": 882_050,
            },
            step="One Dense layer for each number after the first; call candidate.summary() in a new cell.",
        )
        expect.shape(
            candidate(np.zeros((2, 784), "float32")),
            (2, 10),
            "the output for two images",
            step="The last layer has one unit for each class.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("other sizes and activations give what the formula says", points=1):
        formulas = {
            "relu": lambda z: np.maximum(z, 0),
            "tanh": np.tanh,
            "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
            "linear": lambda z: z,
        }

        def probabilities_of(z):
            powers = np.exp(z - z.max(axis=1, keepdims=True))
            return powers / powers.sum(axis=1, keepdims=True)

        def last_pre_activations(inputs, arrays, bend):
            *hidden, (kernel, bias) = zip(arrays[::2], arrays[1::2], strict=True)
            for hidden_kernel, hidden_bias in hidden:
                inputs = bend(inputs @ hidden_kernel + hidden_bias)
            return inputs @ kernel + bias

        depths = [int(n) for n in rng.integers(4, 7, size=3)]
        for wanted, depth in (*zip(("relu", "tanh", "sigmoid"), depths, strict=True), ("relu", 2), ("", 4)):
            sizes = [int(n) for n in rng.integers(3, 12, size=depth)]
            if wanted:
                called = f"build_mlp({tuple(sizes)}, activation={wanted!r})"
                candidate = build_mlp(given := list(sizes), activation=wanted)
            else:
                called, wanted = f"build_mlp({tuple(sizes)}), without an activation,", "relu"
                candidate = build_mlp(given := list(sizes))
            expect.equal(
                given,
                sizes,
                "layer_sizes after the call",
                cause="build_mlp changes the list of whoever calls it",
                step="Read the list with an index or a loop, without pop.",
            )
            expect.builtin_model(candidate, "the model that build_mlp returns")
            arrays = [rng.normal(size=shape) / 2 for a, b in pairwise(sizes) for shape in ((a, b), (b,))]
            expect.equal(
                [tuple(array.shape) for array in candidate.get_weights()],
                [array.shape for array in arrays],
                f"the shapes of the weights and biases of {called}",
                mistakes={
                    "these are the layers of build_mlp((784, 300, 100, 10)), whatever the argument": [
                        shape for a, b in pairwise((784, 300, 100, 10)) for shape in ((a, b), (b,))
                    ]
                },
                step="Take all sizes from the argument layer_sizes.",
            )
            candidate.set_weights(arrays)
            batch = rng.normal(size=(8, sizes[0]))
            by_activation = {
                name: last_pre_activations(batch, arrays, bend) for name, bend in formulas.items()
            }
            expect.close(
                candidate(batch.astype("float32")),
                probabilities_of(by_activation[wanted]),
                f"the probabilities that {called} gives with random weights",
                rtol=1e-3,
                atol=1e-4,
                mistakes={
                    "there is no softmax at the end: these are its inputs": by_activation[wanted],
                    "the last layer has the hidden layers' activation in place of a softmax": formulas[
                        wanted
                    ](by_activation[wanted]),
                }
                | {
                    f"the hidden layers have the activation {other!r}": probabilities_of(by_activation[other])
                    for other in formulas
                    if other != wanted
                },
                step="The hidden layers take the argument activation; the last layer alone has a softmax.",
            )
            expect.close(
                candidate(batch.astype("float32"), training=True),
                probabilities_of(by_activation[wanted]),
                f"the same probabilities in training mode, of {called}",
                rtol=1e-3,
                atol=1e-4,
                cause="there is a layer that works otherwise in training, such as dropout",
                step="Chain Dense layers, and nothing else.",
            )
    with exercise.part("the initial weights of the hidden layers", points=1):
        candidate = build_mlp((784, 300, 200, 10))
        expect.builtin_model(candidate, "the model that build_mlp returns")
        kernels = [array for array in candidate.get_weights() if array.ndim == 2]
        expect.equal(
            [kernel.shape for kernel in kernels],
            [(784, 300), (300, 200), (200, 10)],
            "the shapes of the weights of build_mlp((784, 300, 200, 10))",
            step="Take all sizes from the argument layer_sizes.",
        )
        # 60,000 weights and more: chance moves these numbers by less than 1 %
        expect.close(
            [float(kernel.std()) for kernel in kernels[:2]],
            np.sqrt([2 / 784, 2 / 300]),
            "the standard deviation of the initial weights of both hidden layers",
            rtol=0.04,
            describe="what He's initialisation gives for these sizes",
            mistakes={
                "these are Glorot weights, which Dense uses when told nothing else": np.sqrt(
                    [2 / 1084, 2 / 500]
                ),
                "these are LeCun weights": np.sqrt([1 / 784, 1 / 300]),
            },
            step="Pass kernel_initializer to every hidden layer.",
        )
        expect.at_least(
            min(float(np.abs(kernel).max() / kernel.std()) for kernel in kernels[:2]),
            2,
            "the largest initial weight of each hidden layer, in standard deviations",
            cause="the weights are uniform: none is further from 0 than 1.7 standard deviations",
            step='Use "he_normal"; "he_uniform" has the same standard deviation and another shape.',
        )
        expect.equal(
            [float(np.abs(array).max()) for array in candidate.get_weights() if array.ndim == 1],
            [0, 0, 0],
            "the largest initial bias of each layer",
            step="Leave the biases alone: Dense begins with 0.",
        )
        expect.equal(
            len(candidate.losses),
            0,
            "the number of penalties that the network adds to the loss",
            cause="there is a regulariser, which nobody asked for",
            step="Leave kernel_regularizer out.",
        )
        first_kernel, _, second_kernel, *_ = build_mlp((40, 40, 40, 3)).get_weights()
        expect.true(
            bool(np.any(first_kernel != second_kernel)),
            "two hidden layers of the same size begin with different weights",
            cause="both were drawn with the same seed",
            step="Give the initialiser no seed.",
        )
        candidate = build_mlp((40, 40, 40, 3))
        expect.builtin_model(candidate, "the model that build_mlp returns")
        expect.true(
            bool(np.any(first_kernel != candidate.get_weights()[0])),
            "two networks of the same sizes begin with different weights",
            cause="build_mlp sets a seed, or gives one to the initialiser",
            step="Draw new weights in each call: leave the seeds to whoever calls build_mlp.",
        )
        expect.equal(
            bool(candidate.compiled),
            False,
            "whether the model is compiled",
            cause="build_mlp compiles it",
            step="Return the model as it is: compile_mlp comes later.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-7"]
# ### Experiment: where the parameters are
#
# **Predict.** Which of the three layers holds most of the parameters: the one with 300, with 100 or with
# 10 units? What share?

# %% tags=["experiment"]
layers = build_mlp((784, 300, 100, 10)).layers
parameters = pd.DataFrame(
    {
        "weights": [layer.kernel.shape for layer in layers],
        "parameters": [layer.count_params() for layer in layers],
    },
    index=["first hidden", "second hidden", "output"],
)
parameters["share"] = parameters["parameters"] / parameters["parameters"].sum()
print(parameters.to_string(formatters={"parameters": "{:,}".format, "share": "{:.1%}".format}))
print(f"{parameters['parameters'].sum():,} in all")

# %% [markdown]
# **Explain.** The first layer has 88 % of them: each of its 300 units has a weight for each of 784
# pixels. When the inputs of an MLP are large, it is the first layer that bears the cost. (Convolutional
# layers avoid this by using the same few weights everywhere in the image.)
#
# **Go further.** A phone photo has about 12 million pixels with three colour values each. How many
# parameters would the first layer have?

# %% [markdown] tags=["covers-7", "covers-19"]
# ### Exercise 4: Count parameters (2 points)
#
# Keras will count for you, but you should be able to do it on paper too: it is the quickest way to find a
# layer that is not what you think it is.
#
# Write `count_parameters(layer_sizes)`: the total number of weights and biases of an MLP with these layer
# sizes, for any number of layers. Use neither Keras nor your `build_mlp`.
#
# Then count by hand for this network: 10 inputs, a layer of 100 units with ReLU, one of 200 with
# **PReLU**, one of 50 with **SELU**, and 5 outputs.
#
# - PReLU (He et al., 2015) is $\max(0, z) + \alpha \min(0, z)$. In Keras each unit of the layer learns a
#   slope $\alpha$ of its own.
# - SELU (Klambauer et al., 2017) is $\lambda z$ for $z > 0$ and $\lambda\alpha(e^z - 1)$ otherwise, with
#   two numbers $\lambda, \alpha$ that are fixed once and for all.
#
# Call the result `parameter_table`: a dict with a number for each of the keys `"ReLU"`, `"PReLU"`,
# `"SELU"`, `"output"` (the parameters of that layer and its activation function) and `"total"`.


# %% nbgrader={"grade": false, "grade_id": "count-parameters", "locked": false, "schema_version": 3, "solution": true, "task": false}
def count_parameters(layer_sizes):
    """Number of weights and biases of an MLP.

    Args:
        layer_sizes: numbers of inputs, of units of each hidden layer, and of outputs.

    Returns:
        An int.
    """
    ### BEGIN SOLUTION
    return sum((inputs + 1) * units for inputs, units in pairwise(layer_sizes))
    ### END SOLUTION


# parameter_table = {"ReLU": …, "PReLU": …, "SELU": …, "output": …, "total": …}
### BEGIN SOLUTION
parameter_table = {
    "ReLU": 10 * 100 + 100,
    "PReLU": 100 * 200 + 200 + 200,
    "SELU": 200 * 50 + 50,
    "output": 50 * 5 + 5,
}
parameter_table["total"] = sum(parameter_table.values())
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "count-parameters-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Count parameters", points=2) as exercise:
    with exercise.part("count_parameters agrees with Keras", points=1):
        rng = np.random.default_rng()
        for depth in (3, 2, 6):
            sizes = [int(n) for n in rng.integers(2, 400, size=depth)]
            given = tuple(sizes) if depth == 3 else list(sizes)
            chain = [keras.Input(shape=(sizes[0],)), *(keras.layers.Dense(units) for units in sizes[1:])]
            weights = sum(a * b for a, b in pairwise(sizes))
            expect.equal(
                count_parameters(given),
                keras.Sequential(chain).count_params(),
                f"count_parameters({given})",
                mistakes={
                    "the biases are missing": weights,
                    "the inputs were given biases too": weights + sum(sizes),
                    "each layer was given a single bias": weights + depth - 1,
                    "the last layer was not counted": sum((a + 1) * b for a, b in pairwise(sizes[:-1])),
                },
                step="Each layer has a weight for each pair of input and unit, and a bias for each unit.",
            )
            expect.equal(
                list(given),
                sizes,
                "layer_sizes after the call",
                cause="count_parameters changes the list of whoever calls it",
                step="Read the list with an index or a loop, without pop.",
            )
        sizes = (10**9, 10**9, 7)
        try:
            counted = count_parameters(sizes)
        except Exception as error:
            expect.true(
                False,
                f"count_parameters({sizes}) works",
                got=f"{type(error).__name__}: {str(error)[:80]}",
                cause="a network was built in order to count, and no memory holds so many weights"
                if any(word in str(error).lower() for word in ("oom", "allocate"))
                else None,
                step="Compute the number from the sizes alone, without Keras.",
            )
        large = (sizes[0] + 1) * sizes[1] + (sizes[1] + 1) * sizes[2]
        expect.equal(
            int(counted) - large,
            0,
            f"count_parameters({sizes}), less {large:,}",
            mistakes={"this is a floating-point number, which has only 16 digits": int(float(large)) - large},
            step="Count in whole numbers.",
        )
    with exercise.part("parameter_table has the five entries", points=0):
        expect.equal(
            set(parameter_table),
            {"ReLU", "PReLU", "SELU", "output", "total"},
            "the keys of parameter_table",
            step="Use these five keys, spelled like this.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("the network with PReLU and SELU", points=1):
        right = {"ReLU": 1_100, "PReLU": 20_400, "SELU": 10_050, "output": 255, "total": 31_805}
        expect.equal(
            parameter_table,
            right,
            "parameter_table",
            describe="five whole numbers",
            mistakes={
                "the slopes that PReLU learns are missing": right | {"PReLU": 20_200, "total": 31_605},
                "PReLU was given one slope a layer; in Keras each unit has its own": right
                | {"PReLU": 20_201, "total": 31_606},
                "PReLU was given a slope for each weight": right | {"PReLU": 40_200, "total": 51_605},
                "SELU was given parameters; its two numbers are fixed": right
                | {"SELU": 10_150, "total": 31_905},
                "SELU was given two parameters; its two numbers are fixed": right
                | {"SELU": 10_052, "total": 31_807},
                "the layers are right, and the total leaves out the output layer": right | {"total": 31_550},
                "the biases are missing": {
                    "ReLU": 1_000,
                    "PReLU": 20_200,
                    "SELU": 10_000,
                    "output": 250,
                    "total": 31_450,
                },
            },
            step="For each layer, list its weights, its biases, and what its activation function learns.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-20", "covers-21"]
# ### Exercise 5: One input, many inputs (3 points)
#
# A regression network (it predicts numbers, not classes) has 20 inputs, hidden layers of 30 and 40 units
# with ReLU, and 3 outputs **without** an activation function. By Keras' convention an input is a row,
# $h = \mathrm{ReLU}(xW + b)$, so $W$ has the shape (inputs, units).
#
# 1. Give the shapes of all weights and biases as a dict `layer_shapes`: its keys are `"W1"`, `"b1"`,
#    `"W2"`, `"b2"`, `"W3"`, `"b3"`, and its values are tuples. Give the numbers of parameters of the three
#    layers as a tuple `layer_parameters`.
# 2. Write `regression_output(x, layers)` for one input `x` of shape (20,) **and** for a minibatch of
#    shape (m, 20). `layers` is a list of pairs (W, b), one for each layer.
#
# Nearly everything in deep learning is done to a whole minibatch at once. A well-chosen formula works for
# one input and for many.


# %% nbgrader={"grade": false, "grade_id": "minibatch", "locked": false, "schema_version": 3, "solution": true, "task": false}
def regression_output(x, layers):
    """Output of an MLP with ReLU in the hidden layers and no activation function at the end.

    Args:
        x: one input of shape (n_inputs,) or a minibatch of shape (m, n_inputs).
        layers: a list of pairs (W, b) of shapes (inputs, units) and (units,).

    Returns:
        An array of shape (n_outputs,) or (m, n_outputs).
    """
    ### BEGIN SOLUTION
    *hidden_layers, (last_weights, last_biases) = layers
    for weights, biases in hidden_layers:
        x = np.maximum(x @ weights + biases, 0)
    return x @ last_weights + last_biases
    ### END SOLUTION


# layer_shapes = {"W1": (…, …), "b1": (…,), …}
# layer_parameters = (…, …, …)
### BEGIN SOLUTION
layer_shapes = {"W1": (20, 30), "b1": (30,), "W2": (30, 40), "b2": (40,), "W3": (40, 3), "b3": (3,)}
layer_parameters = (20 * 30 + 30, 30 * 40 + 40, 40 * 3 + 3)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "minibatch-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("One input, many inputs", points=3) as exercise:
    rng = np.random.default_rng()
    sizes = (20, 30, 40, 3)
    pairs = [(rng.normal(size=(a, b)) / np.sqrt(a), rng.normal(size=b)) for a, b in pairwise(sizes)]
    batch = rng.normal(size=(7, 20))
    first = np.maximum(batch @ pairs[0][0] + pairs[0][1], 0)
    second = np.maximum(first @ pairs[1][0] + pairs[1][1], 0)
    pairs[2][1][0] = -1 - second[0] @ pairs[2][0][:, 0]  # an output that a ReLU would change
    right = second @ pairs[2][0] + pairs[2][1]
    linear = ((batch @ pairs[0][0] + pairs[0][1]) @ pairs[1][0] + pairs[1][1]) @ pairs[2][0] + pairs[2][1]

    with exercise.part("the output for one input", points=1):
        expect.close(
            regression_output(batch[0], pairs),
            right[0],
            "regression_output for an input of shape (20,)",
            rtol=1e-3,
            atol=1e-4,
            mistakes={
                "the last layer has a ReLU": np.maximum(right[0], 0),
                "the hidden layers have no ReLU": linear[0],
                "no biases were added": np.maximum(np.maximum(batch[0] @ pairs[0][0], 0) @ pairs[1][0], 0)
                @ pairs[2][0],
                "the one input was answered as if it were a minibatch of one": right[:1],
            },
            step="Write down h1, h2 and the output as three formulas, then as code.",
        )
    with exercise.part("layer_shapes and layer_parameters have the right form", points=0):
        expect.equal(
            set(layer_shapes),
            {"W1", "b1", "W2", "b2", "W3", "b3"},
            "the keys of layer_shapes",
            step="Use these six keys.",
        )
        expect.shape(layer_parameters, (3,), "layer_parameters", step="Give a tuple of three numbers.")
    ### BEGIN HIDDEN TESTS
    with exercise.part("the output for a minibatch", points=1):
        expect.close(
            regression_output(batch, pairs),
            right,
            "regression_output for a minibatch of shape (7, 20)",
            rtol=1e-3,
            atol=1e-4,
            mistakes={
                "the last layer has a ReLU": np.maximum(right, 0),
                "the hidden layers have no ReLU": linear,
                "no biases were added": np.maximum(np.maximum(batch @ pairs[0][0], 0) @ pairs[1][0], 0)
                @ pairs[2][0],
                "this is the sum over the minibatch": right.sum(axis=0),
            },
            step="In x @ W + b the rows of x stay apart, and b is added to each of them.",
        )
        for rows, depth in ((1, 1), (1, 2), (5, 4), (0, 3)):
            # a hidden layer may have as many units as the output above
            other_sizes = [*(int(n) for n in rng.integers(4, 9, size=depth)), 3, 5][-depth - 1 :]
            rows = rows or other_sizes[0]  # at last, as many rows as columns
            others = [(rng.normal(size=pair), rng.normal(size=pair[1])) for pair in pairwise(other_sizes)]
            inputs = 10 * rng.normal(size=(rows, other_sizes[0]))
            before = [inputs.copy(), *(array.copy() for pair in others for array in pair)]
            wanted, turned = inputs, inputs.T if rows == other_sizes[0] else inputs
            for place, (kernel, bias) in enumerate(others):
                wanted, turned = (
                    (np.maximum(signal, 0) if place else signal) @ kernel + bias
                    for signal in (wanted, turned)
                )
            called = (
                f"regression_output for a minibatch of shape {inputs.shape} and layers of sizes {other_sizes}"
            )
            expect.close(
                regression_output(inputs, others),
                wanted,
                called,
                rtol=1e-3,
                atol=1e-3 * float(np.abs(wanted).max()),
                mistakes={
                    "the minibatch of one was answered as if it were one input": wanted[0],
                    "a minibatch with as many rows as columns was transposed": turned,
                },
                step="Follow the list `layers`, however long it is; keep the axis of the minibatch.",
            )
            expect.equal(
                [inputs, *(array for pair in others for array in pair)],
                before,
                "the inputs, weights and biases after the call",
                cause="regression_output changes what it was given",
                step="Write x = x @ W + b, which is a new array, rather than x += b; read the list without pop.",
            )
    with exercise.part("shapes and numbers of parameters", points=1):
        shapes = {"W1": (20, 30), "b1": (30,), "W2": (30, 40), "b2": (40,), "W3": (40, 3), "b3": (3,)}
        transposed = {name: shape[::-1] for name, shape in shapes.items()}
        expect.equal(
            layer_shapes,
            shapes,
            "layer_shapes",
            describe="a tuple for each of the six arrays",
            mistakes={
                "the weights are transposed: that is the convention of column vectors, W x + b": transposed,
                "the biases have a second axis; one number a unit is enough": {
                    name: (1, *shape) if len(shape) == 1 else shape for name, shape in shapes.items()
                },
            },
            step="Choose the shapes so that x @ W1 + b1 works for an x of shape (m, 20).",
        )
        expect.equal(
            list(layer_parameters),
            [630, 1_240, 123],
            "layer_parameters",
            describe="three whole numbers",
            mistakes={
                "the biases were not counted": [600, 1_200, 120],
                "each layer was given a bias for each input; it has one for each unit": [620, 1_230, 160],
                "each layer was given a single bias; it has one for each unit": [601, 1_201, 121],
            },
            step="Count the entries of W and of b of each layer.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-17"]
# ### Exercise 6: A network with sines (2 points)
#
# A network need not use the usual functions. This one has one input $x$, two hidden units with $\sin$ as
# activation function, and one output unit with a sigmoid, $\sigma(z) = 1 / (1 + e^{-z})$:
#
# $$z_k = w^{(1)}_k x + b^{(1)}_k, \qquad a_k = \sin(z_k) \quad (k = 1, 2), \qquad
# y = \sigma\!\left(w^{(2)}_1 a_1 + w^{(2)}_2 a_2 + b^{(2)}\right).$$
#
# Write `sine_network(x, w1, b1, w2, b2)`, which returns the pre-activations `z`, the activations `a` and
# the output `y`. Then set `sine_parameters` to the number of parameters of this network.


# %% nbgrader={"grade": false, "grade_id": "sine-network", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sine_network(x, w1, b1, w2, b2):
    """Forward pass of the 1-2-1 network.

    Args:
        x: a number.
        w1, b1: arrays of shape (2,), weights and biases of the hidden units.
        w2: array of shape (2,), weights of the output unit.
        b2: a number, bias of the output unit.

    Returns:
        z, a, y: arrays of shape (2,) and (2,), and a number.
    """
    ### BEGIN SOLUTION
    z = w1 * x + b1
    a = np.sin(z)
    y = 1 / (1 + np.exp(-(w2 @ a + b2)))
    return z, a, y
    ### END SOLUTION


# the number of parameters of this network
### BEGIN SOLUTION
sine_parameters = (1 * 2 + 2) + (2 * 1 + 1)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "sine-network-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("A network with sines", points=2) as exercise:
    rng = np.random.default_rng()
    w1_drawn, b1_drawn, w2_drawn = rng.normal(size=(3, 2))
    x_drawn, b2_drawn = (float(number) for number in rng.normal(size=2))

    with exercise.part("three results, and the pre-activations", points=0):
        z, a, y = sine_network(x_drawn, w1_drawn, b1_drawn, w2_drawn, b2_drawn)
        expect.close(z, w1_drawn * x_drawn + b1_drawn, "z", atol=1e-5, step="Return z, a, y, in this order.")
        expect.shape(a, (2,), "a")
        expect.shape(y, (), "y", step="Sum over the two hidden units: the output is one number.")
    with exercise.part("sine_parameters is a number", points=0):
        expect.shape(sine_parameters, (), "sine_parameters")
    ### BEGIN HIDDEN TESTS
    with exercise.part("activations and output", points=1):
        compared = 0
        while compared < 3:
            w1_drawn, b1_drawn, w2_drawn = rng.normal(size=(3, 2))
            x_drawn, b2_drawn = (float(number) for number in rng.normal(size=2))
            right = np.sin(w1_drawn * x_drawn + b1_drawn)
            last = w2_drawn @ right + b2_drawn
            if min(abs(last), abs(b2_drawn), abs(2 * last - b2_drawn)) < 0.3:
                continue  # two mistakes would look alike
            compared += 1
            before = [array.copy() for array in (w1_drawn, b1_drawn, w2_drawn)]
            z, a, y = sine_network(x_drawn, w1_drawn, b1_drawn, w2_drawn, b2_drawn)
            expect.equal(
                [w1_drawn, b1_drawn, w2_drawn],
                before,
                "w1, b1 and w2 after the call",
                cause="sine_network changes the arrays of whoever calls it",
                step="Write z = w1 * x + b1, which is a new array, rather than w1 *= x.",
            )
            expect.close(
                z,
                before[0] * x_drawn + before[1],
                "the pre-activations z, once all three are computed",
                atol=1e-5,
                mistakes={"z was replaced by its sine": right},
                step="Let z and a be two arrays.",
            )
            expect.close(
                a,
                right,
                "the activations a",
                atol=1e-5,
                mistakes={
                    "the sine was taken of degrees": np.sin(np.radians(w1_drawn * x_drawn + b1_drawn)),
                },
                step="Apply the sine to z, in radians.",
            )
            expect.close(
                y,
                1 / (1 + np.exp(-last)),
                "the output y",
                atol=1e-5,
                mistakes={
                    "the sigmoid is missing": last,
                    "the output unit has a sine too": np.sin(last),
                    "the bias of the output unit is missing": 1 / (1 + np.exp(-(last - b2_drawn))),
                    "the sign in the exponent is wrong": 1 / (1 + np.exp(last)),
                },
                step="Compute the output unit's pre-activation first, then its sigmoid.",
            )
    with exercise.part("the number of parameters", points=1):
        expect.equal(
            sine_parameters,
            7,
            "sine_parameters",
            describe="a whole number",
            mistakes={
                "only the weights were counted, not the biases": 4,
                "b2 was not counted: the output unit has a bias too": 6,
                "the input was given a bias; only units have one": 8,
            },
            step="Count the numbers in w1, b1, w2 and b2.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-8"]
# ## 3 Signals on their way: activations and initialisation
#
# A network learns from slopes (Rumelhart, Hinton and Williams, 1986). The gradient that reaches a weight
# is a sum over the paths from there to the output. Each path contributes a product of weights and, for
# each unit on the way, the slope of its activation function at its pre-activation. Where that slope is
# zero, nothing passes. So the slope matters more than the function itself.
#
# ### Experiment: three functions and their slopes
#
# The **sigmoid** $\sigma(z) = 1/(1+e^{-z})$ is the classic; **ReLU** is today's default; **Leaky ReLU**
# (Maas, Hannun and Ng, 2013) is $z$ for $z > 0$ and $\alpha z$ otherwise, with a small $\alpha > 0$.
#
# **Predict.** How large is the sigmoid's slope where it is steepest: 1, 1/2 or 1/4? Where does each of
# the three have a slope of exactly zero?

# %% tags=["experiment"]
functions = {
    "sigmoid": keras.ops.sigmoid,
    "ReLU": keras.ops.relu,
    "Leaky ReLU": lambda z: keras.ops.leaky_relu(z, negative_slope=0.1),
}
figure = plots.activation_functions(functions)
plots.show(
    figure,
    alt="Sigmoid, ReLU and Leaky ReLU from -4 to 4, and their slopes beside them: the sigmoid's is a low "
    "bell, ReLU's a step from 0 to 1, Leaky ReLU's a step from a small positive number to 1.",
)
at = np.array([-4.0, -1.0, 1.0, 4.0])
slopes = {name: (np.array(f(at + 0.001)) - np.array(f(at - 0.001))) / 0.002 for name, f in functions.items()}
print("slopes at", pd.DataFrame(slopes, index=at).T.to_string(float_format="{:.3f}".format), sep="\n")

# %% [markdown] tags=["covers-8"]
# **See and explain.** The sigmoid's slope is 1/4 at most, and falls off on both sides. ReLU's is 1 or 0:
# a gradient passes unchanged, or not at all. Leaky ReLU always lets something through.
#
# **Go further.** A gradient that passes through ten layers of sigmoids is multiplied by ten such slopes
# on every path. How large can their product be at most? (Practical 2 measures it.)
#
# ### Exercise 7: Three activation functions (3 points)
#
# Write `leaky_relu(z, negative_slope=0.1)`, and `slope(name, z, negative_slope=0.1)`, the derivative of
# `"sigmoid"`, `"relu"` or `"leaky_relu"` at each entry of the array `z`. (At $z = 0$ the last two have a
# kink; no check looks there.)
#
# Then imagine a hidden unit whose pre-activation is negative for **every** training image. For which of
# the three functions is the unit's slope *exactly* zero for all these images, so that its weights no
# longer get any gradient? Such a unit is called **dead**. Answer with a dict `can_die` that has `True` or
# `False` for each of the three names.


# %% nbgrader={"grade": false, "grade_id": "activations", "locked": false, "schema_version": 3, "solution": true, "task": false}
def leaky_relu(z, negative_slope=0.1):
    """Leaky ReLU of each entry of the array `z`."""
    ### BEGIN SOLUTION
    return np.where(z > 0, z, negative_slope * z)
    ### END SOLUTION


def slope(name, z, negative_slope=0.1):
    """Derivative of an activation function at each entry of `z`.

    Args:
        name: "sigmoid", "relu" or "leaky_relu".
        z: array of pre-activations.
        negative_slope: slope of Leaky ReLU for negative z.

    Returns:
        An array of the shape of `z`.
    """
    ### BEGIN SOLUTION
    if name == "sigmoid":
        sigmoid = 1 / (1 + np.exp(-z))
        return sigmoid * (1 - sigmoid)
    return np.where(z > 0, 1.0, 0.0 if name == "relu" else negative_slope)
    ### END SOLUTION


# can_die = {"sigmoid": …, "relu": …, "leaky_relu": …}
### BEGIN SOLUTION
can_die = {"sigmoid": False, "relu": True, "leaky_relu": False}
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "activations-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Three activation functions", points=3) as exercise:
    rng = np.random.default_rng()
    drawn = rng.normal(scale=3, size=(4, 5))
    leak = float(rng.uniform(0.02, 0.5))
    others = [
        (rng.normal(scale=3, size=7), "an array with one axis"),
        (rng.normal(scale=3, size=(2, 3, 4)), "an array with three axes"),
        (rng.choice([-3, -2, -1, 1, 2, 3], size=8), "an array of whole numbers"),
    ]

    with exercise.part("leaky_relu", points=1):
        expect.close(
            leaky_relu(drawn.copy(), leak),
            np.where(drawn > 0, drawn, leak * drawn),
            f"leaky_relu with negative_slope={leak:.3f}",
            mistakes={
                "negative inputs give 0, as in the plain ReLU": np.maximum(drawn, 0),
                "negative_slope is ignored": np.where(drawn > 0, drawn, 0.1 * drawn),
                "the sign of the negative inputs was lost": np.where(drawn > 0, drawn, -leak * drawn),
                "negative inputs give the slope itself": np.where(drawn > 0, drawn, leak),
            },
            step="Use np.where(condition, value_where_true, value_where_false).",
        )
        for other, kind in others:
            before = other.copy()
            expect.close(
                leaky_relu(other),
                np.where(before > 0, before, 0.1 * before),
                f"leaky_relu, without a negative_slope, of {kind}",
                mistakes={
                    f"the default of negative_slope is {default}, no longer 0.1": np.where(
                        before > 0, before, default * before
                    )
                    for default in (0.01, 0.2, 0.3)
                }
                | {
                    "the results were cut to whole numbers": np.trunc(
                        np.where(before > 0, before, 0.1 * before)
                    )
                },
                step="Work entry by entry, for any shape, and leave the default as it is.",
            )
            expect.equal(
                other,
                before,
                f"z after leaky_relu, {kind}",
                cause="leaky_relu changes the array z of whoever calls it",
                step="Make a new array, for example with np.where.",
            )
    with exercise.part("can_die has an entry for each function", points=0):
        expect.equal(
            set(can_die),
            {"sigmoid", "relu", "leaky_relu"},
            "the keys of can_die",
            step="Use these three keys.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("slopes", points=1):
        squashed = 1 / (1 + np.exp(-drawn))
        expect.close(
            slope("sigmoid", drawn.copy()),
            squashed * (1 - squashed),
            "the slope of the sigmoid",
            mistakes={
                "this is the sigmoid, not its slope": squashed,
                "this is z(1 − z); the formula is for the sigmoid's output, not its input": drawn
                * (1 - drawn),
            },
            step="Differentiate 1 / (1 + e^(−z)), and check your slope at z = 0 against the plot.",
        )
        expect.close(
            slope("relu", drawn.copy()),
            np.where(drawn > 0, 1.0, 0.0),
            "the slope of ReLU",
            mistakes={"this is ReLU, not its slope": np.maximum(drawn, 0)},
            step="Read the slope off the plot: it takes two values only.",
        )
        expect.close(
            slope("leaky_relu", drawn.copy(), leak),
            np.where(drawn > 0, 1, leak),
            f"the slope of Leaky ReLU with negative_slope={leak:.3f}",
            mistakes={
                "this is Leaky ReLU, not its slope": np.where(drawn > 0, drawn, leak * drawn),
                "negative_slope is ignored": np.where(drawn > 0, 1, 0.1),
            },
            step="Read the slope off the plot: it takes two values only.",
        )
        for other, kind in others[:2]:
            before, squashed = other.copy(), 1 / (1 + np.exp(-other))
            step = "Work entry by entry, for any shape, and leave the default as it is."
            found = {name: slope(name, other) for name in ("sigmoid", "relu", "leaky_relu")}
            expect.equal(
                other,
                before,
                f"z after slope, {kind}",
                cause="slope changes the array z of whoever calls it",
                step="Make a new array, for example with np.where.",
            )
            expect.close(
                found["sigmoid"],
                squashed * (1 - squashed),
                f"the slope of the sigmoid at {kind}",
                step=step,
            )
            expect.close(found["relu"], np.where(before > 0, 1, 0), f"the slope of ReLU at {kind}", step=step)
            expect.close(
                found["leaky_relu"],
                np.where(before > 0, 1, 0.1),
                f"the slope of Leaky ReLU, without a negative_slope, at {kind}",
                mistakes={
                    f"the default of negative_slope is {default}, no longer 0.1": np.where(
                        before > 0, 1, default
                    )
                    for default in (0.01, 0.2, 0.3)
                },
                step=step,
            )
    with exercise.part("which units can die", points=1):
        expect.equal(
            can_die,
            {"sigmoid": False, "relu": True, "leaky_relu": False},
            "can_die",
            describe="True or False for each function",
            mistakes={
                "a sigmoid's slope can be very small, but it is never exactly zero": {
                    "sigmoid": True,
                    "relu": True,
                    "leaky_relu": False,
                },
                "Leaky ReLU's slope for negative z is small, but it is not zero": {
                    "sigmoid": False,
                    "relu": True,
                    "leaky_relu": True,
                },
                "a small slope is still a slope: two of the three are never exactly zero there": {
                    "sigmoid": True,
                    "relu": True,
                    "leaky_relu": True,
                },
                "one of the three functions is constant for all negative z": dict.fromkeys(can_die, False),
            },
            step="Look at the slope of each function for negative z in the plot.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-22"]
# ### Experiment: what large inputs do to sigmoids
#
# Suppose that someone forgets to standardise, and feeds grey values from 0 to 255 to a layer of 300
# sigmoids.
#
# **Predict.** Over all units and images, what share of the slopes is smaller than 0.001, which is 1/250
# of the steepest? Answer for grey values from 0 to 255, then from 0 to 1, then standardised.

# %% tags=["experiment", "nbval-ignore-output"]
SEEDS = training.seeds(training.budget(full=5, quick=2))
thousand = {
    "from 0 to 255": pixels[N_VALID : N_VALID + 1_000] * 255,
    "from 0 to 1": pixels[N_VALID : N_VALID + 1_000],
    "standardised": x_train[:1_000],
}
shares = pd.DataFrame(index=thousand, columns=SEEDS, dtype=float)
for seed in SEEDS:
    training.set_seed(seed)
    layer = keras.layers.Dense(300, activation="sigmoid", kernel_initializer="he_normal")
    for name, inputs in thousand.items():
        output = keras.ops.convert_to_numpy(layer(inputs))
        shares.loc[name, seed] = np.mean(output * (1 - output) < 0.001)
for name in shares.index:
    runs.record(f"saturated_share_{name.replace(' ', '_')}", shares.loc[name].mean(), show=False)
print(f"share of slopes below 0.001, mean and standard deviation over {len(SEEDS)} seeds")
print(shares.agg(["mean", "std"], axis=1).to_string(float_format="{:.3f}".format))

# %% [markdown]
# **Try.** Here are the pre-activations of one of these layers, for images whose largest grey value you
# choose. Start at 255, and then work downwards. At what value do most sigmoids first have a slope that
# lets a gradient pass? And why does going further, from 1 to 0.1, hardly change the share of such slopes?

# %% tags=["experiment", "nbval-ignore-output"]
from course_utils import sliders

at_one = thousand["from 0 to 1"] @ layer.get_weights()[0]
figure, axis = plt.subplots(figsize=(5.6, 2.6), layout="constrained")
axis.set_xlim(-12, 12)
axis.set_ylim(0, 1.08)
axis.set_yticks([0, 1])
axis.set_xlabel("pre-activation (beyond ±12: in the outermost bars)")
shown = np.linspace(-12, 12, 97)
axis.plot(shown, 1 / np.cosh(shown / 2) ** 2, "--", color=plots.VERMILION, label="slope / steepest slope")
(bars,) = axis.plot([], [], color=plots.BLUE, label="how many (own scale)")
axis.legend(frameon=False, fontsize=8, loc="upper left")


def spread(largest):
    """The outline of the histogram of pre-activations for grey values from 0 to `largest`."""
    z = (at_one * largest).ravel()
    counts, edges = np.histogram(np.clip(z, -12, 12), 48, (-12, 12))
    flat = np.mean(1 / (4 * np.cosh(np.clip(z, -30, 30) / 2) ** 2) < 0.001)
    outline = np.repeat(edges, 2), np.concatenate([[0], np.repeat(counts / counts.max(), 2), [0]])
    return {bars: outline}, f"{flat:.0%} of all slopes are below 0.001."


sliders.show(
    figure,
    spread,
    {"largest grey value": [0.1, 0.3, 1, 3, 10, 30, 100, 255]},
    start=(10,),
    alt="A histogram of pre-activations, over the sigmoid's slope: a bell around 0 that has faded at -8 and at 8.",
)

# %% [markdown]
# **Explain.** With raw grey values almost every sigmoid is **saturated**: the pre-activations are sums of
# 784 large terms, far out where the function is flat. The very same layer is perfectly usable once its
# inputs have a sensible scale, whether 0 to 1 or standardised.
#
# **Go further.** ReLU does not saturate for positive inputs. Does that mean that a ReLU network does not
# care about the scale of its inputs? Try it with the learning rate of section 4.

# %% [markdown] tags=["covers-22"]
# ### Exercise 8: Large inputs, silent units (2 points)
#
# 1. A hidden sigmoid unit receives large inputs, so that its pre-activation is $z = 20$. How large is its
#    slope there **as a fraction of its steepest slope**? Call the number `slope_fraction` (you may let
#    Python compute it).
# 2. A network for a yes-or-no question has ReLU in all hidden layers, a sigmoid output unit, and **no
#    biases** anywhere. For some image, all pre-activations of the *last* hidden layer are negative. What
#    probability does the network give? Call it `silent_probability`. And for how many of its weights is
#    the gradient of the loss for this image not zero? Call that number `silent_gradients`.

# %% nbgrader={"grade": false, "grade_id": "silent", "locked": false, "schema_version": 3, "solution": true, "task": false}
# slope_fraction = …
# silent_probability = …
# silent_gradients = …
### BEGIN SOLUTION
output_at_20 = 1 / (1 + np.exp(-20.0))
slope_fraction = output_at_20 * (1 - output_at_20) / 0.25
silent_probability = 0.5
silent_gradients = 0
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "silent-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Large inputs, silent units", points=2) as exercise:
    with exercise.part("the answers are numbers", points=0):
        expect.shape(slope_fraction, (), "slope_fraction", step="Assign one number.")
        expect.shape(silent_probability, (), "silent_probability", step="Assign one number.")
        expect.shape(silent_gradients, (), "silent_gradients", step="Assign one number.")
    ### BEGIN HIDDEN TESTS
    with exercise.part("a saturated sigmoid", points=1):
        right = 4 * np.exp(-20.0) / (1 + np.exp(-20.0)) ** 2
        expect.close(
            slope_fraction,
            right,
            "slope_fraction",
            rtol=0.02,
            atol=0,
            describe="a number between 0 and 1",
            mistakes={
                "this is the slope itself, not yet divided by the steepest slope": right / 4,
                "this is the sigmoid at 20, not its slope": 1.0,
                "the slope of the sigmoid was rounded to 0: it is small, but not zero": 0.0,
            },
            step="Divide the slope at z = 20 by the slope where the sigmoid is steepest.",
        )
    with exercise.part("a silent network", points=1):
        expect.equal(
            silent_probability,
            0.5,
            "silent_probability",
            describe="a probability",
            mistakes={"that is the output unit's pre-activation, before its sigmoid": 0},
            step="What do ReLUs make of negative numbers? What does the output unit receive, then?",
        )
        expect.equal(
            silent_gradients,
            0,
            "silent_gradients",
            describe="a whole number",
            step="Use the chain rule: which factors has the gradient of a weight of the output unit? And of a "
            "weight of the layer before?",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-6"]
# ### Experiment: what the initial weights do to a signal
#
# Before training, weights are random numbers of mean 0. Their standard deviation is ours to choose. To
# see what it does, we send 1,000 images through ten ReLU layers of 100 units and measure the size of the
# signal (root mean square of the activations) after each, for
#
# - small weights, standard deviation 0.05,
# - large weights, standard deviation 1,
# - **Glorot** weights (Glorot and Bengio, 2010), variance $2 / (\mathrm{fan_{in}} + \mathrm{fan_{out}})$,
# - **He** weights (He et al., 2015), variance $2 / \mathrm{fan_{in}}$.
#
# ($\mathrm{fan_{in}}$ and $\mathrm{fan_{out}}$ are the numbers of inputs and of units of a layer.)
#
# **Predict.** After ten layers, which signal is largest, which is smallest, and by about what factor?

# %% tags=["experiment", "nbval-ignore-output"]
initialisers = {
    "large, sd 1": lambda: keras.initializers.RandomNormal(stddev=1.0),
    "He": keras.initializers.HeNormal,
    "Glorot": keras.initializers.GlorotNormal,
    "small, sd 0.05": lambda: keras.initializers.RandomNormal(stddev=0.05),
}
sizes_of_signal = {}
for name, initialiser in initialisers.items():
    for seed in SEEDS:
        training.set_seed(seed)
        signal = x_train[:1_000]
        for depth in range(1, 11):
            signal = keras.layers.Dense(100, activation="relu", kernel_initializer=initialiser())(signal)
            root_mean_square = float(keras.ops.sqrt(keras.ops.mean(signal**2)))
            sizes_of_signal.setdefault((name, depth), []).append(root_mean_square)

figure, axis = plt.subplots(figsize=(7, 4), layout="constrained")
for (name, _), colour, marker in zip(initialisers.items(), plots.COLOURS, "osv^", strict=False):
    per_depth = np.array([sizes_of_signal[name, depth] for depth in range(1, 11)])
    axis.plot(range(1, 11), per_depth.mean(axis=1), marker=marker, color=colour, label=name)
    axis.fill_between(range(1, 11), per_depth.min(axis=1), per_depth.max(axis=1), color=colour, alpha=0.25)
    runs.record(f"signal_after_ten_layers_{name.split(',')[0].lower()}", per_depth[-1].mean())
    print(f"    over {len(SEEDS)} seeds from {per_depth[-1].min():.3g} to {per_depth[-1].max():.3g}")
axis.set(xlabel="layer", ylabel="size of the signal (root mean square)", yscale="log", xticks=range(1, 11))
axis.legend(title="initial weights")
plots.show(
    figure,
    alt="Size of the signal after each of ten layers, on a logarithmic axis: it stays near 1 with He weights, "
    "falls slowly with Glorot weights, falls steeply with small weights and rises steeply with large ones.",
)

# %% [markdown]
# **Explain.** Each layer multiplies the size of the signal by about the same factor, so ten layers
# multiply it by the tenth power of that factor. Only He weights keep it near 1. What holds for the signal
# on its way forward holds for the gradient on its way back.
#
# **Go further.** Try tanh in place of ReLU. Which initialisation keeps the size now?

# %% [markdown] tags=["covers-6"]
# ### Exercise 9: Why He initialisation? (3 points, in words)
#
# In five to eight sentences: why do ReLU layers need weights with variance $2 / \mathrm{fan_{in}}$? Say
# what happens to the variance of a pre-activation when $\mathrm{fan_{in}}$ terms are summed, where the
# factor 2 comes from, and what goes wrong in a deep network with weights much smaller or much larger than
# that.

# %% [markdown] nbgrader={"grade": true, "grade_id": "he-initialisation", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# A pre-activation is a sum of $\mathrm{fan_{in}}$ products of a weight and an activation. Weights are
# independent, with mean 0, so the variances add up:
# $\mathrm{Var}(z) = \mathrm{fan_{in}} \cdot \mathrm{Var}(w) \cdot E[h^2]$. If the layer is to keep the
# size of the signal, this must equal the variance of the pre-activations one layer before.
#
# If the pre-activations are symmetric about 0, ReLU sets half of them to zero, and so halves the mean
# square: $E[h^2] = \mathrm{Var}(z_{\text{before}})/2$. Hence
# $\mathrm{fan_{in}} \cdot \mathrm{Var}(w) / 2 = 1$, that is $\mathrm{Var}(w) = 2/\mathrm{fan_{in}}$: the
# 2 makes up for the half that ReLU removes.
#
# With smaller weights each layer shrinks the signal by a factor below 1, so that it vanishes
# exponentially with depth, and so does the gradient: the first layers hardly learn. With larger weights
# both grow exponentially, until there is overflow, NaN and saturated outputs. In the plot above, thirteen
# orders of magnitude lie between the smallest and the largest signal after ten layers.
#
# ### BEGIN MARK SCHEME
# - 1 point: the variance of a sum of fan-in independent terms is fan-in times the variance of one term
#   (so weights must shrink with fan-in).
# - 1 point: ReLU removes about half of the signal (half of the mean square), and the factor 2 compensates
#   for that.
# - 1 point: too small or too large, the factor acts once a layer, so signal and gradients vanish or
#   explode *exponentially* with depth. Half a point if vanishing or exploding is named without the
#   repeated factor.
#
# No points lost for arguing with the gradient on its way back (and fan-out), for standard deviations
# rather than variances, or for less formal words.
# ### END MARK SCHEME

# %% [markdown] tags=["covers-9", "covers-18"]
# ## 4 Training
#
# The loss says how wrong the network is. For classes it is the **cross-entropy**: minus the logarithm of
# the probability that the network gave to the right class $y_i$, averaged over the images,
#
# $$L = -\frac1n \sum_{i=1}^n \log \hat p_{i, y_i}.$$
#
# **Stochastic gradient descent** (SGD) takes a minibatch of images, computes the gradient of their loss,
# and moves every parameter $\theta$ a little way downhill,
# $\theta \leftarrow \theta - \eta \, \partial L / \partial\theta$. The step size $\eta$ is the **learning
# rate**. One pass over all training images is an **epoch**.
#
# ### Exercise 10: Compile (2 points)
#
# `model.compile(optimizer=…, loss=…, metrics=[…])` tells Keras how to train. Write
# `compile_mlp(model, learning_rate)`, which compiles a model with plain SGD, the cross-entropy for
# integer labels (0 to 9, as in `y_train`) and the metric `"accuracy"`.
#
# Add `steps_per_execution=100`: Keras then hands 100 minibatches at a time to the compiled training step.
# The result is the same, and a network as small as ours trains faster, because otherwise much of the time
# goes into starting steps rather than into arithmetic.


# %% nbgrader={"grade": false, "grade_id": "compile", "locked": false, "schema_version": 3, "solution": true, "task": false}
def compile_mlp(model, learning_rate):
    """Compile `model`, in place, for classes given as integers.

    Args:
        model: a Keras model that gives probabilities.
        learning_rate: step size of plain SGD, a float.
    """
    ### BEGIN SOLUTION
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=100,
    )
    ### END SOLUTION


# %% [markdown]
# The check takes one step on a minibatch, and then two. With so few steps, every number can be computed
# by hand; you can check any optimiser this way.


# %% nbgrader={"grade": false, "grade_id": "few-steps", "locked": true, "schema_version": 3, "solution": false, "task": false}
def few_steps(x, y, weights, biases, learning_rate, steps):
    """Steps of gradient descent with your `compile_mlp`, for a network of a single softmax layer.

    Returns:
        The metrics that Keras computed before the first step, and a list of the weights and biases after
        each step.
    """
    model = keras.Sequential(
        [keras.Input(shape=(x.shape[1],)), keras.layers.Dense(len(biases), activation="softmax")]
    )
    model.set_weights([weights, biases])
    compile_mlp(model, learning_rate)
    metrics, after = [], []
    for _ in range(steps):
        metrics.append(model.train_on_batch(x, y, return_dict=True))
        after.append(model.get_weights())
    return {name: float(value) for name, value in metrics[0].items()}, after


def compiled_settings(learning_rate):
    """Compile a network of two layers with your `compile_mlp`, and read what was set.

    Returns:
        The learning rate, the number of minibatches at a time, the number of arrays that are trained, and the
        loss of an input to whose class a network gave the probability 0.25.
    """
    model = keras.Sequential(
        [keras.Input(shape=(2,)), keras.layers.Dense(3), keras.layers.Dense(2, activation="softmax")]
    )
    compile_mlp(model, learning_rate)
    rate = model.optimizer.get_config()["learning_rate"]
    loss = model.compute_loss(y=np.array([1]), y_pred=keras.ops.convert_to_tensor([[0.75, 0.25]]))
    return rate, model.steps_per_execution, len(model.trainable_weights), float(loss)


# %% nbgrader={"grade": true, "grade_id": "compile-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import functools

with expect.exercise("Compile", points=2) as exercise:
    rng = np.random.default_rng()
    inputs = int(rng.integers(6, 10))
    rate = float(rng.uniform(0.1, 0.5))

    def probabilities_and_gradient(kernel, bias):
        guesses = np.exp(batch @ kernel + bias)
        guesses /= guesses.sum(axis=1, keepdims=True)
        errors = (guesses - np.eye(4)[targets]) / 24
        return guesses, batch.T @ errors, errors.sum(axis=0)

    gradient = np.inf
    while np.linalg.norm(gradient) > 0.95:  # clipping to a norm of 1 is for the large gradients further down
        batch, targets = rng.normal(size=(24, inputs)).astype("float32"), rng.integers(4, size=24)
        kernel, bias = rng.normal(size=(inputs, 4)).astype("float32"), rng.normal(size=4).astype("float32")
        guesses, gradient, bias_gradient = probabilities_and_gradient(kernel, bias)
    of_target = guesses[np.arange(24), targets]
    advice = (
        "Look for the cross-entropy that takes integers: keras.losses has several with this name in them."
    )

    @functools.cache  # both parts look at the same steps
    def take():
        try:
            return few_steps(batch, targets, kernel, bias, rate, steps=30)
        except ValueError as error:
            expect.true(
                "You must call `compile()`" not in str(error),
                "the model that is passed to compile_mlp is compiled",
                got=f"ValueError: {str(error)[:80]} …",
                step="Call compile of the argument model itself, not of a copy.",
            )
            expect.true(
                False,
                "the loss accepts probabilities and integer labels",
                got=f"ValueError: {str(error)[:80]} …",
                cause="the loss wants a row of numbers for each label: so do the mean squared error, and the "
                "cross-entropy for one-hot labels",
                step=advice,
            )

    with exercise.part("loss and accuracy", points=1):
        measured, _ = take()
        expect.true(
            "accuracy" in measured,
            "Keras reports the accuracy",
            got=f"it reports {', '.join(measured)}",
            step='Pass metrics=["accuracy"] to compile.',
        )
        expect.close(
            measured["loss"],
            -np.log(of_target).mean(),
            "the loss of one minibatch",
            rtol=1e-3,
            step=advice,
        )
        expect.close(
            measured["accuracy"],
            (guesses.argmax(axis=1) == targets).mean(),
            "the accuracy on one minibatch",
            rtol=1e-3,
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("steps of plain SGD", points=1):
        _, [(new_kernel, new_bias), (second_kernel, _), *_, (last_kernel, _)] = take()
        expect.close(
            new_kernel,
            kernel - rate * gradient,
            f"the weights after one step with learning rate {rate:.3f}",
            rtol=1e-3,
            atol=1e-4,
            mistakes={
                "learning_rate is ignored: this is a step of SGD with Keras' default, 0.01": kernel
                - 0.01 * gradient,
                "this is a step of Adam, which divides each gradient by its size": kernel
                - rate * gradient / (np.abs(gradient) + 3.2e-6),
                "this is a step of Adam with its default learning rate": kernel
                - 0.001 * gradient / (np.abs(gradient) + 3.2e-6),
                "this is a step of RMSprop": kernel - rate * gradient / np.sqrt(0.1 * gradient**2 + 1e-7),
                "this is a step of SGD with Nesterov momentum": kernel - 1.9 * rate * gradient,
            },
            step="Create the optimiser with keras.optimizers, and pass it the argument learning_rate.",
        )
        expect.close(
            new_bias, bias - rate * bias_gradient, "the biases after that step", rtol=1e-3, atol=1e-4
        )
        _, second, _ = probabilities_and_gradient(kernel - rate * gradient, bias - rate * bias_gradient)
        expect.close(
            second_kernel,
            kernel - rate * (gradient + second),
            "the weights after two steps",
            rtol=1e-3,
            atol=1e-4,
            cause="the second step depends on more than its own gradient, as with momentum",
            step="Plain SGD has no momentum: leave that argument alone.",
        )
        by_hand = kernel, bias
        for _ in range(30):
            _, *slopes = probabilities_and_gradient(*by_hand)
            by_hand = [array - rate * slope for array, slope in zip(by_hand, slopes, strict=True)]
        expect.close(
            last_kernel,
            by_hand[0],
            "the weights after 30 steps",
            rtol=1e-3,
            atol=1e-3,
            cause="the learning rate does not stay as it is"
            if np.all(np.abs(last_kernel - by_hand[0]) < 0.2)
            else None,
            step="Pass the learning rate to SGD as a number.",
        )
        # three inputs are always 0, and their weights stay; the others are large, and so are their gradients
        uneven, other_rate = 1_000 * batch * (np.arange(inputs) > 2), rate / 2
        with_zeros = kernel * (np.arange(inputs) < 3)[:, np.newaxis]
        _, [(moved, _)] = few_steps(uneven, targets, with_zeros, 0 * bias, other_rate, steps=1)
        large = uneven.T @ (0.25 - np.eye(4)[targets]) / 24
        expect.close(
            moved[:3],
            kernel[:3],
            "the weights of inputs that are always 0, after one step",
            rtol=3e-6,
            cause="each step makes the weights smaller, as with weight_decay"
            if np.all(np.abs(moved[:3]) <= np.abs(kernel[:3]))
            else None,
            step="Plain SGD has no weight decay: leave that argument alone.",
        )
        expect.close(
            moved[3:],
            -other_rate * large[3:],
            f"the weights after one step with learning rate {other_rate:.3f} and large gradients",
            rtol=1e-3,
            atol=1e-3,
            cause="the step is shorter than learning_rate times the gradient where that is large, as with clipping"
            if np.abs(moved[3:]).max() < 0.99 * np.abs(other_rate * large[3:]).max()
            else None,
            step="Plain SGD does not clip: pass it the learning rate alone.",
        )
        for size in (rate / 1_000, 10 * rate):
            set_rate, at_a_time, trained, loss = compiled_settings(size)
            expect.true(
                not isinstance(set_rate, dict),
                "the learning rate is a number",
                got="a schedule",
                cause="the learning rate does not stay as it is",
                step="Pass the learning rate to SGD as a number.",
            )
            expect.close(
                set_rate,
                size,
                f"the learning rate after compile_mlp(model, {size:.4g})",
                rtol=1e-4,
                step="Pass on the argument learning_rate as it is, however small or large.",
            )
            expect.equal(
                at_a_time,
                100,
                "steps_per_execution",
                mistakes={"it was not passed to compile: this is Keras' default": 1},
                step="Pass steps_per_execution=100 to compile.",
            )
            expect.equal(
                trained,
                4,
                "the number of weights and biases that are trained, of a network of two layers",
                step="Compile the model as it is; all its layers are trained.",
            )
            expect.close(
                loss,
                np.log(4),
                "the loss of an input whose class got the probability 0.25",
                rtol=1e-3,
                mistakes={
                    "probabilities are taken for what goes into a softmax, as with from_logits=True": np.log(
                        1 + np.exp(0.5)
                    )
                },
                step="Leave from_logits out: the model gives probabilities.",
            )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Experiment: the first five epochs
#
# Now we train. Every run gets a folder of its own, so that no run overwrites another: `runs.Run` creates
# it, and its callbacks log the training there, for us and for TensorBoard. (A **callback** is an object
# that Keras calls after each epoch or batch.)
#
# We begin with a learning rate of 0.001 and minibatches of 32 images.
#
# **Predict.** What accuracy on the validation images do you expect after five epochs? And in the *first*
# epoch, which will be higher: the accuracy that Keras prints for training images, or that for validation
# images?

# %% tags=["experiment", "nbval-ignore-output"]
LAYER_SIZES = (784, 300, 100, 10)
EPOCHS = 5

training.set_seed()
first_model = build_mlp(LAYER_SIZES)
compile_mlp(first_model, learning_rate=1e-3)
first_run = runs.Run("first", config={"learning_rate": 1e-3, "batch_size": 32, "epochs": EPOCHS})
started = time.perf_counter()
first_history = first_model.fit(
    x_train,
    y_train,
    batch_size=32,
    epochs=EPOCHS,
    validation_data=(x_valid, y_valid),
    callbacks=[*first_run.callbacks(), training.Progress()],
    verbose=0,
)
runs.record("first_run_seconds", time.perf_counter() - started)
first_valid = first_history.history["val_accuracy"][-1]
runs.record("first_val_accuracy", first_valid)
first_run.finish(first_history, val_accuracy=first_valid)
figure = plots.learning_curves(first_history)
plots.show(
    figure,
    alt="Loss and accuracy of training and validation images over five epochs: the losses fall and the "
    "accuracies rise, steeply at first.",
)

# %% [markdown]
# **See.** The curves are still rising (or falling) at the end: at this learning rate, five epochs are not
# enough. Section 6 does better.
#
# **Explain.** In the first epoch the training accuracy is *below* the validation accuracy. There is a
# simple reason. Keras averages the training accuracy **during** the epoch, while the network is still
# poor, but measures the validation accuracy **after** it. The next cell measures both after training.

# %% tags=["experiment", "nbval-ignore-output"]
first_train = first_model.evaluate(x_train, y_train, batch_size=500, verbose=0, return_dict=True)["accuracy"]
print(f"training accuracy, averaged during the last epoch:  {first_history.history['accuracy'][-1]:.3f}")
runs.record("first_train_accuracy", first_train)
print(f"validation accuracy after the last epoch:           {first_valid:.3f}")

# %% [markdown] tags=["covers-10"]
# **Go further.** Call `fit` for one more epoch. Does Keras start again from the beginning, or carry on
# from where it was?
#
# ### TensorBoard
#
# TensorBoard shows all runs in `runs/` side by side, even while they are still running, with a histogram
# of every layer's weights. It is a small web server on your own machine. The notebook is also run
# unattended, when nobody wants a server. So the next cell does nothing until you change `False` to `True`
# and run it.

# %% tags=["experiment"]
show_tensorboard = False
if show_tensorboard:
    print("Starting TensorBoard …")
    # %load_ext tensorboard
    # %tensorboard --logdir runs --host 127.0.0.1 --port 0

# %% [markdown]
# Without TensorBoard, `runs.compare()` makes a table of all runs.

# %% tags=["experiment", "nbval-ignore-output"]
runs.compare().round(3)

# %% [markdown] tags=["covers-4", "covers-8"]
# ### Experiment: does the activation function matter?
#
# **Predict.** We train the same network three times, with sigmoid, ReLU and Leaky ReLU in its hidden
# layers (Keras' `"leaky_relu"` has a negative slope of 0.2). Which learns fastest? By how much do two
# seeds of the *same* network differ?

# %% tags=["experiment", "nbval-ignore-output"]
FEW = training.budget(full=6_400, quick=1_500)  # images, for comparisons that train many networks
FEW_EPOCHS = training.budget(full=5, quick=3)
networks = {}  # compiled, by activation function: compiling takes longer than training here


def train_repeatedly(learning_rate, activation="relu"):
    """Validation accuracies and losses, of shape (seeds, epochs), of a network trained afresh for each seed."""
    if activation not in networks:
        networks[activation] = build_mlp(LAYER_SIZES, activation)
        compile_mlp(networks[activation], learning_rate)
    model = networks[activation]
    model.optimizer.learning_rate = learning_rate
    accuracies, losses = [], []
    for seed in SEEDS:
        training.set_seed(seed)
        # new weights are a new beginning: plain SGD remembers nothing else
        model.set_weights(build_mlp(LAYER_SIZES, activation).get_weights())
        history = model.fit(
            x_train[:FEW],
            y_train[:FEW],
            epochs=FEW_EPOCHS,
            validation_data=(x_valid, y_valid),
            validation_batch_size=500,
            verbose=0,
        )
        accuracies.append(history.history["val_accuracy"])
        losses.append(history.history["val_loss"])
    return np.array(accuracies), np.array(losses)


def plot_accuracies(accuracies, legend_title):
    """Mean accuracy over the epochs, with a band from the lowest to the highest seed; one curve a name."""
    figure, axis = plt.subplots(figsize=(6, 3.8), layout="constrained")
    epochs = range(1, FEW_EPOCHS + 1)
    for (name, of_seeds), colour, marker in zip(accuracies.items(), plots.COLOURS, "osv^", strict=False):
        axis.plot(epochs, of_seeds.mean(axis=0), marker=marker, color=colour, label=name)
        axis.fill_between(epochs, of_seeds.min(axis=0), of_seeds.max(axis=0), color=colour, alpha=0.25)
    axis.set(xlabel="epoch", ylabel="validation accuracy", xticks=epochs)
    axis.legend(title=f"{legend_title}\n(mean; band: all seeds)")
    return figure


by_activation = {name: train_repeatedly(0.01, name)[0] for name in ("sigmoid", "relu", "leaky_relu")}
plots.show(
    plot_accuracies(
        {
            "sigmoid": by_activation["sigmoid"],
            "ReLU": by_activation["relu"],
            "Leaky ReLU": by_activation["leaky_relu"],
        },
        "activation",
    ),
    alt="Validation accuracy over the epochs for sigmoid, ReLU and Leaky ReLU: the last two lie on each other, "
    "the sigmoid far below.",
)
for name, accuracies in by_activation.items():
    runs.record(f"{name}_val_accuracy", accuracies[:, -1].mean())
    print(f"    standard deviation over {len(SEEDS)} seeds: {accuracies[:, -1].std(ddof=1):.4f}")
seed_by_seed = (by_activation["leaky_relu"] - by_activation["relu"])[:, -1]
runs.record("leaky_minus_relu_val_accuracy", seed_by_seed.mean())
print(f"    standard deviation of the differences, seed by seed: {seed_by_seed.std(ddof=1):.4f}")
print("    the differences:", seed_by_seed.round(4))
runs.record("share_of_seeds_with_leaky_relu_ahead", (seed_by_seed > 0).mean())

# %% [markdown]
# **Explain.** The sigmoid lags far behind: its slope of 1/4 or less makes the gradient of the first layer
# small (Practical 2 measures how small). ReLU and Leaky ReLU are within one percentage point of each
# other; the standard deviations say how much the results of one network differ from seed to seed. Is the
# small lead real? The same seed gives both networks the same initial weights, so compare them seed by seed
# (the last lines), which removes much of the scatter. At the quick budget, early in the training, Leaky
# ReLU is about half a point ahead on average. At the full budget, with more images and epochs, nothing is
# left of that lead. A winner that depends on when you stop is no winner.
#
# (Every network that a notebook builds takes up memory and a name: `dense`, `dense_1`, … When you have
# built dozens, `keras.utils.clear_session()` makes Keras forget those that no variable holds, and start
# from `dense` again. Models held by a variable keep working.)
#
# **Go further.** Does the sigmoid catch up with a larger learning rate? (Try 0.3.)

# %% [markdown] tags=["covers-10", "covers-11"]
# ### Exercise 11: Keep the best epoch (4 points)
#
# The last epoch need not be the best. We therefore save the network whenever it is better than ever
# before, so that we can **roll back** to it. Keras has a callback for this,
# `keras.callbacks.ModelCheckpoint`. Write three functions.
#
# 1. `new_run_folder(root)` creates a **new** folder inside `root` and returns its name, a string such as
#    `"runs/run_003"`. Every call creates another one, even when two calls come within a millisecond of
#    each other, when the same seed was set before both, or when there are folders from earlier sessions.
# 2. `train_with_best(model, x, y, x_valid, y_valid, folder, epochs)` trains a model that is already
#    compiled, with minibatches of Keras' default size, and returns the `History` that `fit` returns. The
#    model itself stays as its last epoch left it. In `folder` the function keeps the network with the
#    lowest validation loss **of all runs in that folder**, in this session or an earlier one. A second,
#    worse run in the same folder must not replace the better network of the first run; a better one must.
# 3. `load_best(folder)` returns the best network as a Keras model.
#
# By default a new `ModelCheckpoint` knows nothing about earlier runs, and its first epoch overwrites
# their file, however good their network was. (One way out: its argument `initial_value_threshold`.)
# `keras.models.load_model(file)` reads a saved network; `Path(name).mkdir(parents=True)` creates a folder,
# and fails if it already exists.


# %% nbgrader={"grade": false, "grade_id": "keep-best", "locked": false, "schema_version": 3, "solution": true, "task": false}
def new_run_folder(root):
    """Make a new folder inside `root`; its name as a string."""
    ### BEGIN SOLUTION
    Path(root).mkdir(parents=True, exist_ok=True)
    number = 1
    while (folder := Path(root) / f"run_{number:03d}").exists():
        number += 1
    folder.mkdir()
    return str(folder)
    ### END SOLUTION


def train_with_best(model, x, y, x_valid, y_valid, folder, epochs):
    """Train, and keep the network with the lowest validation loss of all runs in `folder`.

    Args:
        model: a compiled Keras model.
        x, y: training inputs and labels.
        x_valid, y_valid: validation inputs and labels, the same in all runs in `folder`.
        folder: name of a folder, which need not exist.
        epochs: number of epochs.

    Returns:
        The History of this run.
    """
    ### BEGIN SOLUTION
    best_file = Path(folder) / "best.keras"
    best_so_far = None
    if best_file.exists():
        best_so_far = load_best(folder).evaluate(x_valid, y_valid, verbose=0, return_dict=True)["loss"]
    best_file.parent.mkdir(parents=True, exist_ok=True)
    keep_best = keras.callbacks.ModelCheckpoint(
        best_file, monitor="val_loss", save_best_only=True, initial_value_threshold=best_so_far
    )
    return model.fit(
        x, y, validation_data=(x_valid, y_valid), epochs=epochs, callbacks=[keep_best], verbose=0
    )
    ### END SOLUTION


def load_best(folder):
    """The best network that `train_with_best` has kept in `folder`, a Keras model."""
    ### BEGIN SOLUTION
    return keras.models.load_model(Path(folder) / "best.keras")
    ### END SOLUTION


# %% [markdown]
# Here is a small problem to try it on: three classes, and a network of one layer whose weights all start
# at zero. (`run_eagerly` runs Python line by line; for a handful of steps that is quicker than compiling
# them first.)


# %% nbgrader={"grade": false, "grade_id": "practice-run", "locked": true, "schema_version": 3, "solution": false, "task": false}
def practice_run(x, y, x_valid, y_valid, folder, epochs):
    """Train a small fresh network with your `train_with_best`.

    Returns:
        Its validation loss after each epoch, and that of the model as it is afterwards.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(x.shape[1],)),
            keras.layers.Dense(3, activation="softmax", kernel_initializer="zeros"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.SGD(0.1),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        run_eagerly=True,
    )
    history = train_with_best(model, x, y, x_valid, y_valid, folder, epochs)
    losses = history.history["val_loss"]
    probabilities = keras.ops.convert_to_numpy(model(x_valid))
    return losses, float(-np.log(probabilities[np.arange(len(x_valid)), y_valid]).mean())


def make_folders(root, number):
    """Call your `new_run_folder` a given number of times.

    Returns:
        The names that it gave, which of these folders are there, and the names of the results' types.
    """
    results = [new_run_folder(root) for _ in range(number)]
    names = [str(result) for result in results]
    return (
        names,
        [Path(name).is_dir() for name in names],
        sorted({type(result).__name__ for result in results}),
    )


# %% nbgrader={"grade": true, "grade_id": "keep-best-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false} tags=["student-classes"]
with expect.exercise("Keep the best epoch", points=4) as exercise:
    rng = np.random.default_rng()

    features = int(rng.integers(4, 8))

    def three_clouds():
        classes = rng.integers(3, size=32)
        centres = 4 * np.eye(3, features)
        return (centres[classes] + rng.normal(size=(32, features))).astype("float32"), classes

    def gradient_descent(labels, epochs, x=None, steps=1):
        """Validation losses and accuracies after the epochs of `practice_run`, with so many steps on all points."""
        kernel, losses, accuracies = np.zeros((features + 1, 3)), [], []
        x = points_x if x is None else x
        seen, unseen = (np.column_stack([rows, np.ones(len(rows))]) for rows in (x, other_x))
        for _ in range(epochs):
            for _ in range(steps):
                guesses = np.exp(seen @ kernel)
                guesses /= guesses.sum(axis=1, keepdims=True)
                kernel -= 0.1 * seen.T @ (guesses - np.eye(3)[labels]) / len(seen)
            guesses = np.exp(unseen @ kernel)
            losses.append(-np.log(guesses[np.arange(32), other_y] / guesses.sum(axis=1)).mean())
            accuracies.append(np.mean(guesses.argmax(axis=1) == other_y))
        return losses, accuracies

    while True:
        (points_x, points_y), (other_x, other_y) = three_clouds(), three_clouds()
        falling, accuracies = gradient_descent(points_y, epochs=2)
        wrong_y = (points_y + 1) % 3  # whoever learns these gets worse on the others
        half_y = np.where(np.arange(32) % 2, points_y, wrong_y)
        middling, _ = gradient_descent(half_y, epochs=2)
        # copies of one point: whichever make a minibatch, every step is the same, and the steps can be counted
        one_x, one_y = 0.3 * points_x[:1], wrong_y[:1]
        by_size = {size: gradient_descent(one_y, 5, one_x, steps=-(-40 // size))[0] for size in (32, 16, 40)}
        bad = by_size[32]  # 32 is Keras' default
        # the loss alone shows that the second epoch was better; one epoch is better than two of the half-wrong ones
        if (
            accuracies[0] == accuracies[1]
            and falling[0] < 0.95 * min(middling)
            and 1.05 * middling[1] < middling[0]
            and all(np.diff(bad) > 0.05 * bad[0])
        ):
            break
    rising, _ = gradient_descent(wrong_y, epochs=2)

    def loss_of_best(folder):
        guesses = keras.ops.convert_to_numpy(load_best(folder)(other_x))
        return -np.log(guesses[np.arange(32), other_y]).mean()

    def fresh_name():
        return f"runs/check-{rng.integers(10**12)}"

    def train_in(folder, labels, epochs, x=None):
        """What `practice_run` returns: the validation loss after each epoch, and that of the model afterwards."""
        try:
            return practice_run(points_x if x is None else x, labels, other_x, other_y, folder, epochs)
        except AttributeError as error:
            if "'history'" not in str(error):
                raise
            expect.true(
                False,
                "train_with_best returns the History of its run",
                got=f"AttributeError: {error}",
                cause="what fit returned was not returned",
                step="End train_with_best with `return` and what fit returned.",
            )

    made, twins = (), []
    with exercise.part("every run gets a folder of its own", points=1):
        root = fresh_name()
        made, there, types = make_folders(root, 12)
        expect.equal(
            len(set(made)),
            12,
            "the number of different folders after twelve calls in quick succession",
            cause="some calls returned None"
            if "None" in made
            else "the name depends on nothing that changes, or on a clock that is too slow",
            step="Count up until you find a name that no folder has yet, and make that folder.",
        )
        expect.true(
            all(there),
            "the new folders are there after the call",
            got=f"{sum(there)} of 12 are",
            cause="the function names a folder without making it",
            step="Make the folder before you return its name.",
        )
        expect.true(
            # an absolute name will do, too
            all(name.replace("\\", "/").rpartition("/")[0].endswith(root) for name in made),
            "the new folders are inside root",
            got=f"{made[0]} for the root {root}",
            step="Put root in front of the name.",
        )
        expect.true(
            types == ["str"],
            "the names are strings",
            got=f"results of type {', '.join(types)}",
            step="Return str(…) of the folder.",
        )
        for _ in range(2):
            keras.utils.set_random_seed(7)
            twins += make_folders(root, 1)[0]
        expect.true(
            twins[0] != twins[1],
            "the folders of two calls differ, where the same seed was set before each",
            got=f"{twins[0]} both times",
            cause="the name is drawn at random, and the same seed draws the same name",
            step="Look into root for a name that is free.",
        )
    elsewhere = fresh_name()

    def run_elsewhere():
        """A run of five epochs in a folder of its own, on 40 copies of one point."""
        return train_in(elsewhere, np.repeat(one_y, 40), 5, np.repeat(one_x, 40, axis=0))

    losses = None
    with exercise.part("the best epoch is kept, not the last", points=1):
        losses, afterwards = run_elsewhere()
        kept = loss_of_best(elsewhere)
        # whatever the size of the minibatches was, which a later check asks for
        first_of, last_of = (
            min((some[epoch] for some in by_size.values()), key=lambda loss: abs(loss - kept))
            for epoch in (0, -1)
        )
        expect.close(
            kept,
            first_of,
            "the validation loss of load_best(folder), after a run in which it rises from epoch to epoch",
            rtol=0.01,
            mistakes={"this is the network of the last epoch": last_of},
            step='Monitor "val_loss" and save the best only.',
        )
    ### BEGIN HIDDEN TESTS
    (first, second), best = falling, None
    # a folder with a name that a counter or the number of folders would soon give: a notebook that starts again
    # counts from 1, and folders are removed
    taken, name = None, twins[-1].replace("\\", "/").rpartition("/")[2] if twins else ""
    digits = len(name) - len(name.rstrip("0123456789"))
    # names that a clock gave repeat; whether the next call meets the next second is chance
    if 0 < digits < 10 and len(set(made)) == 12:
        taken = f"{root}/{name[:-digits]}{int(name[-digits:]) + 2:0{digits}d}"
    folder = taken or fresh_name()

    with exercise.part("a second, worse run in the same folder", points=1):
        train_in(folder, half_y, epochs=2)
        train_in(folder, points_y, epochs=1)
        best = loss_of_best(folder)
        # another name of the same folder: what earlier runs gave is to be found there, not in a variable
        train_in(f"runs/../{folder}", wrong_y, epochs=2)
        expect.close(
            loss_of_best(folder),
            best,
            "the validation loss of load_best(folder), after two good runs, then a bad one in the same folder, "
            f"which was given as runs/../{folder}",
            rtol=0.01,
            mistakes={
                "the bad run has overwritten the better network from before": rising[0],
                "this is the last network of the bad run": rising[1],
            },
            step="Before training, find out how good the network in the folder is already; look there, "
            "since a variable is lost when the notebook starts again.",
        )
        train_in(folder, half_y, epochs=1)
        expect.close(
            loss_of_best(folder),
            best,
            "the validation loss of load_best(folder), after good runs, a bad one, and one between them",
            rtol=0.01,
            mistakes={"the last run was compared with the one before, not with the best of all": middling[0]},
            step="Compare with the best network of all runs in the folder.",
        )
        if losses is not None:  # the run before was in another folder
            expect.close(
                loss_of_best(elsewhere),
                kept,
                "the validation loss of load_best for the first folder, after runs in another",
                rtol=0.01,
                mistakes={"load_best gives the same network for every folder": best},
                step="Keep file and best validation loss by folder.",
            )
    with exercise.part("a third, better run in the same folder", points=1):
        again, _ = train_in(folder, points_y, epochs=2)
        expect.close(
            loss_of_best(folder),
            second,
            "the validation loss of load_best(folder), after a better run than all before in the same folder",
            rtol=0.01,
            mistakes={
                "this is still the network from before that run": best or middling[1],
                "this is the first epoch of that run, and the second was better": first,
            },
            step="Replace the kept network when the validation loss is lower than ever before.",
        )
        if best is not None:
            expect.close(
                best,
                first,
                "the validation loss of load_best(folder), after a run of two epochs and then a better one of one epoch",
                rtol=0.01,
                mistakes={
                    "load_best goes by the numbers of the epochs, and takes a later one of a worse run": middling[
                        1
                    ]
                },
                step="Look for the best network by its loss.",
            )
        step = "Call fit once, with the model as it comes and epochs as it is given, and return what fit returns."
        expect.close(
            again,
            [first, second],
            "the validation losses in the History of that run, of two epochs",
            rtol=0.01,
            mistakes={"this is the History of the last epoch alone": [second]},
            step=step,
        )
        expect.close(
            losses,
            bad,
            "the validation losses in the History of a run of five epochs with 40 points",
            rtol=0.01,
            mistakes={
                "the minibatches have 16 points; Keras' default is 32": by_size[16],
                "one minibatch holds all 40 points; Keras' default is 32": by_size[40],
            }
            | ({"the training was stopped early": bad[: len(losses)]} if len(losses) < 5 else {}),
            step="Leave batch_size out. " + step,
        )
        expect.close(
            afterwards,
            bad[-1],
            "the validation loss of the model itself after that run",
            rtol=0.01,
            mistakes={"the model was rolled back to its best epoch": bad[0]},
            step="Leave the model as fit left it; load_best is there for the best network.",
        )
        if taken:
            newest, *_ = make_folders(root, 2)
            expect.true(
                taken not in newest,
                "new_run_folder gives a folder that was not there before",
                got=f"{taken}, which is there already",
                cause="the name is the number of folders, and that name may be taken"
                if newest[0] == taken
                else "the name is counted in a variable, which knows nothing of folders from before",
                step="Look into root for a name that is free.",
            )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-11"]
# ### Experiment: roll back
#
# To see the validation loss rise, we train on only 2,000 images (at the quick budget, on 1,000, and
# validate on 2,000), long enough for the network to overfit them, and then roll back to the best epoch.
#
# **Predict.** On the test images, does the best epoch's network have a lower loss than the last epoch's?
# And a higher accuracy?

# %% tags=["experiment", "nbval-ignore-output"]
TOO_FEW, LONG = training.budget(full=(2_000, 25), quick=(1_000, 16))  # images, epochs
rolled_back, curves = [], []
model = build_mlp(LAYER_SIZES)
compile_mlp(model, learning_rate=0.03)
for seed in SEEDS:
    training.set_seed(seed)
    model.set_weights(build_mlp(LAYER_SIZES).get_weights())
    folder = new_run_folder("runs/roll_back")
    history = train_with_best(
        model, x_train[:TOO_FEW], y_train[:TOO_FEW], x_valid[:2_000], y_valid[:2_000], folder, LONG
    )
    curves.append(history.history["val_loss"])
    for epoch, network in (("last", model), ("best", load_best(folder))):
        probabilities = network(x_test)
        loss = keras.losses.sparse_categorical_crossentropy(y_test, probabilities)
        probabilities = keras.ops.convert_to_numpy(probabilities)
        wrong = probabilities.argmax(axis=1) != y_test
        rolled_back.append(
            {
                "epoch": epoch,
                "loss": float(keras.ops.mean(loss)),
                "accuracy": 1 - wrong.mean(),
                "sureness_when_wrong": probabilities[wrong].max(axis=1).mean(),
            }
        )

figure, axis = plt.subplots(figsize=(6, 3.8), layout="constrained")
for seed, losses, colour in zip(SEEDS, curves, plots.COLOURS, strict=False):
    best = int(np.argmin(losses))
    axis.plot(range(1, LONG + 1), losses, color=colour, label=f"seed {seed}")
    axis.plot(best + 1, losses[best], "o", color=colour)
axis.set(xlabel="epoch", ylabel="validation loss (cross-entropy)")
axis.legend(title="best epoch: dot")
plots.show(
    figure,
    alt="Validation loss over the epochs, one curve a seed: it falls to a dot that marks the best epoch, then "
    "slowly rises.",
)
rolled_back = pd.DataFrame(rolled_back).groupby("epoch")
lost = rolled_back["loss"].get_group("last").to_numpy() - rolled_back["loss"].get_group("best").to_numpy()
print("test loss of the last epoch less that of the best, seed by seed:", lost.round(4))
runs.record("test_loss_last_minus_best", lost.mean())
print(f"test images, mean and standard deviation over {len(SEEDS)} seeds")
print(rolled_back.agg(["mean", "std"]).to_string(float_format="{:.4f}".format))
for epoch, row in rolled_back.mean().iterrows():
    for figure_name, value in row.items():
        runs.record(f"{epoch}_epoch_test_{figure_name}", value, show=False)

# %% [markdown]
# **Explain.** Judged by loss, rolling back pays off (the first line gives the gain for each seed). Judged
# by accuracy it may not: the last epoch may even be a little more accurate, while its loss is higher
# (clearly so after the 25 epochs of the full budget). The loss also counts *how sure* the network is when
# it is wrong, and as it overfits it becomes surer of its mistakes: the last columns show the mean
# probability that it gave to its wrong answers. So "best" depends on what you monitor. If you need the
# probabilities, monitor the loss; if you need only the winning class, you may monitor the accuracy.
#
# **Go further.** Monitor `"val_accuracy"` instead. (What must `mode` and `initial_value_threshold` then
# be?)

# %% [markdown] tags=["covers-12"]
# ## 5 What the network can do, and what it cannot
#
# ### Exercise 12: Loss and accuracy (2 points)
#
# Keras computes both for you. Do it yourself once: write `loss_and_accuracy(probabilities, labels)`,
# which returns the mean cross-entropy and the share of inputs whose most probable class is the right one.
# A probability of exactly 0 would give an infinite loss. Do what Keras does with an array of
# probabilities: before you take the logarithm, replace anything smaller than $10^{-7}$ by $10^{-7}$. So
# no image costs more than about 16.1. (In `fit` and `evaluate` Keras needs no such bound: it finds what
# went into the softmax, and computes the loss from that.)


# %% nbgrader={"grade": false, "grade_id": "evaluate", "locked": false, "schema_version": 3, "solution": true, "task": false}
def loss_and_accuracy(probabilities, labels):
    """Mean cross-entropy and accuracy.

    Args:
        probabilities: array of shape (n, n_classes), rows that sum to 1.
        labels: integer array of shape (n,).

    Returns:
        loss, accuracy: two numbers.
    """
    ### BEGIN SOLUTION
    of_label = probabilities[np.arange(len(labels)), labels]
    loss = -np.log(np.maximum(of_label, 1e-7)).mean()
    accuracy = (probabilities.argmax(axis=1) == labels).mean()
    return loss, accuracy
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "evaluate-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Loss and accuracy", points=2) as exercise:
    rng = np.random.default_rng()
    # at least 0.02 each, so that it does not matter how a probability of 0 is avoided
    guesses, targets = 0.02 + 0.9 * rng.dirichlet(np.ones(5), size=60), rng.integers(5, size=60)
    of_target = guesses[np.arange(60), targets]

    with exercise.part("accuracy", points=1):
        _, found = loss_and_accuracy(guesses, targets)
        share = np.mean(
            [list(row).index(max(row)) == target for row, target in zip(guesses, targets, strict=True)]
        )
        expect.close(
            found,
            share,
            "the accuracy",
            mistakes={
                "this is a count or a percentage, not a share": share * 100,
                "this is a number of inputs, not a share": share * 60,
                "this is the share of errors": 1 - share,
                "this is the mean probability of the right class": of_target.mean(),
            },
            step="Compare the most probable class of each row with its label, and take the mean.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("loss", points=1):
        found, _ = loss_and_accuracy(guesses, targets)
        expect.close(
            found,
            -np.log(of_target).mean(),
            "the loss",
            mistakes={
                "this is the sum, not the mean": -np.log(of_target).sum(),
                "the sign is wrong": np.log(of_target).mean(),
                "this is a logarithm of base 2": -np.log2(of_target).mean(),
                "this is a logarithm of base 10": -np.log10(of_target).mean(),
                "the logarithm is that of the largest probability, not that of the right class": -np.log(
                    guesses.max(axis=1)
                ).mean(),
                "the mean was taken over all classes too": -np.log(of_target).mean() / 5,
                "the logarithm was taken of the mean probability": -np.log(of_target.mean()),
            },
            step="Pick the probability of the right class in each row; then logarithm, mean, minus sign.",
        )
        certain = np.eye(5)[(targets + (np.arange(60) < 6)) % 5]  # six of 60 are wrong, and quite sure
        found, _ = loss_and_accuracy(certain, targets)
        expect.close(
            found,
            -np.log(1e-7) * 6 / 60,
            "the loss where some right classes have probability 0",
            rtol=1e-3,
            mistakes={"the logarithm of 0 is minus infinity": np.inf},
            step="Raise the probabilities to at least 1e-7 before you take the logarithm.",
        )
        for rows in (1, int(rng.integers(8, 30))):
            columns = int(rng.integers(6, 12))
            some_targets = rng.integers(columns - 2, size=rows)  # the last two classes never occur
            small = 1e-11 * rng.uniform(1, 2, size=rows)
            small[5:] = rng.uniform(2e-7, 4e-7, size=max(rows - 5, 0))  # these stay as they are
            unsure = np.zeros((rows, columns))
            unsure[:, -1] = 1 - small
            unsure[np.arange(rows), some_targets] = small
            before, raised = unsure.copy(), np.maximum(small, 1e-7)
            found, accuracy = loss_and_accuracy(unsure, some_targets)
            called = (
                f"{rows} inputs of {columns} classes, all wrong, with tiny probabilities of the right class"
            )
            expect.equal(
                unsure,
                before,
                "the array of probabilities after the call",
                cause="loss_and_accuracy changes the array of whoever calls it",
                step="np.maximum and np.clip make a new array when you give them no `out`.",
            )
            expect.close(
                found,
                -np.log(raised).mean(),
                f"the loss of {called}",
                rtol=1e-3,
                mistakes={
                    "only probabilities of exactly 0 were raised": -np.log(small).mean(),
                    "1e-7 was added to all probabilities": -np.log(small + 1e-7).mean(),
                },
                step="Raise the probabilities to at least 1e-7 before you take the logarithm.",
            )
            expect.close(accuracy, 0, f"the accuracy of {called}")
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-12"]
# ### Experiment: the test images
#
# Now, and only now, we ask how well the first network does on the test images.
#
# **Predict.** Will the test accuracy be above or below the validation accuracy that you saw?

# %% tags=["experiment", "nbval-ignore-output"]
probabilities = first_model.predict(x_test, batch_size=500, verbose=0)
by_keras = first_model.evaluate(x_test, y_test, batch_size=500, verbose=0, return_dict=True)
test_loss, test_accuracy = loss_and_accuracy(probabilities, y_test)
print(f"by hand:  loss {test_loss:.4f}, accuracy {test_accuracy:.4f}")
print(f"by Keras: loss {by_keras['loss']:.4f}, accuracy {by_keras['accuracy']:.4f}")
runs.record("first_test_accuracy", test_accuracy, show=False)
print(f"standard error of the accuracy: {np.sqrt(test_accuracy * (1 - test_accuracy) / len(y_test)):.4f}")

# %% [markdown]
# **Explain.** A finite test set is a sample too: with 10,000 images, the accuracy has a standard error of
# $\sqrt{p(1-p)/n}$, about 0.004. Differences of that size between two networks mean nothing by
# themselves. At the full budget, the average over several seeds is nearly two points lower on the test
# images than on the validation images, about three standard errors of such a difference. Chance alone
# hardly explains that: these test images seem to be a little harder. (A published course reports 0.849 on
# validation images and 0.828 on test images after five epochs with this learning rate. Its network has the
# same layers, but Leaky ReLU with a slope of 0.3 in place of ReLU. At the full budget you should come close
# to that.)
#
# **Go further.** Evaluate the network on the *next* 5,000 training images rather than the first. How much
# do two validation sets differ?

# %% [markdown] tags=["covers-13"]
# ### Exercise 13: Confusion matrix and recall (3 points)
#
# A single number hides which classes are hard. The **confusion matrix** $C$ reveals them: $C_{ij}$ is the
# number of inputs of class $i$ (row: the truth) that the network called $j$ (column: the answer). The
# **recall** of class $i$ is the share of its inputs that were found, $C_{ii} / \sum_j C_{ij}$.
#
# With NumPy alone, write
#
# 1. `confusion_matrix(labels, answers, n_classes)`;
# 2. `recall(matrix)`, one number for each class, and `np.nan` for a class that has no inputs (its recall
#    is not defined);
# 3. `most_confused(matrix)`, the pair (true class, answer) of the most frequent mistake.


# %% nbgrader={"grade": false, "grade_id": "confusion", "locked": false, "schema_version": 3, "solution": true, "task": false}
def confusion_matrix(labels, answers, n_classes):
    """Counts of true class (rows) and answered class (columns).

    Args:
        labels: integer array of shape (n,), the true classes.
        answers: integer array of shape (n,), the classes that the network answered.
        n_classes: number of classes.

    Returns:
        An integer array of shape (n_classes, n_classes).
    """
    ### BEGIN SOLUTION
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    np.add.at(matrix, (labels, answers), 1)
    return matrix
    ### END SOLUTION


def recall(matrix):
    """Recall of each class, an array of shape (n_classes,); NaN for a class without inputs."""
    ### BEGIN SOLUTION
    inputs = matrix.sum(axis=1)
    return np.where(inputs > 0, np.diag(matrix) / np.maximum(inputs, 1), np.nan)
    ### END SOLUTION


def most_confused(matrix):
    """The most frequent mistake, as a pair (true class, answer) of integers."""
    ### BEGIN SOLUTION
    mistakes = matrix - np.diag(np.diag(matrix))
    row, column = np.unravel_index(mistakes.argmax(), mistakes.shape)
    return int(row), int(column)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "confusion-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Confusion matrix and recall", points=3) as exercise:
    rng = np.random.default_rng()
    classes = int(rng.integers(4, 8))
    truths, replies = rng.integers(classes, size=(2, 200))
    counts = np.array(
        [[np.sum((truths == i) & (replies == j)) for j in range(classes)] for i in range(classes)]
    )

    with exercise.part("the confusion matrix", points=1):
        expect.equal(
            confusion_matrix(truths, replies, classes),
            counts,
            f"the confusion matrix of 200 inputs of {classes} classes",
            mistakes={
                "it is transposed: rows are the true classes": counts.T,
                "each row was divided by its sum; counts are wanted": counts
                / counts.sum(axis=1, keepdims=True),
            },
            step="Add 1 at row labels[k], column answers[k], for each input k.",
        )
        seen, said = rng.integers(3, size=(2, 20))
        more = int(rng.choice([number for number in (5, 6, 7) if number != classes]))
        truths_of_few, replies_of_few = np.append(seen, [2] * 300), np.append(said, [1] * 300)
        counted = np.zeros((more, more), int)
        np.add.at(counted, (truths_of_few, replies_of_few), 1)
        expect.equal(
            confusion_matrix(truths_of_few, replies_of_few, more),
            counted,
            f"the confusion matrix of 320 inputs of {more} classes, of which only three occur",
            step="Take the number of rows and columns from n_classes, and count in whole numbers.",
        )
        expect.equal(
            confusion_matrix(truths_of_few, replies_of_few, more),
            counted,
            "the confusion matrix of the same inputs, in a second call",
            mistakes={"the counts of the first call were kept": 2 * counted},
            step="Begin each call with a new array of zeros.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("recall", points=1):
        before = counts.copy()
        found = recall(counts)
        expect.equal(
            counts,
            before,
            "the matrix after recall",
            cause="recall changes the matrix of whoever calls it",
            step="Make a new array for the result.",
        )
        expect.close(
            found,
            np.diag(counts) / counts.sum(axis=1),
            "the recall of each class",
            mistakes={
                "this is the precision: it divides by the sum over a column": np.diag(counts)
                / counts.sum(axis=0),
                "this divides by the number of all inputs": np.diag(counts) / counts.sum(),
                "this is the accuracy": np.full(classes, np.trace(counts) / counts.sum()),
            },
            step="Divide each entry of the diagonal by the number of inputs of that class.",
        )
        absent = counts.copy()
        absent[classes - 2] = 0
        absent[classes - 1] = np.eye(classes, dtype=int)[-1]  # a single input, recognised
        expect.close(
            recall(absent),
            [np.nan if i == classes - 2 else absent[i, i] / absent[i].sum() for i in range(classes)],
            f"the recall of each class when class {classes - 2} has no inputs, and class {classes - 1} a single one",
            mistakes={
                "a class without inputs got the recall 0, as if the network had missed them": [
                    0 if i == classes - 2 else absent[i, i] / absent[i].sum() for i in range(classes)
                ]
            },
            step="Give np.nan where the sum of a row is 0.",
        )
        missed = counts.copy()
        missed[:, 0] = 0  # nobody answers class 0, which has inputs
        missed[1, 1] = 0
        expect.close(
            recall(missed),
            np.diag(missed) / missed.sum(axis=1),
            "the recall of each class when class 0 is never answered, and class 1 never recognised",
            mistakes={
                "a class that was never recognised got NaN; its recall is 0": np.where(
                    np.diag(missed) == 0, np.nan, np.diag(missed) / missed.sum(axis=1)
                ),
                "a class that was never answered got NaN; its recall is 0": np.where(
                    missed.sum(axis=0) == 0, np.nan, np.diag(missed) / missed.sum(axis=1)
                ),
            },
            step="Give np.nan only where the sum of a row is 0.",
        )
    with exercise.part("the most frequent mistake", points=1):

        def largest(table):
            return [int(i) for i in np.unravel_index(table.argmax(), table.shape)]

        # below the diagonal, and in the next matrix above it
        taken_for, mistaken = sorted(int(i) for i in rng.permutation(classes)[:2])
        lopsided = counts + np.diag(rng.integers(300, 400, size=classes))
        lopsided[mistaken, taken_for] += 200
        lopsided[taken_for, mistaken] = 0
        expect.equal(
            list(most_confused(lopsided)),
            [mistaken, taken_for],
            "most_confused(matrix)",
            mistakes={
                "the pair is in reverse order: the true class comes first": [taken_for, mistaken],
                "the diagonal holds right answers; leave it out": [int(np.diag(lopsided).argmax())] * 2,
                "only the part above the diagonal was searched": largest(np.triu(lopsided, 1)),
            },
            step="Find the largest entry outside the diagonal; np.unravel_index gives its row and column.",
        )
        # `hard` has the most mistakes in its row and in its column, the largest share, the largest pair
        mistaken, taken_for = taken_for, mistaken
        hard = int(rng.choice(np.setdiff1d(np.arange(classes), [mistaken, taken_for])))
        uneven = rng.integers(5, 15, size=(classes, classes))
        uneven[hard], uneven[:, hard] = rng.integers(70, 80, size=(2, classes))
        uneven[np.diag_indices(classes)] = rng.integers(300, 400, size=classes)
        uneven[mistaken, mistaken], uneven[hard, hard] = 2_000, 5
        uneven[mistaken, taken_for] = 100
        before = uneven.copy()
        off_diagonal = uneven - np.diag(np.diag(uneven))

        pair = list(most_confused(uneven))
        expect.equal(
            uneven,
            before,
            "the matrix after most_confused",
            cause="most_confused changes the matrix of whoever calls it",
            step="Copy the matrix before you change its diagonal.",
        )
        worst_row, worst_column = off_diagonal.sum(axis=1).argmax(), off_diagonal.sum(axis=0).argmax()
        expect.equal(
            pair,
            [mistaken, taken_for],
            "most_confused(matrix), where one class has many mistakes of several kinds",
            mistakes={
                "this is the largest share of a class, or the commonest mistake of the class with the most; the most "
                "frequent mistake is the largest count": largest(
                    off_diagonal / before.sum(axis=1, keepdims=True)
                ),
                "both directions were added; (i, j) and (j, i) are two mistakes": largest(
                    off_diagonal + off_diagonal.T
                ),
                "this is the class with the most mistakes, and then its most frequent one": [
                    int(worst_row),
                    int(off_diagonal[worst_row].argmax()),
                ],
                "this is the answer that is wrong most often, and then its most frequent class": [
                    int(off_diagonal[:, worst_column].argmax()),
                    int(worst_column),
                ],
                "only the part below the diagonal was searched": largest(np.tril(uneven, -1)),
            },
            step="Compare the entries outside the diagonal one by one.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-13"]
# ### Experiment: which clothes does it mix up?
#
# **Predict.** Which class has the lowest recall, and which the highest? Which pair is confused most
# often? (You made a guess at the beginning.)

# %% tags=["experiment", "nbval-ignore-output"]
answers = probabilities.argmax(axis=1)
matrix = confusion_matrix(y_test, answers, 10)
figure = plots.confusion_matrix(matrix, fashion.class_names)
plots.show(
    figure,
    alt="Confusion matrix of the ten classes. Most counts are on the diagonal; the largest others are among "
    "shirt, T-shirt, pullover and coat.",
)
recalls = pd.Series(recall(matrix), index=fashion.class_names).sort_values()
print(recalls.to_string(float_format="{:.3f}".format))
true_class, answer = most_confused(matrix)
names = fashion.class_names[true_class], fashion.class_names[answer]
print("most frequent mistake: {} of 1,000 of {} called {}".format(matrix[true_class, answer], *names))
runs.record("lowest_recall", recalls.iloc[0], show=False)
runs.record("highest_recall", recalls.iloc[-1], show=False)
runs.record("lowest_recall_class", int(np.argmin(recall(matrix))), show=False)
runs.record("highest_recall_class", int(np.argmax(recall(matrix))), show=False)
runs.record("most_confused_true_class", true_class, show=False)
runs.record("most_confused_answer", answer, show=False)
both_ways = np.triu(matrix + matrix.T, k=1)  # i called j, or j called i
for first, second in np.argwhere(both_ways >= np.sort(both_ways, axis=None)[-3])[:3]:
    pair = fashion.class_names[first], fashion.class_names[second]
    print("mixed up, in either direction: {} and {}, {} times".format(*pair, both_ways[first, second]))

# %% [markdown]
# **Explain.** Shirts are found least often: they share their outline with T-shirts, pullovers and coats,
# and at 28 by 28 pixels most buttons and collars are gone. Trousers, bags and boots have outlines of their
# own. An accuracy of about 0.8 does not mean "wrong one time in five, whatever the image". And your guess
# from the beginning? The last lines list the three pairs that are mixed up most; which one comes first
# depends on the seed.
#
# **Go further.** Of all images that the network *called* shirts, what share really were shirts? (This is
# the precision.)
#
# ### Experiment: the worst mistakes
#
# **Predict.** Of all the wrong answers, take those that the network was surest of. Will you find these
# images hard too?

# %% tags=["experiment", "nbval-ignore-output"]
wrong = np.flatnonzero(answers != y_test)
surest = wrong[np.argsort(probabilities[wrong].max(axis=1))[::-1][:10]]
quite_sure = np.mean(probabilities[wrong].max(axis=1) > 0.9)
captions = [
    f"says {fashion.class_names[answers[i]]}\n({probabilities[i].max():.1%})\nis {fashion.class_names[y_test[i]]}"
    for i in surest
]
figure = plots.image_grid(
    fashion.x_test[surest],
    titles=captions,
    columns=5,
)
plots.show(
    figure,
    alt="The ten test images of which the network was surest and yet wrong, each with its answer, the "
    "probability that it gave, and the label.",
)
runs.record("share_of_wrong_answers_above_0.9", quite_sure)

# %% [markdown]
# **Explain.** The network was sure, and wrong. About half of these images are odd, or have a doubtful
# label; but you would not have hesitated over the others. (The number below the images is the share of
# wrong answers given with a probability of more than 0.9.) A probability from a softmax says how the
# network has been trained to answer, not how much it deserves to be believed. Practical 7 comes back to
# this.
#
# **Go further.** Show the images that the network is *least* sure of. Are you any surer?

# %% [markdown]
# ## 6 The learning rate
#
# If you can tune only one setting, tune this one. Too small, and training takes forever; too large, and
# it never gets anywhere.
#
# ### Experiment: a learning-rate range test
#
# The **range test** (Smith, 2017) finds the useful range in a single short run: begin with a tiny
# learning rate, raise it after each minibatch, and watch the loss. Smith raises it by a constant amount; we
# raise it by a constant factor, which gives each power of ten the same number of steps.
#
# **Predict.** Draw the curve that you expect, from a learning rate of 0.00001 to 10: where is it flat,
# where does it fall, where does it explode?


# %% tags=["experiment", "nbval-ignore-output"]
def range_test(model, x, y, rates):
    """Train `model` on one minibatch of 32 for each learning rate; the loss of each, before its step."""
    batches = (
        np.random.default_rng(training.base_seed()).permutation(len(x))[: 32 * len(rates)].reshape(-1, 32)
    )
    losses = []
    for rate, batch in zip(rates, batches, strict=True):
        model.optimizer.learning_rate = rate
        losses.append(float(model.train_on_batch(x[batch], y[batch], return_dict=True)["loss"]))
        model.reset_metrics()  # Keras reports running averages otherwise
    return np.array(losses)


training.set_seed()
model = build_mlp(LAYER_SIZES)
compile_mlp(model, learning_rate=1e-5)
tested_rates = np.geomspace(1e-5, 10, 300)
tested_losses = range_test(model, x_train, y_train, tested_rates)
settled = np.median(tested_losses[:30])
exploded = tested_rates[np.flatnonzero(~(tested_losses < 2 * settled))[0]]
print(f"median loss of the first 30 minibatches: {settled:.2f}")
print(f"the loss first exceeds twice that, or is NaN, at a learning rate of {exploded:.2g}")
figure = plots.lr_range(tested_rates, tested_losses)
figure.axes[0].set_xlim(tested_rates[0], tested_rates[-1])
plots.show(
    figure,
    alt="Loss against learning rate on a logarithmic axis that begins at 0.00001: flat, then falling to a minimum "
    "between 0.01 and 0.3, then shooting up and out of the picture.",
)

# %% [markdown]
# **See.** Three regimes: on the left the steps are too small to change anything; in the middle the loss
# falls; on the right it explodes, and may end in NaN.
#
# **Explain.** The lowest point is not a safe choice. It is noisy; the loss there is low thanks to all the
# good steps before it; and just to its right the loss explodes. A common rule takes **a tenth of the
# learning rate at the lowest point**, safely on the slope. (The experiment after the exercise measures
# how cautious that is.)
#
# **Go further.** Repeat the test with another seed. By what factor does the lowest point move?
#
# ### Exercise 14: Choose a learning rate (2 points)
#
# Write `choose_learning_rate(rates, losses)`, which applies this rule. With real curves, `argmin` alone is
# not enough:
#
# - the losses of single minibatches jump up and down, so smooth them first (for example with a median
#   over about 20 neighbours: `pd.Series(losses).rolling(21, center=True, min_periods=1).median()`);
# - after the explosion there may be infinities and NaN.
#
# The curves in the check have 300 learning rates, as above. An answer within a factor of three of what the
# rule gives passes.


# %% nbgrader={"grade": false, "grade_id": "choose-rate", "locked": false, "schema_version": 3, "solution": true, "task": false}
def choose_learning_rate(rates, losses):
    """A tenth of the learning rate at which the smoothed loss is lowest.

    Args:
        rates: array of shape (n,), growing by a constant factor.
        losses: array of shape (n,), the loss at each rate; may hold inf and NaN.

    Returns:
        A number.
    """
    ### BEGIN SOLUTION
    finite = pd.Series(losses, dtype=float).replace(np.inf, np.nan)
    smooth = finite.rolling(21, center=True, min_periods=1).median()
    return float(rates[smooth.idxmin()] / 10)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "choose-rate-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Choose a learning rate", points=2) as exercise:
    rng = np.random.default_rng()

    def range_curve(noise, place, fall=1):
        """Rates, losses and the rate of the lowest loss.

        It is `place` decades before a tenth of the largest rate, and `fall` decades behind the steepest fall.
        """
        factor = 10 ** rng.choice(
            [rng.uniform(-1.5, -1), rng.uniform(1, 1.5)]
        )  # other rates than those above
        n = rng.integers(290, 311)
        rates = factor * np.geomspace(1e-6, 10, n)
        decades = np.log10(rates / factor) + place
        losses = 0.6 + 1.7 / (1 + np.exp(6 * (decades + fall))) + np.where(decades > 0, 20 * decades**2, 0)
        losses -= 0.1 * (fall - 1) * np.minimum(decades, 0)  # what is left of the fall
        lowest = rates[losses.argmin()]
        return rates, losses * np.exp(noise * rng.normal(size=n)), lowest

    def check_choice(chosen, lowest, what, pitfalls):
        ratio = chosen / lowest
        causes = {"this is the learning rate of the lowest loss itself; the rule takes a tenth of it": 1}
        causes |= {cause: rate / lowest / 10 for cause, rate in pitfalls.items()}
        near = [cause for cause, value in causes.items() if value / 2 < ratio < value * 2]
        likely = min(near, key=lambda cause: max(ratio / causes[cause], causes[cause] / ratio), default=None)
        checked = f"the chosen learning rate, divided by that of the lowest loss, {what}"
        advice = "Smooth the losses, find the lowest of those that are finite, and take a tenth of its rate."
        expect.at_most(ratio, 1 / 3, checked, cause=likely, step=advice)
        expect.at_least(ratio, 1 / 30, checked, cause=likely, step=advice)

    with exercise.part("a smooth curve", points=1):
        rates, losses, lowest = range_curve(noise=0, place=rng.uniform(1, 3), fall=2)
        check_choice(
            choose_learning_rate(rates, losses),
            lowest,
            "on a curve without noise",
            pitfalls={"this is a place in the array rather than the rate there": int(losses.argmin())},
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("curves with noise, a lucky minibatch, and NaN after the explosion", points=1):
        # a valley that is wide, not deep and alike on both sides: smoothing does not move it, unless it lags behind
        rates, _, lowest = range_curve(noise=0, place=rng.uniform(1.5, 3))
        decades = np.log10(rates / lowest)
        losses = 2.3 - np.maximum(1 - decades**2, 0) + 20 * np.maximum(decades - 1.5, 0) ** 2
        losses *= np.exp(0.01 * rng.normal(size=len(rates)))
        check_choice(
            choose_learning_rate(rates, losses),
            lowest,
            "on a curve that rises again long before it explodes",
            pitfalls={
                "this is nearer to the learning rate of the lowest loss than to a tenth of it": 5 * lowest,
                "this is a tenth of the rate at which the loss explodes": rates[np.argmax(losses > 4.6)],
                "this is a tenth of the first rate: smoothing turned the ends into zeros or NaN": rates[0],
            },
        )
        for place in (*rng.uniform(1, 3, size=4), 1.1):
            rates, losses, lowest = range_curve(noise=0.04, place=place)
            diverged = np.flatnonzero(rates > 20 * lowest)
            losses[diverged] = np.nan
            losses[diverged[:3]] = np.inf
            lucky = rng.integers(20, 60)  # a minibatch long before the loss begins to fall
            losses[lucky] = 0.1
            before = losses.copy()
            chosen = choose_learning_rate(rates, losses)
            expect.true(
                np.array_equal(losses, before, equal_nan=True),
                "losses after the call are as they were",
                got="other numbers",
                cause="choose_learning_rate changes the array of whoever calls it",
                step="Copy the array before you replace what is not finite.",
            )
            expect.true(
                bool(np.isfinite(chosen)),
                "the chosen learning rate is a finite number",
                got=chosen,
                cause="NaN among the losses went into the calculation",
                step="Leave out what is not finite, for example with np.isfinite.",
            )
            check_choice(
                chosen,
                lowest,
                "on a noisy curve that ends in NaN",
                pitfalls={
                    "NaN counted as the lowest loss: np.argmin stops at the first one": rates[
                        np.argmin(losses)
                    ],
                    "one lucky minibatch decided: the losses were not smoothed": rates[lucky],
                    "this is a place in the array rather than the rate there": int((rates < lowest).sum()),
                },
            )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Experiment: too small, right, too large
#
# **Predict.** Find the learning rates 0.0001, 0.005, 0.05 and 1 on the curve above. We train with each of
# them. Rank the four by validation accuracy. What *loss* will the worst one end with?

# %% tags=["experiment", "nbval-ignore-output"]
chosen_rate = choose_learning_rate(tested_rates, tested_losses)
runs.record("chosen_learning_rate", chosen_rate)
smoothed = pd.Series(tested_losses).replace(np.inf, np.nan).rolling(21, center=True, min_periods=1).median()
figure = plots.lr_range(tested_rates, tested_losses, chosen=chosen_rate, smoothed=smoothed)
plots.show(
    figure,
    alt="The range test once more, with the smoothed curve, a dot at its lowest point, and a line at the chosen "
    "learning rate, a tenth of that, on the slope of the curve.",
)

by_rate = {rate: train_repeatedly(rate) for rate in (1e-4, 5e-3, 5e-2, 1.0)}
figure = plot_accuracies({rate: accuracies for rate, (accuracies, _) in by_rate.items()}, "learning rate")
plots.show(
    figure,
    alt="Validation accuracy over the epochs for four learning rates: 0.05 is highest, 0.005 below it, 0.0001 "
    "far behind, and 1 stays near 0.1.",
)
for rate, (accuracies, _) in by_rate.items():
    runs.record(f"val_accuracy_at_rate_{rate:g}", accuracies[:, -1].mean())
    print(f"    standard deviation over {len(SEEDS)} seeds: {accuracies[:, -1].std(ddof=1):.4f}")
    run = runs.Run(f"rate-{rate:g}", config={"learning_rate": rate, "images": FEW, "epochs": FEW_EPOCHS})
    run.finish({"val_accuracy": accuracies.mean(axis=0)}, val_accuracy=accuracies[:, -1].mean())
last_losses = by_rate[1.0][1][:, -1]
print("last validation loss of each seed with learning rate 1:", last_losses.round(3))
runs.record("share_of_seeds_in_nan_at_rate_1", np.isnan(last_losses).mean())
print(f"share of class 0 among the validation images: {np.mean(y_valid == 0):.4f}")
runs.compare()[["learning_rate", "epochs", "val_accuracy"]].round(4)

# %% [markdown]
# **Explain.** These are the signs to know:
#
# | What you see | What has happened |
# |---|---|
# | after the same number of epochs, the network is far behind | the rate is **too small** |
# | the accuracy of guessing, and a loss close to $-\log 0.1 = 2.303$ | **too large**: the first steps threw the parameters so far off that the network never comes back; it is stuck where it answers about one tenth for every class |
# | a loss of NaN | also **too large**; where the probabilities are NaN, `argmax` answers class 0 for every image, so the accuracy is exactly the share of class 0 |
#
# When you see 2.3 for ten classes, or NaN, think of the learning rate first.
#
# The rule of the range test is cautious: at both budgets 0.05, near the lowest point of the curve, is
# ahead of 0.005, a tenth of it. Take what the rule gives as a safe starting point, and try larger rates
# from there.
#
# **Go further.** Train with 0.005 and with 0.05 for 30 epochs. Which is ahead now, by loss and by
# accuracy?

# %% [markdown]
# ### Exercise 15: All of it, by yourself (3 points)
#
# Build, compile and train a network once more, starting from an empty cell, and call it `best_model`. It
# takes the standardised rows of `x_train` and gives ten probabilities. You may use your functions from
# above or plain Keras, any layer sizes and any learning rate, but **at most ten epochs**. Use the
# validation images for your choices.
#
# The check computes the accuracy on test images: you need **0.6** for the first point, provided that the
# ten probabilities of each image sum to 1, and **0.8** for the other two. Graders run notebooks at the
# quick budget, where `x_train` holds 10,000 images, and there the learning rate of the first run, 0.001,
# does not reach 0.8 in five epochs. So try your settings on `x_train[:10_000]` too.

# %% nbgrader={"grade": false, "grade_id": "train", "locked": false, "schema_version": 3, "solution": true, "task": false} tags=["nbval-ignore-output"]
### BEGIN SOLUTION
training.set_seed()
best_model = keras.Sequential(
    [
        keras.Input(shape=(784,)),
        keras.layers.Dense(100, activation="relu", kernel_initializer="he_normal"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
best_model.compile(
    optimizer=keras.optimizers.SGD(learning_rate=0.01),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
    steps_per_execution=100,
)
best_model.fit(x_train, y_train, epochs=4, callbacks=[training.Progress()], verbose=0)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "train-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false} tags=["student-classes"]
with expect.exercise("All of it, by yourself", points=3) as exercise:
    fashion_again = data.load("fashion_mnist")
    for_scale = fashion_again.x_train[5_000:15_000].reshape(-1, 784).astype("float32")
    mean_grey, grey_scale = for_scale.mean(axis=0), np.maximum(for_scale.std(axis=0), 255e-4)
    unseen = fashion_again.x_test.reshape(-1, 784).astype("float32")
    unseen -= mean_grey
    unseen /= grey_scale

    untrained = (
        "a network that is untrained is near 0.1; one that saw images prepared in another way, far below 0.5"
    )

    def probabilities_for(first):
        """What best_model gives for the first test images."""
        try:
            answers = keras.ops.convert_to_numpy(best_model(unseen[:first]))
        except TypeError:
            expect.true(
                False,
                "best_model is a Keras model",
                got="something that cannot be called",
                cause="best_model is what fit returned, the History, rather than the model",
                step="Call the model best_model, then train it with best_model.fit(…).",
            )
        expect.true(
            bool(np.isfinite(answers).all()),
            "the probabilities for test images are finite numbers",
            got="NaN or infinity",
            cause="the learning rate was so large that the weights grew beyond all bounds",
            step="Divide the learning rate by ten until the loss stays finite.",
        )
        return answers

    def accuracy_of(answers):
        return float(np.mean(np.argmax(answers, axis=1) == fashion_again.y_test[: len(answers)]))

    with exercise.part("the network has learned something", points=1):
        probabilities = probabilities_for(1_000)
        expect.at_least(
            accuracy_of(probabilities),
            0.6,
            "the accuracy on 1,000 test images",
            figure="best_test_accuracy",
            cause=untrained,
            step="Train on x_train and y_train, and look at the validation accuracy while you do.",
        )
        expect.close(
            probabilities.sum(axis=1),
            np.ones(1_000),
            "the sums of the ten outputs for each of these images",
            rtol=0.01,
            cause="there is no softmax at the end: the outputs are logits"
            if probabilities.min() < 0
            else "the outputs are not divided by their sum, as a softmax does",
            step="End with a softmax, and leave from_logits out.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("it has learned it well", points=2):
        share = accuracy_of(probabilities_for(10_000))
        # results.json has the reference's mean and standard deviation over seeds, and this threshold's error rate
        expect.at_least(
            share,
            0.8,
            "the accuracy on all 10,000 test images",
            figure="best_test_accuracy",
            cause="a learning rate that is too small for so few epochs, or so large that training jumps about"
            if share > 0.5
            else untrained,
            step="Compare the learning rates of the last experiment, and use up to ten epochs.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% tags=["experiment", "nbval-ignore-output"]
best_accuracy = best_model.evaluate(x_test, y_test, batch_size=500, verbose=0, return_dict=True)["accuracy"]
runs.record("best_test_accuracy", best_accuracy)
print(f"gained over the first network: {best_accuracy - test_accuracy:+.3f}")

# %% [markdown]
# ## Check your work
#
# The next cell runs all checks again, on your answers as they are now, and lists what is done and what is
# missing. It takes a few seconds and does not train your networks again. Before you submit, choose
# *Restart kernel and run all cells* and look here once more: graders run the notebook from the top, too.
# (Exercise 9, in words, is marked by a person. The points shown here are only those of the checks that you
# see; the others follow when your work is graded.)

# %% tags=["experiment", "nbval-ignore-output"]
from course_utils import selfcheck

selfcheck.report()

# %% [markdown]
# ## What to take away
#
# - **Look first**: at images, class counts, and the largest value after standardising.
# - Means and standard deviations for preparing the data come from the **training images alone**;
#   validation images are for choices, test images for the final verdict.
# - You can count every parameter: $(\text{inputs} + 1) \times \text{units}$ for each layer, plus what an
#   activation function learns. Ours has 266,610.
# - Gradients are sums of products of weights and **slopes**. Sigmoids pass on a quarter at best and
#   saturate; dead ReLUs pass on nothing. He initialisation keeps the signal's size through ReLU layers.
# - One folder for each run, and the best epoch kept **across** runs. What "best" means depends on what
#   you monitor.
# - A confusion matrix says which mistakes are made; a single accuracy does not.
# - Of all settings, tune the **learning rate** first: find it with a range test, begin at a tenth of the
#   rate at the lowest point, then try larger ones. And recognise 2.3 when you see it.
# - Two numbers from one seed each are not a comparison.
#
# ## Papers
#
# - D. Rumelhart, G. Hinton, R. Williams, *Learning representations by back-propagating errors*,
#   Nature 1986. doi:10.1038/323533a0
# - X. Glorot, Y. Bengio, *Understanding the difficulty of training deep feedforward neural networks*,
#   AISTATS 2010, PMLR 9:249-256
# - A. Maas, A. Hannun, A. Ng, *Rectifier nonlinearities improve neural network acoustic models*, ICML
#   2013 workshop on deep learning for audio, speech and language processing
# - K. He, X. Zhang, S. Ren, J. Sun, *Delving deep into rectifiers: surpassing human-level performance on
#   ImageNet classification*, ICCV 2015. arXiv:1502.01852
# - G. Klambauer, T. Unterthiner, A. Mayr, S. Hochreiter, *Self-normalizing neural networks*,
#   NeurIPS 2017. arXiv:1706.02515
# - H. Xiao, K. Rasul, R. Vollgraf, *Fashion-MNIST: a novel image dataset for benchmarking machine
#   learning algorithms*, 2017. arXiv:1708.07747
# - L. Smith, *Cyclical learning rates for training neural networks*, WACV 2017. arXiv:1506.01186
