"""Figures carry labels, the numbers they were given, and alt text; and stay small."""

import base64
import io

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from course_utils import data, plots

CLASSES = data.CLASS_NAMES["fashion_mnist"]
HISTORY = {
    "loss": [2.0, 1.0, 0.5],
    "val_loss": [2.1, 1.2, 0.9],
    "accuracy": [0.5, 0.7, 0.8],
    "learning_rate": [1, 1, 1],
}


def counts():
    rng = np.random.default_rng(0)
    return rng.integers(0, 100, (10, 10)) + 500 * np.eye(10, dtype=int)


def bars(axis: Axes) -> list[Rectangle]:
    """The bars of an axis, which has no other patches."""
    found = [patch for patch in axis.patches if isinstance(patch, Rectangle)]
    assert len(found) == len(axis.patches)
    return found


FIGURES = {
    "class_counts": lambda: plots.class_counts(np.arange(1000) % 10, CLASSES),
    "learning_curves": lambda: plots.learning_curves(HISTORY),
    "curves_of_runs": lambda: plots.curves_of_runs({"a": HISTORY, "b": HISTORY}, "loss"),
    "confusion_matrix": lambda: plots.confusion_matrix(counts(), CLASSES),
    "lr_range": lambda: plots.lr_range(np.geomspace(1e-5, 1, 50), np.linspace(2, 1, 50), chosen=0.1),
    "activation_functions": lambda: plots.activation_functions({"tanh": np.tanh, "sin": np.sin}),
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_has_labelled_axes_and_is_small(name):
    figure = FIGURES[name]()
    assert isinstance(figure, Figure)
    for axis in figure.axes:
        assert axis.get_xlabel()
    assert any(axis.get_ylabel() for axis in figure.axes) or name == "class_counts"
    png = io.BytesIO()
    figure.savefig(png)
    assert len(png.getvalue()) < 60_000


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_of_a_figure_is_cut_off(name):
    figure = FIGURES[name]()
    figure.draw_without_rendering()
    drawn, page = figure.get_tightbbox().padded(-0.01), figure.bbox_inches
    assert page.x0 <= drawn.x0 <= drawn.x1 <= page.x1
    assert page.y0 <= drawn.y0 <= drawn.y1 <= page.y1


def test_legends_of_many_runs_cover_no_curve():
    histories = {f"run-{index}/001": HISTORY for index in range(6)}
    figure = plots.curves_of_runs(histories, "loss")
    figure.draw_without_rendering()
    (axis,) = figure.axes
    legend = axis.get_legend()
    assert legend is not None
    assert not legend.get_window_extent().overlaps(axis.get_window_extent().shrunk(0.999, 0.999))


def test_epochs_are_counted_from_one_in_whole_numbers():
    loss, accuracy = plots.learning_curves(HISTORY).axes
    assert [line.get_label() for line in loss.lines] == ["training", "validation"]
    np.testing.assert_array_equal(loss.lines[0].get_xdata(), [1, 2, 3])
    np.testing.assert_array_equal(loss.lines[1].get_ydata(), HISTORY["val_loss"])
    assert len(accuracy.lines) == 1
    for axis in (loss, accuracy):
        assert all(float(tick).is_integer() for tick in axis.get_xticks())


def test_the_confusion_matrix_shows_counts_and_recalls():
    matrix, beside = plots.confusion_matrix(counts(), CLASSES).axes
    shown = {text.get_text() for text in matrix.texts}
    assert {str(count) for count in counts().flat if count} == shown
    recalls = np.diag(counts()) / counts().sum(axis=1)
    np.testing.assert_allclose([bar.get_width() for bar in bars(beside)], recalls)


def test_a_class_without_images_has_no_recall_to_divide_by():
    _, beside = plots.confusion_matrix([[2, 0], [0, 0]], ["seen", "never seen"]).axes
    assert [bar.get_width() for bar in bars(beside)] == [1.0, 0.0]


def test_class_counts_count():
    (axis,) = plots.class_counts([0, 0, 2], ["a", "b", "c"]).axes
    assert [bar.get_width() for bar in bars(axis)] == [2, 0, 1]


def test_a_diverging_range_test_does_not_flatten_the_rest():
    losses = np.r_[np.full(20, 2.0), np.linspace(2, 1, 20), 1e6, np.inf, np.nan]
    (axis,) = plots.lr_range(np.geomspace(1e-6, 10, len(losses)), losses, chosen=0.01).axes
    low, high = axis.get_ylim()
    assert low < 1 < 2 < high < 3
    assert axis.get_xscale() == "log"


def test_derivatives_are_those_of_calculus():
    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    _, derivative = plots.activation_functions({"sigmoid": sigmoid}).axes
    (line,) = derivative.lines
    grid, slope = map(np.asarray, line.get_data())
    np.testing.assert_allclose(slope, sigmoid(grid) * (1 - sigmoid(grid)), atol=1e-3)
    assert slope.max() == pytest.approx(0.25, abs=1e-3)


def test_a_grid_shows_each_image_under_its_title():
    images = np.random.default_rng(0).random((13, 28, 28))
    titles = [f"title {index}" for index in range(13)]
    axes = plots.image_grid(images, titles, columns=5).axes
    assert len(axes) == 15
    shown = [axis for axis in axes if axis.images]
    assert [axis.get_title() for axis in shown] == titles
    np.testing.assert_array_equal(shown[7].images[0].get_array(), images[7])


def test_alt_text_is_stored_and_reaches_the_page():
    from nbclient import NotebookClient
    from nbconvert import HTMLExporter
    from nbformat.v4 import new_code_cell, new_notebook

    source = """
from course_utils import plots
from matplotlib import pyplot
plots.show(plots.class_counts([0, 1, 1], ["a", "b"]), "Two bars, a < b.")
pyplot.plot([1, 2])
plots.show(pyplot.gcf(), "A line.")
"""
    notebook = new_notebook(cells=[new_code_cell(source)])
    NotebookClient(notebook, kernel_name="python3").execute()
    first, second = notebook.cells[0].outputs
    assert first.metadata["image/png"]["alt"] == first.data["text/plain"] == "Two bars, a < b."
    for output in (first, second):
        with Image.open(io.BytesIO(base64.b64decode(output.data["image/png"]))) as picture:
            assert picture.width == 2 * output.metadata["image/png"]["width"]
    page, _ = HTMLExporter(template_name="classic").from_notebook_node(notebook)
    assert f'width="{first.metadata["image/png"]["width"]}"' in page
    assert "Two bars, a &lt; b." in page
    assert "A line." in page


def shades_below_lines() -> Figure:
    """Two colours that fade into each other, below a thin line in each of our colours, and text."""
    figure = Figure(figsize=(7, 4))
    axes = figure.add_subplot()
    first, second = np.meshgrid(np.linspace(-1, 1, 200), np.linspace(-1, 1, 200))
    axes.imshow(np.sin(2 * first + second), cmap="PuOr", extent=(-1, 1, -1, 1), aspect="auto")
    for n, colour in enumerate(plots.COLOURS):
        axes.plot([-1, 1], [-0.9 + n / 4, -0.8 + n / 4], color=colour, label=f"line {n}")
    axes.set_title("What is written here is black")
    axes.legend()
    return figure


def thin_lines_on_contours() -> Figure:
    """A short line in each of our colours on many grey ones."""
    figure = Figure(figsize=(7, 4))
    for axes in figure.subplots(1, 3):
        first, second = np.meshgrid(np.linspace(-1, 1, 50), np.linspace(-1, 1, 50))
        axes.contour(first**2 + 4 * second**2, 30, colors="0.75", linewidths=0.7)
        for n, colour in enumerate(plots.COLOURS):
            axes.plot([0, np.cos(n)], [0, np.sin(n)], color=colour, linewidth=1)
    return figure


@pytest.mark.parametrize("sharpness", [None, 2, 1.5, 1])
@pytest.mark.parametrize("draw", [shades_below_lines, thin_lines_on_contours])
def test_a_stored_figure_keeps_rare_colours_and_black_text(draw, sharpness, monkeypatch):
    drawn, shown = io.BytesIO(), []
    draw().savefig(drawn, format="png", dpi=(sharpness or plots.SHARPNESS) * plots.DPI)
    exact = np.asarray(Image.open(drawn).convert("RGB")).reshape(-1, 3)
    if sharpness is None:
        png = plots.as_png(draw())
    else:
        monkeypatch.setenv(plots.CHOICES, str(sharpness))
        monkeypatch.setattr("IPython.display.display", lambda *data, **more: shown.append(more["metadata"]))
        plots.show(draw(), "Lines.")
        (choice,) = shown[0]["image/png"]["choices"]
        png = base64.b64decode(choice)
    stored = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).reshape(-1, 3)
    seen, which, pixels = np.unique(exact, axis=0, return_inverse=True, return_counts=True)
    off = np.zeros(len(seen), int)
    np.maximum.at(off, which.ravel(), np.abs(exact.astype(int) - stored).max(axis=1))
    assert off[pixels >= 20].max() <= 24  # of 255, in each of red, green and blue
    assert stored[(exact == 0).all(axis=1)].max() <= 24
    assert (stored[(exact == 255).all(axis=1)] == 255).all()


