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
# # Practical 5: Optimisers and learning-rate schedules
#
# Plain gradient descent takes every step with the same learning rate and forgets where it came from. Here
# you write the rules that do better, matching Keras step for step, and find out how much better they
# really are once each has a learning rate that suits it.
#
# **When you have finished, you can**
#
# 1. write momentum, Nesterov momentum, AdaGrad, RMSProp and Adam in a few lines of NumPy, and say what
#    each line is for;
# 2. predict how long the steps become with momentum, and how long Adam's first step is;
# 3. write the usual learning-rate schedules, and say whether they change per epoch or per step;
# 4. compare optimisers fairly: each with its own learning rate, over several seeds;
# 5. resume an interrupted training run without a jump in the learning rate.
#
# **This practical assumes** Practical 1: building, compiling and training a network in Keras, and the range test.
#
# **How it works.** As before: write your guess down under *Predict* before you run the cell. In an
# exercise, replace `raise NotImplementedError(…)` with your answer, and run the check below it. More
# checks run when your work is graded.
#
# | Exercise | Points | | Exercise | Points |
# |---|---|---|---|---|
# | 1 Momentum | 3 | | 7 Four schedules | 4 |
# | 2 Terminal velocity | 3 | | 8 Where `decay` went | 2 |
# | 3 AdaGrad and RMSProp | 4 | | 9 Reduce on plateau | 3 |
# | 4 Adam | 4 | | 10 1cycle | 4 |
# | 5 The first step of Adam | 2 | | 11 Go on where you stopped | 3 |
# | 6 Which optimiser? (in words) | 4 | | **Total** | **36** |
#
# **Time.** On two processor cores the whole notebook took a minute and a half at the
# full budget (the default, for working through it) and half a minute at the quick budget (for checking that everything runs).
# Allow three to four hours for reading, guessing and answering.
#
# **Help.** `keras.optimizers.Adam?` in a cell shows a documentation page. After restarting the kernel,
# run all cells from the top. When you ask for help, quote the check's feedback in full.

# %% [markdown]
# ## 0 Set up

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
import tempfile
import warnings

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from course_utils import data, expect, plots, runs, selfcheck, together, training

keras.ops.zeros(1)  # now TensorFlow looks for graphics cards, and says here what it finds
print(training.describe_budget())

# %% [markdown]
# In this practical you write the rules yourself and run them alongside Keras' own optimisers, on the same
# gradients. The next function does that. The checks use it, and so can you.


# %% nbgrader={"grade": false, "grade_id": "beside-keras", "locked": true, "schema_version": 3, "solution": false, "task": false}
def beside_keras(rule, state, optimizer, gradients):
    """Follow a rule and a Keras optimiser from the same start, on the same gradients.

    Args:
        rule: a function of weights, gradient, the arrays of `state` and the number of the step, counted from
            1. It returns the new weights and the new arrays.
        state: list of arrays of shape (n,) that the rule keeps between steps, as they are at the start.
        optimizer: a Keras optimiser.
        gradients: array of shape (steps, n).

    Returns:
        The weights after each step of the rule, and of the optimiser: two arrays of shape (steps, n).
    """
    weights = np.zeros(gradients.shape[1])
    variable = keras.Variable(weights, dtype="float64")
    ours, theirs = [], []
    for number, gradient in enumerate(gradients, start=1):
        weights, *state = rule(weights, gradient, *state, number)
        optimizer.apply([keras.ops.convert_to_tensor(gradient, dtype="float64")], [variable])
        ours.append(weights)
        theirs.append(keras.ops.convert_to_numpy(variable))
    return np.array(ours), np.array(theirs)


# %% [markdown] tags=["covers-32", "covers-33"]
# ## 1 A ball that rolls: momentum
#
# Gradient descent moves the parameters $\theta$ against the gradient $g$,
# $\theta \leftarrow \theta - \eta g$, with the learning rate $\eta$. In a long narrow valley this is
# slow: $\eta$ must be small because of the steep walls, and then it is far too small for the gentle slope
# along the floor.
#
# **Momentum** (Polyak, 1964) keeps a velocity $v$, like a ball rolling downhill:
#
# $$v \leftarrow \beta v - \eta g, \qquad \theta \leftarrow \theta + v.$$
#
# Steps in the same direction add up; steps back and forth across the valley cancel out. The **momentum**
# $\beta$, often 0.9, is the share of the velocity that is kept from one step to the next.
#
# **Nesterov's** variant (1983) takes the gradient at the point to which the velocity is about to carry us. Rewritten
# with the gradient at the network's present weights, as Keras does it, the rule becomes
#
# $$v \leftarrow \beta v - \eta g, \qquad \theta \leftarrow \theta + \beta v - \eta g,$$
#
# where the second formula uses the new $v$ from the first. (The weights $\theta$ that the network holds,
# and that are saved, are then those at the look-ahead point.)
#
# ### Exercise 1: Momentum (3 points)
#
# Write `momentum_step`. Do not change the arrays that you are given: `velocity *= momentum` would change an
# array that other code may still need; `velocity = momentum * velocity` makes a new one.


# %% nbgrader={"grade": false, "grade_id": "momentum", "locked": false, "schema_version": 3, "solution": true, "task": false}
def momentum_step(weights, gradient, velocity, learning_rate, momentum, nesterov=False):
    """One step of gradient descent with momentum.

    Args:
        weights, gradient, velocity: arrays of the same shape.
        learning_rate: a number.
        momentum: a number from 0 (plain gradient descent) to less than 1.
        nesterov: whether to take the step of Nesterov's variant.

    Returns:
        The new weights and the new velocity.
    """
    ### BEGIN SOLUTION
    velocity = momentum * velocity - learning_rate * gradient
    step = momentum * velocity - learning_rate * gradient if nesterov else velocity
    return weights + step, velocity
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "momentum-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Momentum", points=3) as exercise:
    rng = np.random.default_rng()
    eta, beta = map(float, np.float32(rng.uniform([0.01, 0.6], [0.05, 0.85])))  # as Keras rounds its settings
    w, g, v = rng.normal(size=4), rng.normal(size=4), rng.normal(size=4)

    with exercise.part("the first step from rest", points=1):
        # copies, here and below: a call may change what it is given
        moved, speed = momentum_step(w.copy(), g.copy(), np.zeros(4), eta, beta)
        expect.close(
            speed,
            -eta * g,
            "the velocity after one step from rest",
            mistakes={
                "the velocity has the sign of the gradient, and would go uphill": eta * g,
                "the gradient is multiplied by 1 − momentum": -(1 - beta) * eta * g,
                "the learning rate is missing": -g,
                "that is PyTorch's convention, which applies sign and learning rate to the weights only": g,
                "the new weights come first, then the velocity": w - eta * g,
            },
            step="From rest, the new velocity is minus the learning rate times the gradient.",
        )
        expect.close(
            moved,
            w - eta * g,
            "the weights after one step from rest",
            mistakes={
                "they moved with the old velocity": w,
                "they moved against the velocity, uphill": w + eta * g,
                "that is the step with Nesterov's variant, which is not the default": w
                - eta * g * (1 + beta),
            },
            step="Add the new velocity to the weights.",
        )
    ### BEGIN HIDDEN TESTS
    new = beta * v - eta * g
    nesterov_step = beta * new - eta * g
    pitfalls = {
        False: {
            "that is the step with Nesterov's variant": nesterov_step,
            "the old velocity was used where the new one belongs": v,
            "the old velocity was not multiplied by the momentum": v - eta * g,
            "the momentum is always 0.9, whatever the argument says": 0.9 * v - eta * g,
        },
        True: {
            "that is the step without Nesterov's variant (the same comes out where its second formula takes the old "
            "velocity)": new,
            "the old velocity was multiplied twice, and the gradient counted once": beta**2 * v - eta * g,
            "the second formula has a gradient, too": beta * new,
            "the momentum is always 0.9, whatever the argument says": 0.9 * (0.9 * v - eta * g) - eta * g,
        },
    }
    for nesterov in (False, True):
        for cause, turned in {
            "the gradient is multiplied by 1 − momentum": beta * v - (1 - beta) * eta * g,
            "that is PyTorch's convention, where the velocity has no learning rate": -eta * (beta * v + g),
            "the old velocity has its sign turned": -beta * v - eta * g,
        }.items():
            pytorch_step = -eta * (g + beta * (beta * v + g))
            ahead = pytorch_step if "PyTorch" in cause else beta * turned - eta * g
            pitfalls[nesterov][cause] = ahead if nesterov else turned

    def _check_at_speed(nesterov, right):
        kind = "Nesterov momentum" if nesterov else "momentum"
        handed = [w.copy(), g.copy(), v.copy()]
        moved, speed = momentum_step(*handed, eta, beta, nesterov)
        expect.equal(
            handed,
            [w, g, v],
            "the arrays that were handed over, after the call",
            cause="one of them was changed in place",
            step="Make new arrays: velocity = … rather than velocity *= …",
        )
        expect.close(
            moved,
            w + right,
            f"the weights after one step with {kind}, with a velocity from before",
            mistakes={cause: w + step for cause, step in pitfalls[nesterov].items()},
            step="Compute the new velocity first, and the step from it.",
        )
        expect.close(
            speed,
            new,
            "the new velocity",
            mistakes={"that is the step; the velocity is another thing here": nesterov_step},
            step="Return the velocity of the first formula: it is the same for both variants.",
        )
        ours, theirs = beside_keras(
            lambda w, g, v, n, kind=nesterov: momentum_step(w, g, v, eta, beta, kind),
            [np.zeros(4)],
            keras.optimizers.SGD(learning_rate=eta, momentum=beta, nesterov=nesterov),
            rng.normal(size=(50, 4)) + 1,
        )
        expect.close(
            ours,
            theirs,
            f"the weights after each of 50 steps, beside keras.optimizers.SGD with {kind}",
            rtol=1e-5,
            atol=1e-5,
            step="Return the new velocity, so that the next step goes on from it.",
        )

    def _check_of_any_shape(nesterov):
        def _step_with(share, old, slope, before):
            after = share * before - eta * slope
            return [old + (share * after - eta * slope if nesterov else after), after]

        # also a momentum near 1 and one of 0, large gradients, and none at all
        high = float(rng.uniform(0.96, 0.99))
        for size, share, steep in (
            ((1,), beta, 1_000),
            ((2, 3), high, 1),
            ((2, 1, 3), beta, 0),
            ((2, 3), 0.0, 1),
        ):
            old, before = rng.normal(size=size), rng.normal(size=size)
            slope = steep * rng.uniform(0.5, 2, size=size) * rng.choice([-1, 1], size=size)
            moved, after = right = _step_with(share, old, slope, before)
            pitfalls = {
                "the momentum was cut to 0.9; it may come closer to 1": _step_with(0.9, old, slope, before)
            }
            if not share:
                pitfalls = {
                    "with momentum 0 the old velocity is not kept, nor given back": [moved, before],
                    "with momentum 0 there is a velocity, too: that of a plain step": [moved, 0 * after],
                }
            elif not steep:
                pitfalls = {
                    "where the gradient is 0 the weights roll on, with what is kept of the velocity": [
                        old,
                        0 * after,
                    ]
                }
            elif steep > 1:
                pitfalls = {
                    f"gradients above {bound} were cut; nobody asked for that": _step_with(
                        share, old, np.clip(slope, -bound, bound), before
                    )
                    for bound in (1, 5, 10, 100)
                }
            expect.close(
                momentum_step(old.copy(), slope.copy(), before.copy(), eta, share, nesterov),
                right,
                f"the new weights and the new velocity after one step of arrays of shape {size} with momentum "
                f"{share:.3f}, gradients of about {steep:,} and nesterov={nesterov}",
                mistakes=pitfalls,
                step="Compute with the arrays as they are, elementwise, whatever their shape and the momentum.",
            )

    with exercise.part("momentum at speed, and 50 steps beside Keras", points=1):
        _check_at_speed(False, new)
        _check_of_any_shape(False)
    with exercise.part("Nesterov momentum at speed, and 50 steps beside Keras", points=1):
        _check_at_speed(True, nesterov_step)
        _check_of_any_shape(True)
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-32"]
# ### Experiment: how fast does it get?
#
# A ball rolling down an even slope speeds up until friction balances the pull of gravity: it has reached
# its **terminal velocity**. Here the gradient is always 1, and the learning rate is 0.01.
#
# **Predict.** With momentum 0.9, how many times longer than a plain step of 0.01 do the steps become? And
# with 0.99? After how many steps is the velocity within 5 % of its final value?

# %% tags=["experiment"]
velocities = {}
for momentum in (0.0, 0.5, 0.9, 0.99):
    optimizer, position = keras.optimizers.SGD(learning_rate=0.01, momentum=momentum), keras.Variable(0.0)
    path = [0.0]
    for _ in range(100):
        optimizer.apply([keras.ops.ones(())], [position])
        path.append(float(position))
    velocities[momentum] = -np.diff(path)

figure, axis = plt.subplots(figsize=(6, 3.6), layout="constrained")
for (momentum, steps), colour, style in zip(
    velocities.items(), plots.COLOURS, ("-", "--", "-.", ":"), strict=False
):
    axis.plot(range(1, 101), steps, color=colour, linestyle=style, label=f"{momentum:g}")
axis.set(xlabel="step", ylabel="length of the step", yscale="log")
axis.legend(title="momentum", loc="center left", bbox_to_anchor=(1, 0.5))
plots.show(
    figure,
    alt="Length of each step over a hundred steps, on a logarithmic axis: without momentum it stays at 0.01; with "
    "momentum it rises and levels off, higher and later the larger the momentum is.",
)

# %% [markdown] tags=["covers-32"]
# **See.** Without momentum the step stays at 0.01. With momentum it grows and levels off; with 0.99 it is
# still growing after a hundred steps.
#
# **Measure.** For each momentum, read off the axis how long the steps are at step 100, and write it down: you will
# compare it with what you compute.
#
# **Explain.** In the end the velocity no longer changes: $v = \beta v - \eta g$. You solve this next.
#
# **Go further.** What happens if the gradient changes sign at step 50? Which ball turns round first?
#
# ### Exercise 2: Terminal velocity (3 points)
#
# Write `terminal_velocity`, and answer two questions in numbers:
#
# - `times_longer`: a dict that maps each momentum, 0.5, 0.9 and 0.99, to the factor by which the steps
#   at terminal velocity are longer than those of plain gradient descent with the same learning rate;
# - `steps_to_95_percent`: starting from rest with momentum 0.9, after how many steps does the velocity
#   first reach at least 95 % of its terminal value?


# %% nbgrader={"grade": false, "grade_id": "terminal-velocity", "locked": false, "schema_version": 3, "solution": true, "task": false}
def terminal_velocity(learning_rate, gradient, momentum):
    """The velocity (with its sign) that momentum reaches under a constant gradient; numbers."""
    ### BEGIN SOLUTION
    return -learning_rate * gradient / (1 - momentum)
    ### END SOLUTION


### BEGIN SOLUTION
times_longer = {momentum: 1 / (1 - momentum) for momentum in (0.5, 0.9, 0.99)}
steps_to_95_percent = int(np.ceil(np.log(0.05) / np.log(0.9)))
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "terminal-velocity-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Terminal velocity", points=3) as exercise:
    rng = np.random.default_rng()

    with exercise.part("the terminal velocity", points=1):
        # large and tiny learning rates; with a momentum near 1 it takes thousands of steps
        for beta, size, steps in (
            *((share, 1, 500) for share in (*rng.uniform(0.2, 0.95, size=3), 0.0)),
            (rng.uniform(0.5, 0.95), 1e-5, 500),
            (rng.uniform(0.998, 0.9985), 1, 12_000),
        ):
            eta, slope = size * rng.uniform(0.01, 0.5), rng.uniform(0.5, 3) * rng.choice([-1, 1])
            velocity = 0.0
            for _ in range(steps):
                velocity = beta * velocity - eta * slope
            expect.close(
                terminal_velocity(eta, slope, beta),
                velocity,
                f"the velocity with momentum {beta:.4f} and learning rate {eta:.2g} under a constant gradient of "
                f"{slope:.2f}, after {steps:,} steps",
                rtol=1e-4,
                atol=0,
                mistakes={
                    "the sign: a positive gradient drives the weights down, a negative one up": -velocity,
                    "divided by the momentum itself": -eta * slope / (beta or np.nan),
                    "that is one plain step": -eta * slope,
                    "multiplied by 1 − momentum instead of divided": -eta * slope * (1 - beta),
                }
                | {
                    f"the velocity had not settled: {count:,} steps are too few with this momentum": velocity
                    * (1 - beta**count)
                    for count in (100, 300, 500, 1_000)
                }
                | {
                    f"it was rounded to {digits} decimals or fewer; tiny learning rates give tiny velocities": round(
                        velocity, digits
                    )
                    for digits in (6, 5, 4, 3, 2)
                }
                if beta
                else {"without momentum the velocity is that of a plain step": 0.0},
                step="At the end v = βv − ηg. Solve for v.",
            )
    with exercise.part("the form of the answers", points=0):
        expect.true(
            set(times_longer) == {0.5, 0.9, 0.99},
            "times_longer has the keys 0.5, 0.9 and 0.99",
            got=times_longer,
            step="Write times_longer = {0.5: …, 0.9: …, 0.99: …}.",
        )
        expect.shape(steps_to_95_percent, (), "steps_to_95_percent", step="Assign one whole number.")
    ### BEGIN HIDDEN TESTS
    with exercise.part("how much longer the steps become", points=1):
        expect.close(
            times_longer,
            {0.5: 2.0, 0.9: 10.0, 0.99: 100.0},
            "times_longer",
            rtol=1e-3,
            describe="for each momentum, the terminal step over the plain step",
            mistakes={
                "these are the momenta's own inverses": {0.5: 2.0, 0.9: 1 / 0.9, 0.99: 1 / 0.99},
                "these are the lengths for the learning rate 0.01, rather than the factors": {
                    0.5: 0.02,
                    0.9: 0.1,
                    0.99: 1.0,
                },
                "that is how much smaller the plain step is": {0.5: 0.5, 0.9: 0.1, 0.99: 0.01},
            },
            step="Divide the terminal velocity by minus the learning rate times the gradient.",
        )
    with exercise.part("how long it takes", points=1):
        expect.equal(
            steps_to_95_percent,
            29,
            "steps_to_95_percent",
            describe="the first step with at least 95 % of the terminal velocity",
            mistakes={
                "one step too early: 94.8 % is reached then": 28,
                "one step too many: the first step is step 1 (and 3 / (1 − momentum) is a rule of thumb)": 30,
                "the momentum to that power is 95 %, rather than 5 %": 1,
                "that is the terminal velocity in plain steps, not the time to reach it": 10,
            },
            step="Starting from rest, the share that is missing is multiplied by the momentum in each step.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-33"]
