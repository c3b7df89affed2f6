"""Figures of the practicals: each function returns a matplotlib Figure, and `show` displays it with its alt
text.

Colours are those of Okabe and Ito, which people who see colours differently can tell apart
(https://jfly.uni-koeln.de/color/), and lines that belong together differ in dashes too.
"""

import base64
import io
import math
import sys

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from PIL import Image

DPI = 80  # a notebook with twenty figures stays below 500 KB
BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, BLACK = COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#E69F00",
    "#CC79A7",
    "#56B4E9",
    "#000000",
)


def show(figure, alt):
    """Display a figure in the notebook with a text for those who cannot see it.

    The text is `alt` in the metadata of the PNG output: nbconvert's classic template, and with it nbgrader's
    feedback, writes it into the page. Programs that show no images, or know no alt text, find it as the
    output's plain text.

    Args:
        figure: a matplotlib Figure; one that pyplot knows is closed.
        alt: what the figure shows, in a sentence or two.
    """
    from IPython.display import display

    drawn, png = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=DPI)
    # 256 colours are enough for a figure, and halve the file
    pixels = Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    pixels.save(png, format="png", optimize=True)
    data = {"image/png": base64.b64encode(png.getvalue()).decode("ascii"), "text/plain": alt}
    display(data, raw=True, metadata={"image/png": {"alt": alt}})
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close(figure)


def image_grid(images, titles=None, columns=10):
    """Images side by side, dark on light.

    Args:
        images: (n, height, width) of numbers, one brightness scale for all, or (n, height, width, 3) colours.
        titles: n texts above the images, of one or two short lines.
        columns: images in a row, default 10.
    """
    images = np.asarray(images)
    columns = min(columns, len(images))
    rows = math.ceil(len(images) / columns)
    lines = [text.split("\n") for text in titles] if titles is not None else []
    title_lines = max((len(text) for text in lines), default=0)
    longest = max((len(line) for text in lines for line in text), default=0)  # characters
    figure = _figure(max(0.95, 0.08 * longest) * columns, (0.95 + 0.17 * title_lines) * rows)
    axes = figure.subplots(rows, columns, squeeze=False)
    for index, axis in enumerate(axes.flat):
        axis.set_axis_off()
        if index < len(images):
            axis.imshow(
                images[index], cmap="gray_r", vmin=images.min(), vmax=images.max(), interpolation="nearest"
            )
            if titles is not None:
                axis.set_title(titles[index], fontsize=8)
    return figure


def class_counts(labels, class_names):
    """How many images each class has, as bars.

    Args:
        labels: (n,) class numbers.
        class_names: the name of each class.
    """
    counts = np.bincount(labels, minlength=len(class_names))
    figure = _figure(6, 0.28 * len(class_names) + 0.8)
    axis = figure.subplots()
    bars = axis.barh(class_names, counts, color=BLUE)
    axis.bar_label(bars, labels=[f"{count:,}" for count in counts], padding=3)
    axis.invert_yaxis()
    axis.set_xlim(0, counts.max() * 1.15)
    axis.set_xlabel("images")
    _tidy(axis)
    return figure


def learning_curves(history):
    """Loss and metrics against epochs, training and validation, one panel each.

    Args:
        history: what `model.fit` returned, or its `.history`: a dict (or DataFrame) of lists, one value an
            epoch.
    """
    logs = _logs(history)
    names = [name for name in ("loss", *sorted(logs)) if not name.startswith("val_")]
    names = [name for name in dict.fromkeys(names) if name in logs and name != "learning_rate"]
    figure = _figure(4.2 * len(names), 3)
    for axis, name in zip(figure.subplots(1, len(names), squeeze=False).flat, names, strict=True):
        for key, label, colour, style in (
            (name, "training", BLUE, "-"),
            (f"val_{name}", "validation", VERMILION, "--"),
        ):
            if key in logs:
                axis.plot(
                    _epochs(logs[key]), logs[key], style, color=colour, label=label, marker="o", markersize=3
                )
        _epoch_axis(axis, name)
        axis.legend(frameon=False)
    return figure


def curves_of_runs(histories, metric="loss"):
    """One metric of several runs against epochs: training solid, validation dashed.

    Args:
        histories: a dict from a run's label to its history, as `learning_curves` takes it.
        metric: the metric's name, default "loss".
    """
    figure = _figure(6.5, 3.2)
    axis = figure.subplots()
    dashed = False
    for index, (label, history) in enumerate(histories.items()):
        logs, colour = _logs(history), COLOURS[index % len(COLOURS)]
        axis.plot(_epochs(logs[metric]), logs[metric], color=colour, label=label, marker="o", markersize=3)
        if f"val_{metric}" in logs:
            axis.plot(_epochs(logs[f"val_{metric}"]), logs[f"val_{metric}"], "--", color=colour)
            dashed = True
    _epoch_axis(axis, metric)
    axis.legend(title="solid: training\ndashed: validation" if dashed else None, frameon=False, **_BESIDE)
    return figure