PER_LAYER = np.array([[1e-9, 1e-6, 1e-3], [1e-8, 1e-5, 1e-2]])
LAYER_FIGURES = {
    "per_layer": lambda: plots.per_layer(
        {"sigmoid": PER_LAYER, "a single run": PER_LAYER[0]}, "norm of the gradient", "activation"
    ),
    "heat_maps": lambda: plots.heat_maps(
        {
            "first / last": pd.DataFrame([[0.5, -np.inf], [np.nan, 20.0]], ["sigmoid", "tanh"], [5, 10]),
            "first": pd.DataFrame([[0.5, 1.0], [2.0, -3.0]], ["sigmoid", "tanh"], [5, 10]),
        },
        "depth",
        "activation",
        "logarithm to base 10",
    ),
}


@pytest.mark.parametrize("name", LAYER_FIGURES)
def test_figures_of_layers_are_labelled_and_whole(name):
    figure = LAYER_FIGURES[name]()
    assert figure.axes[0].get_xlabel()
    assert figure.axes[0].get_ylabel()
    figure.draw_without_rendering()
    drawn, page = figure.get_tightbbox().padded(-0.01), figure.bbox_inches
    assert page.x0 <= drawn.x0 <= drawn.x1 <= page.x1
    assert page.y0 <= drawn.y0 <= drawn.y1 <= page.y1


