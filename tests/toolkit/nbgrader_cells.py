"""The nbgrader metadata of a cell of each kind, for every toy course."""


def settings(kind: str, name: str, points: float | None = None) -> dict:
    """What nbgrader writes for an exercise, test, essay or given cell, in the order of jupytext."""
    return {
        "grade": kind in ("test", "essay"),
        "grade_id": name,
        "locked": kind in ("test", "given"),
        **({} if points is None else {"points": points}),
        "schema_version": 3,
        "solution": kind in ("exercise", "essay"),
    }
