"""Figures of the practicals: each function returns a matplotlib Figure, and `show` displays it with its alt
text.

Colours are those of Okabe and Ito, which people who see colours differently can tell apart
(https://jfly.uni-koeln.de/color/), and lines that belong together differ in dashes too: no two of 28 look
alike. Every function takes any number of labels, from 1 on.
"""

import base64
import io
import math
import os
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike
from PIL import Image

if TYPE_CHECKING:
    import keras
    import pandas as pd

History: TypeAlias = "keras.callbacks.History | Mapping[str, Sequence[float]] | pd.DataFrame"
Function = Callable[..., ArrayLike]

DPI = 80  # pixels of a page for an inch of a figure
SHARPNESS = 2  # pixels of a picture for one of a page, as many as most screens of laptops and phones have
# Set while a notebook is built, whose size decides how sharp its figures are: "2 1.5 1", further pixels to
# draw with for one of the page
CHOICES = "COURSE_FIGURE_CHOICES"
FAITHFUL = 24  # of 255, in red, green and blue: how far off a colour may be that many pixels have
BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, BLACK = COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#E69F00",
    "#CC79A7",
    "#56B4E9",
    "#000000",
)
DASHES = ("-", "--", "-.", ":")
MARKERS = "osv^DXP"


def show(figure: Figure, alt: str) -> None:
    """Display a figure in the notebook with a text for those who cannot see it.

    The text is `alt` in the metadata of the PNG output: nbconvert's classic template, and with it nbgrader's
    feedback, writes it into the page. Programs that show no images, or know no alt text, find it as the
    output's plain text. The picture has more pixels than its place on the page, whose width is in the
    metadata too (https://nbformat.readthedocs.io/en/latest/format_description.html#display-data), so that it
    is sharp on screens that have them.

    Args:
        figure: a matplotlib Figure; one that pyplot knows is closed.
        alt: what the figure shows, in a sentence or two.
    """
    from IPython.display import display

    picture = {"alt": alt, "width": page_width(figure)}
    if choices := os.environ.get(CHOICES, "").split():
        picture["choices"] = [_as_text(_in_few_colours(figure, float(one))) for one in choices]
    data = {"image/png": _as_text(as_png(figure)), "text/plain": alt}
    display(data, raw=True, metadata={"image/png": picture})


def page_width(figure: Figure) -> int:
    """The pixels that a figure is wide on a page; its picture has `SHARPNESS` times as many."""
    return round(figure.get_figwidth() * DPI)


def as_png(figure: Figure, colours: int = 96) -> bytes:
    """A figure as the bytes of a PNG file; one that pyplot knows is closed.

    Args:
        figure: a matplotlib Figure.
        colours: how many it may have, default 96: enough for a figure, and a much smaller file. They are
            chosen to cover all that occur, so that a thin line keeps its colour, and text stays black, beside
            large areas of others.
    """
    png = _file(_of_colours(_drawn(figure, SHARPNESS), colours))
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close(figure)
    return png


def _in_few_colours(figure: Figure, sharpness: float) -> bytes:
    """A figure as the bytes of a PNG file of as few colours as show it well."""
    drawn = _drawn(figure, sharpness)
    pixels = np.asarray(drawn, dtype=int).reshape(-1, 3)
    _, which, counts = np.unique(pixels @ [65536, 256, 1], return_inverse=True, return_counts=True)
    often, white = counts[which] >= 20, (pixels == 255).all(axis=1)
    for colours in (16, 24, 32, 48, 64, 96):
        few = _of_colours(drawn, colours)
        off = np.abs(pixels - np.asarray(few.convert("RGB")).reshape(-1, 3)).max(axis=1)
        if off[often].max() <= FAITHFUL and not off[white].any():
            break
    return _file(few)


def _drawn(figure: Figure, sharpness: float) -> Image.Image:
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=sharpness * DPI)
    return Image.open(drawn).convert("RGB")


def _of_colours(picture: Image.Image, colours: int) -> Image.Image:
    return picture.quantize(colours, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)


def _file(picture: Image.Image) -> bytes:
    png = io.BytesIO()
    picture.save(png, format="png", optimize=True)
    return png.getvalue()


def _as_text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def image_grid(images: ArrayLike, titles: Sequence[str] | None = None, columns: int = 5) -> Figure:
    """Images side by side, dark on light.

    Args:
        images: (n, height, width) of numbers, one brightness scale for all, or (n, height, width, 3) colours.
        titles: n texts above the images, of one or two short lines.
        columns: images in a row, default 5: more cannot be read on a phone.
    """
    images = np.asarray(images)
    _some(images=images)
    rows, columns = _shape(len(images), columns)
    lines = [text.split("\n") for text in titles] if titles is not None else []
    title_lines = max((len(text) for text in lines), default=0)
    longest = max((len(line) for text in lines for line in text), default=0)  # characters
    height, width = (max(0.95, pixels / 90) for pixels in images.shape[1:3])  # inches
    figure = _figure(max(width, 0.08 * longest) * columns, (height + 0.17 * title_lines) * rows)
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


