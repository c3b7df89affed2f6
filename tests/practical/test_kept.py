"""Digests that are kept: the same as those worked out anew, whatever happened to what was kept."""

from pathlib import Path

import pytest

from autograder.practical import digests, kept
from autograder.practical.digests import built_digest, inputs_digest, package_digest, text_digest
from autograder.practical.notebooks import read_text
from autograder.practical.paths import COURSE_ROOT_MARKER

KEY, OTHER = "a" * 64, "b" * 64
ONE, TWO = "1" * 64, "2" * 64
TEXT = "# %% [markdown]\n# # A heading\n\n# %%\nprint({})\n"


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Where digests are kept, of a checkout of its own."""
    (tmp_path / COURSE_ROOT_MARKER).touch()
    monkeypatch.setattr(kept, "CHECKOUT", tmp_path)
    return tmp_path / "build" / "digests"


def never() -> str:
    raise AssertionError("it was worked out again")


def test_a_digest_is_worked_out_once(folder):
    assert kept.kept(KEY, lambda: ONE) == ONE
    assert kept.kept(KEY, never) == ONE
    assert kept.kept(OTHER, lambda: TWO) == TWO


@pytest.mark.parametrize("content", [b"", ONE[:20].encode(), b"\xff\x00", b"no digest\n"])
def test_what_was_cut_off_or_is_no_digest_is_worked_out_again(folder, content):
    folder.mkdir(parents=True)
    (folder / KEY).write_bytes(content)
    assert kept.kept(KEY, lambda: ONE) == ONE
    assert kept.kept(KEY, never) == ONE


def test_a_folder_that_cannot_be_made_stops_nothing(folder):
    folder.parent.write_text("a file where the folder should be")
    assert kept.kept(KEY, lambda: ONE) == ONE


def test_outside_of_a_checkout_nothing_is_written(folder, tmp_path):
    (tmp_path / COURSE_ROOT_MARKER).unlink()
    assert kept.kept(KEY, lambda: ONE) == ONE
    assert list(tmp_path.iterdir()) == []


def test_the_oldest_go_when_there_are_too_many(folder, monkeypatch):
    monkeypatch.setattr(kept, "MOST", 2)
    for key in "abc":
        kept.kept(key * 64, lambda: ONE)
    assert len(list(folder.iterdir())) == 2
    assert (folder / ("c" * 64)).is_file()


def test_a_changed_package_has_another_digest_and_its_former_one_when_it_is_changed_back(folder, tmp_path):
    package = tmp_path / "package"
    package.mkdir()
    seen = []
    for code in ("one = 1\n", "one = 2\n", "one = 1\n", "one = 1  # a comment\n"):
        (package / "module.py").write_text(code)
        seen.append(package_digest(package))
    assert seen[0] == seen[2] == seen[3] != seen[1]
    (package / "module.py").rename(package / "another.py")
    assert package_digest(package) not in seen


def test_a_package_is_not_parsed_twice(folder, tmp_path, monkeypatch):
    package = tmp_path / "package"
    package.mkdir()
    (package / "module.py").write_text("one = 1\n")
    first = package_digest(package)
    monkeypatch.setattr(digests, "_parsed", never)
    assert package_digest(package) == first


def test_a_text_has_the_digest_of_its_notebook_also_when_it_is_kept(folder, tmp_path, monkeypatch):
    text = tmp_path / "toy.py"
    for number in (1, 2):
        text.write_text(TEXT.format(number))
        assert text_digest(text) == inputs_digest(read_text(text))
    monkeypatch.setattr(digests, "read_text", lambda path: never())
    assert text_digest(text)


def test_a_built_notebook_has_the_digest_of_its_text_until_a_cell_of_it_is_edited(
    folder, tmp_path, monkeypatch
):
    text = tmp_path / "toy.py"
    text.write_text(TEXT.format(1))
    notebook = read_text(text)
    assert built_digest(notebook) == text_digest(text)
    with monkeypatch.context() as patch:
        patch.setattr(digests, "inputs_digest", lambda notebook: never())
        assert built_digest(notebook) == text_digest(text)
    for key, value in (("source", "print(2)"), ("metadata", {"tags": ["experiment"]})):
        edited = read_text(text)
        edited.cells[-1][key] = value
        assert built_digest(edited) != text_digest(text)
