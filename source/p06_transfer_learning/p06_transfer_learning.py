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
# # Practical 6: Transfer learning, augmentation and pretraining
#
# You have 200 labelled images. Somebody else has trained a network on a related task, or on a million
# photographs. Can you borrow what it has learned? In this practical you cut a trained network in two, put
# a new head on its trunk, freeze and unfreeze it, and then ask the question that most demonstrations leave
# out: *how sure are we that it helped?*
#
# **When you have finished, you can**
#
# 1. take a trunk from a trained network without spoiling the network it came from;
# 2. train a head on a frozen trunk, unfreeze it and fine-tune it, and avoid the three traps on the way:
#    the forgotten `compile`, the wrong loss, and batch normalisation;
# 3. compare two methods over many seeds, pair by pair, and write the sentence that the numbers allow;
# 4. build a convolutional network of your own and count its parameters;
# 5. use a network that was trained on ImageNet for small images of your own;
# 6. say what augmentation and unsupervised pretraining promise, and measure whether they keep it.
#
# **This practical assumes** Practical 1 (`Sequential`, `compile`, `fit`, cross-entropy) and, from Practical 4, what
# batch normalisation does during training and at inference. A mean, a standard deviation and a *t* quantile
# will turn up.
#
# **How it works.** As before: an experiment begins with a question under *Predict*; write your guess down
# before you run the cell. In an exercise, replace `raise NotImplementedError(…)` with your answer and run
# the check below it. More checks run when your work is graded, on inputs that you have not seen.
#
# | Exercise | Points | | Exercise | Points |
# |---|---|---|---|---|
# | 1 Split the task | 3 | | 8 The honest sentence (in words) | 3 |
# | 2 A trunk of its own | 3 | | 9 A small convnet | 3 |
# | 3 Train the head | 3 | | 10 Digits as photographs | 2 |
# | 4 Fine-tune | 4 | | 11 The trainable share | 3 |
# | 5 Put together | 4 | | 12 Augmentation in front | 3 |
# | 6 The wrong loss | 2 | | 13 An autoencoder | 3 |
# | 7 A paired interval | 4 | | **Total** | **40** |
#
# **Time.** On two processor cores with little else running, the whole notebook took four minutes at the full budget (the default, for working
# through it) and one at the quick budget (for checking that everything runs); on busy cores either budget takes
# several times as long. The full budget trains more seeds, with more images and epochs. It needs 4 GB of
# memory. Where the text says "in five runs", the whole notebook was run with five seeds at the quick budget; "at the
# full budget" means five runs, too. Allow three to four hours for reading, guessing and answering.
#
# **Help.** When a check fails, make the same call in a new cell with a tiny network of your own, and look
# at `network.summary()`, `layer.trainable` and `layer.get_weights()`. When things get confusing, choose
# *Restart kernel and run all cells*. When you ask for help, quote the check's feedback in full.

# %% [markdown]
# ## 0 Set up

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
import warnings
from itertools import pairwise

import keras
import numpy as np
import pandas as pd
from scipy import linalg, stats
from sklearn.datasets import load_sample_image

from course_utils import backbones, data, expect, plots, runs, training

training.set_seed()
print(training.describe_budget())
print(
    f"Keras {keras.__version__} on {keras.backend.backend()}:", ", ".join(keras.distribution.list_devices())
)

# %% [markdown] tags=["covers-28"]
# ## 1 A task and its neighbour
#
# Fashion-MNIST has ten classes. We pretend that they make two tasks, set by two different people. **Task A** has
# eight of the classes and plenty of images. **Task B** is to tell sandals (class 5) from shirts (class 6),
# with 200 images in all.
#
# ### Exercise 1: Split the task (3 points)
#
# Write `split_task(images, labels, classes)`. It keeps the images of the given classes, in their order, and
# renumbers their labels: the class that `classes` names first becomes 0, the next one 1, and so on.
# Cross-entropy expects labels without gaps: eight classes are numbered 0 to 7.