def class_counts(labels: ArrayLike, class_names: Sequence[str]) -> Figure:
    """How many images each class has, as bars.

    Args:
        labels: (n,) class numbers.
        class_names: the name of each class.

    Raises:
        ValueError: there is no label, or one without a name.
    """
    _some(class_names=class_names)
    labels = np.asarray(labels, dtype=int)
    _some(labels=labels)
    counts = np.bincount(labels, minlength=len(class_names))
    if len(counts) > len(class_names):
        raise ValueError(f"labels go up to {labels.max()}, and class_names names {len(class_names)} classes")
    figure = _figure(6, 0.28 * len(class_names) + 0.8)
    axis = figure.subplots()
    bars = axis.barh(class_names, counts, color=BLUE)
    axis.bar_label(bars, labels=[f"{count:,}" for count in counts], padding=3)
    axis.invert_yaxis()
    axis.set_xlim(0, counts.max() * 1.15)
    axis.set_xlabel("images")
    _tidy(axis)
    return figure


def learning_curves(history: History) -> Figure:
    """Loss and metrics against epochs, training and validation, one panel each.

    Args:
        history: what `model.fit` returned, or its `.history`: a dict (or DataFrame) of lists, one value an
            epoch.
    """
    logs = _logs(history)
    names = [name for name in ("loss", *sorted(logs)) if not name.startswith("val_")]
    names = [name for name in dict.fromkeys(names) if name in logs and name != "learning_rate"]
    rows, columns = _shape(len(names), 3)
    figure = _figure(4.2 * columns, 3 * rows)
    for axis, name in zip(_panels(figure, len(names), 3), names, strict=True):
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


def curves_of_runs(histories: Mapping[str, History], metric: str = "loss") -> Figure:
    """One metric of several runs against epochs: training solid, validation dashed.

    Args:
        histories: a dict from a run's label to its history, as `learning_curves` takes it.
        metric: the metric's name, default "loss".
    """
    _some(histories=histories)
    figure = _figure(6.5, 3.2, [*histories, "two lines of\ntitle"])
    axis = figure.subplots()
    dashed = False
    for index, (label, history) in enumerate(histories.items()):
        # dashes tell training from validation, so that runs of one colour differ in markers
        logs, colour, turn = _logs(history), COLOURS[index % len(COLOURS)], index // len(COLOURS)
        marker: dict[str, Any] = {"color": colour, "marker": MARKERS[turn % len(MARKERS)], "markersize": 3}
        axis.plot(_epochs(logs[metric]), logs[metric], label=label, **marker)
        if f"val_{metric}" in logs:
            look = marker if turn else {"color": colour}
            axis.plot(_epochs(logs[f"val_{metric}"]), logs[f"val_{metric}"], linestyle="--", **look)
            dashed = True
    _epoch_axis(axis, metric)
    axis.legend(title="solid: training\ndashed: validation" if dashed else None, frameon=False, **_BESIDE)
    return figure


def confusion_matrix(counts: ArrayLike, class_names: Sequence[str]) -> Figure:
    """A confusion matrix with its counts, and the recall of each class beside it.

    Args:
        counts: (k, k) whole numbers: images of true class `row` that were taken for class `column`.
        class_names: the name of each class.

    Raises:
        ValueError: there are no names, or `counts` has another shape.
    """
    counts = np.asarray(counts)
    _some(class_names=class_names)
    if counts.shape != (len(class_names),) * 2:
        raise ValueError(f"counts has the shape {counts.shape}, and class_names {len(class_names)} names")
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


