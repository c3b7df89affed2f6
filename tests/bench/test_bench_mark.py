"""The benchmark of marking asks the real page for every essay, saves a mark for each, and leaves nothing."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from autograder.bench.mark import bench_mark
from autograder.errors import PracticalsError


def files(root: Path) -> set[Path]:
    return {path for path in root.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_every_essay_is_waited_for_once(toy, tmp_path):
    console, path, before = Console(record=True, width=120), tmp_path / "figures.json", files(toy.root)
    waits = {one.what: one.seconds for one in bench_mark(toy.root, "toy", 5, console, path)}
    assert len(waits["the next essay"]) == len(waits["a mark to be saved"]) == 5
    assert all(seconds > 0 for of_one in waits.values() for seconds in of_one)
    assert json.loads(path.read_text())["seconds"] == waits
    assert "Marking 5 essays of toy" in console.export_text()
    assert files(toy.root) == before


def test_a_practical_without_an_essay_is_one_sentence(toy):
    toy.write_source([cell for cell in toy.assignment.graded.cells if cell.cell_type == "code"])
    with pytest.raises(PracticalsError, match="toy asks for no essay"):
        bench_mark(toy.root, "toy", 5, Console(quiet=True), None)
