"""Budgets, seeds and a progress line: what every training run of the course shares."""

import os
from typing import TypeVar

T = TypeVar("T")
BUDGETS = ("full", "quick")
DEFAULT_SEED = 42


def budget_name() -> str:
    """The budget that this run has: COURSE_BUDGET; unless it is set, "quick" under nbgrader, else "full".

    Raises:
        ValueError: COURSE_BUDGET is set to something else than "full" or "quick".
    """
    # nbgrader, whose Validate button runs the whole notebook while the student waits, sets NBGRADER_EXECUTION
    default = "quick" if "NBGRADER_EXECUTION" in os.environ else "full"
    name = os.environ.get("COURSE_BUDGET") or default
    if name not in BUDGETS:
        raise ValueError(f"COURSE_BUDGET is {name!r}; it may be {' or '.join(map(repr, BUDGETS))}")
    return name


def budget(*, full: T, quick: T) -> T:
    """The value for this run's budget.

    Args:
        full: the value when a person works through the notebook.
        quick: the value when a notebook is built, tested or graded.

    Raises:
        ValueError: COURSE_BUDGET is set to something else than "full" or "quick".
    """
    return {"full": full, "quick": quick}[budget_name()]


def describe_budget() -> str:
    """The budget in one sentence, for the top of a notebook."""
    return {
        "full": "Full budget: all images, epochs and seeds. COURSE_BUDGET=quick makes a shorter run.",
        "quick": "Quick budget: fewer images, epochs or seeds. COURSE_BUDGET=full makes the whole run.",
    }[budget_name()]


def base_seed() -> int:
    """The seed that all others follow from: COURSE_SEED, 42 unless it is set.

    Raises:
        ValueError: COURSE_SEED is not a whole number from 0 to 2³² − 1.
    """
    setting = os.environ.get("COURSE_SEED") or str(DEFAULT_SEED)
    if not setting.isdecimal() or int(setting) >= 2**32:
        raise ValueError(f"COURSE_SEED is {setting!r}; it must be a whole number from 0 to 4294967295")
    return int(setting)


def seeds(n: int) -> list[int]:
    """`n` seeds for repeated runs, counted up from the base seed: [42, 43, …]."""
    return [base_seed() + i for i in range(n)]


def set_seed(seed: int | None = None) -> None:
    """Seed Python, NumPy, TensorFlow and Keras (`keras.utils.set_random_seed`); default: the base seed.

    With a seed, `fit` makes the same minibatches in the same order in every epoch (measured with Keras 3.15
    on TensorFlow 2.21; without one, it shuffles anew). Models that must see new minibatches in each epoch
    take a loop of `train_on_batch`, as in P06.
    """
    import keras  # here: budgets and seeds must not wait for TensorFlow

    keras.utils.set_random_seed(base_seed() if seed is None else seed)


def __getattr__(name: str) -> type:
    # Progress is a Keras callback, and importing Keras takes seconds
    if name == "Progress":
        from course_utils.progress import Progress

        return Progress
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
