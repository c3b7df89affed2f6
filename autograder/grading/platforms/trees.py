"""The files of an archive or a folder from a stranger: bounded, without links, read when they are wanted."""

import contextlib
import io
import mmap
import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO

MAX_FILES = 50_000  # in what one command collects
MAX_BYTES = 8_000_000_000  # unpacked, of all of it
MAX_FILE_BYTES = 100_000_000  # of one file
MAX_LEVELS = 20  # of folders in each other
MAX_PACKED_FILES = 2_000  # in the archives of one hand-in
MAX_PACKED_BYTES = 200_000_000  # unpacked, of the archives of one hand-in
MAX_ARCHIVES = 2  # inside each other
MAX_NAME_BYTES = 2_000  # of a file's name with its folders: a file system takes 4,096 with those above
ENTRY = re.compile(rb"PK\x01\x02")  # begins an entry in an archive's table of contents
PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)

Read = Callable[[], bytes]


class RefusedError(Exception):
    """An archive or a file that is not unpacked; the text says why."""


class UnusableError(Exception):
    """Nothing can be collected: it is damaged, or more than one command takes; the text says why."""


@dataclass
class Budget:
    """What may still be unpacked, in all that is collected or in the archives of one hand-in.

    Args:
        files: their number.
        size: in bytes, as they come out, whatever the archive says.
        whole: of all that is collected, if this is the budget of one hand-in; both count.
    """

    files: int = MAX_FILES
    size: int = MAX_BYTES
    whole: "Budget | None" = None

    @property
    def error(self) -> type[Exception]:
        """What is raised where an archive cannot be unpacked: one hand-in stops nothing but itself."""
        return UnusableError if self.whole is None else RefusedError

    def take(self, files: int = 0, size: int = 0) -> None:
        """Count files and bytes.

        Raises:
            RefusedError: they are too many for one hand-in.
            UnusableError: they are too many for all that is collected.
        """
        self.files -= files
        self.size -= size
        if self.files < 0:
            raise self.error("it has too many files")
        if self.size < 0:
            raise self.error("it unpacks to too many bytes")
        if self.whole is not None:
            self.whole.take(files, size)


@dataclass(frozen=True)
class Tree:
    """Files by name, with `/` between folders; hidden ones and what macOS adds are left out.

    Args:
        files: what reads each of them. Reading raises `RefusedError` for one that is too large, or in a
            folder cannot be read, and `UnusableError` for one that is damaged in an archive.
        clones: folders that Git keeps, "" for the whole.
        passed_over: what in a folder is not an ordinary file or cannot be read, with the reason.
    """

    files: dict[str, Read]
    clones: frozenset[str] = frozenset()
    passed_over: tuple[str, ...] = ()

    def below(self, folder: str) -> "Tree":
        """The part in a folder."""
        return self.by_folder().get(folder, Tree({}))

    def by_folder(self) -> dict[str, "Tree"]:
        """The parts in the folders at the top, by their names."""
        files: dict[str, dict[str, Read]] = {}
        for name, read in self.files.items():
            folder, slash, rest = name.partition("/")
            if slash:
                files.setdefault(folder, {})[rest] = read
        clones: dict[str, set[str]] = {}
        for name in self.clones - {""}:
            folder, _, rest = name.partition("/")
            clones.setdefault(folder, set()).add(rest)
        return {
            folder: Tree(files.get(folder, {}), frozenset(clones.get(folder, ())), self.passed_over)
            for folder in sorted({*files, *clones})
        }

    def folders(self) -> list[str]:
        """The names of the folders at the top."""
        in_folders = (name for name in self.files if "/" in name)
        return sorted({name.partition("/")[0] for name in (*in_folders, *self.clones) if name})


@dataclass(frozen=True)
class _Entries:
    """An archive's entries that are files, by safe names."""

    archive: zipfile.ZipFile
    files: dict[str, zipfile.ZipInfo] = field(default_factory=dict)


def _without_waiting(path: str, flags: int) -> int:
    """Open a file, and a pipe without waiting for somebody who writes into it."""
    return os.open(path, flags | os.O_NONBLOCK)