def lr_range(
    learning_rates: ArrayLike,
    losses: ArrayLike,
    chosen: float | None = None,
    smoothed: ArrayLike | None = None,
) -> Figure:
    """A learning-rate range test: the loss while the learning rate grows, on a logarithmic axis.

    The loss axis ends a little above where the test began, since a diverging loss would flatten all the rest.
    The test is that of Leslie N. Smith, "Cyclical learning rates for training neural networks", 2017,
    arXiv:1506.01186.

    Args:
        learning_rates: (n,) growing learning rates.
        losses: (n,) the loss after the step with each; where it is not a finite number, nothing is drawn.
        chosen: a learning rate to be marked.
        smoothed: (n,) smoothed losses, drawn over the others with their minimum marked, if given.

    Raises:
        ValueError: no loss is a finite number.
    """
    learning_rates, losses = np.asarray(learning_rates), np.asarray(losses, dtype=float)
    finite = losses[np.isfinite(losses)]
    if not len(finite):
        raise ValueError("there is nothing to draw: losses holds no finite number")
    figure = _figure(6, 3.2)
    axis = figure.subplots()
    if smoothed is None:
        axis.plot(learning_rates, losses, color=BLUE)
    else:
        smoothed = np.asarray(smoothed, dtype=float)
        best = np.nanargmin(smoothed)
        axis.plot(learning_rates, losses, color=SKY, linewidth=0.8, alpha=0.7, label="each step")
        axis.plot(learning_rates, smoothed, color=BLUE, label="smoothed")
        axis.plot(
            learning_rates[best],
            smoothed[best],
            "o",
            color=BLACK,
            label=f"lowest: {learning_rates[best]:.2g}",
        )
    axis.set_xscale("log")
    start, lowest = np.median(finite[: max(1, len(finite) // 20)]), finite.min()
    if start > lowest:  # else the loss never fell, and what matplotlib chooses will do
        axis.set_ylim(lowest - 0.1 * (start - lowest), start + 0.4 * (start - lowest))
    axis.set_xlabel("learning rate")
    axis.set_ylabel("training loss")
    if chosen is not None:
        axis.axvline(chosen, color=VERMILION, linestyle="--", label=f"chosen: {chosen:.2g}")
    if chosen is not None or smoothed is not None:
        axis.legend(frameon=False)
    _tidy(axis)
    return figure


def activation_functions(functions: Mapping[str, Function], low: float = -4.0, high: float = 4.0) -> Figure:
    """Activation functions beside their derivatives.

    Args:
        functions: a dict from a name to a function of an array (NumPy's or one of `keras.activations`).
        low: where the pre-activations begin, default −4.
        high: where they end, default 4.
    """
    _some(functions=functions)
    grid = np.linspace(low, high, 801, dtype=np.float32)
    figure = _figure(8.4, 3, functions)
    values, derivatives = figure.subplots(1, 2)
    for index, (name, function) in enumerate(functions.items()):
        outputs = np.asarray(function(grid), dtype=np.float64)
        values.plot(grid, outputs, label=name, **_look(index))
        derivatives.plot(grid, np.gradient(outputs, grid.astype(np.float64)), **_look(index))
    for axis, label in ((values, "activation"), (derivatives, "derivative")):
        axis.set_xlabel("pre-activation")
        axis.set_ylabel(label)
        _tidy(axis)
    values.set_ylim(max(values.get_ylim()[0], low), min(values.get_ylim()[1], high))
    figure.legend(loc="outside right center", frameon=False)
    return figure


_BESIDE: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0)}  # a legend that covers no curve
_ABOVE: dict[str, Any] = {"loc": "outside upper center", "ncols": 2}  # one of a figure, which stays narrow


def _figure(width: float, height: float, names: Iterable = ()) -> Figure:
    """A figure, as high as a legend with these names needs it at least."""
    lines = sum(str(name).count("\n") + 1 for name in names)
    return Figure(figsize=(width, max(height, 0.22 * lines + 0.75)), dpi=DPI, layout="constrained")


def _some(**given: Any) -> None:
    """Refuse to draw nothing: the one argument must hold something."""
    ((name, values),) = given.items()
    if len(values) == 0:
        raise ValueError(f"there is nothing to draw: {name} is empty")


def _look(index: int) -> dict[str, Any]:
    """Colour and dash of a line; both come again together after 28."""
    return {"color": COLOURS[index % len(COLOURS)], "linestyle": DASHES[index % len(DASHES)]}


def _marked(index: int) -> dict[str, Any]:
    """Colour and marker of a line with few points, solid before dashed; they come again together after 28."""
    dash = DASHES[index // len(COLOURS) % len(DASHES)]
    return {
        "color": COLOURS[index % len(COLOURS)],
        "marker": MARKERS[index % len(MARKERS)],
        "linestyle": dash,
    }


def _shape(count: int, per_row: int) -> tuple[int, int]:
    """Rows and columns of so many panels."""
    columns = min(count, per_row)
    return math.ceil(count / columns), columns


def _panels(figure: Figure, count: int, per_row: int, **shared: Any) -> list[Axes]:
    """So many panels, at most `per_row` side by side; what is left of the last row stays empty."""
    grid = figure.subplots(*_shape(count, per_row), squeeze=False, **shared)
    for axis in grid.flat[count:]:
        axis.set_axis_off()
    for axis in grid.flat[max(0, count - grid.shape[1]) : count]:  # also where the row below is not full
        axis.tick_params(labelbottom=True)
    return list(grid.flat[:count])


def _tidy(axis: Axes) -> None:
    axis.spines[["top", "right"]].set_visible(False)


def _epoch_axis(axis: Axes, label: str) -> None:
    axis.set_xlabel("epoch")
    axis.set_ylabel(label.replace("_", " "))
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.grid(alpha=0.3)
    _tidy(axis)


def _epochs(values: Sequence[float]) -> np.ndarray:
    return np.arange(1, len(values) + 1)


def _logs(history: Any) -> Any:
    """What a history holds, by metric; at least one epoch."""
    logs = dict(getattr(history, "history", history))
    if not any(len(values) for values in logs.values()):
        raise ValueError("there is nothing to draw: the history has no epoch")
    return logs


def per_layer(curves: Mapping[str, ArrayLike], label: str, legend_title: str | None = None) -> Figure:
    """A positive number for each layer of networks, on a logarithmic axis; a band spans repeated runs.

    Where no run has a finite number above 0 (it vanished or overflowed), nothing is drawn.

    Args:
        curves: a dict from a network's name to an array (n_layers,), or (n_runs, n_layers), of which the
            median is drawn and a band from the smallest to the largest.
        label: what the number is, with its unit if it has one.
        legend_title: what the names say, such as "initial weights".
    """
    _some(curves=curves)
    figure = _figure(7.4, 3.6, [*curves, legend_title])
    axis = figure.subplots()
    for index, (name, values) in enumerate(curves.items()):
        values = np.atleast_2d(np.asarray(values, dtype=float))
        drawable = np.ma.masked_where(~(np.isfinite(values) & (values > 0)), values)
        look, layers = _look(index), np.arange(values.shape[1])
        axis.plot(layers, np.ma.median(drawable, axis=0), label=name, **look)
        axis.fill_between(layers, drawable.min(axis=0), drawable.max(axis=0), color=look["color"], alpha=0.25)
    axis.set_yscale("log")
    axis.set_xlabel("layer (0 is the one next to the input)")
    axis.set_ylabel(label)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.grid(alpha=0.3)
    _tidy(axis)
    axis.legend(title=legend_title, frameon=False, **_BESIDE)
    return figure


def heat_maps(
    tables: "Mapping[str, pd.DataFrame]",
    column_label: str,
    row_label: str,
    value_label: str,
    limit: float = 12.0,
) -> Figure:
    """Tables of numbers as coloured squares side by side: blue below 0, red above, the number in each.

    Args:
        tables: a dict from a panel's title to a pandas.DataFrame; all have the same rows and columns.
        column_label: what the columns are.
        row_label: what the rows are.
        value_label: what the numbers are.
        limit: the size at which colours are full, default 12; infinite ones are full too, NaN is grey.
    """
    _some(tables=tables)
    rows, columns = next(iter(tables.values())).shape
    down, across = _shape(len(tables), 3)
    figure = _figure(2.2 + (0.62 * columns + 0.5) * across, (0.36 * rows + 1.4) * down)
    panels = _panels(figure, len(tables), 3, sharey=True)
    for axis, (title, table) in zip(panels, tables.items(), strict=True):
        values = table.to_numpy(dtype=float)
        clipped = np.ma.masked_invalid(np.clip(values, -limit, limit))
        axis.set_facecolor("lightgrey")
        drawn = axis.imshow(clipped, cmap="RdBu_r", vmin=-limit, vmax=limit, aspect="auto")
        for row, column in np.ndindex(*values.shape):
            value = values[row, column]
            colour = "white" if abs(value) > 0.6 * limit else "black"
            words = "NaN" if np.isnan(value) else f"{value:.1f}"
            axis.text(column, row, words, ha="center", va="center", color=colour, fontsize=8)
        axis.set_xticks(range(columns), table.columns)
        axis.set_yticks(range(rows), table.index)
        axis.set_xlabel(column_label)
        axis.set_title(title, fontsize=10)
    for axis in panels[::across]:
        axis.set_ylabel(row_label)
    figure.colorbar(drawn, ax=figure.axes, label=value_label, shrink=0.9)
    return figure


def mean_and_range(
    panels: Mapping[str, Mapping[str, ArrayLike]],
    x: Iterable[float],
    xlabel: str,
    ylabel: str,
    legend_title: str | None = None,
    log: bool = False,
    smooth: bool = False,
) -> Figure:
    """Curves of repeated runs: the mean over the runs, and a band from the lowest to the highest run.

    Args:
        panels: a dict from a panel's title to its curves, a dict from a name to an array (runs, points). A
            name has one look in all panels, and stands once in the legend.
        x: the points' places on the horizontal axis: epochs, layers.
        xlabel: what they are, with their unit.
        ylabel: what the values are, with their unit; all panels share the axis.
        legend_title: what the names of the curves are.
        log: whether the values are drawn on a logarithmic axis, default False.
        smooth: whether curves have no markers (for many points), default False.
    """
    _some(panels=panels)
    places = {name: index for index, name in enumerate(dict.fromkeys(n for c in panels.values() for n in c))}
    _some(curves=places)
    rows, columns = _shape(len(panels), 4)
    width = min(2.6 * columns + 1.8, 10) if columns > 1 else 6.5
    figure = _figure(width, 3.1 * rows, [*places, legend_title])
    axes = _panels(figure, len(panels), 4, sharey=True)
    x, handles = np.asarray(list(x)), {}
    for axis, (title, curves) in zip(axes, panels.items(), strict=True):
        for name, of_runs in curves.items():
            runs, look = np.asarray(of_runs, dtype=float), (_look if smooth else _marked)(places[name])
            (handles[name],) = axis.plot(x, runs.mean(axis=0), markersize=4, label=name, **look)
            axis.fill_between(
                x, runs.min(axis=0), runs.max(axis=0), color=look["color"], alpha=0.25, linewidth=0
            )
        axis.set_title(title, fontsize=10)
        axis.set_xlabel(xlabel)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.grid(alpha=0.3)
        _tidy(axis)
    for axis in axes[::columns]:
        axis.set_ylabel(ylabel)
    if log:
        axes[0].set_yscale("log")
    drawn = [handles[name] for name in places]
    figure.legend(drawn, list(places), title=legend_title, loc="outside right upper", frameon=False)
    return figure


def ridges(
    panels: Mapping[str, Sequence[ArrayLike]], labels: Sequence[object], quantity: str, time: str
) -> Figure:
    """Distributions that change over time: histograms above each other, one row a time, the first on top.

    Args:
        panels: a dict from a panel's title to a list of arrays, one for each label; all values count alike.
        labels: the times, one for each row.
        quantity: what is distributed, with its unit: the label of the horizontal axes, which have one scale.
        time: what the labels count.
    """
    _some(panels=panels)
    _some(labels=labels)
    samples = [np.ravel(sample) for rows in panels.values() for sample in rows]
    low, high = np.percentile(np.concatenate(samples), [0.1, 99.9])
    edges = np.linspace(low - 0.05 * (high - low), high + 0.05 * (high - low), 121)
    down, across = _shape(len(panels), 3)
    figure = _figure(3.8 * across + 0.8, (0.5 * len(labels) + 1.2) * down)
    axes = _panels(figure, len(panels), 3, sharex=True, sharey=True)
    for axis, (title, rows) in zip(axes, panels.items(), strict=True):
        for row, sample in enumerate(rows):
            heights = np.histogram(sample, edges)[0].astype(float)
            base = len(rows) - 1 - row
            # every row has the same height: a narrow peak would flatten all others
            curve = base + 0.9 * heights / max(heights.max(), 1)
            centres = (edges[1:] + edges[:-1]) / 2
            axis.fill_between(centres, base, curve, color=BLUE, alpha=0.5, linewidth=0)
            axis.plot(centres, curve, color=BLUE, linewidth=1)
        axis.set_title(title, fontsize=10)
        axis.set_xlabel(quantity, fontsize=9)
        axis.set_yticks(range(len(labels)), [str(label) for label in reversed(labels)])
        axis.grid(axis="y", alpha=0.3)
        _tidy(axis)
    for axis in axes[::across]:
        axis.set_ylabel(time)
    return figure


# --- layers side by side, decisions in the plane ------------------------------------------------------------


def layer_histograms(
    outputs: Mapping[str, Mapping[str, ArrayLike]],
    low: float,
    high: float,
    bins: int = 41,
    xlabel: str = "activation",
) -> Figure:
    """How the outputs of each layer are distributed: a row of histograms for each network.

    Values outside the drawn range are counted in the outermost bars. Each histogram has its own height and
    its standard deviation above it.

    Args:
        outputs: a dict from a network's name to a dict from a layer's name to an array of any shape.
        low: where the horizontal axes begin.
        high: where they end.
        bins: number of bars, default 41.
        xlabel: what the values are, default "activation".
    """
    _some(outputs=outputs)
    columns = max(len(layers) for layers in outputs.values())
    _some(layers=range(columns))
    figure = _figure(1.75 * columns, 1.45 * len(outputs) + 0.5)
    grid = figure.subplots(len(outputs), columns, squeeze=False, sharex=True)
    for row, (network, layers) in zip(grid, outputs.items(), strict=True):
        for axis in row[len(layers) :]:  # of a network with fewer layers than others
            axis.set_axis_off()
        for axis, (layer, values) in zip(row, layers.items(), strict=False):
            values = np.asarray(values, dtype=np.float64).ravel()
            axis.hist(np.clip(values, low, high), bins=np.linspace(low, high, bins + 1), color=BLUE)
            axis.set_title(f"{layer}: sd {values.std():.2g}", fontsize=8)
            axis.set_xlim(low, high)
            axis.set_yticks([])
            _tidy(axis)
        row[0].set_ylabel(network, fontsize=9)
    for column in grid.T:
        lowest = [axis for axis in column if axis.axison][-1]
        lowest.set_xlabel(xlabel, fontsize=9)
        lowest.tick_params(labelbottom=True)
    return figure


def decision_regions(
    regions: Mapping[str, ArrayLike],
    points: ArrayLike,
    labels: ArrayLike,
    extent: tuple[float, float, float, float],
) -> Figure:
    """What networks answer in the plane: the probability of class 1 as shades, one half as a line.

    Args:
        regions: a dict from a network's name to its probabilities of class 1, an array of shape (rows,
            columns) on a grid; the first row is the lowest.
        points: (n, 2) examples to be drawn on top.
        labels: (n,) their classes, 0 or 1.
        extent: left, right, bottom and top of the grid.
    """
    _some(regions=regions)
    rows, columns = _shape(len(regions), 3)
    figure = _figure(2.9 * columns, 2.3 * rows + 0.4)
    axes = _panels(figure, len(regions), 3, sharex=True, sharey=True)
    points, labels = np.asarray(points), np.asarray(labels)
    for axis, (name, probabilities) in zip(axes, regions.items(), strict=True):
        shades = np.asarray(probabilities)
        axis.imshow(shades, extent=extent, origin="lower", cmap="PuOr_r", vmin=-0.4, vmax=1.4, aspect="auto")
        across = np.linspace(extent[0], extent[1], shades.shape[1])
        up = np.linspace(extent[2], extent[3], shades.shape[0])
        axis.contour(across, up, shades, levels=[0.5], colors=BLACK, linewidths=1)
        for label, colour, marker in ((0, BLUE, "o"), (1, VERMILION, "^")):
            of_class = points[labels == label]
            axis.scatter(
                of_class[:, 0],
                of_class[:, 1],
                s=9,
                color=colour,
                marker=marker,
                edgecolor=BLACK,
                linewidth=0.3,
                label=label,
            )
        axis.set_title(name, fontsize=10)
    for axis in axes[::columns]:
        axis.set_ylabel("second input")
    for axis in axes[-columns:]:
        axis.set_xlabel("first input")
    handles, names = axes[0].get_legend_handles_labels()
    figure.legend(handles, names, title="class", loc="outside right center", frameon=False)
    return figure


PATH_STYLES = (
    ("-", "o"),
    ("--", "s"),
    ("-.", "^"),
    (":", "v"),
    ("-", "D"),
    ("--", "P"),
    ("-.", "X"),
    ((0, (1, 3)), "*"),
)
PATH_COLOURS = (*COLOURS, "#8C510A")  # a brown: one colour for each of the styles


def _path_look(index: int) -> tuple[str, Any, str]:
    """Colour, dashes and last marker of a path; they come again together after 64."""
    turn, place = divmod(index, len(PATH_COLOURS))
    return PATH_COLOURS[place], *PATH_STYLES[(place + turn) % len(PATH_STYLES)]


def optimizer_paths(
    losses: Mapping[str, Function],
    paths: Mapping[str, Mapping[str, np.ndarray]],
    equal: Collection[str] = (),
) -> Figure:
    """Paths of optimisers over the contour lines of losses of two weights, one panel a loss.

    Args:
        losses: a dict from a panel's title to a function of two arrays, the weights.
        paths: a dict from the same titles to dicts from an optimiser's name to its path, (steps + 1, 2).
        equal: titles of the panels in which both weights have the same scale, so that a circle is one.
    """
    _some(losses=losses)
    for of_loss in paths.values():
        _some(paths=of_loss)
    rows, columns = _shape(len(losses), 3)
    figure = _figure(3.7 * columns + 1.2, 3.7 * rows, [*next(iter(paths.values())), "start"])
    axes = _panels(figure, len(losses), 3)
    for axis, (title, loss) in zip(axes, losses.items(), strict=True):
        _contours(axis, title, loss, paths[title].values(), equal=title in equal)
        for index, (name, path) in enumerate(paths[title].items()):
            colour, line, marker = _path_look(index)
            axis.plot(*path.T, linestyle=line, color=colour, linewidth=1.2, label=name)
            axis.plot(*path[-1], marker, color=colour, markersize=6, markeredgecolor="white")
        axis.plot(*next(iter(paths[title].values()))[0], "*", color=BLACK, markersize=10, label="start")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right center", frameon=False)
    return figure


def optimizer_animation(
    title: str, loss: Function, paths: Mapping[str, np.ndarray], frames: int = 24
) -> bytes:
    """The paths of `optimizer_paths` for one loss, step by step, as the bytes of an animated GIF.

    Args:
        title: of the panel.
        loss: a function of two arrays, the weights.
        paths: a dict from an optimiser's name to its path, (steps + 1, 2).
        frames: how many of the steps are drawn, default 24; each stays for an eighth of a second.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    _some(paths=paths)
    figure = _figure(5, 3, paths)
    figure.set_dpi(SHARPNESS * DPI)
    canvas, axis = FigureCanvasAgg(figure), figure.subplots()
    _contours(axis, title, loss, paths.values())
    lines = []
    for index, name in enumerate(paths):
        colour, line, marker = _path_look(index)
        look = {"linestyle": line, "marker": marker, "markevery": [-1], "color": colour, "linewidth": 1.2}
        lines += axis.plot([], [], label=name, **look)
    figure.legend(loc="outside right center", frameon=False)
    images, palette = [], _gif_palette()
    for last in np.linspace(1, len(next(iter(paths.values()))), frames).astype(int):
        for line, path in zip(lines, paths.values(), strict=True):
            line.set_data(*path[:last].T)
        canvas.draw()
        pixels = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        images.append(pixels.quantize(palette=palette, dither=Image.Dither.NONE))
    gif = io.BytesIO()
    images[0].save(gif, "GIF", save_all=True, append_images=images[1:], duration=125, loop=0, optimize=True)
    return gif.getvalue()


def show_animation(gif: bytes, alt: str) -> None:
    """Display an animated GIF in the notebook with a text for those who cannot see it, as `show` does.

    Args:
        gif: its bytes; it has `SHARPNESS` pixels for one of the page.
        alt: what it shows, in a sentence or two.
    """
    from IPython.display import display

    with Image.open(io.BytesIO(gif)) as opened:
        width = opened.width // SHARPNESS
    data = {"image/gif": _as_text(gif), "text/plain": alt}
    display(data, raw=True, metadata={"image/gif": {"alt": alt, "width": width}})


def _gif_palette() -> Image.Image:
    """Greys, and the colours of paths with their shades towards white: one palette for all frames."""
    colours = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in PATH_COLOURS])
    shades = [np.round(255 - share * (255 - colours)) for share in (1, 0.75, 0.5, 0.25)]
    greys = np.repeat(np.linspace(0, 255, 16).astype(int), 3).reshape(-1, 3)
    palette = Image.new("P", (1, 1))
    palette.putpalette([int(value) for value in np.concatenate([greys, *shades]).ravel()])
    return palette


def _contours(
    axis: Axes, title: str, loss: Function, paths: Iterable[np.ndarray], equal: bool = False
) -> None:
    """Contour lines of a loss around paths; steps that leave the picture are cut off."""
    points = np.concatenate([path[np.isfinite(path).all(axis=1)] for path in paths])
    low, high = np.quantile(points, [0.005, 0.995], axis=0)
    margin = 0.25 * (high - low) + 0.1
    if equal:
        margin = (high - low + 2 * margin).max() / 2 - (high - low) / 2
        axis.set_aspect("equal")
    grid = np.meshgrid(*(np.linspace(a, b, 120) for a, b in zip(low - margin, high + margin, strict=True)))
    heights = np.asarray(loss(*grid))
    axis.contour(
        *grid,
        heights,
        levels=np.quantile(heights, np.linspace(0.03, 0.97, 12)),
        colors="0.8",
        linewidths=0.8,
        linestyles="solid",  # else those below zero are dashed, as some of the paths are
    )
    axis.set(
        xlim=grid[0][0, [0, -1]], ylim=grid[1][[0, -1], 0], xlabel="first weight", ylabel="second weight"
    )
    axis.set_title(title)
    _tidy(axis)


# --- comparisons over seeds ---------------------------------------------------------------------------------


def paired_differences(
    differences: Mapping[str, ArrayLike],
    intervals: Mapping[str, tuple[float, float]],
    xlabel: str,
    same_scale: bool = False,
) -> Figure:
    """Differences of paired results, one point a seed, with mean and interval.

    Args:
        differences: a dict from a comparison's name to its differences, (n,).
        intervals: a dict from the same names to the lower and upper end of the mean's interval.
        xlabel: what the differences are, with their unit.
        same_scale: whether the comparisons are rows of one plot, the first on top; otherwise each has a panel
            with a scale of its own, and says so.
    """
    _some(differences=differences)
    if same_scale:
        figure = _figure(6, 0.55 * len(differences) + 1.4)
        axis = figure.subplots()
        for row, (name, values) in enumerate(differences.items()):
            _paired_row(axis, values, intervals[name], -10.0 * row)
        axis.set_yticks([-10.0 * row for row in range(len(differences))], list(differences))
        axis.tick_params(axis="y", length=0)
        panels = [axis]
    else:
        figure = _figure(6, 1.1 * len(differences) + 1.2)
        panels = list(figure.subplots(len(differences), 1, squeeze=False)[:, 0])
        for axis, (name, values) in zip(panels, differences.items(), strict=True):
            _paired_row(axis, values, intervals[name], 0.0)
            axis.set_ylim(-3.5, 5.5)
            axis.set_yticks([])
            axis.set_title(name, fontsize=10, loc="left")
            if len(differences) > 1:
                axis.set_title("a scale of its own", fontsize=8, loc="right")
    for axis in panels:
        axis.axvline(0, color=BLACK, linewidth=0.8, linestyle="--", label="no difference")
        _tidy(axis)
        axis.spines["left"].set_visible(False)
        axis.locator_params(axis="x", nbins=5)  # more numbers with three decimals touch each other
    panels[-1].set_xlabel(xlabel, loc="right")  # a long one may begin below the names of the rows
    handles, labels = panels[0].get_legend_handles_labels()
    once = dict(zip(labels, handles, strict=True))
    figure.legend(once.values(), once.keys(), frameon=False, **_ABOVE)
    return figure


def _paired_row(axis: Axes, values: ArrayLike, interval: tuple[float, float], height: float) -> None:
    """The points of one comparison at this height and up to 4 above, the mean and its interval 2 below."""
    ordered = np.sort(np.asarray(values, dtype=float))
    # points go up and down in turn, so that neighbours do not hide each other
    axis.scatter(ordered, height + np.arange(len(ordered)) % 5, s=14, color=SKY, label="one seed")
    below = height - 2
    axis.plot(list(interval), [below, below], color=VERMILION, linewidth=3, label="interval of the mean")
    axis.plot([ordered.mean()], [below], "o", color=BLACK, markersize=5, label="mean")


def means_and_intervals(
    panels: Mapping[str, Mapping[str, tuple[ArrayLike, ArrayLike, ArrayLike]]],
    x: Sequence[float],
    xlabel: str,
    ylabel: str,
) -> Figure:
    """Curves of means over a logarithmic axis, each point with its interval; one panel below the other.

    Args:
        panels: a dict from a panel's title to its curves, a dict from a name to three arrays (points,): the
            means, the lower and the upper ends of their intervals. A name has one look in all panels, and
            stands once in the legend.
        x: the points' places on the horizontal axis, positive numbers; each is named there.
        xlabel: what they are, with their unit.
        ylabel: what the values are, with their unit; all panels share the axis.
    """
    _some(panels=panels)
    places = {name: index for index, name in enumerate(dict.fromkeys(n for c in panels.values() for n in c))}
    _some(curves=places)
    figure = _figure(5, 2.4 * len(panels) + 0.9, places)
    axes = _panels(figure, len(panels), 1, sharey=True)
    handles: dict[str, Any] = {}
    for axis, (title, curves) in zip(axes, panels.items(), strict=True):
        axis.set_xscale("log")
        for name, (means, lows, highs) in curves.items():
            # a little to the side, so that intervals do not hide each other
            aside = np.asarray(x) * 1.04 ** (places[name] - (len(places) - 1) / 2)
            middle = np.asarray(means, dtype=float)
            around = [middle - np.asarray(lows), np.asarray(highs) - middle]
            look = _marked(places[name])
            handles[name] = axis.errorbar(aside, middle, around, markersize=4, capsize=2, label=name, **look)
        axis.set_xticks(x, [f"{place:g}" for place in x])
        axis.minorticks_off()
        axis.set_title(title, fontsize=10)
        axis.set_ylabel(ylabel)
        axis.grid(alpha=0.3)
        _tidy(axis)
    axes[-1].set_xlabel(xlabel)
    figure.legend([handles[name] for name in places], list(places), frameon=False, **_ABOVE)
    return figure


# --- weights, probabilities and their reliability -----------------------------------------------------------


def weight_histograms(groups: Mapping[str, ArrayLike], bins: int = 81) -> Figure:
    """Histograms of weights, two side by side, on common axes; counts are logarithmic.

    Args:
        groups: a dict from a title to an array of weights of any shape.
        bins: default 81, an odd number, so that one is centred on 0.
    """
    _some(groups=groups)
    limit = max(np.abs(np.asarray(values)).max() for values in groups.values())
    rows, columns = _shape(len(groups), 2)
    figure = _figure(3.2 * columns, 2.3 * rows)
    panels = _panels(figure, len(groups), 2, sharey=True)
    for axis, (title, values) in zip(panels, groups.items(), strict=True):
        axis.hist(np.ravel(values), bins=list(np.linspace(-limit, limit, bins + 1)), color=BLUE, log=True)
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("weight")
        _tidy(axis)
    for axis in panels[::columns]:
        axis.set_ylabel("number of weights")
    return figure


def class_probabilities(
    images: ArrayLike, means: ArrayLike, deviations: ArrayLike, class_names: Sequence[str], labels: ArrayLike
) -> Figure:
    """Images, and beside each the probabilities of all classes with their spread.

    Args:
        images: (n, height, width) of numbers.
        means: (n, k) probabilities.
        deviations: (n, k) standard deviations over passes, drawn as error bars.
        class_names: the name of each class.
        labels: (n,) the true classes, whose names are printed above the images.
    """
    images, means, deviations = (np.asarray(values) for values in (images, means, deviations))
    labels = np.asarray(labels)
    _some(images=images)
    _some(class_names=class_names)
    rows, columns = _shape(len(images), 3)
    figure = _figure(3.4 * columns, max(1.8, 0.2 * len(class_names) + 1) * rows)
    grid = figure.subplots(rows, 2 * columns, width_ratios=[1, 2] * columns, squeeze=False)
    for axis in grid.flat[2 * len(images) :]:
        axis.set_axis_off()
    axes = grid.flat[: 2 * len(images)]
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


def reliability_diagram(tables: "Mapping[str, pd.DataFrame]") -> Figure:
    """Accuracy against confidence, and how many inputs each bin holds.

    Args:
        tables: a dict from a label to what `uncertainty.calibration_bins` returned.
    """
    _some(tables=tables)
    beside = len(tables) > 4  # more would hide the curves
    figure = _figure(7 if beside else 4.6, 4.4, [*tables, "calibrated"])
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    upper.plot([0, 1], [0, 1], color="grey", linestyle=":", label="calibrated")
    for index, (label, table) in enumerate(tables.items()):
        look = _look(index) | {"marker": MARKERS[index % len(MARKERS)]}
        upper.plot(table["confidence"], table["accuracy"], label=label, markersize=4, **look)
        lower.plot(table["confidence"], table["count"], markersize=3, **look)
    upper.set_ylabel("accuracy")
    upper.set_ylim(-0.02, 1.02)
    upper.legend(frameon=False, **(_BESIDE if beside else {}))
    lower.set_yscale("log")
    lower.set_ylabel("inputs")
    lower.set_xlabel("confidence (mean of each bin)")
    for axis in (upper, lower):
        axis.set_xlim(0, 1.02)
        _tidy(axis)
    return figure


def rejection_curves(curves: "Mapping[str, Sequence[pd.DataFrame]]", largest: float = 0.6) -> Figure:
    """Accuracy of what is kept against the share that is rejected: mean of several runs, and their range.

    Args:
        curves: a dict from a label to a list of what `uncertainty.accuracy_rejection` returned, all of as
            many rows.
        largest: the share where the axis ends, default 0.6.
    """
    _some(curves=curves)
    figure = _figure(7, 3, curves)
    axis = figure.subplots()
    for index, (label, runs) in enumerate(curves.items()):
        _some(runs=runs)
        shown = runs[0]["rejected"].to_numpy() <= largest
        share = runs[0]["rejected"].to_numpy()[shown]
        values = np.array([run["accuracy"].to_numpy()[shown] for run in runs])
        look = _look(index)
        axis.plot(share, values.mean(axis=0), label=label, **look)
        axis.fill_between(
            share, values.min(axis=0), values.max(axis=0), color=look["color"], alpha=0.15, linewidth=0
        )
    axis.set_xlabel("share that is handed over")
    axis.set_ylabel("accuracy on the rest")
    axis.legend(frameon=False, **_BESIDE)
    _tidy(axis)
    return figure
