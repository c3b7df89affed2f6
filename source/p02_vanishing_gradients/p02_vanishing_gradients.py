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
# # Practical 2: Vanishing and exploding gradients
#
# A network of two hidden layers learns well. Why not take sixty? In this practical you follow the gradient
# on its way back through a deep network, layer by layer, first in NumPy and then in Keras. You see it
# vanish, you see it explode, and you try what helps.
#
# **When you have finished, you can**
#
# 1. write a forward and a backward pass yourself, and prove with a gradient check that they are right;
# 2. measure the gradient that reaches each layer of a Keras model, and find where it dries up;
# 3. say what depth, activation function and initial weights do to it, and why;
# 4. predict after how many layers a signal overflows, and clip a gradient with or without turning it;
# 5. build skip connections, and say what they do for the gradient, and what they cost.
#
# **It assumes** Practical 1 (Keras' `Dense` and `Sequential`, cross-entropy, He and Glorot weights) and
# the chain rule for vectors.
#
# **How it works.** As before: an experiment begins with a question under *Predict*; write your guess down
# before you run the cell. In an exercise, replace `raise NotImplementedError(…)` with your answer and run
# the check below it. More checks run when your work is graded, on inputs that you have not seen.
#
# | Exercise | Points | | Exercise | Points |
# |---|---|---|---|---|
# | 1 The best case of the sigmoid | 2 | | 8 Where it becomes quiet | 2 |
# | 2 Forward pass | 3 | | 9 Two kinds of silence (in words) | 3 |
# | 3 Backward pass | 4 | | 10 Layers until overflow | 2 |
# | 4 Gradient check | 3 | | 11 Clip a gradient | 4 |
# | 5 How much slower? | 2 | | 12 Which clipping keeps the direction? | 2 |
# | 6 Build the deep network | 3 | | 13 Skip connections | 3 |
# | 7 Gradient norms of a Keras model | 3 | | **Total** | **36** |
#
# **Time.** On two processor cores that did nothing else, the whole notebook took three minutes at the full budget (the
# default, for working through it) and less than one at the quick budget (for checking that everything
# runs). Plan three to four hours for reading, guessing and answering.
#
# **Help.** When a check of shapes fails, print the shapes of all arrays in a new cell and follow them
# through the formula. When things get confusing, choose *Restart kernel and run all cells*. When you ask
# somebody, quote the feedback of the check in full.

# %% [markdown]
# ## 0 Set up

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
from itertools import pairwise

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import tensorflow as tf

from course_utils import data, expect, plots, probes, runs, training

print(training.describe_budget())
print(
    f"Keras {keras.__version__} on {keras.backend.backend()}:", ", ".join(keras.distribution.list_devices())
)

# %% [markdown]
# ## 1 A gradient is a product
#
# We begin without Keras, so that nothing is hidden. A chain of $L$ layers without biases, counted from 0,
# takes a column vector $h_0 = x$ and computes
#
# $$a_l = W_l h_l, \qquad h_{l+1} = g(a_l) \qquad (l = 0, \dots, L-1),$$
#
# so $h_l$ is the **input** of layer $l$, $a_l$ its pre-activation, and $h_L$ the network's output. The
# loss compares the output with a target $t$,
#
# $$E = \tfrac12 \lVert h_L - t \rVert^2 .$$
#
# Write $\delta_l = \partial E / \partial a_l$. The chain rule gives, from the last layer back to the
# first (Rumelhart, Hinton and Williams, 1986),
#
# $$\delta_{L-1} = (h_L - t) \odot g'(a_{L-1}), \qquad
# \delta_{l-1} = \left(W_l^\top \delta_l\right) \odot g'(a_{l-1}), \qquad
# \frac{\partial E}{\partial W_l} = \delta_l\, h_l^\top,$$
#
# where $\odot$ multiplies entry by entry. Look at the middle formula: on its way through one layer the
# gradient is multiplied by the **weights** and by the **slopes**. Through fifty layers, fifty times.
#
# (In Keras an input is a row and a layer computes $hW$; here, as in most papers, it is a column, and a
# layer computes $Wh$. Beware of the indices too: many texts count the input of layer $l$ as $l-1$.)
#
# ### Exercise 1: The best case of the sigmoid (2 points)
#
# Let $g$ be the sigmoid, $\sigma(a) = 1/(1 + e^{-a})$, and suppose that the weights neither stretch nor
# shrink the gradient: all that changes its size are the slopes, and all slopes are as large as they can
# be. Give
#
# - `best_slope`, the largest slope that a sigmoid has;
# - `layers_to_a_millionth`, the smallest number of layers whose slopes, multiplied, are below one
#   millionth ($10^{-6}$);
# - `best_slowdown`, the factor by which the $\delta$ of the 30th layer of fifty is smaller than that of
#   the 50th and last layer. (A number above 1. Python may compute it.)

# %% nbgrader={"grade": false, "grade_id": "best-case", "locked": false, "schema_version": 3, "solution": true, "task": false}
# best_slope = …
# layers_to_a_millionth = …
# best_slowdown = …
### BEGIN SOLUTION
best_slope = 0.25
layers_to_a_millionth = 10
best_slowdown = 4.0**20
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "best-case-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("The best case of the sigmoid", points=2) as exercise:
    with exercise.part("the answers are numbers", points=0):
        expect.shape(best_slope, (), "best_slope", step="Assign one number.")
        expect.shape(layers_to_a_millionth, (), "layers_to_a_millionth", step="Assign one number.")
        expect.shape(best_slowdown, (), "best_slowdown", step="Assign one number.")
    ### BEGIN HIDDEN TESTS
    with exercise.part("slope and layers", points=1):
        expect.close(
            best_slope,
            0.25,
            "best_slope",
            describe="a number between 0 and 1",
            mistakes={
                "that is the sigmoid where it is steepest, not its slope there": 0.5,
                "that is the largest value of the sigmoid, not its largest slope": 1.0,
            },
            step="Write the slope as σ(a) · (1 − σ(a)), and find where that is largest.",
        )
        expect.equal(
            layers_to_a_millionth,
            10,
            "layers_to_a_millionth",
            describe="a whole number",
            mistakes={
                "that many layers of slope 1/2 are needed; the best slope is smaller": 20,
                "after so many layers the product is still above one millionth": 9,
                "a fractional number of layers was not rounded up": np.log(1e-6) / np.log(0.25),
            },
            step="Multiply the best slope by itself until the product is below 1e-6, and count.",
        )
    with exercise.part("how much slower the 30th layer is", points=1):
        expect.close(
            best_slowdown,
            4.0**20,
            "best_slowdown",
            rtol=0.01,
            atol=0,
            describe="a number above 1",
            mistakes={
                "this is its inverse, a number below 1": 0.25**20,
                "this goes through 30 layers; count the layers between the two": 4.0**30,
                "this counts one layer too few": 4.0**19,
                "this counts one layer too many": 4.0**21,
                "each layer was taken for a half rather than a quarter": 2.0**20,
                "the layers' factors multiply; they do not add": 4.0 * 20,
            },
            step="From δ of layer 50 to δ of layer 30, how many times is the middle formula applied?",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Exercise 2: Forward pass (3 points)
#
# The notebook gives you three activation functions and their slopes, by name.


# %% nbgrader={"grade": false, "grade_id": "activations", "locked": true, "schema_version": 3, "solution": false, "task": false}
def activate(name, a):
    """The activation function "sigmoid", "tanh" or "linear" of each entry of the array `a`."""
    if name == "sigmoid":
        return 1 / (1 + np.exp(-a))
    return np.tanh(a) if name == "tanh" else a


def slope(name, a):
    """The derivative of the activation function `name` at each entry of the array `a`."""
    if name == "sigmoid":
        return activate(name, a) * (1 - activate(name, a))
    return 1 - np.tanh(a) ** 2 if name == "tanh" else np.ones_like(a)


# %% [markdown]
# Write `forward(weights, x, name)`. It returns two lists, because the backward pass will need everything
# that was computed on the way: `a`, the $L$ pre-activations, and `h`, which begins with $x$ itself and
# ends with the output, so it has $L + 1$ entries. The list indices are those of the formulas: `a[l]`
# belongs to `weights[l]`, and `h[l]` is what goes *into* that layer.


# %% nbgrader={"grade": false, "grade_id": "forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def forward(weights, x, name):
    """Forward pass through a chain of layers without biases.

    Args:
        weights: list of L arrays, weights[l] of shape (units of layer l, inputs of layer l).
        x: the input, an array of shape (inputs of layer 0,).
        name: activation function of all layers, "sigmoid", "tanh" or "linear".

    Returns:
        a: list of L arrays, the pre-activations.
        h: list of L + 1 arrays; h[0] is x, h[l] the input of layer l, h[-1] the output.
    """
    ### BEGIN SOLUTION
    a, h = [], [x]
    for matrix in weights:
        a.append(matrix @ h[-1])
        h.append(activate(name, a[-1]))
    return a, h
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "forward-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Forward pass", points=3) as exercise:
    rng = np.random.default_rng()

    with exercise.part("a chain of one layer", points=1):
        matrix, start = rng.normal(size=(3, 4)), rng.normal(size=4)
        found_a, found_h = forward([matrix], start, "tanh")
        expect.equal(
            [len(found_a), len(found_h)],
            [1, 2],
            "the lengths of a and h for one layer",
            mistakes={
                "h does not hold the input": [1, 1],
                "a and h are in reverse order": [2, 1],
                "a holds the input too": [2, 2],
            },
            step="Begin with h = [x] and a = []; each layer appends one array to each.",
        )
        expect.close(
            found_a[0],
            matrix @ start,
            "the pre-activation a[0] of one layer of tanh",
            mistakes={"this is the activation, not the pre-activation": np.tanh(matrix @ start)},
            step="Append W h to a before you apply the activation function.",
        )
        expect.close(found_h[0], start, "h[0]", step="The first entry of h is the input.")
        expect.close(
            found_h[1],
            np.tanh(matrix @ start),
            "h[1], the output of one layer of tanh",
            mistakes={
                "there is no activation function": matrix @ start,
                "the activation function is always the sigmoid": 1 / (1 + np.exp(-(matrix @ start))),
            },
            step="Apply activate(name, …) to the pre-activation.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("layers of different widths", points=1):
        for bend, name in (
            (np.tanh, "tanh"),
            (lambda z: 1 / (1 + np.exp(-z)), "sigmoid"),
            (lambda z: z, "linear"),
        ):
            widths = rng.permutation(np.arange(2, 8))
            chain = [rng.normal(size=(units, inputs)) for inputs, units in pairwise(widths)]
            right_a, right_h = [], [rng.normal(size=widths[0])]
            for matrix in chain:
                right_a.append(matrix @ right_h[-1])
                right_h.append(bend(right_a[-1]))
            found_a, found_h = forward(chain, right_h[0], name)
            expect.close(found_a, right_a, f"a, for five layers of {name} of different widths")
            expect.close(
                found_h,
                right_h,
                f"h, for five layers of {name} of different widths",
                mistakes={
                    "the last layer has no activation function": [*right_h[:-1], right_a[-1]],
                    "the list is in reverse order": right_h[::-1],
                },
                step="Every layer has the activation function, the last one too.",
            )
    with exercise.part("layers of equal width, and the arguments as they were", points=1):
        chain, start = list(rng.normal(size=(4, 5, 5))), rng.normal(size=5)
        kept = [start.copy(), *(matrix.copy() for matrix in chain)]
        right, transposed = [start], [start]
        for matrix in chain:
            right.append(1 / (1 + np.exp(-matrix @ right[-1])))
            transposed.append(1 / (1 + np.exp(-matrix.T @ transposed[-1])))
        expect.close(
            forward(chain, start, "sigmoid")[1],
            right,
            "h, for four layers of five sigmoids",
            mistakes={"this is h W (a row times a matrix), not W h": transposed},
            step="Here inputs are columns: the matrix stands on the left.",
        )
        expect.equal(
            [start, *chain], kept, "x and weights after the call", step="Make new arrays; change no argument."
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Exercise 3: Backward pass (4 points)
#
# Write `backward(weights, a, h, target, name)`, which returns the list of the $L$ gradients
# $\partial E / \partial W_l$, in the order of `weights`.
#
# The check that you see looks at the last layer only, and hidden checks look at the others. You need not
# be in the dark about these: the next exercise is a tool that tells you.


# %% nbgrader={"grade": false, "grade_id": "backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def backward(weights, a, h, target, name):
    """Backward pass: the gradient of half the squared distance between output and target.

    Args:
        weights, name: as in `forward`.
        a, h: what `forward` returned.
        target: array of the shape of the output h[-1].

    Returns:
        A list of L arrays; the one at l has the shape of weights[l].
    """
    ### BEGIN SOLUTION
    gradients = []
    delta = (h[-1] - target) * slope(name, a[-1])
    for layer in reversed(range(len(weights))):
        gradients.append(np.outer(delta, h[layer]))
        if layer > 0:
            delta = (weights[layer].T @ delta) * slope(name, a[layer - 1])
    return gradients[::-1]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "backward-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Backward pass", points=4) as exercise:
    rng = np.random.default_rng()

    with exercise.part("the gradient of a single layer", points=1):
        matrix, start, wanted = rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=3)
        before = matrix @ start
        output = np.tanh(before)
        gradients = backward([matrix], [before], [start, output], wanted, "tanh")
        expect.equal(len(gradients), 1, "the number of gradients of a single layer")
        right = np.outer((output - wanted) * (1 - output**2), start)
        expect.close(
            gradients[0],
            right,
            "the gradient of a single layer of tanh",
            mistakes={
                "it is transposed: it should have the shape of the weights": right.T,
                "the slope of the activation function is missing": np.outer(output - wanted, start),
                "the sign is wrong: it points downhill": -right,
                "there is a factor 2 too many; the loss has a half in front": 2 * right,
                "the slope was taken at the activation, not at the pre-activation": np.outer(
                    (output - wanted) * (1 - np.tanh(output) ** 2), start
                ),
            },
            step="np.outer(delta, h[l]) is the matrix with entries delta_i h_j.",
        )

    ### BEGIN HIDDEN TESTS
    def squash(z):
        return 1 / (1 + np.exp(-z))

    def passes(chain, start, bend):
        """Pre-activations and inputs of all layers."""
        before, after = [], [start]
        for matrix in chain:
            before.append(matrix @ after[-1])
            after.append(bend(before[-1]))
        return before, after

    def gradients_with(chain, inputs, slopes, error, *, back=None, steep=None):
        """Gradients by the chain rule; `back` and `steep` stand for a mistake in going from layer to layer."""
        back, steep = back or [matrix.T for matrix in chain], steep or slopes
        delta, found = error * slopes[-1], []
        for layer in range(len(chain) - 1, -1, -1):
            found.insert(0, np.outer(delta, inputs[layer]))
            if layer:
                delta = back[layer] @ delta * steep[layer - 1]
        return found

    with exercise.part("four layers of equal width", points=2):
        chain, start, wanted = list(rng.normal(size=(4, 5, 5))), rng.normal(size=5), rng.uniform(size=5)
        before, after = passes(chain, start, squash)
        slopes, error = [squash(z) * (1 - squash(z)) for z in before], after[-1] - wanted
        of_outputs = [squash(out) * (1 - squash(out)) for out in after[1:]]
        expect.close(
            backward(chain, before, after, wanted, "sigmoid"),
            gradients_with(chain, after, slopes, error),
            "the gradients of four layers of five sigmoids",
            rtol=1e-6,
            atol=0,
            mistakes={
                "the weights on the way back are not transposed": gradients_with(
                    chain, after, slopes, error, back=chain
                ),
                "delta was multiplied with the weights of the layer before: the index is one off": gradients_with(
                    chain, after, slopes, error, back=[chain[0].T, *(matrix.T for matrix in chain[:-1])]
                ),
                "the slopes are those of the layer after: the index is one off": gradients_with(
                    chain, after, slopes, error, steep=slopes[1:]
                ),
                "delta was multiplied with the layer's output, not with its input: the index is one off": gradients_with(
                    chain, after[1:], slopes, error
                ),
                "only the last layer has its slope; the slopes on the way back are missing": gradients_with(
                    chain, after, slopes, error, steep=[1.0] * 4
                ),
                "the slopes were taken at the activations, not at the pre-activations": gradients_with(
                    chain, after, of_outputs, error
                ),
                "the list is in reverse order": gradients_with(chain, after, slopes, error)[::-1],
            },
            step="Write your own gradient check (Exercise 4) and see in which layers it sounds the alarm.",
        )
    with exercise.part("different widths and activation functions", points=1):
        for bend, name in ((np.tanh, "tanh"), (lambda z: z, "linear"), (squash, "sigmoid")):
            widths = rng.permutation(np.arange(2, 8))
            chain = [rng.normal(size=(units, inputs)) / 2 for inputs, units in pairwise(widths)]
            before, after = passes(chain, rng.normal(size=widths[0]), bend)
            wanted = rng.normal(size=widths[-1])
            curves = {
                "tanh": [1 - np.tanh(z) ** 2 for z in before],
                "linear": [np.ones_like(z) for z in before],
                "sigmoid": [squash(z) * (1 - squash(z)) for z in before],
            }
            expect.close(
                backward(chain, before, after, wanted, name),
                gradients_with(chain, after, curves[name], after[-1] - wanted),
                f"the gradients of five layers of {name} of different widths",
                rtol=1e-6,
                atol=1e-12,
                mistakes={
                    "the slopes are always those of the sigmoid": gradients_with(
                        chain, after, curves["sigmoid"], after[-1] - wanted
                    )
                },
                step="Take the slopes from slope(name, …), and all sizes from the arguments.",
            )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Exercise 4: Gradient check (3 points)