@contextmanager
def open_tree(path: Path, budget: Budget) -> Iterator[Tree]:
    """The files of a zip archive or a folder, while the context lasts.

    Raises:
        RefusedError: it is neither, or an archive is damaged or has links, absolute names or `..`.
        UnusableError: there is too much in it.
    """
    if path.is_dir():
        yield _folder(path, budget)
        return
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(open(path, "rb", opener=_without_waiting))
        except OSError as error:
            raise RefusedError(f"it cannot be read ({error.strerror})") from error
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise RefusedError("it is neither an archive nor a folder")
        if not os.fstat(file.fileno()).st_size:
            raise RefusedError("it is empty")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            _count_entries(content, budget.files)
        entries = _entries(file, budget)
        stack.callback(entries.archive.close)
        yield Tree(
            {name: partial(_unpack, entries.archive, info, budget) for name, info in entries.files.items()}
        )


def unpacked(files: dict[str, Read], budget: Budget) -> tuple[dict[str, Read], list[str]]:
    """The files of a hand-in with its archives unpacked, each into a folder called after it.

    An archive that cannot be unpacked within bounds stays as it is: what one student hands in stops nothing.

    Args:
        files: of the hand-in.
        budget: of all that is collected; the archives of a hand-in have a smaller one of their own.

    Raises:
        UnusableError: there is too much in all that is collected.

    Returns:
        files: with those of the archives.
        notes: sentences on archives that were left packed.
    """
    notes: list[str] = []
    own = Budget(MAX_PACKED_FILES, MAX_PACKED_BYTES, budget)
    return _unpacked(files, own, MAX_ARCHIVES, notes), notes


def _unpacked(files: dict[str, Read], own: Budget, levels: int, notes: list[str]) -> dict[str, Read]:
    found: dict[str, Read] = {}
    for name, read in files.items():
        if not name.lower().endswith(".zip"):
            found[name] = read
            continue
        try:
            if not levels:
                raise RefusedError("archives lie in each other too deeply")
            inside = _unpacked(_inside(read(), own), own, levels - 1, notes)
        except RefusedError as error:
            notes.append(f"{name!r} was left packed: {error}.")
            found[name] = read
            continue
        found |= {f"{name}/{inner}": inner_read for inner, inner_read in inside.items()}
    return found


def _inside(content: bytes, budget: Budget) -> dict[str, Read]:
    """The files of an archive in a hand-in, read at once: it is unpacked whole, or stays as it is."""
    _count_entries(content, budget.files)
    entries = _entries(io.BytesIO(content), budget)
    files: dict[str, Read] = {}
    for name, info in entries.files.items():
        unpack = partial(_unpack, entries.archive, info, budget)
        # what is too large for a file is left out when it is read, and the rest unpacked
        files[name] = unpack if info.file_size > MAX_FILE_BYTES else partial(bytes, unpack())
    return files


def _count_entries(content: bytes | mmap.mmap, most: int) -> None:
    """Refuse an archive with too many entries before its table of contents is read into memory."""
    if len(list(islice(ENTRY.finditer(content), most + 1))) > most:
        raise RefusedError("it has too many files")


def _entries(file: IO[bytes], budget: Budget) -> _Entries:
    try:
        entries = _Entries(zipfile.ZipFile(file))
    except BROKEN as error:
        raise RefusedError("it is not a zip archive, or a damaged one") from error
    for info in entries.archive.infolist():
        name = safe_name(_text(info))
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind == stat.S_IFLNK:
            raise RefusedError(f"{name!r} in it is a link")
        if info.is_dir() or name.endswith("/"):
            continue
        if kind not in (0, stat.S_IFREG):
            raise RefusedError(f"{name!r} in it is not an ordinary file")
        if info.flag_bits & 1:
            raise RefusedError(f"{name!r} in it is encrypted")
        if info.compress_type not in PLAIN:
            raise RefusedError(f"{name!r} in it is compressed in an unusual way")
        if _hidden(name):
            continue
        budget.take(files=1)
        if name in entries.files:
            raise RefusedError(f"{name!r} is in it twice")
        entries.files[name] = info
    return entries


