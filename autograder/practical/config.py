"""Reads nbgrader_config.py, the machine's and the course's; what is wrong in them names file and line."""

import ast
import copy
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_config_path
from nbgrader import converters, preprocessors
from nbgrader.coursedir import CourseDirectory
from traitlets import HasTraits, TraitError
from traitlets.config import Config, Configurable, PyFileConfigLoader
from traitlets.config.loader import ConfigFileNotFound, DeferredConfig, LazyConfigValue

from autograder.errors import PracticalsError

PACKAGE = __name__.partition(".")[0]
DOOR = f"{PACKAGE}.plugins"  # what a configuration may import, whatever moves behind it
RENAMED = {"ExecuteSubmission": "ExecuteSplit"}  # sections that had another name


def read_config(path: Path) -> Config:
    """The settings that hold in a course, as nbgrader would load them there.

    Those of the machine and of the user, in Jupyter's folders for settings, hold for every course that does
    not say otherwise.

    Args:
        path: the course's own file.

    Raises:
        PracticalsError: a file cannot be run, or sets something to what it cannot be.
    """
    config = Config()
    files = [*shared_files(path.name), path]
    for file in files:
        config.merge(_Loader(file.name, path=str(file.parent)).load_config())
    if len(files) > 1:
        _check(config, files)  # a shared file may set something of a class that only the course's names
    return config


def shared_files(name: str) -> list[Path]:
    """The files of a name in Jupyter's folders for settings, that which counts least first."""
    files = (Path(folder) / name for folder in reversed(jupyter_config_path()))
    return [file for file in files if file.is_file()]


class _Loader(PyFileConfigLoader):
    """Says of each file what is wrong with it, of those too that a file loads by `load_subconfig`."""

    def load_config(self) -> Config:
        try:
            config = super().load_config()
        except (PracticalsError, ConfigFileNotFound):
            raise
        except Exception as error:
            raise _wrong_file(Path(self.full_filename), error) from error
        _check(config, [Path(self.full_filename)])
        return config


def _wrong_file(path: Path, error: Exception) -> PracticalsError:
    if isinstance(error, ImportError):
        return _wrong_import(path, error)
    if isinstance(error, SyntaxError):
        return PracticalsError(f"{path}, line {error.lineno}: {error.msg}", "Correct it there")
    problem = f"{path}, line {_line_of(error, path)}: {type(error).__name__}: {error}"
    return PracticalsError(problem, "Correct it there")


def _wrong_import(path: Path, error: ImportError) -> PracticalsError:
    """What to do about an import that failed; modules of this package may have moved since it was written."""
    problem = f"{path}, line {_line_of(error, path)}: {error}"
    if (error.name or "").partition(".")[0] != PACKAGE:
        return PracticalsError(problem, "Install what it imports, or correct it there")
    ours = [
        node
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == PACKAGE
    ]
    lines = ", ".join(str(node.lineno) for node in ours)
    names = ", ".join(sorted({alias.name for node in ours for alias in node.names}))
    return PracticalsError(
        problem, f"Replace what it imports from {PACKAGE} (lines {lines}) by: from {DOOR} import {names}"
    )


def _line_of(error: Exception, path: Path) -> int | str:
    """The line of the file that an error came from."""
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == str(path) and frame.lineno
    ]
    return lines[-1] if lines else "?"


def _check(config: Config, files: Sequence[Path]) -> None:
    """Refuse values that a class would refuse when it is made, and sections of a former name."""
    classes = _classes(config)
    for section, kind in classes.items():
        for name, value in config.get(section, {}).items():
            if isinstance(value, LazyConfigValue | DeferredConfig):
                continue
            if problem := _problem(kind, name, value):
                where = _where(files, f"c.{section}.{name}")
                raise PracticalsError(f"{where}: {problem}", "Correct it there")
    for former, now in RENAMED.items():
        if former in config and former not in classes:
            where = _where(files, f"c.{former}")
            raise PracticalsError(f"{where}: {former} is called {now} now", f"Write c.{now} for c.{former}")


def _classes(config: Config) -> dict[str, type[Configurable]]:
    """nbgrader's classes and those that a configuration names, with their bases, by name."""
    named = [getattr(module, name) for module in (converters, preprocessors) for name in module.__all__]
    return {
        base.__name__: base
        for kind in [CourseDirectory, *named, *_classes_in(config)]
        if issubclass(kind, Configurable)
        for base in kind.mro()
        if issubclass(base, Configurable)
    }


def _classes_in(value: Any) -> Iterator[type]:
    if isinstance(value, type):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _classes_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _classes_in(one)


def _problem(kind: type[Configurable], name: str, value: Any) -> str:
    """Why a class would refuse a setting, in words; "" where it would not."""
    settings = kind.class_traits(config=True)
    if name not in settings:
        # traitlets would pass over it in silence; nbgrader's own classes take names of former versions
        if kind.__module__.partition(".")[0] != PACKAGE:
            return ""
        own = ", ".join(sorted(kind.class_own_traits(config=True)))
        return f"{kind.__name__} has no setting {name!r}; it has {own}"
    # an object with this one setting, for it takes much to make the others
    alone = type(kind.__name__, (HasTraits,), {name: copy.deepcopy(settings[name])})()
    try:
        setattr(alone, name, value)
    except TraitError as error:
        text = str(error).rstrip(".")
        return text if text.startswith("c.") else f"c.{kind.__name__}.{name} = {value!r}: {text}"
    return ""


def _where(files: Sequence[Path], target: str) -> str:
    """The last of the files, and the line in it, that sets something: the one that counts."""
    found = ((path, _line_setting(path, target)) for path in reversed(files))
    path, line = next(((path, line) for path, line in found if line), (files[-1], "?"))
    return f"{path}, line {line}"


def _line_setting(path: Path, target: str) -> int | None:
    """The last line that sets a setting, such as "c.GraduatedPenalty.percent", or one of a section."""
    lines = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign)
        for one in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if f"{ast.unparse(one)}.".startswith(f"{target}.")
    ]
    return lines[-1] if lines else None