# ## 2 A learning rate for each weight
#
# So far all weights share one learning rate, though some have large gradients and others tiny ones. The
# next rules divide each weight's gradient by a measure of how large that gradient has been: weights on
# steep walls take smaller steps, weights on gentle slopes larger ones. All operations are elementwise.
#
# **AdaGrad** (Duchi, Hazan and Singer, 2011) sums the squares of all gradients so far in $s$:
#
# $$s \leftarrow s + g^2, \qquad \theta \leftarrow \theta - \eta \, \frac{g}{\sqrt{s + \epsilon}}.$$
#
# The sum only grows, so the factor in front of $g$ only shrinks. **RMSProp** (Tieleman and Hinton, 2012) forgets: it
# replaces the sum with a moving average, of which a share $\rho$ is kept at each step:
#
# $$s \leftarrow \rho s + (1 - \rho)\, g^2, \qquad \theta \leftarrow \theta - \eta \, \frac{g}{\sqrt{s + \epsilon}}.$$
#
# The tiny $\epsilon$ prevents division by zero. (In Keras, AdaGrad's $s$ starts at 0.1 and RMSProp's at
# 0.)
#
# ### Exercise 3: AdaGrad and RMSProp (4 points)


# %% nbgrader={"grade": false, "grade_id": "adaptive", "locked": false, "schema_version": 3, "solution": true, "task": false}
def adagrad_step(weights, gradient, accumulator, learning_rate, epsilon=1e-7):
    """One step of AdaGrad.

    Args:
        weights, gradient: arrays of the same shape.
        accumulator: array of that shape, the sum of the squared gradients so far.
        learning_rate, epsilon: numbers.

    Returns:
        The new weights and the new accumulator.
    """
    ### BEGIN SOLUTION
    accumulator = accumulator + gradient**2
    return weights - learning_rate * gradient / np.sqrt(accumulator + epsilon), accumulator
    ### END SOLUTION


def rmsprop_step(weights, gradient, average, learning_rate, rho=0.9, epsilon=1e-7):
    """One step of RMSProp.

    Args:
        weights, gradient: arrays of the same shape.
        average: array of that shape, the moving average of the squared gradients.
        learning_rate, epsilon: numbers.
        rho: the share of the average that is kept in a step.

    Returns:
        The new weights and the new average.
    """
    ### BEGIN SOLUTION
    average = rho * average + (1 - rho) * gradient**2
    return weights - learning_rate * gradient / np.sqrt(average + epsilon), average
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "adaptive-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("AdaGrad and RMSProp", points=4) as exercise:
    rng = np.random.default_rng()
    # rounded to float32, as Keras rounds its settings, so that it follows the same numbers
    eta, rho = map(float, np.float32(rng.uniform([0.05, 0.6], [0.2, 0.85])))
    w, g = rng.normal(size=4), rng.uniform(0.5, 2, size=4) * rng.permutation([-1, -1, 1, 1])
    s = np.array(
        [*rng.uniform(0.01, 0.05, size=2), *rng.uniform(0.5, 2, size=2)]
    )  # below and above Keras' 0.1
    steep_and_flat = rng.uniform(0.5, 1.5, size=(50, 4)) * [1, 3, 10, -10]

    with exercise.part("AdaGrad: one step", points=1):
        handed = [w.copy(), g.copy(), s.copy()]
        moved, total = adagrad_step(*handed, eta)
        expect.equal(
            handed,
            [w, g, s],
            "the arrays that were handed over to adagrad_step, after the call",
            cause="one of them was changed in place",
            step="Make new arrays: accumulator = … rather than accumulator += …",
        )
        expect.close(
            total,
            s + g**2,
            "the new accumulator",
            mistakes={
                "the gradients were added, not their squares": s + g,
                "their absolute values were added, not their squares": s + abs(g),
                "the old sum was forgotten": g**2,
                "that is the old accumulator": s,
                "the squares were averaged over the weights; each weight has a sum of its own": s
                + np.mean(g**2),
                "the squares were summed over the weights; each weight has a sum of its own": s
                + np.sum(g**2),
                "0.1 is Keras' beginning, and no lower limit": np.maximum(s, 0.1) + g**2,
            },
            step="Add the squared gradient to the accumulator.",
        )
        expect.close(
            moved,
            w - eta * g / np.sqrt(s + g**2),
            "the new weights",
            rtol=1e-4,
            mistakes={
                "divided by the old accumulator's root, before the gradient was added": w
                - eta * g / np.sqrt(s),
                "divided by the sum itself, not by its square root": w - eta * g / (s + g**2),
                "they moved uphill": w + eta * g / np.sqrt(s + g**2),
                "not divided at all": w - eta * g,
            },
            step="Subtract the learning rate times the gradient, divided by the root of the new accumulator.",
        )
    with exercise.part("RMSProp: one step", points=1):
        handed = [w.copy(), g.copy(), s.copy()]
        moved, mean_square = rmsprop_step(*handed, eta, rho)
        expect.equal(
            handed,
            [w, g, s],
            "the arrays that were handed over to rmsprop_step, after the call",
            cause="one of them was changed in place",
            step="Make new arrays: average = … rather than average *= …",
        )
        expect.close(
            mean_square,
            rho * s + (1 - rho) * g**2,
            "the new average",
            mistakes={
                "rho and 1 − rho are swapped": (1 - rho) * s + rho * g**2,
                "this is AdaGrad's sum, which never forgets": s + g**2,
                "the gradient's square is not multiplied by 1 − rho": rho * s + g**2,
                "the gradient was averaged, not its square": rho * s + (1 - rho) * g,
                "that is the old average": s,
                "the squares were averaged over the weights; each weight has an average of its own": rho * s
                + (1 - rho) * np.mean(g**2),
                "rho is always 0.9, whatever the argument says": 0.9 * s + 0.1 * g**2,
            },
            step="Keep the share rho of the average, and add the share 1 − rho of the squared gradient.",
        )
        expect.close(
            moved,
            w - eta * g / np.sqrt(rho * s + (1 - rho) * g**2),
            "the new weights",
            rtol=1e-4,
            mistakes={
                "divided by the old average's root": w - eta * g / np.sqrt(s),
                "divided by the average itself, not by its square root": w
                - eta * g / (rho * s + (1 - rho) * g**2),
                "they moved uphill": w + eta * g / np.sqrt(rho * s + (1 - rho) * g**2),
            },
            step="Subtract the learning rate times the gradient, divided by the root of the new average.",
        )

    ### BEGIN HIDDEN TESTS
    def _step_with(epsilon, scale, slopes):
        """The step by the formula, and with epsilon behind the root, as the papers have it: both are right."""
        return [-eta * slopes / np.sqrt(scale + epsilon), -eta * slopes / (np.sqrt(scale) + epsilon)]

    def _check_settings(rule, share, *settings):
        """A step from rest, default settings, and epsilon; `share` of the squared gradients is in the average."""
        still, _ = rule(np.ones(2), np.zeros(2), np.zeros(2), *settings)
        expect.equal(
            still,
            np.ones(2),
            "the weights after a step from rest with gradient 0",
            mistakes={"0/0 is not a number": np.full(2, np.nan)},
            step="Add epsilon under the root, before you divide.",
        )
        # gradients of whose squares about as much is kept as epsilon is, and gradients about as large as epsilon
        small = rng.uniform(3, 6, size=4) / np.sqrt(share) * [1e-4, -1e-4, 1e-7, -1e-7]
        for epsilon in (None, float(rng.uniform(2, 4) * 1e-7), 1e-4):
            named = {} if epsilon is None else {"epsilon": epsilon}
            said = "its default" if epsilon is None else f"{epsilon:.2g}"
            step, scale = rule(np.zeros(4), small.copy(), np.zeros(4), *settings, **named)
            expect.close(
                scale,
                share * small**2,
                f"what is kept of the squared gradients after a step from rest, with {said} as epsilon",
                rtol=1e-4,
                atol=0,
                mistakes={
                    "epsilon belongs under the root only: here it is in what is kept": share * small**2
                    + (epsilon or 1e-7),
                    "the first square is multiplied by 1 − rho, too": small**2,
                },
                step="Return the sum or average as the first formula has it, without epsilon.",
            )
            right = _step_with(epsilon or 1e-7, share * small**2, small)
            expect.shape(step, (4,), "the new weights")
            expect.close(
                step,
                min(right, key=lambda value, found=step: float(np.max(np.abs(np.subtract(found, value))))),
                f"the step from rest for gradients of about {abs(small[0]):.1g} and {abs(small[2]):.1g}, with {said} as epsilon",
                rtol=1e-3,
                atol=0,
                mistakes={
                    "there is a smallest divisor; epsilon is added": -eta
                    * small
                    / np.sqrt(np.maximum(share * small**2, epsilon or 1e-7)),
                    "there is a smallest divisor, behind the root; epsilon is added": -eta
                    * small
                    / np.maximum(np.sqrt(share * small**2), epsilon or 1e-7),
                }
                | {
                    f"epsilon is {other:g}{where}, not {said}": value
                    for other in (0, 1e-10, 1e-8, 1e-7, 1e-6)
                    for where, value in zip(
                        ("", ", behind the root"), _step_with(other, share * small**2, small), strict=True
                    )
                },
                step="Add epsilon under the root; its default is 1e-7.",
            )

    def _check_of_any_shape(rule, rhos):
        """A step, weight by weight, one of them without a gradient; AdaGrad's rho is None: it keeps and adds all."""
        for size, share in zip(((1,), (2, 3), (2, 1, 3)), rhos, strict=True):
            kept, added = (1, 1) if share is None else (share, 1 - share)
            old, squares = rng.normal(size=size), rng.uniform(0.5, 2, size=size)
            slope = rng.uniform(0.5, 2, size=size) * rng.choice([-1, 1], size=size)
            slope.flat[1:2] = 0.0
            now = kept * squares + added * slope**2
            pitfalls = {
                f"squares were averaged over an axis ({axis}); each weight has its own": kept * squares
                + added * np.mean(slope**2, axis=axis, keepdims=True)
                for axis in range(len(size))
            } | {"where the gradient is 0, the average falls, too": np.where(slope == 0, squares, now)}
            if share is not None:
                pitfalls["rho is 0.9, whatever the argument says"] = 0.9 * squares + 0.1 * slope**2
                pitfalls["rho was cut to 0.95; it may come closer to 1"] = 0.95 * squares + 0.05 * slope**2
            expect.close(
                rule(old.copy(), slope.copy(), squares.copy(), eta, *([] if share is None else [share])),
                [old - eta * slope / np.sqrt(now), now],
                f"the new weights and what is kept of the squares, for arrays of shape {size}"
                + ("" if share is None else f" and rho {share:.3f}"),
                rtol=1e-4,
                mistakes={
                    cause: [old - eta * slope / np.sqrt(kept), kept] for cause, kept in pitfalls.items()
                },
                step="Compute with the arrays as they are, elementwise, whatever their shape and rho.",
            )

    with exercise.part("AdaGrad: settings, and 50 steps beside Keras, on steep and flat slopes", points=1):
        _check_of_any_shape(adagrad_step, [None, None, None])
        _check_settings(adagrad_step, 1.0, eta)
        ours, theirs = beside_keras(
            lambda w, g, s, n: adagrad_step(w, g, s, eta),
            [np.full(4, 0.1)],
            keras.optimizers.Adagrad(learning_rate=eta),
            steep_and_flat,
        )
        expect.close(
            ours,
            theirs,
            "the weights after each of 50 steps, beside keras.optimizers.Adagrad",
            rtol=1e-5,
            atol=1e-5,
            step="Return the new accumulator, so that the next step goes on from it.",
        )
    with exercise.part("RMSProp: settings, and 50 steps beside Keras, on steep and flat slopes", points=1):
        expect.close(
            rmsprop_step(w.copy(), g.copy(), s.copy(), eta)[1],
            0.9 * s + 0.1 * g**2,
            "the new average with the default of rho, 0.9",
            mistakes={
                f"the default of rho is {other:g}": other * s + (1 - other) * g**2
                for other in (0.99, 0.999, 0.95, 0.5)
            },
            step="Leave the first line of the function as the exercise has it.",
        )
        _check_of_any_shape(rmsprop_step, [0.0, rho, float(rng.uniform(0.97, 0.99))])
        _check_settings(rmsprop_step, 1 - rho, eta, rho)
        ours, theirs = beside_keras(
            lambda w, g, s, n: rmsprop_step(w, g, s, eta, rho),
            [np.zeros(4)],
            keras.optimizers.RMSprop(learning_rate=eta, rho=rho),
            steep_and_flat,
        )
        expect.close(
            ours,
            theirs,
            "the weights after each of 50 steps, beside keras.optimizers.RMSprop",
            rtol=1e-5,
            atol=1e-5,
            step="Return the new average, so that the next step goes on from it.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-33"]
# **Adam** (Kingma and Ba, 2015) has both: a velocity $m$, which is a moving average of the gradients, and
# a moving average $s$ of their squares,
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \qquad s \leftarrow \beta_2 s + (1 - \beta_2)\, g^2.$$
#
# Both start at 0, so at first they are too small: after $t$ steps with a constant gradient, $m$ is only
# $(1 - \beta_1^t)\, g$. The **bias correction** divides that factor out,
#
# $$\hat m = \frac{m}{1 - \beta_1^t}, \qquad \hat s = \frac{s}{1 - \beta_2^t}, \qquad
# \theta \leftarrow \theta - \eta \, \frac{\hat m}{\sqrt{\hat s} + \epsilon},$$
#
# where $t$ counts the steps from 1. (Keras adds its $\epsilon = 10^{-7}$ to $\sqrt s$ before correcting it. You
# only see that where gradients are tiny: the first step for a gradient of $10^{-6}$ is $0.91\,\eta$ by this formula,
# and $0.24\,\eta$ in Keras.)
#
# ### Exercise 4: Adam (4 points)


