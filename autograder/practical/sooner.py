"""Lets commands start sooner: nbgrader without its part of Jupyter's server; less looking for garbage."""

import gc
import sys
from contextlib import suppress
from types import ModuleType

SERVER_EXTENSIONS = ("assignment_list", "course_list", "formgrader", "validate_assignment")

OBJECTS = 10_000  # made and not freed, before Python looks for garbage; its own 700 are for small programs


def look_for_garbage_less_often() -> None:
    """Have Python look less often for objects that only hold each other.

    Imports, and notebooks as they are read, make hundreds of thousands of objects that stay: looking through
    them again and again is a fifth of what a command computes.
    """
    gc.set_threshold(OBJECTS)


def leave_out_server_extensions() -> None:
    """Import nbgrader without its extensions of Jupyter's server, a third of the time of its import.

    Only a server calls what nbgrader takes from them. Whoever imports one of them afterwards gets it. To be
    called before all other imports of nbgrader.
    """
    if "nbgrader" in sys.modules:
        return
    stand_ins = {}
    for name in SERVER_EXTENSIONS:
        module = ModuleType(f"nbgrader.server_extensions.{name}")
        vars(module)["load_jupyter_server_extension"] = None
        stand_ins[module.__name__] = module
    sys.modules.update(stand_ins)
    try:
        with suppress(ImportError):  # whoever needs it says that it is missing
            import nbgrader  # noqa: F401
    finally:
        for name in stand_ins:
            del sys.modules[name]
