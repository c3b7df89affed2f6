"""Shows a figure with sliders that move lines in it; every position is computed before the figure is shown.

All of it stands in the cell's output: the picture, the lines at each position, and a few lines of script that
draw them over the picture. A move asks no kernel, so pages that have none answer it too; nothing is loaded.
Where no scripts run, the picture shows the lines at their start.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from course_utils import plots

Points: TypeAlias = tuple[ArrayLike, ArrayLike]

COLOURS = 48  # of the picture
PALE = 0.4  # opacity of the lines at their start
SCALE = 2  # whole units of the lines for a pixel of the picture
FAR = 10_000  # units beyond the picture's corner that a line may go
# no page's style for images may move it from under the lines
FITTED = "display: block; max-width: 100%; height: auto; margin: 0; border: 0; padding: 0"
STILL = "To move the sliders, run this cell (or trust the notebook): here, scripts do not run."

# A program may put the script elsewhere, so it looks for boxes that have no sliders yet
SCRIPT = """
for (const box of document.querySelectorAll("[data-course-sliders]")) {
  const {size, lines, sliders, positions} = JSON.parse(box.dataset.courseSliders);
  box.removeAttribute("data-course-sliders");
  const [picture, controls, said] = box.children;
  const draw = (parent, name, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    return parent.appendChild(made);
  };
  const style = "position: absolute; left: 0; top: 0; width: 100%; height: 100%";
  const over = draw(picture, "svg", {viewBox: `0 0 ${size[0]} ${size[1]}`, style, "aria-hidden": true});
  const paths = lines.map(({frame, look}) => draw(draw(over, "svg", frame), "path", look));
  controls.replaceChildren();
  const inputs = sliders.map(({label, texts, start}) => {
    const row = document.createElement("label"), input = document.createElement("input");
    Object.assign(input, {type: "range", min: 0, max: texts.length - 1, value: start});
    input.setAttribute("data-lm-suppress-shortcuts", true); // JupyterLab's arrow keys go to other cells
    input.style.cssText = "flex: 1; max-width: 20em; height: 1.6em";
    row.style.cssText = "display: flex; gap: 0.6em; align-items: center";
    row.append(label, input, document.createElement("span"));
    controls.append(row);
    return input;
  });
  const move = () => {
    let place = 0;
    inputs.forEach((input, number) => {
      const {texts} = sliders[number], text = texts[input.value];
      place = place * texts.length + Number(input.value);
      input.setAttribute("aria-valuetext", text);
      input.nextSibling.textContent = text;
    });
    paths.forEach((path, number) => path.setAttribute("d", positions[place].lines[number]));
    said.textContent = positions[place].said;
  };
  controls.addEventListener("input", move);
  move();
}
"""


def show(
    figure: Figure,
    at: Callable[..., tuple[Mapping[Line2D, Points], str]],
    values: Mapping[str, Sequence[Any]],
    start: Sequence[Any],
    alt: str,
) -> None:
    """Display a figure with a slider for each of some quantities, which move lines in it.

    Pale lines stay where they are at the start. A line may have dashes; one of markers alone is drawn as dots
    of their size.

    Args:
        figure: with the lines in axes whose limits are set; one that pyplot knows is closed.
        at: called with one value of each slider, in their order, once for each combination. It returns a dict
            from each line that moves to its points, two arrays of shape (n,) in the units of its axes, and
            what there is to see, in a sentence or two; the values stand beside the sliders.
        values: a dict from a slider's label to the values at its positions, from left to right, at least two;
            numbers are shown with three significant digits.
        start: the value of each slider at the beginning.
        alt: what the figure shows wherever the sliders are, for those who cannot see it.

    Raises:
        ValueError: there is no slider, one has fewer than two values, or its start is not among them.
    """
    from IPython.display import display

    sliders = _sliders(values, start)
    where = ", ".join(f"{one['label']} {one['texts'][one['start']]}" for one in sliders)
    figure.set_dpi(plots.DPI)
    lines, said_at_start = at(*start)
    for line, points in lines.items():
        line.set_data(*points)
        line.set_alpha(PALE)
    figure.draw_without_rendering()  # from here on every point has its place, in the sharper picture too
    figure.set_layout_engine("none")
    size = [round(SCALE * float(length)) for length in figure.bbox.size]
    positions = []
    for chosen in product(*values.values()):
        moved, said = at(*chosen)
        positions.append({"lines": [_path(line, moved[line], size[1]) for line in lines], "said": said})
    looks = [{"frame": _frame(line, size[1]), "look": _look(line)} for line in lines]
    data = {"size": size, "lines": looks, "sliders": sliders, "positions": positions}
    width = plots.page_width(figure)
    html = _html(data, plots.as_png(figure, COLOURS), width, alt, where, said_at_start)
    display({"text/html": html, "text/plain": f"{alt} At {where}: {said_at_start}"}, raw=True)


def _sliders(values: Mapping[str, Sequence[Any]], start: Sequence[Any]) -> list[dict[str, Any]]:
    if not values:
        raise ValueError("there is nothing to move: values has no slider")
    if len(start) != len(values):
        raise ValueError(f"start has {len(start)} values, and there are {len(values)} sliders")
    sliders = []
    for (label, positions), first in zip(values.items(), start, strict=True):
        if len(positions) < 2:
            raise ValueError(f"the slider {label!r} needs at least two values; it has {len(positions)}")
        if first not in list(positions):
            raise ValueError(f"the start of the slider {label!r}, {first}, is not among its values")
        texts = [one if isinstance(one, str) else f"{one:.3g}" for one in positions]
        sliders.append({"label": label, "texts": texts, "start": list(positions).index(first)})
    return sliders


def _frame(line: Line2D, height: int) -> dict[str, int]:
    """The place of a line's axes, outside of which nothing is drawn of it."""
    assert line.axes is not None
    x0, y0, x1, y1 = (round(SCALE * float(edge)) for edge in line.axes.bbox.extents)
    return {"x": x0, "y": height - y1, "width": x1 - x0, "height": y1 - y0}