def confusion_matrix(counts, class_names):
    """A confusion matrix with its counts, and the recall of each class beside it.

    Args:
        counts: (k, k) whole numbers: images of true class `row` that were taken for class `column`.
        class_names: the name of each class.
    """
    counts = np.asarray(counts)
    totals = counts.sum(axis=1)
    share = counts / np.maximum(totals, 1)[:, np.newaxis]
    size = 0.52 * len(class_names) + 1.6
    figure = _figure(size + 2.2, size)
    matrix, bars = figure.subplots(1, 2, width_ratios=(size, 2.0), sharey=True)
    matrix.imshow(share, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row, column in np.ndindex(*counts.shape):
        if counts[row, column]:
            colour = "white" if share[row, column] > 0.5 else "black"
            matrix.text(column, row, counts[row, column], ha="center", va="center", color=colour, fontsize=8)
    matrix.set_xticks(range(len(class_names)), class_names, rotation=45, ha="right", rotation_mode="anchor")
    matrix.set_yticks(range(len(class_names)), class_names)
    matrix.set_xlabel("predicted class")
    matrix.set_ylabel("true class")
    matrix.set_title("images", fontsize=10)
    drawn = bars.barh(range(len(class_names)), np.diag(share), color=BLUE)
    bars.bar_label(drawn, labels=[f"{recall:.3f}" for recall in np.diag(share)], padding=3, fontsize=8)
    bars.set_xlim(0, 1.35)
    bars.set_xticks([0, 0.5, 1])
    bars.set_xlabel("recall")
    bars.tick_params(left=False, labelleft=False)
    _tidy(bars)
    return figure


def lr_range(learning_rates, losses, chosen=None):
    """A learning-rate range test: the loss while the learning rate grows, on a logarithmic axis.

    The loss axis ends a little above where the test began, since a diverging loss would flatten all the rest.
    The test is that of Leslie N. Smith, "Cyclical learning rates for training neural networks", 2017,
    arXiv:1506.01186.

    Args:
        learning_rates: (n,) growing learning rates.
        losses: (n,) the loss after the step with each; where it is no finite number, nothing is drawn.
        chosen: a learning rate to be marked.
    """
    learning_rates, losses = np.asarray(learning_rates), np.asarray(losses, dtype=float)
    figure = _figure(6, 3.2)
    axis = figure.subplots()
    axis.plot(learning_rates, losses, color=BLUE)
    axis.set_xscale("log")
    finite = losses[np.isfinite(losses)]
    start, lowest = np.median(finite[: max(1, len(finite) // 20)]), finite.min()
    axis.set_ylim(lowest - 0.1 * (start - lowest), start + 0.4 * (start - lowest))
    axis.set_xlabel("learning rate")
    axis.set_ylabel("training loss")
    if chosen is not None:
        axis.axvline(chosen, color=VERMILION, linestyle="--", label=f"chosen: {chosen:.2g}")
        axis.legend(frameon=False)
    _tidy(axis)
    return figure


def activation_functions(functions, low=-4.0, high=4.0):
    """Activation functions beside their derivatives.

    Args:
        functions: a dict from a name to a function of an array (NumPy's or one of `keras.activations`).
        low: where the pre-activations begin, default −4.
        high: where they end, default 4.
    """
    grid = np.linspace(low, high, 801, dtype=np.float32)
    figure = _figure(8.4, 3)
    values, derivatives = figure.subplots(1, 2)
    styles = ("-", "--", "-.", ":")
    for index, (name, function) in enumerate(functions.items()):
        outputs = np.asarray(function(grid), dtype=np.float64)
        look = {"color": COLOURS[index % len(COLOURS)], "linestyle": styles[index % len(styles)]}
        values.plot(grid, outputs, label=name, **look)
        derivatives.plot(grid, np.gradient(outputs, grid.astype(np.float64)), **look)
    for axis, label in ((values, "activation"), (derivatives, "derivative")):
        axis.set_xlabel("pre-activation")
        axis.set_ylabel(label)
        _tidy(axis)
    values.set_ylim(max(values.get_ylim()[0], low), min(values.get_ylim()[1], high))
    figure.legend(loc="outside right center", frameon=False)
    return figure


_BESIDE = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0)}  # a legend that covers no curve


def _figure(width, height):
    return Figure(figsize=(width, height), dpi=DPI, layout="constrained")


def _tidy(axis):
    axis.spines[["top", "right"]].set_visible(False)


def _epoch_axis(axis, label):
    axis.set_xlabel("epoch")
    axis.set_ylabel(label.replace("_", " "))
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.grid(alpha=0.3)
    _tidy(axis)


def _epochs(values):
    return np.arange(1, len(values) + 1)


def _logs(history):
    return getattr(history, "history", history)


# --- weights, probabilities and their reliability -----------------------------------------------------------


def weight_histograms(groups, bins=81):
    """Histograms of weights side by side, on common axes; counts are logarithmic.

    Args:
        groups: a dict from a title to an array of weights of any shape.
        bins: default 81, an odd number, so that one is centred on 0.
    """
    limit = max(np.abs(np.asarray(values)).max() for values in groups.values())
    figure = _figure(2.6 * len(groups), 2.5)
    panels = figure.subplots(1, len(groups), sharey=True, squeeze=False)[0]
    for axis, (title, values) in zip(panels, groups.items(), strict=True):
        axis.hist(np.ravel(values), bins=np.linspace(-limit, limit, bins + 1), color=BLUE, log=True)
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("weight")
        _tidy(axis)
    panels[0].set_ylabel("number of weights")
    return figure


def class_probabilities(images, means, deviations, class_names, labels):
    """Images, and beside each the probabilities of all classes with their spread.

    Args:
        images: (n, height, width) of numbers.
        means: (n, k) probabilities.
        deviations: (n, k) standard deviations over passes, drawn as error bars.
        class_names: the name of each class.
        labels: (n,) the true classes, whose names are printed above the images.
    """
    figure = _figure(3.4 * len(images), 0.2 * len(class_names) + 1)
    axes = figure.subplots(1, 2 * len(images), width_ratios=[1, 2] * len(images), squeeze=False)[0]
    for index, (picture, bars) in enumerate(zip(axes[::2], axes[1::2], strict=True)):
        picture.imshow(images[index], cmap="gray_r", interpolation="nearest")
        picture.set_axis_off()
        picture.set_title(class_names[labels[index]], fontsize=9)
        bars.barh(class_names, means[index], xerr=deviations[index], color=SKY, ecolor=VERMILION, capsize=2)
        bars.invert_yaxis()
        bars.set_xlim(0, 1.05)
        bars.set_xlabel("probability")
        bars.tick_params(axis="y", labelsize=7)
        _tidy(bars)
    return figure


def reliability_diagram(tables):
    """Accuracy against confidence, and how many inputs each bin holds.

    Args:
        tables: a dict from a label to what `uncertainty.calibration_bins` returned.
    """
    figure = _figure(4.6, 4.4)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    upper.plot([0, 1], [0, 1], color="grey", linestyle=":", label="calibrated")
    for index, (label, table) in enumerate(tables.items()):
        look = {
            "color": COLOURS[index],
            "linestyle": ("-", "--", "-.")[index % 3],
            "marker": "os^D"[index % 4],
        }
        upper.plot(table["confidence"], table["accuracy"], label=label, markersize=4, **look)
        lower.plot(table["confidence"], table["count"], markersize=3, **look)
    upper.set_ylabel("accuracy")
    upper.set_ylim(-0.02, 1.02)
    upper.legend(frameon=False)
    lower.set_yscale("log")
    lower.set_ylabel("inputs")
    lower.set_xlabel("confidence (mean of each bin)")
    for axis in (upper, lower):
        axis.set_xlim(0, 1.02)
        _tidy(axis)
    return figure


def rejection_curves(curves, largest=0.6):
    """Accuracy of what is kept against the share that is rejected: mean of several runs, and their range.

    Args:
        curves: a dict from a label to a list of what `uncertainty.accuracy_rejection` returned, all of as
            many rows.
        largest: the share where the axis ends, default 0.6.
    """
    figure = _figure(7, 3)
    axis = figure.subplots()
    for index, (label, runs) in enumerate(curves.items()):
        shown = runs[0]["rejected"].to_numpy() <= largest
        share = runs[0]["rejected"].to_numpy()[shown]
        values = np.array([run["accuracy"].to_numpy()[shown] for run in runs])
        colour, style = COLOURS[index % len(COLOURS)], ("-", "--", "-.", ":")[index % 4]
        axis.plot(share, values.mean(axis=0), style, color=colour, label=label)
        axis.fill_between(
            share, values.min(axis=0), values.max(axis=0), color=colour, alpha=0.15, linewidth=0
        )
    axis.set_xlabel("share that is handed over")
    axis.set_ylabel("accuracy on the rest")
    axis.legend(frameon=False, **_BESIDE)
    _tidy(axis)
    return figure