# %% nbgrader={"grade": false, "grade_id": "adam", "locked": false, "schema_version": 3, "solution": true, "task": false}
def adam_step(weights, gradient, first, second, t, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    """One step of Adam.

    Args:
        weights, gradient: arrays of the same shape.
        first, second: arrays of that shape, the moving averages m of the gradients and s of their squares,
            before bias correction.
        t: the number of this step, counted from 1.
        learning_rate, epsilon: numbers.
        beta_1, beta_2: the shares of m and of s that are kept in a step.

    Returns:
        The new weights, the new m and the new s (the last two before bias correction).
    """
    ### BEGIN SOLUTION
    first = beta_1 * first + (1 - beta_1) * gradient
    second = beta_2 * second + (1 - beta_2) * gradient**2
    corrected = first / (1 - beta_1**t)
    scale = np.sqrt(second / (1 - beta_2**t)) + epsilon
    return weights - learning_rate * corrected / scale, first, second
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "adam-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Adam", points=4) as exercise:
    rng = np.random.default_rng()
    # rounded to float32, as Keras rounds its settings, so that it follows the same numbers
    eta, b1, b2 = map(float, np.float32(rng.uniform([0.01, 0.7, 0.97], [0.1, 0.85, 0.99])))
    w, g = rng.normal(size=4), rng.uniform(0.5, 2, size=4) * rng.permutation([-1, -1, 1, 1])
    m, t = rng.normal(size=4), int(rng.integers(3, 9))
    s = np.array(
        [*rng.uniform(0.1, 0.2, size=2), *rng.uniform(5, 8, size=2)]
    )  # below and above the squares of g
    new_m, new_s = b1 * m + (1 - b1) * g, b2 * s + (1 - b2) * g**2

    with exercise.part("the moving averages", points=1):
        handed = [w.copy(), g.copy(), m.copy(), s.copy()]
        _, first, second = adam_step(*handed, t, eta, b1, b2)
        expect.equal(
            handed,
            [w, g, m, s],
            "the arrays that were handed over, after the call",
            cause="one of them was changed in place",
            step="Make new arrays: first = … rather than first *= …",
        )
        expect.close(
            first,
            new_m,
            "the new moving average of the gradients",
            mistakes={
                "this one is corrected already, and would be corrected again in the next step": new_m
                / (1 - b1**t),
                "the gradient is not multiplied by 1 − beta_1": b1 * m + g,
                "beta_1 and 1 − beta_1 are swapped": (1 - b1) * m + b1 * g,
                "the learning rate belongs into the step, not into the average": b1 * m - eta * g,
                "that is the old average": m,
            },
            step="Keep the share beta_1 of m, and add the share 1 − beta_1 of the gradient.",
        )
        expect.close(
            second,
            new_s,
            "the new moving average of the squared gradients",
            mistakes={
                "this one is corrected already, and would be corrected again in the next step": new_s
                / (1 - b2**t),
                "the gradients were averaged, not their squares": b2 * s + (1 - b2) * g,
                "beta_1 was used here too": b1 * s + (1 - b1) * g**2,
                "the gradient's square is not multiplied by 1 − beta_2": b2 * s + g**2,
                "that is the old average": s,
                "it never falls, as in AMSGrad; Adam's average forgets": np.maximum(s, new_s),
                "the larger of the old average and the new square is averaged in; Adam's average forgets": b2
                * s
                + (1 - b2) * np.maximum(s, g**2),
            },
            step="Keep the share beta_2 of s, and add the share 1 − beta_2 of the squared gradient.",
        )

    def _step_with(first, second, t, *, powers=None, corrected=(True, True)):
        """The step away from the weights; `powers` and `corrected` stand for mistakes in the correction."""
        shares = [1 - beta**t for beta in (powers or (b1, b2))]
        shares = [share if done else 1.0 for share, done in zip(shares, corrected, strict=True)]
        return -eta * first / shares[0] / np.sqrt(second / shares[1])

    with exercise.part("a later step", points=1):
        moved, _, _ = adam_step(w.copy(), g.copy(), m.copy(), s.copy(), t, eta, b1, b2)
        again, _, _ = adam_step(w.copy(), g.copy(), m.copy(), s.copy(), t, eta, b1, b2)
        expect.equal(
            again,
            moved,
            "the weights after the same step once more",
            cause="the function remembers something from call to call",
            step="Compute everything from the arguments; the number of the step is t.",
        )
        ahead = b1 * new_m + (1 - b1) * g
        for at in (t, t + 30):
            moved, _, _ = adam_step(w.copy(), g.copy(), m.copy(), s.copy(), at, eta, b1, b2)
            expect.close(
                moved,
                w + _step_with(new_m, new_s, at),
                f"the weights after step {at}",
                rtol=1e-5,
                atol=2e-6,
                mistakes={
                    cause: w + step
                    for cause, step in {
                        "the correction does not depend on t: it is that of the first step": _step_with(
                            new_m, new_s, 1
                        ),
                        "without bias correction": _step_with(new_m, new_s, at, corrected=(False, False)),
                        "only the first average was corrected": _step_with(
                            new_m, new_s, at, corrected=(True, False)
                        ),
                        "only the second average was corrected": _step_with(
                            new_m, new_s, at, corrected=(False, True)
                        ),
                        "both were corrected with beta_1": _step_with(new_m, new_s, at, powers=(b1, b1)),
                        "both were corrected with beta_2": _step_with(new_m, new_s, at, powers=(b2, b2)),
                        "t was counted from 0": _step_with(new_m, new_s, at - 1),
                        "t was counted one too far": _step_with(new_m, new_s, at + 1),
                        "the old averages were used for the step": _step_with(m, s, at),
                        "the averages are corrected one step ahead, as in Nadam": _step_with(
                            ahead, new_s, at
                        ),
                        "they moved uphill": -_step_with(new_m, new_s, at),
                        "each weight is made smaller as well, as in AdamW": _step_with(new_m, new_s, at)
                        - 0.004 * eta * w,
                    }.items()
                },
                step="Use the new averages, corrected with the number of this step.",
            )
        # averages over so many steps that the correction is still felt after thousands
        slow_1, slow_2 = (float(beta) for beta in rng.uniform([0.998, 0.9999], [0.999, 0.99995]))
        for at in (200, 2_000, 5_000):
            now = slow_1 * m + (1 - slow_1) * g, slow_2 * s + (1 - slow_2) * g**2
            root = np.sqrt(now[1] / (1 - slow_2**at))
            expect.close(
                adam_step(w.copy(), g.copy(), m.copy(), s.copy(), at, eta, slow_1, slow_2)[0],
                w - eta * now[0] / (1 - slow_1**at) / root,
                f"the new weights after step {at:,}, with beta_1={slow_1:.5f} and beta_2={slow_2:.6f}",
                rtol=1e-4,
                mistakes={
                    "in late steps there is no correction any more; how long it is needed depends on the betas": (
                        w - eta * now[0] / np.sqrt(now[1])
                    ),
                },
                step="Correct in every step: divide by 1 − beta to the power t, however large t is.",
            )
    ### BEGIN HIDDEN TESTS
    with exercise.part("the first step, and the settings", points=1):
        moved, _, _ = adam_step(w.copy(), g.copy(), np.zeros(4), np.zeros(4), 1, eta, b1, b2)
        expect.close(
            moved,
            w - eta * np.sign(g),
            "the weights after the first step",
            rtol=1e-5,
            atol=2e-6,
            mistakes={
                "without bias correction": w - eta * (1 - b1) * g / (np.sqrt(1 - b2) * abs(g)),
                "only the first average was corrected": w - eta * np.sign(g) / np.sqrt(1 - b2),
                "only the second average was corrected": w - eta * np.sign(g) * (1 - b1),
                "both were corrected with beta_1": w - eta * np.sign(g) * np.sqrt((1 - b1) / (1 - b2)),
                "the averages are corrected one step ahead, as in Nadam": w - eta * np.sign(g) * (1 + b1),
                "they moved uphill": w + eta * np.sign(g),
                "each weight is made smaller as well, as in AdamW": w * (1 - 0.004 * eta) - eta * np.sign(g),
                "divided by s itself, not by its square root": w - eta / g,
                "the betas' powers start at t − 1, which is 0 in the first step": np.full(4, np.nan),
            },
            step="Divide m by 1 − beta_1 to the power t, and s by 1 − beta_2 to the power t; t is 1 here.",
        )
        still, _, _ = adam_step(np.ones(2), np.zeros(2), np.zeros(2), np.zeros(2), 1, eta, b1, b2)
        expect.equal(
            still,
            np.ones(2),
            "the weights after a first step with gradient 0",
            mistakes={"0/0 is not a number": np.full(2, np.nan)},
            step="Add epsilon to the root, before you divide.",
        )
        _, *found = adam_step(w.copy(), g.copy(), m.copy(), s.copy(), t, eta)

        def _averages(keep_1, keep_2):
            return [keep_1 * m + (1 - keep_1) * g, keep_2 * s + (1 - keep_2) * g**2]

        expect.close(
            found,
            _averages(0.9, 0.999),
            "both averages with the defaults, beta_1 0.9 and beta_2 0.999",
            mistakes={
                f"the defaults are {keep_1:g} and {keep_2:g}": _averages(keep_1, keep_2)
                for keep_1, keep_2 in ((0.9, 0.99), (0.999, 0.9), (0.9, 0.9), (0.99, 0.999), (0.9, 0.95))
            },
            step="Leave the first line of the function as the exercise has it.",
        )

        def _first_step_with(epsilon, slopes):
            """The first step by the formula, and with epsilon as Keras adds it: both are right."""
            size = np.abs(slopes)
            return [-eta * slopes / (size + epsilon / share) for share in (1, np.sqrt(1 - b2))]

        # gradients that are about as large as epsilon
        small = rng.uniform(3e-7, 6e-7, size=4) * [1, -1, 1, -1]
        for epsilon in (None, float(rng.uniform(2, 4) * 1e-7), 1e-3):
            named = {} if epsilon is None else {"epsilon": epsilon}
            said = "its default" if epsilon is None else f"{epsilon:.2g}"
            step, _, _ = adam_step(
                np.zeros(4), small.copy(), np.zeros(4), np.zeros(4), 1, eta, b1, b2, **named
            )
            right = _first_step_with(epsilon or 1e-7, small)
            expect.shape(step, (4,), "the new weights")
            expect.close(
                step,
                min(right, key=lambda value, found=step: float(np.max(np.abs(np.subtract(found, value))))),
                f"the first step for gradients of about 0.0000005, with {said} as epsilon",
                rtol=1e-3,
                atol=0,
                mistakes={
                    "epsilon is added under the root; here it belongs behind it": -eta
                    * small
                    / np.sqrt(small**2 + (epsilon or 1e-7)),
                }
                | {
                    f"epsilon is {other:g}{where}, not {said}": value
                    for other in (0, 1e-8, 1e-7, 1e-6)
                    for where, value in zip(
                        ("", ", before the correction"), _first_step_with(other, small), strict=True
                    )
                },
                step="Add epsilon to the root of the corrected s; its default is 1e-7.",
            )
    with exercise.part("50 steps beside Keras, on steep and flat slopes", points=1):

        def _all_three(keep_1, keep_2, old, slope, first, squares, *, still=False):
            """The new weights and averages; where `still`, the averages of weights without a gradient stay."""
            m, s = keep_1 * first + (1 - keep_1) * slope, keep_2 * squares + (1 - keep_2) * slope**2
            if still:
                m, s = np.where(slope == 0, first, m), np.where(slope == 0, squares, s)
            return [old - eta * m / (1 - keep_1**t) / np.sqrt(s / (1 - keep_2**t)), m, s]

        # one weight without a gradient, and betas of 0
        for size, keep_1, keep_2 in (((1,), 0.0, 0.0), ((2, 3), b1, b2), ((2, 1, 3), 0.0, b2)):
            old, first, squares = rng.normal(size=size), rng.normal(size=size), rng.uniform(0.5, 2, size=size)
            slope = rng.uniform(0.5, 2, size=size) * rng.choice([-1, 1], size=size)
            slope.flat[1:2] = 0.0
            handed = old, slope, first, squares
            right = _all_three(keep_1, keep_2, *handed)
            expect.close(
                adam_step(*(array.copy() for array in handed), t, eta, keep_1, keep_2),
                right,
                f"the new weights and averages for arrays of shape {size}, with beta_1={keep_1:.3f} and "
                f"beta_2={keep_2:.3f}",
                rtol=1e-4,
                mistakes={
                    "where the gradient is 0, the averages fall, too": _all_three(
                        keep_1, keep_2, *handed, still=True
                    ),
                    "a weight whose gradient is 0 moves on with what is kept in m": [
                        np.where(slope == 0, old, right[0]),
                        *right[1:],
                    ],
                    "beta_1 is 0.9, whatever the argument says": _all_three(0.9, keep_2, *handed),
                    "beta_2 is 0.999, whatever the argument says": _all_three(keep_1, 0.999, *handed),
                    "the betas are 0.9 and 0.999, whatever the arguments say": _all_three(
                        0.9, 0.999, *handed
                    ),
                },
                step="Compute with the arrays and the betas as they are, elementwise, whatever their shape.",
            )
        ours, theirs = beside_keras(
            lambda w, g, m, s, n: adam_step(w, g, m, s, n, eta, b1, b2),
            [np.zeros(4), np.zeros(4)],
            keras.optimizers.Adam(learning_rate=eta, beta_1=b1, beta_2=b2),
            rng.uniform(0.5, 1.5, size=(50, 4)) * [0.3, 1, 10, -10],
        )
        expect.close(
            ours,
            theirs,
            "the weights after each of 50 steps, beside keras.optimizers.Adam",
            rtol=1e-5,
            atol=1e-5,
            step="Return m and s before the correction, so that the next step goes on from them.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Exercise 5: The first step of Adam (2 points)
#
# Adam with learning rate 0.001, $\beta_1 = 0.9$, $\beta_2 = 0.999$ and a negligible $\epsilon$ takes its
# very first step. How far does one weight move? (Give a length, without a sign.)
#
# - `first_step["corrected"]`: its gradient is 0.02;
# - `first_step["corrected, large gradient"]`: its gradient is 20;
# - `first_step["not corrected"]`: its gradient is 0.02, and someone left out the bias correction of both
#   averages.

# %% nbgrader={"grade": false, "grade_id": "first-step", "locked": false, "schema_version": 3, "solution": true, "task": false}
### BEGIN SOLUTION
first_step = {
    "corrected": 0.001,
    "corrected, large gradient": 0.001,
    "not corrected": 0.001 * 0.1 / 0.001**0.5,
}
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "first-step-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("The first step of Adam", points=2) as exercise:
    with exercise.part("the form of the answer", points=0):
        expect.true(
            set(first_step) == {"corrected", "corrected, large gradient", "not corrected"},
            "first_step has the three keys of the exercise",
            got=list(first_step),
            step='Write first_step = {"corrected": …, "corrected, large gradient": …, "not corrected": …}.',
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("with bias correction", points=1):
        expect.close(
            [first_step["corrected"], first_step["corrected, large gradient"]],
            [0.001, 0.001],
            "the lengths of the first step for gradients 0.02 and 20",
            describe="two lengths",
            rtol=1e-3,
            mistakes={
                "that is plain gradient descent: Adam divides by the gradient's size": [0.00002, 0.02],
                "only the average of the gradients was corrected": [0.001 / 0.001**0.5] * 2,
                "lengths have no sign": [-0.001, -0.001],
                "Adam's step depends on the gradient's sign, not on its size": [0.001, 1.0],
            },
            step="Put t = 1 into the formulas, with m and s 0 before.",
        )
    with exercise.part("without bias correction", points=1):
        expect.close(
            first_step["not corrected"],
            0.001 * 0.1 / 0.001**0.5,
            "the length of the first step without bias correction",
            describe="a length",
            rtol=0.01,
            mistakes={
                "both averages are too small at first, but not by the same factor": 0.001,
                "the square root is missing in the denominator": 0.001 * 0.1 / 0.001,
                "the average of the squares is too small as well, which makes the step longer": 0.0001,
                "turned round: m belongs in the numerator": 0.001 * 0.001**0.5 / 0.1,
            },
            step="After one step m = 0.1 g and s = 0.001 g². Put them into the formula uncorrected.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-33"]
# ## 3 Paths
#
# ### Experiment: three landscapes
#
# We look at three losses, each of two weights: a **ravine** that is 25 times as steep across as along; a
# **saddle** between two valleys, where the start is 0.001 to one side of the ridge; and a round **bowl**
# where the gradient is noisy, as it is on minibatches. Each optimiser has a learning rate that suits it
# on the ravine (found by trial and error), and keeps that rate on the other two.
#
# Two relatives of Adam take part, too. **Nadam** (Dozat, 2016) is Adam with Nesterov's look-ahead.
# **AdamW** (Loshchilov and Hutter, 2019) is Adam with **weight decay**: each step also shrinks every
# weight by a small share of itself, the learning rate times `weight_decay` (0.004 is Keras' default).
# This is done separately from the gradient, so the decay is not divided by the gradient's size.
#
# **Predict.** Which paths zigzag? Which one leaves the saddle first? In the noisy bowl, which one settles closest
# to the minimum?


# %% tags=["experiment"]
RATES_ON_RAVINE = {
    "SGD": 0.07,
    "momentum": 0.01,
    "Nesterov": 0.01,
    "AdaGrad": 1.0,
    "RMSProp": 0.1,
    "Adam": 0.3,
    "Nadam": 0.3,
    "AdamW": 0.3,
}


def make_optimizer(name, learning_rate):
    """A Keras optimiser by the name that it has in this notebook."""
    optimizers = keras.optimizers
    return {
        "SGD": lambda: optimizers.SGD(learning_rate),
        "momentum": lambda: optimizers.SGD(learning_rate, momentum=0.9),
        "Nesterov": lambda: optimizers.SGD(learning_rate, momentum=0.9, nesterov=True),
        "AdaGrad": lambda: optimizers.Adagrad(learning_rate),
        "RMSProp": lambda: optimizers.RMSprop(learning_rate),
        "Adam": lambda: optimizers.Adam(learning_rate),
        "Nadam": lambda: optimizers.Nadam(learning_rate),
        "AdamW": lambda: optimizers.AdamW(learning_rate, weight_decay=0.004),
    }[name]()


def descend(name, learning_rate, slopes, starts, steps):
    """The paths of an optimiser from several starts at once: array of shape (steps + 1, starts, 2).

    All these rules are elementwise, so that one variable can hold many weights that know nothing of each other.
    """
    optimizer, weights = make_optimizer(name, learning_rate), keras.Variable(starts, dtype="float32")
    path = [keras.ops.convert_to_numpy(weights)]
    for _ in range(steps):
        optimizer.apply([keras.ops.convert_to_tensor(slopes(path[-1]), dtype="float32")], [weights])
        path.append(keras.ops.convert_to_numpy(weights))
    return np.array(path)


def ravine(x, y):
    return (x**2 + 25 * y**2) / 2


def saddle(x, y):
    return x**2 / 2 - y**2 / 2 + y**4 / 4


def bowl(x, y):
    return (x**2 + y**2) / 2


STEPS = 60
landscapes = {"ravine": ravine, "saddle": saddle, "noisy bowl": bowl}
starts = np.array(
    [(-4, 1), (-1.5, 0.001)] + 200 * [(-4, 2)]
)  # 200 runs in the bowl, each with noise of its own


def slopes_with(noise):
    """The function that gives the gradients at weights of shape (202, 2), one row a run."""

    def slopes(w):
        gradient = w.copy()
        gradient[0, 1] *= 25
        gradient[1, 1] = w[1, 1] ** 3 - w[1, 1]
        gradient[2:] += noise.normal(size=(200, 2))
        return gradient

    return slopes


# the same noise for every optimiser
runs_of = {
    name: descend(name, rate, slopes_with(np.random.default_rng(training.base_seed())), starts, 2 * STEPS)
    for name, rate in RATES_ON_RAVINE.items()
}
paths = {
    title: {name: path[: STEPS + 1, row] for name, path in runs_of.items()}
    for row, title in enumerate(landscapes)
}
figure = plots.optimizer_paths(landscapes, paths, equal=("saddle", "noisy bowl"))
plots.show(
    figure,
    alt="Paths of eight optimisers from the same start over the contour lines of three losses. On the ravine plain "
    "gradient descent zigzags. On the saddle it and both kinds of momentum stay on the ridge, while the others turn "
    "off into the valley. On the noisy bowl all wander around the minimum.",
)

# %% tags=["experiment"]
plots.show_animation(
    plots.optimizer_animation("ravine", ravine, paths["ravine"]),
    alt="The same eight paths on the ravine, moving step by step: momentum and Nesterov overshoot and come back, "
    "plain gradient descent crawls along the floor.",
)

# %% tags=["experiment", "nbval-ignore-output"]
on_ravine = {name: ravine(*path[-1]) for name, path in paths["ravine"].items()}
left_ridge = {
    name: int(np.argmax(abs(path[:, 1]) > 0.5)) or f"not in {STEPS}" for name, path in paths["saddle"].items()
}
at_rest = {name: np.sqrt((path[-40:, 2:] ** 2).sum(-1).mean()) for name, path in runs_of.items()}
pd.DataFrame(
    {
        "loss on the ravine after 60 steps": {name: f"{loss:.2g}" for name, loss in on_ravine.items()},
        "steps until it leaves the saddle": left_ridge,
        "distance at rest in the noisy bowl": {name: f"{distance:.2f}" for name, distance in at_rest.items()},
    }
)

# %% [markdown]
# **Try.** Now ride down the ravine yourself, with plain gradient descent and with momentum. With momentum 0, which
# learning rate is the fastest, and which is the first to leave the picture? Then raise the momentum:
# which learning rates become possible, and beyond what point does more momentum slow the ride again?

# %% tags=["experiment", "nbval-ignore-output"]
from course_utils import sliders

figure, axis = plt.subplots(figsize=(5.6, 2.6), layout="constrained")
angles = np.linspace(0, 2 * np.pi, 100)
for radius in range(1, 8):  # contour lines of the ravine
    axis.plot(radius * np.cos(angles), radius / 5 * np.sin(angles), color="0.85", linewidth=1)
axis.set_xlim(-4.5, 4.5)
axis.set_ylim(-1.5, 1.5)
axis.set_xlabel("first weight")
axis.set_ylabel("second weight")
(path_line,) = axis.plot([], [], color=plots.BLUE, linewidth=1.3)
(steps_line,) = axis.plot([], [], "o", color=plots.VERMILION, markersize=3)


def ride(learning_rate, momentum):
    """The path of 60 steps on the ravine, and a sentence about its end."""
    w, velocity, path = np.array([-4.0, 1.0]), np.zeros(2), [(-4.0, 1.0)]
    for _ in range(STEPS):
        velocity = momentum * velocity - learning_rate * w * [1, 25]
        w = w + velocity
        path.append(tuple(w))
    points, loss = np.array(path).T, ravine(*w)
    end = "It diverges." if loss > ravine(-4, 1) else f"The loss is {loss:.2g} after {STEPS} steps."
    return {path_line: points, steps_line: points}, end


sliders.show(
    figure,
    ride,
    {
        "learning rate": [0.003, 0.01, 0.03, 0.05, 0.07, 0.079, 0.09, 0.13],
        "momentum": [0.0, 0.5, 0.7, 0.8, 0.9, 0.95],
    },
    start=(0.07, 0.0),
    alt="The contour lines of the ravine, and on them the path of gradient descent from the point (-4, 1), with a dot a step.",
)

# %% [markdown]
# The last column of the table above mixes the effects of optimiser and learning rate. So we take one
# optimiser at a time in the noisy bowl: SGD, starting from the minimum, with three learning rates; and
# AdaGrad, with its rate from the ravine, after 60 steps and after 600.

# %% tags=["experiment", "nbval-ignore-output"]
noise, distances = np.random.default_rng(training.base_seed()), {}


def distance_of(w):
    """Root mean square distance of 200 runs from the minimum."""
    return np.sqrt((w**2).sum(axis=1).mean())


for rate in (0.01, 0.07, 0.3):
    w = np.zeros((200, 2))
    for _ in range(600):
        w = w - rate * (w + noise.normal(size=w.shape))
    distances[f"SGD, learning rate {rate}, after 600 steps"] = distance_of(w)
w, accumulator = np.tile([-4.0, 2.0], (200, 1)), np.full((200, 2), 0.1)
for step in range(1, 601):
    gradient = w + noise.normal(size=w.shape)
    accumulator = accumulator + gradient**2
    w = w - RATES_ON_RAVINE["AdaGrad"] * gradient / np.sqrt(accumulator)
    if step in (60, 600):
        distances[f"AdaGrad, learning rate 1.0, after {step} steps"] = distance_of(w)
pd.DataFrame({"distance from the minimum": distances}).round(2)

# %% [markdown] tags=["covers-33", "covers-55"]
# **See.** On the ravine (drawn with the second axis stretched), plain gradient descent jumps from wall to wall.
# Momentum swings around the floor in long arcs; Nesterov's look-ahead damps this swing. AdaGrad and
# RMSProp divide each weight's gradient by its size, and head almost straight for the floor. AdamW's path
# lies on top of Adam's: over sixty steps, such a small weight decay does not show.
#
# The saddle has two valleys. One is in the picture; the other is its mirror image.
#
# | on the saddle | what it does | why |
# |---|---|---|
# | SGD, both kinds of momentum | run along the ridge and hardly leave it in sixty steps | the slope to either side is tiny there |
# | RMSProp, Adam, Nadam, AdamW | leave in a few steps | they divide by that tiny slope |
# | AdaGrad | leaves, too | not for that reason: Keras' $s$ begins at 0.1, so the divisor is about 0.32 at first, whatever the slope. But a learning rate of 1.0 makes that a rate of 3.2, where SGD has 0.07 |
#
# **Measure and explain.** The distances in the two tables show the price of noise. With noise in the
# gradient and a constant learning rate, nothing comes to rest: the weights wander around the minimum, and
# the larger SGD's learning rate, the farther they wander. (For this bowl you can compute how far:
# $\sqrt{2\eta/(2-\eta)}$.) To get closer, the learning rate must shrink. That is what schedules are for.
# AdaGrad shrinks it on its own, at a pace that you cannot choose: it is closer after 600 steps than after
# 60.
#
# **Go further.** Each optimiser's learning rate suits the ravine. What does SGD do there with a rate of 0.09? And with
# 0.07, on a ravine whose walls are 30 times as steep as its floor?
#
# ## 4 A fair comparison
#
# ### Experiment: eight optimisers, each with its own learning rate
#
# "Adam is better than SGD" is a claim about two optimisers *and two learning rates*. So each optimiser
# trains the same network with several learning rates and several seeds, and we compare them at their
# best.
#
# The images are those of MNIST if this machine has it, and otherwise of Fashion-MNIST; change `DATA_SET` to switch. The
# figures in the text come from runs at the full budget on MNIST, and at the quick budget on Fashion-MNIST, with fewer
# images and seeds (in section 5 also fewer epochs): two different tasks, of which the second is harder.
#
# `together.fit` trains many networks of the same shape at once, in a fraction of the time that `fit` takes to train
# them one after another, and leaves each of them as `fit` would. All see the same minibatches, so the comparison is
# fair. The scatter over seeds then shows the effect of the random initial weights, not of the order of the images.

# %% tags=["experiment"]
DATA_SET = "mnist" if data.find("mnist") else "fashion_mnist"
images = data.load(DATA_SET)
print("data set:", images.name)

N_TRAIN = training.budget(full=4_000, quick=1_000)
N_VALID = training.budget(full=5_000, quick=2_000)
EPOCHS = 4
SEEDS = training.seeds(training.budget(full=5, quick=2))


def as_rows(x):
    """Images of shape (n, 28, 28) as float32 rows of 784 numbers from 0 to 1."""
    return x.reshape(len(x), -1).astype("float32") / 255


mean_image = as_rows(images.x_train[N_VALID : N_VALID + N_TRAIN]).mean(axis=0)
x_valid, y_valid = as_rows(images.x_train[:N_VALID]) - mean_image, images.y_train[:N_VALID]
x_train = as_rows(images.x_train[N_VALID : N_VALID + N_TRAIN]) - mean_image
y_train = images.y_train[N_VALID : N_VALID + N_TRAIN]


def make_network(seed):
    """A network with two hidden layers of ReLU units, 784-100-50-10; each seed has first weights of its own."""
    training.set_seed(seed)
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(100, activation="relu", kernel_initializer="he_normal"),
            keras.layers.Dense(50, activation="relu", kernel_initializer="he_normal"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


# %% [markdown]
# **Predict.** Keras' default learning rate is 0.01 for SGD and 0.001 for most others. By how much will the
# best and the worst of the eight differ, when each has its best learning rate? And when all have 0.001?


# %% tags=["experiment", "nbval-ignore-output"]
def validation_scores(model):
    """Loss and accuracy on the validation images, a dict: for so small a network quicker than Keras' `evaluate`."""
    probabilities = model(x_valid)
    losses = keras.losses.sparse_categorical_crossentropy(y_valid, probabilities)
    return {"loss": float(np.mean(losses)), "accuracy": np.mean(np.argmax(probabilities, axis=1) == y_valid)}


def train_together(name, learning_rates, epochs):
    """Train a network for each learning rate and seed with one optimiser, all at once.

    Args:
        name: the optimiser's name in this notebook.
        learning_rates: a dict of numbers or schedules.
        epochs: how many.

    Returns:
        A DataFrame with a row for each network: the key of its learning rate, and its loss and accuracy on the
        validation images at the end.
    """
    keys = [key for key in learning_rates for _ in SEEDS]
    networks = [make_network(seed) for _ in learning_rates for seed in SEEDS]
    together.fit(
        networks,
        x_train,
        y_train,
        make_optimizer(name, 0.001),  # the learning rates in the next line replace this one
        learning_rates=[learning_rates[key] for key in keys],
        epochs=epochs,
        seed=training.base_seed(),
        verbose=0,
    )
    return pd.DataFrame(
        {"learning rate": key, **validation_scores(network)}
        for key, network in zip(keys, networks, strict=True)
    )


RATES = {
    "SGD": (0.001, 0.03, 0.1, 0.3),
    "momentum": (0.001, 0.03, 0.1),
    "Nesterov": (0.001, 0.03, 0.1),
    "AdaGrad": (0.001, 0.03, 0.1),
    "RMSProp": (0.0003, 0.001, 0.003),
    "Adam": (0.0003, 0.001, 0.003, 0.01),
    "Nadam": (0.0003, 0.001, 0.003, 0.01),
    "AdamW": (0.0003, 0.001, 0.003, 0.01),
}
accuracy = {}
for name, rates in RATES.items():
    trained = train_together(name, {rate: rate for rate in rates}, EPOCHS)
    for rate, of_seeds in trained.groupby("learning rate"):
        accuracy[name, rate] = of_seeds["accuracy"].to_numpy()

figure, axes = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True, layout="constrained")
for index, (name, rates) in enumerate(RATES.items()):
    axis, look = axes[index // 4], index % 4
    beside = 1.06 ** (look - 1.5)  # a little to the side, so that none hides another
    axis.errorbar(
        np.array(rates) * beside,
        [accuracy[name, rate].mean() for rate in rates],
        yerr=[accuracy[name, rate].std(ddof=1) for rate in rates],
        color=plots.COLOURS[look],
        linestyle="none",
        marker="os^D"[look],
        markersize=5,
        capsize=3,
        label=name,
    )
for axis in axes:
    axis.set(xlabel="learning rate", xscale="log", xlim=(2e-4, 0.5))
    axis.grid(alpha=0.3)
    axis.legend(loc="lower right" if axis is axes[0] else "lower center")
axes[0].set_ylabel(f"validation accuracy, mean ± sd of {len(SEEDS)} seeds")
plots.show(
    figure,
    alt="Validation accuracy against the learning rate, a point with an error bar for each optimiser and rate. Left: "
    "SGD, momentum, Nesterov and AdaGrad are best at 0.03 or above, and well below that at 0.001. Right: RMSProp, "
    "Adam, Nadam and AdamW are best at 0.001 or 0.003.",
)

# %% tags=["experiment", "nbval-ignore-output"]
best_rates = {name: max(rates, key=lambda rate: accuracy[name, rate].mean()) for name, rates in RATES.items()}
for name, rate in best_rates.items():
    key = name.lower()
    runs.record(f"{key}_best_val_accuracy", accuracy[name, rate].mean(), show=False)
    runs.record(f"{key}_best_learning_rate", rate, show=False)
    runs.record(f"{key}_val_accuracy_at_0.001", accuracy[name, 0.001].mean(), show=False)
pd.DataFrame(
    {
        "best learning rate": best_rates,
        "at the edge of those tried": {
            name: "yes" if rate in (min(RATES[name]), max(RATES[name])) else "no"
            for name, rate in best_rates.items()
        },
        "accuracy": {name: f"{accuracy[name, rate].mean():.3f}" for name, rate in best_rates.items()},
        "sd over seeds": {
            name: f"{accuracy[name, rate].std(ddof=1):.3f}" for name, rate in best_rates.items()
        },
        "accuracy at 0.001": {name: f"{accuracy[name, 0.001].mean():.3f}" for name in RATES},
    }
)

# %% tags=["experiment", "nbval-ignore-output"]
best = [accuracy[name, rate].mean() for name, rate in best_rates.items()]
at_one_rate = [accuracy[name, 0.001].mean() for name in RATES]
runs.record("spread_at_best_rates", max(best) - min(best))
runs.record("spread_at_0.001", max(at_one_rate) - min(at_one_rate))

# %% [markdown] tags=["covers-55"]
# **See.** Every optimiser has a range of learning rates that suits it, and the ranges are far apart: where Adam
# does well, SGD has hardly begun.
#
# **Measure and explain.** At one learning rate for all, 0.001, the best and the worst of the eight are far apart:
# they differ by more than 0.5 in accuracy. With the best learning rate for each, the difference shrinks: to between
# 0.034 and 0.077 in five runs at the quick budget (Fashion-MNIST), and to between 0.002 and 0.010 in five at the
# full one (MNIST). Most of what looks like a difference between optimisers is a difference between learning rates:
# SGD multiplies the learning rate by the gradient itself, Adam by the gradient divided by its size, so the same rate
# means steps of quite different lengths. What is left of the difference amounts to a few standard deviations over
# seeds, and depends on the number of epochs too. If a best learning rate is at the edge of those that were tried (as
# SGD's and AdaGrad's were at the full budget), one beyond it may be better: a search that ends at an edge
# is not finished.
#
# The scatter over seeds shows the effect of the one thing that was varied, the initial weights. Each of those runs
# also has its own order of the images. In the five at the quick budget, Nesterov momentum at 0.03 reached mean
# accuracies from 0.774 to 0.800, while its standard deviation over seeds was at most 0.007 within a run: the order
# matters as well.
#
# A published comparison on MNIST trained 784-50-50-50-10 on 48,000 images for 20 epochs, with 0.001 for all. It found
# validation accuracies of 0.923 with SGD and 0.968 with RMSProp and with Nesterov momentum. It used one learning rate for
# three optimisers. You can now say what such a comparison really compares.
#
# **Go further.** Double the epochs. Which of the optimisers gains most?
#
# ### Exercise 6: Which optimiser? (4 points, in words)
#
# A friend has trained one network with SGD and one with Adam, both with a learning rate of 0.001, one seed
# each. Adam was ahead by 0.2 in validation accuracy, and the friend will never use SGD again. In six to
# ten sentences: what does that experiment show, and what does it not show? Design a better one. And say
# what you would recommend, quoting two numbers from your own run above.

# %% [markdown] nbgrader={"grade": true, "grade_id": "which-optimiser", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false}
# The experiment shows that Adam learns faster than SGD *at a learning rate of 0.001*, for this network,
# these images and this seed. It does not show that Adam is better: 0.001 is close to the best learning
# rate for Adam and far below that for SGD, whose steps are the gradient itself and not the gradient
# divided by its size. One seed each says nothing about how much of the difference is chance.
#
# A better experiment gives each optimiser its own learning rate, chosen from a range wide enough that the
# best one is not at its edge, with the same number of tries for each. It repeats each run over several
# seeds, and reports mean and standard deviation on validation images, and at the end the accuracy of the
# chosen one on test images that played no part in the choice. The number of epochs is the same for all;
# what holds after a few epochs need not hold after fifty.
#
# In the table above, SGD at 0.001 is far behind Adam at 0.001 (here I quote the two), but with its own best
# learning rate most of that difference is gone. I would begin with Adam at 0.001, because
# its default works without a search, and try SGD with Nesterov momentum and a schedule when the last
# percentage point matters.
#
# ### BEGIN MARK SCHEME
# - 1 point: the comparison is at *one* learning rate, which suits one of the two (each has its own best
#   one).
# - 1 point: one seed each; the scatter over seeds must be known before a difference means something.
# - 1 point: a better design: several learning rates for each, several seeds, the same epochs, choice on
#   validation images.
# - 1 point: a recommendation that follows from two numbers quoted from the student's own table.
#
# No points are lost for recommending something other than the model answer does, if the numbers support it.
# ### END MARK SCHEME

# %% [markdown] tags=["covers-34"]
# ## 5 Schedules
#
# A large learning rate gets far; a small one settles down. A **schedule** begins with a large one and
# ends with a small one. With $\eta_0$ the learning rate at the start and $t$ the number of steps taken so
# far, the usual schedules are
#
# | schedule | learning rate |
# |---|---|
# | power | $\eta_0 / (1 + t/d)^c$, where $c$ is usually 1 |
# | exponential | $\eta_0 \cdot 0.1^{t/d}$: a tenth after every $d$ steps |
# | piecewise constant | $\eta_0$ up to and including step $b_0$, then $\eta_1$ up to and including $b_1$, and so on |
# | cosine | $\eta_0 \cdot \frac12 (1 + \cos(\pi t / T))$ up to step $T$, and 0 from there on |
#
# ### Exercise 7: Four schedules (4 points)


# %% nbgrader={"grade": false, "grade_id": "schedules", "locked": false, "schema_version": 3, "solution": true, "task": false}
def power_rate(step, initial_rate, decay_steps, power=1):
    """Learning rate of the power schedule after `step` steps; numbers."""
    ### BEGIN SOLUTION
    return initial_rate / (1 + step / decay_steps) ** power
    ### END SOLUTION


def exponential_rate(step, initial_rate, decay_steps):
    """Learning rate of the exponential schedule, which falls to a tenth in `decay_steps` steps."""
    ### BEGIN SOLUTION
    return initial_rate * 0.1 ** (step / decay_steps)
    ### END SOLUTION


def piecewise_rate(step, boundaries, rates):
    """Learning rate of the piecewise constant schedule.

    Args:
        step: the number of steps so far.
        boundaries: list of n steps, in increasing order.
        rates: list of n + 1 learning rates; rates[i] holds up to and including step boundaries[i].
    """
    ### BEGIN SOLUTION
    for boundary, rate in zip(boundaries, rates, strict=False):
        if step <= boundary:
            return rate
    return rates[-1]
    ### END SOLUTION


def cosine_rate(step, initial_rate, n_steps):
    """Learning rate of the cosine schedule, which reaches 0 at `n_steps` and stays there."""
    ### BEGIN SOLUTION
    return initial_rate * (1 + np.cos(np.pi * min(step / n_steps, 1))) / 2
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "schedules-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Four schedules", points=4) as exercise:
    rng = np.random.default_rng()
    eta, decay = float(rng.uniform(0.05, 0.5)), int(rng.integers(50, 200))
    steps = sorted(int(step) for step in rng.choice(np.arange(1, 900), size=12, replace=False))

    with exercise.part("power", points=1):
        expect.close(
            power_rate(decay, eta, decay),
            eta / 2,
            "the learning rate after decay_steps steps, power 1",
            rtol=1e-4,
            mistakes={"the default of power is 2": eta / 4, "the default of power is 1/2": eta / np.sqrt(2)},
            step="Leave the first line of the function as the exercise has it.",
        )
        for power in (int(rng.integers(2, 4)), float(rng.choice([0.5, 2.5]))):
            expect.close(
                [power_rate(step, eta, decay, power) for step in steps],
                [eta / (1 + step / decay) ** power for step in steps],
                f"the learning rates after {steps} steps, with power {power}",
                rtol=1e-4,
                mistakes={
                    "the power is ignored": [eta / (1 + step / decay) for step in steps],
                    "the 1 was raised to the power as well as the fraction, one by one": [
                        eta / (1 + (step / decay) ** power) for step in steps
                    ],
                    "the initial rate is inside the power": [
                        (eta / (1 + step / decay)) ** power for step in steps
                    ],
                    "the rate falls in stairs: whole steps of decay_steps only": [
                        eta / (1 + step // decay) ** power for step in steps
                    ],
                    "the power was cut to a whole number": [
                        eta / (1 + step / decay) ** int(power) for step in steps
                    ],
                    "the step is not divided by decay_steps": [eta / (1 + step) ** power for step in steps],
                },
                step="Raise the whole bracket to the power.",
            )
        part_of_a_step, far, power = float(rng.uniform(0.2, 0.8)), 100 * decay, float(rng.uniform(0.5, 1.5))
        expect.close(
            [
                power_rate(far, eta, decay + part_of_a_step, power),
                power_rate(far, eta, 1 + part_of_a_step, power),
                power_rate(far, eta, decay, 0),
            ],
            [
                eta / (1 + far / (decay + part_of_a_step)) ** power,
                eta / (1 + far / (1 + part_of_a_step)) ** power,
                eta,
            ],
            f"the learning rates after {far:,} steps: with power {power:.2f} and decay_steps "
            f"{decay + part_of_a_step:.2f} and {1 + part_of_a_step:.2f}, and with power 0 and decay_steps {decay}",
            rtol=1e-4,
            step="Compute with the numbers as they come: decay_steps need not be whole, and power may be 0.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("exponential", points=1):
        # a rate above 1, a number of steps that is not whole, and a step so late that hardly anything is left
        large, tenth, after = 30 * eta, decay + float(rng.uniform(0.55, 0.7)), [*steps, 12 * decay]
        right = [large * 0.1 ** (step / tenth) for step in after]
        expect.close(
            [exponential_rate(step, large, tenth) for step in after],
            right,
            f"the learning rates after {after} steps, with initial_rate {large:.2f} and decay_steps {tenth:.2f}",
            rtol=1e-4,
            atol=1e-13,
            mistakes={
                "the rate falls in stairs: whole steps of decay_steps only": [
                    large * 0.1 ** (step // tenth) for step in after
                ],
                "it falls by a factor of e, not of 10": [large * np.exp(-step / tenth) for step in after],
                "it falls by a factor of 2, not of 10": [large * 0.5 ** (step / tenth) for step in after],
                "the step is not divided by decay_steps": [large * 0.1**step for step in after],
                "decay_steps was cut to a whole number": [
                    large * 0.1 ** (step / int(tenth)) for step in after
                ],
                "decay_steps was rounded to a whole number": [
                    large * 0.1 ** (step / round(tenth)) for step in after
                ],
                "initial_rate was cut to 1": [rate / large for rate in right],
            }
            | {
                f"it never falls below {least:g}; this schedule has no smallest rate": [
                    max(least, rate) for rate in right
                ]
                for least in (1e-3, 1e-4, 1e-5, 1e-6, 1e-8)
            }
            | {
                f"it stops falling after {count} times decay_steps": [
                    max(large * 0.1**count, rate) for rate in right
                ]
                for count in (1, 2, 3, 4)
            },
            step="Multiply by 0.1 to the power of step / decay_steps, with both numbers as they come.",
        )
    with exercise.part("piecewise constant", points=1):
        # any number of pieces, and rates that rise and fall, one of them 0
        for pieces in (2, int(rng.integers(4, 7))):
            boundaries = [int(b) for b in np.cumsum(rng.integers(5, 50, size=pieces - 1))]
            rates = [float(rate) for rate in 0.03 * rng.permutation(pieces)]
            if rates == sorted(rates, reverse=True):
                rates = rates[::-1]
            around = sorted({0, *boundaries, *(b + 1 for b in boundaries), *(b - 1 for b in boundaries), 500})
            handed = [*boundaries], [*rates]
            found = []
            for step in around:
                found.append(piecewise_rate(step, *handed))
                expect.equal(
                    [len(handed[0]), len(handed[1])],
                    [pieces - 1, pieces],
                    "the lengths of the two lists that were handed over, after the call",
                    cause="a list that was handed over was changed",
                    step="Look entries up by their index; pop takes them from whoever called the function.",
                )
            falling = sorted(rates, reverse=True)
            expect.close(
                found,
                [rates[int(np.searchsorted(boundaries, step))] for step in around],
                f"the learning rates {rates} after {around} steps, with boundaries {boundaries}",
                rtol=1e-6,
                mistakes={
                    "at a boundary itself the rate before it still holds": [
                        rates[int(np.searchsorted(boundaries, step, side="right"))] for step in around
                    ],
                    "after the last boundary the last rate holds": [
                        rates[min(int(np.searchsorted(boundaries, step)), pieces - 2)] for step in around
                    ],
                    "there may be more than two boundaries": [
                        rates[min(int(np.searchsorted(boundaries[:2], step)), pieces - 1)] for step in around
                    ],
                    "a rate of 0 is a rate, too": [
                        next(
                            (rate for b, rate in zip(boundaries, rates, strict=False) if step <= b and rate),
                            rates[-1],
                        )
                        for step in around
                    ],
                    "the rates were sorted; they may rise, too": [
                        falling[int(np.searchsorted(boundaries, step))] for step in around
                    ],
                },
                step="Find the first boundary that is not below the step.",
            )
    with exercise.part("cosine", points=1):
        # an odd number, so that half of it is not whole, and a rate above 1
        length, large = 2 * int(rng.integers(150, 350)) + 1, 30 * eta
        at = [0, *steps, length, 2 * length]
        right = [large * (1 + np.cos(np.pi * min(step / length, 1))) / 2 for step in at]
        expect.close(
            # `step < n_steps and …` is False where the rate is 0
            [
                rate if rate is not False else 0.0
                for rate in (cosine_rate(step, large, length) for step in at)
            ],
            right,
            f"the learning rates after {at} steps, with initial_rate {large:.2f} and n_steps {length}",
            rtol=1e-4,
            atol=1e-7 * large,
            mistakes={
                "after n_steps it rises again, as the cosine does": [
                    large * (1 + np.cos(np.pi * step / length)) / 2 for step in at
                ],
                "after n_steps it begins anew": [
                    large * (1 + np.cos(np.pi * (step % length) / length)) / 2 for step in at
                ],
                "the angle is in degrees or lacks π": [
                    large * (1 + np.cos(min(step / length, 1))) / 2 for step in at
                ],
                "the angle is in degrees; np.cos takes radians": [
                    large * (1 + np.cos(180 * min(step / length, 1))) / 2 for step in at
                ],
                "the 1 that keeps it from becoming negative is missing": [
                    large * np.cos(np.pi * min(step / length, 1)) for step in at
                ],
                "it ends too early: 1 was taken off n_steps, or half of it was cut to a whole number": [
                    large * (1 + np.cos(np.pi / 2 * min(step / (length // 2), 2))) / 2 for step in at
                ],
                "initial_rate was cut to 1": [rate / large for rate in right],
                "the half is missing: it begins at twice the initial rate": [2 * rate for rate in right],
            }
            | {
                f"it stops at {share:g} of the initial rate instead of 0": [
                    max(share * large, rate) for rate in right
                ]
                for share in (0.1, 0.01, 1e-3, 1e-4)
            },
            step="Stop the angle at π.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-34"]
# ### Experiment: per step or per epoch?
#
# A schedule that you hand to the optimiser, `SGD(learning_rate=schedule)`, changes the learning rate at
# every step. The callback `LearningRateScheduler` changes it once an epoch; `ReduceLROnPlateau` does so only
# when the validation loss has stopped falling.
#
# **Predict.** An epoch has 100 steps, and the rate falls to a tenth every 5 epochs. By what factor does
# it jump between two epochs if it changes only once an epoch?

# %% tags=["experiment"]
STEPS_AN_EPOCH, LENGTH = 100, 1_000
steps = np.arange(LENGTH)
schedules = keras.optimizers.schedules
examples = {
    "constant": [0.1] * LENGTH,
    "power": [float(schedules.InverseTimeDecay(0.1, 200, 1)(step)) for step in steps[::10]],
    "exponential": [float(schedules.ExponentialDecay(0.1, 500, 0.1)(step)) for step in steps[::10]],
    "piecewise": [
        float(schedules.PiecewiseConstantDecay([300, 700], [0.1, 0.03, 0.005])(step)) for step in steps[::10]
    ],
    "cosine": [float(schedules.CosineDecay(0.1, LENGTH)(step)) for step in steps[::10]],
    "exponential, per epoch": [
        0.1 * 0.1 ** (step // STEPS_AN_EPOCH * STEPS_AN_EPOCH / 500) for step in steps
    ],
}
figure, axis = plt.subplots(figsize=(7, 3.8), layout="constrained")
for (name, rates), colour, style in zip(
    examples.items(), plots.COLOURS, ("-", "--", "-.", ":", "-", "-"), strict=False
):
    axis.plot(np.linspace(0, LENGTH, len(rates)), rates, color=colour, linestyle=style, label=name)
axis.set(xlabel=f"step ({STEPS_AN_EPOCH} an epoch)", ylabel="learning rate")
axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plots.show(
    figure,
    alt="Learning rate over a thousand steps for six schedules: constant, power, exponential, piecewise constant, "
    "cosine, and the exponential one changed once an epoch, which falls in stairs.",
)
print(f"factor between two epochs: {0.1 ** (STEPS_AN_EPOCH / 500):.3f}")

# %% [markdown] tags=["covers-34"]
# **See.** Five of the six end below where they began, each in its own way: the power schedule falls fast and then
# slowly, the cosine slowly, fast, and slowly again. (The sixth is constant. *On plateau* is not here: its rate depends
# on the losses.)
#
# **Explain.** If it changes only once an epoch, the exponential rate falls like a staircase, with each stair at
# 63 % of the one before. With a few long epochs that is coarse: the whole first epoch is trained with the initial
# rate. With many short ones the stairs come close to the curve. The experiment after Exercise 9 trains with both.
#
# **Go further.** Draw the stairs for epochs of 500 steps. What is the largest distance between stairs and curve?
#
# ### Exercise 8: Where `decay` went (2 points)
#
# Old books write `SGD(lr=0.01, decay=1e-4)`. That meant $\eta_t = \eta_0 / (1 + \mathrm{decay} \cdot t)$
# after $t$ steps. In Keras 3 `decay` is gone; `keras.optimizers.schedules.InverseTimeDecay` takes its
# place. Give Keras the old line (with `learning_rate` for `lr`), and see what it does:

# %% tags=["experiment"]
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    old_line = keras.optimizers.SGD(learning_rate=0.01, decay=1e-4)
print("Keras says:", *(warning.message for warning in said))
weight = keras.Variable(0.0)
for _ in range(100):
    old_line.apply([keras.ops.ones(())], [weight])
print(f"100 steps later the learning rate is {float(old_line.learning_rate):.4f}")

# %% [markdown]
# You get a warning, easily lost among others, and training goes ahead at a learning rate that you did not
# ask for.
#
# Write `schedule_for_decay(learning_rate, decay)`, which returns the Keras schedule that does what the old
# argument did. And find `steps_to_half`: after how many steps would the old line above have brought the
# learning rate down to half of 0.01?


# %% nbgrader={"grade": false, "grade_id": "decay", "locked": false, "schema_version": 3, "solution": true, "task": false}
def schedule_for_decay(learning_rate, decay):
    """A Keras schedule with the learning rate learning_rate / (1 + decay · step) after each step."""
    ### BEGIN SOLUTION
    return keras.optimizers.schedules.InverseTimeDecay(learning_rate, decay_steps=1, decay_rate=decay)
    ### END SOLUTION


### BEGIN SOLUTION
steps_to_half = 10_000
### END SOLUTION

# %% [markdown]
# The checks use the next function. It tries your schedule in an optimiser.


# %% nbgrader={"grade": false, "grade_id": "rates-of-steps", "locked": true, "schema_version": 3, "solution": false, "task": false}
def rates_of_steps(learning_rate, decay, steps):
    """The learning rates with which an optimiser takes its first steps with your schedule; none if it is no schedule."""
    schedule = schedule_for_decay(learning_rate, decay)
    if not isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule):
        return []
    optimizer = keras.optimizers.SGD(learning_rate=schedule)
    weight, rates = keras.Variable(0.0), []
    for _ in range(steps):
        rates.append(float(optimizer.learning_rate))
        optimizer.apply([keras.ops.ones(())], [weight])
    return rates


# %% nbgrader={"grade": true, "grade_id": "decay-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Where decay went", points=2) as exercise:
    rng = np.random.default_rng()

    with exercise.part("the schedule", points=1):
        # so much decay that after 500 steps every mistake shows, and after a million no end of the schedule is left
        eta, decay = float(rng.uniform(0.01, 0.5)), float(rng.uniform(4.2e-3, 1e-2))
        schedule = schedule_for_decay(eta, decay)
        for step in (0, 500, 1, 7_777, 1_000_000):
            expect.close(
                float(schedule(step)),
                eta / (1 + decay * step),
                f"the learning rate after {step:,} steps, with decay {decay:.2g}",
                rtol=5e-5,
                atol=0,
                mistakes={
                    "that is an exponential decay, a factor 1 − decay a step": eta * (1 - decay) ** step,
                    "that is an exponential decay, a factor decay a step": eta * decay**step,
                    "decay_rate is 1 here; it should be what the old line called decay": eta / (1 + step),
                    "the learning rate stays as it is"
                    if step == 500
                    else "the rate falls in stairs; it should fall with every step": eta,
                    "the rate falls in stairs: whole steps of 1 / decay only": eta / (1 + int(decay * step)),
                    "decay_steps was cut to a whole number; it may be any": eta / (1 + step / int(1 / decay)),
                    "decay_steps was rounded to a whole number; it may be any": eta
                    / (1 + step / round(1 / decay)),
                    "the decay is used twice, in decay_steps and in decay_rate": eta / (1 + decay**2 * step),
                    "decay_steps and decay_rate are exchanged": eta / (1 + step / decay),
                    "decay is 1e-4 here, whatever the argument says": eta / (1 + 1e-4 * step),
                    "decay_steps is 1,000 here; the old line counted single steps": eta
                    / (1 + decay * step / 1_000),
                    "it stops after 10,000 steps; the old line never stopped": eta / (1 + decay * 10_000),
                }
                if step
                else {"that is the rate after one step": eta / (1 + decay)},
                step="InverseTimeDecay computes initial / (1 + decay_rate · step / decay_steps).",
            )
        expect.close(
            rates_of_steps(eta, decay, 4),
            [eta / (1 + decay * step) for step in range(4)],
            "the learning rates of the first four steps of SGD(learning_rate=schedule_for_decay(…))",
            rtol=1e-5,
            mistakes={"that is no Keras schedule: an optimiser would not hand the step to it": []},
            step="Return a schedule that Keras can use: one of keras.optimizers.schedules.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("when it is halved", points=1):
        expect.equal(
            steps_to_half,
            10_000,
            "steps_to_half",
            describe="a whole number of steps",
            mistakes={
                "that halves an exponential decay of 1e-4 a step": 6_931,
                "half of the steps that it takes": 5_000,
                "the learning rate has no part in this": 100,
                "one step too many: count from the step with the rate 0.01, which is step 0": 10_001,
                "one step too few: the question is after how many steps the rate is half": 9_999,
            },
            step="When is 1 + decay · t equal to 2?",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-35"]
# ### Exercise 9: Reduce on plateau (3 points)
#
# The callback `ReduceLROnPlateau` multiplies the learning rate by `factor` when, for `patience` epochs in
# a row, the validation loss has not fallen below its lowest value so far; then it starts counting again.
# (The setting `min_delta` says how much lower it must be: 1e-4 by default, and 0 here.) Write
# `plateau_rates`: the learning rate after each epoch, that is, the one with which the *next* epoch is
# trained.


# %% nbgrader={"grade": false, "grade_id": "plateau", "locked": false, "schema_version": 3, "solution": true, "task": false}
def plateau_rates(losses, learning_rate, factor, patience):
    """The learning rate after each epoch.

    Args:
        losses: list of the validation losses after each epoch.
        learning_rate: what it is in the first epoch.
        factor: what it is multiplied by on a plateau, less than 1.
        patience: how many epochs in a row without a new lowest loss make a plateau.

    Returns:
        A list as long as `losses`.
    """
    ### BEGIN SOLUTION
    lowest, waited, rates = np.inf, 0, []
    for loss in losses:
        if loss < lowest:
            lowest, waited = loss, 0
        else:
            waited += 1
            if waited == patience:
                learning_rate, waited = learning_rate * factor, 0
        rates.append(learning_rate)
    return rates
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "plateau-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Reduce on plateau", points=3) as exercise:
    rng = np.random.default_rng()

    with exercise.part("while the loss falls, and on one plateau", points=1):
        expect.close(
            plateau_rates([1.0, 0.9, 0.8, 0.7], 0.1, 0.5, 2),
            [0.1] * 4,
            "the learning rates while the loss falls in every epoch",
            step="Change the learning rate only after `patience` epochs without a new lowest loss.",
        )
        expect.close(
            plateau_rates([1.0, 0.9, 0.95, 0.93, 0.94, 0.8], 0.1, 0.5, 2),
            [0.1, 0.1, 0.1, 0.05, 0.05, 0.05],
            "the learning rates for the losses 1.0, 0.9, 0.95, 0.93, 0.94, 0.8 with factor 0.5 and patience 2",
            mistakes={
                "one epoch too late: `patience` epochs are enough, and the list has the rate after each epoch": [
                    *[0.1] * 4,
                    *[0.05] * 2,
                ],
                "one epoch too early": [0.1, 0.1, 0.05, 0.025, 0.0125, 0.0125],
                "each loss was compared with the one before; it is the lowest so far that counts": [0.1] * 6,
                "after a reduction the count goes on: it does not begin at 0 again": [
                    0.1,
                    0.1,
                    0.1,
                    0.05,
                    0.025,
                    0.025,
                ],
            },
            step="Count the epochs since the lowest loss, and reduce when there are `patience` of them.",
        )
    ### BEGIN HIDDEN TESTS

    def _plateau_expected(
        losses,
        rate,
        factor,
        patience,
        *,
        lowest=np.inf,
        delta=0.0,
        ties=False,
        against="lowest",
        again=True,
        row=True,
        forget=False,
        rest=0,
        once=False,
        least=0.0,
        window=None,
    ):
        """The rates; the keyword arguments make the mistakes that the check recognises."""
        waited, rates, begin = 0, [], rate
        for number, loss in enumerate(losses):
            if against == "recent" or window:
                lowest = min(losses[max(0, number - (window or patience)) : number], default=np.inf)
            better = loss < lowest - delta or (ties and loss == lowest)
            if better:
                waited = 0 if row else waited
            else:
                waited += 1
            lowest = loss if better or against == "last" else lowest
            if waited >= patience and not (once and rate != begin):
                rate, waited = max(rate * factor, least), -rest if again else waited
                lowest = loss if forget else lowest
            rates.append(rate)
        return rates

    pitfalls = {
        "each loss was compared with the one before; it is the lowest so far that counts": {
            "against": "last"
        },
        "each loss was compared with the last few; it is the lowest of all so far that counts": {
            "against": "recent"
        },
        "after a reduction the count goes on: it does not begin at 0 again": {"again": False},
        "an equal loss is not lower": {"ties": True},
        "the epochs are counted in all; they must come in a row": {"row": False},
        "the lowest loss is forgotten at a reduction": {"forget": True},
        "after a reduction the next epoch does not count (a rest, or was the lowest loss forgotten?)": {
            "rest": 1
        },
        "the first loss is not taken for the lowest so far: begin with np.inf, or with the first loss": {
            "lowest": 1.0
        },
        "it was reduced once only": {"once": True},
    }

    def _mistaken_rates(losses, rate, factor, patience):
        """The rates of each mistake, by cause."""
        wrong = {
            cause: _plateau_expected(losses, rate, factor, patience, **mistake)
            for cause, mistake in pitfalls.items()
        }
        right = _plateau_expected(losses, rate, factor, patience)
        return wrong | {
            "one epoch too late: `patience` epochs are enough": _plateau_expected(
                losses, rate, factor, patience + 1
            ),
            "these are the rates before each epoch; asked are those after it": [rate, *right[:-1]],
            "the factor is always 0.5, whatever the argument says": _plateau_expected(
                losses, rate, 0.5, patience
            ),
        }

    def _check_rates(losses, rate, factor, patience, what, mistakes, step):
        handed = [*losses]
        found = plateau_rates(handed, rate, factor, patience)
        expect.equal(
            len(handed),
            len(losses),
            "how many losses the list that was handed over holds after the call",
            cause="losses were taken out of it, or put in",
            step="Go through the list with for; pop takes the losses from whoever called the function.",
        )
        expect.close(
            found,
            _plateau_expected(losses, rate, factor, patience),
            what,
            rtol=1e-4,
            atol=0,
            mistakes=mistakes,
            step=step,
        )

    with exercise.part("several plateaus", points=1):
        factor, rate = float(rng.uniform(0.15, 0.3)), float(rng.uniform(0.05, 0.2))
        _check_rates(
            [1.5] * 30,
            rate,
            factor,
            2,
            "the learning rates when the loss stays the same for thirty epochs, with patience 2",
            {
                "it was reduced once only": _plateau_expected([1.5] * 30, rate, factor, 2, once=True),
                "an equal loss is not lower": [rate] * 30,
                "after a reduction the count goes on: it does not begin at 0 again": _plateau_expected(
                    [1.5] * 30, rate, factor, 2, again=False
                ),
                "after a reduction the next epoch does not count (a rest, or was the lowest loss forgotten?)": _plateau_expected(
                    [1.5] * 30, rate, factor, 2, rest=1
                ),
                "the first loss is not taken for the lowest so far: begin with np.inf, or with the first loss": _plateau_expected(
                    [1.5] * 30, rate, factor, 2, lowest=1.0
                ),
            }
            | {
                f"the rate never falls below {least:g}; here there is no smallest rate": _plateau_expected(
                    [1.5] * 30, rate, factor, 2, least=least
                )
                for least in (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7)
            },
            "Multiply by factor at each plateau, however small the rate has become, and count from 0 again.",
        )
        # falls by little, then by very little: all of it counts
        for size, base in ((1e-5, 1.0), (1e-9, 0.0)):
            losses = [base + size * max(10 - number, 3) for number in range(12)]
            _check_rates(
                losses,
                rate,
                factor,
                3,
                f"the learning rates for losses that fall by {size:g} in each of eight epochs, with patience 3",
                {
                    f"a loss must be lower by more than {size:g} to count; here any lower loss counts": (
                        _plateau_expected(losses, rate, factor, 3, delta=100 * size)
                    ),
                    "an equal loss is not lower": _plateau_expected(losses, rate, factor, 3, ties=True),
                },
                "Any loss below the lowest so far is a new lowest, by however little.",
            )
        # a long plateau, losses of any sign and size, and a plateau after a single epoch
        long, of_epochs = int(rng.integers(12, 20)), 3 * 10.0 ** rng.integers(7, 10)
        for losses, waiting, what in (
            ([of_epochs, of_epochs / 2, *[of_epochs] * (long + 3)], long, "far above 1"),
            ([0.3, -0.2, -0.25, -0.1, -0.3, -0.3, -0.2, -0.4], 2, "most of which are below 0"),
            ([1.0, 0.9, np.inf, 0.8, 0.8, 0.85, 0.7], 1, "that jump about, once to infinity"),
        ):
            _check_rates(
                losses,
                rate,
                factor,
                waiting,
                f"the learning rates for {len(losses)} losses {what}, with patience {waiting}",
                _mistaken_rates(losses, rate, factor, waiting)
                | {
                    "the losses were compared without their sign": _plateau_expected(
                        [abs(loss) for loss in losses], rate, factor, waiting
                    ),
                    "losses below 0 were taken for 0": _plateau_expected(
                        [max(loss, 0) for loss in losses], rate, factor, waiting
                    ),
                },
                "Keep the lowest loss so far, and count the epochs since then; patience may be 1, and it may be long.",
            )
    with exercise.part("beside Keras, on losses that jump about", points=1):
        of_ten = "only the last ten losses were looked at; it is the lowest of all so far that counts"
        for _ in range(3):
            # rounded, so that some are equal; drawn until no two mistakes give the same rates
            for _ in range(1_000):
                factor, rate = float(rng.uniform(0.85, 0.92)), float(np.float32(rng.uniform(0.05, 0.2)))
                patience = int(rng.integers(2, 4))
                falling = 2 * 0.97 ** np.arange(40) + rng.normal(scale=0.1, size=40)
                wild = [float(loss) for loss in np.round(falling, 1)]
                mistakes = _mistaken_rates(wild, rate, factor, patience)
                of_all = [_plateau_expected(wild, rate, factor, patience), *mistakes.values()]
                if len(set(map(tuple, of_all))) == len(of_all):
                    break
            model = keras.Sequential([keras.Input(shape=(1,)), keras.layers.Dense(1)])
            model.compile(optimizer=keras.optimizers.SGD(learning_rate=rate), loss="mse")
            callback = keras.callbacks.ReduceLROnPlateau(factor=factor, patience=patience, min_delta=0)
            callback.set_model(model)
            callback.on_train_begin()
            of_keras = []
            for epoch, loss in enumerate(wild):
                callback.on_epoch_end(epoch, {"val_loss": loss})
                of_keras.append(float(model.optimizer.learning_rate))
            expect.close(
                plateau_rates([*wild], rate, factor, patience),
                of_keras,
                "the learning rates on 40 losses that jump about, beside keras.callbacks.ReduceLROnPlateau",
                rtol=1e-4,
                mistakes=mistakes | {of_ten: _plateau_expected(wild, rate, factor, patience, window=10)},
                step="A new lowest loss sets the count to 0; an equal one does not.",
            )
        factor, rate = float(rng.uniform(0.15, 0.3)), float(rng.uniform(0.05, 0.2))
        losses = [0.9, 0.3, *(0.8 - 0.01 * number for number in range(16))]
        _check_rates(
            losses,
            rate,
            factor,
            4,
            "the learning rates for 18 losses of which the second is the lowest, with patience 4",
            {of_ten: _plateau_expected(losses, rate, factor, 4, window=10)},
            "Keep the lowest of all losses so far, and count the epochs since then.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-35"]
# ### Experiment: does a schedule pay?
#
# **Predict.** We train the same network with SGD and Nesterov momentum, once with a constant learning
# rate and six times with a schedule that starts from that rate (the exponential one comes twice, per
# step and per epoch). Which ends with the lowest validation loss? Is the difference larger than the
# scatter over seeds?

# %% tags=["experiment", "nbval-ignore-output"]
LONG = training.budget(full=8, quick=3)  # epochs
INITIAL = 0.03
steps_an_epoch = int(np.ceil(N_TRAIN / 32))
n_steps = LONG * steps_an_epoch
candidates = {
    "constant": INITIAL,
    "power": schedules.InverseTimeDecay(INITIAL, n_steps / 5, 1),
    "exponential": schedules.ExponentialDecay(INITIAL, n_steps / 2, 0.1),
    "piecewise": schedules.PiecewiseConstantDecay(
        [n_steps // 2, 4 * n_steps // 5], [INITIAL, INITIAL / 5, INITIAL / 25]
    ),
    "cosine": schedules.CosineDecay(INITIAL, n_steps),
    "exponential per epoch": schedules.ExponentialDecay(
        INITIAL, steps_an_epoch, 0.1 ** (2 / LONG), staircase=True
    ),
}


def seed_dots(results, by, columns):
    """A panel for each column: a dot for each seed, and the mean with its standard deviation beside them."""
    groups = results.groupby(by, sort=False)
    figure, axes = plt.subplots(
        1, len(columns), figsize=(8.5, 0.35 * len(groups) + 1.3), sharey=True, layout="constrained"
    )
    for axis, column in zip(axes, columns, strict=True):
        for row, (_, values) in enumerate(groups[column]):
            axis.plot(values, np.full(len(values), row - 0.15), "o", color=plots.SKY, markersize=4)
            axis.errorbar(
                values.mean(), row + 0.15, xerr=values.std(ddof=1), color=plots.BLACK, marker="s", capsize=3
            )
        axis.set_xlabel({"loss": "validation loss", "accuracy": "validation accuracy"}.get(column, column))
        axis.grid(axis="x", alpha=0.3)
    axes[0].set_yticks(range(len(groups)), [name for name, _ in groups])
    axes[0].set_ylim(len(groups) - 0.5, -0.5)
    return figure


on_plateau = []  # needs a callback: one network at a time, with Keras' own loop
for seed in SEEDS:
    model = make_network(seed)
    model.compile(
        make_optimizer("Nesterov", INITIAL), "sparse_categorical_crossentropy", steps_per_execution=20
    )
    model.fit(
        x_train,
        y_train,
        epochs=LONG,
        validation_data=(x_valid, y_valid),
        validation_batch_size=500,
        callbacks=[keras.callbacks.ReduceLROnPlateau(factor=0.3, patience=1)],
        verbose=0,
    )
    on_plateau.append({"learning rate": "on plateau", **validation_scores(model)})
with_schedule = pd.concat([train_together("Nesterov", candidates, LONG), pd.DataFrame(on_plateau)])
scheduled = with_schedule.groupby("learning rate", sort=False).agg(["mean", "std"])
for name, row in scheduled.iterrows():
    runs.record(f"val_loss_with_{name.replace(' ', '_')}", row["loss", "mean"], show=False)
    runs.record(f"val_loss_sd_with_{name.replace(' ', '_')}", row["loss", "std"], show=False)
    runs.record(f"val_accuracy_with_{name.replace(' ', '_')}", row["accuracy", "mean"], show=False)
    runs.record(f"val_accuracy_sd_with_{name.replace(' ', '_')}", row["accuracy", "std"], show=False)
plots.show(
    seed_dots(with_schedule, "learning rate", ("loss", "accuracy")),
    alt="Validation loss and validation accuracy at the end for the constant learning rate and six schedules: a dot "
    "for each seed, and the mean with its standard deviation. The table below has the numbers.",
)
scheduled.round(4)

# %% [markdown]
# **See.** Compare each row with the first, and the difference with the scatter over seeds.
#
# **Measure and explain.** The exponential schedule is down to a tenth half-way through. Changed per epoch, in
# stairs, it trains the whole first epoch with the initial rate. This was the validation loss at the end, as the mean
# and standard deviation of five runs at each budget, each with its own order of the images (the figure for a run is
# the mean over its seeds):
#
# | schedule | quick (Fashion-MNIST, 96 steps, two seeds a run) | full (MNIST, 1,000 steps, five seeds a run) |
# |---|---|---|
# | constant | 0.618 ± 0.031 | 0.233 ± 0.004, the *highest* of all |
# | piecewise | 0.601 ± 0.012, the *lowest* of all | 0.213 ± 0.003, the *lowest* of all, with the cosine's |
# | exponential, per epoch | 0.634 ± 0.006 | 0.218 ± 0.001 |
# | exponential, per step | 0.741 ± 0.012, the *highest* of all | 0.230 ± 0.001, the second highest |
#
# And yet, in each run at the full budget, the constant rate had the highest accuracy, 0.9445 ± 0.0005, and
# the exponential schedule per step the lowest, 0.9337 ± 0.0007. Loss and accuracy need not agree on a winner: the loss
# also counts how sure the network is of its mistakes.
#
# The schedules that stay high for a long time and then come down (piecewise, cosine) ended with a lower loss than the
# constant rate in each run at the full budget. At the quick one the constant rate was ahead of both in one run of
# five: its means ranged from 0.563 to 0.641, while the standard deviation over seeds was at most 0.019 within a run.
# With so few steps a lot depends on the order of the images.
#
# *On plateau* waits for the validation loss to rise or stand still. In a few epochs that may never happen; then it is
# a constant rate. Keras' own loop trains it, with its own minibatches (after `set_seed` the same ones in every
# epoch, whereas `together.fit` makes new ones), so small differences between its row and the others mean
# nothing.
#
# **Go further.** Start all of them at 0.1, where the constant rate is too large for the end of training.
# Which schedules gain?
#
# ## 6 Up and down again: 1cycle
#
# Smith (2018) lets the learning rate *rise* first. In the middle of training it is so large that a
# constant rate of that size would hardly work; then it comes down, and ends far below where it began. The
# momentum goes the other way: it falls while the rate rises, and rises again afterwards. Here we change
# only the learning rate, so that only one thing differs from training at a constant rate. A range test,
# as in Practical 1, says how large the rate may become.
#
# The rise at the beginning is called a **warm-up**. Many large networks are trained with a short one, followed by a
# long descent: at first their gradients are too wild, and Adam's averages too young, for large steps.
#
# ### Experiment: the range test for 1cycle
#
# **Predict.** At which learning rate does the loss of this network stop falling?

# %% tags=["experiment", "nbval-ignore-output"]
tested = np.geomspace(1e-4, 3, training.budget(full=300, quick=150))
model = make_network(training.base_seed())
model.compile(
    optimizer=keras.optimizers.SGD(momentum=0.9, nesterov=True), loss="sparse_categorical_crossentropy"
)
order = np.random.default_rng(training.base_seed()).integers(N_TRAIN, size=(len(tested), 32))
losses = []
for rate, batch in zip(tested, order, strict=True):
    model.optimizer.learning_rate = rate
    losses.append(float(model.train_on_batch(x_train[batch], y_train[batch])))
    model.reset_metrics()  # Keras reports running averages otherwise
smooth = pd.Series(losses).rolling(15, center=True, min_periods=1).median()
MAX_RATE = float(tested[smooth.idxmin()]) / 3
runs.record("rate_of_lowest_loss", 3 * MAX_RATE)
plots.show(
    plots.lr_range(tested, losses, chosen=MAX_RATE, smoothed=smooth),
    alt="Range test: the loss of each step and its smoothed curve against the learning rate on a logarithmic axis; it "
    "falls to a minimum, which is marked, and then rises; a line marks a third of the learning rate at the minimum.",
)

# %% [markdown]
# **See.** The loss of single minibatches jumps about, so we take the running median of 15 of them. This
# median falls, stays low for a while, and rises again.
#
# **Explain.** Where the curve is lowest, the learning rate is already too large: what one step gains,
# another loses. So we let the cycle climb to a third of that learning rate. Taking a third rather than a
# half is a convention, not a law; but some margin is needed, because a test with one seed finds the
# minimum only roughly.
#
# **Go further.** Repeat the test with another seed. By what factor does the learning rate of the lowest loss change?
#
# ### Exercise 10: 1cycle (4 points)
#
# Our cycle has three straight pieces: from `max_rate / 10` up to `max_rate` in the first 45 % of the
# steps, back to `max_rate / 10` when 90 % of them are done, and from there down to `max_rate / 1000` at
# the end.
#
# Write `one_cycle(step, n_steps, max_rate)`, which returns the learning rate of step `step`. Steps are
# counted from 0, so the end would be step `n_steps`. Then write
# `train_one_cycle(model, x, y, max_rate, epochs, batch_size)`: it trains a compiled model with a callback
# that sets the learning rate *before every step*, and returns a list of the learning rates that it set.
# In a callback, `self.model.optimizer.learning_rate = …` sets it, and `on_train_batch_begin` is called
# before each step.


# %% nbgrader={"grade": false, "grade_id": "one-cycle", "locked": false, "schema_version": 3, "solution": true, "task": false}
def one_cycle(step, n_steps, max_rate):
    """The learning rate of the 1cycle schedule at `step`, from 0 to `n_steps`; a number."""
    ### BEGIN SOLUTION
    corners = [0, 0.45 * n_steps, 0.9 * n_steps, n_steps]
    return float(np.interp(step, corners, [max_rate / 10, max_rate, max_rate / 10, max_rate / 1000]))
    ### END SOLUTION


def train_one_cycle(model, x, y, max_rate, epochs, batch_size=32):
    """Train a compiled model with the 1cycle schedule.

    Args:
        model: a compiled Keras model.
        x, y: arrays to train on.
        max_rate: the learning rate at the top of the cycle.
        epochs, batch_size: as in `fit`.

    Returns:
        A list with the learning rate of each step.
    """
    ### BEGIN SOLUTION
    n_steps = epochs * int(np.ceil(len(x) / batch_size))
    rates = []

    class OneCycle(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            rates.append(one_cycle(len(rates), n_steps, max_rate))
            self.model.optimizer.learning_rate = rates[-1]

    model.fit(x, y, epochs=epochs, batch_size=batch_size, callbacks=[OneCycle()], verbose=0)
    return rates
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "one-cycle-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("1cycle", points=4) as exercise:
    rng = np.random.default_rng()

    with exercise.part("the corners of the cycle", points=1):
        top = float(rng.uniform(0.1, 1))
        expect.close(
            [one_cycle(step, 1_000, top) for step in (0, 450, 900, 1_000)],
            [top / 10, top, top / 10, top / 1000],
            f"the learning rates at steps 0, 450, 900 and 1000 of 1000, with max_rate {top:.3f}",
            rtol=1e-4,
            atol=0,
            mistakes={
                "the cycle begins at max_rate": [top, top / 10, top, top / 1000],
                "the top is in the middle of all steps, not at 45 % of them": [
                    top / 10,
                    0.91 * top,
                    top / 10,
                    top / 1000,
                ],
                "the last piece is missing: it ends where it began": [top / 10, top, top / 10, top / 10],
                "it ends at a hundredth of max_rate, not at a thousandth": [
                    top / 10,
                    top,
                    top / 10,
                    top / 100,
                ],
                "it ends at 0, not at a thousandth of max_rate": [top / 10, top, top / 10, 0.0],
            },
            step="Write down the four corners, and join them with straight lines (np.interp does that).",
        )
    ### BEGIN HIDDEN TESTS

    def _cycle(step, n_steps, max_rate, corners=(0, 0.45, 0.9, 1), low=10, end=1000):
        """The schedule; other corners and levels make the mistakes that the check recognises."""
        levels = [max_rate / low, max_rate, max_rate / low, max_rate / end]
        return np.interp(step, np.array(corners) * n_steps, levels)

    def _round_cycle(step, n_steps, max_rate):
        """The same corners, joined by halves of a cosine."""
        corners = np.array([0, 0.45, 0.9, 1]) * n_steps
        levels = np.array([1 / 10, 1, 1 / 10, 1 / 1000]) * max_rate
        piece = np.clip(np.searchsorted(corners, step) - 1, 0, 2)
        share = (step - corners[piece]) / (corners[piece + 1] - corners[piece])
        return levels[piece] + (levels[piece + 1] - levels[piece]) * (1 - np.cos(np.pi * share)) / 2

    with exercise.part("between the corners", points=1):
        n_steps = 20 * int(rng.integers(10, 100)) + int(rng.choice([2, 4, 6, 8, 13, 15, 17, 19]))
        # the corners are between steps; cut or rounded they are not the same
        at = np.sort(rng.integers(1, n_steps, size=20))
        cut = [int(share * n_steps) / n_steps for share in (0, 0.45, 0.9, 1)]
        rounded = [round(share * n_steps) / n_steps for share in (0, 0.45, 0.9, 1)]
        expect.close(
            [one_cycle(int(step), n_steps, top) for step in at],
            _cycle(at, n_steps, top),
            f"the learning rates at 20 steps of {n_steps}",
            rtol=1e-4,
            mistakes={
                "the top is in the middle of all steps, not at 45 % of them": _cycle(
                    at, n_steps, top, corners=(0, 0.5, 0.9, 1)
                ),
                "the corners are at steps 450 and 900, whatever n_steps is": np.interp(
                    at, sorted([0, 450, 900, n_steps]), [top / 10, top, top / 10, top / 1000]
                )
                if n_steps > 900
                else np.interp(at, [0, 450, 900], [top / 10, top, top / 10]),
                "the corners were cut to whole steps": _cycle(at, n_steps, top, corners=cut),
                "the corners were rounded to whole steps": _cycle(at, n_steps, top, corners=rounded),
                "the lines are straight on a logarithmic scale, not on the plain one": np.exp(
                    np.interp(
                        at,
                        np.array([0, 0.45, 0.9, 1]) * n_steps,
                        np.log([top / 10, top, top / 10, top / 1000]),
                    )
                ),
                "the corners are joined by cosines, not by straight lines": _round_cycle(at, n_steps, top),
            },
            step="Join the corners with straight lines.",
        )

    kept = float(rng.uniform(0.92, 0.945))

    def _weight_after(rates, momentum=kept):
        """With input 1, target 0 and squared error, the gradient is twice the weight, which begins at 1."""
        weight, velocity = 1.0, 0.0
        for rate in rates:
            velocity = momentum * velocity - rate * 2 * weight
            weight += velocity
        return weight

    # one image more than whole minibatches: an image that is left out costs a step
    # and so much momentum that the loss rises again on the way: a training that ends early shows
    wanted = _cycle(np.arange(20), 20, 0.05)
    with exercise.part("the learning rates of a training", points=1):
        model = keras.Sequential([keras.Input(shape=(1,)), keras.layers.Dense(1, use_bias=False)])
        model.compile(
            optimizer=keras.optimizers.SGD(learning_rate=0.3, momentum=kept), loss="mse", run_eagerly=True
        )
        model.set_weights([np.array([[1.0]], dtype="float32")])
        rates = train_one_cycle(model, np.ones((61, 1)), np.zeros((61, 1)), 0.05, 5, 20)
        expect.shape(
            rates,
            (20,),
            "the learning rates of 5 epochs with 61 images in minibatches of 20",
            cause={
                (
                    15,
                ): "a step of each epoch is missing: the last minibatch holds one image, and is a step too; all images "
                "are there to train on",
                (5,): "one rate an epoch, rather than one a step",
                (10,): "the minibatches have 32 images, as fit makes them when it is not given batch_size",
                (4,): "that is a single epoch",
                (16,): "that is one epoch too few",
            }.get(np.shape(rates)),
            step="The callback appends the rate of each step to a list; count ceil(n / batch_size) steps an epoch.",
        )
        expect.close(
            rates,
            wanted,
            "these learning rates",
            rtol=1e-3,
            mistakes={
                "the cycle starts anew in each epoch": np.tile(_cycle(np.arange(4), 4, 0.05), 5),
                "the steps are counted anew in each epoch, the cycle is that of all": np.tile(
                    _cycle(np.arange(4), 20, 0.05), 5
                ),
                "the last, smaller minibatch of each epoch was not counted": _cycle(np.arange(20), 15, 0.05),
                "the cycle moves once an epoch only": np.repeat(_cycle(np.arange(5), 5, 0.05), 4),
                "the steps are counted from 1": _cycle(np.arange(1, 21), 20, 0.05),
                "the end of the cycle is step n_steps, not the last step before it": _cycle(
                    np.arange(20), 19, 0.05
                ),
            },
            step="Count the steps across epochs, from 0.",
        )
        other = keras.Sequential(
            [keras.Input(shape=(2, 2)), keras.layers.Flatten(), keras.layers.Dense(3, activation="softmax")]
        )
        other.compile(
            optimizer=keras.optimizers.SGD(), loss="sparse_categorical_crossentropy", run_eagerly=True
        )
        later = train_one_cycle(other, rng.normal(size=(65, 2, 2)), rng.integers(3, size=65), 0.04, 2)
        expect.shape(
            later,
            (6,),
            "the learning rates of 2 epochs with 65 images and the default minibatches of 32",
            cause="the list still holds the rates of the training before"
            if np.shape(later) == (26,)
            else "the default of batch_size is not 32",
            step="Leave the first line of the function as the exercise has it.",
        )
        expect.close(
            later,
            _cycle(np.arange(6), 6, 0.04),
            "the learning rates of this second training",
            rtol=1e-3,
            mistakes={
                "the steps are counted on from the training before": _cycle(np.arange(20, 26), 6, 0.04),
            },
            step="Let the count of the steps begin anew in each call.",
        )
    with exercise.part("they were used", points=1):
        listed = np.ravel(rates) if np.shape(rates)[0:1] == (np.size(rates),) else []
        expect.close(
            float(np.ravel(model.get_weights()[0])[0]),
            _weight_after(wanted),
            "the weight of a tiny model after this training",
            describe="what it becomes when each step has the learning rate of the cycle",
            rtol=1e-3,
            mistakes={
                "the model was not trained": 1.0,
                "the learning rate was set after the step, for the next one": _weight_after(
                    [0.3, *wanted[:-1]]
                ),
                "the learning rate stayed what it was when the model was compiled": _weight_after([0.3] * 20),
                "each step had the learning rate of the step before": _weight_after(
                    [wanted[0], *wanted[:-1]]
                ),
                "each epoch had the learning rate of its first step throughout": _weight_after(
                    np.repeat(wanted[::4], 4)
                ),
                "the learning rate was max_rate throughout": _weight_after([0.05] * 20),
                "the model's optimiser was exchanged: its momentum is lost (was it compiled anew?)": _weight_after(
                    wanted, momentum=0.0
                ),
                "the model's optimiser was exchanged: its momentum was not 0.9 (was it compiled anew?)": _weight_after(
                    wanted, momentum=0.9
                ),
                "the rates of the list were used; they are not those of the cycle (see the part before)": _weight_after(
                    listed
                ),
            },
            step="Set self.model.optimizer.learning_rate in on_train_batch_begin.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Experiment: constant or 1cycle?
#
# **Predict.** The same number of epochs, the same seeds: SGD with Nesterov momentum at a constant tenth of
# the top, at the top itself, at the constant rate that was best in section 4, and with 1cycle. Rank the
# four.

# %% tags=["experiment", "nbval-ignore-output"]
model = make_network(training.base_seed())
model.compile(make_optimizer("Nesterov", MAX_RATE), "sparse_categorical_crossentropy")
set_rates = train_one_cycle(model, x_train, y_train, MAX_RATE, EPOCHS)


class AsSet(schedules.LearningRateSchedule):
    """A schedule with the learning rates that your function set, to train the networks of all seeds together."""

    def __call__(self, step):
        return keras.ops.take(set_rates, step)


learning_rates = {
    "a tenth of the top": MAX_RATE / 10,
    "the top": MAX_RATE,
    "the best constant rate": best_rates["Nesterov"],
    "1cycle": AsSet(),
}
cycled = train_together("Nesterov", learning_rates, EPOCHS)
by_cycle = cycled.groupby("learning rate", sort=False).agg(["mean", "std"])
for name, row in by_cycle.iterrows():
    runs.record(f"val_accuracy_{name.replace(' ', '_')}", row["accuracy", "mean"], show=False)
    runs.record(f"val_accuracy_sd_{name.replace(' ', '_')}", row["accuracy", "std"], show=False)
of_seeds = {name: rows["accuracy"].to_numpy() for name, rows in cycled.groupby("learning rate")}
for name in ("the top", "the best constant rate"):
    gains = of_seeds["1cycle"] - of_seeds[name]
    runs.record(f"smallest_gain_of_1cycle_over_{name.replace(' ', '_')}", gains.min())
    runs.record(f"largest_gain_of_1cycle_over_{name.replace(' ', '_')}", gains.max())

figure, axis = plt.subplots(figsize=(6, 3), layout="constrained")
axis.plot(set_rates, color=plots.BLUE)
axis.set(xlabel="step", ylabel="learning rate")
plots.show(
    figure,
    alt="The learning rate of the 1cycle training over its steps: up in a straight line, down in another, and at the "
    "end down to nearly 0.",
)
plots.show(
    seed_dots(cycled, "learning rate", ("loss", "accuracy")),
    alt="Validation loss and validation accuracy at the end for three constant learning rates and 1cycle: a dot for "
    "each seed, and the mean with its standard deviation. The table below has the numbers.",
)
by_cycle.round(4)

# %% [markdown]
# **Measure and explain.** A constant rate is only as good as its value, so 1cycle must be compared with
# the *best* one, not just with any. In five runs at the full budget (MNIST, 500 steps, five seeds each) 1cycle reached a
# mean accuracy of 0.936 ± 0.005 (mean and standard deviation of the runs), the best constant rate 0.939 ± 0.002, the
# top rate 0.937 ± 0.002 and a tenth of it 0.894 ± 0.014. 1cycle was ahead of the best constant rate for all five
# seeds in one run, and behind it for all five in three. In five runs at the quick budget (Fashion-MNIST, 128 steps,
# two seeds each) it was ahead for both seeds in two runs, and behind for both in three: 0.787 ± 0.006 against
# 0.789 ± 0.013. So here 1cycle gains nothing that can be told apart from chance. (Smith reports large gains for deep
# networks trained for many epochs. This small network is evidence neither for nor against that.)
#
# **Go further.** Use the learning rate of the lowest loss itself as the top. Which suffers more, 1cycle or the
# constant rate at the top?
#
# ## 7 Stop, and go on
#
# A training run was interrupted after 20 epochs, or you want 10 more. You load the model and call `fit`.
#
# With a schedule *inside the optimiser*, the saved model holds the optimiser and its count of steps, and
# the schedule carries on from there. With a schedule *in a callback*, `fit` counts the epochs from 0
# again unless you say otherwise. This is the schedule of this section:


# %% nbgrader={"grade": false, "grade_id": "rate-of-epoch", "locked": true, "schema_version": 3, "solution": false, "task": false}
def rate_of_epoch(epoch):
    """The learning rate of an epoch, counted from 0: a tenth every 20 epochs."""
    return 0.01 * 0.1 ** (epoch / 20)


# %% [markdown] tags=["covers-36"]
# ### Exercise 11: Go on where you stopped (3 points)
#
# Write `continue_training`, which trains a model for `more` further epochs after `done` epochs, with the
# schedule `rate_of_epoch` in a `LearningRateScheduler`, and returns a list of the learning rates of these
# further epochs (`fit(…).history["learning_rate"]` has them). `keras.Model.fit?` explains `epochs` and
# `initial_epoch`.
#
# Then answer: after 20 epochs, training is continued with `fit(…, epochs=10)` and the same callback, without
# `initial_epoch`. How many times too large is the learning rate of the first epoch after the restart? Call it
# `jump`.


# %% nbgrader={"grade": false, "grade_id": "continue", "locked": false, "schema_version": 3, "solution": true, "task": false}
def continue_training(model, x, y, done, more):
    """Train a compiled model for `more` epochs after `done` epochs; the list of their learning rates."""
    ### BEGIN SOLUTION
    history = model.fit(
        x,
        y,
        initial_epoch=done,
        epochs=done + more,
        callbacks=[keras.callbacks.LearningRateScheduler(rate_of_epoch)],
        verbose=0,
    )
    return history.history["learning_rate"]
    ### END SOLUTION


### BEGIN SOLUTION
jump = 10
### END SOLUTION

# %% [markdown]
# The checks use the next function. It tries yours on a model whose optimiser has already taken some
# steps.


# %% nbgrader={"grade": false, "grade_id": "trained-before", "locked": true, "schema_version": 3, "solution": false, "task": false}
def after_two_epochs(x, y, done, more):
    """The weight of a tiny model after two epochs at the learning rate 0.02, and once your function has trained it."""
    model = keras.Sequential([keras.Input(shape=(1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=0.02, momentum=0.95), loss="mse", run_eagerly=True
    )
    model.set_weights([np.array([[1.0]], dtype="float32")])
    model.fit(x, y, epochs=2, verbose=0)
    before = float(model.get_weights()[0][0, 0])
    continue_training(model, x, y, done, more)
    return before, float(model.get_weights()[0][0, 0])


# %% nbgrader={"grade": true, "grade_id": "continue-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Go on where you stopped", points=3) as exercise:
    rng = np.random.default_rng()
    done, more = int(rng.integers(3, 7)), int(rng.integers(8, 15))
    # one step an epoch: the gradient of the squared error is 2 · weight · the mean square of the inputs
    inputs, mean_square = rng.permutation([[0.5], [1.5], [2.0], [-3.0]]), 3.875
    slope = float(rng.uniform(-0.9, 0.5))  # the weight that fits best
    targets = slope * inputs

    # so much momentum that the loss rises again on the way: a training that ends early shows
    def _tiny_model():
        model = keras.Sequential([keras.Input(shape=(1,)), keras.layers.Dense(1, use_bias=False)])
        model.compile(
            optimizer=keras.optimizers.SGD(learning_rate=0.05, momentum=0.95), loss="mse", run_eagerly=True
        )
        model.set_weights([np.array([[1.0]], dtype="float32")])
        return model

    model, rates = _tiny_model(), None
    with exercise.part("as many epochs as were asked for", points=1):
        rates = continue_training(model, inputs, targets, done, more)
        expect.shape(
            rates,
            (more,),
            f"the learning rates of {more} further epochs after {done}",
            cause={
                (more - done,): "`epochs` is the number of the last epoch, not how many to add",
                (
                    done + more,
                ): "these are all epochs: were all epochs trained again, or the first ones listed, too?",
                (): "this is the rate of a single epoch; return a list with all of them",
            }.get(np.shape(rates)),
            step="`initial_epoch` is where to begin and `epochs` where to end, both counted from 0.",
        )
    ### BEGIN HIDDEN TESTS

    def _rates_of(first, last):
        return np.array([rate_of_epoch(epoch) for epoch in range(first, last)])

    def _weight_after(rates, momentum=0.95, steep=mean_square, start=1.0, best=slope):
        error, velocity = start - best, 0.0
        for rate in rates:
            velocity = momentum * velocity - rate * 2 * error * steep
            error += velocity
        return best + error

    with exercise.part("no jump in the learning rate, and the rates were used", points=1):
        if rates is None:  # the training failed: say so here, too
            rates = continue_training(model, inputs, targets, done, more)
        wanted = _rates_of(done, done + more)
        expect.close(
            rates,
            wanted,
            f"the learning rates of epochs {done} to {done + more - 1}",
            rtol=1e-3,
            mistakes={
                "the schedule started anew at epoch 0": _rates_of(0, more),
                "one epoch is left out: they are counted from 0": _rates_of(done + 1, done + more + 1),
                "the last epoch that was done is done again": _rates_of(done - 1, done + more - 1),
                f"20 epochs are taken for done, whatever the argument says: it is {done} here": _rates_of(
                    20, 20 + more
                ),
                "these are the rates of all epochs, not of the further ones": _rates_of(0, done + more),
                "this is the rate of the last epoch; return a list with all of them": wanted[-1],
            },
            step="Hand initial_epoch to fit.",
        )
        expect.close(
            float(np.ravel(model.get_weights()[0])[0]),
            _weight_after(wanted),
            "the weight of a tiny model after this training",
            describe="what it becomes when each epoch, of one step, has its learning rate",
            rtol=1e-3,
            mistakes={
                "the model was not trained (a copy of it may have been)": 1.0,
                "the targets were not used; these are zeros": _weight_after(wanted, best=0.0),
                "the learning rate stayed what it was when the model was compiled": _weight_after(
                    [0.05] * more
                ),
                "the learning rate stayed that of the first further epoch": _weight_after([wanted[0]] * more),
                "the epochs that were done were trained once more": _weight_after(_rates_of(0, done + more)),
                "the training began at epoch 0, though the list does not say so": _weight_after(
                    _rates_of(0, more)
                ),
                "one epoch too many was trained, though the list does not say so": _weight_after(
                    _rates_of(done, done + more + 1)
                ),
                "the model's optimiser was exchanged: its momentum is lost (was it compiled anew?)": _weight_after(
                    wanted, momentum=0.0
                ),
            }
            | {
                f"{4 - used} of the 4 images were kept back from training, as validation_split does": _weight_after(
                    wanted, steep=float(np.mean(inputs[:used] ** 2))
                )
                for used in (2, 3)
            },
            step="Train with fit and the callback, on all images, and leave the model compiled as it is.",
        )
        wanted = _rates_of(done + 1, done + 5)
        weight, new_weight = after_two_epochs(inputs, targets, done + 1, 4)
        expect.close(
            new_weight,
            _weight_after([0.02, 0.02, *wanted]),
            "the weight of a tiny model that had been trained for two epochs at the learning rate 0.02 before",
            describe="what it becomes when the optimiser goes on with the velocity that it had",
            rtol=1e-3,
            atol=1e-4,
            mistakes={
                "the model was not trained (a copy of it may have been)": weight,
                "the optimiser was exchanged or set back: it had a velocity, which is lost (was the model compiled "
                "anew?)": _weight_after(wanted, start=weight),
                "the optimiser was exchanged for one without momentum (was the model compiled anew?)": _weight_after(
                    wanted, momentum=0.0, start=weight
                ),
            },
            step="Leave the model compiled as it is, and its optimiser with the state that it has.",
        )
        classifier = keras.Sequential(
            [keras.Input(shape=(2, 2)), keras.layers.Flatten(), keras.layers.Dense(3, activation="softmax")]
        )
        classifier.compile(
            optimizer=keras.optimizers.SGD(), loss="sparse_categorical_crossentropy", run_eagerly=True
        )
        expect.close(
            continue_training(classifier, rng.normal(size=(6, 2, 2)), rng.integers(3, size=6), 0, 1),
            _rates_of(0, 1),
            "the learning rates, a list, of a single epoch after none, of a classifier",
            rtol=1e-3,
            mistakes={"no epoch done is taken for 20 of them": _rates_of(20, 21)},
            step="`done` may be 0, and `more` 1: then the list holds one learning rate.",
        )
    with exercise.part("the jump", points=1):
        expect.close(
            jump,
            10,
            "jump",
            describe="how many times too large the learning rate is",
            rtol=0.02,
            mistakes={
                "it is too large, not too small: it jumps up, back to where it began": 0.1,
                "that compares it with epoch 19; epoch 20 should have had a learning rate of its own": 10
                ** 0.95,
                "that is the learning rate that it jumps to": 0.01,
                "that is the difference between the two learning rates; the question is how many times": 0.009,
                "that is no jump at all: without initial_epoch the schedule begins anew": 1.0,
                "that is the factor of one epoch": 0.1 ** (-1 / 20),
                "that is the number of epochs": 20,
            },
            step="Divide the learning rate that this epoch has by the one that it should have.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-36"]
# ### Experiment: the jump
#
# We train a small network for 20 epochs, save it, load it, and go on for 10 more: once with plain
# `fit(epochs=10)`, and once with your `continue_training`. The network is the same as before, but it sees only 640
# images, so few that it nearly learns them by heart.
#
# **Predict.** What happens at epoch 20 to the learning rate, and to the training loss? Which of the two ends with
# the lower training loss, and which with the lower validation loss?

# %% tags=["experiment", "nbval-ignore-output"]
x_few, y_few = x_train[:640], y_train[:640]
scheduler = keras.callbacks.LearningRateScheduler(rate_of_epoch)
resumed, curves = [], {}
for seed in SEEDS:
    model = make_network(seed)
    model.compile(
        keras.optimizers.SGD(momentum=0.95), "sparse_categorical_crossentropy", steps_per_execution=20
    )
    before = model.fit(x_few, y_few, epochs=20, callbacks=[scheduler], verbose=0).history
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/after_20_epochs.keras")
        loaded = [keras.models.load_model(f"{folder}/after_20_epochs.keras") for _ in range(2)]
    loaded[0].fit(x_few, y_few, epochs=10, callbacks=[scheduler], verbose=0)
    continue_training(loaded[1], x_few, y_few, 20, 10)
    for name, model in zip(("forgotten", "given"), loaded, strict=True):
        after = model.history.history
        curves.setdefault(name, {key: before[key] + after[key] for key in ("learning_rate", "loss")})
        scores = validation_scores(model)
        resumed.append({"initial_epoch": name, "training loss": after["loss"][-1], **scores})
resumed = pd.DataFrame(resumed)

figure, axes = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
for axis, key, label in zip(axes, ("learning_rate", "loss"), ("learning rate", "training loss"), strict=True):
    for (name, values), colour, style in zip(curves.items(), plots.COLOURS[1:], ("--", "-"), strict=False):
        axis.plot(range(30), values[key], color=colour, linestyle=style, label=f"initial_epoch {name}")
    axis.axvline(19.5, color="0.7", linewidth=0.8)
    axis.set(xlabel="epoch", ylabel=label, yscale="log")
axes[1].legend()
plots.show(
    figure,
    alt="Learning rate and training loss of one seed over thirty epochs, with a line where the training was "
    "interrupted. With initial_epoch forgotten the learning rate jumps back up to where it began, and the training "
    "loss falls further; with it given, the rate goes on falling, and the loss is nearly level.",
)
plots.show(
    seed_dots(resumed, "initial_epoch", ("training loss", "loss", "accuracy")),
    alt="Training loss, validation loss and validation accuracy after thirty epochs, a dot for each seed: with "
    "initial_epoch forgotten the training loss is lower, the validation loss higher, and the accuracies lie close "
    "together.",
)
by_start = resumed.groupby("initial_epoch", sort=False)
rise = by_start.get_group("forgotten")["loss"].to_numpy() - by_start.get_group("given")["loss"].to_numpy()
runs.record("smallest_rise_of_val_loss_by_the_jump", rise.min())
by_start.agg(["mean", "std"]).round(4)

# %% [markdown]
# **See.** Without `initial_epoch` the callback sees epoch 0 again, and the learning rate jumps back to where it
# began. With it, the rate keeps falling as if nothing had happened.
#
# **Measure.** The training loss does not show that anything went wrong: it falls further than without the jump. It is
# the validation loss that gets worse, for every seed, while the accuracy hardly changes.
#
# **Explain.** In ten epochs with a large learning rate, the network goes on fitting 640 images that it
# already knew. The schedule had nearly stopped that. Whether a jump helps or hurts depends on the
# training, but it is never the training that you meant to continue.
#
# **Go further.** Put the schedule into the optimiser (`ExponentialDecay`), save, load, and go on with plain
# `fit(epochs=10)`. What is the learning rate now, and why?

# %% [markdown]
# ## Check your work
#
# The next cell runs all checks again, on your answers as they are now, and lists what is done and what is
# missing. It takes a few seconds and does not repeat any training. Before you submit, choose *Restart
# kernel and run all cells* and look here once more: graders run the notebook from the top, too.
# (Exercise 6, in words, is read by a person. And the points here are those of the checks that you see;
# the others follow when your work is graded.)

# %% tags=["experiment", "nbval-ignore-output"]
selfcheck.report()

# %% [markdown]
# ## What to take away
#
# - **Momentum** adds up what the gradients agree on: the closer $\beta$ is to 1, the longer the steps
#   become, and the longer they take to get there.
# - **AdaGrad, RMSProp and Adam** give each weight a step of its own. Adam's bias correction matters at the
#   beginning, when its averages have seen few gradients.
# - No optimiser is good or bad in itself, only an optimiser **with a learning rate**. Compare each at its
#   best, over several seeds.
# - Schedules are functions of the step. Per epoch or per step, inside the optimiser or in a callback:
#   know which you have before you stop and resume.
# - When a callback counts the epochs, give `fit` the `initial_epoch`.
#
# ## Papers
#
# - B. Polyak, *Some methods of speeding up the convergence of iteration methods*, USSR Computational
#   Mathematics and Mathematical Physics 1964. doi:10.1016/0041-5553(64)90137-5
# - Y. Nesterov, *A method for solving the convex programming problem with convergence rate O(1/k²)*,
#   Doklady Akademii Nauk SSSR 269, 1983
# - J. Duchi, E. Hazan, Y. Singer, *Adaptive subgradient methods for online learning and stochastic
#   optimization*, JMLR 12, 2011
# - T. Tieleman, G. Hinton, *Lecture 6.5: RMSProp*, Coursera: Neural networks for machine learning, 2012
# - D. Kingma, J. Ba, *Adam: a method for stochastic optimization*, ICLR 2015. arXiv:1412.6980
# - T. Dozat, *Incorporating Nesterov momentum into Adam*, ICLR 2016 workshop
# - I. Loshchilov, F. Hutter, *Decoupled weight decay regularization*, ICLR 2019. arXiv:1711.05101
# - I. Loshchilov, F. Hutter, *SGDR: stochastic gradient descent with warm restarts*, ICLR 2017.
#   arXiv:1608.03983
# - L. Smith, *A disciplined approach to neural network hyper-parameters*, 2018. arXiv:1803.09820
