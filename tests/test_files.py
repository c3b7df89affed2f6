"""Files are written whole or not at all, and the same content as the same bytes; no spreadsheet runs it."""

import ast
import csv
import io
import os
import zipfile
from pathlib import Path

import pytest

from autograder import files
from autograder.files import FORMULA, csv_text, harmless, original, write_atomically, write_csv, write_zip

PACKAGE = Path(files.__file__).parent

WRITERS = {
    "text": lambda path: write_atomically(path, "new"),
    "bytes": lambda path: write_atomically(path, b"new"),
    "csv": lambda path: write_csv(path, [["new"]]),
    "zip": lambda path: write_zip(path, {"new": "new"}),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_a_file_and_its_folders_are_made_and_nothing_is_left_beside_it(tmp_path, write):
    path = tmp_path / "deep" / "file"
    write(path)
    assert b"new" in path.read_bytes()
    assert list(path.parent.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o644
    path.chmod(0o600)
    write(path)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_after_an_exception_the_old_file_is_whole_and_nothing_lies_beside_it(tmp_path, monkeypatch, write):
    path = tmp_path / "file"
    path.write_text("old")

    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "replace", full)  # the last step: all before it is done
    with pytest.raises(OSError, match="no space"):
        write(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_exception_while_an_archive_is_written_leaves_the_old_one(tmp_path):
    path = tmp_path / "a.zip"
    write_zip(path, {"a": "old"})
    before = path.read_bytes()
    with pytest.raises(FileNotFoundError):
        write_zip(path, {"a": "new", "b": tmp_path / "missing"})
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_an_archive_of_the_same_contents_is_the_same_bytes(tmp_path):
    page = tmp_path / "page"
    page.write_text("text")
    write_zip(tmp_path / "1.zip", {"b/page": page, "a": b"bytes", "run": "ü"}, executable=["run"])
    os.utime(page, (0, 1e9))
    write_zip(tmp_path / "2.zip", {"run": "ü", "a": "bytes", "b/page": "text"}, executable=["run"])
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "1.zip") as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == {
            "a": "bytes", "b/page": "text", "run": "ü",
        }  # fmt: skip
        modes = {one.filename: one.external_attr >> 16 for one in archive.infolist()}
    assert modes == {"a": 0o644, "b/page": 0o644, "run": 0o755}


@pytest.mark.parametrize(
    "text", ["=1+1", "@SUM(1)", "+1", "-1", "-", "\t=1", "'=1", "''=1", "'quoted'", "Ann", ""]
)
def test_formulas_are_marked_and_come_back(text):
    assert not harmless(text).startswith(FORMULA)
    assert original(harmless(text)) == text
    ((cell,),) = csv.reader(io.StringIO(csv_text([[text]]), newline=""))
    assert cell == harmless(text)


def test_numbers_stay_numbers_and_nothing_stays_empty():
    assert csv_text([["a", "b"], [-1.5, None], [0, 'x, "y"']]) == 'a,b\n-1.5,\n0,"x, ""y"""\n'


def test_no_other_module_writes_files_tables_or_archives_by_itself():
    """Apart from folders that end with their run: kernels' (`engine`), and that of `start/install`."""
    own = {"write_text", "write_bytes", "writestr", "DictWriter", "to_csv", "make_archive"}
    functions = {"csv.writer", "nbformat.write", "jupytext.write", "json.dump", "tarfile.open"}
    found = []
    for path in PACKAGE.rglob("*.py"):
        own_folder = path.is_relative_to(PACKAGE / "engine") or path == PACKAGE / "start" / "install.py"
        if path == PACKAGE / "files.py" or own_folder:
            continue
        for call in (
            node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)
        ):
            name, text = ast.unparse(call.func), ast.unparse(call)
            replaces = name.rpartition(".")[2] in ("open", "fdopen", "ZipFile") and any(
                isinstance(one, ast.Constant) and str(one.value) in ("w", "wb", "x", "xb", "wt")
                for one in [*call.args, *(keyword.value for keyword in call.keywords)]
            )
            if ".lock" in text or "devnull" in text:
                continue
            if name.rpartition(".")[2] in own or name in functions or replaces:
                found.append(f"{path.relative_to(PACKAGE)}, line {call.lineno}: {text}")
    assert found == []
