"""The forms that grades are exported in: one module a form, found by its name.

A new form is a new module here, with one class derived from `graded_class.Export`: `--format` offers it, and
`python -m autograder.reporting.export_table` puts it into the instructors' guide.
"""

import importlib
import pkgutil

from autograder.errors import PracticalsError
from autograder.reporting.graded_class import Export


def export_names() -> list[str]:
    """The names of all forms, with - where their modules have _; none of these is imported."""
    return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(__path__))


def export_class(name: str) -> type[Export]:
    """The class of a form.

    Raises:
        PracticalsError: there is no form of this name.
    """
    if name not in export_names():
        raise PracticalsError(
            f"there is no export called {name!r}", f"These are: {', '.join(export_names())}"
        )
    module = importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
    classes = (one for one in vars(module).values() if isinstance(one, type) and one is not Export)
    return next(one for one in classes if issubclass(one, Export))
