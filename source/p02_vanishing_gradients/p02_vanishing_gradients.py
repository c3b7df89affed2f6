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
# A network with two hidden layers learns well. Why not one with sixty? In this practical you follow the
# gradient on its way back through a deep network, layer by layer, first in NumPy and then in Keras. You
# watch it vanish, you watch it explode, and you try out what helps.
#
# **When you have finished, you can**
#
# 1. write a forward and a backward pass yourself, and use a gradient check to show that they are right;
# 2. measure the gradient that reaches each layer of a Keras model, and find where it dries up;
# 3. explain what depth, activation function and initial weights do to this gradient, and why;
# 4. predict after how many layers a signal overflows, and clip a gradient with or without turning it;
# 5. build skip connections, and say what they do for the gradient, and what they cost.
#
# **This practical assumes** Practical 1 (Keras' `Dense` and `Sequential`, cross-entropy, He and Glorot
# weights) and the chain rule for vectors.
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
# **Time.** On two processor cores with little else running, the whole notebook took two minutes at the
# full budget (the default, for working through it) and half a minute at the quick budget (for checking
# that everything runs). Allow three to four hours for reading, guessing and answering.
#
# **Help.** When a check of shapes fails, print the shapes of all arrays in a new cell and follow them
# through the formula. When things get confusing, choose *Restart kernel and run all cells*. When you ask
# for help, quote the check's feedback in full.

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