def test_per_layer_draws_medians_and_leaves_out_what_vanished_or_overflowed():
    values = np.vstack([PER_LAYER, [1e-7, 0.0, np.inf]])
    (axis,) = plots.per_layer({"sigmoid": values}, "norm").axes
    drawn = np.asarray(axis.lines[0].get_ydata())
    np.testing.assert_allclose(drawn, [1e-8, np.median([1e-6, 1e-5]), np.median([1e-3, 1e-2])])
    assert axis.get_yscale() == "log"
    (axis,) = plots.per_layer({"sigmoid": [0.0, 0.0, 1.0]}, "norm").axes
    assert np.ma.getmaskarray(np.ma.asarray(axis.lines[0].get_ydata(orig=True))).tolist() == [
        True,
        True,
        False,
    ]


def test_heat_maps_write_every_number():
    first, second, _ = LAYER_FIGURES["heat_maps"]().axes
    assert [text.get_text() for text in first.texts] == ["0.5", "-inf", "NaN", "20.0"]
    assert [text.get_text() for text in second.texts] == ["0.5", "1.0", "2.0", "-3.0"]


def runs_panels():
    rng = np.random.default_rng(0)
    return {title: {"with": rng.uniform(size=(3, 4)), "without": rng.uniform(size=(3, 4))} for title in "ab"}


def samples_over_time():
    rng = np.random.default_rng(0)
    return {title: [rng.normal(scale=1 + row, size=200) for row in range(4)] for title in ("one", "two")}


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plots.mean_and_range(runs_panels(), range(1, 5), "epoch", "accuracy"),
        lambda: plots.ridges(samples_over_time(), [0, 10, 20, 40], "weight", "minibatches seen"),
    ],
    ids=["mean_and_range", "ridges"],
)
def test_figures_in_panels_have_labels_and_are_whole_and_small(draw):
    figure = draw()
    assert all(axis.get_xlabel() for axis in figure.axes)
    assert figure.axes[0].get_ylabel()
    figure.draw_without_rendering()
    drawn, page = figure.get_tightbbox().padded(-0.01), figure.bbox_inches
    assert page.x0 <= drawn.x0 <= drawn.x1 <= page.x1
    assert page.y0 <= drawn.y0 <= drawn.y1 <= page.y1
    png = io.BytesIO()
    figure.savefig(png)
    assert len(png.getvalue()) < 60_000