def _look(line: Line2D) -> dict[str, str]:
    """How a line is drawn, as attributes of an SVG path."""
    unit = SCALE * plots.DPI / 72  # of a point
    look = {"fill": "none", "stroke": to_hex(line.get_color()), "stroke-linejoin": "round"}
    if line.get_linestyle() == "None":  # dots: strokes of no length, with round ends
        return look | {
            "stroke-width": f"{(line.get_markersize() + line.get_markeredgewidth()) * unit:.3g}",
            "stroke-linecap": "round",
        }
    look["stroke-width"] = f"{line.get_linewidth() * unit:.3g}"
    if dashes := {"--": (3.7, 1.6), ":": (1, 1.65), "-.": (6.4, 1.6, 1, 1.6)}.get(str(line.get_linestyle())):
        look["stroke-dasharray"] = " ".join(f"{line.get_linewidth() * unit * one:.3g}" for one in dashes)
    return look


def _path(line: Line2D, points: Points, height: int) -> str:
    """A line through points as the data of an SVG path: in whole units, each point from the one before."""
    frame = _frame(line, height)
    xy = np.column_stack([np.asarray(one, dtype=float) for one in points])
    pixels = line.get_transform().transform(xy[np.isfinite(xy).all(axis=1)])
    if not len(pixels):
        return ""
    placed = np.column_stack([SCALE * pixels[:, 0] - frame["x"], height - frame["y"] - SCALE * pixels[:, 1]])
    steps = np.diff(np.clip(placed, -FAR, FAR).round().astype(int), axis=0, prepend=0)
    if line.get_linestyle() == "None":
        return "".join(f"m{x} {y}h0" for x, y in steps)
    return f"m{steps[0, 0]} {steps[0, 1]}" + "".join(_step(x, y) for x, y in steps[1:] if x or y)


def _step(x: int, y: int) -> str:
    """A step along a line, as short as it can be said."""
    if not y:
        return f"h{x}"
    return f"v{y}" if not x else f"l{x} {y}"


def _html(data: dict[str, Any], png: bytes, width: int, alt: str, where: str, said: str) -> str:
    packed = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    encoded = base64.b64encode(png).decode("ascii")
    source = f"data:image/png;base64,{encoded}"
    image = f'<img src="{source}" alt="{escape(alt)}" width="{width}" style="{FITTED}">'
    packed = escape(packed, quote=False).replace("'", "&#x27;")  # it is full of double quotes
    return (
        f"<div class=\"mathjax_ignore\" data-course-sliders='{packed}'>"
        f'<div style="position: relative; width: fit-content">{image}</div>'
        f'<div>{escape(where)}. <em>{STILL}</em></div><div role="status">{escape(said)}</div></div>'
        f"<script>{SCRIPT}</script>"
    )
