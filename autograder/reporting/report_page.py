"""The page of a class report: tables to sort and search, and inline SVG, in one file that loads nothing."""

import base64
import hashlib
import io
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import matplotlib as mpl
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup, escape
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from autograder.grading.results import in_words
from autograder.practical.cells import anchor
from autograder.reporting.class_report import FEWEST, NO_SUBMISSION, ClassReport
from autograder.reporting.similarity import COMMON_STUDENTS, FEWEST_SHARED, RUN

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

TEMPLATES = Path(__file__).parent / "templates"
MOST_PAIRS = 50
LONGEST_ANSWER = 4000  # characters shown
# stand-ins for the page's own colours, which differ by day and by night
INK, BLUE, RED = "#010203", "#040506", "#070809"
COLOURS = {INK: "var(--ink)", BLUE: "var(--bar)", RED: "var(--warn)"}
# text stays text: it scales, prints and can be read aloud
STYLE: "dict[RcKeyType, str | int]" = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "xtick.color": INK,
    "ytick.color": INK,
}


def as_html(found: ClassReport, pages: Mapping[str, str] = MappingProxyType({})) -> str:
    """The report as one HTML page, which loads nothing; its one script sorts, filters and searches.

    Args:
        found: what it shows.
        pages: by student id, the address of the feedback page, for those who have one.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("j2",)),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "share": share, "in_words": in_words, "anchor": anchor}
    script = (TEMPLATES / "class_report.js").read_text("utf-8")
    return environment.get_template("class_report.html.j2").render(
        report=found,
        pages=pages,
        # the page runs this script and no other, whatever stands in it
        script=Markup(script),
        script_digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        marks_plot=marks_plot(found),
        exercises_plot=exercises_plot(found),
        times_plot=times_plot(found),
        standing=standing,
        alike=alike,
        fewest=FEWEST,
        run=RUN,
        fewest_shared=FEWEST_SHARED,
        common_students=COMMON_STUDENTS,
        most_pairs=MOST_PAIRS,
        no_submission=NO_SUBMISSION,
    )


def standing(score: float | None, points: float) -> str:
    """How a score is coloured: "full", "some", "none", or "pending" where nobody has marked it."""
    if score is None:
        return "pending"
    if score >= points:
        return "full"
    return "some" if score > 0 else "none"


def alike(answers: tuple[str, str]) -> list[Markup]:
    """Two answers, the lines that stand in both marked."""
    lines = [answer[:LONGEST_ANSWER].splitlines() for answer in answers]
    both = {line.strip() for line in lines[0]} & {line.strip() for line in lines[1]} - {""}
    return [
        Markup("\n").join(
            Markup("<mark>{}</mark>").format(line) if line.strip() in both else escape(line)
            for line in answer
        )
        for answer in lines
    ]


def number(value: float | None, digits: int = 6) -> str:
    """A number with so many significant digits; a dash for None."""
    return "–" if value is None else f"{value:.{digits}g}".replace("-", "−")


def share(value: float | None) -> str:
    """A share in percent; a dash for None."""
    return "–" if value is None else f"{value:.0%}"


@mpl.rc_context(STYLE)
def marks_plot(found: ClassReport) -> Markup:
    """How many submissions have how many points, and a box: median, quartiles, whiskers of 1.5 boxes."""
    scores = found.scores
    bins = min(10, max(1, round(found.max_score)))
    edges = [found.max_score * step / bins for step in range(bins + 1)] if found.max_score else [0, 1]
    figure = _figure(3.0)
    box, axes = figure.subplots(2, 1, sharex=True, height_ratios=[1, 5])
    if scores:
        lines = {"color": INK}
        box.boxplot(
            scores,
            orientation="horizontal",
            widths=0.6,
            boxprops=lines,
            whiskerprops=lines,
            capprops=lines,
            medianprops={"color": BLUE, "linewidth": 2},
            flierprops={"marker": ".", "markeredgecolor": INK},
        )
    box.set_axis_off()
    counts, _, _ = axes.hist(
        [min(max(score, 0), edges[-1]) for score in scores], edges, color=BLUE, rwidth=0.94
    )
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel(f"points, of {number(found.max_score)}")
    axes.set_ylabel("submissions")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    told = [
        f"{int(count)} from {number(low, 3)} to {number(high, 3)}"
        for count, low, high in zip(counts, edges, edges[1:], strict=False)
        if count
    ]
    return _svg(figure, "marks", f"Histogram of the points of {len(scores)} submissions: {'; '.join(told)}")


@mpl.rc_context(STYLE)
def exercises_plot(found: ClassReport) -> Markup:
    """The share of the points of each exercise that the class earned."""
    shares = {one: one.share_earned for one in found.exercises if one.share_earned is not None}
    known = list(shares)
    figure, axes = _axes(0.9 + 0.28 * max(1, len(known)))
    bars = axes.barh([exercise.grade_id for exercise in known], list(shares.values()), color=BLUE)
    axes.bar_label(bars, [share(one.share_earned) for one in known], padding=3)
    axes.set_yticks(range(len(known)), [_shortened(one.name) for one in known])
    axes.invert_yaxis()
    axes.set_xlim(0, 1.12)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set_xlabel("share of the points earned")
    told = "; ".join(f"{one.name}, {share(one.share_earned)}" for one in known)
    return _svg(figure, "exercises", f"Bars with the share of the points that the class earned: {told}")


@mpl.rc_context(STYLE)
def times_plot(found: ClassReport) -> Markup:
    """How many submissions had been handed in when; empty where no time is known."""
    times = sorted(standing.submitted for standing in found.standings if standing.submitted)
    if not times:
        return Markup("")
    figure, axes = _axes(2.4)
    days = mpl.dates.date2num(times)
    if times[0] == times[-1]:
        axes.set_xlim(days[0] - 0.5, days[0] + 0.5)
    axes.step([days[0], *days], range(len(times) + 1), where="post", color=BLUE)
    axes.plot(days, range(1, len(times) + 1), "o", color=BLUE, markersize=3)
    first, last = (f"{time:%Y-%m-%d %H:%M}" for time in (times[0], times[-1]))
    told = f"{len(times)} submissions, the first on {first}, the last on {last} UTC"
    if found.due:
        due = mpl.dates.date2num(found.due)
        axes.axvline(due, color=RED, linestyle="--")
        axes.annotate(
            "due", (due, 1), xycoords=("data", "axes fraction"), color=RED, xytext=(4, -10),
            textcoords="offset points",
        )  # fmt: skip
        late = sum(time > found.due for time in times)
        told += f"; due on {found.due:%Y-%m-%d %H:%M} UTC, {late} after that"
    axes.set_ylabel("handed in so far")
    axes.set_xlabel("time, UTC")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.xaxis.set_major_locator(locator := mpl.dates.AutoDateLocator(maxticks=5))
    axes.xaxis.set_major_formatter(mpl.dates.ConciseDateFormatter(locator))
    return _svg(figure, "times", f"Line with the number of submissions over time: {told}")


def _figure(height: float) -> Figure:
    figure = Figure(figsize=(4.6, height), layout="constrained")
    FigureCanvasSVG(figure)
    return figure


def _axes(height: float) -> tuple[Figure, mpl.axes.Axes]:
    figure = _figure(height)
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
    for stand_in, colour in COLOURS.items():
        body = body.replace(stand_in, colour)
    # its own ids: the same names are in every figure
    body = re.sub(r'\b(id="|href="#|url\(#)', rf"\g<1>{name}-", body)
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    opening = f'<svg role="img" aria-label="{escape(alt)}" '
    return Markup(body.replace("<svg ", opening, 1))


def _shortened(title: str, length: int = 30) -> str:
    return title if len(title) <= length else f"{title[: length - 1]}…"