def _text(info: zipfile.ZipInfo) -> str:
    """An entry's name; where the archive does not say that it is UTF-8, macOS wrote UTF-8 all the same."""
    if not info.flag_bits & 0x800:
        with contextlib.suppress(UnicodeError):
            return info.filename.encode("cp437").decode("utf-8")
    return info.filename


def safe_name(name: str) -> str:
    """A name that stays in its folder, in composed Unicode.

    Raises:
        RefusedError: it leads out of its folder, has control characters, or too many folders.
    """
    path = unicodedata.normalize("NFC", name.replace("\\", "/"))
    parts = path.split("/")
    if path.startswith("/") or re.match("[A-Za-z]:/", path) or ".." in parts:
        raise RefusedError(f"the name {name!r} in it leads out of the folder")
    if not path.strip("/") or not path.isprintable():
        raise RefusedError(f"the name {name!r} in it cannot be that of a file")
    if len(parts) > MAX_LEVELS:
        raise RefusedError("folders in it lie in each other too deeply")
    if len(path.encode()) > MAX_NAME_BYTES:
        raise RefusedError(f"the name {path[:40]!r}… in it is too long")
    return "/".join(
        part for place, part in enumerate(parts) if part not in ("", ".") or place == len(parts) - 1
    )


def _hidden(name: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in name.split("/"))


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> bytes:
    try:
        with archive.open(info) as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except BROKEN as error:
        raise budget.error(f"{safe_name(_text(info))!r} in it is damaged") from error
    return _bounded(content, budget)


def _bounded(content: bytes, budget: Budget) -> bytes:
    if len(content) > MAX_FILE_BYTES:
        raise RefusedError(f"it has more than {MAX_FILE_BYTES / 1e6:.0f} MB")
    budget.take(size=len(content))
    return content


def _folder(root: Path, budget: Budget) -> Tree:
    """The ordinary files of a folder; links are never followed."""
    files: dict[str, Read] = {}
    clones, passed_over = set(), []

    def unreadable(error: OSError) -> None:
        passed_over.append(f"{Path(error.filename).relative_to(root).as_posix()!r} ({error.strerror})")

    for place, folders, names in os.walk(root, onerror=unreadable):
        here = Path(place).relative_to(root)
        if ".git" in folders:
            clones.add("" if here == Path() else unicodedata.normalize("NFC", here.as_posix()))
        for one in list(folders):
            if _hidden(one):
                folders.remove(one)
            elif Path(place, one).is_symlink():
                passed_over.append(f"{(here / one).as_posix()!r} (a link)")
            elif len(here.parts) >= MAX_LEVELS:
                folders.remove(one)
                passed_over.append(f"{(here / one).as_posix()!r} (in too many folders)")
        for one in names:
            if _hidden(one):
                continue
            path = (here / one).as_posix()
            try:
                if not stat.S_ISREG(os.lstat(root / path).st_mode):
                    raise RefusedError("a link, or no ordinary file")
                name = safe_name(path)
            except (RefusedError, OSError) as error:
                passed_over.append(f"{path!r} ({error})")
                continue
            budget.take(files=1)
            files[name] = partial(_read, root, path, budget)
    return Tree(dict(sorted(files.items())), frozenset(clones), tuple(passed_over))


def _read(root: Path, name: str, budget: Budget) -> bytes:
    """A file's content; no part of its name below the root may be a link, not even one made just now."""
    *folders, file = Path(name).parts
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with contextlib.ExitStack() as stack:
            at = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            stack.callback(os.close, at)
            for folder in folders:
                at = os.open(folder, flags | os.O_DIRECTORY, dir_fd=at)
                stack.callback(os.close, at)
            descriptor = os.open(file, flags | os.O_NONBLOCK, dir_fd=at)
            with os.fdopen(descriptor, "rb") as opened:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise RefusedError("it is not an ordinary file")
                content = opened.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise RefusedError(f"it cannot be read ({error.strerror})") from error
    return _bounded(content, budget)
