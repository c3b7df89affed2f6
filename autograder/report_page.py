"""The page of a class report: tables and inline SVG, in one file that loads nothing."""

import io
import re
from datetime import timedelta
from pathlib import Path

import matplotlib as mpl
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup, escape
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from autograder.grading.results import in_words
from autograder.report import FEWEST, NO_SUBMISSION, ClassReport
from autograder.similarity import COMMON_STUDENTS, FEWEST_SHARED, RUN

TEMPLATES = Path(__file__).parent / "templates"
MOST_PAIRS = 50
INK, BLUE, RED = "#1d2329", "#0550ae", "#a40e26"
# text stays text: it scales, prints and can be read aloud
STYLE = {"svg.fonttype": "none", "font.family": "sans-serif", "font.size": 10, "text.color": INK}


def as_html(found: ClassReport) -> str:
    """The report as one HTML page, which runs no script and loads nothing."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("j2",)),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "share": share, "in_words": in_words}
    plots = [marks_plot(found), exercises_plot(found), times_plot(found)]
    return environment.get_template("class_report.html.j2").render(
        report=found,
        marks_plot=plots[0],
        exercises_plot=plots[1],
        times_plot=plots[2],
        fewest=FEWEST,
        run=RUN,
        fewest_shared=FEWEST_SHARED,
        common_students=COMMON_STUDENTS,
        most_pairs=MOST_PAIRS,
        no_submission=NO_SUBMISSION,
    )


def number(value: float | None, digits: int = 6) -> str:
    """A number with so many significant digits; a dash for None."""
    return "–" if value is None else f"{value:.{digits}g}".replace("-", "−")


def share(value: float | None) -> str:
    """A share in percent; a dash for None."""
    return "–" if value is None else f"{value:.0%}"


def marks_plot(found: ClassReport) -> Markup:
    """How many submissions have how many points."""
    figure, axes = _axes(2.6)
    bins = min(10, max(1, round(found.max_score)))
    edges = [found.max_score * step / bins for step in range(bins + 1)] if found.max_score else [0, 1]
    counts, _, _ = axes.hist(
        [min(max(score, 0), edges[-1]) for score in found.scores], edges, color=BLUE, edgecolor="white"
    )
    axes.set_xlabel(f"points, of {number(found.max_score)}")
    axes.set_ylabel("submissions")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    told = [
        f"{int(count)} from {number(low, 3)} to {number(high, 3)}"
        for count, low, high in zip(counts, edges, edges[1:], strict=False)
        if count
    ]
    return _svg(
        figure, "marks", f"Histogram of the points of {len(found.scores)} submissions: {'; '.join(told)}"
    )


def exercises_plot(found: ClassReport) -> Markup:
    """The share of the points of each exercise that the class earned."""
    known = [exercise for exercise in found.exercises if exercise.difficulty is not None]
    figure, axes = _axes(0.9 + 0.28 * max(1, len(known)))
    bars = axes.barh([exercise.grade_id for exercise in known], [one.difficulty for one in known], color=BLUE)
    axes.bar_label(bars, [share(one.difficulty) for one in known], padding=3)
    axes.set_yticks(range(len(known)), [_shortened(one.title) for one in known])
    axes.invert_yaxis()
    axes.set_xlim(0, 1.12)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set_xlabel("share of the points earned")
    told = "; ".join(f"{one.title}, {share(one.difficulty)}" for one in known)
    return _svg(figure, "exercises", f"Bars with the share of the points that the class earned: {told}")


def times_plot(found: ClassReport) -> Markup:
    """How many submissions had been handed in when; empty where no time is known."""
    times = sorted(standing.submitted for standing in found.standings if standing.submitted)
    if not times:
        return Markup("")
    figure, axes = _axes(2.4)
    if times[0] == times[-1]:
        axes.set_xlim(times[0] - timedelta(hours=12), times[0] + timedelta(hours=12))
    axes.step([times[0], *times], range(len(times) + 1), where="post", color=BLUE)
    axes.plot(times, range(1, len(times) + 1), "o", color=BLUE, markersize=3)
    first, last = (f"{time:%Y-%m-%d %H:%M}" for time in (times[0], times[-1]))
    told = f"{len(times)} submissions, the first on {first}, the last on {last} UTC"
    if found.due:
        axes.axvline(found.due, color=RED, linestyle="--")
        axes.annotate(
            "due", (found.due, 1), xycoords=("data", "axes fraction"), color=RED, xytext=(4, -10),
            textcoords="offset points",
        )  # fmt: skip
        late = sum(time > found.due for time in times)
        told += f"; due on {found.due:%Y-%m-%d %H:%M} UTC, {late} after that"
    axes.set_ylabel("handed in so far")
    axes.set_xlabel("time, UTC")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.xaxis.set_major_locator(locator := mpl.dates.AutoDateLocator(maxticks=7))
    axes.xaxis.set_major_formatter(mpl.dates.ConciseDateFormatter(locator))
    return _svg(figure, "times", f"Line with the number of submissions over time: {told}")


def _axes(height: float) -> tuple[Figure, mpl.axes.Axes]:
    figure = Figure(figsize=(7, height), layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _svg(figure: Figure, name: str, alt: str) -> Markup:
    """A figure as an SVG element with a description; `name` keeps the ids of several on a page apart."""
    text = io.StringIO()
    with mpl.rc_context({**STYLE, "svg.hashsalt": name}):
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    svg = text.getvalue()
    body = svg[svg.index("<svg") :]
    # its own ids: the same names are in every figure
    body = re.sub(r'\b(id="|href="#|url\(#)', rf"\g<1>{name}-", body)
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    opening = f'<svg role="img" aria-label="{escape(alt)}" '
    return Markup(body.replace("<svg ", opening, 1))


def _shortened(title: str, length: int = 40) -> str:
    return title if len(title) <= length else f"{title[: length - 1]}…"