def test_mean_and_range_draws_the_mean_of_the_runs():
    panels = runs_panels()
    figure = plots.mean_and_range(panels, range(1, 5), "epoch", "accuracy")
    for axis, curves in zip(figure.axes, panels.values(), strict=True):
        for line, runs in zip(axis.get_lines(), curves.values(), strict=True):
            np.testing.assert_allclose(np.asarray(line.get_ydata()), runs.mean(axis=0))


def test_ridges_have_the_first_time_on_top():
    figure = plots.ridges(samples_over_time(), [0, 10, 20, 40], "weight", "minibatches seen")
    axis = figure.axes[0]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["40", "20", "10", "0"]
    first, *_, last = axis.get_lines()
    assert np.min(first.get_ydata()) == 3
    assert np.min(last.get_ydata()) == 0


# --- repeated runs, layers side by side, decisions in the plane ---------------------------------------------

RUNS = np.arange(24, dtype=float).reshape(3, 8)  # three runs of eight epochs


def two_networks():
    rng = np.random.default_rng(1)
    return {name: {f"layer {k}": rng.normal(size=(50, 4)) for k in (1, 2, 3)} for name in ("one", "two")}


SIDE_BY_SIDE = {
    "mean_and_range": lambda: plots.mean_and_range(
        {"left": {"a": RUNS, "b": RUNS + 1}, "right": {"b": RUNS}},
        range(8),
        "epoch",
        "accuracy",
    ),
    "layer_histograms": lambda: plots.layer_histograms(two_networks(), -3, 3),
    "decision_regions": lambda: plots.decision_regions(
        {name: np.linspace(0, 1, 400).reshape(20, 20) for name in ("tanh", "relu", "selu", "gelu")},
        np.random.default_rng(2).uniform(-1, 1, size=(30, 2)),
        np.arange(30) % 2,
        (-1, 1, -1, 1),
    ),
}


@pytest.mark.parametrize("name", SIDE_BY_SIDE)
def test_figures_of_several_panels_are_labelled_small_and_whole(name):
    figure = SIDE_BY_SIDE[name]()
    assert any(axis.get_xlabel() for axis in figure.axes)
    assert any(axis.get_ylabel() for axis in figure.axes)
    figure.draw_without_rendering()
    drawn, page = figure.get_tightbbox().padded(-0.01), figure.bbox_inches
    assert page.x0 <= drawn.x0 <= drawn.x1 <= page.x1
    assert page.y0 <= drawn.y0 <= drawn.y1 <= page.y1
    png = io.BytesIO()
    figure.savefig(png)
    assert len(png.getvalue()) < 80_000


def test_bands_go_from_the_lowest_run_to_the_highest_around_their_mean():
    left, right = SIDE_BY_SIDE["mean_and_range"]().axes
    np.testing.assert_array_equal(left.lines[0].get_ydata(), RUNS.mean(axis=0))
    heights = np.asarray(left.collections[0].get_paths()[0].vertices)[:, 1]
    assert (heights.min(), heights.max()) == (RUNS.min(), RUNS.max())
    assert left.lines[1].get_color() == right.lines[0].get_color()  # a name keeps its colour in all panels


def test_the_legend_names_each_line_once():
    (legend,) = SIDE_BY_SIDE["mean_and_range"]().legends
    assert [text.get_text() for text in legend.get_texts()] == ["a", "b"]