#
# A wrong gradient does not crash. The network learns a little worse, and nobody knows why. But there is a
# way to compute a gradient that needs no chain rule and no cleverness: change a single weight $w$ a
# little, and see what the loss does. The **central difference**
#
# $$\frac{\partial E}{\partial w} \approx \frac{E(w + s) - E(w - s)}{2 s}$$
#
# has an error that shrinks with $s^2$, while that of the one-sided $(E(w+s) - E(w))/s$ shrinks only with
# $s$. It costs two forward passes for *each* weight, far too slow for training, and just right for a test.
#
# 1. Write `numerical_gradients(weights, x, target, name, step=1e-5)`, which returns a list of arrays like
#    `backward`. It uses your `forward`. Every weight must have its old value again at the end.
# 2. Write `relative_errors(gradients, others)`: for each layer, a number that says how different two
#    gradients $G$ and $G'$ of that layer are, $\lVert G - G' \rVert / (\lVert G \rVert + \lVert G' \rVert)$,
#    where $\lVert \cdot \rVert$ is the root of the sum of the squares of all entries. It lies between 0
#    (equal) and 1.


# %% nbgrader={"grade": false, "grade_id": "gradient-check", "locked": false, "schema_version": 3, "solution": true, "task": false}
def numerical_gradients(weights, x, target, name, step=1e-5):
    """The gradients that `backward` computes, by central differences.

    Args:
        weights, x, target, name: as in `forward` and `backward`.
        step: how much each weight is changed, up and down.

    Returns:
        A list of L arrays; the one at l has the shape of weights[l].
    """

    ### BEGIN SOLUTION
    def loss():
        return np.sum((forward(weights, x, name)[1][-1] - target) ** 2) / 2

    gradients = []
    for matrix in weights:
        gradient = np.empty(matrix.shape)
        for index in np.ndindex(*matrix.shape):
            kept = matrix[index]
            matrix[index] = kept + step
            above = loss()
            matrix[index] = kept - step
            below = loss()
            matrix[index] = kept
            gradient[index] = (above - below) / (2 * step)
        gradients.append(gradient)
    return gradients
    ### END SOLUTION