# %% [markdown] tags=["covers-42"]
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
# gradient is multiplied by the **weights** and by the **slopes**. In fifty layers, this happens fifty
# times.
#
# (In Keras an input is a row and a layer computes $hW$; here, as in most papers, it is a column, and a
# layer computes $Wh$. Beware of the indices too: many texts write $h_{l-1}$ for the input of layer $l$.)
#
# ### Exercise 1: The best case of the sigmoid (2 points)
#
# Let $g$ be the sigmoid, $\sigma(a) = 1/(1 + e^{-a})$, and suppose that the weights neither stretch nor
# shrink the gradient: only the slopes change its size, and every slope is as large as it can be. Give
#
# - `best_slope`, the largest slope that a sigmoid has;
# - `layers_to_a_millionth`, the smallest number of layers for which the product of the slopes is below
#   one millionth ($10^{-6}$);
# - `best_slowdown`, the factor by which the $\delta$ of the 30th layer of fifty is smaller than that of
#   the 50th and last layer. (It is a number above 1; you may let Python compute it.)

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
                "the product is below one millionth with one layer less": 11,
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
                "this goes through all fifty layers; count the layers between the two": 4.0**50,
                "this is the factor's logarithm to base 10": 20 * np.log10(4),
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
# The notebook gives you three activation functions and their slopes; you select them by name.


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
        before = matrix @ start  # computed before the call, which may change what it is given
        handed, handed_start = [matrix.copy()], start.copy()
        found_a, found_h = forward(handed, handed_start, "tanh")
        expect.equal(
            [handed_start, *handed],
            [start, matrix] if handed else [start],
            "x and weights after the call",
            cause="an array that was handed over was changed in place (as x /= … and x[:] = … do)",
            step="Make new arrays; change no argument.",
        )
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
            before,
            "the pre-activation a[0] of one layer of tanh",
            atol=2e-6,
            mistakes={"this is the activation, not the pre-activation": np.tanh(before)},
            step="Append W h to a before you apply the activation function.",
        )
        expect.close(found_h[0], start, "h[0]", step="The first entry of h is the input.")
        expect.close(
            found_h[1],
            np.tanh(before),
            "h[1], the output of one layer of tanh",
            atol=2e-6,
            mistakes={
                "there is no activation function": before,
                "tanh is taken for the sigmoid": 1 / (1 + np.exp(-before)),
            },
            step="Apply activate(name, …) to the pre-activation.",
        )
    ### BEGIN HIDDEN TESTS
    _bends = {"tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z)), "linear": lambda z: z}

    def _passed(chain, start, bend, *, last=None, again=None, anew=False, unbent=False, most=np.inf):
        """a and h; `last`, `again` (before each matrix but the first) and what follows stand for mistakes."""
        a, h = [], [start]
        for layer, matrix in enumerate(chain):
            into = start if anew else again(h[-1]) if again and layer else h[-1]
            a.append(np.clip(matrix @ (a[-1] if unbent and layer else into), -most, most))
            h.append((last if last and layer == len(chain) - 1 else bend)(a[-1]))
        return a, h

    with exercise.part("layers of different widths", points=1):
        for name, bend in _bends.items():
            widths = rng.permutation(np.arange(2, 8))
            widths[rng.integers(1, 5)] = 1  # a layer of a single unit is a layer, too
            chain = [rng.normal(size=(units, inputs)) for inputs, units in pairwise(widths)]
            start = 3 * rng.normal(size=widths[0])
            right_a, right_h = _passed(chain, start, bend)
            wrong = {
                "the last layer has no activation function": _passed(
                    chain, start, bend, last=_bends["linear"]
                ),
                "the activation function is applied twice between two layers": _passed(
                    chain, start, bend, again=bend
                ),
                f"{name} is taken for tanh": _passed(chain, start, np.tanh),
                f"{name} is taken for the sigmoid": _passed(chain, start, _bends["sigmoid"]),
                '"linear" is taken for ReLU; it leaves the pre-activations as they are': _passed(
                    chain, start, lambda z: np.maximum(z, 0)
                ),
                "this is the activation, not the pre-activation": (right_h[1:], right_h),
                "a layer is given the pre-activation of the one before, not its output": _passed(
                    chain, start, bend, unbent=True
                ),
            } | {
                f"pre-activations are limited to {most} and −{most}; each is as large as it is": _passed(
                    chain, start, bend, most=most
                )
                for most in (1, 5, 10, 20)
            }
            wrong = {
                cause: lists for cause, lists in wrong.items() if name == "linear" or '"linear"' not in cause
            }
            found_a, found_h = forward([*chain], start.copy(), name)
            lengths = [len(found_a), len(found_h)]
            if lengths != [5, 6]:  # do they grow with each call?
                grown = len(forward([*chain], start.copy(), name)[0]) > lengths[0]
                expect.equal(
                    lengths,
                    [5, 6],
                    "the lengths of a and h for five layers",
                    cause="the lists still hold what earlier calls appended" if grown else None,
                    step="Make both lists inside the function, anew in each call."
                    if grown
                    else "Begin with h = [x] and a = []; each layer appends one array to each.",
                )
            expect.close(
                found_a,
                right_a,
                f"a, for five layers of {name} of different widths",
                atol=1e-3,
                mistakes={cause: a for cause, (a, _) in wrong.items()},
                step="Append W h to a, where h is the output of the layer before.",
            )
            expect.close(
                found_h,
                right_h,
                f"h, for five layers of {name} of different widths",
                atol=1e-3,
                mistakes={"the list is in reverse order": right_h[::-1]}
                | {cause: h for cause, (_, h) in wrong.items()},
                step="Every layer has the activation function, the last one too.",
            )
    with exercise.part("layers of equal width, and the arguments as they were", points=1):
        chain, start = list(rng.normal(size=(4, 5, 5))), rng.normal(size=5)
        handed, handed_start = [matrix.copy() for matrix in chain], start.copy()
        found = forward(handed, handed_start, "sigmoid")[1]
        expect.equal(
            len(handed),
            4,
            "the number of matrices in the list of weights, after the call",
            cause="the list that was handed over was changed",
            step="Go through the list with a for loop; pop and append change what others still need.",
        )
        expect.equal(
            [handed_start, *handed],
            [start, *chain],
            "x and weights after the call",
            cause="an array that was handed over was changed in place (as x /= … and x[:] = … do)",
            step="Make new arrays; change no argument.",
        )
        curve = _bends["sigmoid"]
        right = _passed(chain, start, curve)[1]
        expect.equal(
            len(found),
            5,
            "the length of h for four layers",
            step="Begin with h = [x] in each call; each layer appends one array.",
        )
        expect.close(
            found,
            right,
            "h, for four layers of five sigmoids",
            mistakes={
                "this is h W (a row times a matrix), not W h": _passed(
                    [matrix.T for matrix in chain], start, curve
                )[1],
                "the layers were taken from the last to the first": _passed(chain[::-1], start, curve)[1],
                "every layer has the weights of the first": _passed(chain[:1] * 4, start, curve)[1],
                "every layer begins again at x": _passed(chain, start, curve, anew=True)[1],
                "the activation function is applied twice between two layers": _passed(
                    chain, start, curve, again=curve
                )[1],
                "the last layer has no activation function": _passed(
                    chain, start, curve, last=_bends["linear"]
                )[1],
                "the sigmoid is taken for tanh": _passed(chain, start, np.tanh)[1],
                "a layer is given the pre-activation of the one before, not its output": _passed(
                    chain, start, curve, unbent=True
                )[1],
                "all layers put their outputs into the same array, where the last one stays": [
                    start,
                    *right[-1:] * 4,
                ],
            },
            step="Here inputs are columns: the matrix stands on the left.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Exercise 3: Backward pass (4 points)
#
# Write `backward(weights, a, h, target, name)`, which returns the list of the $L$ gradients
# $\partial E / \partial W_l$, in the order of `weights`.
#
# The check that you see looks at the last layer only; hidden checks look at the others. You need not
# guess whether you will pass those: in the next exercise you build a tool that tells you.


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
        # pre-activations where tanh bends: elsewhere a wrong slope may be nearly right
        bent = rng.uniform(0.5, 1.5, size=3) * rng.choice([-1, 1], size=3)
        matrix += np.outer(bent - matrix @ start, start) / (start @ start)
        before = matrix @ start
        output = np.tanh(before)
        # copies: a call may change what it is given
        gradients = backward(
            [matrix.copy()], [before.copy()], [start.copy(), output.copy()], wanted.copy(), "tanh"
        )
        expect.equal(len(gradients), 1, "the number of gradients of a single layer")
        right = np.outer((output - wanted) * (1 - output**2), start)
        expect.close(
            gradients[0],
            right,
            "the gradient of a single layer of tanh",
            atol=1e-5,
            mistakes={
                "it is transposed: it should have the shape of the weights": right.T,
                "the slope of the activation function is missing": np.outer(output - wanted, start),
                "the sign is wrong: it points downhill": -right,
                "there is a factor 2 too many; the loss has a half in front": 2 * right,
                "it is divided by the number of outputs; the loss is a sum over them": right / 3,
                "the slope was taken at the activation, not at the pre-activation": np.outer(
                    (output - wanted) * (1 - np.tanh(output) ** 2), start
                ),
            },
            step="np.outer(delta, h[l]) is the matrix with entries delta_i h_j.",
        )

    ### BEGIN HIDDEN TESTS
    def _squash(z):
        return 1 / (1 + np.exp(-z))

    def _passes(chain, start, bend):
        """Pre-activations and inputs of all layers."""
        before, after = [], [start]
        for matrix in chain:
            before.append(matrix @ after[-1])
            after.append(bend(before[-1]))
        return before, after

    def _slopes_of(name, before):
        if name == "tanh":
            return [1 - np.tanh(z) ** 2 for z in before]
        return [np.ones_like(z) if name == "linear" else _squash(z) * (1 - _squash(z)) for z in before]

    def _gradients_with(chain, inputs, slopes, error, *, back=None, steep=None, first=None, most=np.inf):
        """Gradients by the chain rule; `back`, `steep`, `first` (the last slope), `most` stand for mistakes."""
        back, steep = back or [matrix.T for matrix in chain], steep or slopes
        delta, found = error * (slopes[-1] if first is None else first), []
        for layer in range(len(chain) - 1, -1, -1):
            delta = np.clip(delta, -most, most)
            found.insert(0, np.outer(delta, inputs[layer]))
            if layer:
                delta = back[layer] @ delta * steep[layer - 1]
        return found

    def _mistaken(chain, before, after, name, error):
        """The gradients of mistakes that can be made with layers of any widths, by cause."""
        slopes = _slopes_of(name, before)
        carried, own = error, []  # each layer's own slope only
        for matrix, slope_here, signal in zip(chain[::-1], slopes[::-1], after[-2::-1], strict=True):
            own.insert(0, np.outer(carried * slope_here, signal))
            carried = matrix.T @ carried
        right = _gradients_with(chain, after, slopes, error)
        wrong = {
            "only the last layer has its slope; the slopes on the way back are missing": _gradients_with(
                chain, after, slopes, error, steep=[1.0] * len(chain)
            ),
            "the slope of the output layer is missing": _gradients_with(chain, after, slopes, error, first=1),
            "each layer has only its own slope; delta must take the slopes along on its way": own,
            "on its way through a layer, delta takes that layer's slope, which it has already; the slope of the layer "
            "before is due": _gradients_with(
                chain,
                after,
                slopes,
                error,
                back=[matrix.T * of_layer for matrix, of_layer in zip(chain, slopes, strict=True)],
                steep=[1.0] * len(chain),
            ),
            "it is divided by the number of outputs; the loss is a sum over them": [
                gradient / len(error) for gradient in right
            ],
            "the list is in reverse order": right[::-1],
        }
        for other in ("sigmoid", "tanh"):
            if other != name:
                wrong[f"the slopes of {name} are taken for those of the {other}"] = _gradients_with(
                    chain, after, _slopes_of(other, before), error
                )
                # 1 − h² and h (1 − h) are slopes only where h came out of that function
                of_outputs = [out * (1 - out) if other == "sigmoid" else 1 - out**2 for out in after[1:]]
                wrong[f"the slopes of {name} are computed from h as for the {other}"] = _gradients_with(
                    chain, after, of_outputs, error
                )
        return wrong

    with exercise.part("four layers of equal width", points=2):
        chain, start, wanted = list(rng.normal(size=(4, 5, 5))), rng.normal(size=5), rng.uniform(size=5)
        before, after = _passes(chain, start, _squash)
        handed = [[array.copy() for array in arrays] for arrays in (chain, before, after, [wanted])]
        found = backward(*handed[:3], handed[3][0], "sigmoid")
        expect.equal(
            [len(arrays) for arrays in handed[:3]],
            [4, 4, 5],
            "the lengths of the lists weights, a and h, after the call",
            cause="a list that was handed over was changed",
            step="Read a[l] and h[l] by their index; pop takes them from whoever called the function.",
        )
        for called, arrays, kept in zip(
            ("weights", "a", "h", "target"), handed, (chain, before, after, [wanted]), strict=True
        ):
            expect.equal(
                arrays,
                kept,
                f"the arrays of {called} after the call",
                cause="an array that was handed over was changed in place",
                step="Make new arrays: x = x - y rather than x -= y. backward computes gradients and trains nothing.",
            )
        slopes, error = _slopes_of("sigmoid", before), after[-1] - wanted
        of_outputs = [_squash(out) * (1 - _squash(out)) for out in after[1:]]
        right = _gradients_with(chain, after, slopes, error)
        expect.close(
            found,
            right,
            "the gradients of four layers of five sigmoids",
            rtol=1e-4,
            atol=1e-6,
            mistakes={
                "the weights on the way back are not transposed": _gradients_with(
                    chain, after, slopes, error, back=chain
                ),
                "delta was multiplied with the weights of the layer before: the index is one off": _gradients_with(
                    chain, after, slopes, error, back=[chain[0].T, *(matrix.T for matrix in chain[:-1])]
                ),
                "the slopes are those of the layer after: the index is one off": _gradients_with(
                    chain, after, slopes, error, steep=slopes[1:]
                ),
                "delta was multiplied with the layer's output, not with its input: the index is one off": _gradients_with(
                    chain, after[1:], slopes, error
                ),
                "the slopes were taken at the activations, not at the pre-activations": _gradients_with(
                    chain, after, of_outputs, error
                ),
                "the slopes on the way back were taken at the activations, not at the pre-activations": _gradients_with(
                    chain, after, of_outputs, error, first=slopes[-1]
                ),
                "all layers put their gradients into the same array, where that of layer 0 stays": right[:1]
                * 4,
            }
            | _mistaken(chain, before, after, "sigmoid", error),
            step="Write your own gradient check (Exercise 4) and see in which layers it sounds the alarm.",
        )
    with exercise.part("different widths and activation functions", points=1):
        for bend, name in ((np.tanh, "tanh"), (lambda z: z, "linear"), (_squash, "sigmoid")):
            widths = rng.permutation(np.arange(2, 8))
            widths[rng.integers(1, 5)] = 1  # a layer of a single unit is a layer, too
            chain = [rng.normal(size=(units, inputs)) / 2 for inputs, units in pairwise(widths)]
            before, after = _passes(chain, 3 * rng.normal(size=widths[0]), bend)
            for far in (3, 3000):  # targets far away: gradients are as large as they are
                wanted = far * rng.normal(size=widths[-1])
                error, slopes = after[-1] - wanted, _slopes_of(name, before)
                expect.close(
                    backward([*chain], [*before], [array.copy() for array in after], wanted.copy(), name),
                    _gradients_with(chain, after, slopes, error),
                    f"the gradients of five layers of {name} of different widths",
                    rtol=1e-4,
                    atol=1e-4 * far / 3,
                    mistakes=_mistaken(chain, before, after, name, error)
                    | {
                        f"delta was limited to {most} and −{most}; the gradient is as large as it is": _gradients_with(
                            chain, after, slopes, error, most=most
                        )
                        for most in (1, 5, 10, 100)
                    },
                    step="Take the slopes from slope(name, …), and all sizes from the arguments.",
                )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Exercise 4: Gradient check (3 points)
#
# A wrong gradient does not crash the program. The network learns a little worse, and nobody knows why.
# But there is a way to compute a gradient that needs no chain rule and no cleverness: change a single
# weight $w$ a little, and see what the loss does. The **central difference**
#
# $$\frac{\partial E}{\partial w} \approx \frac{E(w + s) - E(w - s)}{2 s}$$
#
# has an error that shrinks with $s^2$, while the error of the one-sided $(E(w+s) - E(w))/s$ shrinks only
# with $s$. It costs two forward passes for *each* weight: far too slow for training, but just right for a
# test.
#
# 1. Write `numerical_gradients(weights, x, target, name, step=1e-5)`, which returns a list of arrays like
#    `backward`. It uses your `forward`. At the end, every weight must be back at its old value. Compute in
#    float64, as NumPy does with the arrays that you are given: in float32 the difference of two losses
#    that are so close is mostly rounding.
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


# %% nbgrader={"grade": true, "grade_id": "gradient-check-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false} tags=["builds-on:forward", "float64"]
with expect.exercise("Gradient check", points=3) as exercise:
    rng = np.random.default_rng()

    with exercise.part("two linear layers, for which central differences are exact", points=1):
        lower, upper = rng.normal(size=(3, 4)), rng.normal(size=(5, 3))
        start, wanted = rng.normal(size=4), rng.normal(size=5)
        error = upper @ lower @ start - wanted
        right = np.outer(error, lower @ start)
        steep = (lower @ start) ** 2  # what a one-sided difference gets wrong, in units of the step / 2
        found = numerical_gradients([lower.copy(), upper.copy()], start.copy(), wanted.copy(), "linear", 0.1)
        expect.equal(len(found), 2, "the number of gradients of two layers")
        expect.close(
            found[1],
            right,
            "the numerical gradient of the second of two linear layers, with step=0.1",
            rtol=1e-6,
            atol=1e-9,
            mistakes={
                "this is a one-sided difference": right + 0.05 * steep,
                "this is a one-sided difference, downwards": right - 0.05 * steep,
                "twice too large: this divides by the step, not by twice the step, or the loss has no half in front": 2
                * right,
                "the loss is the mean over the outputs; it is half of their sum": right * 2 / 5,
                "the loss is half of the mean over the outputs; it is half of their sum": right / 5,
                "the sign is wrong": -right,
            },
            step="Change one entry of the weights up and down, and compute the loss each time.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("sigmoids, and the weights as they were", points=1):

        def _loss_of(chain, start, wanted, bend):
            for matrix in chain:
                start = bend(matrix @ start)
            return np.sum((start - wanted) ** 2) / 2

        def _squash(z):
            return 1 / (1 + np.exp(-z))

        chain = [rng.normal(size=(3, 2)), rng.normal(size=(2, 3)), rng.normal(size=(3, 2))]
        start, wanted, by = rng.normal(size=2), rng.uniform(size=3), float(rng.uniform(0.3, 0.6))
        original = [matrix.copy() for matrix in chain]
        found = numerical_gradients(chain, start.copy(), wanted.copy(), "sigmoid", by)

        def _differences(up, down, *, bend=_squash, relative=False):
            """Difference quotients of every weight, moved by `up` and by `down`."""
            found = [np.zeros(matrix.shape) for matrix in original]
            for layer, matrix in enumerate(original):
                for index in np.ndindex(*matrix.shape):
                    losses, scale = [], abs(matrix[index]) if relative else 1
                    for move in (up * scale, down * scale):
                        changed = [other.copy() for other in original]
                        changed[layer][index] += move
                        losses.append(_loss_of(changed, start, wanted, bend))
                    found[layer][index] = (losses[0] - losses[1]) / ((up - down) * scale)
            return found

        def _differences_of_drifting_weights(only_the_last=False, in_the_end=False):
            """Central differences when no weight is put back, or not the last of a matrix, or all in the end."""
            drifting, found = [matrix.copy() for matrix in original], []
            for layer, matrix in enumerate(drifting):
                found.append(np.zeros(matrix.shape))
                for index in np.ndindex(*matrix.shape):
                    if only_the_last:
                        matrix[:] = original[layer]
                    matrix[index] += by
                    above = _loss_of(drifting, start, wanted, _squash)
                    matrix[index] -= 2 * by
                    found[-1][index] = (above - _loss_of(drifting, start, wanted, _squash)) / (2 * by)
                if in_the_end:
                    matrix[:] = original[layer]
            return found

        central = _differences(by, -by)
        expect.close(
            found,
            central,
            f"the central differences of three layers of sigmoids, with step={by:.3f}",
            rtol=1e-6,
            atol=1e-9,
            mistakes={
                "these are one-sided differences": _differences(by, 0),
                "these are one-sided differences, downwards": _differences(0, -by),
                "the argument step is ignored, or these are the exact gradients of backward": _differences(
                    1e-5, -1e-5
                ),
                "each weight is changed by a share of its own size, not by the step": _differences(
                    by, -by, relative=True
                ),
                "each weight is changed by half of the step": _differences(by / 2, -by / 2),
                "each weight is changed by twice the step": _differences(2 * by, -2 * by),
                "a weight keeps its new value while the next ones are tried": _differences_of_drifting_weights(),
                "the last weight of each matrix was not put back": _differences_of_drifting_weights(True),
                "a matrix is put back only when all its weights were tried": _differences_of_drifting_weights(
                    in_the_end=True
                ),
                "the loss is the mean over the outputs; it is half of their sum": [
                    gradient * 2 / 3 for gradient in central
                ],
                "the loss is half of the mean over the outputs; it is half of their sum": [
                    gradient / 3 for gradient in central
                ],
                "the activation function is always linear": _differences(by, -by, bend=lambda z: z),
                "the activation function is always tanh": _differences(by, -by, bend=np.tanh),
            },
            step="Use E(w + step) and E(w − step), and put the old weight back before you go to the next.",
        )
        expect.close(
            chain,
            original,
            "the weights after the call",
            rtol=0,
            atol=1e-12,
            cause="a weight does not have its old value again",
            step="Keep the old value of the weight, and put that back.",
        )
        # large inputs and small weights: a step of 0.0001 is too long here
        original, start = [rng.normal(size=(3, 4)) / 100], 100 * rng.normal(size=4)
        expect.close(
            numerical_gradients([original[0].copy()], start.copy(), wanted.copy(), "tanh"),
            _differences(1e-5, -1e-5, bend=np.tanh),
            "the numerical gradients of a layer of tanh with the default step",
            rtol=1e-6,
            atol=1e-7,
            mistakes={
                "tanh is taken for the sigmoid": _differences(1e-5, -1e-5),
                "the activation function is always linear": _differences(1e-5, -1e-5, bend=lambda z: z),
            }
            | {
                f"the default of step was changed to {other:g}; it is 0.00001": _differences(
                    other, -other, bend=np.tanh
                )
                for other in (1e-1, 1e-2, 1e-3, 1e-4)
            },
            step="Leave the first line of the function as it was: step=1e-5.",
        )
    with exercise.part("relative errors", points=1):
        # the second layer's gradients are tiny: whatever is added to a norm shows there
        ours = [rng.normal(size=(3, 4)), 1e-9 * rng.normal(size=(2, 3)), rng.normal(size=(2, 2))]
        theirs = [gradient * rng.uniform(0.5, 1.5, size=gradient.shape) for gradient in ours[:2]] + [-ours[2]]
        pairs = list(zip(ours, theirs, strict=True))

        def _size(array):
            return np.sqrt(np.sum(array**2))

        distances = [_size(our - their) for our, their in pairs]
        totals = [_size(our) + _size(their) for our, their in pairs]
        joined = [np.concatenate([array.ravel() for array in arrays]) for arrays in (ours, theirs)]
        expect.close(
            relative_errors([array.copy() for array in ours], [array.copy() for array in theirs]),
            np.divide(distances, totals),
            "the relative errors of three layers: some gradients, tiny ones, and opposite ones",
            mistakes={
                "this is the distance, not yet divided": distances,
                "the denominator is one norm, of the sum of both; the sum of two norms was asked for": np.divide(
                    distances, [_size(np.abs(our) + np.abs(their)) for our, their in pairs]
                ),
                "the denominator is the root of both sums of squares; the sum of two norms was asked for": np.divide(
                    distances, [np.hypot(_size(our), _size(their)) for our, their in pairs]
                ),
                "this divides by the larger of the two norms only": np.divide(
                    distances, [max(_size(our), _size(their)) for our, their in pairs]
                ),
                "this divides by the mean of the two norms, not by their sum": np.divide(
                    distances, np.divide(totals, 2)
                ),
                "this divides by one of the two norms only": np.divide(
                    distances, [_size(their) for their in theirs]
                ),
                "this divides by the first of the two norms only": np.divide(
                    distances, [_size(our) for our in ours]
                ),
                "this uses a matrix norm (the largest stretch), not the root of the sum of squares": [
                    np.linalg.norm(our - their, 2) / (np.linalg.norm(our, 2) + np.linalg.norm(their, 2))
                    for our, their in pairs
                ],
                "this is the difference of the norms, not the norm of the difference": [
                    abs(_size(our) - _size(their)) / (_size(our) + _size(their)) for our, their in pairs
                ],
                "this is one number for all layers together": [
                    _size(joined[0] - joined[1]) / (_size(joined[0]) + _size(joined[1]))
                ]
                * 3,
                "this is the mean of the relative errors of the entries": [
                    np.mean(np.abs(our - their) / (np.abs(our) + np.abs(their))) for our, their in pairs
                ],
            }
            | {
                f"{extra:g} is added to the denominator": np.divide(distances, np.add(totals, extra))
                for extra in (1e-6, 1e-7, 1e-8, 1e-10, 1e-12)
            },
            step="For one layer: the norm of the difference, divided by the sum of both norms.",
        )
        # the small error is 0.0000025, but for rounding in float32
        expect.close(
            relative_errors([1.000005 * ours[0], *ours[1:]], ours),
            [2.5e-6, 0, 0],
            "the relative errors of gradients that are nearly equal, and of equal ones",
            rtol=0.1,
            atol=1e-8,
            mistakes={
                f"the errors are rounded to {digits} digits": [np.round(2.5e-6, digits), 0, 0]
                for digits in (2, 6)
            },
            step="Give the numbers as they are: a small error is what you look for.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Experiment: two famous bugs
#
# Two mistakes are so common in backward passes that even published code contains them: a **transpose** is
# forgotten ($W_l \delta_l$), or an **index** is off by one ($\delta_l h_{l+1}^\top$). If all layers have
# the same width, neither of them crashes. We can imitate both without touching your function: hand it
# transposed weights, or a list `h` that is shifted by one.
#
# **Predict.** In a chain of five layers, in which layers does the gradient check sound the alarm for each
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
# **See and explain.** A correct gradient differs from the numerical one by about $10^{-8}$ or less, a
# wrong one by a tenth or more. A forgotten transpose spares the *last* layer, whose gradient is computed
# before any matrix is multiplied: a test of the last layer alone would have let it through (as the
# visible check of Exercise 3 does). An index that is off by one spoils every layer. So check all layers,
# and check on a small network with random weights.
#
# **Go further.** Let `step` run from $10^{-1}$ to $10^{-13}$ and plot the error on logarithmic axes. Why
# does the error grow again for the smallest steps? Where is its lowest point in float32?

# %% [markdown] tags=["covers-42"]
# ### Exercise 5: How much slower? (2 points)
#
# Gradient descent moves each layer's weights by the learning rate times their gradient. So the ratio of
# two gradient norms says how much slower one layer learns than the other.
#
# 1. Write `times_slower(gradients, layer)`: the last layer's gradient norm divided by that of `layer`
#    (counted from 0).
# 2. Write `factor_per_layer(gradients)`: the constant factor which, applied once for each step from a
#    layer to the one before it, would take the last layer's norm to the first layer's.
#
# Vanished gradients are tiny. Stay in float64, the type in which they are passed to you: in float32 the
# square of anything below $10^{-23}$ is 0.


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


# %% nbgrader={"grade": true, "grade_id": "slower-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false} tags=["float64"]
with expect.exercise("How much slower?", points=2) as exercise:
    rng = np.random.default_rng()
    steep = float(rng.uniform(0.2, 0.4))
    matrices = [10 * rng.normal(size=(4, 3)) * steep ** (6 - layer) for layer in range(7)]
    sizes = np.array([np.sqrt(np.sum(matrix**2)) for matrix in matrices])

    with exercise.part("times_slower", points=1):
        handed = [*matrices]
        for layer in (0, 3, 6):
            found = times_slower(handed, layer)
            expect.equal(
                len(handed),
                7,
                "the number of gradients in the list, after the call",
                cause="the list that was handed over was changed",
                step="Read gradients[-1]; pop takes it from whoever called the function.",
            )
            expect.close(
                found,
                sizes[-1] / sizes[layer],
                f"times_slower(gradients, {layer}) of seven layers",
                mistakes={
                    "this is its inverse": sizes[layer] / sizes[-1],
                    "this is the norm of the last layer, not yet divided": sizes[-1],
                    "layers are counted from 0 here": sizes[-1] / sizes[layer - 1],
                    "this uses the sum of squares, without the root": (sizes[-1] / sizes[layer]) ** 2,
                    "this uses a matrix norm (the largest stretch), not the root of the sum of squares": (
                        np.linalg.norm(matrices[-1], 2) / np.linalg.norm(matrices[layer], 2)
                    ),
                    "1e-8 is added to the denominator": sizes[-1] / (sizes[layer] + 1e-8),
                },
                step="Divide the last layer's norm by that of the layer in question.",
            )
    ### BEGIN HIDDEN TESTS
    with exercise.part("factor_per_layer, and arrays of any shapes", points=1):
        # any number of layers but seven, any shapes; shrinking on the way back, and growing
        for growth, depths in (
            (float(rng.uniform(0.1, 0.4)), [9, 11]),
            (float(rng.uniform(2.5, 6)), [4, 6, 8]),
        ):
            depth = int(rng.choice(depths))
            shapes = [[(3, 4), (5,), (2, 3, 2), (2, 2), (7, 2)][place] for place in rng.permutation(12) % 5][
                :depth
            ]
            # those that are compared are of different sizes, and one of any two is no matrix
            shapes[0], shapes[1], shapes[-1] = (
                [(5,), (2, 3, 2), (7, 2)][place] for place in rng.permutation(3)
            )
            # tiny, as vanished gradients are: whatever is added to a norm shows, and float32 squares are 0
            arrays = [
                1e-25 * rng.normal(size=shape) * growth ** (depth - layer)
                for layer, shape in enumerate(shapes)
            ]
            norms = np.array([np.sqrt(np.sum(array**2)) for array in arrays])
            spread = np.array([np.sqrt(np.mean(array**2)) for array in arrays])
            whole, steps = norms[0] / norms[-1], depth - 1
            expect.close(
                factor_per_layer([*arrays]),
                whole ** (1 / steps),
                f"factor_per_layer of {depth} layers of the shapes {shapes}",
                mistakes={
                    f"from the first to the last of {depth} layers there are {steps} steps, not {depth}": whole
                    ** (1 / depth),
                    "there are always six steps, whatever the number of layers": whole ** (1 / 6),
                    "there are always seven layers, whatever the number of gradients": (
                        (norms[0] / norms[min(6, steps)]) ** (1 / 6)
                    ),
                    "there are always 49 steps, whatever the number of layers": whole ** (1 / 49),
                    "this is the factor from a layer to the one after it"
                    if growth < 1
                    else "a factor above 1 is turned over; a gradient may grow on its way, too": whole
                    ** (-1 / steps),
                    "factors multiply: take a root, do not divide": whole / steps,
                    "this is the mean of the single factors; their product does not lead to the first norm": np.mean(
                        norms[:-1] / norms[1:]
                    ),
                    "this is the median of the single factors; its power does not lead to the first norm": np.median(
                        norms[:-1] / norms[1:]
                    ),
                    "this is the factor of a single step, from the last layer to the one before": norms[-2]
                    / norms[-1],
                    "this is a line through the logarithms of all layers; only the first and the last count": np.exp(
                        -np.polyfit(np.arange(depth), np.log(norms), 1)[0]
                    ),
                    "this uses the root of the mean square; the norm is the root of the sum": (
                        spread[0] / spread[-1]
                    )
                    ** (1 / steps),
                    "this is the factor of a single step, to the first layer": norms[0] / norms[1],
                    "this uses the sums of squares, without the root": whole ** (2 / steps),
                    "the factor is not let above 1; a gradient may grow on its way, too"
                    if growth > 1
                    else "something is added to the norms, or they are kept away from 0; these are tiny": 1.0,
                    "the squares of float32 numbers became 0": np.nan,
                }
                | {
                    f"{extra:g} is added to the last norm, or is the least that it can be": (norms[0] / extra)
                    ** (1 / steps)
                    for extra in (1e-6, 1e-8, 1e-10, 1e-12)
                }
                | {
                    f"the factor is rounded to {digits} digits": round(whole ** (1 / steps), digits)
                    for digits in (1, 2, 3, 4)
                },
                step="The factor, to the power of the number of steps, is the ratio of first to last norm.",
            )
            expect.close(
                times_slower([*arrays], 1),
                norms[-1] / norms[1],
                f"times_slower(gradients, 1) of layers of the shapes {shapes}",
                atol=0,
                mistakes={
                    "this uses the root of the mean square; the norm is the root of the sum": spread[-1]
                    / spread[1],
                    "it is not let below 1; the last layer may be the slower one, too": 1.0,
                    "this is the largest norm, not the last one, divided": norms.max() / norms[1],
                    "there are always seven layers, whatever the number of gradients": norms[min(6, steps)]
                    / norms[1],
                    "the squares of float32 numbers became 0": np.nan,
                }
                | {
                    f"{extra:g} is added to the denominator, or is the least that it can be": norms[-1]
                    / extra
                    for extra in (1e-6, 1e-8, 1e-10, 1e-12)
                },
                step="Take the norm of all entries of an array, whatever its shape and size, and add nothing.",
            )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-42"]
# ### Experiment: fifty layers of sigmoids
#
# Now the chain gets long: fifty layers of five sigmoids. The weights are normal random numbers with mean 0
# and a standard deviation of 0.45 (that is $1/\sqrt 5$: on average such a matrix keeps the length of a
# vector), 1, or 4. Each chain is drawn many times, and your two functions from Exercise 5 measure it.
#
# **Predict.** The best case above was a factor of 1/4 per layer. Where will the three chains lie: below
# it, or above? Can larger weights save the gradient?


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
    runs.record(f"chain_factor_a_layer_sd_{stddev:.2g}", per_layer.mean(), show=False)
    runs.record(f"chain_log10_slowdown_of_30th_layer_sd_{stddev:.2g}", slower.mean(), show=False)

# %% [markdown]
# **See.** A line is the median over the chains, and a band runs from the smallest to the largest (as in
# all plots by layer). On the logarithmic axis all curves are straight: each layer multiplies the gradient
# by about the same factor, and fifty layers multiply it by the fiftieth power of that factor.
#
# **Explain.** This is the **vanishing gradient** (Hochreiter, 1998).
#
# | Standard deviation | Factor per layer | Why |
# |---|---|---|
# | 0.45 | 0.21 ± 0.01 | The weights keep a vector's length, so the factor is a little below the best case of 1/4. The 30th layer is then about $10^{14}$ times slower than the last one. |
# | 1 | 0.37 ± 0.02 | The weights stretch the gradient, so the factor is *above* 1/4: the best case assumed weights that do not stretch. |
# | 4 | 0.49 ± 0.09 | Weights four times as large stretch four times as much, and yet the factor grows only this far: they make the pre-activations large, where the sigmoids are saturated. What the weights gain, the slopes lose. The band is wide now, because the number of saturated units depends on the draw. |
#
# **Go further.** Replace the sigmoid by tanh, whose largest slope is 1. For which standard deviation does
# the gradient keep its size?

# %% [markdown]
# ## 2 Sixty layers in Keras
#
# Back to Keras and to real images: Fashion-MNIST, as in Practical 1. All grey values are standardised with
# one mean and one standard deviation, those of the training images.

# %% nbgrader={"grade": false, "grade_id": "load-data", "locked": true, "schema_version": 3, "solution": false, "task": false}
N_TRAIN = training.budget(full=6_400, quick=960)
N_VALID = 5_000

fashion = data.load("fashion_mnist")
rows = fashion.x_train[: N_VALID + N_TRAIN].reshape(-1, 784).astype("float32")
mean, deviation = rows[N_VALID:].mean(), rows[N_VALID:].std()
x_valid, y_valid = (rows[:N_VALID] - mean) / deviation, fashion.y_train[:N_VALID]
x_train, y_train = (rows[N_VALID:] - mean) / deviation, fashion.y_train[N_VALID : N_VALID + N_TRAIN]
print(f"{len(x_train):,} training images, {len(x_valid):,} validation images of 784 pixels")

# %% [markdown] tags=["covers-14"]
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
# Pass all layers to `keras.Sequential` in one list. With `model.add`, Keras goes through the whole model
# again for each new layer; with sixty of them, that takes a long time.


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
        expect.builtin_model(candidate, "the model that build_deep_mlp returns")
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
    def _rectified(z):
        return np.maximum(z, 0)

    def _softmax(logits):
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    with exercise.part("depth, activation function and initial weights", points=1):
        n_deep = int(rng.integers(3, 5))
        sizes = (784, 300, *[100] * n_deep, 10)
        # not in the pairs that go well together: each argument counts for itself
        for wanted, initialiser in (("tanh", "he_normal"), ("relu", "glorot_normal")):
            called = f"build_deep_mlp({n_deep}, {wanted!r}, {initialiser!r})"
            candidate = build_deep_mlp(n_deep, wanted, initialiser)
            expect.builtin_model(candidate, "the model that build_deep_mlp returns")
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
            he = [np.sqrt(2 / a) for a, _ in hidden_sizes]
            expect.close(
                [float(kernel.std()) for kernel in arrays[:-2:2]],
                glorot if "glorot" in initialiser else he,
                f"the standard deviation of the initial weights of each hidden layer of {called}",
                rtol=0.05,
                atol=0,
                mistakes={
                    "these are Glorot weights, which Dense uses when told nothing else": glorot,
                    "these are He weights, and the argument asks for others": he,
                    "the first hidden layer has Glorot weights, which Dense uses when told nothing else": [
                        glorot[0],
                        *he[1:],
                    ],
                    "only the first hidden layer has the weights asked for": [he[0], *glorot[1:]],
                    "only the first two hidden layers have the weights asked for": [*he[:2], *glorot[2:]],
                },
                step="Pass kernel_initializer=initialiser to every hidden layer.",
            )
            # the largest of many uniform numbers is 1.7 standard deviations, of these normal ones 2.3
            expect.true(
                bool(min(np.abs(kernel).max() / kernel.std() for kernel in arrays[:-2:2]) > 2),
                f"the initial weights of each hidden layer of {called} are normal random numbers",
                cause="they are spread evenly, as with an initialiser whose name ends with _uniform, such as that of Dense itself",
                step="Pass kernel_initializer=initialiser to every hidden layer.",
            )
            expect.equal(
                [float(np.abs(bias).max()) for bias in arrays[1::2]],
                [0.0] * (n_deep + 2),
                f"the largest bias of each layer of {called} at the start",
                cause="the biases have an initialiser, too; those of Dense begin at 0",
                step="Pass the initialiser as kernel_initializer, and leave the biases alone.",
            )
            expect.equal(
                [len(candidate.losses), len(candidate.trainable_weights), bool(candidate.compiled)],
                [0, 2 * n_deep + 4, False],
                f"the losses that layers of {called} add, its trainable arrays, and whether it is compiled",
                mistakes={
                    "the model is compiled": [0, 2 * n_deep + 4, True],
                    "the hidden layers are frozen": [0, 2, False],
                    "the layers of 100 units are frozen": [0, 4, False],
                },
                cause="a layer has a regulariser, or is frozen, or the model is compiled",
                step="Give the layers no arguments but those that the exercise names, and leave the rest to others.",
            )
            expect.true(
                not np.array_equal(arrays[4], arrays[6]),
                f"the initial weights of two layers of 100 units of {called} are not the same numbers",
                cause="the layers share one initialiser, or one seed",
                step="Hand initialiser to each layer as it is given, a name, and set no seed.",
            )
            batch = rng.normal(size=(4, 784)).astype("float32")
            layers = list(zip(arrays[::2], arrays[1::2], strict=True))

            def _logits(of_hidden, layers=layers, batch=batch):
                signal = batch
                for (kernel, bias), bend in zip(layers, [*of_hidden, lambda z: z], strict=True):
                    signal = bend(signal @ kernel + bias)
                return signal

            bends = [np.tanh if wanted == "tanh" else _rectified] * (n_deep + 1)
            logits = _logits(bends)
            right = _softmax(logits)
            expect.close(
                candidate(batch),
                right,
                f"the probabilities that {called} gives for four images",
                rtol=1e-3,
                atol=1e-4,
                mistakes={
                    "the hidden layers have no activation function": _softmax(
                        _logits([lambda z: z] * (n_deep + 1))
                    ),
                    "the first hidden layer has no activation function": _softmax(
                        _logits([lambda z: z, *bends[1:]])
                    ),
                    "only the first hidden layer has the activation function": _softmax(
                        _logits([bends[0], *[lambda z: z] * n_deep])
                    ),
                    "the last hidden layer has no activation function": _softmax(
                        _logits([*bends[:-1], lambda z: z])
                    ),
                    "the hidden layers have ReLU, whatever the argument says": _softmax(
                        _logits([_rectified] * (n_deep + 1))
                    ),
                    "there is no softmax at the end": logits,
                    "there is a sigmoid at the end, not a softmax": 1 / (1 + np.exp(-logits)),
                },
                step="Hidden layers take the argument activation; the last layer has a softmax.",
            )
            expect.close(
                candidate(batch, training=True),
                right,
                f"the probabilities that {called} gives while it is trained",
                rtol=1e-3,
                atol=1e-4,
                cause="a layer was added that works differently while training, as dropout does",
                step="Build the network from Dense layers only.",
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

# %% [markdown] tags=["covers-43"]
# ### Exercise 7: Gradient norms of a Keras model (3 points)
#
# Keras computes gradients for us. With TensorFlow behind it, a **gradient tape** records what is
# computed, and can then differentiate it:
#
# ```python
# with tf.GradientTape() as tape:
#     loss = keras.ops.mean(model(x) ** 2)
# gradients = tape.gradient(loss, model.trainable_variables)   # a list of tensors
# ```
#
# Write `layer_gradient_norms(model, x, y)` for a classifier with softmax: the norm (root of the sum of
# squares) of the gradient of the **mean cross-entropy** of a batch, with respect to each layer's weight
# matrix, `layer.kernel`. Leave out the biases. The function
# `keras.losses.sparse_categorical_crossentropy(y, probabilities)` gives a loss for each image of the
# batch.
#
# Here is a trap: float32 holds a number like $10^{-30}$, but not its square. Convert each gradient with
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

    def _softmax(z):
        powers = np.exp(z - z.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    with exercise.part("a network of a single layer", points=1):
        kernel, bias = rng.normal(size=(6, 4)), rng.normal(size=4)
        single = keras.Sequential([keras.Input(shape=(6,)), keras.layers.Dense(4, activation="softmax")])
        single.set_weights([kernel, bias])
        batch, classes = rng.normal(size=(20, 6)).astype("float32"), rng.integers(4, size=20)
        errors = _softmax(batch @ kernel + bias) - np.eye(4)[classes]
        gradient, of_bias = batch.T @ errors / 20, np.linalg.norm(errors.mean(axis=0))
        right = np.linalg.norm(gradient)
        expect.close(
            layer_gradient_norms(single, batch.copy(), classes.copy()),
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
                "this is the largest entry": [np.abs(gradient).max()],
                "this is a matrix norm (the largest stretch), not the root of the sum of squares": [
                    np.linalg.norm(gradient, 2)
                ],
                "this is the mean of the norms for single images; the loss is averaged first": [
                    np.mean(np.linalg.norm(batch, axis=1) * np.linalg.norm(errors, axis=1))
                ],
            },
            step="One number for each layer.kernel: the root of the sum of all squared entries.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("a network of three layers", points=1):
        # more images than a minibatch of fit; and a layer without biases, whose weights are a square
        batch, classes = rng.normal(size=(71, 8)).astype("float32"), rng.integers(4, size=71)
        shapes = ((8, 5), (5,), (5, 5), (5, 4), (4,))
        arrays = [rng.normal(size=shape).astype("float32") for shape in shapes]
        three = keras.Sequential(
            [
                keras.Input(shape=(8,)),
                keras.layers.Dense(5, activation="tanh"),
                keras.layers.Dense(5, activation="sigmoid", use_bias=False),
                keras.layers.Dense(4, activation="softmax"),
            ]
        )
        three.set_weights(arrays)

        def _norms(images, answers, squared_error=False):
            """The three norms, and that of the gradient of the last bias."""
            lower = np.tanh(images @ arrays[0] + arrays[1])
            upper = 1 / (1 + np.exp(-(lower @ arrays[2])))
            probabilities, wanted = _softmax(upper @ arrays[3] + arrays[4]), np.eye(4)[answers]
            last = (probabilities - wanted) / len(images)
            if squared_error:  # mean over images and classes
                steep = 2 * last / 4
                last = probabilities * (steep - np.sum(steep * probabilities, axis=1, keepdims=True))
            middle = last @ arrays[3].T * upper * (1 - upper)
            first = middle @ arrays[2].T * (1 - lower**2)
            pairs = ((images, first), (lower, middle), (upper, last))
            return [np.linalg.norm(left.T @ right) for left, right in pairs], np.linalg.norm(last.sum(axis=0))

        norms, of_last_bias = _norms(batch, classes)
        handed = batch.copy()
        found = layer_gradient_norms(three, handed, classes.copy())
        expect.equal(
            handed,
            batch,
            "the images after the call",
            cause="they were changed in place",
            step="Use the images as they are given; if you must change them, change a copy.",
        )
        expect.close(
            three.get_weights(),
            arrays,
            "the weights of the model after the call",
            cause="the model was trained",
            step="Compute the gradients and leave the weights alone: no optimiser, no fit.",
        )
        expect.close(
            found,
            norms,
            "the norms for 71 images and a network of three layers, the second without biases",
            rtol=1e-3,
            atol=1e-6,
            mistakes={
                "the order is reversed: begin with the layer next to the input": norms[::-1],
                "the output layer is missing; it is a Dense layer too": norms[:-1],
                "every other variable is a kernel only where all layers have biases; this one is a bias": [
                    *norms[:2],
                    of_last_bias,
                ],
                "only the first 32 images were used": _norms(batch[:32], classes[:32])[0],
                "only the first image was used": _norms(batch[:1], classes[:1])[0],
                "this is the gradient of the mean squared error, not of the cross-entropy": _norms(
                    batch, classes, squared_error=True
                )[0],
                "the loss was summed over the batch, not averaged": [71 * norm for norm in norms],
            },
            step="Go through model.layers in order.",
        )
    with exercise.part("a gradient that is tiny, and not zero", points=1):
        tiny = rng.normal(size=(20, 6)).astype("float32")
        answers = rng.integers(4, size=20)
        even = _softmax(np.tile(bias, (20, 1))) - np.eye(4)[answers]
        right = np.linalg.norm(tiny.T @ even / 20)
        expect.close(
            float(np.ravel(layer_gradient_norms(single, tiny * np.float32(1e-28), answers))[0]) * 1e28,
            right,
            "10²⁸ times the norm for inputs of size 10⁻²⁸",
            rtol=1e-3,
            atol=0,
            mistakes={"the squares of float32 numbers became 0": 0.0},
            step="Convert each gradient to float64 before anything is squared, and add nothing to it.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-16", "covers-43"]
# ### Experiment: which layers get a gradient?
#
# Here are three networks with sixty layers of 100 units, before any training: sigmoids with Glorot
# weights (which is what Keras gives you if you ask only for sigmoids), ReLU with Glorot weights, and ReLU
# with He weights. For comparison, we add the network of Practical 1, with sigmoids.
#
# **Predict.** Draw four curves: the gradient norm, on a logarithmic axis, for each layer. Which curves
# fall on the way from the last layer back to the first? Which are level? Are all level curves at the same
# height?

# %% tags=["experiment", "nbval-ignore-output"]
SEEDS = training.seeds(training.budget(full=5, quick=2))
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
runs.record("first_layer_norm_relu_he", deep_norms["ReLU, He"][:, 0].mean(), show=False)
runs.record("first_layer_norm_relu_glorot", deep_norms["ReLU, Glorot"][:, 0].mean(), show=False)

# %% [markdown]
# **See and explain.** The sigmoids' gradient falls along a straight line, by a factor of about four per
# layer, until it is smaller than the smallest float32: the first few layers get a gradient of *exactly*
# zero, which a logarithmic axis cannot show, so the curve ends before them. Both ReLU networks are level.
# But level is not the same as alive. With Glorot weights **all** layers have a gradient of about
# $10^{-9}$; with He weights it is about 1 to 10. (Exercise 9 will ask why.)
#
# **Go further.** Does the picture change after some training? Train the ReLU network with He weights (next
# section) and measure again.

# %% [markdown] tags=["covers-16"]
# ### Exercise 8: Where it becomes quiet (2 points)
#
# Write `first_quiet_layer(norms, share)`. You walk from the last layer back towards the input, and stop
# at the **first layer on your way** whose gradient norm is below `share` times the norm of the last
# layer. Return its index, counted from 0 at the input, or `None` if you reach the input without meeting
# such a layer. (Layers still further back may be louder again; they do not matter.)


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

    def _in_words(layer):
        """None as a word: it is a legal answer here, and no sign that there is none yet."""
        return "None" if layer is None else layer

    with exercise.part("norms that fall from layer to layer", points=1):
        falling = float(rng.uniform(40, 60)) * 10.0 ** np.arange(-11, 1)
        expect.equal(
            _in_words(first_quiet_layer(falling.copy(), 3e-4)),
            7,
            "first_quiet_layer(norms, 3e-4) for twelve norms that fall by a factor of ten a layer",
            mistakes={
                "this is the last layer before it becomes quiet": 8,
                "this counts from the output": 4,
                "the threshold is relative to the last layer's norm; this takes share itself": 5,
                "this is the quiet layer next to the input, not the first on the way back": 0,
                "None is for norms that are never quiet; here some are (does the function return what it finds?)": "None",
            },
            step="Say that the last layer, 11, has the norm 1; then 10 has 0.1, and so on. Which has less than 3e-4?",
        )

    ### BEGIN HIDDEN TESTS
    def _last_below(norms, limit):
        below = np.flatnonzero(norms < limit)
        return int(below[-1]) if len(below) else "None"

    with exercise.part("norms that rise again, and norms that are never quiet", points=1):
        # what 2 means: the checks before had a quiet layer of another norm, or elsewhere
        for quiet, behind, passed_over in (
            (
                1e-5,
                [0.6, 0.8],
                "this is the last of the quiet layers next to the input; another one comes before it on the way back",
            ),
            (0.0, [0.6, 0.8], "a norm of exactly 0 is quiet, too"),
            (2e-4, [], "the layer right before the last one is passed over"),
        ):
            scale = float(rng.uniform(1e-4, 9e-4))
            # the last layer is not the loudest
            loud = [650, *[0.5] * int(rng.integers(9, 15))]
            walk = scale * np.array([1e-7, 5e-7, 1e-6, *loud, quiet, *behind, 1.0])
            handed = walk.copy()
            found = first_quiet_layer(handed, 1e-3)
            expect.equal(
                handed,
                walk,
                "the norms after the call",
                cause="they were changed in place",
                step="Compare with share times the last norm; norms /= norms[-1] changes the array of the caller.",
            )
            expect.equal(
                _in_words(found),
                3 + len(loud),
                f"first_quiet_layer(norms, 1e-3) for {len(walk)} norms that fall, rise and fall again",
                mistakes={
                    "this is the quiet layer next to the input, not the first on the way back": 0,
                    "the threshold is relative to the last layer's norm; this takes share itself": _last_below(
                        walk, 1e-3
                    ),
                    "the threshold is relative to the last layer's norm; this takes the largest": _last_below(
                        walk, 1e-3 * walk.max()
                    ),
                    passed_over: 2,
                    "the quiet layers are counted; they need not be in one piece": 3,
                    "None is for norms that are never quiet": "None",
                },
                step="Walk from the end of the array to its beginning, and stop at the first quiet layer.",
            )
        # tiny: whatever is added to the last norm shows
        level = 1e-15 * rng.uniform(0.9, 1.1, size=8)
        expect.equal(
            first_quiet_layer(level, 0.5),
            None,
            "first_quiet_layer(norms, 0.5) for eight tiny norms that are nearly equal",
            mistakes={
                "0 is the layer next to the input; none at all is None": 0,
                "-1 is the last layer; none at all is None": -1,
                "7 is the last layer, which is as loud as itself: nothing may be added to its norm; and argmax says 0 "
                "where nothing is True": 7,
            },
            step="Return None when no layer is quiet.",
        )
        expect.equal(
            _in_words(first_quiet_layer(scale * np.array([0.7, 0.05, 0.3, 650, 1.0]), 0.1)),
            1,
            "first_quiet_layer(norms, 0.1) where the layer before the last is 650 times as loud as the last",
            mistakes={
                "the threshold is relative to the last layer's norm; this takes a louder one on the way": 2,
                "layer 1 is quiet, with a twentieth of the last norm; take share from the argument, and walk on where a "
                "layer is loud": "None",
            },
            step="Compare every layer with share times the norm of the last layer, norms[-1].",
        )
        expect.equal(
            _in_words(first_quiet_layer(np.array([0.125, 0.5, 1.0, 2.0]), 0.25)),
            0,
            "first_quiet_layer(norms, 0.25) where layer 1 has exactly a quarter of the last layer's norm",
            mistakes={
                "exactly a quarter is not below a quarter": 1,
                "layer 0 is quiet: it must be looked at, and 0 is not None": "None",
            },
            step="Compare with < rather than with <=, and go on to index 0.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% tags=["experiment", "nbval-ignore-output"]
for name, norms in deep_norms.items():
    stops = [first_quiet_layer(of_seed, 1e-3) for of_seed in norms]
    words = ", ".join("never" if stop is None else f"at layer {stop}" for stop in stops)
    print(f"{name:>16}: first below a thousandth of the last layer {words} (one for each seed)")

# %% [markdown]
# The last layer has the index 61. At a factor of four per layer it takes five layers to reach a
# thousandth ($4^5 = 1024$), so the sigmoids become quiet only a few steps back from the output. The ReLU
# networks never do, not even the one whose gradients are all tiny: a share cannot show that.

# %% [markdown] tags=["covers-15"]
# ### Experiment: do they learn?
#
# **Predict.** We train these networks for a short while, each from several seeds. Guessing gives a
# cross-entropy of $\log 10 = 2.303$ and an accuracy of 0.1. Which of the four do better than that?

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
# **See and explain.** (Lines are means over the seeds; bands run from the lowest to the highest.) Sixty
# layers of sigmoids, and of ReLU with Glorot weights, end no better than guessing: one validation image
# in ten is right. (The sigmoids' loss begins higher and comes down to 2.30, since the last layers do
# learn one thing: without information, the best answer is one tenth for each class.) Sixty ReLU layers
# with He weights have begun to learn. But compare their accuracy with that of the shallow network, which
# is made of sigmoids. In a run this short, a deep network that *can* learn is not necessarily the better
# one.
#
# Nor is it necessarily better after a longer one. A published course trained sixty layers of 100 units on
# 55,000 images for five epochs, with He weights, a learning rate of 0.001, and SELU followed by Leaky ReLU
# in every layer. They learned: they got 0.833 of the validation images right. But the network of Practical
# 1, with two hidden layers of Leaky ReLU, reached 0.849 in the same five epochs.
#
# **Go further.** Give the deep ReLU network a learning rate of 0.03. What happens, and what does that say
# about the range of learning rates that a deep network tolerates?

# %% [markdown]
# ### Experiment: depth, activation, initial weights
#
# Now we go through them all: 5, 10, 20 and 40 hidden layers of 100 units without biases; sigmoid, tanh
# and ReLU; Glorot, He, and large weights (standard deviation 1). For each we note two numbers: the size
# of the **first layer's gradient as a share of the last layer's**, and its **absolute size**, both as a
# logarithm to base 10. (A value of −3 is a thousandth. To save time, the cell multiplies matrices instead
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
# **See.** (The colours reach full strength at $\pm 12$; the numbers go further.) On the left, sigmoids
# with Glorot weights lose a factor of four per layer, $10^{-24}$ in forty; with He weights it is
# $10^{-19}$. Tanh with large weights goes the other way: the first layer's gradient is $10^{14}$ times
# the last one's or more. All others keep a share between a hundredth and a hundred.
#
# **Explain.** Now compare with the right panel. ReLU has a share near 1 with *any* weights, and yet its
# gradients shrink with Glorot weights and explode with large ones, in all layers together. The ratio alone
# would have missed both. At forty layers four combinations have both numbers within a factor of 100 of 1:
# tanh with Glorot or He weights, ReLU with He weights and, surprisingly, sigmoids with large weights.
#
# **Go further.** For ReLU layers without biases, the sum of all products of a weight and its gradient,
# $\sum_{ij} W_{ij}\, \partial E/\partial W_{ij}$, is the same for every layer, whatever the weights.
# Check it. (Why is this so? Multiply one layer's weights by $c > 0$: what happens to the output?) What
# does it say about the left panel?
#
# ### Experiment: is a gradient of the right size enough?
#
# **Predict.** In both panels, sigmoids with large weights look as healthy as ReLU with He weights. Do
# sixty layers of them learn?

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
# **See and explain.** They learn far less than the shallow network: on average they reach less than half
# its accuracy, though their gradient has a sensible size. Such a gradient is necessary, but not
# sufficient. It says how much the loss changes for a tiny step. It does not say whether that still holds
# for steps as large as those of training, nor whether the signal that arrives at the top still has
# anything to do with the image. Practical 3 looks at those signals.
#
# **Go further.** Try learning rates from 0.001 to 0.1. Can you find one with which they learn more?

# %% [markdown] tags=["covers-16"]
# ### Exercise 9: Two kinds of silence (3 points, in words)
#
# With sixty layers and Glorot weights, neither the sigmoids nor the ReLUs learn. Yet they look quite
# different in the left panel above. In six to nine sentences:
#
# 1. What happens to the gradient of the **sigmoids** on its way back, and which factor is to blame?
# 2. What happens in the **ReLU** network, where the first layer's gradient is about as large as the last
#    layer's? Think of the signal on its way *forward*, and of the two factors in
#    $\delta_l\, h_l^\top$.
# 3. What would you change in each of the two, and why does it help?

# %% [markdown] nbgrader={"grade": true, "grade_id": "two-silences", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# In the sigmoid network the signal keeps its size on the way forward: every activation is about 0.5. On
# its way back the gradient is multiplied in each layer by the slopes, which are 1/4 at most, and by
# Glorot weights, which keep its length on average. So $\delta_l$ shrinks by a factor of about four or
# more per layer, and after sixty layers hardly anything is left: the last layers learn, the first do not.
#
# The slope of a ReLU is 1 or 0: a gradient passes unchanged, or not at all. With Glorot weights the
# variance of a signal is halved in each layer, because ReLU removes half of the mean square and nothing makes up for it. That holds forward
# *and* backward: $h_l$ gets smaller by $\sqrt{1/2}$ with each layer on the way forward, and $\delta_l$
# with each layer on the way back. The gradient of a layer is the product of the two,
# $\delta_l h_l^\top$. At the first layer $h$ is large and $\delta$ tiny, at the last it is the other way
# round, and the product is about equally tiny everywhere. The share is 1, and still all layers are
# silent: the share compares layers; it does not show that there is a gradient.
#
# For the ReLUs, He weights suffice: their variance $2/\mathrm{fan_{in}}$ makes up for the half that is
# removed. For the sigmoids there is no such remedy, because their slopes are too small: use an activation
# function with slope 1 (ReLU, or tanh near 0), give the gradient another way back (skip connections), or
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
# A factor above 1 is as bad as one below. And the computer adds a cliff of its own: the largest float32
# is about $3.4 \cdot 10^{38}$. Anything larger becomes `inf`; and $\infty - \infty$ or $0 \cdot \infty$
# is `nan`, not a number, which then spreads to everything it touches.
#
# ### Exercise 10: Layers until overflow (2 points)
#
# As Practical 1 measured, and as its Exercise 9 explained, a ReLU layer with $n$ inputs and random
# weights of mean 0 and standard deviation $s$ multiplies the size of a signal (its root mean square) by
# about $s \sqrt{n/2}$. (With He weights, $s = \sqrt{2/n}$, that is 1.)
#
# Write `layers_until_overflow(width, stddev)`: the smallest number of layers of `width` units after which
# a signal of size 1 has a size **above** the largest float32, `np.finfo("float32").max`. If the signal
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
        for width in (5, 100):  # with 5, many layers: few are the same for different mistakes
            growth = np.log(width / 2) / 2
            layers = int(np.ceil(log_largest / growth))
            expect.equal(
                layers_until_overflow(width, 1.0),
                layers,
                f"layers_until_overflow({width}, 1.0)",
                mistakes={
                    "the limit is the largest float32, and not 10³⁸": int(np.ceil(38 * np.log(10) / growth)),
                    "this is the last layer before the overflow": layers - 1,
                    "this is one layer after the overflow": layers + 1,
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
    def _layers_with(growth):
        """How many layers until the overflow when each adds `growth` to the logarithm; inf where it does not."""
        return int(np.ceil(log_largest / growth)) if growth > 0 else np.inf

    with exercise.part("other weights, and weights that do not explode", points=1):
        # the first takes more than a thousand layers
        for low, high in ((0.03, 0.06), (0.1, 0.6), (0.6, 1.5), (1.5, 3.0)):
            width, growth = 2 * int(rng.integers(10, 200)) + 1, float(rng.uniform(low, high))
            while not 0.05 < log_largest / growth % 1 < 0.95:  # keep away from a tie
                growth = float(rng.uniform(low, high))
            stddev = float(np.exp(growth) / np.sqrt(width / 2))
            layers = _layers_with(growth)
            wrong = {
                "the standard deviation is ignored": _layers_with(np.log(width / 2) / 2),
                "stddev is taken for a variance": _layers_with(np.log(stddev * width / 2) / 2),
                "stddev is squared, and stands beside a root": _layers_with(
                    2 * np.log(stddev) + np.log(width / 2) / 2
                ),
                "the limit is the largest float32, and not 10³⁸": int(np.ceil(38 * np.log(10) / growth)),
                "half of an odd width is not a whole number; nothing is to be cut off": _layers_with(
                    np.log(stddev) + np.log(width // 2) / 2
                ),
                "this is the last layer before the overflow": layers - 1,
                "this is one layer after the overflow": layers + 1,
            }
            expect.equal(
                layers_until_overflow(width, stddev),
                layers,
                f"layers_until_overflow({width}, {stddev:.4f})",
                mistakes={cause: count for cause, count in wrong.items() if np.isfinite(count)}
                | {
                    "the signal does grow here, slowly or with small weights: what counts is the factor": np.inf,
                },
                step="The factor is stddev · √(width / 2).",
            )
        for width, stddev, case in (
            (200, 0.05, "where each layer halves the signal"),
            (2, 1.0, "where the factor is exactly 1"),
        ):
            found = layers_until_overflow(width, stddev)
            expect.equal(
                "None" if found is None else found,
                np.inf,
                f"layers_until_overflow({width}, {stddev:g}), {case}",
                mistakes={
                    "a signal that does not grow never overflows, and that is np.inf rather than None": "None",
                    "a signal that does not grow never overflows: 0 layers says that it already has": 0,
                    "the signal shrinks; this takes it for growth": _layers_with(np.log(2)),
                    "the signal shrinks: a negative number of layers means that it never overflows": -int(
                        log_largest / np.log(2)
                    ),
                },
                step="Look at the factor first: is it above 1?",
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
runs.record("first_layers_with_inf", np.mean(first_inf), show=False)
runs.record("share_of_layers_with_nan_gradient", nan_norms)

# %% [markdown]
# **See and explain.** The size of the signal follows the formula closely. (The axis counts layers from 0,
# so the size after 45 layers is plotted at 44.) The first `inf` comes a layer or so before the predicted
# one, because the largest of 10,000 numbers is several times their root mean square. One layer later
# there is `nan`: some unit adds $+\infty$ from one input and $-\infty$ from another. From there on
# everything is lost, and since the loss is `nan`, so are the gradients of **all** layers, even those
# before the overflow. A single step of gradient descent then makes every weight `nan`, and no further
# step can fix that.
#
# **Go further.** Repeat this in float16, which is often used on graphics cards and whose largest number is
# 65,504. After how many layers does the signal overflow?

# %% [markdown] tags=["covers-27"]
# ### Exercise 11: Clip a gradient (4 points)
#
# Often the gradients are well behaved nearly all the time, and then a single huge one throws the
# parameters far off (Pascanu, Mikolov and Bengio, 2013). The cure is to limit the gradient, in one of two
# ways. Write both, for a list of arrays, one for each layer; neither changes its arguments.
#
# 1. `clip_by_value(gradients, limit)` limits each **entry** to the range from `-limit` to `limit`.
# 2. `clip_by_global_norm(gradients, limit)`: if the norm of **all entries of all arrays together** is above
#    `limit`, all arrays are multiplied by the one number that brings the norm down to `limit`. A gradient
#    that is short enough stays as it is.
#
# Then write a tool to judge them:
#
# 3. `angle_between(gradients, others)`: the angle in **degrees** between two gradients, each taken as one
#    long vector of all its entries: $\cos\alpha = \frac{u \cdot v}{\lVert u \rVert \lVert v \rVert}$.
#    (Rounding may give a cosine of 1.0000000000000002. Your function should survive that.)


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
        handed = [array.copy() for array in steep]
        found = clip_by_value(handed, cap)
        expect.equal(
            handed,
            steep,
            "the gradients that were handed over to clip_by_value, after the call",
            cause="they were changed in place",
            step="Return new arrays.",
        )
        expect.close(
            found,
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
        whole = np.sqrt(sum(np.sum(piece**2) for piece in pieces))
        own = [np.sqrt(np.sum(piece**2)) for piece in pieces]
        # once more with tiny numbers, where whatever is added to the norm shows
        for scale in (1.0, 1e-5):
            small, limit = [scale * piece for piece in pieces], scale * float(rng.uniform(1.5, 3))
            handed = [array.copy() for array in small]
            found = clip_by_global_norm(handed, limit)
            expect.equal(
                handed,
                small,
                "the gradients that were handed over to clip_by_global_norm, after the call",
                cause="they were changed in place",
                step="Return new arrays.",
            )
            expect.close(
                found,
                [piece * limit / whole for piece in pieces],
                f"three arrays of the norm {scale * whole:.3g}, clipped by their common norm at {limit:.3g}",
                atol=1e-6 * scale,
                mistakes={
                    "each array was clipped by its own norm": [
                        scale * piece * min(1, limit / scale / norm)
                        for piece, norm in zip(pieces, own, strict=True)
                    ],
                    "each array was given the norm of the limit": [
                        piece * limit / norm for piece, norm in zip(pieces, own, strict=True)
                    ],
                    "the limit is always 1": [piece / whole for piece in pieces],
                    "this divides by the squared norm: a root is missing": [
                        piece * limit / scale / whole**2 for piece in pieces
                    ],
                    "this divides by the sum of the arrays' norms": [
                        piece * limit / sum(own) for piece in pieces
                    ],
                    "this divides by the norm of the longest array, not by that of all": [
                        piece * limit / max(own) for piece in pieces
                    ],
                }
                | {
                    f"{extra:g} is added to the norm": [
                        piece * limit / (whole + extra / scale) for piece in pieces
                    ]
                    for extra in (1e-3, 1e-5, 1e-6, 1e-7, 1e-8)
                },
                step="Compute one norm, of all entries of all arrays, and multiply all arrays by the same number.",
            )
        expect.close(
            clip_by_global_norm([piece.copy() for piece in pieces], 2 * whole),
            pieces,
            "a gradient whose norm is only half of the limit",
            mistakes={"it was made longer, up to the limit": [2 * piece for piece in pieces]},
            step="Clipping never makes a gradient longer.",
        )
        nothing = [np.zeros(3), np.zeros((2, 2))]
        expect.close(
            clip_by_global_norm([array.copy() for array in nothing], 1.0),
            nothing,
            "a gradient whose entries are all 0",
            mistakes={"it was divided by its norm, which is 0": [np.nan * array for array in nothing]},
            step="A gradient that is short enough stays as it is: it needs no division.",
        )
    with exercise.part("angle_between", points=1):
        # tiny: whatever is added to a norm shows
        one = [1e-7 * rng.normal(size=(3, 4)), 1e-7 * rng.normal(size=5)]
        other = [1e-7 * rng.normal(size=(3, 4)), 1e-7 * rng.normal(size=5)]
        flat, flat_other = (np.concatenate([array.ravel() for array in arrays]) for arrays in (one, other))
        lengths = np.linalg.norm(flat), np.linalg.norm(flat_other)
        cosine = flat @ flat_other / np.prod(lengths)
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
                "the sign of the cosine was lost": np.degrees(np.arccos(abs(cosine))),
            }
            | {
                f"the cosine was rounded to {digits} digits": np.degrees(np.arccos(np.round(cosine, digits)))
                for digits in (2, 3, 4, 5)
            }
            | {
                f"{extra:g} is added to the product of the norms": np.degrees(
                    np.arccos(flat @ flat_other / (np.prod(lengths) + extra))
                )
                for extra in (1e-6, 1e-8, 1e-10, 1e-12)
            },
            step="Flatten and join the arrays of each gradient, then use the formula; np.degrees converts.",
        )
        near = [array * rng.uniform(0.98, 1.02, size=array.shape) for array in one]
        beside = np.concatenate([array.ravel() for array in near])
        expect.close(
            angle_between(one, near),
            np.degrees(np.arccos(flat @ beside / lengths[0] / np.linalg.norm(beside))),
            "the angle between two gradients that are nearly the same",
            rtol=1e-3,
            atol=0.012,
            mistakes={"a cosine near 1 is taken for 1; a small angle is not 0": 0},
            step="Change the cosine only where it is beyond 1 or -1.",
        )
        # rounding takes about one cosine in four beyond 1 or -1: among 38, one is all but certain
        for _ in range(38):
            one = [rng.normal(size=(4, 4))]
            for factor, right, beyond, side in ((3, 0, "1", "its largest"), (-3, 180, "-1", "its smallest")):
                expect.close(
                    angle_between(one, [factor * one[0]]),
                    right,
                    f"the angle between a gradient and {factor} times the same gradient",
                    atol=0.2,
                    mistakes={
                        f"rounding takes the cosine beyond {beyond}, {side} value, and arccos then gives NaN": np.nan,
                        "the sign of the cosine was lost, or its NaN replaced": 180 - right,
                        "an angle above 90 degrees, or NaN, was replaced by 90": 90,
                    },
                    cause="the cosine was limited to less than the range from -1 to 1",
                    step="Limit the cosine to the range from -1 to 1 before you take the arccos.",
                )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-27"]
# ### Exercise 12: Which clipping keeps the direction? (2 points)
#
# Every Keras optimiser clips when told to, in one of three ways:
#
# - `clipvalue=c` limits each entry;
# - `clipnorm=c` limits the norm of **each variable** (each $W$, each $b$) by itself;
# - `global_clipnorm=c` limits the norm of all variables together.
#
# 1. For which of them does the gradient, as one long vector of all variables, keep its direction, whatever
#    the gradient is? Answer with a dict `keeps_direction` that has `True` or `False` for each of the
#    three names.
# 2. A gradient of two entries, $(0.9, 100)$, is clipped by value at 1. By how many degrees does that turn
#    it? Call the number `turned_by`, and give it to the nearest tenth of a degree or better.

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
                "that is the angle of the diagonal; the clipped gradient only comes near to it": 45,
                "that is rounded to a degree; a tenth was asked for": round(right),
                "that is cut to a whole degree; a tenth was asked for": int(right),
            },
            step="Clip the gradient with your clip_by_value, and use your angle_between.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-27"]
# ### Experiment: Keras' three ways to clip
#
# Two variables have the gradients $(0.9, 100)$ and $(0.3, 0.4)$. We let Keras take a step of plain SGD
# from 0 with learning rate 1, once for each way of clipping at 1. The step, with its sign reversed, is
# the clipped gradient.
#
# **Predict.** For each way, write down the four numbers of the clipped gradient.

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
# **Try.** Clip the gradient $(1, 3)$ with your own two functions, and lower the limit from 4 to 0.2.
# Which of the two dots turns towards the diagonal and then stays on it, and which one moves along the
# gradient, straight to 0?

# %% tags=["experiment", "nbval-ignore-output"]
from course_utils import sliders

figure, axis = plt.subplots(figsize=(4.2, 3.4), layout="constrained")
axis.set_aspect("equal")
axis.set_xlim(-0.2, 3.4)
axis.set_ylim(-0.2, 3.4)
axis.set_xlabel("first entry")
axis.set_ylabel("second entry")
axis.plot([0, 1], [0, 3], ":", color="black", label="gradient")
(by_value,) = axis.plot([], [], color=plots.VERMILION, label="by value")
(by_norm,) = axis.plot([], [], color=plots.BLUE, label="by norm")
(ends,) = axis.plot([], [], "o", color="black", markersize=5)
axis.legend(frameon=False)


def clip_at(limit):
    """The gradient (1, 3) clipped in both ways."""
    gradient = [np.array([1.0, 3.0])]
    value, norm = clip_by_value(gradient, limit), clip_by_global_norm(gradient, limit)
    tips = np.array([value[0], norm[0]])
    lines = {
        by_value: ([0, tips[0, 0]], [0, tips[0, 1]]),
        by_norm: ([0, tips[1, 0]], [0, tips[1, 1]]),
        ends: tips.T,
    }
    return lines, (
        f"By value ({tips[0, 0]:.2f}, {tips[0, 1]:.2f}), turned by {angle_between(gradient, value):.0f} "
        f"degrees; by norm ({tips[1, 0]:.2f}, {tips[1, 1]:.2f}), turned by {angle_between(gradient, norm):.0f} degrees."
    )


sliders.show(
    figure,
    clip_at,
    {"limit": [0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0]},
    start=(2.0,),
    alt="The gradient (1, 3) as a dotted line from 0, and the same gradient clipped by value and by norm, as two lines with a dot at the end.",
)

# %% [markdown] tags=["covers-27"]
# **Explain.** Clipping by value turns the gradient by 45 degrees (a little more than in Exercise 12,
# since the second variable belongs to the vector too): the entry that was 100 is now hardly larger than
# the 0.9. With `clipnorm` each variable keeps its own direction, yet the gradient as a whole turns, by 26
# degrees, because only the first variable was shortened. `global_clipnorm` turns nothing; the second
# variable then hardly moves at all. Which of them trains best is a question for an experiment.
#
# **Go further.** Let the limit run from 0.01 to 1,000 and plot the three angles. For which limits does
# clipping by value turn the gradient by less than a degree?
#
# ### Experiment: a rescue
#
# We take a network of ten ReLU layers with He weights, and a learning rate of 0.5, which is far too large
# for it.
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
# **See and explain.** Without clipping every seed ends in NaN. (The network does not even guess at
# random: `argmax` of ten NaN is 0, so it calls everything a T-shirt.) With either way of clipping the
# very same network, from the same initial weights and with the same learning rate, trains. (Which way is
# ahead says little here: the two limits are not comparable.)
#
# **Go further.** Clipping is a fuse, not an engine: compare with a learning rate of 0.05 without clipping.
# And how often does it act? Use your functions to count the steps in which the global norm is above 1.

# %% [markdown]
# ## 4 Skip connections
#
# Clipping helps against gradients that are too long. Against gradients that vanish, another idea won:
# give them a way around. A block with a **skip connection** (He et al., 2016) adds what its layer
# computes to what went in,
#
# $$h_{l+1} = h_l + c \cdot g(W_l h_l),$$
#
# with a fixed number $c$, often 1. On the way back, the chain rule turns this into a sum: the gradient
# passes through the first term untouched, whatever the slopes of $g$, and the layer's own term is only
# added to it.
#
# ### Experiment: sixty layers with a way around
#
# We look at the gradient norms of sixty layers once more: plain, with skip connections ($c = 1$), and with
# skip connections whose layers are scaled down by $c = 1/60$.
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
# **See and explain.** For the sigmoids a skip connection changes everything: where the gradient was zero,
# it is now level, to within a factor of a few hundred between layers. (With $c = 1/60$ the weights in the
# blocks have a smaller gradient than the layers at both ends, since $c$ is a factor of it.) The ReLUs
# with He weights were level already; unscaled skip connections raise their gradient to about $10^{14}$.
# Each block *adds* about as much as came in. Neither term is ever negative, so the two never cancel. The
# mean square of the signal nearly triples with each block: after 59 blocks it is about $10^{27}$, and the
# signal's size, its root, about $10^{14}$. With blocks scaled down, none of this happens. So a skip
# connection keeps a gradient from vanishing, but can make it explode. That is why you scale the blocks,
# or normalise the signal in each of them (Practical 4).
#
# **Go further.** For ReLU with He weights, with what power of the depth must $c$ shrink for the signal to
# keep its size? Is $c = 1/\sqrt{60}$ small enough? If not, what is it about ReLU that makes the
# difference?

# %% [markdown]
# ### Exercise 13: Skip connections (3 points)
#
# Write `build_residual_mlp(n_blocks, activation, initialiser, scale)`: 784 inputs, a `Dense` layer of 100
# units with the activation function, then `n_blocks` blocks, each of which adds `scale` times the output of
# another such layer to its input, and a softmax over ten classes at the end.
#
# `Sequential` cannot branch, but the functional API can: a layer is called with a tensor and returns one,
#
# ```python
# inputs = keras.Input(shape=(64,))
# hidden = keras.layers.Dense(32, activation="tanh")(inputs)
# both = keras.layers.Concatenate()([inputs, hidden])
# model = keras.Model(inputs, keras.layers.Dense(5, activation="softmax")(both))
# ```
#
# You will want `keras.layers.Add` and `keras.layers.Rescaling(scale)`; `+` and `*` will do as well.


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

    def _drawn_for(model):
        """Random weights and biases of the right shapes for a model, the first layer's small."""
        return [rng.normal(size=array.shape) * np.sqrt(1 / max(array.shape)) for array in model.get_weights()]

    def _softmax(logits):
        powers = np.exp(logits)
        return powers / powers.sum(axis=1, keepdims=True)

    with exercise.part("the layers, and a block whose layer gives nothing", points=1):
        candidate = build_residual_mlp(2, "relu", "he_normal", 0.5)
        expect.builtin_model(candidate, "the model that build_residual_mlp returns")
        outside, block = [(784, 100), (100,)], [(100, 100), (100,)]
        expect.equal(
            [tuple(array.shape) for array in candidate.get_weights()],
            [*outside, *block * 2, (100, 10), (10,)],
            "the shapes of the weights and biases for two blocks",
            mistakes={
                "there is one layer for all blocks, or one block too few: each block has a layer of its own": [
                    *outside,
                    *block,
                    (100, 10),
                    (10,),
                ],
                "there is one block too many": [*outside, *block * 3, (100, 10), (10,)],
                "the layers have no biases": [(784, 100), *block[:1] * 2, (100, 10)],
            },
            step="One Dense layer before the blocks, one in each block, and one for the classes.",
        )
        arrays = _drawn_for(candidate)
        silent = [array if index not in (2, 3, 4, 5) else 0 * array for index, array in enumerate(arrays)]
        candidate.set_weights(silent)
        signal = batch @ arrays[0] + arrays[1]
        hidden = np.maximum(signal, 0)
        logits = hidden @ arrays[6] + arrays[7]
        expect.close(
            candidate(batch),
            _softmax(logits),
            "the probabilities when all weights and biases inside the blocks are 0",
            rtol=1e-3,
            atol=1e-4,
            mistakes={
                "there is no way around: the image does not reach the output": np.tile(
                    _softmax(arrays[7][np.newaxis]), (5, 1)
                ),
                "the block's input was scaled, by itself or in the sum": _softmax(
                    hidden / 4 @ arrays[6] + arrays[7]
                ),
                "the first layer has no activation function": _softmax(signal @ arrays[6] + arrays[7]),
                "there is no softmax at the end": logits,
            },
            step="Add each block's input to its output.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("the initial weights, and three blocks give what the formula says", points=2):
        candidate = build_residual_mlp(2, "relu", "he_normal", 0.5)
        expect.builtin_model(candidate, "the model that build_residual_mlp returns")
        expect.equal(
            [len(candidate.losses), len(candidate.trainable_weights), bool(candidate.compiled)],
            [0, 8, False],
            "the losses that layers add to the model, its trainable arrays, and whether it is compiled",
            mistakes={
                "the model is compiled": [0, 8, True],
                "the blocks are frozen": [0, 4, False],
                "there is one layer for all blocks; each block has a layer of its own": [0, 6, False],
            },
            cause="a layer has a regulariser, or is frozen, or the model is compiled",
            step="Give the layers no arguments but those that the exercise names, and leave the rest to others.",
        )
        drawn = candidate.get_weights()
        kernels = drawn[0:6:2]
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
                ),
                "the layers in the blocks have Glorot weights, which Dense uses when told nothing else": np.sqrt(
                    [2 / 784, 2 / 200, 2 / 200]
                ),
                "the first layer has Glorot weights, which Dense uses when told nothing else": np.sqrt(
                    [2 / 884, 2 / 100, 2 / 100]
                ),
            },
            step="Pass kernel_initializer=initialiser to every hidden layer.",
        )
        # the largest of many uniform numbers is 1.7 standard deviations, of these normal ones 2.3
        expect.true(
            bool(min(np.abs(kernel).max() / kernel.std() for kernel in kernels) > 2),
            'the initial weights of each hidden layer with "he_normal" are normal random numbers',
            cause="they are spread evenly, as with an initialiser whose name ends with _uniform, such as that of Dense itself",
            step="Pass kernel_initializer=initialiser to every hidden layer.",
        )
        expect.equal(
            max(float(np.abs(bias).max()) for bias in drawn[1::2]),
            0.0,
            "the largest bias at the start",
            cause="the biases have an initialiser, too; those of Dense begin at 0",
            step="Pass the initialiser as kernel_initializer, and leave the biases alone.",
        )
        expect.true(
            not np.array_equal(kernels[1], kernels[2]),
            "the initial weights of the two blocks are not the same numbers",
            cause="the layers share one initialiser, or one seed",
            step="Hand initialiser to each layer as it is given, a name, and set no seed.",
        )

        def _outputs_with(arrays, bend, shrink, block, *, first=None, end=_softmax):
            signal = entry = (first or bend)(arrays[0])  # what the first layer computes from the images
            for kernel, bias in zip(arrays[1:-2:2], arrays[2:-2:2], strict=True):
                before = signal @ kernel
                signal = block(signal, before + bias, bend, shrink, entry, shrink * before + bias)
            return end(signal @ arrays[-2] + arrays[-1])

        def _right(h, z, g, c, x, s):
            return h + c * g(z)

        blocks_with_mistakes = {
            "scale is ignored": lambda h, z, g, c, x, s: h + g(z),
            "scale is always 0.5, whatever the argument says": lambda h, z, g, c, x, s: h + 0.5 * g(z),
            "scale went to the input of the block rather than to its layer": lambda h, z, g, c, x, s: (
                c * h + g(z)
            ),
            "scale went to the input of the block's layer rather than to its output": lambda h, z, g, c, x, s: (
                h + g(s)
            ),
            "scale is always one over the number of blocks, whatever the argument says": lambda h, z, g, c, x, s: (
                h + g(z) / 3
            ),
            "scale went to the whole sum": lambda h, z, g, c, x, s: c * (h + g(z)),
            "scale went into the activation function; it belongs behind it": lambda h, z, g, c, x, s: (
                h + g(c * z)
            ),
            "the activation function came after the addition": lambda h, z, g, c, x, s: g(h + c * z),
            "the layers in the blocks have no activation function": lambda h, z, g, c, x, s: h + c * z,
            "the layers in the blocks have ReLU, whatever the argument says": lambda h, z, g, c, x, s: (
                h + c * np.maximum(z, 0)
            ),
            "there is no skip connection": lambda h, z, g, c, x, s: c * g(z),
            "every block adds to the output of the first layer, not to its own input": lambda h, z, g, c, x, s: (
                x + c * g(z)
            ),
            "scale is applied twice": lambda h, z, g, c, x, s: h + c * c * g(z),
            "scale divides; it is a factor": lambda h, z, g, c, x, s: h + g(z) / c,
            "the layer's output is subtracted": lambda h, z, g, c, x, s: h - c * g(z),
            "the activation function came a second time, after the addition": lambda h, z, g, c, x, s: g(
                h + c * g(z)
            ),
        }
        for bend, name in ((np.tanh, "tanh"), (lambda z: 1 / (1 + np.exp(-z)), "sigmoid")):
            shrink = float(rng.uniform(0.15, 0.25) + rng.choice([0.0, 0.5]))  # not near 1/2 or 1/3
            candidate = build_residual_mlp(3, name, "glorot_normal", shrink)
            expect.builtin_model(candidate, "the model that build_residual_mlp returns")
            drawn = candidate.get_weights()
            expect.equal(
                [tuple(array.shape) for array in drawn],
                [*outside, *block * 3, (100, 10), (10,)],
                "the shapes of the weights and biases for three blocks",
                step="Take the number of blocks from the argument n_blocks.",
            )
            expect.close(
                [float(kernel.std()) for kernel in drawn[:-2:2]],
                np.sqrt([2 / 884, *[2 / 200] * 3]),
                'the standard deviation of the initial weights of the hidden layers with "glorot_normal"',
                rtol=0.05,
                atol=0,
                mistakes={
                    "these are He weights, and the argument asks for others": np.sqrt(
                        [2 / 784, *[2 / 100] * 3]
                    ),
                },
                step="Pass kernel_initializer=initialiser to every hidden layer.",
            )
            arrays = _drawn_for(candidate)
            candidate.set_weights(arrays)
            arrays = [batch @ arrays[0] + arrays[1], *arrays[2:]]
            right = _outputs_with(arrays, bend, shrink, _right)
            expect.close(
                candidate(batch),
                right,
                f"the probabilities of three blocks of {name} with scale={shrink:.3f}",
                rtol=1e-3,
                atol=1e-5,
                mistakes={
                    cause: _outputs_with(arrays, bend, shrink, block)
                    for cause, block in blocks_with_mistakes.items()
                }
                | {
                    "the first layer has no activation function": _outputs_with(
                        arrays, bend, shrink, _right, first=lambda z: z
                    ),
                    "all layers have ReLU, whatever the argument says": _outputs_with(
                        arrays, lambda z: np.maximum(z, 0), shrink, _right
                    ),
                    "there is no softmax at the end": _outputs_with(
                        arrays, bend, shrink, _right, end=lambda z: z
                    ),
                },
                step="A block is h + scale · g(Dense(h)): activation first, then scale, then the sum.",
            )
            expect.close(
                candidate(batch, training=True),
                right,
                f"the probabilities of three blocks of {name} while the network is trained",
                rtol=1e-3,
                atol=1e-5,
                cause="a layer was added that works differently while training, as dropout does",
                step="Build the network from Dense layers, sums and scales only.",
            )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Experiment: does it learn now?
#
# **Predict.** The sixty layers of sigmoids did not learn at all. Now take the same sigmoids, the same
# Glorot weights and the same learning rate, with sixty skip connections of $c = 1/60$: how far do they
# get in the same short training?
#
# (Your `layer_gradient_norms` handles only networks of Dense layers. For models with other layers too, the
# course provides `course_utils.probes.gradient_norms(model, x, y)`, which skips layers without a kernel.)

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
# **Explain.** The same sixty layers that could only guess now learn, and after this short training they are
# even ahead of the shallow network. Nothing about the sigmoids has changed: the gradient has been given a
# way around them.
#
# **Go further.** Compare with $c = 1/\sqrt{60}$ and $c = 1$. What is the loss *before* training? Why?

# %% [markdown]
# ## Check your work
#
# The next cell runs all checks again, on your answers as they are now, and lists what is done and what is
# missing. It takes a few seconds and does not train anything again. Before you submit, choose *Restart
# kernel and run all cells* and look here once more: graders run the notebook from the top, too. (Exercise
# 9, in words, is marked by a person. The points shown here are only those of the checks that you see; the
# others follow when your work is graded.)

# %% tags=["experiment", "nbval-ignore-output"]
from course_utils import selfcheck

selfcheck.report()

# %% [markdown]
# ## What to take away
#
# - The $\delta$ of a layer is a **product** of weights and slopes of all layers above it; the gradient of $W$
#   is $\delta$ times the signal that came in. Whatever the factor, sixty layers raise it to the sixtieth
#   power.
# - A **gradient check** by central differences finds the bugs that do not crash. Check every layer.
# - A **sigmoid**'s slope is at most 1/4, and large weights saturate it. Large weights may keep the
#   gradient large enough, but sixty layers of sigmoids still learned far less than two did.
# - Look at gradient **norms** for each layer, *and* at their ratio. With ReLU and Glorot weights the ratio
#   is near 1 while all gradients vanish together.
# - **He** weights keep a deep ReLU network's signal and gradient alive. That is necessary for learning,
#   but not enough to learn fast: a shallow network may still be ahead.
# - `inf` becomes `nan`, and `nan` spreads. You can compute the layer where it begins.
# - **Clipping** rescues a run from gradients that are too long. Clipping by global norm keeps the
#   direction; clipping by value does not.
# - **Skip connections** give the gradient a way around the slopes. Unscaled, they add up: with sixty of
#   them, the gradient can explode.
#
# ## Papers
#
# - D. Rumelhart, G. Hinton, R. Williams, *Learning representations by back-propagating errors*,
#   Nature 1986. doi:10.1038/323533a0
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