def test_intervals_stand_around_their_means_above_the_places_they_belong_to():
    means, lows, highs = np.array([0.4, 0.6, 0.7]), np.array([0.3, 0.5, 0.65]), np.array([0.6, 0.7, 0.8])
    curves = {"pixels": (means, lows, highs), "features": (means + 0.1, lows + 0.1, highs + 0.1)}
    figure = plots.means_and_intervals({"clothes": curves, "cars": curves}, [1, 5, 200], "labels", "accuracy")
    for axis in figure.axes:
        assert [label.get_text() for label in axis.get_xticklabels()] == ["1", "5", "200"]
        for drawn, (middle, low, high) in zip(axis.containers, curves.values(), strict=True):
            line, _, (bars,) = drawn
            np.testing.assert_allclose(line.get_ydata(), middle)
            np.testing.assert_allclose(line.get_xdata(), [1, 5, 200], rtol=0.1)
            ends = np.array([segment[:, 1] for segment in bars.get_segments()])
            np.testing.assert_allclose(ends, np.column_stack([low, high]))
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["pixels", "features"]


def test_histograms_count_every_value_also_those_outside():
    values = np.array([-100.0, 0.0, 0.1, 100.0])
    (axis,) = plots.layer_histograms({"net": {"first": values}}, -1, 1, bins=4).axes
    assert [bar.get_height() for bar in bars(axis)] == [1, 0, 2, 1]
    assert f"{values.std():.2g}" in axis.get_title()


def test_every_network_gets_a_panel_with_its_probabilities():
    axes = [axis for axis in SIDE_BY_SIDE["decision_regions"]().axes if axis.images]
    assert [axis.get_title() for axis in axes] == ["tanh", "relu", "selu", "gelu"]
    for axis in axes:
        np.testing.assert_array_equal(axis.images[0].get_array(), np.linspace(0, 1, 400).reshape(20, 20))
        points = [drawn.get_offsets() for drawn in axis.collections if drawn.get_label() in ("0", "1")]
        assert len(np.concatenate(points)) == 30


# --- comparisons over seeds ---------------------------------------------------------------------------------


def test_paired_differences_on_one_scale_are_rows_of_one_plot():
    differences = {"shift": [0.02, -0.01, 0.03], "flip": [-0.2, -0.1, 0.0], "zoom": [0.1, 0.2, 0.3]}
    intervals = {"shift": (0.0, 0.03), "flip": (-0.15, -0.05), "zoom": (0.15, 0.25)}
    figure = plots.paired_differences(differences, intervals, "difference in accuracy", True)
    (axis,) = figure.axes
    assert [label.get_text() for label in axis.get_yticklabels()] == list(differences)
    rows = list(axis.get_yticks())
    assert rows == sorted(rows, reverse=True)
    for row, name, points in zip(rows, differences, axis.collections, strict=True):
        np.testing.assert_allclose(np.asarray(points.get_offsets())[:, 0], sorted(differences[name]))
        bar = next(line for line in axis.lines if np.array_equal(line.get_xdata(), intervals[name]))
        assert row - 5 < np.asarray(bar.get_ydata())[0] < row  # nearer to its own row than to the next one
    said = [text.get_text() for text in figure.legends[0].get_texts()]
    assert said == ["one seed", "interval of the mean", "mean", "no difference"]


def test_paired_differences_draws_every_seed_and_the_interval():
    differences = {"tuned − scratch": [0.02, -0.01, 0.03], "frozen − scratch": [-0.2, -0.1, 0.0]}
    intervals = {"tuned − scratch": (0.0, 0.03), "frozen − scratch": (-0.15, -0.05)}
    figure = plots.paired_differences(differences, intervals, "difference in accuracy")
    assert figure.axes[-1].get_xlabel() == "difference in accuracy"
    for axis, name in zip(figure.axes, differences, strict=True):
        assert axis.get_title(loc="left") == name
        assert sorted(np.asarray(axis.collections[0].get_offsets())[:, 0]) == sorted(differences[name])
        assert tuple(np.asarray(axis.lines[0].get_xdata())) == intervals[name]
        assert axis.lines[1].get_xdata() == pytest.approx([np.mean(differences[name])])
    figure.draw_without_rendering()
    page, tight = figure.bbox_inches, figure.get_tightbbox().padded(-0.01)
    assert page.x0 <= tight.x0 <= tight.x1 <= page.x1


# --- weights, probabilities and their reliability -----------------------------------------------------------