# %% nbgrader={"grade": false, "grade_id": "split-task", "locked": false, "schema_version": 3, "solution": true, "task": false}
def split_task(images, labels, classes):
    """The images of some classes, and their renumbered labels.

    Args:
        images: array (n, …).
        labels: array (n,) of classes.
        classes: the classes to keep, a list without repetitions; the one at index k gets the label k.

    Returns:
        images: array (m, …), those of these classes, in the order in which they came.
        labels: array (m,), integers from 0 to len(classes) - 1.
    """
    ### BEGIN SOLUTION
    kept = np.isin(labels, classes)
    numbers = np.zeros(max(np.max(labels), max(classes)) + 1, dtype=int)
    numbers[list(classes)] = np.arange(len(classes))
    return images[kept], numbers[labels[kept]]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "split-task-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Split the task", points=3) as exercise:
    rng = np.random.default_rng()
    some_labels = np.concatenate([np.repeat(np.arange(10), 3), rng.integers(0, 10, size=40)]).astype("uint8")
    rng.shuffle(some_labels)
    # until the classes 5 and 6 take turns: in groups, their images would stay in their order
    while np.all(np.diff(some_labels[np.isin(some_labels, [5, 6])].astype(int)) >= 0):
        rng.shuffle(some_labels)
    some_images = rng.uniform(size=(70, 4, 4))

    with exercise.part("the images", points=1):
        wanted = [5, 6]
        rows = [row for row in range(70) if some_labels[row] in wanted]
        expect.close(
            split_task(some_images, some_labels, wanted)[0],
            some_images[rows],
            "the images of the classes 5 and 6",
            mistakes={
                "the images are grouped by class; they should stay in their order": np.concatenate(
                    [some_images[some_labels == one] for one in wanted]
                ),
                "these are the images of the other classes": some_images[
                    [row for row in range(70) if some_labels[row] not in wanted]
                ],
                "no image was left out": some_images,
            },
            step="Make a mask that is True where the label is one of `classes`: np.isin(labels, classes).",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("labels without holes", points=1):
        wanted = [1, 2, 3, 4, 7, 8, 9]
        rows = [row for row in range(70) if some_labels[row] in wanted]
        old = some_labels[rows].astype(int)
        expect.close(
            split_task(some_images, some_labels, wanted)[1],
            [wanted.index(label) for label in old],
            "the labels for the classes 1 to 4 and 7 to 9",
            rtol=0,
            atol=0,
            mistakes={
                "the labels were not numbered anew: there are holes where the other classes were": old,
                "the labels begin at 0, but there are still holes between them": old - old.min(),
                "labels count from 0, not from 1": [wanted.index(label) + 1 for label in old],
                "this is the label modulo the number of classes, which is the same for several classes": old
                % 7,
            },
            step="The new label of a class is its place in `classes`.",
        )
    with exercise.part("labels in the order of `classes`", points=1):
        wanted = [7, 2, 9, 4]
        rows = [row for row in range(70) if some_labels[row] in wanted]
        old = some_labels[rows].astype(int)
        found_images, found_labels = split_task(some_images, some_labels, wanted)
        expect.close(found_images, some_images[rows], "the images of the classes [7, 2, 9, 4]")
        expect.close(
            found_labels,
            [wanted.index(label) for label in old],
            "the labels for the classes [7, 2, 9, 4]",
            rtol=0,
            atol=0,
            mistakes={
                "the classes were numbered in increasing order, not in that of `classes`": [
                    sorted(wanted).index(label) for label in old
                ],
                "the labels were not numbered anew": old,
            },
            step="The new label of a class is its place in `classes`.",
        )
        # a new number may be an old one, a class may be absent, and a class may be any number
        for classes, numbers in (
            ([3, 0, 1], [0, 1, 2, 3]),
            ([40, 7, 2, 9], [2, 9, 21, 40]),
            ([8, 5], [0, 5]),
        ):
            named = rng.permutation(np.repeat(numbers, 5))
            pictures, before = rng.uniform(size=(len(named), 3)), named.copy()
            rows = [row for row in range(len(named)) if named[row] in classes]
            old = named[rows]
            one_by_one = old.copy()
            for place, label in enumerate(classes):
                one_by_one[one_by_one == label] = place
            found_images, found_labels = split_task(pictures, named, classes)
            called = f"the classes {classes} among images of the classes {numbers}"
            expect.equal(
                named,
                before,
                f"the argument `labels` after the call with {called}",
                cause="split_task changes the labels of whoever calls it",
                step="Write the new labels into an array of their own.",
            )
            expect.close(found_images, pictures[rows], f"the images of {called}")
            expect.close(
                found_labels,
                [classes.index(label) for label in old],
                f"the labels of {called}",
                rtol=0,
                atol=0,
                mistakes={
                    "classes were renamed one after the other: a class that is named later swallowed a new label": one_by_one,
                    "only the classes that occur were numbered; the label is the place in `classes`": [
                        [one for one in classes if one in numbers].index(label) for label in old
                    ],
                },
                step="The new label of a class is its place in `classes`.",
            )
            expect.true(
                np.asarray(found_labels).dtype.kind in "iu",
                "the new labels are integers",
                got=f"the dtype {np.asarray(found_labels).dtype}",
                step="Begin with an array of dtype int.",
            )
    ### END HIDDEN TESTS
exercise.score

# %% nbgrader={"grade": false, "grade_id": "load-data", "locked": true, "schema_version": 3, "solution": false, "task": false}
CLASSES_A, CLASSES_B = [0, 1, 2, 3, 4, 7, 8, 9], [5, 6]
N_A = training.budget(full=40_000, quick=8_000)  # images that task A is taken from

fashion = data.load("fashion_mnist")
pixels_train = fashion.x_train.reshape(-1, 784).astype("float32") / 255
pixels_test = fashion.x_test.reshape(-1, 784).astype("float32") / 255

# %% tags=["experiment"]
xa, ya = split_task(pixels_train[:N_A], fashion.y_train[:N_A], CLASSES_A)
xb, yb = split_task(pixels_train, fashion.y_train, CLASSES_B)
xb_test, yb_test = split_task(pixels_test, fashion.y_test, CLASSES_B)
print(f"task A: {len(xa):,} training images of {len(np.unique(ya))} classes")
print(f"task B: {len(xb):,} images to draw 200 from, {len(xb_test):,} test images")
plots.show(
    plots.image_grid(
        xb[:10].reshape(-1, 28, 28), [fashion.class_names[CLASSES_B[label]] for label in yb[:10]]
    ),
    alt="Ten images of task B with their classes: sandals and shirts.",
)

# %% [markdown]
# ### Experiment: network A
#
# The network of task A: 784 pixels, three hidden layers of 100, 50 and 50 units (SELU), eight classes.
#
# **Predict.** It has never seen a sandal or a shirt. How well will it tell the eight classes of its own task apart?

# %% tags=["experiment", "nbval-ignore-output"]
training.set_seed()
network_a = keras.Sequential(
    [
        keras.Input(shape=(784,)),
        keras.layers.Dense(100, activation="selu"),
        keras.layers.Dense(50, activation="selu"),
        keras.layers.Dense(50, activation="selu"),
        keras.layers.Dense(8, activation="softmax"),
    ]
)
network_a.compile(
    optimizer=keras.optimizers.SGD(learning_rate=0.01),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
    steps_per_execution=50,  # the same steps, with Python looking on every 50th time only: twice as fast here
)
network_a.fit(xa, ya, epochs=training.budget(full=10, quick=6), verbose=0, callbacks=[training.Progress()])
xa_test, ya_test = split_task(pixels_test, fashion.y_test, CLASSES_A)
accuracy_a = network_a.evaluate(xa_test, ya_test, batch_size=1000, verbose=0)[1]
print(f"test accuracy of network A on its own eight classes: {accuracy_a:.3f}")
runs.record("test_accuracy_of_network_a", accuracy_a, show=False)

# %% [markdown] tags=["covers-28"]
# **Explain.** Network A gets most of its own clothes right, so its layers have found something that tells clothes apart.
# Its accuracy does not say whether that also tells sandals from shirts. Section 3 measures it.
#
# **Go further.** Train network A with its layer sizes in another order, or with ReLU. Does its accuracy change by
# more than it does from one seed to the next?
#
# ## 2 A trunk and a new head
#
# A classifier can be seen as a **trunk**, which turns an image into features, and a **head**, the last
# layer, which reads the classes off them. For a new task we keep the trunk and replace the head.
#
# ### Exercise 2: A trunk of its own (3 points)
#
# Write `take_trunk(model, n_layers, n_outputs)`: a new `Sequential` model with the first `n_layers` layers
# of `model` and a new `Dense` head of `n_outputs` units *without* activation function, so that it gives
# **logits**. (A logit is any number; the sigmoid $\sigma(z) = 1/(1 + e^{-z})$ turns it into a
# probability.)
#
# The trap: in Keras, a layer that is put into a second model is still *the same layer*. If you write
# `keras.Sequential([*model.layers[:n_layers], …])`, both models share it, and training the new one
# changes the old one behind its owner's back. So clone first: `keras.models.clone_model(model)` builds the
# same layers afresh. But it also draws new weights.


# %% nbgrader={"grade": false, "grade_id": "take-trunk", "locked": false, "schema_version": 3, "solution": true, "task": false}
def take_trunk(model, n_layers, n_outputs):
    """A new network: copies of a model's first layers, and a new head.

    Args:
        model: a Sequential model; it stays as it is and shares nothing with the new one.
        n_layers: number of layers to copy, weights included.
        n_outputs: units of the new Dense head, which has no activation function.

    Returns:
        A Sequential model, not compiled, that takes the same inputs.
    """
    ### BEGIN SOLUTION
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return keras.Sequential(
        [
            keras.Input(shape=model.input_shape[1:]),
            *copy.layers[:n_layers],
            keras.layers.Dense(n_outputs),
        ]
    )
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "take-trunk-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("A trunk of its own", points=3) as exercise:
    rng = np.random.default_rng()

    def given_model():
        """Two Dense layers with batch normalisation between them, and four classes; random weights, the second layer frozen."""
        model = keras.Sequential(
            [
                keras.Input(shape=(6,)),
                keras.layers.Dense(5, activation="tanh"),
                keras.layers.BatchNormalization(),
                keras.layers.Dense(3, activation="tanh"),
                keras.layers.Dense(4, activation="softmax"),
            ]
        )
        model.set_weights([rng.uniform(0.5, 1.5, size=array.shape) for array in model.get_weights()])
        model.layers[1].trainable = False
        return model

    with exercise.part("layers of the right shapes", points=1):
        shapes = [(6, 5), (5,), (5,), (5,), (5,), (5,), (5, 3), (3,)]
        network = take_trunk(given_model(), 3, 2)
        expect.builtin_model(network, "the model that take_trunk returns")
        network(
            np.zeros((1, 6), "float32")
        )  # a model without keras.Input has its weights after the first call
        expect.equal(
            [array.shape for array in network.get_weights()],
            [*shapes, (3, 2), (2,)],
            "the shapes of the weights of take_trunk(model, 3, 2)",
            mistakes={
                "the old head is still there, under the new one": [*shapes, (3, 4), (4,), (4, 2), (2,)],
                "the old head is still there": [*shapes, (3, 4), (4,)],
                "the new head is missing": shapes,
                "there is one layer too few in the trunk": [*shapes[:-2], (5, 2), (2,)],
            },
            step="Take copy.layers[:n_layers], then keras.layers.Dense(n_outputs).",
        )
        expect.true(
            not network.compiled,
            "the model that take_trunk returns is not compiled",
            cause="take_trunk compiles it",
            step="Leave compile to train_head, which knows what is frozen.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("the trunk has the weights of the model", points=1):
        for n_layers, n_arrays in ((3, 8), (2, 6), (1, 2)):
            model = given_model()
            before = [array.copy() for array in model.get_weights()]
            network = take_trunk(model, n_layers, 2)
            expect.builtin_model(network, "the model that take_trunk returns")
            network(np.zeros((1, 6), "float32"))
            found = network.get_weights()
            expect.equal(
                len(found),
                n_arrays + 2,
                f"the number of weight arrays of take_trunk(model, {n_layers}, 2)",
                mistakes={"these are all layers but the last, whatever n_layers is": 10}
                if n_layers < 3
                else None,
                step="Take copy.layers[:n_layers], then keras.layers.Dense(n_outputs).",
            )
            expect.close(
                found[:n_arrays],
                before[:n_arrays],
                f"the weights of the trunk of take_trunk(model, {n_layers}, 2)",
                cause="the layers were made anew, but the weights were not copied",
                step="clone_model draws new weights: give the clone those of the model with set_weights.",
            )
            expect.equal(
                len(model.layers),
                4,
                "the number of layers of the given model after the call",
                cause="take_trunk takes layers away from the given model, or adds some",
                step="Clone the model first, and change the clone.",
            )
            expect.close(
                model.get_weights(),
                before,
                "the weights of the given model after the call",
                cause="take_trunk changes the weights of the given model",
                step="Clone the model first, and change the clone.",
            )
            expect.equal(
                [layer.trainable for layer in model.layers],
                [True, False, True, True],
                "which layers of the given model are trainable after the call",
                cause="take_trunk freezes or unfreezes layers of the given model",
                step="Clone the model first, and leave the given one as it is.",
            )
    with exercise.part("a new head that gives logits", points=1):
        model = given_model()
        old_head = model.get_weights()[8].copy()
        network = take_trunk(model, 3, 4)
        expect.builtin_model(network, "the model that take_trunk returns")
        batch = rng.normal(size=(5, 6)).astype("float32")
        network(batch)
        # on the trunk that there is: whether its weights are right was the question of the part before
        *arrays, kernel, bias = network.get_weights()
        expect.equal(len(arrays), 8, "the number of weight arrays of the trunk of take_trunk(model, 3, 4)")
        expect.shape(kernel, (3, 4), "the weights of the head of take_trunk(model, 3, 4)")
        hidden = np.tanh(batch @ arrays[0] + arrays[1])
        hidden = arrays[2] * (hidden - arrays[4]) / np.sqrt(arrays[5] + 1e-3) + arrays[3]
        logits = np.tanh(hidden @ arrays[6] + arrays[7]) @ kernel + bias
        powers = np.exp(logits)
        expect.close(
            network(batch),
            logits,
            "the outputs of take_trunk(model, 3, 4) for five inputs",
            rtol=1e-3,
            atol=1e-4,
            mistakes={
                "the head has a softmax: it gives probabilities": powers / powers.sum(axis=1, keepdims=True),
                "the head has a sigmoid: it gives probabilities": 1 / (1 + np.exp(-logits)),
                "the head has a ReLU": np.maximum(logits, 0),
            },
            step="Leave the trunk's layers as they are; behind them keras.layers.Dense(n_outputs), with nothing else, gives logits.",
        )
        expect.true(
            bool(np.abs(kernel - old_head).max() > 1e-3),
            "the head is a new one",
            got="the weights of the old head",
            step="The old head knows the old classes. Make a new Dense layer.",
        )
        expect.true(
            bool(kernel.std() > 1e-3),
            "the head begins with random weights",
            got="weights that are all the same",
            step="keras.layers.Dense(n_outputs), with nothing else, draws them.",
        )
        network = take_trunk(model, 1, 1)
        expect.builtin_model(network, "the model that take_trunk returns")
        network(batch)
        *arrays, single, offset = network.get_weights()
        expect.equal(len(arrays), 2, "the number of weight arrays of the trunk of take_trunk(model, 1, 1)")
        logit = np.tanh(batch @ arrays[0] + arrays[1]) @ single + offset
        expect.close(
            network(batch, training=False),
            logit,
            "the outputs of take_trunk(model, 1, 1) for five inputs",
            rtol=1e-3,
            atol=1e-4,
            mistakes={"the head of one unit has a sigmoid: it gives a probability": 1 / (1 + np.exp(-logit))},
            step="keras.layers.Dense(n_outputs), with nothing else, gives logits.",
        )
        expect.close(
            network(batch, training=True),
            logit,
            "the same outputs in training mode",
            rtol=1e-3,
            atol=1e-4,
            cause="there is a layer that works otherwise in training, such as dropout",
            step="The trunk's layers and one Dense layer, and nothing else.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# Is your trunk really its own? The check above sees only that the weights are equal. The next cell doubles all
# weights of a new network and checks whether network A has changed. Exercise 5 will check this too, for two points.

# %% tags=["experiment"]
weights_of_a = network_a.get_weights()
borrower = take_trunk(network_a, 3, 1)
borrower(pixels_test[:1])
borrower.set_weights([2 * array for array in borrower.get_weights()])
changed_arrays = sum(
    not np.array_equal(old, new) for old, new in zip(weights_of_a, network_a.get_weights(), strict=True)
)
print(f"arrays of network A that changed with the new network: {changed_arrays} of {len(weights_of_a)}")
network_a.set_weights(weights_of_a)

# %% [markdown] tags=["covers-28"]
# ### Exercise 3: Train the head (3 points)
#
# The new head begins with random weights, and its first gradients are large and say little. Let them flow
# into the trunk, and they may spoil what it knows. So the trunk is **frozen** at first: a layer with
# `layer.trainable = False` keeps its weights.
#
# Keras looks at `trainable` when it builds the training step, and `compile` is what makes it build a new
# one. So the order is: set `trainable`, *then* compile, then fit.
#
# Write `train_head(network, x, y, learning_rate, epochs)` for a network that ends with **one logit**:
# freeze all layers but the last, compile with plain `keras.optimizers.SGD` and the binary cross-entropy
# that fits a logit, train for `epochs` epochs in minibatches of 32, and return the network.


# %% nbgrader={"grade": false, "grade_id": "train-head", "locked": false, "schema_version": 3, "solution": true, "task": false}
def train_head(network, x, y, learning_rate, epochs):
    """Train the last layer of a network; all others stay as they are.

    Args:
        network: a Sequential model that ends with one logit.
        x: inputs, array (n, …).
        y: labels 0 and 1, array (n,).
        learning_rate: of plain SGD.
        epochs: passes over the data, in minibatches of 32.

    Returns:
        The same network, trained in place.
    """
    ### BEGIN SOLUTION
    for layer in network.layers[:-1]:
        layer.trainable = False
    network.layers[-1].trainable = True
    network.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    network.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return network
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "train-head-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Train the head", points=3) as exercise:
    rng = np.random.default_rng()
    inputs = rng.normal(size=(24, 6)).astype("float32")
    targets = rng.permutation(np.arange(24) % 3 == 0).astype("float32")

    def features(arrays):
        """What the trunk with these weights gives for the inputs."""
        hidden = np.tanh(inputs @ arrays[0] + arrays[1])
        return arrays[2] * (hidden - arrays[4]) / np.sqrt(arrays[5] + 1e-3) + arrays[3]

    def network_with_one_logit():
        """Dense, batch normalisation, Dense; random weights everywhere."""
        network = keras.Sequential(
            [
                keras.Input(shape=(6,)),
                keras.layers.Dense(4, activation="tanh"),
                keras.layers.BatchNormalization(),
                keras.layers.Dense(1),
            ]
        )
        arrays = [rng.uniform(0.4, 1.2, size=array.shape) for array in network.get_weights()]
        # logits with mean 0.5 and sd 0.25: most of them would do as probabilities, so that the wrong loss trains, too
        arrays[6] *= 0.25 / (features(arrays) @ arrays[6]).std()
        arrays[7] = 0.5 - (features(arrays) @ arrays[6]).mean(axis=0)
        network.set_weights(arrays)
        return network

    rate = float(rng.uniform(0.2, 0.6))
    tried, plain = [], False

    def one_step():
        """Weights before, and the network after one epoch, which is one step; two parts look at one training."""
        if not tried:
            network = network_with_one_logit()
            before = [array.copy() for array in network.get_weights()]
            tried.extend([before, train_head(network, inputs, targets, rate, 1)])
        return tried

    with exercise.part("the trunk stays as it is, the head learns", points=1):
        before, trained = one_step()
        found = trained.get_weights()
        expect.close(
            found[:-2],
            before[:-2],
            "the weights of the trunk after an epoch",
            cause="the trunk was trained, too",
            step="Set layer.trainable = False for network.layers[:-1], and compile after that.",
        )
        expect.true(
            bool(np.abs(found[-2] - before[-2]).max() > 1e-5),
            "the head's weights have changed",
            cause="the head is frozen, or nothing was trained",
            step="The last layer stays trainable; call network.fit.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("one step of SGD on the cross-entropy of logits", points=1):
        before, trained = one_step()
        arrays = [array.astype("float64") for array in before]
        hidden = features(arrays)
        logits = (hidden @ arrays[6] + arrays[7])[:, 0]
        squashed = 1 / (1 + np.exp(-logits))
        gradient = (hidden.T @ (squashed - targets))[:, None] / len(targets)

        def head_after(slopes, by=rate):
            """The head's weights after a step; `slopes` is the derivative of each image's loss by its logit."""
            return arrays[6] - by * (hidden.T @ slopes)[:, None] / len(slopes)

        inside = (logits > 1e-7) & (logits < 1 - 1e-7)
        clipped = np.clip(logits, 1e-7, 1 - 1e-7)
        expect.close(
            trained.get_weights()[-2],
            head_after(squashed - targets),
            f"the head's weights after one epoch (one minibatch) with learning_rate={rate:.3f}",
            rtol=1e-3,
            atol=1e-4,
            mistakes={
                "the loss takes the logits for probabilities": head_after(
                    np.where(inside, (clipped - targets) / (clipped * (1 - clipped)), 0)
                ),
                "this is the mean squared error": head_after(2 * (logits - targets)),
                "the rarer class weighs more; each image counts alike": head_after(
                    (squashed - targets) * np.where(targets, 24 / 16, 24 / 32)
                ),
                "learning_rate is ignored; this is Keras' default of 0.01": head_after(
                    squashed - targets, 0.01
                ),
                "the optimiser is Adam, which moves every weight by about learning_rate": arrays[6]
                - rate
                * gradient
                / (np.abs(gradient) + 1e-7 / np.sqrt(1 - 0.999)),  # with Keras' epsilon and beta_2
            },
            step="Use SGD(learning_rate=learning_rate) and BinaryCrossentropy(from_logits=True).",
        )
        plain = True  # a step of the right loss, with plain SGD
        expect.equal(
            [layer.trainable for layer in trained.layers],
            [False, False, True],
            "which layers of the network that train_head returns are trainable: the last one only",
            cause="the flags were changed again after the training",
            step="Freeze all layers but the last, and leave the flags as they are when you call fit.",
        )
        *arrays, kernel, bias = trained.get_weights()
        logits = features(arrays) @ kernel + bias
        expect.close(
            trained(inputs),
            logits,
            "what the network gives after the call, beside the logits that its weights make",
            rtol=1e-3,
            atol=1e-4,
            mistakes={
                "the head was given a sigmoid; it gives logits, and from_logits=True fits them": 1
                / (1 + np.exp(-logits))
            },
            step="Leave the layers as they are: the loss applies the sigmoid, with from_logits=True.",
        )
    with exercise.part("minibatches of 32, and several epochs", points=1):
        # all images have the same features and label 1, so that only the number of steps counts; of 1,025 images,
        # minibatches of 31, 33 or 64 make other numbers of steps than those of 32, which make 33. The features are
        # large, and so are the gradients: at a learning rate this small, clipping leaves next to nothing of a step
        network = keras.Sequential(
            [
                keras.Input(shape=(2, 3)),
                keras.layers.Flatten(),
                keras.layers.Dense(4, activation="tanh"),
                keras.layers.BatchNormalization(),
                keras.layers.Dense(1),
            ]
        )
        large = rng.normal(size=4)
        large *= 1e4 / np.linalg.norm(large)
        # what the trunk gives for every image: the shift of its batch normalisation
        network.set_weights(
            [
                *(0 * array for array in network.get_weights()[:3]),
                large,
                *(0 * array for array in network.get_weights()[4:]),
            ]
        )

        small = 0.1 / (1 + large @ large)  # a step moves the logit as one of the bias alone with 0.1

        def logit_after(steps, momentum=0.0):
            logit = moves = 0.0
            for _ in range(steps):
                moves = momentum * moves + 0.1 * (1 - 1 / (1 + np.exp(-logit)))
                logit += moves
            return [logit]

        black, ones = np.zeros((1025, 2, 3), "float32"), np.ones(1025, "float32")
        trained = train_head(network, black, ones, small, 2)
        kernel, bias = trained.get_weights()[-2:]
        logit = large @ kernel.astype("float64") + bias
        expect.close(
            logit,
            logit_after(66),
            f"the logit after two epochs with 1,025 images of class 1 that are all alike, with learning_rate={small:.3g}",
            rtol=1e-4,
            atol=1e-5,
            mistakes={
                "this is training for one epoch, not two": logit_after(33),
                "all images were in one minibatch": logit_after(2),
                "this is one step: one epoch, and all images in one minibatch": logit_after(1),
                "minibatches have 16 images, not 32": logit_after(130),
                "minibatches have 64 images, not 32": logit_after(34),
                "SGD has a momentum of 0.9; plain SGD has none": logit_after(66, 0.9),
            },
            cause="the step is shorter than learning_rate times the gradient, as with clipping"
            if plain and np.abs(logit).max() < 0.9 * logit_after(1)[0]
            else None,
            step="Plain SGD with learning_rate; fit with batch_size=32 and epochs=epochs, and nothing else.",
        )
        flags = [layer.trainable for layer in trained.layers]
        if not all(flags):  # else the parts above have said what is wrong
            expect.equal(
                flags,
                [False, False, False, True],
                "which of four layers are trainable after the call: the last one only",
                cause="which layers are frozen does not depend on how many there are",
                step="Freeze network.layers[:-1], however many they are.",
            )
        # with a large learning rate the loss rises now and then
        network = keras.Sequential([keras.Input(shape=(3,)), keras.layers.Dense(1)])
        network.set_weights([np.zeros((3, 1)), np.zeros(1)])
        labels, bias, after = np.array([0, 0, 0, 1.0]), 0.0, []
        for _ in range(5):
            bias -= 30 * (1 / (1 + np.exp(-bias)) - labels).mean()
            after.append([np.zeros(3), [bias]])
        found = train_head(network, np.zeros((4, 3), "float32"), labels, 30.0, 5).get_weights()
        expect.close(
            [found[0].ravel(), found[1]],
            after[-1],
            "the head's weights after five epochs with a learning rate of 30",
            rtol=1e-3,
            atol=1e-3,
            mistakes={
                f"the training stopped before all epochs were done, after {epoch}": weights
                for epoch, weights in enumerate(after[:-1], start=1)
            },
            step="Plain SGD has a learning rate and nothing else; fit gets x, y, batch_size and epochs.",
        )
        expect.close(
            network.get_weights(),
            found,
            "the weights of the network that train_head was given, beside those of the one that it returned",
            cause="another network was trained than the one that was given",
            step="Train the network itself, and return it.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Experiment: unfreeze, and forget to compile
#
# **Predict.** We train the head. Does `network_b.trainable = True` unfreeze the trunk? Then we set `trainable
# = True` for each layer and call `fit` again at once. Does the trunk move? Is there a warning? And after
# `compile`?

# %% tags=["experiment"]
training.set_seed()
few = np.random.default_rng(training.base_seed()).permutation(len(xb))[:200]
network_b = train_head(take_trunk(network_a, 3, 1), xb[few], yb[few], 1e-3, 1)


def trunk_moves(fit):
    """How far, at most, a weight of the first layer moves while `fit()` runs."""
    before = network_b.layers[0].get_weights()[0]
    fit()
    return np.abs(network_b.layers[0].get_weights()[0] - before).max()


def fit_once():
    network_b.fit(xb[few], yb[few], batch_size=32, verbose=0)


network_b.trainable = True
print("trainable, after network_b.trainable = True:", [layer.trainable for layer in network_b.layers])
for layer in network_b.layers:
    layer.trainable = True
print("trainable, after a loop over the layers:    ", [layer.trainable for layer in network_b.layers])
forgotten = trunk_moves(fit_once)
network_b.compile(
    optimizer=keras.optimizers.SGD(learning_rate=1e-3), loss=keras.losses.BinaryCrossentropy(from_logits=True)
)
compiled = trunk_moves(fit_once)
print(
    f"largest change of a weight of the first layer: {forgotten:.1e} without compile, {compiled:.1e} with it"
)
print("the trunk moved:", {"without compile": bool(forgotten > 0), "with compile": bool(compiled > 0)})

# %% [markdown] tags=["covers-28"]
# **Explain.** The network has a flag of its own. It was `True` all along, because only layers had been frozen.
# Keras on TensorFlow skips an assignment that changes nothing, so nothing reaches the layers. (Had we
# frozen the trunk with `network_b.trainable = False`, `True` would have reached them.) Set the flags layer by
# layer, and look at them.
#
# Without `compile`, `fit` goes on with the training step that it has already built, in which the trunk is frozen. The
# flags say `True`, no warning comes, and nothing moves: a "fine-tuned" network that never was.
#
# **Go further.** Freeze the trunk with `network_b.trainable = False`, compile, and then set `network_b.trainable = True`.
# What do the flags of the layers say now?
#
# ### Exercise 4: Fine-tune (4 points)
#
# The second trap is batch normalisation. A `BatchNormalization` layer with `trainable = False` works as it
# does at inference: it uses its moving averages and leaves them alone. Set `trainable = True`, and during `fit` it
# normalises with the statistics of *your* minibatches, and its moving averages begin to follow them.
# With 200 images, that can undo what the trunk has learned from a million. (You may read that calling the
# trunk with `training=False` prevents this. In a Functional model in Keras 3 it does not: `fit` calls the model with
# `training=True`, and that wins. Section 5 shows it.) So unfreeze everything *but* batch normalisation.
#
# Write `fine_tune(network, x, y, learning_rate, epochs)`. All layers become trainable, except
# `BatchNormalization` layers; then compile again and train as in Exercise 3. The learning rate is small
# here, because the weights are good already.


# %% nbgrader={"grade": false, "grade_id": "fine-tune", "locked": false, "schema_version": 3, "solution": true, "task": false}
def fine_tune(network, x, y, learning_rate, epochs):
    """Train all layers of a network except batch normalisation; arguments and result as for `train_head`."""
    ### BEGIN SOLUTION
    for layer in network.layers:
        layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
    network.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    network.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return network
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "fine-tune-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Fine-tune", points=4) as exercise:
    rng = np.random.default_rng()
    inputs = rng.normal(size=(24, 6)).astype("float32")
    targets = rng.permutation(np.arange(24) % 3 == 0).astype("float32")

    def frozen_network():
        """A network whose trunk is frozen, compiled with another loss and a learning rate of 0.9."""
        network = keras.Sequential(
            [
                keras.Input(shape=(6,)),
                keras.layers.Dense(4, activation="tanh"),
                keras.layers.BatchNormalization(),
                keras.layers.Dense(1),
            ]
        )
        arrays = [rng.uniform(0.4, 1.2, size=array.shape) for array in network.get_weights()]
        first = np.tanh(inputs @ arrays[0] + arrays[1])
        hidden = arrays[2] * (first - arrays[4]) / np.sqrt(arrays[5] + 1e-3) + arrays[3]
        # logits with mean 0.5 and sd 0.25: most of them would do as probabilities, so that the wrong loss trains, too
        arrays[6] *= 0.25 / (hidden @ arrays[6]).std()
        arrays[7] = 0.5 - (hidden @ arrays[6]).mean(axis=0)
        network.set_weights(arrays)
        for layer in network.layers[:-1]:
            layer.trainable = False
        network.compile(optimizer=keras.optimizers.SGD(learning_rate=0.9), loss="mse")
        return network

    rate = float(rng.uniform(0.1, 0.3))
    tried = []

    def one_step():
        """Weights before, and the network after one epoch, which is one step; three parts look at one training."""
        if not tried:
            network = frozen_network()
            before = [array.copy() for array in network.get_weights()]
            tried.extend([before, fine_tune(network, inputs, targets, rate, 1)])
        return tried

    with exercise.part("the trunk moves", points=1):
        before, tuned = one_step()
        after = tuned.get_weights()
        expect.true(
            bool(np.abs(after[0] - before[0]).max() > 1e-5),
            "the first layer's weights have changed",
            cause="the trunk is still frozen",
            step="Set layer.trainable = True for every layer that is no batch normalisation, one by one: "
            "network.trainable = True does not reach them when it is True already. Then compile.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("batch normalisation stays as it is", points=1):
        before, tuned = one_step()
        after = tuned.get_weights()
        expect.true(
            bool(np.abs(after[0] - before[0]).max() > 1e-5),
            "the first layer's weights have changed, while batch normalisation stays",
            cause="the trunk is still frozen, so this says nothing of batch normalisation",
            step="First make the trunk move; see the part before.",
        )
        expect.close(
            after[4:6],
            before[4:6],
            "moving mean and variance after an epoch",
            cause="batch normalisation was in training mode: its averages follow your minibatches",
            step="Set trainable = False for keras.layers.BatchNormalization, then compile.",
        )
        expect.close(
            after[2:4],
            before[2:4],
            "scale and shift (gamma and beta) after an epoch",
            cause="batch normalisation was trained with the other layers",
            step="Set trainable = False for keras.layers.BatchNormalization, then compile.",
        )
        # batch normalisation that was not frozen, twice, once under a name of its own; and another kind of layer
        network = keras.Sequential(
            [
                keras.Input(shape=(6,)),
                keras.layers.Dense(4, activation="tanh"),
                keras.layers.BatchNormalization(name="centre"),
                keras.layers.BatchNormalization(),
                keras.layers.LayerNormalization(name="batch_normalization_of_rows"),
                keras.layers.Dense(1),
            ]
        )
        arrays = [rng.uniform(0.4, 1.2, size=array.shape) for array in network.get_weights()]
        network.set_weights(arrays)
        logits = np.asarray(network(inputs, training=False))
        # as above: the wrong loss trains, too
        arrays[12] *= 0.25 / logits.std()
        arrays[13] = 0.5 - (logits - arrays[13]).mean(axis=0) * 0.25 / logits.std()
        network.set_weights(arrays)
        network.layers[3].trainable = False
        network.compile(optimizer=keras.optimizers.SGD(learning_rate=0.9), loss="mse")
        before = [array.copy() for array in network.get_weights()]
        # one epoch is one step: a second, of gradients clipped to one size, can take weights back to where they were
        tuned = fine_tune(network, inputs, targets, 0.3, 1)
        after = tuned.get_weights()
        moved = [bool(np.abs(new - old).max() > 1e-5) for new, old in zip(after, before, strict=True)]
        expect.true(
            moved[10] and moved[11],
            "the weights of a LayerNormalization layer have changed: only batch normalisation stays",
            cause="batch normalisation was looked for by the names of layers, which anybody may choose"
            if moved[2]
            else "other layers than batch normalisation are frozen, too",
            step="Set trainable = False where isinstance(layer, keras.layers.BatchNormalization), else True.",
        )
        expect.close(
            after[2:6],
            before[2:6],
            "the four arrays of a BatchNormalization layer that was trainable before the call",
            cause="a BatchNormalization layer that is trainable was left as it was",
            step="Set trainable = False where isinstance(layer, keras.layers.BatchNormalization), else True.",
        )
        expect.close(
            after[6:10],
            before[6:10],
            "the four arrays of the second BatchNormalization layer of a network",
            cause="the first BatchNormalization layer was frozen, and no other one",
            step="Go through all layers, and set trainable = False for each BatchNormalization layer.",
        )
        expect.equal(
            [layer.trainable for layer in tuned.layers],
            [True, False, False, True, True],
            "which layers of the network that fine_tune returns are trainable: all but batch normalisation",
            cause="the flags were changed again after the training",
            step="Leave the flags as they are when you call fit.",
        )
    with exercise.part("steps with the new learning rate, as many as asked for", points=2):
        before, tuned = one_step()
        arrays = [array.astype("float64") for array in before]
        first = np.tanh(inputs @ arrays[0] + arrays[1])
        scale = arrays[2] / np.sqrt(arrays[5] + 1e-3)
        hidden = scale * (first - arrays[4]) + arrays[3]
        logits = (hidden @ arrays[6] + arrays[7])[:, 0]

        def weights_after(slopes, by):
            """First kernel and head after a step; `slopes` is the derivative of each image's loss by its logit."""
            slopes = slopes[:, None] / len(slopes)
            back = slopes @ arrays[6].T * scale * (1 - first**2)
            return [
                arrays[0] - by * inputs.T @ back,
                arrays[6] - by * hidden.T @ slopes,
                arrays[7] - by * slopes.sum(axis=0),
            ]

        right = 1 / (1 + np.exp(-logits)) - targets
        inside = (logits > 1e-7) & (logits < 1 - 1e-7)
        clipped = np.clip(logits, 1e-7, 1 - 1e-7)
        found = tuned.get_weights()
        expect.close(
            [found[0].ravel(), found[6].ravel(), found[7]],
            [array.ravel() for array in weights_after(right, rate)],
            f"the weights of the first and the last layer after one epoch with learning_rate={rate:.3f}",
            rtol=1e-3,
            atol=1e-4,
            mistakes={
                "this is a step with the loss and the learning rate of the earlier compile: compile again": [
                    array.ravel() for array in weights_after(2 * (logits - targets), 0.9)
                ],
                "this is a step with the loss of the earlier compile: compile with a loss again": [
                    array.ravel() for array in weights_after(2 * (logits - targets), rate)
                ],
                "learning_rate is ignored; this is Keras' default of 0.01": [
                    array.ravel() for array in weights_after(right, 0.01)
                ],
                "the loss takes the logits for probabilities": [
                    array.ravel()
                    for array in weights_after(
                        np.where(inside, (clipped - targets) / (clipped * (1 - clipped)), 0), rate
                    )
                ],
            },
            step="Compile with SGD(learning_rate=learning_rate) and BinaryCrossentropy(from_logits=True).",
        )
        hidden = scale * (np.tanh(inputs @ found[0] + found[1]) - arrays[4]) + arrays[3]
        logits = hidden @ found[6] + found[7]
        expect.close(
            tuned(inputs),
            logits,
            "what the network gives after the call, beside the logits that its weights make",
            rtol=1e-3,
            atol=1e-4,
            mistakes={
                "the head was given a sigmoid; it gives logits, and from_logits=True fits them": 1
                / (1 + np.exp(-logits))
            },
            step="Leave the layers as they are: the loss applies the sigmoid, with from_logits=True.",
        )
        # all images have the same features and label 1, so that only the number of steps counts; of 1,025 images,
        # minibatches of 31, 33 or 64 make other numbers of steps than those of 32, which make 33. The features are
        # large, and so are the gradients: at a learning rate this small, clipping leaves next to nothing of a step
        network = frozen_network()
        large = rng.normal(size=4)
        large *= 1e4 / np.linalg.norm(large)
        # what the trunk gives for every image: the shift of its batch normalisation
        network.set_weights(
            [
                *(0 * array for array in network.get_weights()[:3]),
                large,
                *(0 * array for array in network.get_weights()[4:]),
            ]
        )
        small = 0.1 / (1 + large @ large)  # a step moves the logit as one of the bias alone with 0.1

        def logit_after(steps, momentum=0.0):
            logit = moves = 0.0
            for _ in range(steps):
                moves = momentum * moves + 0.1 * (1 - 1 / (1 + np.exp(-logit)))
                logit += moves
            return [logit]

        black, ones = np.zeros((1025, 6), "float32"), np.ones(1025, "float32")
        found = fine_tune(network, black, ones, small, 2).get_weights()
        logit = large @ found[-2].astype("float64") + found[-1]
        expect.close(
            logit,
            logit_after(66),
            f"the logit after two epochs with 1,025 images of class 1 that are all alike, with learning_rate={small:.3g}",
            rtol=1e-4,
            atol=1e-5,
            mistakes={
                "this is training for one epoch, not two": logit_after(33),
                "all images were in one minibatch": logit_after(2),
                "this is one step: one epoch, and all images in one minibatch": logit_after(1),
                "minibatches have 16 images, not 32": logit_after(130),
                "minibatches have 64 images, not 32": logit_after(34),
                "SGD has a momentum of 0.9; plain SGD has none": logit_after(66, 0.9),
            },
            cause="the step is shorter than learning_rate times the gradient, as with clipping"
            if np.abs(logit).max() < 0.9 * logit_after(1)[0]
            else None,
            step="Plain SGD with learning_rate; fit with batch_size=32 and epochs=epochs, and nothing else.",
        )
        expect.close(
            network.get_weights(),
            found,
            "the weights of the network that fine_tune was given, beside those of the one that it returned",
            cause="another network was trained than the one that was given",
            step="Train the network itself, and return it.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Exercise 5: Put together (4 points)
#
# Write `transfer(model, n_layers, x, y, head_epochs, tune_epochs, learning_rate)`: take the trunk, train the
# head for `head_epochs`, then fine-tune for `tune_epochs`, all with the same learning rate. Your functions from
# exercises 2 to 4 do the work. It returns the new network. The given model must come out of this exactly as
# it went in: this is where you see whether your trunk is really its own.


# %% nbgrader={"grade": false, "grade_id": "transfer", "locked": false, "schema_version": 3, "solution": true, "task": false}
def transfer(model, n_layers, x, y, head_epochs, tune_epochs, learning_rate):
    """A network for a new task with two classes, on the trunk of a trained model.

    Args:
        model: a trained Sequential model; stays as it is.
        n_layers: layers of the trunk.
        x, y: inputs and labels (0 and 1) of the new task.
        head_epochs: epochs with a frozen trunk.
        tune_epochs: epochs after that with all layers; 0 means no fine-tuning.
        learning_rate: of plain SGD, in both phases.

    Returns:
        The new network, which gives one logit.
    """
    ### BEGIN SOLUTION
    network = take_trunk(model, n_layers, 1)
    train_head(network, x, y, learning_rate, head_epochs)
    if tune_epochs > 0:
        fine_tune(network, x, y, learning_rate, tune_epochs)
    return network
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "transfer-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false} tags=["builds-on:take-trunk", "builds-on:train-head", "builds-on:fine-tune"]
with expect.exercise("Put together", points=4) as exercise:
    rng = np.random.default_rng()
    inputs = rng.normal(size=(40, 5)).astype("float32")
    targets = (inputs[:, 0] + inputs[:, 1] > 0).astype("float32")

    def trained_model():
        """A model whose first layer is frozen, and whose batch normalisation is not."""
        model = keras.Sequential(
            [
                keras.Input(shape=(5,)),
                keras.layers.Dense(6, activation="tanh"),
                keras.layers.BatchNormalization(),
                keras.layers.Dense(3, activation="softmax"),
            ]
        )
        model.set_weights([rng.uniform(0.3, 1.5, size=array.shape) for array in model.get_weights()])
        model.layers[0].trainable = False
        return model

    untuned = trained_model()
    with exercise.part("without fine-tuning the trunk is that of the model", points=1):
        before = [array.copy() for array in untuned.get_weights()]
        found = transfer(untuned, 2, inputs, targets, 2, 0, 0.2)
        expect.builtin_model(found, "the model that transfer returns")
        expect.shape(
            found(inputs[:7]), (7, 1), "the output for seven inputs", step="The new head has one unit."
        )
        expect.close(
            found.get_weights()[:2],
            before[:2],
            "the weights of the trunk's Dense layer with tune_epochs=0",
            cause="the trunk was trained, or its weights were not copied",
            step="Take the trunk, call train_head, and call fine_tune only where tune_epochs is above 0.",
        )

        def head_moves(network):
            """Whether the student's own train_head moves this head: with another loss it may not, and that counted."""
            copy = keras.models.clone_model(network)
            copy.set_weights(network.get_weights())
            return bool(np.abs(train_head(copy, inputs, targets, 0.2, 2).get_weights()[-1]).max() > 1e-7)

        expect.true(
            bool(np.abs(found.get_weights()[-1]).max() > 1e-7) or not head_moves(found),
            "the head has learned in two epochs: its bias is no longer 0",
            cause="the head was not trained",
            step="Call train_head with head_epochs.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("the given model stays as it was", points=2):
        model = trained_model()
        before = [array.copy() for array in model.get_weights()]
        tuned = transfer(model, 2, inputs, targets, 1, 1, 0.2).get_weights()
        expect.true(
            bool(np.abs(tuned[0] - before[0]).max() > 1e-5),
            "the new network's trunk moved in an epoch of fine-tuning",
            cause="the network was not fine-tuned, or not compiled again after unfreezing",
            step="After train_head, call fine_tune, which sets trainable and then compiles.",
        )
        expect.close(
            model.get_weights(),
            before,
            "the weights of the given model after the call",
            cause="the new network shares layers with the given model, and training it changed both",
            step="In take_trunk, clone the model before you take its layers.",
        )
        expect.equal(
            [layer.trainable for layer in model.layers],
            [False, True, True],
            "which layers of the given model are trainable after the call",
            mistakes={
                "layers of the trunk were frozen in the given model, too: the new network needs copies": [
                    False,
                    False,
                    True,
                ]
            },
            cause="layers of the given model were frozen or unfrozen",
            step="Change the flags of the new network only, and clone the model before you take its layers.",
        )
        expect.equal(
            [layer.trainable for layer in untuned.layers],
            [False, True, True],
            "which layers of the given model are trainable after a call with tune_epochs=0",
            mistakes={
                "layers of the trunk were frozen in the given model, too: the new network needs copies": [
                    False,
                    False,
                    True,
                ]
            },
            cause="layers of the given model were frozen or unfrozen",
            step="Take the trunk with take_trunk in both cases.",
        )
    with exercise.part("both phases, with their epochs and the learning rate", points=1):
        rate = float(rng.uniform(0.2, 0.4))
        black, ones = np.zeros((32, 5), "float32"), np.ones(32, "float32")
        labels = np.where(np.arange(32) < 24, ones, 0)
        # a trunk that gives 0 until it is trained: the head's kernel stays until the second phase has made its step
        model = keras.Sequential(
            [
                keras.Input(shape=(5,)),
                keras.layers.Dense(4, activation="tanh"),
                keras.layers.Dense(6, activation="tanh"),
                keras.layers.Dense(3, activation="softmax"),
            ]
        )
        model.set_weights([0 * array for array in model.get_weights()])

        def as_asked(network):
            """Whether the network is what 3 epochs for the head and 2 of fine-tuning make: then it is right, whatever made it."""
            trained = [array.astype("float64") for array in network.get_weights()]
            if [array.shape for array in trained] != [(5, 4), (4,), (4, 1), (1,)]:
                return False
            logits = np.tanh(inputs @ trained[0] + trained[1]) @ trained[2] + trained[3]
            given_logits = np.asarray(network(inputs))
            kernel = trained[2][
                :, 0
            ]  # that the head began with: tried, until it ends where the network's did
            for _ in range(20):
                signal, slope, weights, bias = np.zeros(4), 0.0, kernel, 0.0
                for epoch in range(5):
                    features = np.tanh(signal)
                    slope = 1 / (1 + np.exp(-(features @ weights + bias))) - labels.mean()
                    if epoch >= 3:
                        signal = signal - rate * slope * weights * (1 - features**2)
                    weights, bias = weights - rate * slope * features, bias - rate * slope
                kernel = kernel + trained[2][:, 0] - weights
            wanted = [np.zeros((5, 4)), signal, weights[:, None], np.array([bias])]
            return given_logits.shape == logits.shape and all(
                np.allclose(mine, right, rtol=1e-3, atol=1e-5)
                for mine, right in zip([given_logits, *trained], [logits, *wanted], strict=True)
            )

        network = transfer(model, 1, black, labels, 3, 2, rate)
        expect.builtin_model(network, "the model that transfer returns")
        if not as_asked(network):  # what is wrong, and whether in transfer: more calls, each for one question
            network = transfer(model, 1, black, labels, 6, 1, rate)
            expect.builtin_model(network, "the model that transfer returns")
            found = network.get_weights()
            own = take_trunk(model, 1, 1)
            expect.builtin_model(own, "the model that take_trunk returns")
            own(black)
            shapes = [array.shape for array in own.get_weights()]
            expect.equal(
                [array.shape for array in found],
                shapes,
                "the shapes of the weights for a trunk of the first of three layers, beside those of take_trunk(model, 1, 1)",
                step="Hand n_layers on to take_trunk.",
            )
            # the student's own trunk and head: whether they are right counted in Exercise 2
            own.set_weights(found)
            expect.close(
                network(inputs),
                own(inputs),
                "what the network gives, beside a network of take_trunk with the same weights",
                rtol=1e-3,
                atol=1e-4,
                cause="something was put behind the head, such as a sigmoid: it gives a logit",
                step="Return the network of take_trunk, trained by train_head and fine_tune, and add nothing.",
            )
            expect.true(
                bool(np.abs(found[-1]).max() > 1e-7),
                "the head has learned from black images: its bias is no longer 0",
                cause="nothing was trained",
                step="Call train_head, then fine_tune.",
            )
            # what the student's own functions give, one after the other: their mistakes count in their exercises, and
            # where the trunk has other layers, or was not frozen, there is nothing to compare with
            bent = keras.Sequential(
                [keras.Input(shape=(5,)), keras.layers.Dense(4, activation="tanh"), keras.layers.Dense(1)]
            )
            if shapes == [array.shape for array in bent.get_weights()]:
                # no unit of this trunk ever fires: with labels 1 only the head's bias moves, by one step an epoch
                dead = keras.Sequential(
                    [
                        keras.Input(shape=(5,)),
                        keras.layers.Dense(4, activation="relu"),
                        keras.layers.Dense(1),
                    ]
                )
                dead.set_weights([np.zeros((5, 4)), -np.ones(4), np.zeros((4, 1)), np.zeros(1)])
                first = train_head(dead, black, ones, rate, 2)
                in_place = np.array_equal(first.get_weights()[-1], dead.get_weights()[-1])
                both = fine_tune(first, black, ones, rate, 6).get_weights()[-1]
                model = keras.Sequential(
                    [
                        keras.Input(shape=(5,)),
                        keras.layers.Dense(4, activation="relu"),
                        keras.layers.Dense(3, activation="softmax"),
                    ]
                )
                model.set_weights(
                    [np.zeros((5, 4)), -np.ones(4), rng.normal(size=(4, 3)), rng.normal(size=3)]
                )

                def bias_after(steps, by=rate, bias=0.0):
                    for _ in range(steps):
                        bias += by * (1 - 1 / (1 + np.exp(-bias)))
                    return [bias]

                expect.close(
                    transfer(model, 1, black, ones, 2, 6, rate).get_weights()[-1],
                    both,
                    f"the head's bias after 2 epochs of train_head and 6 of fine_tune, with learning_rate={rate:.3f}",
                    rtol=1e-4,
                    atol=1e-5,
                    mistakes={
                        "tune_epochs is not used, or the second phase is missing": bias_after(2),
                        "both phases were trained for head_epochs": bias_after(4),
                        "both phases were trained for tune_epochs": bias_after(12),
                        "the second phase was trained for head_epochs + tune_epochs": bias_after(10),
                        "learning_rate is not handed on; this is 0.01": bias_after(8, 0.01),
                        "head_epochs is not used, or the first phase is missing"
                        if in_place
                        else "train_head trains a copy, and what transfer returns is not that copy": bias_after(
                            6
                        ),
                    },
                    step="Call train_head with head_epochs, then fine_tune with tune_epochs, both with learning_rate.",
                )
                bent.set_weights([np.zeros((5, 4)), np.zeros(4), found[2], np.zeros(1)])
                network = train_head(bent, black, labels, rate, 6)
                if not np.abs(network.get_weights()[1]).any():  # its trunk is still as it was
                    wanted = fine_tune(network, black, labels, rate, 1).get_weights()
                    cause = None
                    if not np.abs(found[1]).any():
                        cause = "the network was not fine-tuned"
                    # where the head's bias was still 0
                    elif np.allclose(found[1], rate / 4 * found[2][:, 0], rtol=0.1):
                        cause = "the trunk was tuned first, and the head trained after that"
                    expect.close(
                        found[1::2],
                        wanted[1::2],
                        "the biases of trunk and head after 6 epochs of train_head and one of fine_tune",
                        rtol=1e-3,
                        atol=1e-4,
                        cause=cause,
                        step="First train_head, then fine_tune, with head_epochs and tune_epochs, both with all of x and y.",
                    )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Exercise 6: The wrong loss (2 points)
#
# The third trap is a loss that is told the wrong thing. A network ends with a **sigmoid**, so it gives
# probabilities. You make predictions, and want the cross-entropy of what came out:
#
# ```python
# p = network.predict(images)
# loss = keras.losses.BinaryCrossentropy(from_logits=True)(labels, p)
# ```
#
# `p` is an array, and nothing in it says where it came from. The loss takes it for logits and applies the sigmoid
# once more: a positive image costs $-\ln \sigma(p)$, a negative one $-\ln(1 - \sigma(p))$, with $p$ between 0 and
# 1. However good the network is, this loss cannot fall below
#
# - `floor_of_positives`, the smallest loss of an image of class 1;
# - `floor_of_negatives`, the smallest loss of an image of class 0.
#
# Give both as numbers, to four decimal places at least (Python may compute them).

# %% nbgrader={"grade": false, "grade_id": "wrong-loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
# floor_of_positives = …
# floor_of_negatives = …
### BEGIN SOLUTION
floor_of_positives = np.log(1 + np.exp(-1))
floor_of_negatives = np.log(2)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "wrong-loss-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("The wrong loss", points=2) as exercise:
    with exercise.part("the answers are numbers", points=0):
        expect.shape(floor_of_positives, (), "floor_of_positives", step="Assign one number.")
        expect.shape(floor_of_negatives, (), "floor_of_negatives", step="Assign one number.")
    ### BEGIN HIDDEN TESTS
    low, high, half = np.log(1 + np.exp(-1)), np.log(1 + np.e), np.log(2)
    with exercise.part("positive images", points=1):
        expect.close(
            floor_of_positives,
            low,
            "floor_of_positives",
            rtol=0,
            atol=6e-5,
            describe="a number above 0",
            mistakes={
                "0 would be right for from_logits=False; with True the sigmoid is applied to p again": 0.0,
                "this is rounded to three decimals; give four": round(low, 3),
                "this is the loss for p = 0, where a positive image has its largest loss": half,
                "this is σ(1); the loss is its negative logarithm": 1 / (1 + np.exp(-1)),
                "this is the loss of a negative image for p = 1": high,
                "the logarithm is the natural one": low / np.log(10),
            },
            step="Which p is best for a positive image? Put it into −ln σ(p).",
        )
    with exercise.part("negative images", points=1):
        expect.close(
            floor_of_negatives,
            half,
            "floor_of_negatives",
            rtol=0,
            atol=6e-5,
            describe="a number above 0",
            mistakes={
                "0 would be right for from_logits=False; with True the sigmoid is applied to p again": 0.0,
                "this is rounded to three decimals; give four": round(half, 3),
                "this is the loss of a positive image for p = 1": low,
                "this is the loss for p = 1, where a negative image has its largest loss": high,
                "this is 1 − σ(0); the loss is its negative logarithm": 0.5,
                "the logarithm is the natural one": half / np.log(10),
            },
            step="Which p is best for a negative image? Put it into −ln(1 − σ(p)).",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Experiment: where the trap bites
#
# Here is a network with a sigmoid that is right and sure about every input: its cross-entropy is 0 to four decimals.
# Half of the labels are 1, so the trap would give the mean of your two floors. We tell the loss `from_logits=True` all the same.
#
# **Predict.** Which of the five lines show the floor, and for which does Keras warn?


# %% tags=["experiment"]
def sure_network(*more):
    """A network with a sigmoid that is sure of the sign of its input, with `more` layers behind the sigmoid."""
    network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, activation="sigmoid"), *more])
    network.layers[0].set_weights([np.array([[20.0]]), np.zeros(1)])
    network.compile(optimizer="sgd", loss=WRONG_LOSS)
    return network


WRONG_LOSS = keras.losses.BinaryCrossentropy(from_logits=True)
signs = np.repeat([[-1.0], [1.0]], 16, axis=0).astype("float32")
is_positive = (signs > 0).astype("float32")
sure, scaled = sure_network(), sure_network(keras.layers.Rescaling(1.0))
ways = {
    "fit": lambda: sure.fit(signs, is_positive, verbose=0).history["loss"][0],
    "evaluate": lambda: sure.evaluate(signs, is_positive, verbose=0),
    "the loss of sure(x), a tensor": lambda: WRONG_LOSS(is_positive, sure(signs)),
    "the loss of sure.predict(x), an array": lambda: WRONG_LOSS(is_positive, sure.predict(signs, verbose=0)),
    "fit, one more operation behind the sigmoid": lambda: scaled.fit(signs, is_positive, verbose=0).history[
        "loss"
    ][0],
}
for way, loss_of in ways.items():
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        loss = float(loss_of())
    warned = any("from_logits" in str(warning.message) for warning in said)
    print(f"{way:<43} loss {loss:.4f}   {'Keras warns' if warned else 'no warning'}")

# %% [markdown] tags=["covers-29"]
# **Explain.** A tensor that comes straight from a sigmoid or softmax remembers its logits in Keras on TensorFlow. The
# loss finds them, takes them in place of the probabilities, and warns: the slip does no harm. It bites wherever the logits
# cannot be found: on arrays, such as everything that `predict` returns, and after one more operation, even a
# multiplication by 1. Then there is a floor and no warning; a perfect network looks mediocre, and everybody thinks that
# the task is hard. Keras' JAX and PyTorch backends do not look for the logits at all. So do not count on the rescue: logits need
# `from_logits=True`, probabilities `from_logits=False` (the default).
#
# **Go further.** Turn it round: a network without a sigmoid, and `from_logits=False`. Which of the ways goes wrong now?
#
# ## 3 Does it help? An honest comparison
#
# Now the question of this practical: **does the trunk of network A help with task B?** One run of each
# method is quickly done, and a published run of this kind gave 0.9695 from scratch and 0.9925 with
# transfer, with a larger network (784-300-100-50-50-50-1). We trained that network again with five seeds, and found 0.985 and
# 0.990, a gain of 0.005 ± 0.005 (mean ± sd). After all, 200 images are a small sample, and heads start
# from random weights. Another draw, another result.
#
# So we repeat it over many **seeds**. A seed fixes which 200 images are drawn and the initial weights
# of the new layers. And we compare **pair by pair**: for each seed, all methods get the same images and the
# same initial head, so that the luck of the draw affects them alike and largely cancels in the
# difference.
#
# ### Exercise 7: A paired interval (4 points)
#
# For seeds $1 \dots n$ let $d_i$ be the accuracy of method *a* minus that of method *b*. With mean
# $\bar d$ and standard deviation $s = \sqrt{\sum_i (d_i - \bar d)^2 / (n - 1)}$, the interval
#
# $$\bar d \pm t_{n-1}\, \frac{s}{\sqrt n}$$
#
# contains the true mean difference with the chosen confidence (95 % by default), where $t_{n-1}$ is a quantile of
# Student's *t* distribution with $n - 1$ degrees of freedom: `stats.t.ppf(0.975, n - 1)` for 95 %, because 2.5 %
# is cut off on each side (Student, 1908).
#
# 1. Write `paired_interval(a, b, level=0.95)`, which returns the two ends, the lower one first.
# 2. Write `share_of_wins(a, b)`: the share of seeds in which *a* is better than *b*. A tie is not a win.


# %% nbgrader={"grade": false, "grade_id": "paired", "locked": false, "schema_version": 3, "solution": true, "task": false}
def paired_interval(a, b, level=0.95):
    """Confidence interval of the mean difference a − b of paired results.

    Args:
        a, b: results of two methods, sequences of the same length n; entries at one index share their seed.
        level: confidence, between 0 and 1.

    Returns:
        The lower and the upper end.
    """
    ### BEGIN SOLUTION
    difference = np.asarray(a) - np.asarray(b)
    n = len(difference)
    half_width = stats.t.ppf((1 + level) / 2, n - 1) * difference.std(ddof=1) / np.sqrt(n)
    return difference.mean() - half_width, difference.mean() + half_width
    ### END SOLUTION


def share_of_wins(a, b):
    """The share of pairs in which the entry of `a` is larger than that of `b`, 0 to 1."""
    ### BEGIN SOLUTION
    return np.mean(np.asarray(a) > np.asarray(b))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "paired-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("A paired interval", points=4) as exercise:
    rng = np.random.default_rng()

    def results(n):
        """Results of two methods that share their luck; the first one wins most pairs, and loses the last."""
        luck = rng.normal(0.9, 0.02, size=n)
        gaps = rng.uniform(0.005, 0.02, size=n)
        gaps[-1] *= -1
        return luck + gaps, luck

    def interval(center, spread, n, quantile):
        half = quantile * spread / np.sqrt(n)
        return [center - half, center + half]

    with exercise.part("95 % by default", points=1):
        ours, theirs = results(12)
        given = [ours.copy(), theirs.copy()]
        gaps = ours - theirs
        middle, spread, quantile = gaps.mean(), gaps.std(ddof=1), stats.t.ppf(0.975, 11)
        apart = np.sqrt(ours.var(ddof=1) + theirs.var(ddof=1))
        causes = {
            "the two methods were treated as unpaired: take the standard deviation of the differences": interval(
                middle, apart, 12, quantile
            ),
            "this is the interval of b − a": interval(-middle, spread, 12, quantile),
            "the standard deviation divides by n, not by n − 1: ddof=1 is missing": interval(
                middle, gaps.std(), 12, quantile
            ),
            "this is the quantile of the normal distribution, not of Student's t": interval(
                middle, spread, 12, stats.norm.ppf(0.975)
            ),
            "the division by the root of n is missing": interval(middle, spread, 1, quantile),
            "5 % were cut off on each side, not 2.5 %": interval(middle, spread, 12, stats.t.ppf(0.95, 11)),
            "there are n − 1 degrees of freedom, not n": interval(middle, spread, 12, stats.t.ppf(0.975, 12)),
            "the upper end comes first": interval(middle, spread, 12, -quantile),
        }
        expect.close(
            paired_interval(ours, theirs),
            interval(middle, spread, 12, quantile),
            "the interval of twelve pairs",
            rtol=1e-4,
            atol=1e-6,
            mistakes=causes,
            step="First the differences; then their mean, their standard deviation (ddof=1), and the formula.",
        )
        expect.equal(
            [ours, theirs],
            given,
            "the arguments `a` and `b` after the call",
            cause="paired_interval changes the results of whoever calls it",
            step="Write the differences into an array of their own: a − b, not a -= b, and no sort in place.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("other levels and numbers of seeds", points=2):
        for n, level, unit in ((5, 0.9, 1), (30, 0.99, 1), (2, 0.7, 1), (8, 0.8, 1000)):
            ours, theirs = (unit * some for some in results(n))
            gaps = ours - theirs
            middle, spread = gaps.mean(), gaps.std(ddof=1)
            low, high = interval(middle, spread, n, stats.t.ppf((1 + level) / 2, n - 1))
            expect.close(
                paired_interval(list(ours), list(theirs), level),
                [low, high],
                f"the interval of {n} pairs at level={level}",
                rtol=1e-4,
                atol=1e-6 * unit,
                mistakes={
                    "the ends are cut off at −1 and 1; results may have any unit": [
                        max(low, -1),
                        min(high, 1),
                    ],
                    "level is ignored": interval(middle, spread, n, stats.t.ppf(0.975, n - 1)),
                    "the quantile is taken at `level`, which cuts everything off on one side": interval(
                        middle, spread, n, stats.t.ppf(level, n - 1)
                    ),
                },
                step="Cut off (1 − level)/2 on each side: the quantile at (1 + level)/2.",
            )
    with exercise.part("the share of wins", points=1):
        ours = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3])
        theirs = np.array([0.1, 0.8, 0.75, 0.1, 0.55, 0.1, 0.3])
        order = rng.permutation(7)
        expect.close(
            share_of_wins(ours[order], theirs[order]),
            3 / 7,
            "the share of wins of seven pairs with three wins and two ties",
            mistakes={
                "ties are counted as wins": 5 / 7,
                "ties are counted as half a win": 4 / 7,
                "ties are left out": 3 / 5,
                "this is the number of wins, not their share": 3,
                "these are the wins of b": 2 / 7,
            },
            step="np.mean of a comparison is the share of entries where it is True.",
        )
        expect.close(
            share_of_wins(list(theirs), list(ours)),
            2 / 7,
            "the share of wins, for lists with two wins in seven",
        )
        near = rng.uniform(0.5, 1, size=8)
        expect.close(
            share_of_wins(near + 1e-5 * np.arange(-4, 4), near),
            3 / 8,
            "the share of wins of eight pairs, of which three are won by less than 0.0001",
            mistakes={"small wins were taken for ties": 0},
            step="Every larger entry is a win, by however little.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-29"]
# ### Experiment: the study
#
# Training sixty small networks one after the other would take a long time, most of it spent on starting up.
# So all seeds are trained **at once**, as one Keras model with an extra axis. `EinsumDense` with the
# equation `"bsi,sij->bsj"` is a dense layer that has a kernel for each seed *s*. The networks do not
# affect each other. (The loss is the mean over seeds, so each one's gradient is divided by their number,
# and the learning rate is multiplied by it.) The features that a frozen trunk gives for an image are
# the same in each epoch, so they are computed once, and the heads are trained on them.
#
# `train` calls `train_on_batch` in a loop. Where epochs are short, that is quicker than `fit`; and each epoch shuffles
# the images anew. (After `keras.utils.set_random_seed`, `fit` makes the same minibatches in the same order in
# every epoch.)
#
# Three methods, on the same images and initial heads: **from scratch**, all layers new; **frozen**, the
# trunk of A and a new head, 20 epochs; **fine-tuned**, 4 epochs frozen and 16 with all layers. Plain SGD
# with a learning rate of $10^{-3}$ and as many epochs as in the published run; the network is smaller, to save time.
#
# **Predict.** Rank the three. In how many seeds out of a hundred will fine-tuning beat training from scratch?


# %% tags=["experiment"]
def many_networks(n_seeds, sizes):
    """`n_seeds` networks in one model: inputs (n, n_seeds, sizes[0]), logits (n, n_seeds, sizes[-1])."""
    inputs = outputs = keras.Input(shape=(n_seeds, sizes[0]))
    activations = ["selu"] * (len(sizes) - 2) + [None]
    for units, activation in zip(sizes[1:], activations, strict=True):
        outputs = keras.layers.EinsumDense(
            "bsi,sij->bsj", output_shape=(n_seeds, units), bias_axes="sj", activation=activation
        )(outputs)
    return keras.Model(inputs, outputs)


def initial_weights(seeds, sizes):
    """Glorot weights for `many_networks`, drawn for each seed by itself."""
    generators, arrays = [np.random.default_rng([seed, 1]) for seed in seeds], []
    for fan_in, fan_out in pairwise(sizes):
        limit = np.sqrt(6 / (fan_in + fan_out))
        arrays.append(np.stack([g.uniform(-limit, limit, (fan_in, fan_out)) for g in generators]))
        arrays.append(np.zeros((len(seeds), fan_out)))
    return arrays


def copies(arrays, n_seeds):
    """The same weights for every seed."""
    return [np.tile(array, (n_seeds, *[1] * array.ndim)) for array in arrays]


def draws(seeds, available, n):
    """For each seed, which `n` of the available images it gets: (n, seeds)."""
    return np.stack([np.random.default_rng(seed).permutation(available)[:n] for seed in seeds], axis=1)


def compiled(networks, loss, learning_rate):
    """The same networks, ready to train each of them by plain SGD with this learning rate."""
    n_seeds = networks.input_shape[1]
    networks.compile(optimizer=keras.optimizers.SGD(learning_rate=learning_rate * n_seeds), loss=loss)
    return networks


def train(model, x, y, epochs, batch_size=32):
    """What `fit` does, with less to prepare in each epoch: that counts where epochs are short."""
    for _ in range(epochs):
        order = np.asarray(keras.random.shuffle(np.arange(len(x))))
        for batch in np.array_split(order, np.ceil(len(x) / batch_size)):
            model.train_on_batch(x[batch], y[batch])


def predict_many(networks, x):
    """Logits (n, n_seeds, outputs) of every seed's network for the same images."""
    n_seeds = networks.input_shape[1]
    batches = np.array_split(x, max(1, len(x) // 500))
    return np.concatenate([networks(np.repeat(batch[:, None], n_seeds, axis=1)) for batch in batches])


SIZES = (784, 100, 50, 50, 1)
SEEDS = training.seeds(training.budget(full=20, quick=6))
N_TO_CHOOSE = 500  # images of task B to choose a learning rate by: never trained on, never tested on
BINARY = keras.losses.BinaryCrossentropy(from_logits=True)
METHODS = {"from scratch": (0, 20), "frozen": (20, 0), "fine-tuned": (4, 16)}  # epochs frozen, epochs in all

# %% tags=["experiment", "nbval-ignore-output"]
training.set_seed()
chosen = draws(SEEDS, len(xb) - N_TO_CHOOSE, 200)
x_small, y_small = xb[chosen], yb[chosen][..., None].astype("float32")
new = initial_weights(SEEDS, SIZES)
borrowed = [*copies(network_a.get_weights()[:-2], len(SEEDS)), *new[-2:]]
networks = compiled(many_networks(len(SEEDS), SIZES), BINARY, 1e-3)
trunks = keras.Model(networks.input, networks.layers[-2].output)
inner = keras.Input(shape=trunks.output_shape[1:])
# shares its layer with the networks: training the one trains the other
heads_alone = compiled(keras.Model(inner, networks.layers[-1](inner)), BINARY, 1e-3)


def accuracies_of(networks):
    """Accuracy of each seed's network: on the images to choose by, and on the test images."""
    return {
        part: ((predict_many(networks, images)[..., 0] > 0) == labels[:, None]).mean(axis=0)
        for part, images, labels in (
            ("to choose by", xb[-N_TO_CHOOSE:], yb[-N_TO_CHOOSE:]),
            ("test", xb_test, yb_test),
        )
    }


def accuracies_after(weights, frozen_epochs, epochs, rate=1e-3):
    """`accuracies_of` networks trained from these weights: the heads first, on features, then all layers."""
    networks.set_weights(weights)
    for model in (heads_alone, networks):
        model.optimizer.learning_rate = rate * len(SEEDS)
    train(heads_alone, np.asarray(trunks(x_small)), y_small, frozen_epochs)
    train(networks, x_small, y_small, epochs)
    return accuracies_of(networks)


starts = {method: new if method == "from scratch" else borrowed for method in METHODS}
at_common_rate = {method: accuracies_after(starts[method], *epochs) for method, epochs in METHODS.items()}
accuracies = {method: found["test"] for method, found in at_common_rate.items()}
print(f"test accuracy over {len(SEEDS)} seeds, each with its own 200 images")
print(
    pd.DataFrame(
        {
            method: {
                "mean": found.mean(),
                "sd": found.std(ddof=1),
                "lowest": found.min(),
                "highest": found.max(),
            }
            for method, found in accuracies.items()
        }
    ).T.to_string(float_format="{:.4f}".format)
)
for method, found in accuracies.items():
    runs.record(f"accuracy_{method.replace(' ', '_').replace('-', '_')}", found.mean(), show=False)

# %% tags=["experiment", "nbval-ignore-output"]
gains = {
    f"{method} − from scratch": accuracies[method] - accuracies["from scratch"]
    for method in ("frozen", "fine-tuned")
}
intervals = {
    f"{method} − from scratch": paired_interval(accuracies[method], accuracies["from scratch"])
    for method in ("frozen", "fine-tuned")
}
plots.show(
    plots.paired_differences(gains, intervals, "difference in test accuracy, one point a seed"),
    alt="Difference in test accuracy to training from scratch, one point for each seed, with the mean and its "
    "95 % interval, each panel on a scale of its own. The frozen trunk lies below 0 and is widely scattered; fine-tuning lies close to 0, with seeds on both sides.",
)
for name, gain in gains.items():
    low, high = intervals[name]
    print(
        f"{name}: mean {gain.mean():+.4f}, 95 % interval {low:+.4f} to {high:+.4f}, sd of a seed {gain.std(ddof=1):.4f}"
    )
tuned, scratch = accuracies["fine-tuned"], accuracies["from scratch"]
print(
    f"fine-tuning wins in {share_of_wins(tuned, scratch):.0%} of the seeds, scratch in {share_of_wins(scratch, tuned):.0%}"
)
print(f"the gain of the published run, 0.0230, or more: {np.mean(tuned - scratch >= 0.023):.0%} of the seeds")
runs.record("gain_of_fine_tuning", (tuned - scratch).mean(), show=False)
runs.record("gain_of_fine_tuning_interval_low", intervals["fine-tuned − from scratch"][0], show=False)
runs.record("gain_of_fine_tuning_interval_high", intervals["fine-tuned − from scratch"][1], show=False)
runs.record("gain_of_fine_tuning_sd_of_a_seed", (tuned - scratch).std(ddof=1), show=False)
runs.record("share_of_seeds_won_by_fine_tuning", share_of_wins(tuned, scratch), show=False)
runs.record("share_of_seeds_with_the_published_gain", np.mean(tuned - scratch >= 0.023), show=False)
runs.record("gain_of_the_frozen_trunk", gains["frozen − from scratch"].mean(), show=False)

# %% [markdown]
# **Try.** What would a smaller study have said? Take two or three seeds, and move the first of them along: how often does
# the mean change sign? Then take more seeds: what happens to the interval?

# %% tags=["experiment", "nbval-ignore-output"]
import matplotlib.pyplot as plt

from course_utils import sliders

gain_of_each = tuned - scratch
figure, axis = plt.subplots(figsize=(5.6, 1.9), layout="constrained")
axis.axvline(0, color="black", linestyle=":")
axis.set_xlim(-0.06, 0.06)
axis.set_ylim(-1, 2)
axis.set_yticks([0, 1], ["interval", "seeds"])
axis.set_xlabel("fine-tuned − from scratch, test accuracy")
(one_each,) = axis.plot([], [], "o", color=plots.BLUE, markersize=4)
(span,) = axis.plot([], [], color=plots.VERMILION, linewidth=2)
(middle,) = axis.plot([], [], "o", color=plots.VERMILION, markersize=7)


def study_of(n, first):
    """What a study of `n` seeds would have said, the first of them at this place in ours."""
    taken = (first - 1 + np.arange(n)) % len(SEEDS)
    low, high = paired_interval(tuned[taken], scratch[taken])
    mean = gain_of_each[taken].mean()
    lines = {one_each: (gain_of_each[taken], np.ones(n)), span: ([low, high], [0, 0]), middle: ([mean], [0])}
    verdict = "holds 0" if low <= 0 <= high else "does not hold 0"
    return lines, f"Mean {mean:+.4f}, 95 % interval {low:+.4f} to {high:+.4f}: it {verdict}."


sliders.show(
    figure,
    study_of,
    {
        "seeds": [n for n in (2, 3, 5, 8, 12, 20, 30, 50) if n <= len(SEEDS)],
        "first seed": [first for first in (1, 4, 7, 10, 13, 16, 19) if first <= len(SEEDS)],
    },
    start=(3, 1),
    alt="The gain of fine-tuning over training from scratch: a dot for each seed taken, and below them the mean with its 95 % interval.",
)

# %% [markdown] tags=["covers-29"]
# ### Experiment: the same rates for everybody
#
# At the common learning rate the frozen trunk is *worse* than no transfer at all, and its accuracies are widely scattered. Are its
# features useless, or does a head on its own learn too slowly? One learning rate for all looks fair, but it need not suit them all.
# So each method gets the same three rates, $10^{-3}$, $10^{-2}$ and $10^{-1}$, with the same images and as many epochs as before, and
# keeps the one that does best on 500 images of task B that are used neither for training nor for
# testing.
#
# **Predict.** Which of the three methods gains most from the choice, and which is then ahead?

# %% tags=["experiment", "nbval-ignore-output"]
training.set_seed()
RATES = (1e-3, 1e-2, 1e-1)


def best_of(by_rate):
    """The rate with the highest mean accuracy on the images to choose by, and its test accuracies."""
    rate = max(by_rate, key=lambda rate: by_rate[rate]["to choose by"].mean())
    return rate, by_rate[rate]["test"]


by_method = {
    method: {RATES[0]: at_common_rate[method]}
    | {rate: accuracies_after(starts[method], *epochs, rate) for rate in RATES[1:]}
    for method, epochs in METHODS.items()
}
best = {method: best_of(by_rate) for method, by_rate in by_method.items()}
print(f"mean accuracy on {N_TO_CHOOSE} images to choose by, and the test accuracy at the chosen rate")
print(
    pd.DataFrame(
        {
            method: {f"{rate:g}": found["to choose by"].mean() for rate, found in by_rate.items()}
            | {"chosen": f"{best[method][0]:g}", "test": best[method][1].mean()}
            for method, by_rate in by_method.items()
        }
    ).T.to_string(float_format="{:.4f}".format)
)
best_gains = {
    f"{method} − from scratch": best[method][1] - best["from scratch"][1]
    for method in ("frozen", "fine-tuned")
}
best_intervals = {
    f"{method} − from scratch": paired_interval(best[method][1], best["from scratch"][1])
    for method in ("frozen", "fine-tuned")
}
plots.show(
    plots.paired_differences(
        best_gains,
        best_intervals,
        "difference in test accuracy, each at its best rate, one point a seed",
        True,
    ),
    alt="Difference in test accuracy to training from scratch, each method at the best of the same three learning rates, one "
    "point for each seed, on one scale, with the mean and its 95 % interval: for the frozen trunk and for fine-tuning.",
)
for name, (low, high) in best_intervals.items():
    print(f"{name}: mean {best_gains[name].mean():+.4f}, 95 % interval {low:+.4f} to {high:+.4f}")
for method, (rate, found) in best.items():
    runs.record(f"best_rate_{method.replace(' ', '_').replace('-', '_')}", rate, show=False)
    runs.record(
        f"accuracy_at_best_rate_{method.replace(' ', '_').replace('-', '_')}", found.mean(), show=False
    )
for method in ("frozen", "fine-tuned"):
    low, high = best_intervals[f"{method} − from scratch"]
    runs.record(f"gain_at_best_rate_{method.replace('-', '_')}_interval_low", low, show=False)
    runs.record(f"gain_at_best_rate_{method.replace('-', '_')}_interval_high", high, show=False)

# %% [markdown]
# **See.** At the rate of the study none of the three had got far. At its own best rate each does better, and the frozen trunk gains by
# far the most:
#
# | test accuracy at its own best rate | mean of five runs, quick budget | mean of five runs, full budget | lead over training from scratch, full budget (ends of the 95 % interval, means of five runs) |
# |---|---|---|---|
# | from scratch | 0.994 | 0.994 | |
# | frozen | 0.993 (0.79 at the rate of the study) | 0.995 (0.87 at the rate of the study) | 0.0004 to 0.0027 |
# | fine-tuned | 0.996 | 0.997 | 0.0022 to 0.0041 |
#
# **Explain.** The trunk's features were useful all along; the slow head hid this. With the same search for
# everybody, a borrowed trunk makes a difference of a few thousandths here. That is less than at the common
# rate, where part of the gain came from training from scratch at a rate that did not suit it; and it is
# more certain, since single seeds scatter less. In five runs
# at the quick budget, with six seeds each, fine-tuning was ahead by 0.001 to 0.003, with an
# interval that contained 0 in two of them. The frozen trunk was level with training from scratch in four of them, with intervals that contained 0. In the fifth
# it was 0.009 behind: there, 0.01 had looked the best rate for it. A choice is only as good as the
# images that it is based on. (At the full budget the interval of fine-tuning lay above 0 in all five
# runs, that of the frozen trunk in three: those in which
# 0.01 had looked the best rate for training from scratch, and not 0.1.)
#
# ### Experiment: a head that learns ten times as fast
#
# A new head has everything to learn, a trained trunk little. Instead of freezing the trunk for some epochs, many people
# train all layers from the start and give the head a higher learning rate. In plain SGD a rate ten times as
# high is the same as a gradient ten times as long, so a few lines are enough. The head gets the same three rates as above, the
# trunk a tenth of each; 20 epochs, as for everybody.
#
# **Predict.** Will this beat freezing first and fine-tuning afterwards?


# %% tags=["experiment", "nbval-ignore-output"]
class HeadTenTimes(keras.optimizers.SGD):
    """Plain SGD, with ten times the learning rate for the last layer's kernel and bias."""

    def apply(self, grads, trainable_variables=None):
        *of_trunk, kernel, bias = grads
        super().apply([*of_trunk, 10 * kernel, 10 * bias], trainable_variables)


training.set_seed()
two_rates = many_networks(len(SEEDS), SIZES)
two_rates.compile(optimizer=HeadTenTimes(), loss=BINARY)
by_head_rate = {}
for rate in RATES:
    two_rates.set_weights(borrowed)
    two_rates.optimizer.learning_rate = rate / 10 * len(SEEDS)
    train(two_rates, x_small, y_small, 20)
    by_head_rate[rate] = accuracies_of(two_rates)
    print(f"head {rate:g}, trunk {rate / 10:g}: {by_head_rate[rate]['to choose by'].mean():.4f} to choose by")
rate, found = best_of(by_head_rate)
low, high = paired_interval(found, best["fine-tuned"][1])
print(f"chosen: {rate:g} for the head; test accuracy {found.mean():.4f}")
print(
    f"less fine-tuned at its best rate: mean {(found - best['fine-tuned'][1]).mean():+.4f}, "
    f"95 % interval {low:+.4f} to {high:+.4f}"
)
runs.record("accuracy_with_a_fast_head", found.mean(), show=False)
runs.record("fast_head_minus_fine_tuned", (found - best["fine-tuned"][1]).mean(), show=False)

# %% [markdown]
# **Explain.** With a fast head all layers can be trained from the start, without a frozen phase and a second `compile`. It mostly comes close
# to freezing first: the mean difference lay between −0.0008 and 0.0003 in four of five runs, was −0.0064 in the fifth, and between −0.0017 and −0.0007 at the full budget. Look at the
# lowest rate: a trunk at $10^{-4}$ and a head at $10^{-3}$ have learned little after 20 epochs.
#
# When you fine-tune, the trunk is only a starting point, and training moves on from it. Read your intervals. Where one contains 0, this study
# has not shown that the trunk helps, however good the mean looks. Where it lies above 0, the trunk helps on average, by about the amount
# that you see. Even then, many single seeds go the other way. At the common rate a few seeds reach the gain of the published run
# (the share is printed above the plot of the study), so that run proves nothing on its own.
#
# One thing that no interval of this study shows is the luck of network A itself. In five runs,
# each with a network A of its own and nearly the same draws of 200 images, the mean gain of fine-tuning at the common rate
# ranged from −0.001 to 0.008, and each of the five intervals contained 0. At the full budget it ranged from 0.005 to 0.009, and two of five intervals
# contained 0.
#
# ### Experiment: a hasty network A
#
# A confession: the settings of network A above are not the first that were tried for this notebook. With a
# learning rate of $10^{-3}$ and few epochs there was no gain, and the settings were changed until fine-tuning had a
# chance. The verdict depends on network A. If you try settings until you like the result, and report only the last
# ones, you have picked a winner. So here is a network A like the first.
#
# **Predict.** What if the owner of network A had been in a hurry, with a tenth of the learning rate and fewer
# epochs and images? Will the trunk still help?

# %% tags=["experiment", "nbval-ignore-output"]
training.set_seed()
hasty = keras.models.clone_model(network_a)
hasty.compile(optimizer=keras.optimizers.SGD(learning_rate=1e-3), loss="sparse_categorical_crossentropy")
hasty.fit(xa[:6_000], ya[:6_000], epochs=training.budget(full=4, quick=2), verbose=0)
of_hasty = accuracies_after(
    [*copies(hasty.get_weights()[:-2], len(SEEDS)), *new[-2:]], *METHODS["fine-tuned"]
)["test"]
low, high = paired_interval(of_hasty, scratch)
print(
    f"fine-tuned on the hasty trunk − from scratch: mean {(of_hasty - scratch).mean():+.4f}, 95 % interval {low:+.4f} to {high:+.4f}"
)
print(f"it wins in {share_of_wins(of_hasty, scratch):.0%} of the seeds")
runs.record("gain_with_a_hasty_network_a", (of_hasty - scratch).mean(), show=False)
runs.record("share_of_seeds_won_with_a_hasty_network_a", share_of_wins(of_hasty, scratch), show=False)

# %% [markdown] tags=["covers-29"]
# **Explain.** The same method and the same task, but a different network A, and a different verdict: this trunk falls behind
# the better one. (In five runs its mean gain ranged from −0.015 to 0.003; at the full budget from −0.009 to 0.003.) "Transfer learning helps"
# is not a law; it is a finding about one trunk, one task and one way of training.
#
# **Go further.** For some methods the best of the three rates was the highest one. Add 0.3 and 1 for all of them. Or give task B 2,000
# images. What is left of the differences?
#
# ### Exercise 8: The honest sentence (3 points, in words)
#
# A colleague ran each method once, with one seed, and writes: "Transfer learning raises the accuracy from
# 0.9695 to 0.9925, that is, three quarters of all errors vanish." You have run the study. In four to seven
# sentences:
#
# 1. Why does a single pair of runs not support that sentence?
# 2. Write the sentence that *your* numbers allow, with mean difference, interval, number of seeds, and the
#    share of seeds that fine-tuning won.
# 3. Name two things that your interval says nothing about, because all seeds had them in common.

# %% [markdown] nbgrader={"grade": true, "grade_id": "honest-sentence", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# A single pair is one draw from a distribution: another 200 images and another head give another
# difference. In our study the differences of single seeds are scattered by as much as their mean or more, and
# some seeds show the opposite sign. A gain of 0.023 may occur, among the luckier seeds; and whoever ran
# several might have reported the best.
#
# The honest sentence, with the numbers that the notebook printed in place of the dots: "With 200 images of sandals and
# shirts, fine-tuning the trunk of network A changed the test accuracy by … on average over … seeds, compared with
# training from scratch (95 % interval … to …); it was better in … % of the seeds." If the interval contains 0: "We have
# not shown that it helps."
#
# All seeds had the same network A (one of several that were tried; a hasty one gave another verdict), the
# same pair of classes, the same architecture, learning rate and number of epochs, and the same test
# images. The interval says nothing about others.
#
# ### BEGIN MARK SCHEME
# - 1 point: one pair is one draw; it compares the spread of a single seed's difference with the mean
#   difference, or says that single seeds show gains of either sign. (Half a point for "it could be luck".)
# - 1 point: a sentence with mean difference, interval, number of seeds and share of wins, in agreement with the
#   student's own output, and claiming no more ("on average", "in this setting"; no gain claimed where the interval
#   contains 0). Half a point where one of the four is missing.
# - 1 point: two of: network A, the pair of classes, architecture, learning rate, number of epochs, number of
#   images, the test set. (Half a point for one.)
#
# The interval is for the *mean* difference: "95 % of seeds lie in it" loses half a point. Figures other than those
# of the model answer are right if the student's notebook printed them.
# ### END MARK SCHEME

# %% [markdown]
# ## 4 A convolutional network of your own
#
# So far an image was a row of 784 numbers, and a dense layer does not know which of them are neighbours. A **convolution** does. It has
# small filters, here of 3 × 3 pixels. A filter is laid over every position in the image in turn; there
# it multiplies the pixels by its weights, adds up the products, and adds a bias. The weights are the
# same at every position:
#
# $$z_{r,c,f} = b_f + \sum_{i=0}^{2} \sum_{j=0}^{2} \sum_{k} w_{i,j,k,f}\; x_{r+i-1,\,c+j-1,\,k}$$
#
# The outputs of filter $f$ at all positions form an image again, a **feature map**. The channels $k$
# are the colours of the image at first, and later the feature maps of the layer below.
#
# - **Padding.** At the edge, part of the filter hangs over. `padding="same"` puts zeros there, so that a map is as large as
#   the image. The default, `"valid"`, leaves those positions out: a filter of 3 × 3 costs two rows and two
#   columns.
# - **Pooling.** `MaxPooling2D(2)` keeps the largest value of each square of 2 × 2: the maps become half as high and half as wide, rounded down
#   (if the number of rows is odd, the last one is dropped).
# - **Counting.** $F$ filters of $s \times s$ pixels on $C$ channels have $(s^2 C + 1)\, F$ parameters, however large the image is. A
#   dense layer with $n$ inputs and $m$ units has $(n + 1)\, m$. Pooling has none.
#
# Here is a network for colour images of 30 × 21 pixels and five classes:
#
# | layer | gives | parameters |
# |---|---|---|
# | image | 30 × 21 × 3 | |
# | convolution, 8 filters | 30 × 21 × 8 | (9 · 3 + 1) · 8 = 224 |
# | pooling | 15 × 10 × 8 | 0 |
# | convolution, 16 filters | 15 × 10 × 16 | (9 · 8 + 1) · 16 = 1,168 |
# | pooling | 7 × 5 × 16 | 0 |
# | flatten | 560 | 0 |
# | dense, 5 units | 5 | (560 + 1) · 5 = 2,805 |
# | **total** | | **4,197** |
#
# A dense layer in place of the first convolution, with as many outputs, would have more than nine million parameters.
#
# ### Exercise 9: A small convnet (3 points)
#
# 1. Write `small_convnet(input_shape, n_classes, filters)`, which builds such a network. For each number in `filters`, however many there are, it has a convolution
#    with that many filters of 3 × 3 pixels, `padding="same"` and ReLU, followed by max pooling over
#    squares of 2 × 2. Then the maps are flattened, and a dense layer without activation function gives
#    one logit for each class.
# 2. Write `convnet_parameters(input_shape, n_classes, filters)`: how many parameters that network has, by arithmetic.
#    (`small_convnet(…).count_params()` tells you whether you counted right.)


# %% nbgrader={"grade": false, "grade_id": "small-convnet", "locked": false, "schema_version": 3, "solution": true, "task": false}
def small_convnet(input_shape, n_classes, filters):
    """A convolutional network with new weights, not compiled.

    Args:
        input_shape: height, width and channels of an image.
        n_classes: number of logits.
        filters: the number of filters of each convolution, the lowest layer first; at least one.

    Returns:
        A Keras model of Keras' own layers, Sequential or Functional, from (batch, *input_shape) to (batch, n_classes).
    """
    ### BEGIN SOLUTION
    blocks = []
    for n_filters in filters:
        blocks.append(keras.layers.Conv2D(n_filters, 3, padding="same", activation="relu"))
        blocks.append(keras.layers.MaxPooling2D(2))
    return keras.Sequential(
        [keras.Input(shape=input_shape), *blocks, keras.layers.Flatten(), keras.layers.Dense(n_classes)]
    )
    ### END SOLUTION


def convnet_parameters(input_shape, n_classes, filters):
    """How many parameters `small_convnet` with the same arguments has, a whole number."""
    ### BEGIN SOLUTION
    height, width, channels = input_shape
    total = 0
    for n_filters in filters:
        total += (9 * channels + 1) * n_filters
        height, width, channels = height // 2, width // 2, n_filters
    return total + (height * width * channels + 1) * n_classes
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "small-convnet-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("A small convnet", points=3) as exercise:
    rng = np.random.default_rng()

    def dense_after(shapes, inputs, units):
        """The shapes of the convolutions' weights, and those of a dense layer on so many inputs."""
        return [*shapes, (inputs, units), (units,)]

    def of_convolutions(channels, filters, size=3):
        """The shapes of the weights of convolutions, one after the other."""
        pairs = pairwise([channels, *filters])
        return [shape for below, above in pairs for shape in ((size, size, below, above), (above,))]

    def built(input_shape, n_classes, filters):
        """The student's network, with its weights made."""
        given = list(filters)
        network = small_convnet(input_shape, n_classes, given)
        expect.builtin_model(network, "the model that small_convnet returns")
        expect.true(
            not network.compiled,
            "the model that small_convnet returns is not compiled",
            cause="small_convnet compiles it",
            step="Leave compile to whoever trains it.",
        )
        expect.equal(
            given,
            filters,
            "the list of filters after the call",
            cause="small_convnet changes the list of whoever calls it",
            step="Read the list with a loop or slices, without pop, sort or reverse.",
        )
        outputs = network(np.zeros((2, *input_shape), "float32"))
        expect.shape(
            outputs,
            (2, n_classes),
            f"the outputs for two images of {input_shape}, with n_classes={n_classes}",
            cause="the maps are not flattened before the dense layer, or it has another number of units",
            step="End with keras.layers.Flatten() and keras.layers.Dense(n_classes).",
        )
        expect.equal(
            network.input_shape[1:],
            input_shape,
            "the shape of the images that the network takes",
            mistakes={"height and width are exchanged": (input_shape[1], input_shape[0], input_shape[2])},
            step="Begin with keras.Input(shape=input_shape).",
        )
        return network

    with exercise.part("layers of the right shapes", points=1):
        # both sides leave a remainder of 1 when they are halved, and again when they are quartered
        high, wide = (4 * int(number) + 3 for number in rng.permutation(np.arange(2, 6))[:2])
        channels, classes = int(rng.integers(2, 5)), int(rng.integers(3, 8))
        # falling, so that sorting shows
        top, low = (int(number) for number in np.sort(rng.permutation(np.arange(5, 9))[:2]))
        shapes = of_convolutions(channels, [low, top])
        places = (high // 4) * (wide // 4)
        expect.equal(
            [
                tuple(array.shape)
                for array in built((high, wide, channels), classes, [low, top]).get_weights()
            ],
            dense_after(shapes, places * top, classes),
            f"the shapes of the weights for images of {(high, wide, channels)}, {classes} classes and filters {[low, top]}",
            mistakes={
                'padding is not "same": each convolution cuts two rows and two columns off': dense_after(
                    shapes, (((high - 2) // 2 - 2) // 2) * (((wide - 2) // 2 - 2) // 2) * top, classes
                ),
                "there is no pooling": dense_after(shapes, high * wide * top, classes),
                "there is pooling once only, not behind each convolution": dense_after(
                    shapes, (high // 2) * (wide // 2) * top, classes
                ),
                'sizes are rounded up where they are halved: pooling has padding="same", or strides of 2 replace it': dense_after(
                    shapes, -(-high // 4) * -(-wide // 4) * top, classes
                ),
                "each map was averaged or reduced to one number: flatten the maps instead": dense_after(
                    shapes, top, classes
                ),
                "the layers have no biases: leave use_bias out": [*shapes[::2], (places * top, classes)],
                "the dense layer is missing its bias": [*shapes, (places * top, classes)],
                "the numbers of filters were taken in another order than that of `filters`": dense_after(
                    of_convolutions(channels, [top, low]), places * low, classes
                ),
                "the filters have 2 × 2 pixels; that is the size of the pooling squares": dense_after(
                    of_convolutions(channels, [low, top], 2), places * top, classes
                ),
            },
            step='For each number of `filters`: Conv2D(number, 3, padding="same", activation="relu"), then MaxPooling2D(2).',
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("what it computes, with one convolution and with three", points=1):

        def convolved(maps, kernel, bias):
            padded = np.pad(maps, ((0, 0), (1, 1), (1, 1), (0, 0)))
            windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
            return np.einsum("nrckij,ijkf->nrcf", windows, kernel) + bias

        def pooled(maps, reduce):
            n, rows, columns, channels = maps.shape
            whole = maps[:, : rows // 2 * 2, : columns // 2 * 2]
            return reduce(whole.reshape(n, rows // 2, 2, columns // 2, 2, channels), axis=(2, 4))

        def relu(z):
            return np.maximum(z, 0)

        def linear(z):
            return z

        def logits_with(arrays, maps, reduce=np.max, bend=relu, pool_first=False):
            for kernel, bias in zip(arrays[:-2:2], arrays[1:-2:2], strict=True):
                if pool_first:
                    maps = bend(convolved(pooled(maps, reduce), kernel, bias))
                else:
                    maps = pooled(bend(convolved(maps, kernel, bias)), reduce)
            return maps.reshape(len(maps), -1) @ arrays[-2] + arrays[-1]

        def softmax(z):
            powers = np.exp(z - z.max(axis=1, keepdims=True))
            return powers / powers.sum(axis=1, keepdims=True)

        # in an order of their own, neither rising nor falling
        small, medium, large = (int(number) for number in np.sort(rng.permutation(np.arange(2, 8))[:3]))
        for filters in ([medium], [medium, *(int(number) for number in rng.permutation([small, large]))]):
            depth = len(filters)
            high, wide = (int(number) for number in rng.integers(9, 14, size=2))
            channels, classes = int(rng.integers(1, 4)), int(rng.integers(2, 6))
            candidate = built((high, wide, channels), classes, filters)
            features = (high // 2**depth) * (wide // 2**depth) * filters[-1]
            shapes = dense_after(of_convolutions(channels, filters), features, classes)
            expect.equal(
                len(candidate.get_weights()),
                len(shapes),
                f"the number of weight arrays (two for each convolution, two for the dense layer) for filters {filters}",
                cause="there is not one convolution for each number in `filters`, or there are other layers with weights, or "
                "layers without biases",
                step="Take all numbers from `filters`, however many there are.",
            )
            expect.equal(
                [tuple(array.shape) for array in candidate.get_weights()],
                shapes,
                f"the shapes of the weights for images of {(high, wide, channels)}, {classes} classes and filters {filters}",
                mistakes={
                    f"the numbers of filters were taken in another order than that of `filters`, {order}": dense_after(
                        of_convolutions(channels, other), features // filters[-1] * other[-1], classes
                    )
                    for order, other in (
                        ("the smallest first", sorted(filters)),
                        ("the largest first", sorted(filters, reverse=True)),
                    )
                },
                cause="an argument is not used, or a layer is missing or of another size than was asked for",
                step="Take the size of the images, the classes and the filters from the arguments, and look at network.summary().",
            )
            expect.true(
                all(array.std() > 1e-6 for array in candidate.get_weights()[::2]),
                "all kernels begin with random weights",
                got="weights that are all the same",
                step="Leave kernel_initializer out: the layers draw their weights.",
            )
            expect.equal(
                len(candidate.trainable_variables),
                len(shapes),
                f"the number of trainable weight arrays for filters {filters}: all of them",
                cause="some layers are frozen",
                step="Leave `trainable` alone: this network is trained from scratch.",
            )
            # kernels that keep the size of the values, and biases that move them
            arrays = [
                rng.normal(0, np.sqrt(2 / np.prod(shape[:-1])) if len(shape) > 1 else 0.3, size=shape)
                for shape in shapes
            ]
            batch = rng.normal(size=(8, high, wide, channels)).astype("float32")
            # logits of both signs for every class, so that a ReLU shows
            arrays[-1] -= logits_with(arrays, batch).mean(axis=0)
            candidate.set_weights(arrays)
            right = logits_with(arrays, batch)
            expect.close(
                candidate(batch),
                right,
                f"the logits for eight images, with filters {filters} and weights that the test has set",
                rtol=1e-3,
                atol=1e-4,
                mistakes={
                    "the squares are averaged; max pooling takes the largest value": logits_with(
                        arrays, batch, np.mean
                    ),
                    "the convolutions have no activation function": logits_with(arrays, batch, bend=linear),
                    "pooling comes before the convolution, not behind it": logits_with(
                        arrays, batch, pool_first=True
                    ),
                    "the output has a softmax; logits were asked for": softmax(right),
                    "the output has a ReLU; logits were asked for": relu(right),
                },
                step='Conv2D with activation="relu", then MaxPooling2D(2), in this order; the last layer has no activation.',
            )
            expect.close(
                candidate(batch, training=True),
                right,
                "the same logits in training mode",
                rtol=1e-3,
                atol=1e-4,
                cause="there is a layer that works otherwise in training, such as dropout",
                step="Convolutions, pooling, Flatten and one Dense layer, and nothing else.",
            )
            expect.equal(
                len(candidate.losses),
                0,
                "the number of penalties that the model adds to the loss",
                cause="there is a regulariser, which nobody asked for",
                step="Leave kernel_regularizer out.",
            )
    with exercise.part("the parameters, counted", points=1):
        for depth in (2, 3, 1):
            filters = [int(number) for number in rng.permutation(np.arange(4, 20))[:depth]]
            # every halving leaves a remainder, so that rounding shows; and no image is square
            high, wide = (8 * int(number) + 7 for number in rng.permutation(np.arange(2, 8))[:2])
            channels, classes = int(rng.integers(2, 6)), int(rng.integers(11, 30))
            layers = list(pairwise([channels, *filters]))
            kernels = sum(9 * below * above for below, above in layers)
            features = (high // 2**depth) * (wide // 2**depth) * filters[-1]
            rounded_up = -(-high // 2**depth) * -(-wide // 2**depth) * filters[-1]
            cut = [high, wide]
            for _ in filters:
                cut = [(size - 2) // 2 for size in cut]
            convolutions, dense = kernels + sum(filters), (features + 1) * classes
            given = list(filters)
            expect.close(
                convnet_parameters((high, wide, channels), classes, given),
                convolutions + dense,
                f"the number of parameters for images of {(high, wide, channels)}, {classes} classes and filters {filters}",
                rtol=0,
                atol=0,
                mistakes={
                    "the biases are missing": kernels + features * classes,
                    "the biases of the convolutions are missing": kernels + dense,
                    "the bias of the dense layer is missing": convolutions + features * classes,
                    "a filter looks at all channels below it: 9 weights for each": sum(
                        10 * above for above in filters
                    )
                    + dense,
                    "a filter has one bias, not one for each channel below it": sum(
                        10 * below * above for below, above in layers
                    )
                    + dense,
                    "pooling halves height and width, which was left out": convolutions
                    + (high * wide * filters[-1] + 1) * classes,
                    "the dense layer is missing": convolutions,
                    "the convolutions are missing": dense,
                    "pooling rounds odd heights and widths down, not up": convolutions
                    + (rounded_up + 1) * classes,
                    'with padding="same" a convolution cuts nothing off': convolutions
                    + (cut[0] * cut[1] * filters[-1] + 1) * classes,
                },
                step="(9 · channels + 1) · filters for each convolution; halve height and width with //; at the end (inputs + 1) · classes.",
            )
            expect.equal(
                given,
                filters,
                "the list of filters after the call of convnet_parameters",
                cause="convnet_parameters changes the list of whoever calls it",
                step="Read the list with a loop or slices, without pop, sort or reverse.",
            )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-30"]
# ## 5 A network that has seen a million photographs
#
# ImageNet's networks were trained on 1.3 million photographs of 1,000 classes. Their trunks are called
# **backbones**. `course_utils.backbones` loads one without its head. The next line chooses one; you may
# change it:

# %% tags=["experiment"]
BACKBONE = (
    "efficientnet_lite0"  # or "mobilenet", "mobilenet_v2", "xception": downloaded by Keras at first use
)

# %% [markdown] tags=["covers-47"]
# EfficientNet-Lite0, a variant of EfficientNet (Tan and Le, 2019), comes in a Python package and needs no download. The others are those
# of `keras.applications`, as you will meet them elsewhere: `keras.applications.Xception(weights="imagenet",
# include_top=False)`.
#
# The new task is as far from photographs as can be: handwritten digits of 8 × 8 grey pixels.
#
# ### Exercise 10: Digits as photographs (2 points)
#
# A backbone expects colour images of a decent size with values from 0 to 255. Write `to_colour(images,
# factor)`: each pixel becomes a square of `factor` × `factor` pixels, grey values from 0 to 16 become 0 to
# 255, and all three colours are equal. (`np.repeat` repeats along one axis.)


# %% nbgrader={"grade": false, "grade_id": "to-colour", "locked": false, "schema_version": 3, "solution": true, "task": false}
def to_colour(images, factor):
    """Small grey images as larger colour images.

    Args:
        images: array (n, height, width) with values from 0 to 16.
        factor: how many times as high and as wide the result is.

    Returns:
        Array (n, height * factor, width * factor, 3), float32, with values from 0 to 255.
    """
    ### BEGIN SOLUTION
    larger = np.repeat(np.repeat(images, factor, axis=1), factor, axis=2)
    return np.stack([larger * (255 / 16)] * 3, axis=-1).astype("float32")
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "to-colour-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("Digits as photographs", points=2) as exercise:
    rng = np.random.default_rng()
    small = rng.integers(0, 17, size=(4, 3, 5)).astype("uint8")
    small[:, 0, 0] = 16

    with exercise.part("the shape", points=1):
        expect.shape(
            to_colour(small.copy(), 2),
            (4, 6, 10, 3),
            "to_colour of 4 images of 3 × 5 pixels with factor 2",
            step="Repeat along axes 1 and 2, then stack three times along a new last axis.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("the values", points=1):
        for factor in (2, 3):
            blocks = np.kron(small.astype(float), np.ones((1, factor, factor)))
            colours = np.repeat(blocks[..., None], 3, axis=-1)
            tiled = np.repeat(np.tile(small.astype(float), (1, factor, factor))[..., None], 3, axis=-1)
            given = small.copy()
            found = to_colour(given, factor)
            expect.equal(
                given,
                small,
                f"the argument `images` after the call with factor {factor}",
                cause="to_colour changes the images of whoever calls it",
                step="Multiply into a new array.",
            )
            expect.close(
                found,
                colours * 255 / 16,
                f"to_colour of 4 images with factor {factor}",
                rtol=1e-5,
                atol=1e-3,
                mistakes={
                    "the values still go from 0 to 16": colours,
                    "the values go from 0 to 1": colours / 16,
                    "the values go to 256, one too far": colours * 16,
                    "the images are repeated as a whole, side by side": tiled * 255 / 16,
                    "whole numbers overflowed: multiply by a float, not in uint8": (
                        (colours.astype("uint8") * np.uint8(255)) / 16
                    ),
                },
                step="np.repeat(images, factor, axis=1) repeats each row; np.tile repeats the whole image.",
            )
            expect.equal(found.dtype, np.dtype("float32"), "the dtype", step="End with .astype('float32').")
        dark = rng.integers(0, 9, size=(3, 4, 2)).astype("float64")
        dark[:, 0, 0] = rng.permutation([9, 10, 11])  # of each image another largest value
        before = dark.copy()
        found = to_colour(dark, 2)
        expect.equal(
            dark,
            before,
            "the argument `images` after the call",
            cause="to_colour changes the images of whoever calls it",
            step="Multiply into a new array.",
        )
        bright = np.repeat(np.kron(before, np.ones((1, 2, 2)))[..., None], 3, axis=-1)
        per_image = bright.max(axis=(1, 2, 3), keepdims=True)
        expect.close(
            found,
            bright * 255 / 16,
            "to_colour of 3 images whose values stay below 12",
            rtol=1e-5,
            atol=1e-3,
            mistakes={
                "values are divided by the largest of all images; 16 is white in all of them": bright
                * 255
                / max(bright.max(), 1),
                "each image is divided by its own largest value; 16 is white in all of them": bright
                * 255
                / np.maximum(per_image, 1),
            },
            step="Multiply by 255 / 16, whatever the images hold.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-47"]
# ### Exercise 11: The trainable share (3 points)
#
# 1. Write `trainable_share(model)`: the number of trainable parameters divided by the number of all
#    parameters. (`model.trainable_variables` lists the trainable arrays; each has a `.shape`.)
# 2. Xception without its head has 20,861,480 parameters and ends with 2,048 features. It is frozen, and a `Dense`
#    head for ten classes is put on top of it. How many parameters does the head have (`head_parameters`), and
#    what percentage of all parameters is trainable (`percent_trainable`, to three decimal places)?


# %% nbgrader={"grade": false, "grade_id": "trainable-share", "locked": false, "schema_version": 3, "solution": true, "task": false}
def trainable_share(model):
    """The share of a model's parameters that `fit` would train, a number from 0 to 1."""
    ### BEGIN SOLUTION
    trainable = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
    return trainable / model.count_params()
    ### END SOLUTION


# head_parameters = …
# percent_trainable = …
### BEGIN SOLUTION
head_parameters = (2048 + 1) * 10
percent_trainable = round(100 * head_parameters / (20_861_480 + head_parameters), 3)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "trainable-share-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("The trainable share", points=3) as exercise:
    rng = np.random.default_rng()
    with exercise.part("a frozen layer under a trainable one", points=1):
        a, b, c = (int(size) for size in rng.permutation([5, 7, 9, 13])[:3])
        # a share of arrays, 2 of 3, is no share of layers, 1 of 2
        model = keras.Sequential(
            [keras.Input(shape=(a,)), keras.layers.Dense(b, use_bias=False), keras.layers.Dense(c)]
        )
        model.layers[0].trainable = False
        lower, upper = a * b, (b + 1) * c
        expect.close(
            trainable_share(model),
            upper / (lower + upper),
            f"the trainable share of {a}-{b}-{c} with a frozen first layer",
            mistakes={
                "this is the share that is frozen": lower / (lower + upper),
                "this is a percentage, not a share": 100 * upper / (lower + upper),
                "this is the number of trainable parameters, not yet divided": upper,
                "trainable parameters were divided by the frozen ones, not by all": upper / lower,
                "this counts arrays, not their entries": 2 / 3,
                "this counts layers, not their parameters": 1 / 2,
            },
            step="Add up the sizes of all trainable arrays, and divide by model.count_params().",
        )
        expect.equal(
            [layer.trainable for layer in model.layers],
            [False, True],
            "which layers of the model are trainable after the call",
            cause="trainable_share freezes or unfreezes layers",
            step="Count, and change nothing.",
        )
    with exercise.part("the answers are numbers", points=0):
        expect.shape(head_parameters, (), "head_parameters", step="Assign one number.")
        expect.shape(percent_trainable, (), "percent_trainable", step="Assign one number.")
    ### BEGIN HIDDEN TESTS
    with exercise.part("a convolution and batch normalisation", points=1):
        model = keras.Sequential(
            [
                keras.Input(shape=(4, 4, a)),
                keras.layers.Conv2D(b, 3, use_bias=False),
                keras.layers.BatchNormalization(),
                keras.layers.Dense(c, trainable=False),
            ]
        )
        convolution = 9 * lower
        total = convolution + 4 * b + upper
        expect.close(
            trainable_share(model),
            (convolution + 2 * b) / total,
            f"the trainable share of a convolution of {b} filters on {a} channels, batch normalisation and a frozen head of {c} units",
            mistakes={
                "the moving averages of batch normalisation are not trained by gradients": (
                    convolution + 4 * b
                )
                / total,
                "scale and shift of batch normalisation are trainable": convolution / total,
                "the kernel of a convolution has four axes, and all of them count": 5 * b / total,
                "this is the share that is frozen": (2 * b + upper) / total,
                "this counts arrays, not their entries": 3 / 7,
                "this counts layers, not their parameters": 2 / 3,
            },
            step="Go through model.trainable_variables; do not ask layers for `trainable`.",
        )
    with exercise.part("Xception and its head", points=1):
        expect.equal(
            head_parameters,
            20_490,
            "head_parameters",
            describe="a whole number",
            mistakes={
                "the biases are missing": 20_480,
                "there is a bias for each unit, not for each feature": 2_048 * 11,
                "there are ten units, not 1,000": 2_049_000,
            },
            step="(inputs + 1) × units.",
        )
        exact = 100 * 20_490 / (20_861_480 + 20_490)
        expect.close(
            percent_trainable,
            exact,
            "percent_trainable",
            rtol=0,
            atol=0.0006,
            describe="a percentage to three decimals",
            mistakes={
                "this is a share; a percentage is a hundred times as much": exact / 100,
                "this is the percentage that is frozen": 100 - exact,
                "this is rounded to too few decimals": 0.1,
            },
            step="100 × head / (backbone + head).",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown]
# ### Experiment: load the backbone
#
# **Predict.** How many numbers does the backbone turn an image of 80 × 80 pixels into, after averaging each
# feature map?

# %% tags=["experiment", "nbval-ignore-output"]
digits = data.load("digits")
N_DIGITS = training.budget(full=1797, quick=200)
grey = np.concatenate([digits.x_train, digits.x_test])[:N_DIGITS]
digit_labels = np.concatenate([digits.y_train, digits.y_test])[:N_DIGITS].astype("int32")
photographs = to_colour(grey, 10)

backbone = backbones.load(BACKBONE, (80, 80, 3))
pooled = keras.layers.GlobalAveragePooling2D()(backbone.model.output)
extractor = keras.Model(backbone.model.input, pooled)
print(f"{backbone.name}, weights from {backbone.source}")
print(f"{backbone.model.count_params():,} parameters; {extractor.output_shape[1]:,} features of an image")
plots.show(
    plots.image_grid(photographs[:10] / 255, [str(label) for label in digit_labels[:10]]),
    alt="Ten handwritten digits, coarse squares of grey on black.",
)

# %% [markdown] tags=["covers-48"]
# **Explain.** The last block of a backbone outputs one small map for each feature, and averaging turns
# each map into one number. How many features there are depends on the backbone, not on the size of the
# image.
#
# **Go further.** Load it for images of 160 × 160 pixels, with `to_colour(grey, 20)`. Is the number of features the same?
#
# ### Experiment: a head on frozen features
#
# While the backbone is frozen, the features of an image never change, just as in section 3. So compute them **once**,
# and train the head on the features: that takes seconds instead of minutes. 40 % of the digits are for training and
# 60 % for testing, split afresh for each of several seeds.
#
# To be honest about what ImageNet contributes, we add two controls: the same head on the **raw 64 pixels**, and on
# the features of the *same architecture with random weights*.
#
# **Predict.** Rank the three.


# %% tags=["experiment", "nbval-ignore-output"]
def outputs_of(model, images):
    """What a model gives at inference, about 80 images at a time. (Called directly: nothing to compile.)"""
    batches = np.array_split(images, max(1, len(images) // 80))
    return np.concatenate([model(batch, training=False) for batch in batches])


training.set_seed()
SPLITS = training.seeds(training.budget(full=20, quick=8))
HEAD_EPOCHS = training.budget(full=40, quick=20)
pictures = backbone.preprocess(photographs)
n_train = int(0.4 * N_DIGITS)
orders = draws(SPLITS, N_DIGITS, N_DIGITS)
train_rows, test_rows = orders[:n_train], orders[n_train:]
inputs_of_heads = {
    "raw pixels": grey.reshape(N_DIGITS, -1).astype("float32"),
    "random backbone": outputs_of(keras.models.clone_model(extractor), pictures),
    "ImageNet backbone": outputs_of(extractor, pictures),
}
head_accuracies = {}
for name, rows in inputs_of_heads.items():
    # a mean and a standard deviation of each split's training rows, the same for all inputs
    rows_train, rows_test = rows[train_rows], rows[test_rows]
    offset, scale = (part(rows_train, axis=(0, 2), keepdims=True) for part in (np.mean, np.std))
    sizes = (rows.shape[1], 10)
    heads = many_networks(len(SPLITS), sizes)
    heads.set_weights(initial_weights(SPLITS, sizes))
    heads.compile(
        optimizer=keras.optimizers.Adam(learning_rate=1e-2),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    train(heads, (rows_train - offset) / scale, digit_labels[train_rows], HEAD_EPOCHS)
    found = np.argmax(heads((rows_test - offset) / scale), axis=-1) == digit_labels[test_rows]
    head_accuracies[name] = found.mean(axis=0)
    print(f"{name:>17}: test accuracy {found.mean():.3f} ± {head_accuracies[name].std(ddof=1):.3f}")
    runs.record(f"digits_accuracy_{name.lower().replace(' ', '_')}", found.mean(), show=False)
of_imagenet = head_accuracies["ImageNet backbone"]
distances = {
    f"ImageNet backbone − {other}": of_imagenet - head_accuracies[other]
    for other in ("raw pixels", "random backbone")
}
intervals = {
    f"ImageNet backbone − {other}": paired_interval(of_imagenet, head_accuracies[other])
    for other in ("raw pixels", "random backbone")
}
for name, (low, high) in intervals.items():
    print(f"{name}: 95 % interval {low:+.4f} to {high:+.4f} over {len(SPLITS)} splits")
plots.show(
    plots.paired_differences(distances, intervals, "difference in test accuracy, one point a split", True),
    alt="Difference in test accuracy, ImageNet's features minus raw pixels and minus the features of random weights, one "
    "point for each split, with means and 95 % intervals, on one scale. Nearly all points lie below 0.",
)
runs.record("digits_imagenet_minus_random", distances["ImageNet backbone − random backbone"].mean())

# %% [markdown] tags=["covers-30"]
# **Explain.** Compare the three, and mind the controls. The step from the random backbone to
# ImageNet's says what the *weights* contribute, to these heads after these epochs; the step from the raw pixels
# says whether the whole detour was worth it. Here both are negative: raw pixels came first, and ImageNet's weights
# last, behind random ones, in each of five runs and at the full budget. With digits of 64 pixels, raw pixels are a strong
# opponent, and a claim about transfer that does not mention it is half a claim.
#
# Why is ImageNet last? Perhaps the heads have not finished learning, or one learning rate does not suit all features. The next
# experiment leaves no such excuse. (The features of the random backbone are tiny, with a standard deviation of about $10^{-13}$: each layer of random weights
# makes them smaller. Only standardising brings them to a size that a head can use.)
#
# **Go further.** Train with five digits of each class only. Which of the three suffers most?
#
# ### Experiment: how many labels, and how near to photographs?
#
# Digits are as far from photographs as can be, and there were several dozen of each. What if the images are
# more like those of ImageNet, or the labels fewer? So here is the same comparison as a **learning curve**: from one label a class up to 200
# (at the quick budget, up to 25), on three data sets:
#
# - **photographs**: CIFAR-10, small colour photographs of animals and vehicles. The cell looks for them in `COURSE_DATA_DIR` and in Keras' cache;
#   at the full budget Keras may download them (170 MB). If it cannot get them, it says so and shows the other two;
# - **clothes**: Fashion-MNIST, grey pictures of things that ImageNet has photographs of, too;
# - **digits**: those of the last experiment.
#
# Each draw takes some labelled images at random, further images for choosing a setting, and yet others for testing. Raw pixels and both
# backbones get the same images. The head is linear, and solved **exactly**, by ridge regression: least squares on the standardised features
# with an $\ell_2$ penalty, in closed form. Then nobody can say that its training had not finished. For
# each input, the penalty is the best of the same three. Standardising uses the mean and the standard
# deviation of all images, which needs no labels.
#
# **Predict.** For each data set, draw three curves against the number of labels: raw pixels, random backbone, ImageNet backbone. Where do they cross?

# %% tags=["experiment", "nbval-ignore-output"]
training.set_seed()
LABELS = training.budget(full=(1, 2, 5, 10, 50, 200), quick=(1, 5, 25))  # labelled images of a class
# images of a class: a third to choose a penalty by, the others for testing
IN_RESERVE = training.budget(full=45, quick=18)
PENALTIES = (0.1, 1.0, 10.0)
DRAWS = training.seeds(training.budget(full=5, quick=6))
SIDE = 64  # pixels, to which photographs and clothes are enlarged

sources = {"clothes": fashion}
try:
    # a download of 170 MB is nothing for the quick budget
    if training.budget(full=True, quick=data.find("cifar10") is not None):
        sources = {"photographs": data.load("cifar10"), **sources}
except data.DataNotFoundError as error:
    print(error)
if "photographs" not in sources:
    print("CIFAR-10 is not on this machine: clothes and digits only.")


def some_of_each_class(labels, n):
    """Rows of the first `n` images of each class."""
    return np.concatenate([np.flatnonzero(labels == label)[:n] for label in np.unique(labels)])


def as_photographs(images):
    """Small images, grey or in colour, with values from 0 to 255, as the backbone takes them."""
    colour = images if images.ndim == 4 else np.repeat(images[..., None], 3, axis=-1)
    return backbone.preprocess(keras.ops.convert_to_numpy(keras.ops.image.resize(colour, (SIDE, SIDE))))


trunk = backbones.load(BACKBONE, (SIDE, SIDE, 3)).model
features_of_side = keras.Model(trunk.input, keras.layers.GlobalAveragePooling2D()(trunk.output))
random_features_of_side = keras.models.clone_model(features_of_side)

of_sources = {}  # of each data set: the three inputs of heads, and the labels
for name, dataset in sources.items():
    labels = np.concatenate([dataset.y_train, dataset.y_test]).astype("int32")
    rows = some_of_each_class(labels, LABELS[-1] + IN_RESERVE)
    images = np.concatenate([dataset.x_train, dataset.x_test])[rows].astype("float32")
    looks = as_photographs(images)
    inputs = {
        "raw pixels": images.reshape(len(images), -1),
        "random backbone": outputs_of(random_features_of_side, looks),
        "ImageNet backbone": outputs_of(features_of_side, looks),
    }
    of_sources[name] = inputs, labels[rows]
    print(f"{name}: {dataset.name}, {len(rows):,} images, from {dataset.source}")
subjects = {**of_sources, "digits": (inputs_of_heads, digit_labels)}


# %% tags=["experiment", "nbval-ignore-output"]
def drawn(labels, seed):
    """Rows of one draw: of labelled images (classes, images), of those to choose by, of those for testing."""
    rng = np.random.default_rng(seed)
    least = np.bincount(labels).min()
    order = np.stack([rng.permutation(np.flatnonzero(labels == label))[:least] for label in range(10)])
    most = max(n for n in LABELS if n <= max(least - IN_RESERVE, 2 * least / 3))
    kept = order[:, most : most + IN_RESERVE]
    third = kept.shape[1] // 3
    return order[:, :most], kept[:, :third].ravel(), kept[:, third:].ravel()


def learning_curve(features, labels):
    """Test accuracies of exact heads, (numbers of labels, draws), not-a-number where there are too few images."""
    spread = features.std(axis=0)
    # a pixel that never changes says nothing
    rows = (features - features.mean(axis=0)) / np.where(spread > 0, spread, 1)
    products = rows @ rows.T / rows.shape[1]
    correct = np.full((2, len(PENALTIES), len(LABELS), len(DRAWS)), np.nan)
    for draw, seed in enumerate(DRAWS):
        of_each_class, to_choose_by, for_testing = drawn(labels, seed)
        numbers = [n for n in LABELS if n <= of_each_class.shape[1]]
        for index, n in enumerate(numbers):
            labelled = of_each_class[:, :n].ravel()
            targets = np.eye(10, dtype="float32")[labels[labelled]] - 0.1
            among = products[np.ix_(labelled, labelled)]
            for place, penalty in enumerate(PENALTIES):
                ridge = penalty * np.eye(len(labelled), dtype="float32")
                weights = linalg.solve(among + ridge, targets, assume_a="pos")
                for part, images in enumerate((to_choose_by, for_testing)):
                    answers = (products[np.ix_(images, labelled)] @ weights).argmax(axis=1)
                    correct[part, place, index, draw] = (answers == labels[images]).mean()
    chosen = correct[0].mean(axis=-1).argmax(axis=0)
    return correct[1, chosen, np.arange(len(LABELS))]


curves = {
    name: {inputs: learning_curve(features, labels) for inputs, features in inputs_of_name.items()}
    for name, (inputs_of_name, labels) in subjects.items()
}
panels = {}
for name, of_inputs in curves.items():
    panels[name] = {
        inputs: (found.mean(axis=1), *np.transpose([paired_interval(row, 0 * row) for row in found]))
        for inputs, found in of_inputs.items()
    }
    print(f"{name}: test accuracy over {len(DRAWS)} draws, and ImageNet − raw pixels with its 95 % interval")
    table = pd.DataFrame({inputs: found.mean(axis=1) for inputs, found in of_inputs.items()}, index=LABELS)
    against_raw = [
        paired_interval(a, b)
        for a, b in zip(of_inputs["ImageNet backbone"], of_inputs["raw pixels"], strict=True)
    ]
    table["ImageNet − raw"] = table["ImageNet backbone"] - table["raw pixels"]
    table["from"], table["to"] = np.transpose(against_raw)
    print(table.rename_axis("labels").dropna().to_string(float_format="{:.3f}".format))
    for n, row in table.dropna().iterrows():
        runs.record(f"{name}_{n}_labels_imagenet_minus_raw", row["ImageNet − raw"], show=False)
    for inputs, accuracy in table.dropna().iloc[-1, :3].items():
        runs.record(f"{name}_most_labels_{inputs.lower().replace(' ', '_')}", accuracy, show=False)
plots.show(
    plots.means_and_intervals(panels, LABELS, "labelled images of a class", "test accuracy"),
    alt="Test accuracy against the number of labelled images of a class, one panel for each data set, with curves for raw pixels, "
    "the random backbone and the ImageNet backbone, and 95 % intervals over draws. All curves rise. On clothes ImageNet and raw pixels "
    "begin close together, on digits raw pixels lie above ImageNet; where there is a panel of photographs, ImageNet lies above both others everywhere.",
)

# %% [markdown]
# **See.** Three data sets, three answers. This is the accuracy with ImageNet's features minus that with raw pixels, at the full budget (means of five runs):
#
# | labels per class | 1 | 2 | 5 | 10 | 50 | 200 |
# |---|---|---|---|---|---|---|
# | photographs | 0.12 | 0.13 | 0.17 | 0.22 | 0.24 | 0.27 |
# | clothes | 0.02 | 0.03 | 0.00 | 0.01 | 0.03 | 0.02 |
# | digits | −0.24 | −0.26 | −0.16 | −0.15 | −0.06 | – |
#
# (There are too few digits for 200 labels a class.) With 200 labels a class, accuracy on photographs is 0.64 with ImageNet's
# features, 0.36 with raw pixels and 0.32 with a random backbone; on clothes it is 0.82, 0.80 and 0.77. (In five runs at the quick budget, with 25 labels, the gain was 0.22 to 0.25 on photographs
# and 0.00 to 0.01 on clothes, where it had been −0.05 to 0.00 with one label; with 5 labels it was −0.19 to −0.14 on digits. These photographs were CIFAR-10's, stored as JPEG files.)
#
# **Explain.** One data set at a time:
#
# - **Photographs.** ImageNet's features win at once, with a single label a class, and their lead grows with the labels: this is what
#   transfer is praised for. The random backbone has the same architecture and is no help, so it is the weights that matter.
# - **Clothes.** ImageNet and raw pixels are a few hundredths apart at most. With 5 or 10 labels a class
#   the two are level, and with one label the draws decide which is ahead, so their curves may cross;
#   the intervals printed above tell you where your run can tell them apart. The weights still count,
#   since the random backbone lies below both.
# - **Digits.** The features are far behind with few labels, and catch up as labels are added; with 50 labels even the random
#   backbone does better (0.95 against 0.87, at the full budget). These heads are exact, so no training
#   was cut short. What tells digits apart is which of the 64 squares are bright and which are dark, and
#   a network made for photographs throws much of that away.
#
# **How near the new images are to the old ones matters more than how many labels you have.** If you
# show only one data set, you show only one answer.
#
# **Go further.** Which classes of the clothes gain most from ImageNet's features? Or take `SIDE = 96`: does more detail move the crossing?
#
# ### Experiment: your convnet beside the backbone
#
# In that comparison only a linear head was trained. Now your network of Exercise 9, with 8 and 16
# filters, is trained **from scratch**, with all the labels
# of the last experiment (200 a class; 25 at the quick budget), on five of its draws, with the same test images. Its opponents are the heads on raw pixels and on
# the frozen backbone, with those labels. The heads chose from three penalties; the convnet chooses from
# three lengths of training, using the same images.
#
# **Predict.** A backbone of millions of parameters that has seen a million photographs, against some
# ten thousand parameters that have seen nothing: which is
# ahead on clothes, which on photographs?

# %% tags=["experiment", "nbval-ignore-output"]
training.set_seed()
FILTERS = (8, 16)
LENGTHS = training.budget(full=(3, 6, 12), quick=(4, 10, 16))  # epochs
N_CONVNETS = 5  # one for each of the first draws


def own_accuracies(images, labels):
    """Test accuracies of convnets trained from scratch, one for each of some draws, at the best of the lengths."""
    network = small_convnet(images.shape[1:], 10, FILTERS)
    network.compile(
        optimizer=keras.optimizers.SGD(learning_rate=0.1),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    network(images[:1])  # makes the weights of one that has no keras.Input
    correct = np.zeros((2, len(LENGTHS), N_CONVNETS))
    for draw, seed in enumerate(DRAWS[:N_CONVNETS]):
        fresh = small_convnet(images.shape[1:], 10, FILTERS)
        fresh(images[:1])
        network.set_weights(fresh.get_weights())
        of_each_class, *others = drawn(labels, seed)
        labelled = of_each_class.ravel()
        for place, epochs in enumerate(np.diff(LENGTHS, prepend=0)):
            train(network, images[labelled], labels[labelled], epochs)
            for part, rows in enumerate(others):
                answers = outputs_of(network, images[rows]).argmax(axis=1)
                correct[part, place, draw] = (answers == labels[rows]).mean()
    return correct[1, correct[0].mean(axis=-1).argmax()]


own_gains, intervals = {}, {}
for name in sources:
    inputs, labels = subjects[name]
    images = inputs["raw pixels"].reshape(len(labels), *sources[name].x_train.shape[1:3], -1)
    images = (images - images.mean()) / images.std()
    found = own_accuracies(images, labels)
    n_labels = drawn(labels, DRAWS[0])[0].shape[1]
    size = convnet_parameters(images.shape[1:], 10, FILTERS)
    print(f"{name}, {n_labels} labels a class, {N_CONVNETS} draws: own convnet {found.mean():.3f}", end="")
    runs.record(f"{name}_own_convnet", found.mean(), show=False)
    for other in ("raw pixels", "ImageNet backbone"):
        opponent = curves[name][other][LABELS.index(n_labels), :N_CONVNETS]
        short = other.split()[0]
        own_gains[f"{name}: own − {short}"] = found - opponent
        intervals[f"{name}: own − {short}"] = paired_interval(found, opponent)
        print(f", {other} {opponent.mean():.3f}", end="")
        runs.record(f"{name}_own_minus_{short.lower()}", (found - opponent).mean(), show=False)
    print(f"\n  parameters: own convnet {size:,}, backbone {features_of_side.count_params():,}")
for name, (low, high) in intervals.items():
    print(f"{name}: mean {own_gains[name].mean():+.3f}, 95 % interval {low:+.3f} to {high:+.3f}")
plots.show(
    plots.paired_differences(own_gains, intervals, "difference in test accuracy, one point a draw", True),
    alt="Difference in test accuracy, the convnet trained from scratch minus heads on raw pixels and minus heads on ImageNet's features, "
    "one point a draw, with means and 95 % intervals, on one scale, for clothes and, where they were found, photographs. On photographs the convnet is behind the backbone.",
)

# %% [markdown]
# **See.** Test accuracy, the mean of five runs at the quick budget (25 labels a class) and at the full budget (200):
#
# | | own convnet | raw pixels | ImageNet backbone |
# |---|---|---|---|
# | clothes, 25 labels | 0.78 | 0.78 | 0.78 |
# | clothes, 200 labels | 0.84 | 0.80 | 0.82 |
# | photographs, 25 labels | 0.27 | 0.24 | 0.47 |
# | photographs, 200 labels | 0.42 | 0.36 | 0.64 |
#
# **Explain.** With 25 labels a class your convnet is not far from the raw pixels, on clothes and on photographs: so few labels hardly teach it to
# use what it can see, namely which pixels are neighbours. On clothes the backbone, with hundreds of times as many parameters, is about level with it; on
# photographs the backbone is far ahead. With 200 labels your convnet leaves the raw pixels behind on both, and on clothes the backbone too, by 0.02. On
# photographs it is as far behind the backbone as before: those features were made for photographs, and 200 labels a class do not teach a
# new network to see. **Labels can do for a network of your own what pretraining does for a borrowed
# one**, and how many it takes depends on how near the new images are to the old ones.
#
# Before you borrow a large network, train a small one: it costs seconds, and tells you what the large one has to beat.
#
# **Go further.** Give your network a third convolution with 32 filters. How many parameters does it
# have now, and why fewer than before?
#
# ### Experiment: batch normalisation in a trunk that nobody trains
#
# We put a head on the backbone and train *nothing*. We only show the network a few minibatches of digits, in
# training mode, as `fit` does. The backbone is called with `training=False`, as many guides advise.
#
# **Predict.** No optimiser, no gradient, no step. Can the test accuracy change? And with `trainable = False` for each
# `BatchNormalization` layer?

# %% tags=["experiment", "nbval-ignore-output"]
CROSS_ENTROPY = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
few_train = train_rows[: training.budget(full=700, quick=64), 0]
some_test = test_rows[: training.budget(full=1000, quick=120), 0]
features = inputs_of_heads["ImageNet backbone"]
offset, scale = features[train_rows[:, 0]].mean(), features[train_rows[:, 0]].std()

training.set_seed()
head = keras.Sequential(
    [
        keras.Input(shape=features.shape[1:]),
        keras.layers.Rescaling(1 / scale, -offset / scale),
        keras.layers.Dense(10),
    ]
)
head.compile(optimizer=keras.optimizers.Adam(learning_rate=1e-2), loss=CROSS_ENTROPY)
train(head, features[train_rows[:, 0]], digit_labels[train_rows[:, 0]], HEAD_EPOCHS)
image = keras.Input(shape=(80, 80, 3))
network = keras.Model(image, head(extractor(image, training=False)))
start_weights = network.get_weights()


def digits_right():
    """For each of some test digits, whether the network takes it for the right one."""
    return outputs_of(network, pictures[some_test]).argmax(axis=1) == digit_labels[some_test]


def show_minibatches(n):
    """The arrays that change while the network sees `n` minibatches in training mode, as `fit` shows them, and no step."""
    for batch in np.array_split(few_train, n):
        network(pictures[batch], training=True)
    return [
        variable.path
        for variable, old in zip(network.weights, start_weights, strict=True)
        if not np.array_equal(variable, old)
    ]


right_before = np.asarray(head(features[some_test])).argmax(axis=1) == digit_labels[some_test]
before = right_before.mean()
changed = show_minibatches(len(few_train) // 8)
after = digits_right().mean()
print(
    f"test accuracy before: {before:.3f}, after {len(few_train) // 8} minibatches in training mode: {after:.3f}"
)
print(f"{len(changed)} of {len(start_weights)} arrays have changed;", end=" ")
print("all are moving averages:", all(name.endswith(("moving_mean", "moving_variance")) for name in changed))
network.set_weights(start_weights)

for layer in extractor.layers:
    if isinstance(layer, keras.layers.BatchNormalization):
        layer.trainable = False
changed_when_frozen = show_minibatches(
    len(few_train) // 64
)  # the same images, fewer at a time would take longer
print(
    f"the same images with BatchNormalization layers frozen: {len(changed_when_frozen)} arrays have changed"
)
runs.record("digits_accuracy_before", before, show=False)
runs.record("digits_accuracy_after_passes_in_training_mode", after, show=False)
runs.record("arrays_changed_by_passes_in_training_mode", len(changed), show=False)
runs.record("arrays_changed_with_frozen_normalisation", len(changed_when_frozen), show=False)

# %% [markdown] tags=["covers-48"]
# **Explain.** Nothing was trained, and yet arrays have changed: the moving averages of every batch normalisation. They
# have begun to follow the digits, layer after layer, while the head still expects the earlier features.
# (With `training=False` in its call the backbone should have been safe. But the model was called with
# `training=True`, and in a Functional model of Keras 3 that overrides it.) In five runs, eight minibatches took
# the accuracy from 0.67 to 0.43 on average; at the full budget, 87 took it from 0.85 to 0.17. A *BatchNormalization* layer
# with `trainable = False` is safe: it works as it does at inference, and no array has changed. (Freezing does not put other layers
# into inference mode: a frozen `Dropout` still drops.)
#
# **Go further.** Set only the first ten of the BatchNormalization layers to `trainable = False`. How many arrays change?
#
# ### Experiment: fine-tune the backbone
#
# Now, as in Exercise 4, everything but batch normalisation is trained, with few images and a learning rate of
# $10^{-5}$ (Adam).
#
# **Predict.** How much will the test accuracy rise?

# %% tags=["experiment", "nbval-ignore-output"]
for layer in extractor.layers:
    layer.trainable = False
print(f"trainable share of head and frozen backbone: {trainable_share(network):.3%}")
for layer in extractor.layers:
    layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
network.compile(
    optimizer=keras.optimizers.Adam(learning_rate=1e-5),
    loss=CROSS_ENTROPY,
    run_eagerly=training.budget(full=False, quick=True),  # a few steps are done before a graph is traced
)
network.fit(
    pictures[few_train],
    digit_labels[few_train],
    epochs=training.budget(full=3, quick=1),
    batch_size=16,
    verbose=0,
)
right_after = digits_right()
tuned_accuracy, n = right_after.mean(), len(some_test)
change = right_after.astype(float) - right_before
print(f"test accuracy frozen: {before:.3f}, fine-tuned: {tuned_accuracy:.3f} (one run, {n} images)")
print(
    f"{(change > 0).sum()} images gained, {(change < 0).sum()} lost; difference {change.mean():+.3f}, "
    f"standard error {change.std(ddof=1) / np.sqrt(n):.3f}"
)
print(f"trainable share with the backbone unfrozen: {trainable_share(network):.1%}")
runs.record("digits_accuracy_fine_tuned", tuned_accuracy, show=False)

# %% [markdown] tags=["covers-46"]
# **Explain.** A small learning rate and a handful of minibatches change little, and one run on a few
# images can hardly tell a small gain from none. Both accuracies are measured on the same images, so these can be paired, too:
# each gained, lost or stayed the same, and the standard error of the mean of these differences is printed above. It
# covers the luck of the test images, but not that of the training. (In five runs, with four minibatches, the change lay between
# −0.07 and 0.04. At the full budget, with 132 minibatches, the accuracy on 1,000 images rose by 0.008 to 0.028.) To compare
# methods, you would need what section 3 did: many seeds, and pairs.
#
# **Go further.** Do that with five seeds, and with learning rates of $10^{-4}$ and $10^{-3}$.
#
# ## 6 Augmentation
#
# More images would help; sometimes you can make them. An **augmentation** changes an image so that its class
# stays the same. Keras has layers for that.
#
# ### Experiment: what each layer does
#
# **Predict.** Which of the five effects would you allow for photographs of flowers, for handwritten digits,
# for road signs?

# %% tags=["experiment", "nbval-ignore-output"]
training.set_seed()
photograph = load_sample_image("china.jpg").astype("float32") / 255
photograph = keras.ops.convert_to_numpy(keras.ops.image.resize(photograph, (96, 144)))
EFFECTS = {
    "rotation": keras.layers.RandomRotation(0.1),
    "shift": keras.layers.RandomTranslation(0.25, 0.25),
    "shear": keras.layers.RandomShear(0.4, 0.4),
    "zoom": keras.layers.RandomZoom(0.4),
    # RandomFlip("horizontal_and_vertical") would do both or neither
    "flip": keras.Sequential([keras.layers.RandomFlip("horizontal"), keras.layers.RandomFlip("vertical")]),
}
panels, names = [], []
for name, layer in EFFECTS.items():
    row = [photograph]
    while len(row) < 4:
        version = np.clip(layer(photograph[None], training=True)[0], 0, 1)
        # a flip has four versions only: draw until there are three that differ from the original and each other
        if all(np.abs(version - other).mean() > 0.02 for other in row):
            row.append(version)
    panels.extend(row)
    names.extend(["original", *(f"{name} {version}" for version in range(1, 4))])
plots.show(
    plots.image_grid(panels, names, columns=4),
    alt="A photograph of a Chinese temple, one row for each effect: the original and three random versions with rotation, shift, "
    "shear, zoom and flip. Where an image was moved away, the edge is filled with its mirror image.",
)

# %% [markdown] tags=["covers-46"]
# **See.** Each call draws a new version. What moves into the image from outside is not known, so it is made up: these
# layers mirror the image at its edge (`fill_mode="reflect"`, the default).
#
# **Explain.** An effect is allowed where the class stays the same. A flower may be rotated and mirrored. A digit may be
# shifted, zoomed, or sheared and rotated a little; but rotate a 6 by half a circle and it is a 9, and a mirrored 2 is not a
# digit at all. A road sign may be shifted and zoomed; mirrored, "turn left" says "turn right".
#
# ### Experiment: on or off?
#
# One model, six outputs: what each of the five effects makes of the photograph, and what `Dropout` makes of it.
#
# **Predict.** In which of these four calls does each of them change the image: `model(x)`,
# `model(x, training=True)`, `model(x, training=False)`, `model.predict(x)`?

# %% tags=["experiment", "nbval-ignore-output"]
inputs = keras.Input(photograph.shape)
layers = {**EFFECTS, "dropout": keras.layers.Dropout(0.5)}
effects = keras.Model(inputs, {name: layer(inputs) for name, layer in layers.items()})
eight = np.repeat(photograph[None], 8, axis=0)
calls = {
    "model(x)": effects(eight),
    "training=True": effects(eight, training=True),
    "training=False": effects(eight, training=False),
    "predict": effects.predict(eight, verbose=0),
}
on_or_off = {
    call: {name: "on" if np.abs(found - eight).max() > 1e-4 else "off" for name, found in outputs.items()}
    for call, outputs in calls.items()
}
print(pd.DataFrame(on_or_off).to_string())

# %% [markdown] tags=["covers-46"]
# **Explain.** `predict` and `evaluate` call a model with `training=False`, and `fit` with `training=True`: there, image augmentation
# behaves as it should. But in a plain call `model(x)` the augmentation layers are **on**, although `Dropout` is off: their own
# default is `training=True`. If you measure accuracy with `model(x)`, in a loop of your own or in a web service, you measure it on images
# that are flipped and shifted at random. Write `model(x, training=False)`, or `predict`.
#
# **Go further.** Look at `help(keras.layers.RandomFlip.call)` and `help(keras.layers.Dropout.call)`. What is the default of `training` in each?
#
# ### Exercise 12: Augmentation in front (3 points)
#
# Put the layers into the model, in front of everything else: then they are on in `fit` and off in `predict` and `evaluate`, and
# nobody has to remember them (except in a plain call: `model(x, training=False)`). Write `with_augmentation(network, shift)`: a new model that first
# flips an image at random from left to right (never upside down), then shifts it at random by at most the
# share `shift` of its height and width, then hands it to `network`.


# %% nbgrader={"grade": false, "grade_id": "augmentation", "locked": false, "schema_version": 3, "solution": true, "task": false}
def with_augmentation(network, shift):
    """A model with random horizontal flips and shifts in front of a network.

    Args:
        network: a Keras model that takes images (height, width, channels).
        shift: largest shift up, down, left and right, as a share of height and width, 0 to 1.

    Returns:
        A Keras model that takes the same images. In `predict`, and called with training=False, it gives what
        `network` gives; in a plain call, without `training`, the effects are on. In training mode `network` is in
        training mode, too.
    """
    ### BEGIN SOLUTION
    return keras.Sequential(
        [
            keras.Input(shape=network.input_shape[1:]),
            keras.layers.RandomFlip("horizontal"),
            keras.layers.RandomTranslation(shift, shift),
            network,
        ]
    )
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "augmentation-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false} tags=["student-classes"]
with expect.exercise("Augmentation in front", points=3) as exercise:
    rng = np.random.default_rng()

    def pass_through(height, width):
        """A network that gives back the pixels of a grey image, in a row."""
        return keras.Sequential([keras.Input(shape=(height, width, 1)), keras.layers.Flatten()])

    with exercise.part("in `predict` nothing happens", points=1):
        batch = rng.uniform(size=(6, 5, 7, 1)).astype("float32")
        candidate = with_augmentation(pass_through(5, 7), 0.2)
        expect.close(
            candidate.predict(batch, verbose=0),
            batch.reshape(6, 35),
            "what the model predicts, when the network gives back the pixels",
            cause="something changes the images at prediction too",
            step="Use keras.layers.RandomFlip and RandomTranslation, and call them without `training`: they are off in predict.",
        )
        colours = rng.uniform(size=(3, 4, 6, 3)).astype("float32")
        classifier = keras.Sequential(
            [keras.Input(shape=(4, 6, 3)), keras.layers.Flatten(), keras.layers.Dense(2)]
        )
        classifier.set_weights([rng.normal(size=array.shape) for array in classifier.get_weights()])
        kernel, bias = classifier.get_weights()
        expect.close(
            with_augmentation(classifier, 0.2)(colours, training=False),
            colours.reshape(3, 72) @ kernel + bias,
            "what the model gives for colour images, called with training=False, when the network has weights of its own",
            rtol=1e-3,
            atol=1e-4,
            cause="the network was copied without its weights, or the images are changed at prediction, too",
            step="Hand the images on to `network` itself.",
        )
        expect.true(
            classifier.trainable and all(layer.trainable for layer in classifier.layers),
            "the network can still be trained after the call",
            cause="with_augmentation freezes the network",
            step="Put layers in front of `network`, and leave it as it is.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("in training mode: flips from left to right", points=1):
        image = rng.uniform(size=(1, 6, 6, 1)).astype("float32")
        candidate = with_augmentation(pass_through(6, 6), 0.0)
        # 64 coins all fall alike once in 10**19
        seen = np.asarray(candidate(np.repeat(image, 64, axis=0), training=True)).reshape(64, 6, 6)

        def like(version):
            return np.abs(seen - version).max(axis=(1, 2)) < 1e-3

        same, mirrored = like(image[0, :, :, 0]), like(image[0, :, ::-1, 0])
        upside_down = like(image[0, ::-1, :, 0]) | like(image[0, ::-1, ::-1, 0])
        expect.true(
            not upside_down.any(),
            "no image is upside down",
            cause="images are flipped vertically, too; RandomFlip does both unless told otherwise",
            step='Use RandomFlip("horizontal").',
        )
        expect.true(
            bool((same | mirrored).all()),
            "with shift=0, every image is either the original or its mirror image",
            cause="with shift=0 images are still shifted, or changed in another way",
            step="Pass `shift` to RandomTranslation, and add no other effects.",
        )
        expect.true(
            bool(mirrored.any()),
            "during training some images are mirrored",
            cause="no image is ever flipped",
            step='Use RandomFlip("horizontal").',
        )
        expect.true(
            bool(same.any()),
            "during training some images are not mirrored",
            cause="every image is mirrored, not about half of them",
            step='Use RandomFlip("horizontal").',
        )
        seen = np.asarray(candidate(np.repeat(image, 64, axis=0))).reshape(64, 6, 6)
        expect.true(
            bool(like(image[0, :, ::-1, 0]).any()),
            "in a plain call, without `training`, some images are mirrored",
            cause="the effects are off unless the call says training=True",
            step="Keras' own augmentation layers are on in a plain call; leave `training` to them.",
        )
        # none of 2,240 ones is dropped once in 10**674; images of the size that the next part shifts by more than 0
        dropping = keras.Sequential(
            [keras.Input(shape=(20, 14, 1)), keras.layers.Flatten(), keras.layers.Dropout(0.5)]
        )
        ones = np.ones((8, 20, 14, 1), "float32")
        seen = np.asarray(with_augmentation(dropping, 0.0)(ones, training=True))
        expect.true(
            bool((seen == 0).any()),
            "in training mode the dropout of the network is on",
            cause="the network is called with training=False, whatever the model is called with",
            step="Hand the images on to `network` without `training`, or with that of the call.",
        )
    with exercise.part("shifts of at most `shift`, in both directions", points=1):
        # higher than wide: a share of the height is not that share of the width
        sides = (20, 14)
        square = np.zeros((1, *sides, 1), "float32")
        square[0, 9:11, 6:8] = 1.0
        reach = float(rng.uniform(0.15, 0.35))
        candidate = with_augmentation(pass_through(*sides), reach)
        seen = np.asarray(candidate(np.repeat(square, 128, axis=0), training=True)).reshape(128, *sides)
        weight = seen.sum(axis=(1, 2))
        expect.true(
            bool((weight > 1).all()),
            f"a bright square in the middle stays in the image with shift={reach:.3f}",
            cause="images are shifted too far, or changed in another way",
            step="RandomTranslation takes shares of height and width: RandomTranslation(shift, shift).",
        )
        moved = [
            (seen.sum(axis=axis) @ np.arange(side)) / weight - (side - 1) / 2
            for axis, side in zip((2, 1), sides, strict=True)  # rows, then columns
        ]
        for name, distance, side in zip(("up and down", "left and right"), moved, sides, strict=True):
            farthest = np.abs(distance).max() / side
            # the farthest of 128 uniform draws lies below 0.8 of the reach once in 10**12
            expect.true(
                bool(farthest >= 0.8 * reach - 0.01),
                f"images are shifted {name} during training",
                got=f"at most {farthest:.3f} of the size, with shift={reach:.3f}",
                cause=f"images are not shifted {name}, or by less than `shift`",
                step="RandomTranslation(shift, shift) has one number for the height and one for the width.",
            )
            # that 128 uniform draws all lie on one side of half the reach happens once in 10**15
            one_way = min(distance.max(), -distance.min()) / side
            expect.true(
                bool(one_way >= 0.5 * reach - 0.01),
                f"images are shifted {name}, both ways",
                got=f"one way by at most {one_way:.3f} of the size, with shift={reach:.3f}",
                cause="images are shifted in one direction only",
                step="One number for RandomTranslation, not a pair that begins with 0, stands for both directions.",
            )
            expect.true(
                bool(farthest <= reach + 0.02),
                f"images are shifted {name} by at most `shift`",
                got=f"up to {farthest:.3f} of the size, with shift={reach:.3f}",
                cause="the shift is larger than `shift`",
                step="RandomTranslation(shift, shift) takes shares of height and width.",
            )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-46"]
# ### Experiment: does augmentation help?
#
# 100 digits of 8 × 8 pixels, a network of 64-100-10, many seeds at once, and for each image a new version in
# each epoch. Six arms: none, rotation by up to 15°, shift by up to one pixel, shear by up to 10°, zoom by up to a tenth, flip
# from left to right. Each is tested twice: on digits as they are, well centred, and on digits that
# someone has shifted by up to one pixel.
#
# **Predict.** Which arm wins on the first test, which on the second?

# %% tags=["experiment", "nbval-ignore-output"]
training.set_seed()
DIGIT_SIZES = (64, 100, 10)
AUGMENT_SEEDS = training.seeds(training.budget(full=30, quick=8))
AUGMENT_EPOCHS = training.budget(full=80, quick=30)
every_grey = np.concatenate([digits.x_train, digits.x_test])[..., None].astype("float32") / 16
every_label = np.concatenate([digits.y_train, digits.y_test]).astype("int32")
AUGMENTATIONS = {
    "none": None,
    "rotation": keras.layers.RandomRotation(15 / 360, fill_mode="constant"),
    "shift": keras.layers.RandomTranslation(1 / 8, 1 / 8, fill_mode="constant"),
    "shear": keras.layers.RandomShear(np.tan(np.pi / 18), np.tan(np.pi / 18), fill_mode="constant"),
    "zoom": keras.layers.RandomZoom(0.1, fill_mode="constant"),
    "flip": keras.layers.RandomFlip("horizontal"),
}
order = draws(AUGMENT_SEEDS, len(every_grey), len(every_grey))
train_rows, test_rows = order[:100], order[100 : 100 + training.budget(full=1697, quick=600)]
centred = every_grey[test_rows].reshape(len(test_rows), len(AUGMENT_SEEDS), 64)
off_centre = np.asarray(AUGMENTATIONS["shift"](every_grey[test_rows].reshape(-1, 8, 8, 1), training=True))
test_sets = {"centred digits": centred, "shifted digits": off_centre.reshape(centred.shape)}
originals = every_grey[train_rows].reshape(-1, 8, 8, 1)
learners = compiled(many_networks(len(AUGMENT_SEEDS), DIGIT_SIZES), CROSS_ENTROPY, 0.05)
augmented_accuracies = {}
for name, layer in AUGMENTATIONS.items():
    learners.set_weights(initial_weights(AUGMENT_SEEDS, DIGIT_SIZES))
    for _ in range(AUGMENT_EPOCHS):
        versions = np.asarray(layer(originals, training=True) if layer else originals)
        train(
            learners, versions.reshape(100, len(AUGMENT_SEEDS), 64), every_label[train_rows], 1, batch_size=20
        )
    augmented_accuracies[name] = {
        test: (np.asarray(learners(images)).argmax(axis=-1) == every_label[test_rows]).mean(axis=0)
        for test, images in test_sets.items()
    }
table = pd.DataFrame(
    {
        test: {
            name: f"{found[test].mean():.3f} ± {found[test].std(ddof=1):.3f}"
            for name, found in augmented_accuracies.items()
        }
        for test in test_sets
    }
)
print(f"test accuracy, mean ± sd over {len(AUGMENT_SEEDS)} seeds")
print(table.rename_axis("augmentation").to_string())
for name, found in augmented_accuracies.items():
    for test in test_sets:
        runs.record(f"digits_{name}_{test.replace(' ', '_')}", found[test].mean(), show=False)
for test in test_sets:
    plain = augmented_accuracies["none"][test]
    others = {f"{name} − none": found[test] for name, found in augmented_accuracies.items() if name != "none"}
    effects = {name: found - plain for name, found in others.items()}
    intervals = {name: paired_interval(found, plain) for name, found in others.items()}
    print(test)
    for name, (low, high) in intervals.items():
        print(f"  {name}: mean {effects[name].mean():+.3f}, 95 % interval {low:+.3f} to {high:+.3f}")
    plots.show(
        plots.paired_differences(
            effects, intervals, f"difference in accuracy on {test}, one point a seed", True
        ),
        alt=f"Difference in accuracy on {test} to no augmentation, for five augmentations on one scale, one point a seed, "
        "with means and 95 % intervals.",
    )

# %% [markdown] tags=["covers-31"]
# **Explain.** Augmentation tells the network which images to expect. Trained on shifted digits, it does better
# on shifted digits than it does without; on centred ones, where nothing is ever shifted, the same training
# costs accuracy. A mirrored digit is usually no longer a digit, and the arm that flips pays for it. (In five
# runs the shift arm reached 0.59 on shifted digits, no augmentation 0.54; on centred ones it was 0.77 against
# 0.88. Shear, zoom and rotation helped on shifted digits too, by 0.03, 0.02 and 0.02, and cost 0.05, 0.005 and
# 0.01.) How much of the loss on centred digits is undertraining? It was 0.11 after 30 epochs and 0.04 after 80
# (full budget): a network that sees new versions in each epoch needs more epochs. This experiment does not show
# whether any loss would remain in the end.
#
# **Go further.** Give all arms ten times the epochs. Which of them gains most?
#
# ## 7 Pretraining without labels
#
# Labels are expensive, images are cheap. An **autoencoder** needs no labels: it learns to squeeze an image into a
# few numbers and to restore it from them. Its first half, the encoder, can then serve as a trunk.
#
# ### Exercise 13: An autoencoder (3 points)
#
# Write `build_autoencoder(sizes)`. For `sizes = (784, 100, 50)` it is a `Sequential` model 784-100-50-100-784: the
# layers grow narrower down to the last of `sizes`, the code, and widen again in the reverse order. All hidden layers,
# the code included, have SELU; the output has a sigmoid, because pixels lie between 0 and 1.


# %% nbgrader={"grade": false, "grade_id": "autoencoder", "locked": false, "schema_version": 3, "solution": true, "task": false}
def build_autoencoder(sizes):
    """An autoencoder of Dense layers, not compiled.

    Args:
        sizes: number of inputs, then units of the encoder's layers, the last one the code; at least two.

    Returns:
        A Sequential model from (batch, sizes[0]) to (batch, sizes[0]).
    """
    ### BEGIN SOLUTION
    hidden = [*sizes[1:], *sizes[-2:0:-1]]
    return keras.Sequential(
        [
            keras.Input(shape=(sizes[0],)),
            *[keras.layers.Dense(units, activation="selu") for units in hidden],
            keras.layers.Dense(sizes[0], activation="sigmoid"),
        ]
    )
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "autoencoder-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
with expect.exercise("An autoencoder", points=3) as exercise:
    rng = np.random.default_rng()
    with exercise.part("two layers down, two layers up", points=1):
        pairs = [(12, 7), (7, 3), (3, 7), (7, 12)]
        candidate = build_autoencoder((12, 7, 3))
        expect.builtin_model(candidate, "the model that build_autoencoder returns")
        found = candidate.get_weights()
        expect.equal(
            [tuple(array.shape) for array in found[::2]],
            pairs,
            "the shapes of the weight matrices for sizes (12, 7, 3)",
            mistakes={
                "this is the encoder only": pairs[:2],
                "the code is there twice": [(12, 7), (7, 3), (3, 3), (3, 7), (7, 12)],
                "the way up jumps from the code to the output": [(12, 7), (7, 3), (3, 12)],
                "the output layer is missing": pairs[:3],
                "there is a layer as wide as the input in front of the encoder": [(12, 12), *pairs],
            },
            step="Hidden layers: sizes[1:], then the same in reverse without the code. Output: sizes[0].",
        )
        expect.true(
            not candidate.compiled,
            "the model that build_autoencoder returns is not compiled",
            cause="build_autoencoder compiles it",
            step="Leave compile to whoever trains it.",
        )
    ### BEGIN HIDDEN TESTS
    with exercise.part("other depths", points=1):
        for sizes in ([6, 4], [9, 8, 5, 2]):
            way, given = [*sizes, *sizes[-2::-1]], list(sizes)
            candidate = build_autoencoder(given)
            expect.equal(
                given,
                sizes,
                "the list of sizes after the call",
                cause="build_autoencoder changes the list of whoever calls it",
                step="Read the list with slices, without pop or reverse.",
            )
            expect.builtin_model(candidate, "the model that build_autoencoder returns")
            expect.equal(
                [tuple(array.shape) for array in candidate.get_weights()[::2]],
                list(pairwise(way)),
                f"the shapes of the weight matrices for sizes {sizes}",
                step="Take all layers from `sizes`, however many there are.",
            )
    with exercise.part("activation functions", points=1):
        candidate = build_autoencoder((6, 4, 2))
        expect.builtin_model(candidate, "the model that build_autoencoder returns")
        arrays = [rng.normal(size=array.shape) for array in candidate.get_weights()]
        expect.equal(len(arrays), 8, "the number of weight arrays (two a layer) for sizes (6, 4, 2)")
        expect.true(
            all(array.std() > 1e-6 for array in candidate.get_weights()[::2]),
            "all kernels begin with random weights",
            got="weights that are all the same",
            step="Leave kernel_initializer out: the layers draw their weights.",
        )
        candidate.set_weights(arrays)
        batch = rng.uniform(size=(5, 6)).astype("float32")

        def selu(z):
            return 1.05070098 * np.where(z > 0, z, 1.67326324 * np.expm1(np.minimum(z, 0)))

        def outputs_with(bends):
            signal = batch
            for bend, kernel, bias in zip(bends, arrays[::2], arrays[1::2], strict=True):
                signal = bend(signal @ kernel + bias)
            return signal

        def sigmoid(z):
            return 1 / (1 + np.exp(-z))

        def linear(z):
            return z

        def relu(z):
            return np.maximum(z, 0)

        expect.close(
            candidate(batch),
            outputs_with([selu, selu, selu, sigmoid]),
            "the outputs for five inputs",
            rtol=1e-3,
            atol=1e-4,
            mistakes={
                "the output has no sigmoid": outputs_with([selu, selu, selu, linear]),
                "the output has SELU, too": outputs_with([selu] * 4),
                "the hidden layers have no activation function": outputs_with(
                    [linear, linear, linear, sigmoid]
                ),
                "the hidden layers have ReLU": outputs_with([relu, relu, relu, sigmoid]),
                "the code has no activation function": outputs_with([selu, linear, selu, sigmoid]),
                "the output has a ReLU": outputs_with([selu, selu, selu, relu]),
            },
            step='Hidden layers have activation="selu", the last layer has activation="sigmoid".',
        )
        expect.close(
            candidate(batch, training=True),
            candidate(batch, training=False),
            "the outputs in training mode, beside those at prediction",
            rtol=1e-3,
            atol=1e-4,
            cause="there is a layer that works otherwise in training, such as dropout or noise",
            step="Dense layers, and nothing else.",
        )
        expect.equal(
            len(candidate.losses),
            0,
            "the number of penalties that the model adds to the loss",
            cause="there is a regulariser, which nobody asked for",
            step="Leave kernel_regularizer out.",
        )
    ### END HIDDEN TESTS
exercise.score

# %% [markdown] tags=["covers-31"]
# ### Experiment: 200 labels and thousands of images without
#
# The task is now to tell apart all ten classes of Fashion-MNIST, with 200 labelled images, and then with only 50 of them. The autoencoder sees
# thousands of images without labels. Its encoder becomes the trunk of a classifier, and all layers are trained with the
# labels; the other arm begins with new weights. Both arms get the same three learning rates and the same number of epochs, and each keeps
# the rate that does best on 500 images that are used neither for training nor for testing.
#
# **Predict.** The autoencoder has seen thirty times as many images or more. How much does that help? Does it help more when there are fewer labels?

# %% tags=["experiment", "nbval-ignore-output"]
training.set_seed()
N_UNLABELLED = training.budget(full=50_000, quick=6_000)
CLASS_SIZES = (784, 100, 50, 10)
autoencoder = build_autoencoder((784, 100, 50))
autoencoder.compile(optimizer=keras.optimizers.Adam(learning_rate=1e-3), loss="mse", steps_per_execution=50)
autoencoder.fit(
    pixels_train[:N_UNLABELLED],
    pixels_train[:N_UNLABELLED],
    epochs=training.budget(full=6, quick=3),
    batch_size=64,
    verbose=0,
    callbacks=[training.Progress()],
)
some = pixels_test[:10]
plots.show(
    plots.image_grid(
        np.concatenate([some, autoencoder.predict(some, verbose=0)]).reshape(-1, 28, 28),
        ["image"] * 10 + ["restored"] * 10,
    ),
    alt="Ten images of clothes, and below them what the autoencoder restores from 50 numbers: blurred, and recognisable.",
)

# %% tags=["experiment", "nbval-ignore-output"]
PRETRAIN_SEEDS = training.seeds(training.budget(full=20, quick=6))
PRETRAIN_EPOCHS = training.budget(full=30, quick=12)
N_TEST = training.budget(full=5_000, quick=1_000)
CLASS_RATES = (0.01, 0.03, 0.1)
FEW_LABELS = (50, 200)
chosen = draws(PRETRAIN_SEEDS, len(pixels_train) - N_TO_CHOOSE, max(FEW_LABELS))
new = initial_weights(PRETRAIN_SEEDS, CLASS_SIZES)
starts = {
    "new weights": new,
    "pretrained": [*copies(autoencoder.get_weights()[:4], len(PRETRAIN_SEEDS)), *new[-2:]],
}
classifiers = compiled(many_networks(len(PRETRAIN_SEEDS), CLASS_SIZES), CROSS_ENTROPY, CLASS_RATES[0])


def classified(weights, n, rate):
    """Accuracy of each seed's classifier, trained from these weights with `n` labels, as in `accuracies_of`."""
    classifiers.set_weights(weights)
    classifiers.optimizer.learning_rate = rate * len(PRETRAIN_SEEDS)
    train(classifiers, pixels_train[chosen[:n]], fashion.y_train[chosen[:n]].astype("int32"), PRETRAIN_EPOCHS)
    return {
        part: (predict_many(classifiers, images).argmax(axis=-1) == labels[:, None]).mean(axis=0)
        for part, images, labels in (
            ("to choose by", pixels_train[-N_TO_CHOOSE:], fashion.y_train[-N_TO_CHOOSE:]),
            ("test", pixels_test[:N_TEST], fashion.y_test[:N_TEST]),
        )
    }


pretraining_gains, intervals = {}, {}
for n in FEW_LABELS:
    found = {}
    for name, weights in starts.items():
        rate, found[name] = best_of({rate: classified(weights, n, rate) for rate in CLASS_RATES})
        print(
            f"{n} labels, {name:>12}: test accuracy {found[name].mean():.3f} ± {found[name].std(ddof=1):.3f} at the rate {rate:g}"
        )
        runs.record(f"accuracy_{n}_labels_{name.replace(' ', '_')}", found[name].mean(), show=False)
    comparison = f"{n} labels: pretrained − new"
    pretraining_gains[comparison] = found["pretrained"] - found["new weights"]
    intervals[comparison] = low, high = paired_interval(found["pretrained"], found["new weights"])
    print(f"{comparison}: 95 % interval {low:+.4f} to {high:+.4f} over {len(PRETRAIN_SEEDS)} seeds")
    runs.record(f"gain_of_pretraining_{n}_labels", pretraining_gains[comparison].mean())
plots.show(
    plots.paired_differences(
        pretraining_gains, intervals, "difference in test accuracy, one point a seed", True
    ),
    alt="Difference in test accuracy, pretrained minus new weights, with 50 and with 200 labels, one point for each seed, with "
    "means and 95 % intervals, on one scale.",
)

# %% [markdown]
# **Explain.** Read the intervals before you believe the means. To restore pixels and to tell a shirt from a
# coat are different tasks, and an encoder that is good at one need not help with the other. In five runs the mean
# gain ranged from 0.000 to 0.036 with 50 labels, and from −0.028 to 0.020 with 200; at the full budget it lay
# between −0.011 and 0.002 with 50 labels, and between 0.007 and 0.013 with 200.
# So fewer labels did not reliably make this pretraining more useful. ImageNet's networks were pretrained with labels, to tell things apart;
# an autoencoder learns to copy. Having few labels and many images is a reason to try pretraining; whether it helps is a question for
# an experiment like this one.
#
# **Go further.** Freeze the encoder and train the head alone; or make the autoencoder restore images
# from noisy ones. Does either change the verdict? Use pairs and intervals.
#
# ## Check your work
#
# The next cell runs all checks again, on your answers as they are now, and lists what is done and what is
# missing. It takes a few seconds. Before you submit, choose *Restart kernel and run all cells* and look here
# once more: graders run the notebook from the top, too. (Exercise 8, in words, is read by a person. And the
# points here are those of the checks that you see; the others follow when your work is graded.)

# %% tags=["experiment", "nbval-ignore-output"]
from course_utils import selfcheck

selfcheck.report()

# %% [markdown]
# ## What to take away
#
# - A trunk that is not **cloned** is shared: train the new network, and the old one changes with it.
# - **Freeze, compile, train the head; unfreeze, compile again, fine-tune** with a small learning rate. Without
#   the second `compile` nothing is fine-tuned, and nobody tells you. Unfreeze layer by layer: a network whose own
#   flag is `True` passes nothing on.
# - In a trunk that you fine-tune, set **batch normalisation** to `trainable = False`. In a Functional
#   model of Keras 3, `training=False` in the call of a trunk does not hold during `fit`.
# - **Logits** need `from_logits=True`, probabilities `from_logits=False`. Keras on TensorFlow forgives the wrong one where
#   it can find the logits behind a sigmoid or softmax, and warns; on arrays, such as those of `predict`, it puts a floor under the loss.
# - Compare methods **pair by pair over many seeds**, and report the mean difference with its interval. One
#   lucky seed proves nothing. And the interval says nothing about what all seeds had in common.
# - Give all methods the **same search** for a learning rate, on images that you do not test on. A method that looks useless may only learn
#   slowly.
# - A **convolution** uses the same few weights at every position in the image, so it has few
#   parameters, however large the image is; the dense
#   layer behind it has most of them.
# - Features of a **frozen** backbone need to be computed only once. Controls (raw pixels, random weights) say
#   what the pretraining contributes. It contributes most where the images resemble those it was trained on.
# - **Augmentation** is a statement about the images that you expect. Here shifts helped with shifted digits, and
#   cost accuracy on centred ones, though less with longer training.
#
# ## Papers
#
# - Student, *The probable error of a mean*, Biometrika 1908. doi:10.1093/biomet/6.1.1
# - J. Yosinski, J. Clune, Y. Bengio, H. Lipson, *How transferable are features in deep neural networks?*,
#   NeurIPS 2014. arXiv:1411.1792
# - S. Kornblith, J. Shlens, Q. V. Le, *Do better ImageNet models transfer better?*, CVPR 2019.
#   arXiv:1805.08974
# - F. Chollet, *Xception: deep learning with depthwise separable convolutions*, CVPR 2017. arXiv:1610.02357
# - A. Howard and others, *MobileNets: efficient convolutional neural networks for mobile vision
#   applications*, 2017. arXiv:1704.04861
# - M. Tan, Q. V. Le, *EfficientNet: rethinking model scaling for convolutional neural networks*, ICML 2019.
#   arXiv:1905.11946
# - S. Ioffe, C. Szegedy, *Batch normalization: accelerating deep network training by reducing internal
#   covariate shift*, ICML 2015. arXiv:1502.03167
# - G. Hinton, R. Salakhutdinov, *Reducing the dimensionality of data with neural networks*, Science 2006.
#   doi:10.1126/science.1127647
# - C. Shorten, T. Khoshgoftaar, *A survey on image data augmentation for deep learning*, Journal of Big
#   Data 2019. doi:10.1186/s40537-019-0197-0
# - G. Klambauer, T. Unterthiner, A. Mayr, S. Hochreiter, *Self-normalizing neural networks*, NeurIPS 2017.
#   arXiv:1706.02515
# - H. Xiao, K. Rasul, R. Vollgraf, *Fashion-MNIST: a novel image dataset for benchmarking machine learning
#   algorithms*, 2017. arXiv:1708.07747
