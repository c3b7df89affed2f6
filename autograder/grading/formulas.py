"""Formulas in Markdown as MathML, which browsers draw themselves: no script, nothing from another host."""

import re

from docutils.utils.math.latex2mathml import tex2mathml
from markupsafe import Markup

ACCENTED = re.compile(
    r"(\\(?:hat|tilde|bar|vec|dot|ddot)\s*(?:\\[A-Za-z]+|[A-Za-z0-9]|\{[^{}]*\}))\s*(?=[_^])"
)
DOTS = re.compile(r"\\dots\b")  # docutils has \ldots only


def mathml(tex: str, display: bool) -> Markup | None:
    """A formula as MathML; None where it is none, or has a command that docutils does not know.

    Args:
        tex: LaTeX, without its dollars.
        display: whether it stands on a line of its own.
    """
    plain = re.sub(r"\\.", "", tex)
    if plain.count("{") != plain.count("}"):  # docutils would set a part of it
        return None
    # docutils would put an index of an accented letter below it; an empty group takes the index
    tex = ACCENTED.sub(r"\1{}", DOTS.sub(r"\\ldots", tex))
    try:
        return Markup(tex2mathml(tex, as_block=display))
    except Exception:  # what is wrong in a formula shows as any error, not only as docutils' own
        return None