def relative_errors(gradients, others):
    """How different two lists of gradients are, a list of one number (0 to 1) for each layer."""
    ### BEGIN SOLUTION
    return [
        np.linalg.norm(gradient - other) / (np.linalg.norm(gradient) + np.linalg.norm(other))
        for gradient, other in zip(gradients, others, strict=True)
    ]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "gradient-check-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Gradient check", points=3) as exercise:
    rng = np.random.default_rng()

    with exercise.part("two linear layers, for which central differences are exact", points=1):
        lower, upper = rng.normal(size=(3, 4)), rng.normal(size=(2, 3))
        start, wanted = rng.normal(size=4), rng.normal(size=2)
        found = numerical_gradients([lower, upper], start, wanted, "linear", 0.1)
        error = upper @ lower @ start - wanted
        right = np.outer(error, lower @ start)
        steep = (lower @ start) ** 2  # what a one-sided difference gets wrong, in units of the step / 2
        expect.equal(len(found), 2, "the number of gradients of two layers")
        expect.close(
            found[1],
            right,
            "the numerical gradient of the second of two linear layers, with step=0.1",
            rtol=1e-6,
            atol=1e-9,
            mistakes={
                "this is a one-sided difference": right + 0.05 * steep,
                "twice too large: this divides by the step, not by twice the step, or the loss has no half in front": 2
                * right,
                "the sign is wrong": -right,
            },
            step="Change one entry of the weights up and down, and compute the loss each time.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("sigmoids, and the weights as they were", points=1):

        def loss_of(chain, start, wanted):
            for matrix in chain:
                start = 1 / (1 + np.exp(-matrix @ start))
            return np.sum((start - wanted) ** 2) / 2

        chain = [rng.normal(size=(4, 3)), rng.normal(size=(3, 4)), rng.normal(size=(2, 3))]
        start, wanted, by = rng.normal(size=3), rng.uniform(size=2), float(rng.uniform(0.3, 0.6))
        original = [matrix.copy() for matrix in chain]
        found = numerical_gradients(chain, start, wanted, "sigmoid", by)

        def differences(up, down):
            """Difference quotients of every weight, moved by `up` and by `down`."""
            found = [np.zeros(matrix.shape) for matrix in original]
            for layer, matrix in enumerate(original):
                for index in np.ndindex(*matrix.shape):
                    losses = []
                    for move in (up, down):
                        changed = [other.copy() for other in original]
                        changed[layer][index] += move
                        losses.append(loss_of(changed, start, wanted))
                    found[layer][index] = (losses[0] - losses[1]) / (up - down)
            return found

        def differences_of_drifting_weights():
            """Central differences when no weight is put back."""
            drifting, found = [matrix.copy() for matrix in original], []
            for matrix in drifting:
                found.append(np.zeros(matrix.shape))
                for index in np.ndindex(*matrix.shape):
                    matrix[index] += by
                    above = loss_of(drifting, start, wanted)
                    matrix[index] -= 2 * by
                    found[-1][index] = (above - loss_of(drifting, start, wanted)) / (2 * by)
            return found

        expect.close(
            found,
            differences(by, -by),
            f"the central differences of three layers of sigmoids, with step={by:.3f}",
            rtol=1e-6,
            atol=1e-9,
            mistakes={
                "these are one-sided differences": differences(by, 0),
                "the argument step is ignored": differences(1e-5, -1e-5),
                "a weight keeps its new value while the next ones are tried": differences_of_drifting_weights(),
            },
            step="Use E(w + step) and E(w − step), and put the old weight back before you go to the next.",
        )
        expect.close(
            numerical_gradients(original, start, wanted, "sigmoid"),
            differences(1e-5, -1e-5),
            "the numerical gradients with the default step",
            rtol=1e-4,
            atol=1e-8,
        )
        expect.close(
            chain,
            original,
            "the weights after the call",
            step="Keep the old value of the weight, and put that back.",
        )
    with exercise.part("relative errors", points=1):
        ours = [rng.normal(size=(3, 4)), rng.normal(size=(2, 3)), rng.normal(size=(2, 2))]
        theirs = [gradient + rng.normal(size=gradient.shape) for gradient in ours[:2]] + [-ours[2]]

        def size(array):
            return np.sqrt(np.sum(array**2))

        distances = [size(our - their) for our, their in zip(ours, theirs, strict=True)]
        totals = [size(our) + size(their) for our, their in zip(ours, theirs, strict=True)]
        expect.close(
            relative_errors(ours, theirs),
            np.divide(distances, totals),
            "the relative errors of three layers, the last with opposite gradients",
            mistakes={
                "this is the distance, not yet divided": distances,
                "this divides by one of the two norms only": np.divide(
                    distances, [size(their) for their in theirs]
                ),
                "this divides by the first of the two norms only": np.divide(
                    distances, [size(our) for our in ours]
                ),
                "this uses a matrix norm (the largest stretch), not the root of the sum of squares": [
                    np.linalg.norm(our - their, 2) / (np.linalg.norm(our, 2) + np.linalg.norm(their, 2))
                    for our, their in zip(ours, theirs, strict=True)
                ],
            },
            step="For one layer: the norm of the difference, divided by the sum of both norms.",
        )
        expect.close(relative_errors(ours, ours), np.zeros(3), "the relative errors of equal gradients")
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Experiment: two famous bugs
#
# Two mistakes occur so often in backward passes that they are in published code: the **transpose** is
# forgotten ($W_l \delta_l$), or an **index** is one off ($\delta_l h_{l+1}^\top$). With layers of equal
# width neither crashes. We can imitate both without touching your function: hand it transposed weights,
# or a list `h` that is shifted by one.
#
# **Predict.** In a chain of five layers, in which layers does the gradient check sound the alarm, for each
# of the two bugs? How small is the relative error where everything is right: about $10^{-2}$, $10^{-5}$,
# $10^{-10}$?

# %% tags=["experiment", "nbval-ignore-output"]
rng = np.random.default_rng(training.base_seed())
five_layers, x, target = list(rng.normal(size=(5, 5, 5))), rng.normal(size=5), rng.uniform(size=5)
a, h = forward(five_layers, x, "sigmoid")
by_hand = {
    "as it should be": backward(five_layers, a, h, target, "sigmoid"),
    "transpose forgotten": backward([matrix.T for matrix in five_layers], a, h, target, "sigmoid"),
    "index one off": backward(five_layers, a, [*h[1:], h[-1]], target, "sigmoid"),
}
numerical = numerical_gradients(five_layers, x, target, "sigmoid")
errors = pd.DataFrame({bug: relative_errors(gradients, numerical) for bug, gradients in by_hand.items()})
print("relative error of each layer")
print(errors.rename_axis("layer").to_string(float_format="{:.1e}".format))
figure, axis = plt.subplots(figsize=(7, 3), layout="constrained")
for (bug, of_layers), colour, marker in zip(errors.items(), plots.COLOURS, "os^", strict=False):
    axis.plot(of_layers, marker, color=colour, label=bug, alpha=0.8, markersize=8)
axis.set(yscale="log", xlabel="layer (0 is the one next to the input)", ylabel="relative error (log scale)")
axis.set_xticks(range(5))
axis.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
plots.show(
    figure,
    alt="Relative error of each of five layers, logarithmic. The right gradient: tiny in every layer. Transpose forgotten: "
    "near 1, but tiny in the last layer. Index one off: above a tenth in every layer.",
)
runs.record("largest_relative_error_of_a_right_gradient", errors["as it should be"].max())
runs.record("smallest_relative_error_where_wrong", errors.iloc[:4, 1:].to_numpy().min())

# %% [markdown]
# **See and explain.** A right gradient differs from the numerical one by about $10^{-8}$ or less, a wrong one
# by a tenth or more. A forgotten transpose spares the *last* layer, whose gradient is computed before any
# matrix is multiplied: a test that looks at the last layer only would have passed it (like the check of
# Exercise 3 that you saw). An index that is one off spoils every layer. So check all layers, and check on
# a small network with random weights.
#
# **Go further.** Let `step` run from $10^{-1}$ to $10^{-13}$ and plot the error on logarithmic axes. Why
# does it grow again at the small end? Where is its lowest point in float32?

# %% [markdown]
# ### Exercise 5: How much slower? (2 points)
#
# Gradient descent moves each layer's weights by the learning rate times their gradient. So the ratio of
# two gradient norms says how much slower one layer learns than the other.
#
# 1. Write `times_slower(gradients, layer)`: the last layer's gradient norm divided by that of `layer`
#    (counted from 0).
# 2. Write `factor_per_layer(gradients)`: the constant factor which, applied once for each step from a
#    layer to the one before it, would take the last layer's norm to the first layer's.


# %% nbgrader={"grade": false, "grade_id": "slower", "locked": false, "schema_version": 3, "solution": true, "task": false}
def times_slower(gradients, layer):
    """The norm of the last gradient, divided by that of the gradient at index `layer`.

    Args:
        gradients: list of arrays of any shapes, one for each layer.
        layer: index of a layer, from 0.

    Returns:
        A number.
    """
    ### BEGIN SOLUTION
    return np.linalg.norm(gradients[-1]) / np.linalg.norm(gradients[layer])
    ### END SOLUTION


def factor_per_layer(gradients):
    """The constant factor per layer that leads from the last gradient's norm to the first one's."""
    ### BEGIN SOLUTION
    return times_slower(gradients, 0) ** (-1 / (len(gradients) - 1))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "slower-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("How much slower?", points=2) as exercise:
    rng = np.random.default_rng()
    steep = float(rng.uniform(0.1, 0.4))
    matrices = [rng.normal(size=(4, 3)) * steep ** (6 - layer) for layer in range(7)]
    sizes = np.array([np.sqrt(np.sum(matrix**2)) for matrix in matrices])

    with exercise.part("times_slower", points=1):
        for layer in (0, 3, 6):
            expect.close(
                times_slower(matrices, layer),
                sizes[-1] / sizes[layer],
                f"times_slower(gradients, {layer}) of seven layers",
                mistakes={
                    "this is its inverse": sizes[layer] / sizes[-1],
                    "this is the norm of the last layer, not yet divided": sizes[-1],
                    "layers are counted from 0 here": sizes[-1] / sizes[layer - 1],
                    "this uses the sum of squares, without the root": (sizes[-1] / sizes[layer]) ** 2,
                },
                step="Divide the last layer's norm by that of the layer in question.",
            )
    ### BEGIN HIDDEN TESTS
    with exercise.part("factor_per_layer", points=1):
        whole = sizes[0] / sizes[-1]
        expect.close(
            factor_per_layer(matrices),
            whole ** (1 / 6),
            "factor_per_layer of seven layers",
            mistakes={
                "from the first to the last of seven layers there are six steps, not seven": whole ** (1 / 7),
                "this is the factor from a layer to the one after it": whole ** (-1 / 6),
                "factors multiply: take a root, do not divide": whole / 6,
                "this is the mean of the single factors; their product does not lead to the first norm": np.mean(
                    sizes[:-1] / sizes[1:]
                ),
            },
            step="The factor, to the power of the number of steps, is the ratio of first to last norm.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Experiment: fifty layers of sigmoids
#
# Now the chain gets long: fifty layers of five sigmoids. The weights are normal random numbers with mean 0
# and a standard deviation of 0.45 (that is $1/\sqrt 5$: on average such a matrix keeps the length of a
# vector), 1, or 4. Each chain is drawn many times, and your two functions of Exercise 5 measure it.
#
# **Predict.** The best case above was a factor of 1/4 for each layer. Where will the three lie: below it,
# or above? Can larger weights save the gradient?


# %% tags=["experiment", "nbval-ignore-output"]
def gradients_of_chain(stddev, seed, depth=50, width=5):
    """The gradient of each layer of a chain of sigmoids with random weights, input and target."""
    rng = np.random.default_rng(seed)
    weights = list(rng.normal(scale=stddev, size=(depth, width, width)))
    x, target = rng.normal(size=width), rng.uniform(size=width)
    return backward(weights, *forward(weights, x, "sigmoid"), target, "sigmoid")


CHAIN_SEEDS = training.seeds(50)
chains = {stddev: [gradients_of_chain(stddev, seed) for seed in CHAIN_SEEDS] for stddev in (4, 1, 5**-0.5)}
curves = {
    f"sd {stddev:.2g}": np.linalg.norm(np.array(of_chains), axis=(2, 3))
    for stddev, of_chains in chains.items()
}
best_case = np.median(curves["sd 0.45"][:, -1]) * 0.25 ** np.arange(49, -1, -1)
figure = plots.per_layer(
    curves | {"1/4 a layer": best_case}, "norm of the gradient of W (log scale)", "initial weights"
)
plots.show(
    figure,
    alt="Norm of the gradient of each of fifty layers, on a logarithmic axis. All curves fall steeply and evenly "
    "from the last layer to the first; with larger weights they fall less steeply.",
)
for stddev, of_chains in chains.items():
    per_layer = np.array([factor_per_layer(gradients) for gradients in of_chains])
    slower = np.log10([times_slower(gradients, 29) for gradients in of_chains])
    print(f"weights with standard deviation {stddev:.2g}, over {len(CHAIN_SEEDS)} chains:")
    print(f"    factor for each layer: {per_layer.mean():.3f} ± {per_layer.std(ddof=1):.3f}")
    print(f"    last layer / 30th layer: 10 to the power of {slower.mean():.1f} ± {slower.std(ddof=1):.1f}")
    runs.record(f"chain_factor_a_layer_sd_{stddev:.2g}", per_layer.mean())
    runs.record(f"chain_log10_slowdown_of_30th_layer_sd_{stddev:.2g}", slower.mean())

# %% [markdown]
# **See.** A line is the median over the chains, and a band goes from the smallest to the largest (so it does in
# all plots by layer). On the logarithmic axis all curves are straight: each layer multiplies the gradient by
# about the same factor, and fifty layers take its fiftieth power.
#
# **Explain.** This is the **vanishing gradient** (Hochreiter, 1998). With weights that keep a vector's length,
# the factor per layer is 0.21 ± 0.01, a little below the best case of 1/4. The 30th layer is then about
# $10^{14}$ times slower than the last one. With a standard deviation of 1 the weights stretch the gradient,
# and the factor is 0.37 ± 0.02, *above* 1/4:
# the best case assumed weights that do not stretch. Weights four times as large again stretch four times
# as much, and yet the factor grows to 0.49 ± 0.09 only. They make the pre-activations large, where the
# sigmoids are saturated: what the weights gain, the slopes lose. And the band is wide now, for it has
# become a matter of luck how many units are saturated.
#
# **Go further.** Replace the sigmoid by tanh, whose largest slope is 1. For which standard deviation does
# the gradient keep its size?

# %% [markdown]
# ## 2 Sixty layers in Keras
#
# Back to Keras and to real images: Fashion-MNIST, as in Practical 1. All grey values are standardised with
# one mean and one standard deviation, those of the training images.

# %% nbgrader={"grade": false, "grade_id": "load-data", "locked": true, "schema_version": 3, "solution": false, "task": false}
N_TRAIN = training.budget(full=10_000, quick=960)
N_VALID = 5_000

fashion = data.load("fashion_mnist")
rows = fashion.x_train[: N_VALID + N_TRAIN].reshape(-1, 784).astype("float32")
mean, deviation = rows[N_VALID:].mean(), rows[N_VALID:].std()
x_valid, y_valid = (rows[:N_VALID] - mean) / deviation, fashion.y_train[:N_VALID]
x_train, y_train = (rows[N_VALID:] - mean) / deviation, fashion.y_train[N_VALID : N_VALID + N_TRAIN]
print(f"{len(x_train):,} training images, {len(x_valid):,} validation images of 784 pixels")

# %% [markdown]
# ### Exercise 6: Build the deep network (3 points)
#
# The network of Practical 1 was 784-300-100-10. The deep one has the same first hidden layer of 300 units,
# then **sixty** layers of 100, then ten classes with a softmax.
#
# 1. Write `build_deep_mlp(n_deep, activation, initialiser)` for any number `n_deep` of layers of 100
#    units, so that `build_deep_mlp(1, "relu", "he_normal")` is the network of Practical 1. The hidden
#    layers have the given activation and draw their weights with the given `kernel_initializer`.
# 2. Without building it: how many parameters does the network with sixty such layers have? Call the number
#    `deep_parameters`.
#
# Hand all layers to `keras.Sequential` in one list. With `model.add`, Keras goes through the whole model
# again for each new layer, which takes long when there are sixty.


# %% nbgrader={"grade": false, "grade_id": "deep-mlp", "locked": false, "schema_version": 3, "solution": true, "task": false}
def build_deep_mlp(n_deep, activation, initialiser):
    """An MLP for 784 pixels and ten classes: 300 units, then `n_deep` layers of 100; not compiled.

    Args:
        n_deep: number of layers of 100 units, 1 or more.
        activation: activation function of all hidden layers, by its Keras name.
        initialiser: initialiser of the hidden layers' weights, by its Keras name.

    Returns:
        A Keras model from (batch, 784) to probabilities (batch, 10).
    """
    ### BEGIN SOLUTION
    hidden = [
        keras.layers.Dense(units, activation=activation, kernel_initializer=initialiser)
        for units in (300, *[100] * n_deep)
    ]
    return keras.Sequential(
        [keras.Input(shape=(784,)), *hidden, keras.layers.Dense(10, activation="softmax")]
    )
    ### END SOLUTION


# the number of parameters of the network with sixty layers of 100 units
### BEGIN SOLUTION
deep_parameters = (784 + 1) * 300 + (300 + 1) * 100 + 59 * (100 + 1) * 100 + (100 + 1) * 10
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "deep-mlp-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Build the deep network", points=3) as exercise:
    rng = np.random.default_rng()

    with exercise.part("with one layer of 100 units, the network of Practical 1", points=1):
        candidate = build_deep_mlp(1, "relu", "he_normal")
        expect.equal(
            candidate.count_params(),
            266_610,
            'the number of parameters of build_deep_mlp(1, "relu", "he_normal")',
            mistakes={
                "there is a layer of 100 units too many": 276_710,
                "there is no layer of 100 units": 238_510,
                "the biases are missing": 266_200,
            },
            step="The hidden layers have 300 units, then n_deep times 100.",
        )
        expect.shape(candidate(np.zeros((2, 784), "float32")), (2, 10), "the output for two images")
    with exercise.part("deep_parameters is a number", points=0):
        expect.shape(deep_parameters, (), "deep_parameters", step="Assign one number.")
    ### BEGIN HIDDEN TESTS
    with exercise.part("depth, activation function and initial weights", points=1):
        n_deep = int(rng.integers(2, 5))
        sizes = (784, 300, *[100] * n_deep, 10)
        for wanted, initialiser in (("tanh", "glorot_normal"), ("relu", "he_normal")):
            called = f"build_deep_mlp({n_deep}, {wanted!r}, {initialiser!r})"
            candidate = build_deep_mlp(n_deep, wanted, initialiser)
            arrays = candidate.get_weights()
            expect.equal(
                [tuple(array.shape) for array in arrays],
                [shape for pair in pairwise(sizes) for shape in (pair, pair[1:])],
                f"the shapes of the weights and biases of {called}",
                step="Take the number of layers from the argument n_deep.",
            )
            # 10,000 weights and more: chance moves these numbers by 0.7 % (one standard deviation) at most
            hidden_sizes = list(pairwise(sizes[:-1]))
            glorot = [np.sqrt(2 / (a + b)) for a, b in hidden_sizes]
            expect.close(
                [float(kernel.std()) for kernel in arrays[:-2:2]],
                glorot if "glorot" in initialiser else [np.sqrt(2 / a) for a, _ in hidden_sizes],
                f"the standard deviation of the initial weights of each hidden layer of {called}",
                rtol=0.05,
                atol=0,
                mistakes={"these are Glorot weights, which Dense uses when told nothing else": glorot},
                step="Pass kernel_initializer=initialiser to every hidden layer.",
            )
            batch = rng.normal(size=(4, 784)).astype("float32")
            signal, unbent, rectified = batch, batch, batch
            for kernel, bias in list(zip(arrays[::2], arrays[1::2], strict=True))[:-1]:
                signal = (np.tanh if wanted == "tanh" else lambda z: np.maximum(z, 0))(signal @ kernel + bias)
                unbent, rectified = unbent @ kernel + bias, np.maximum(rectified @ kernel + bias, 0)
            powers, of_linear, of_relu = (
                np.exp(last @ arrays[-2] + arrays[-1]) for last in (signal, unbent, rectified)
            )
            expect.close(
                candidate(batch),
                powers / powers.sum(axis=1, keepdims=True),
                f"the probabilities that {called} gives for four images",
                rtol=1e-3,
                atol=1e-4,
                mistakes={
                    "the hidden layers have no activation function": of_linear
                    / of_linear.sum(axis=1, keepdims=True),
                    "the hidden layers have ReLU, whatever the argument says": of_relu
                    / of_relu.sum(axis=1, keepdims=True),
                    "there is no softmax at the end": np.log(powers),
                },
                step="Hidden layers take the argument activation; the last layer has a softmax.",
            )
    with exercise.part("the number of parameters with sixty layers of 100", points=1):
        expect.equal(
            deep_parameters,
            862_510,
            "deep_parameters",
            describe="a whole number",
            mistakes={
                "that is one layer of 100 units too many: the first of the sixty has 300 inputs": 872_610,
                "that is one layer of 100 units too few": 852_410,
                "the biases are missing": 856_200,
                "all sixty layers were given 300 inputs": 235_500 + 60 * 30_100 + 1_010,
                "all sixty layers were given 100 inputs": 235_500 + 60 * 10_100 + 1_010,
            },
            step="Each layer has (inputs + 1) × units; write down the first three layers and the last.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Exercise 7: Gradient norms of a Keras model (3 points)
#
# Keras computes gradients for us. With TensorFlow behind it, a **gradient tape** notes what is computed,
# and can then differentiate it:
#
# ```python
# with tf.GradientTape() as tape:
#     loss = keras.ops.mean(model(x) ** 2)
# gradients = tape.gradient(loss, model.trainable_variables)   # a list of tensors
# ```
#
# Write `layer_gradient_norms(model, x, y)` for a classifier with softmax: the norm (root of the sum of
# squares) of the gradient of the **mean cross-entropy** of a batch, with respect to each layer's weight
# matrix, `layer.kernel`. No biases. The function `keras.losses.sparse_categorical_crossentropy(y,
# probabilities)` gives a loss for each image of the batch.
#
# A trap waits here: float32 holds a number like $10^{-30}$, but not its square. Convert each gradient with
# `keras.ops.convert_to_numpy` and `.astype("float64")` before you square anything.


# %% nbgrader={"grade": false, "grade_id": "gradient-norms", "locked": false, "schema_version": 3, "solution": true, "task": false}
def layer_gradient_norms(model, x, y):
    """Norm of the gradient of the mean cross-entropy with respect to each layer's weight matrix.

    Args:
        model: a Sequential model of Dense layers that ends with a softmax.
        x: images, (n, pixels).
        y: their classes, (n,), integers.

    Returns:
        A float64 array with a number for each Dense layer, in the order of the model.
    """
    ### BEGIN SOLUTION
    with tf.GradientTape() as tape:
        loss = keras.ops.mean(keras.losses.sparse_categorical_crossentropy(y, model(x)))
    gradients = tape.gradient(loss, [layer.kernel for layer in model.layers])
    return np.array(
        [np.linalg.norm(keras.ops.convert_to_numpy(gradient).astype("float64")) for gradient in gradients]
    )
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "gradient-norms-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Gradient norms of a Keras model", points=3) as exercise:
    rng = np.random.default_rng()

    def softmax(z):
        powers = np.exp(z - z.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    with exercise.part("a network of a single layer", points=1):
        kernel, bias = rng.normal(size=(6, 4)), rng.normal(size=4)
        single = keras.Sequential([keras.Input(shape=(6,)), keras.layers.Dense(4, activation="softmax")])
        single.set_weights([kernel, bias])
        batch, classes = rng.normal(size=(20, 6)).astype("float32"), rng.integers(4, size=20)
        errors = softmax(batch @ kernel + bias) - np.eye(4)[classes]
        right, of_bias = np.linalg.norm(batch.T @ errors / 20), np.linalg.norm(errors.mean(axis=0))
        expect.close(
            layer_gradient_norms(single, batch, classes),
            [right],
            "the norms for a network of a single softmax layer",
            rtol=1e-3,
            atol=1e-6,
            mistakes={
                "the loss was summed over the batch, not averaged": [20 * right],
                "this is the squared norm": [right**2],
                "the gradient of the bias is there too": [right, of_bias],
                "the gradient of the bias is in the norm": [np.hypot(right, of_bias)],
                "this is the norm of the weights, not of their gradient": [np.linalg.norm(kernel)],
                "this is the root of the mean square, not of the sum of squares": [right / np.sqrt(24)],
                "this is the largest entry": [np.abs(batch.T @ errors / 20).max()],
            },
            step="One number for each layer.kernel: the root of the sum of all squared entries.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("a network of three layers", points=1):
        shapes = ((6, 5), (5,), (5, 7), (7,), (7, 4), (4,))
        arrays = [rng.normal(size=shape) for shape in shapes]
        three = keras.Sequential(
            [
                keras.Input(shape=(6,)),
                keras.layers.Dense(5, activation="tanh"),
                keras.layers.Dense(7, activation="sigmoid"),
                keras.layers.Dense(4, activation="softmax"),
            ]
        )
        three.set_weights(arrays)
        lower = np.tanh(batch @ arrays[0] + arrays[1])
        upper = 1 / (1 + np.exp(-(lower @ arrays[2] + arrays[3])))
        last = (softmax(upper @ arrays[4] + arrays[5]) - np.eye(4)[classes]) / 20
        middle = last @ arrays[4].T * upper * (1 - upper)
        first = middle @ arrays[2].T * (1 - lower**2)
        norms = [
            np.linalg.norm(left.T @ right) for left, right in ((batch, first), (lower, middle), (upper, last))
        ]
        expect.close(
            layer_gradient_norms(three, batch, classes),
            norms,
            "the norms for a network of three layers",
            rtol=1e-3,
            atol=1e-6,
            mistakes={"the order is reversed: begin with the layer next to the input": norms[::-1]},
            step="Go through model.layers in order.",
        )
    with exercise.part("a gradient that is tiny, and not zero", points=1):
        tiny = batch * np.float32(1e-28)
        even = softmax(np.tile(bias, (20, 1))) - np.eye(4)[classes]
        expect.close(
            float(np.ravel(layer_gradient_norms(single, tiny, classes))[0]) * 1e28,
            np.linalg.norm(batch.T @ even / 20),
            "10²⁸ times the norm for inputs of size 10⁻²⁸",
            rtol=1e-3,
            atol=0,
            mistakes={"the squares of float32 numbers became 0": 0.0},
            step="Convert each gradient to float64 before anything is squared.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Experiment: which layers get a gradient?
#
# Three networks with sixty layers of 100 units, before any training: sigmoids with Glorot weights (that
# is what Keras gives you when you ask for sigmoids and nothing else), ReLU with Glorot weights, ReLU with
# He weights. And the network of Practical 1, with sigmoids, for comparison.
#
# **Predict.** Draw four curves: the gradient norm, on a logarithmic axis, for each layer. Which fall on
# the way from the last layer back to the first? Which are level? Are all level curves at the same height?

# %% tags=["experiment", "nbval-ignore-output"]
SEEDS = training.seeds(training.budget(full=3, quick=2))
networks = {
    "sigmoid": build_deep_mlp(60, "sigmoid", "glorot_normal"),
    "relu": build_deep_mlp(60, "relu", "glorot_normal"),
    "shallow": build_deep_mlp(1, "sigmoid", "glorot_normal"),
}


def draw(initialiser, shape, rng):
    """Normal random weights of mean 0, with the variance of "Glorot", of "He", or 1 ("large")."""
    n_inputs, n_units = shape
    variance = {"Glorot": 2 / (n_inputs + n_units), "He": 2 / n_inputs, "large": 1.0}[initialiser]
    return rng.normal(scale=np.sqrt(variance), size=shape).astype("float32")


def redraw(model, initialiser, seed):
    """Draw all weights of a model anew, and set its biases to 0; quicker than building a new model."""
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        if layer.weights:
            layer.set_weights([draw(initialiser, layer.kernel.shape, rng), np.zeros(layer.units)])


def norms_over_seeds(name, initialiser):
    """Gradient norms of a network on 500 training images, of shape (seeds, layers)."""
    norms = []
    for seed in SEEDS:
        redraw(networks[name], initialiser, seed)
        norms.append(layer_gradient_norms(networks[name], x_train[:500], y_train[:500]))
    return np.array(norms)


deep_norms = {
    "ReLU, He": norms_over_seeds("relu", "He"),
    "ReLU, Glorot": norms_over_seeds("relu", "Glorot"),
    "sigmoid, Glorot": norms_over_seeds("sigmoid", "Glorot"),
    "sigmoid, shallow": norms_over_seeds("shallow", "Glorot"),
}
figure = plots.per_layer(deep_norms, "norm of the gradient of W (log scale)", "network")
figure.axes[0].lines[-1].set_marker("o")  # three layers only
figure.axes[0].legend(title="network", frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
plots.show(
    figure,
    alt="Gradient norm of each layer on a logarithmic axis. ReLU with He weights: level, near 1 to 10. ReLU with Glorot "
    "weights: level, many orders of magnitude lower. Sigmoids: falling steeply from the last layer back, until "
    "nothing is left.",
)
for name, norms in deep_norms.items():
    first, last = (f"{of.mean():.2g} ± {of.std(ddof=1):.1g}" for of in (norms[:, 0], norms[:, -1]))
    print(
        f"{name:>16}: first layer {first}, last layer {last} (mean ± standard deviation of {len(SEEDS)} seeds)"
    )
runs.record("layers_without_any_gradient_sigmoid", np.mean((deep_norms["sigmoid, Glorot"] == 0).sum(axis=1)))
runs.record("first_layer_norm_relu_he", deep_norms["ReLU, He"][:, 0].mean())
runs.record("first_layer_norm_relu_glorot", deep_norms["ReLU, Glorot"][:, 0].mean())

# %% [markdown]
# **See and explain.** The sigmoids' gradient falls along a straight line, by a factor of about four per
# layer, until it is smaller than the smallest float32: the first few layers get a gradient of *exactly*
# zero, which a logarithmic axis cannot show, so the curve ends before them. Both ReLU networks are level.
# But level is not the same as alive. With Glorot weights **all** layers have a gradient of about
# $10^{-9}$, with He weights one of about 1 to 10. (Exercise 9 will ask why.)
#
# **Go further.** Does the picture change after some training? Train the ReLU network with He weights (next
# section) and measure again.

# %% [markdown]
# ### Exercise 8: Where it becomes quiet (2 points)
#
# Write `first_quiet_layer(norms, share)`. You walk from the last layer back towards the input, and stop at
# the **first layer on your way** whose gradient norm is below `share` times the norm of the last layer.
# Return its index, counted from 0 at the input, or `None` if you reach the input and have met no such
# layer. (Layers still further back may be louder again; they do not matter.)


# %% nbgrader={"grade": false, "grade_id": "quiet", "locked": false, "schema_version": 3, "solution": true, "task": false}
def first_quiet_layer(norms, share):
    """The first layer, on the way from the last one back, with a norm below `share` times the last one's.

    Args:
        norms: array of shape (layers,), gradient norms; index 0 is next to the input.
        share: a number between 0 and 1.

    Returns:
        An index into `norms`, or None.
    """
    ### BEGIN SOLUTION
    quiet = np.flatnonzero(np.asarray(norms) < share * norms[-1])
    return int(quiet[-1]) if len(quiet) else None
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "quiet-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Where it becomes quiet", points=2) as exercise:
    rng = np.random.default_rng()

    with exercise.part("norms that fall from layer to layer", points=1):
        falling = float(rng.uniform(40, 60)) * 10.0 ** np.arange(-11, 1)
        expect.equal(
            first_quiet_layer(falling, 3e-4),
            7,
            "first_quiet_layer(norms, 3e-4) for twelve norms that fall by a factor of ten a layer",
            mistakes={
                "this is the last layer before it becomes quiet": 8,
                "this counts from the output": 4,
                "the threshold is relative to the last layer's norm; this takes share itself": 5,
                "this is the quiet layer next to the input, not the first on the way back": 0,
            },
            step="Say that the last layer, 11, has the norm 1; then 10 has 0.1, and so on. Which has less than 3e-4?",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("norms that rise again, and norms that are never quiet", points=1):
        for _ in range(3):
            scale = float(rng.uniform(1e-4, 9e-4))
            walk = scale * np.array([1e-7, 0.7, 1e-6, 0.9, 0.5, 1e-5, 0.6, 0.8, 1.0])
            expect.equal(
                first_quiet_layer(walk, 1e-3),
                5,
                "first_quiet_layer(norms, 1e-3) for norms that fall, rise and fall again",
                mistakes={
                    "this is the quiet layer next to the input, not the first on the way back": 0,
                    "this is the quietest of all": int(np.argmin(walk)),
                    "the threshold is relative to the last layer's norm; this takes share itself": 8,
                },
                step="Walk from the end of the array to its beginning, and stop at the first quiet layer.",
            )
        level = scale * rng.uniform(0.9, 1.1, size=8)
        expect.equal(
            first_quiet_layer(level, 0.5),
            None,
            "first_quiet_layer(norms, 0.5) for eight norms that are nearly equal",
            step="Return None when no layer is quiet.",
        )
        expect.equal(
            first_quiet_layer(np.array([0.125, 0.5, 1.0, 2.0]), 0.25),
            0,
            "first_quiet_layer(norms, 0.25) where layer 1 has exactly a quarter of the last layer's norm",
            mistakes={"exactly a quarter is not below a quarter": 1},
            step="Compare with < rather than with <=.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% tags=["experiment", "nbval-ignore-output"]
for name, norms in deep_norms.items():
    stops = [first_quiet_layer(of_seed, 1e-3) for of_seed in norms]
    words = ", ".join("never" if stop is None else f"at layer {stop}" for stop in stops)
    print(f"{name:>16}: first below a thousandth of the last layer {words} (one for each seed)")

# %% [markdown]
# The last layer has the index 61. A factor of four per layer needs five layers for a thousandth
# ($4^5 = 1024$), so a few steps from the output the sigmoids are quiet. The ReLU networks never are, not
# even the one whose gradients are all tiny: a share does not see that.

# %% [markdown]
# ### Experiment: do they learn?
#
# **Predict.** We train these networks for a short while, each from several seeds. Guessing gives a
# cross-entropy of $\log 10 = 2.303$ and an accuracy of 0.1. Which of the four get away from there?

# %% tags=["experiment", "nbval-ignore-output"]
EPOCHS = 3


def train_over_seeds(model, initialiser, learning_rate):
    """Train a compiled model from each seed: losses (seeds, epochs), and accuracies on validation images."""
    losses, accuracies = [], []
    for seed in SEEDS:
        training.set_seed(seed)
        redraw(model, initialiser, seed)
        model.optimizer.learning_rate = learning_rate
        history = model.fit(x_train, y_train, batch_size=32, epochs=EPOCHS, verbose=0)
        answers = keras.ops.convert_to_numpy(model(x_valid)).argmax(axis=1)
        losses.append(history.history["loss"])
        accuracies.append(np.mean(answers == y_valid))
    return np.array(losses), np.array(accuracies)


for model in networks.values():
    model.compile(
        optimizer=keras.optimizers.SGD(), loss="sparse_categorical_crossentropy", steps_per_execution=30
    )
trained = {
    "ReLU, He": train_over_seeds(networks["relu"], "He", 0.01),
    "ReLU, Glorot": train_over_seeds(networks["relu"], "Glorot", 0.01),
    "sigmoid, Glorot": train_over_seeds(networks["sigmoid"], "Glorot", 0.01),
    "sigmoid, shallow": train_over_seeds(networks["shallow"], "Glorot", 0.01),
}


def plot_losses(trained):
    """Training loss over the epochs: mean over the seeds, and a band from the lowest to the highest."""
    figure, axis = plt.subplots(figsize=(7, 3.6), layout="constrained")
    epochs = range(1, EPOCHS + 1)
    for (name, (losses, _)), colour, marker in zip(trained.items(), plots.COLOURS, "os^vDP", strict=False):
        lost = np.isnan(losses).any(axis=0)
        label = f"{name}: NaN from epoch {1 + lost.argmax()}" if lost.any() else name
        axis.plot(epochs, losses.mean(axis=0), marker=marker, color=colour, label=label)
        axis.fill_between(epochs, losses.min(axis=0), losses.max(axis=0), color=colour, alpha=0.25)
    axis.axhline(np.log(10), color="grey", linestyle=":", label="guessing")
    axis.set(xlabel="epoch", ylabel="training loss (cross-entropy)", xticks=epochs)
    axis.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    return figure


plots.show(
    plot_losses(trained),
    alt="Training loss over the epochs of four networks: the sixty layers of sigmoids and of ReLU with Glorot weights "
    "stay at the loss of guessing; sixty layers of ReLU with He weights and the shallow network fall below it.",
)
for name, (_, accuracies) in trained.items():
    figure_name = "val_accuracy_" + name.replace(", ", "_").lower()
    runs.record(figure_name, accuracies.mean())
    print(f"    {accuracies.mean():.3f} ± {accuracies.std(ddof=1):.3f} ({len(SEEDS)} seeds)")

# %% [markdown]
# **See and explain.** (Lines are means over the seeds, bands go from the lowest to the highest.) Sixty layers of
# sigmoids, and of ReLU with Glorot weights, end where guessing is: one validation image in ten is right.
# (The sigmoids' loss begins higher and comes down to 2.30, since the last layers do learn one thing:
# without information, the best answer is one tenth for each class.) Sixty
# ReLU layers with He weights have begun to learn. But compare their accuracy with that of the shallow
# network, of sigmoids at that. A deep network that *can* learn need not be the better one.
#
# **Go further.** Give the deep ReLU network a learning rate of 0.03. What happens, and what does that say
# about the range of learning rates that a deep network tolerates?

# %% [markdown]
# ### Experiment: depth, activation, initial weights
#
# Now systematically: 5, 10, 20 and 40 hidden layers of 100 units without biases; sigmoid, tanh and ReLU;
# Glorot, He, and large weights (standard deviation 1). For each, two numbers: how large the **first
# layer's gradient is as a share of the last layer's**, and how large it is **itself**, both as a
# logarithm to base 10. (A value of −3 is a thousandth. To be quick, the cell multiplies matrices instead
# of building Keras models.)
#
# **Predict.** Which of the nine combinations keep the share near $10^0$ at forty layers? Is a share near
# $10^0$ enough for learning?


# %% tags=["experiment", "nbval-ignore-output"]
def norms_through(depth, activation, initialiser, seed, skip=None):
    """Gradient norms of the layers of a network without biases, on 100 images.

    With a number as `skip`, each layer but the first adds `skip` times its output to its input.
    """
    rng, bend = np.random.default_rng(seed), keras.activations.get(activation)
    sizes = [784] + [100] * depth + [10]
    kernels = [tf.constant(draw(initialiser, shape, rng)) for shape in pairwise(sizes)]
    with tf.GradientTape() as tape:
        tape.watch(kernels)
        signal = bend(x_train[:100] @ kernels[0])
        for kernel in kernels[1:-1]:
            bent = bend(signal @ kernel)
            signal = bent if skip is None else signal + skip * bent
        logits = signal @ kernels[-1]
        losses = keras.losses.sparse_categorical_crossentropy(y_train[:100], logits, from_logits=True)
        loss = keras.ops.mean(losses)
    return np.array([np.linalg.norm(g.numpy().astype("float64")) for g in tape.gradient(loss, kernels)])


DEPTHS = (5, 10, 20, 40)
grid = pd.DataFrame(
    [
        {
            "network": f"{activation}, {initialiser}",
            "depth": depth,
            "seed": seed,
            "first": norms[0],
            "last": norms[-1],
        }
        for activation in ("sigmoid", "tanh", "relu")
        for initialiser in ("Glorot", "He", "large")
        for depth in DEPTHS
        for seed in SEEDS
        for norms in [norms_through(depth, activation, initialiser, seed)]
    ]
)
with np.errstate(divide="ignore"):
    grid["log share"], grid["log first"] = np.log10(grid["first"] / grid["last"]), np.log10(grid["first"])
by_network = grid.groupby(["network", "depth"], sort=False)
figure = plots.heat_maps(
    {
        "first layer / last layer": by_network["log share"].mean().unstack(),
        "first layer": by_network["log first"].mean().unstack(),
    },
    "hidden layers",
    "activation, initial weights",
    "log₁₀ of the ratio (left) or the norm (right)",
)
plots.show(
    figure,
    alt="Two heat maps over depth and nine combinations of activation and initial weights. Left, the share of the "
    "first layer's gradient: sigmoids with Glorot or He weights fall far below 0, tanh with large weights far above, the rest "
    "stays near 0. Right, the first layer's gradient itself: ReLU with Glorot weights falls, ReLU with large weights rises.",
)
spread = by_network["log share"].std(ddof=1).unstack()
print(f"standard deviation of the left panel over {len(SEEDS)} seeds: at most {spread.max().max():.2f}")
at_forty = by_network[["log share", "log first"]].mean().xs(DEPTHS[-1], level="depth")
for network, row in at_forty.iterrows():
    name = network.replace(", ", "_").lower()
    runs.record(f"log10_share_forty_layers_{name}", row["log share"])
    runs.record(f"log10_first_forty_layers_{name}", row["log first"])

# %% [markdown]
# **See.** (Colours are full at $\pm 12$; the numbers go on.) On the left, sigmoids with Glorot weights lose a
# factor of four per layer, $10^{-24}$ in forty; with He weights it is $10^{-19}$. Tanh with large weights goes the other way: the first layer's gradient is
# $10^{14}$ times the last one's or more. All others keep a share between a hundredth and a hundred.
#
# **Explain.** Now compare with the right panel. ReLU has a share near 1 with *any* weights, and yet its
# gradients shrink with Glorot weights and explode with large ones, all layers together. So a look at
# the ratio alone would have missed both. At forty layers four combinations have both numbers within a
# factor of 100 of 1: tanh with Glorot or He weights, ReLU with He weights and, surprisingly, sigmoids
# with large weights.
#
# **Go further.** For ReLU layers without biases, the sum of all products of a weight and its gradient,
# $\sum_{ij} W_{ij}\, \partial E/\partial W_{ij}$, is the same for every layer, whatever the weights. Check
# it. (Why is it so? Multiply one layer's weights by $c > 0$: what becomes of the output?) What does it
# say about the left panel?
#
# ### Experiment: is a gradient of the right size enough?
#
# **Predict.** By both panels, sigmoids with large weights look as healthy as ReLU with He weights. Do sixty
# layers of them learn?

# %% tags=["experiment", "nbval-ignore-output"]
large_losses, large_accuracies = train_over_seeds(networks["sigmoid"], "large", 0.01)
runs.record("val_accuracy_sigmoid_large", large_accuracies.mean())
with_large = trained | {"sigmoid, large": (large_losses, large_accuracies)}
plots.show(
    plot_losses(with_large),
    alt="Training loss over the epochs of the four networks above and of sixty layers of sigmoids with large weights, which "
    "end above the shallow network.",
)
for name in ("sigmoid, large", "ReLU, He", "sigmoid, shallow"):
    print(f"{name:>16}: accuracy of each seed {', '.join(f'{a:.3f}' for a in with_large[name][1])}")

# %% [markdown]
# **See and explain.** They learn far less than the shallow network: their mean accuracy is less than half of
# its accuracy, though their gradient has a sensible size. Such a gradient is necessary; it is not
# sufficient. It says how much the loss changes for a tiny step, not whether the change lasts for a step of
# the size that training takes, nor whether the signal that arrives at the top still has to do with the
# image. Practical 3 looks at those signals.
#
# **Go further.** Try learning rates from 0.001 to 0.1. Do you find one with which they learn more?

# %% [markdown]
# ### Exercise 9: Two kinds of silence (3 points, in words)
#
# With sixty layers and Glorot weights, neither the sigmoids nor the ReLUs learn. In the left panel they
# look quite different, though. In six to nine sentences:
#
# 1. What happens to the gradient of the **sigmoids** on its way back, and which factor is to blame?
# 2. What happens in the **ReLU** network, where the first layer's gradient is about as large as the last
#    layer's? Think of the signal on its way *forward*, and of the two factors in
#    $\delta_l\, h_l^\top$.
# 3. What would you change in each of the two, and why does it help?

# %% [markdown] nbgrader={"grade": true, "grade_id": "two-silences", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# In the sigmoid network the signal is fine on its way forward: every activation is about 0.5. On its way
# back the gradient is multiplied in each layer by the slopes, which are 1/4 at most, and by Glorot
# weights, which keep its length on average. So $\delta_l$ shrinks by a factor of about four or more a
# layer, and after forty layers hardly anything is left: the last layers learn, the first do not.
#
# A ReLU passes slopes on whole or not at all. With Glorot weights the variance of a signal is halved in
# each layer, because ReLU removes half of the mean square and nothing makes up for it. That holds forward
# *and* backward: $h_l$ gets smaller by $\sqrt{1/2}$ with each layer on the way forward, and $\delta_l$
# with each layer on the way back. The gradient of a layer is the product of the two,
# $\delta_l h_l^\top$. At the first layer $h$ is large and $\delta$ tiny, at the last it is the other way
# round, and the product is about equally tiny everywhere. The share is 1, and still all layers are
# silent: the share compares layers, it does not say that there is a gradient.
#
# For the ReLUs, He weights suffice: their variance $2/\mathrm{fan_{in}}$ makes up for the half that is
# removed. For the sigmoids no such remedy exists, because their slopes are too small: take an activation
# function with slope 1 (ReLU, or tanh near 0), or give the gradient another way (skip connections), or
# renormalise the signal between the layers (Practical 4).
#
# ### BEGIN MARK SCHEME
# - 1 point: sigmoid: the gradient shrinks exponentially on its way back, because each layer multiplies it
#   by slopes of at most 1/4. (Half a point without the repeated factor.)
# - 1 point: ReLU with Glorot: the forward signal (and the backward one) shrinks by a constant factor a
#   layer, so that the gradients of *all* layers are tiny while their ratio stays near 1. (Half a point for
#   "the signal vanishes" without saying why the ratio does not show it.)
# - 1 point: a remedy for each with its reason: He weights for ReLU; another activation function, skip
#   connections or normalisation for sigmoids. (Half a point for one of the two. "Larger weights" for the
#   sigmoids earns it only with the remark that this network learned little.)
#
# No points lost for using rows instead of columns, for variances instead of norms, or for less formal words.
# ### END MARK SCHEME

# %% [markdown]
# ## 3 Exploding gradients and clipping
#
# A factor above 1 is as bad as one below. And computers add a cliff of their own: the largest float32 is
# about $3.4 \cdot 10^{38}$. What is larger becomes `inf`; and $\infty - \infty$ or $0 \cdot \infty$ is
# `nan`, not a number, which then spreads to everything that it touches.
#
# ### Exercise 10: Layers until overflow (2 points)
#
# Practical 1 measured, and its Exercise 9 explained: a ReLU layer with $n$ inputs and random weights of
# mean 0 and standard deviation $s$ multiplies the size of a signal (its root mean square) by about
# $s \sqrt{n/2}$. (With He weights, $s = \sqrt{2/n}$, that is 1.)
#
# Write `layers_until_overflow(width, stddev)`: the smallest number of layers of `width` units after which
# a signal of size 1 has a size **above** the largest float32, `np.finfo("float32").max`. When the signal
# does not grow at all, return `np.inf`.


# %% nbgrader={"grade": false, "grade_id": "overflow", "locked": false, "schema_version": 3, "solution": true, "task": false}
def layers_until_overflow(width, stddev):
    """After how many ReLU layers a signal of size 1 exceeds the largest float32.

    Args:
        width: number of units of all layers.
        stddev: standard deviation of the weights.

    Returns:
        A whole number, or np.inf where the signal does not grow.
    """
    ### BEGIN SOLUTION
    factor = stddev * np.sqrt(width / 2)
    if factor <= 1:
        return np.inf
    return int(np.floor(np.log(np.finfo("float32").max) / np.log(factor))) + 1
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "overflow-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Layers until overflow", points=2) as exercise:
    rng = np.random.default_rng()
    log_largest = np.log(float(np.finfo("float32").max))

    with exercise.part("weights with standard deviation 1", points=1):
        for width in (18, 100):
            growth = np.log(width / 2) / 2
            expect.equal(
                layers_until_overflow(width, 1.0),
                int(np.ceil(log_largest / growth)),
                f"layers_until_overflow({width}, 1.0)",
                mistakes={
                    "this is the last layer before the overflow": int(np.floor(log_largest / growth)),
                    "the root is missing: that is the factor of the variance": int(
                        np.ceil(log_largest / (2 * growth))
                    ),
                    "ReLU removes half of the mean square; that is missing": int(
                        np.ceil(log_largest / (np.log(width) / 2))
                    ),
                    "this is a fractional number of layers": log_largest / growth,
                    "this is the limit of float64": int(np.ceil(np.log(np.finfo("float64").max) / growth)),
                },
                step="Multiply 1 by the factor until it is above the limit, and count the multiplications.",
            )
    ### BEGIN HIDDEN TESTS
    with exercise.part("other weights, and weights that do not explode", points=1):
        for low, high in ((0.1, 0.6), (0.6, 1.5), (1.5, 3.0)):
            width, growth = int(rng.integers(20, 400)), float(rng.uniform(low, high))
            while not 0.05 < log_largest / growth % 1 < 0.95:  # keep away from a tie
                growth = float(rng.uniform(low, high))
            stddev = float(np.exp(growth) / np.sqrt(width / 2))
            expect.equal(
                layers_until_overflow(width, stddev),
                int(np.ceil(log_largest / growth)),
                f"layers_until_overflow({width}, {stddev:.4f})",
                mistakes={
                    "the standard deviation is ignored": int(np.ceil(log_largest / (np.log(width / 2) / 2)))
                },
                step="The factor is stddev · √(width / 2).",
            )
        expect.equal(
            layers_until_overflow(200, 0.05),
            np.inf,
            "layers_until_overflow(200, 0.05), where each layer halves the signal",
            step="Look at the factor first: is it above 1?",
        )
        expect.equal(
            layers_until_overflow(2, 1.0),
            np.inf,
            "layers_until_overflow(2, 1.0), where the factor is exactly 1",
            step="A factor of 1 changes nothing, however many layers there are.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Experiment: over the cliff
#
# **Predict.** Sixty ReLU layers of 100 units with weights of standard deviation 1, and an input of size 1.
# In which layer will the first `inf` appear, and in which the first `nan`? What will the loss be, and
# for how many layers is the gradient still usable?

# %% tags=["experiment", "nbval-ignore-output"]
sizes, first_inf, first_nan, final_losses = [], [], [], []
for seed in SEEDS:
    rng = np.random.default_rng(seed)
    signal = rng.normal(size=(100, 100)).astype("float32")  # 100 inputs of 100 numbers
    signal /= np.sqrt(np.mean(signal**2))
    of_layers = []
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(60):
            signal = np.maximum(signal @ rng.normal(size=(100, 100)).astype("float32"), 0)
            of_layers.append(signal)
        logits = signal @ rng.normal(size=(100, 10)).astype("float32")
    losses = keras.losses.sparse_categorical_crossentropy(np.zeros(100, int), logits, from_logits=True)
    final_losses.append(float(keras.ops.mean(losses)))
    sizes.append([np.sqrt(np.mean(outputs.astype("float64") ** 2)) for outputs in of_layers])
    first_inf.append(1 + next(layer for layer, outputs in enumerate(of_layers) if np.isinf(outputs).any()))
    first_nan.append(1 + next(layer for layer, outputs in enumerate(of_layers) if np.isnan(outputs).any()))
predicted = layers_until_overflow(100, 1.0)
by_formula = 50.0 ** (np.arange(1, 61) / 2)
figure = plots.per_layer(
    {
        "measured": np.array(sizes),
        "√50 a layer": np.where(np.arange(1, 61) <= predicted, by_formula, np.nan),
    },
    "size of the signal (log scale)",
)
axis = figure.axes[0]
axis.axhline(float(np.finfo("float32").max), color="grey", linestyle=":", label="largest float32")
axis.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
plots.show(
    figure,
    alt="Size of the signal after each layer on a logarithmic axis: a straight line upwards, on that of the formula, until it "
    "breaks off near the largest float32, which a dotted line marks.",
)
print(f"predicted: above the largest float32 after {predicted} layers")
print(f"first inf after {first_inf} layers, first nan after {first_nan} (one number for each seed)")
nan_norms = np.mean([np.isnan(norms_through(60, "relu", "large", seed)).mean() for seed in SEEDS])
print("loss of each seed:", final_losses)
runs.record("first_layers_with_inf", np.mean(first_inf))
runs.record("share_of_layers_with_nan_gradient", nan_norms)

# %% [markdown]
# **See and explain.** The size of the signal follows the formula closely. (The axis counts layers from 0, so the
# size after 45 layers stands at 44.) The first `inf` comes a layer or so
# before the predicted one, because the largest of 10,000 numbers is several times their root mean square.
# One layer later there is `nan`: some unit adds $+\infty$ from one input and $-\infty$ from another. From
# there on everything is lost, and since the loss is `nan`, so are the gradients of **all** layers, those
# before the overflow too. A single step of gradient descent then makes every weight `nan`, and no
# further step can mend that.
#
# **Go further.** Repeat it in float16, whose largest number is 65,504, as on many graphics cards. After
# how many layers does it overflow?

# %% [markdown]
# ### Exercise 11: Clip a gradient (4 points)
#
# Often a gradient is well-behaved nearly all the time, and a single huge one throws the parameters away
# (Pascanu, Mikolov and Bengio, 2013). So one limits it, in one of two ways. Write both, for a list of
# arrays, one for each layer; neither changes its arguments.
#
# 1. `clip_by_value(gradients, limit)` limits each **entry** to the range from `-limit` to `limit`.
# 2. `clip_by_global_norm(gradients, limit)`: if the norm of **all entries of all arrays together** is above
#    `limit`, all are multiplied by the one number that makes it `limit`. A gradient that is short enough
#    stays as it is.
#
# And a tool to judge them:
#
# 3. `angle_between(gradients, others)`: the angle in **degrees** between two gradients, each taken as one
#    long vector of all its entries: $\cos\alpha = \frac{u \cdot v}{\lVert u \rVert \lVert v \rVert}$.
#    (Rounding may give a cosine of 1.0000000000000002. Let your function survive that.)


# %% nbgrader={"grade": false, "grade_id": "clip", "locked": false, "schema_version": 3, "solution": true, "task": false}
def clip_by_value(gradients, limit):
    """Each entry limited to the range from -limit to limit; a list of arrays like `gradients`."""
    ### BEGIN SOLUTION
    return [np.clip(gradient, -limit, limit) for gradient in gradients]
    ### END SOLUTION


def clip_by_global_norm(gradients, limit):
    """All arrays scaled by one number, so that their common norm is at most `limit`.

    Args:
        gradients: list of arrays of any shapes.
        limit: the largest norm, a number above 0.

    Returns:
        A list of arrays like `gradients`.
    """
    ### BEGIN SOLUTION
    norm = np.sqrt(sum(np.sum(gradient**2) for gradient in gradients))
    return [gradient * (limit / max(norm, limit)) for gradient in gradients]
    ### END SOLUTION


def angle_between(gradients, others):
    """The angle in degrees (0 to 180) between two lists of arrays, each taken as one long vector."""
    ### BEGIN SOLUTION
    one, other = (np.concatenate([np.ravel(array) for array in arrays]) for arrays in (gradients, others))
    cosine = one @ other / (np.linalg.norm(one) * np.linalg.norm(other))
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "clip-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Clip a gradient", points=4) as exercise:
    rng = np.random.default_rng()

    with exercise.part("clip_by_value", points=1):
        expect.close(
            clip_by_value([np.array([0.9, 100.0])], 1.0),
            [[0.9, 1.0]],
            "[0.9, 100] clipped by value at 1",
            mistakes={"this is clipping by norm": [np.array([0.9, 100]) / np.hypot(0.9, 100)]},
        )
        cap, steep = float(rng.uniform(0.3, 2)), [rng.normal(size=(3, 4)) * 3, rng.normal(size=5) * 3]
        expect.close(
            clip_by_value(steep, cap),
            [np.minimum(np.maximum(array, -cap), cap) for array in steep],
            f"two arrays clipped by value at {cap:.3f}",
            mistakes={
                "large negative entries are not limited": [np.minimum(array, cap) for array in steep],
                "the signs were lost": [np.minimum(np.abs(array), cap) for array in steep],
                "the limit is always 1": [np.clip(array, -1, 1) for array in steep],
                "what is too large was set to 0": [
                    np.where(np.abs(array) > cap, 0, array) for array in steep
                ],
            },
            step="Limit each entry from above and from below; NumPy has a function for it.",
        )
    with exercise.part("clip_by_global_norm, for a single array", points=1):
        expect.close(
            clip_by_global_norm([np.array([0.9, 100.0])], 1.0),
            [np.array([0.9, 100]) / np.hypot(0.9, 100)],
            "[0.9, 100] clipped by norm at 1",
            mistakes={"this is clipping by value": [[0.9, 1.0]]},
            step="Divide by the norm, and multiply by the limit.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("clip_by_global_norm, for several arrays, long and short", points=1):
        pieces = [rng.normal(size=(3, 4)), 40 * rng.normal(size=5), 0.1 * rng.normal(size=(2, 2))]
        kept = [piece.copy() for piece in pieces]
        whole = np.sqrt(sum(np.sum(piece**2) for piece in kept))
        cap = float(rng.uniform(1.5, 3))
        own = [np.sqrt(np.sum(piece**2)) for piece in kept]
        expect.close(
            clip_by_global_norm(pieces, cap),
            [piece * cap / whole for piece in kept],
            f"three arrays clipped by their common norm at {cap:.3f}",
            mistakes={
                "each array was clipped by its own norm": [
                    piece * min(1, cap / norm) for piece, norm in zip(kept, own, strict=True)
                ],
                "each array was given the norm of the limit": [
                    piece * cap / norm for piece, norm in zip(kept, own, strict=True)
                ],
                "the limit is always 1": [piece / whole for piece in kept],
                "this divides by the squared norm: a root is missing": [
                    piece * cap / whole**2 for piece in kept
                ],
                "this divides by the sum of the arrays' norms": [piece * cap / sum(own) for piece in kept],
            },
            step="Compute one norm, of all entries of all arrays, and multiply all arrays by the same number.",
        )
        expect.close(pieces, kept, "the gradients that were handed over", step="Return new arrays.")
        expect.close(
            clip_by_global_norm(kept, 2 * whole),
            pieces,
            "a gradient whose norm is only half of the limit",
            mistakes={"it was made longer, up to the limit": [2 * piece for piece in kept]},
            step="Clipping never makes a gradient longer.",
        )
    with exercise.part("angle_between", points=1):
        one = [rng.normal(size=(3, 4)), rng.normal(size=5)]
        other = [rng.normal(size=(3, 4)), rng.normal(size=5)]
        flat, flat_other = (np.concatenate([array.ravel() for array in arrays]) for arrays in (one, other))
        cosine = flat @ flat_other / np.linalg.norm(flat) / np.linalg.norm(flat_other)
        single = [
            np.sum(left * right) / np.linalg.norm(left) / np.linalg.norm(right)
            for left, right in zip(one, other, strict=True)
        ]
        expect.close(
            angle_between(one, other),
            np.degrees(np.arccos(cosine)),
            "the angle between two gradients of two arrays each",
            rtol=1e-6,
            atol=1e-4,
            mistakes={
                "this is the angle in radians": np.arccos(cosine),
                "this is the cosine": cosine,
                "these are the angles of the single arrays": np.degrees(np.arccos(single)),
                "this is the mean of the single arrays' angles": np.degrees(np.arccos(single)).mean(),
                "this is the angle of the first arrays only": np.degrees(np.arccos(single[0])),
            },
            step="Flatten and join the arrays of each gradient, then use the formula; np.degrees converts.",
        )
        # rounding takes about one cosine in four beyond 1 or -1: among forty, one is all but certain
        for _ in range(40):
            one = [rng.normal(size=(4, 4))]
            expect.close(
                angle_between(one, [3 * one[0]]),
                0,
                "the angle between a gradient and three times the same gradient",
                atol=1e-3,
                step="Limit the cosine to the range from -1 to 1 before you take the arccos.",
            )
            expect.close(
                angle_between(one, [-3 * one[0]]),
                180,
                "the angle between a gradient and minus three times the same gradient",
                atol=1e-3,
                mistakes={"the sign of the cosine was lost": 0},
                step="Limit the cosine to the range from -1 to 1 before you take the arccos.",
            )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Exercise 12: Which clipping keeps the direction? (2 points)
#
# Every Keras optimiser clips when told to, in one of three ways:
#
# - `clipvalue=c` limits each entry;
# - `clipnorm=c` limits the norm of **each variable** (each $W$, each $b$) by itself;
# - `global_clipnorm=c` limits the norm of all variables together.
#
# 1. For which of them does the gradient, as one long vector of all variables, keep its direction, whatever
#    the gradient is? Answer with a dict `keeps_direction` with `True` or `False` for each of the three
#    names.
# 2. A gradient of two entries, $(0.9, 100)$, is clipped by value at 1. By how many degrees does that turn
#    it? Call the number `turned_by`, and give it to a tenth of a degree or better.

# %% nbgrader={"grade": false, "grade_id": "direction", "locked": false, "schema_version": 3, "solution": true, "task": false}
# keeps_direction = {"clipvalue": …, "clipnorm": …, "global_clipnorm": …}
# turned_by = …
### BEGIN SOLUTION
keeps_direction = {"clipvalue": False, "clipnorm": False, "global_clipnorm": True}
turned_by = np.degrees(np.arctan2(100, 0.9) - np.arctan2(1, 0.9))
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "direction-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Which clipping keeps the direction?", points=2) as exercise:
    with exercise.part("the answers have the right form", points=0):
        expect.equal(
            set(keeps_direction),
            {"clipvalue", "clipnorm", "global_clipnorm"},
            "the keys of keeps_direction",
            step="Use these three keys.",
        )
        expect.shape(turned_by, (), "turned_by", step="Assign one number.")
    ### BEGIN HIDDEN TESTS
    with exercise.part("which keeps the direction", points=1):
        expect.equal(
            keeps_direction,
            {"clipvalue": False, "clipnorm": False, "global_clipnorm": True},
            "keeps_direction",
            describe="True or False for each of the three",
            mistakes={
                "each variable keeps its direction with clipnorm, but all of them together do not": {
                    "clipvalue": False,
                    "clipnorm": True,
                    "global_clipnorm": True,
                },
            },
            step="Are all entries multiplied by the same number?",
        )
    with exercise.part("by how much clipping by value turns a gradient", points=1):
        right = np.degrees(np.arctan2(100, 0.9) - np.arctan2(1, 0.9))
        expect.close(
            turned_by,
            right,
            "turned_by",
            atol=0.1,
            describe="an angle in degrees",
            mistakes={
                "that is the angle in radians": np.radians(right),
                "that is the angle of the clipped gradient with the first axis": np.degrees(
                    np.arctan2(1, 0.9)
                ),
                "that is the angle of the clipped gradient with the second axis": np.degrees(
                    np.arctan2(0.9, 1)
                ),
                "that is the cosine of the angle": np.cos(np.radians(right)),
                "clipping by norm turns nothing; clipping by value does": 0,
            },
            step="Clip the gradient with your clip_by_value, and use your angle_between.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Experiment: Keras' three ways to clip
#
# Two variables have the gradients $(0.9, 100)$ and $(0.3, 0.4)$. We let Keras take a step of plain SGD
# with learning rate 1 from 0, once for each way to clip at 1; the step, with its sign turned, is the
# clipped gradient.
#
# **Predict.** Write down the four numbers for each.

# %% tags=["experiment"]
pair = [np.array([0.9, 100.0]), np.array([0.3, 0.4])]
clipped = {}
for setting in ("clipvalue", "clipnorm", "global_clipnorm"):
    variables = [keras.Variable(np.zeros(2, "float32")) for _ in pair]
    optimizer = keras.optimizers.SGD(learning_rate=1.0, **{setting: 1.0})
    optimizer.apply([keras.ops.convert_to_tensor(gradient, "float32") for gradient in pair], variables)
    clipped[setting] = [-keras.ops.convert_to_numpy(variable).astype("float64") for variable in variables]
for setting, arrays in clipped.items():
    entries = ", ".join(f"({first:.4f}, {second:.4f})" for first, second in arrays)
    print(f"{setting:>16}: {entries}; turned by {angle_between(pair, arrays):5.1f} degrees")

# %% [markdown]
# **Explain.** Clipping by value turns the gradient by 45 degrees (a little more than in Exercise 12, since the
# second variable belongs to the vector too): the entry of 100 is now hardly larger than that of 0.9. With `clipnorm` each variable keeps its own direction, and still the whole
# turns, by 26 degrees, because only the first variable was made shorter. `global_clipnorm` turns
# nothing; the second variable then hardly moves at all. Which of them trains best is a question for an
# experiment.
#
# **Go further.** Let the limit run from 0.01 to 1,000 and plot the three angles. With which limits does
# clipping by value turn the gradient by less than a degree?
#
# ### Experiment: a rescue
#
# A network of ten ReLU layers with He weights, and a learning rate of 0.5, which is far too large for it.
#
# **Predict.** Trained from several seeds, how often does it end in NaN or at the accuracy of guessing,
# without clipping, with `global_clipnorm=1`, and with `clipvalue=0.01`?

# %% tags=["experiment", "nbval-ignore-output"]
ten_layers = build_deep_mlp(9, "relu", "he_normal")
rescue = {}
for name, settings in {
    "no clipping": {},
    "global_clipnorm=1": {"global_clipnorm": 1.0},
    "clipvalue=0.01": {"clipvalue": 0.01},
}.items():
    ten_layers.compile(
        optimizer=keras.optimizers.SGD(**settings),
        loss="sparse_categorical_crossentropy",
        steps_per_execution=30,
    )
    rescue[name] = train_over_seeds(ten_layers, "He", 0.5)
plots.show(
    plot_losses(rescue),
    alt="Training loss over the epochs. Without clipping there is no curve, for the loss is NaN; with either way of clipping "
    "the loss falls below that of guessing.",
)
for name, (losses, accuracies) in rescue.items():
    figure_name = "rescue_accuracy_" + name.replace(" ", "_").split("=")[0]
    runs.record(figure_name, accuracies.mean())
    print(f"    each seed: {', '.join(f'{accuracy:.3f}' for accuracy in accuracies)}")
    print(f"    training loss of the last epoch: {', '.join(f'{loss:.3f}' for loss in losses[:, -1])}")

# %% [markdown]
# **See and explain.** Without clipping every seed ends in NaN. (Its accuracy is not even that of guessing by
# chance: `argmax` of ten NaN is 0, so the network calls everything a T-shirt.) With either way of clipping
# the very same network, from the same initial weights and with the same learning rate, trains. (Which way
# is ahead says little here: the two limits are not comparable.)
#
# **Go further.** Clipping is a fuse, not a motor: compare with a learning rate of 0.05 without clipping. And
# how often does it act? Count, with your functions, in how many steps the global norm is above 1.

# %% [markdown]
# ## 4 Skip connections
#
# Clipping helps against gradients that are too long. Against those that vanish, another idea won: give the
# gradient a way around. A block with a **skip connection** (He et al., 2016) adds what its layer computes
# to what went in,
#
# $$h_{l+1} = h_l + c \cdot g(W_l h_l),$$
#
# with a fixed number $c$, often 1. On the way back, the chain rule makes a sum of it: the gradient passes
# whole through the first term, whatever the slopes of $g$, and the layer's own term only adds to it.
#
# ### Experiment: sixty layers with a way around
#
# Gradient norms through sixty layers once more: plain, with skip connections ($c = 1$), and with skip
# connections whose layers are scaled down by $c = 1/60$.
#
# **Predict.** For sigmoids and for ReLU with He weights: which of the six curves are level? Does a skip
# connection always help?

# %% tags=["experiment", "nbval-ignore-output"]
ways = {"plain": None, "skip, c = 1": 1.0, "skip, c = 1/60": 1 / 60}
for activation, initialiser in (("sigmoid", "Glorot"), ("relu", "He")):
    of_ways = {
        way: np.array([norms_through(60, activation, initialiser, seed, skip) for seed in SEEDS])
        for way, skip in ways.items()
    }
    figure = plots.per_layer(of_ways, "norm of the gradient of W (log scale)", f"{activation}, {initialiser}")
    plots.show(
        figure,
        alt=f"Gradient norm of each of sixty layers of {activation}, logarithmic, for three networks: "
        + (
            "without skip connections it vanishes; with them it is level."
            if activation == "sigmoid"
            else "all are level; with unscaled skip connections many orders of magnitude too large."
        ),
    )
    for way, norms in of_ways.items():
        first, last = (f"{of.mean():.2g} ± {of.std(ddof=1):.1g}" for of in (norms[:, 0], norms[:, -1]))
        print(f"{activation:>8}, {way:>15}: first layer {first}, last {last} ({len(SEEDS)} seeds)")

# %% [markdown]
# **See and explain.** For the sigmoids a skip connection changes everything: where the gradient was zero, it
# is now level, within a factor of a few hundred between the layers. (With $c = 1/60$ the weights in the
# blocks have a smaller gradient than the layers at both ends, since $c$ is a factor of it.) The ReLUs with
# He weights were level without it; and with unscaled skip connections their gradient is some $10^{14}$,
# because each block *adds* about as much as came in, and neither term is ever negative, so that they also
# add up in the same direction. The mean square of the signal nearly triples with each block: after 59
# blocks it is about $10^{27}$, and the signal's size, its root, about $10^{14}$. Scaled down, nothing of the kind happens. So a skip connection cures what
# vanishes, and can itself explode; that is why one scales the blocks, or normalises the signal in each of
# them (Practical 4).
#
# **Go further.** With which power of the depth must $c$ shrink so that the signal keeps its size, for
# ReLU with He weights? Is $c = 1/\sqrt{60}$ small enough? If not, why, for ReLU?

# %% [markdown]
# ### Exercise 13: Skip connections (3 points)
#
# Write `build_residual_mlp(n_blocks, activation, initialiser, scale)`: 784 inputs, a `Dense` layer of 100
# units with the activation function, then `n_blocks` blocks, each of which adds `scale` times the output of
# another such layer to its input, and a softmax over ten classes at the end.
#
# `Sequential` cannot branch, but the functional interface can: a layer is called with a tensor and returns
# one,
#
# ```python
# inputs = keras.Input(shape=(64,))
# hidden = keras.layers.Dense(32, activation="tanh")(inputs)
# both = keras.layers.Concatenate()([inputs, hidden])
# model = keras.Model(inputs, keras.layers.Dense(5, activation="softmax")(both))
# ```
#
# You will want `keras.layers.Add` and `keras.layers.Rescaling(scale)`; `+` and `*` do as well.


# %% nbgrader={"grade": false, "grade_id": "residual", "locked": false, "schema_version": 3, "solution": true, "task": false}
def build_residual_mlp(n_blocks, activation, initialiser, scale):
    """An MLP for 784 pixels and ten classes with skip connections; not compiled.

    Args:
        n_blocks: number of blocks h + scale * Dense(h) of 100 units.
        activation: activation function of all hidden layers, by its Keras name.
        initialiser: initialiser of the hidden layers' weights, by its Keras name.
        scale: a number.

    Returns:
        A Keras model from (batch, 784) to probabilities (batch, 10).
    """
    ### BEGIN SOLUTION

    def dense():
        return keras.layers.Dense(100, activation=activation, kernel_initializer=initialiser)

    inputs = keras.Input(shape=(784,))
    hidden = dense()(inputs)
    for _ in range(n_blocks):
        hidden = keras.layers.Add()([hidden, keras.layers.Rescaling(scale)(dense()(hidden))])
    return keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(hidden))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "residual-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Skip connections", points=3) as exercise:
    rng = np.random.default_rng()
    batch = rng.normal(size=(5, 784)).astype("float32")

    def drawn_for(model):
        """Random weights and biases of the right shapes for a model, the first layer's small."""
        return [rng.normal(size=array.shape) * np.sqrt(1 / max(array.shape)) for array in model.get_weights()]

    with exercise.part("the layers, and a block whose layer gives nothing", points=1):
        candidate = build_residual_mlp(2, "relu", "he_normal", 0.5)
        expect.equal(
            [tuple(array.shape) for array in candidate.get_weights()],
            [(784, 100), (100,), *[(100, 100), (100,)] * 2, (100, 10), (10,)],
            "the shapes of the weights and biases for two blocks",
            step="One Dense layer before the blocks, one in each block, and one for the classes.",
        )
        arrays = drawn_for(candidate)
        silent = [array if index not in (2, 3, 4, 5) else 0 * array for index, array in enumerate(arrays)]
        candidate.set_weights(silent)
        powers = np.exp(np.maximum(batch @ arrays[0] + arrays[1], 0) @ arrays[6] + arrays[7])
        nothing = np.exp(arrays[7])
        expect.close(
            candidate(batch),
            powers / powers.sum(axis=1, keepdims=True),
            "the probabilities when all weights and biases inside the blocks are 0",
            rtol=1e-3,
            atol=1e-4,
            mistakes={
                "there is no way around: the image does not reach the output": np.tile(
                    nothing / nothing.sum(), (5, 1)
                )
            },
            step="Add each block's input to its output.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("the initial weights, and three blocks give what the formula says", points=2):
        kernels = build_residual_mlp(2, "relu", "he_normal", 0.5).get_weights()[0:6:2]
        # 10,000 weights and more: chance moves these numbers by 0.7 % (one standard deviation) at most
        expect.close(
            [float(kernel.std()) for kernel in kernels],
            np.sqrt([2 / 784, 2 / 100, 2 / 100]),
            'the standard deviation of the initial weights of the hidden layers with "he_normal"',
            rtol=0.05,
            atol=0,
            mistakes={
                "these are Glorot weights, which Dense uses when told nothing else": np.sqrt(
                    [2 / 884, 2 / 200, 2 / 200]
                )
            },
            step="Pass kernel_initializer=initialiser to every hidden layer.",
        )

        def probabilities_with(arrays, bend, shrink, block):
            signal = bend(batch @ arrays[0] + arrays[1])
            for kernel, bias in zip(arrays[2:-2:2], arrays[3:-2:2], strict=True):
                signal = block(signal, signal @ kernel + bias, bend, shrink)
            powers = np.exp(signal @ arrays[-2] + arrays[-1])
            return powers / powers.sum(axis=1, keepdims=True)

        blocks_with_mistakes = {
            "scale is ignored": lambda h, z, g, c: h + g(z),
            "scale went to the input of the block rather than to its layer": lambda h, z, g, c: c * h + g(z),
            "scale went to the whole sum": lambda h, z, g, c: c * (h + g(z)),
            "the activation function came after the addition": lambda h, z, g, c: g(h + c * z),
            "the layers in the blocks have no activation function": lambda h, z, g, c: h + c * z,
            "there is no skip connection": lambda h, z, g, c: c * g(z),
        }
        for bend, name in ((np.tanh, "tanh"), (lambda z: 1 / (1 + np.exp(-z)), "sigmoid")):
            shrink = float(rng.uniform(0.2, 0.6))
            candidate = build_residual_mlp(3, name, "glorot_normal", shrink)
            arrays = drawn_for(candidate)
            candidate.set_weights(arrays)
            expect.close(
                candidate(batch),
                probabilities_with(arrays, bend, shrink, lambda h, z, g, c: h + c * g(z)),
                f"the probabilities of three blocks of {name} with scale={shrink:.3f}",
                rtol=1e-3,
                atol=1e-5,
                mistakes={
                    cause: probabilities_with(arrays, bend, shrink, block)
                    for cause, block in blocks_with_mistakes.items()
                },
                step="A block is h + scale · g(Dense(h)): activation first, then scale, then the sum.",
            )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Experiment: does it learn now?
#
# **Predict.** The sixty layers of sigmoids did not learn at all. The same sigmoids, the same Glorot
# weights, the same learning rate, and sixty skip connections with $c = 1/60$: how far do they get
# in the same short training?
#
# (Your `layer_gradient_norms` takes networks of Dense layers only. For models of any layers the course has
# `course_utils.probes.gradient_norms(model, x, y)`, which skips layers without a kernel.)

# %% tags=["experiment", "nbval-ignore-output"]
networks["residual"] = build_residual_mlp(60, "sigmoid", "glorot_normal", 1 / 60)
networks["residual"].compile(
    optimizer=keras.optimizers.SGD(), loss="sparse_categorical_crossentropy", steps_per_execution=30
)
redraw(networks["residual"], "Glorot", SEEDS[0])
kernel_norms = probes.gradient_norms(networks["residual"], x_train[:500], y_train[:500])["norm"]
print("before training, gradient norms of all", len(kernel_norms), "Dense layers:", end=" ")
print(f"from {kernel_norms.min():.2g} to {kernel_norms.max():.2g}")
trained["sigmoid, Glorot, skip"] = train_over_seeds(networks["residual"], "Glorot", 0.01)
plots.show(
    plot_losses(trained),
    alt="Training loss of all five networks: sixty layers of sigmoids with skip connections fall below the loss of "
    "guessing, those without stay there.",
)
for name in ("sigmoid, Glorot", "sigmoid, Glorot, skip"):
    print(f"{name:>22}: accuracy of each seed {', '.join(f'{a:.3f}' for a in trained[name][1])}")
runs.record("val_accuracy_sigmoid_glorot_skip", trained["sigmoid, Glorot, skip"][1].mean())

# %% [markdown]
# **Explain.** The same sixty layers that stayed at guessing learn now, and after this short training they are
# even ahead of the shallow network. Nothing about the sigmoids has changed: the gradient has been given a
# way around them.
#
# **Go further.** Compare with $c = 1/\sqrt{60}$ and $c = 1$. What is the loss *before* training? Why?

# %% [markdown]
# ## Check your work
#
# The next cell runs all checks again, on your answers as they are now, and lists what is done and what is
# missing. It takes a few seconds and trains nothing anew. Before you submit, choose *Restart kernel and
# run all cells* and look here once more: graders run the notebook from the top, too. (Exercise 9, in
# words, is read by a person. And the points here are those of the checks that you see; the others follow
# when your work is graded.)

# %% tags=["experiment", "nbval-ignore-output"]
from course_utils import selfcheck

selfcheck.report()

# %% [markdown]
# ## What to take away
#
# - The $\delta$ of a layer is a **product** of weights and slopes of all layers above it; the gradient of $W$
#   is $\delta$ times the signal that came in. Whatever the factor, sixty layers take its sixtieth power.
# - A **gradient check** by central differences finds the bugs that do not crash. Check every layer.
# - A **sigmoid**'s slope is at most 1/4, and large weights saturate it. They may hold up the size of the
#   gradient; sixty layers of them learned far less than two did all the same.
# - Look at gradient **norms** for each layer, *and* at their ratio. With ReLU and Glorot weights the ratio
#   is near 1 while all gradients vanish together.
# - **He** weights keep a deep ReLU network's signal and gradient alive. That is necessary for learning,
#   and not yet comfort: a shallow network may still learn faster.
# - `inf` becomes `nan`, and `nan` spreads. You can compute the layer where it begins.
# - **Clipping** rescues a run from gradients that are too long. By global norm it keeps the direction; by
#   value it does not.
# - **Skip connections** give the gradient a way around the slopes. Unscaled, they add up: sixty of them
#   can explode.
#
# ## Papers
#
# - D. Rumelhart, G. Hinton, R. Williams, *Learning representations by back-propagating errors*, Nature
#   1986. doi:10.1038/323533a0
# - S. Hochreiter, *The vanishing gradient problem during learning recurrent neural nets and problem
#   solutions*, International Journal of Uncertainty, Fuzziness and Knowledge-Based Systems 1998.
#   doi:10.1142/S0218488598000094
# - X. Glorot, Y. Bengio, *Understanding the difficulty of training deep feedforward neural networks*,
#   AISTATS 2010, PMLR 9:249-256
# - R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty of training recurrent neural networks*, ICML 2013.
#   arXiv:1211.5063
# - K. He, X. Zhang, S. Ren, J. Sun, *Delving deep into rectifiers: surpassing human-level performance on
#   ImageNet classification*, ICCV 2015. arXiv:1502.01852
# - K. He, X. Zhang, S. Ren, J. Sun, *Deep residual learning for image recognition*, CVPR 2016.
#   arXiv:1512.03385
# - H. Xiao, K. Rasul, R. Vollgraf, *Fashion-MNIST: a novel image dataset for benchmarking machine
#   learning algorithms*, 2017. arXiv:1708.07747