def answers(n: int = 200, k: int = 10, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    rows = rng.dirichlet(np.full(k, 0.3), size=n)
    return rows, np.array([rng.choice(k, p=row) for row in rows])


def table_of_bins() -> pd.DataFrame:
    from course_utils import uncertainty

    return uncertainty.calibration_bins(*answers(), 10)


def rejected(seed):
    from course_utils import uncertainty

    rows, labels = answers(seed=seed)
    return uncertainty.accuracy_rejection(rows, labels, 1 - rows.max(axis=1))


OF_PROBABILITIES = {
    "weight_histograms": lambda: plots.weight_histograms(
        {"a": np.linspace(-1, 1, 99), "b": np.zeros((3, 3))}
    ),
    "class_probabilities": lambda: plots.class_probabilities(
        np.ones((2, 28, 28)), answers(2)[0], np.full((2, 10), 0.1), CLASSES, [0, 9]
    ),
    "reliability_diagram": lambda: plots.reliability_diagram(
        {"plain": table_of_bins(), "MC": table_of_bins()}
    ),
    "rejection_curves": lambda: plots.rejection_curves({"a": [rejected(0), rejected(1)], "b": [rejected(2)]}),
}


@pytest.mark.parametrize("name", OF_PROBABILITIES)
def test_figures_of_probabilities_are_labelled_whole_and_small(name):
    figure = OF_PROBABILITIES[name]()
    figure.draw_without_rendering()
    drawn, page = figure.get_tightbbox().padded(-0.01), figure.bbox_inches
    assert page.x0 <= drawn.x0 <= drawn.x1 <= page.x1
    assert page.y0 <= drawn.y0 <= drawn.y1 <= page.y1
    assert figure.axes[-1].get_xlabel()
    assert any(axis.get_ylabel() for axis in figure.axes) or name == "class_probabilities"
    png = io.BytesIO()
    figure.savefig(png)
    assert len(png.getvalue()) < 60_000


def test_weight_histograms_share_their_axes_and_count_all():
    first, second = OF_PROBABILITIES["weight_histograms"]().axes
    assert sum(bar.get_height() for bar in bars(first)) == 99
    assert sum(bar.get_height() for bar in bars(second)) == 9
    assert first.get_ylim() == second.get_ylim()


def test_the_reliability_diagram_shows_the_bins():
    upper, lower = OF_PROBABILITIES["reliability_diagram"]().axes
    table = table_of_bins()
    diagonal, plain, _ = upper.lines
    np.testing.assert_array_equal(diagonal.get_ydata(), [0, 1])
    np.testing.assert_allclose(np.asarray(plain.get_xydata()), table[["confidence", "accuracy"]])
    np.testing.assert_array_equal(lower.lines[0].get_ydata(), table["count"])


def test_rejection_curves_are_means_over_the_runs():
    (axis,) = OF_PROBABILITIES["rejection_curves"]().axes
    share, accuracy = map(np.asarray, axis.lines[0].get_data())
    both = np.mean([rejected(0)["accuracy"], rejected(1)["accuracy"]], axis=0)
    np.testing.assert_allclose(accuracy, both[: len(share)])
    assert share[0] == 0
    assert share[-1] <= 0.6


# --- any number of labels -----------------------------------------------------------------------------------

COUNTS = (1, 2, 8, 9, 20)
COUNTS_OF_PANELS = (1, 2, 8, 13)  # which take longest to draw; with 13 the last row is not full, however wide
NORMAL = np.random.default_rng(0).normal(size=(20, 50))


def names(n):
    return [f"label {index}" for index in range(n)]


def of_each(n, value):
    return dict.fromkeys(names(n), value)


def saddle(x, y):
    return x**2 - y**2


def path(index, steps=5):
    return np.linspace([1.0, 1.0], [0.01 * index, -0.1 * index], steps)


# what each function draws of n: labels, curves, classes or panels
OF_ANY_NUMBER = {
    "image_grid": lambda n: plots.image_grid(np.zeros((n, 8, 8)), names(n)),
    "class_counts": lambda n: plots.class_counts(np.arange(n), names(n)),
    "learning_curves": lambda n: plots.learning_curves({f"metric {k}": [1.0, 2.0] for k in range(n)}),
    "curves_of_runs": lambda n: plots.curves_of_runs(of_each(n, HISTORY)),
    "confusion_matrix": lambda n: plots.confusion_matrix(np.eye(n, dtype=int), names(n)),
    "lr_range": lambda n: plots.lr_range(
        np.geomspace(1e-5, 1, n), np.linspace(2, 1, n), chosen=0.1, smoothed=np.linspace(2, 1, n)
    ) if n else plots.lr_range([], []),
    "activation_functions": lambda n: plots.activation_functions(of_each(n, np.tanh)),
    "per_layer": lambda n: plots.per_layer(of_each(n, PER_LAYER), "norm", "weights"),
    "heat_maps": lambda n: plots.heat_maps(of_each(n, pd.DataFrame(np.eye(2))), "depth", "start", "size"),
    "mean_and_range": lambda n: plots.mean_and_range({"panel": of_each(n, RUNS)}, range(8), "epoch", "loss"),
    "mean_and_range, panels": lambda n: plots.mean_and_range(
        of_each(n, {"a": RUNS, "b": RUNS}), range(8), "epoch", "loss", "runs"
    ),
    "ridges": lambda n: plots.ridges({"panel": list(NORMAL[:n])}, names(n), "x", "t"),
    "ridges, panels": lambda n: plots.ridges(of_each(n, NORMAL[:2]), ["early", "late"], "x", "t"),
    "layer_histograms": lambda n: plots.layer_histograms({"net": of_each(n, RUNS)}, 0, 24),
    "layer_histograms, networks": lambda n: plots.layer_histograms(of_each(n, {"layer": RUNS}), 0, 24),
    "decision_regions": lambda n: plots.decision_regions(
        of_each(n, np.linspace(0, 1, 100).reshape(10, 10)), np.eye(2), [0, 1], (-1, 1, -1, 1)
    ),
    "optimizer_paths": lambda n: plots.optimizer_paths(
        {"saddle": saddle}, {"saddle": {name: path(index) for index, name in enumerate(names(n))}}
    ),
    "optimizer_paths, losses": lambda n: plots.optimizer_paths(
        of_each(n, saddle), of_each(n, {"a": path(1)})
    ),
    "means_and_intervals": lambda n: plots.means_and_intervals(
        {"panel": of_each(n, (np.ones(3), np.zeros(3), np.full(3, 2.0)))}, [1, 2, 5], "labels", "accuracy"
    ),
    "means_and_intervals, panels": lambda n: plots.means_and_intervals(
        of_each(n, {"a": (np.ones(3), np.zeros(3), np.full(3, 2.0))}), [1, 2, 5], "labels", "accuracy"
    ),
    "paired_differences, one scale": lambda n: plots.paired_differences(
        of_each(n, [0.1, 0.2]), of_each(n, (0.0, 0.3)), "difference", True
    ),
    "paired_differences": lambda n: plots.paired_differences(
        of_each(n, [0.1, -0.2, 0.3]), of_each(n, (-0.1, 0.2)), "difference"
    ),
    "weight_histograms": lambda n: plots.weight_histograms(of_each(n, RUNS)),
    "class_probabilities": lambda n: plots.class_probabilities(
        np.zeros((2, 8, 8)), np.full((2, n), 1 / max(n, 1)), np.zeros((2, n)), names(n), [0, 0]
    ),
    "class_probabilities, images": lambda n: plots.class_probabilities(
        np.zeros((n, 8, 8)), np.full((n, 3), 1 / 3), np.zeros((n, 3)), names(3), [0] * n
    ),
    "reliability_diagram": lambda n: plots.reliability_diagram(of_each(n, table_of_bins())),
    "rejection_curves": lambda n: plots.rejection_curves(of_each(n, [rejected(0)])),
}  # fmt: skip
WITH_A_LINE_EACH = (
    "curves_of_runs", "activation_functions", "per_layer", "mean_and_range", "optimizer_paths",
    "reliability_diagram", "rejection_curves",
)  # fmt: skip
IN_PANELS = {
    name for name in OF_ANY_NUMBER if name.endswith((", panels", ", networks", ", losses", ", images"))
} | {"learning_curves", "heat_maps", "layer_histograms", "decision_regions", "weight_histograms"}
SHOWN = {"show", "show_animation", "as_png", "page_width"}  # these draw nothing


def test_every_function_is_tried_with_any_number():
    own = [thing for thing in vars(plots).values() if getattr(thing, "__module__", "") == plots.__name__]
    public = {thing.__name__ for thing in own if not thing.__name__.startswith("_")}
    tried = {name.partition(",")[0] for name in OF_ANY_NUMBER} | {"optimizer_animation"}
    assert tried == public - SHOWN


@pytest.mark.parametrize(
    ("name", "n"),
    [(name, n) for name in OF_ANY_NUMBER for n in (COUNTS_OF_PANELS if name in IN_PANELS else COUNTS)],
)
def test_any_number_is_drawn_whole_and_no_wider_than_a_page_can_show(name, n):
    figure = OF_ANY_NUMBER[name](n)
    figure.draw_without_rendering()
    drawn, page = figure.get_tightbbox().padded(-0.01), figure.bbox_inches
    assert page.x0 <= drawn.x0 <= drawn.x1 <= page.x1
    assert page.y0 <= drawn.y0 <= drawn.y1 <= page.y1
    for axis in figure.axes:
        if axis.axison and axis.get_label() != "<colorbar>":
            box = axis.get_window_extent()
            assert min(box.width, box.height) > 20  # pixels: legends and titles leave room to draw in
    if name != "layer_histograms":  # whose columns are the layers of a network
        assert page.x1 <= 18


@pytest.mark.parametrize("n", COUNTS)
@pytest.mark.parametrize("name", WITH_A_LINE_EACH)
def test_no_two_lines_look_alike_and_the_legend_names_each(name, n):
    figure = OF_ANY_NUMBER[name](n)
    lines = [line for line in figure.axes[0].lines if line.get_label() in names(n)]
    assert [line.get_label() for line in lines] == names(n)
    # dashes as they are drawn: of those given by their lengths get_linestyle says "--"
    looks = {(line.get_color(), str(vars(line)["_dash_pattern"]), line.get_marker()) for line in lines}
    assert len(looks) == n
    legends = [*figure.legends, *filter(None, (axis.get_legend() for axis in figure.axes))]
    assert set(names(n)) <= {text.get_text() for legend in legends for text in legend.get_texts()}
    if n > 4:
        figure.draw_without_rendering()
        for axis in figure.axes:
            area = axis.get_window_extent().shrunk(0.99, 0.99)
            assert not any(legend.get_window_extent().overlaps(area) for legend in legends)


@pytest.mark.parametrize("n", COUNTS)
def test_the_animation_has_every_path(n):
    from PIL import Image, ImageSequence

    paths = {name: path(index) for index, name in enumerate(names(n))}
    with Image.open(io.BytesIO(plots.optimizer_animation("saddle", saddle, paths, frames=2))) as gif:
        assert len(list(ImageSequence.Iterator(gif))) == 2
        assert gif.height >= 15 * n


@pytest.mark.parametrize("name", OF_ANY_NUMBER)
def test_nothing_to_draw_is_said_in_a_sentence(name):
    with pytest.raises(ValueError, match="there is nothing to draw: "):
        OF_ANY_NUMBER[name](0)


def test_no_path_to_animate_is_said_in_a_sentence():
    with pytest.raises(ValueError, match="there is nothing to draw: paths is empty"):
        plots.optimizer_animation("saddle", saddle, {})


def test_classes_without_a_name_are_said_in_a_sentence():
    with pytest.raises(ValueError, match="labels go up to 3, and class_names names 2 classes"):
        plots.class_counts([0, 3], ["a", "b"])
    with pytest.raises(ValueError, match=r"counts has the shape \(2, 2\), and class_names 3 names"):
        plots.confusion_matrix(np.eye(2), ["a", "b", "c"])


def test_networks_may_have_different_numbers_of_layers():
    figure = plots.layer_histograms({"deep": of_each(3, RUNS), "flat": of_each(1, RUNS)}, 0, 24)
    assert len([axis for axis in figure.axes if axis.axison]) == 4
    assert len([axis for axis in figure.axes if axis.axison and axis.get_xlabel()]) == 3
