"""What is recorded is what nbgrader's own converters record: all rows of all tables, notebooks and pages."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from graded_class import by_student, graded
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader.api import Gradebook
from sqlalchemy import MetaData, select
from toy_course import GOOD, ToyCourse, index_of, new_toy, toy_cells

from autograder.engine import split
from autograder.grading import rendering, rows
from autograder.grading import run as run_module
from autograder.practical.cells import grade_id

OTHER = """
c.GraduatedPenalty.percent = 10
c.GraduatedPenalty.per = "hour"
c.LimitOutput.max_lines = 20
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = "harmless"
"""
TASK = {
    "grade": False, "grade_id": "poster", "locked": True, "points": 2, "schema_version": 3, "solution": False,
    "task": True,
}  # fmt: skip
Outputs = dict[str, list[NotebookNode]]


def gives(value: object) -> list[NotebookNode]:
    return [new_output("execute_result", data={"text/plain": str(value)}, execution_count=1)]


def prints(text: str, name: str = "stdout") -> list[NotebookNode]:
    return [new_output("stream", name=name, text=text)]


RAISES = [new_output("error", ename="ValueError", evalue="no", traceback=["line"] * 300)]


class Twice:
    """A class that is recorded by nbgrader's converters and by ours, each into a folder of its own."""

    def __init__(self, toy: ToyCourse, monkeypatch: pytest.MonkeyPatch):
        self.toy, self.monkeypatch = toy, monkeypatch
        self.outputs: Outputs = {}
        monkeypatch.setattr(split, "execute_notebook", self.executed)

    def executed(self, notebook: NotebookNode, *_: object, **__: object) -> NotebookNode:
        for number, cell in enumerate(notebook.cells):
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = self.outputs.get(grade_id(cell) or "", []), number
        return notebook

    def grade(self, **options) -> None:
        options = {"due": "2025-11-30 18:00 UTC", **options}
        with self.monkeypatch.context() as patch:
            patch.setattr(run_module, "is_known", lambda _: False)
            graded(self.toy, output=self.toy.root / "nbgrader", **options)
        with self.monkeypatch.context() as patch:
            patch.setattr(run_module.recording, "record", None)
            graded(self.toy, output=self.toy.root / "ours", **options)

    def in_both(self, change: Callable[[Gradebook], None]) -> None:
        for name in ("nbgrader", "ours"):
            with Gradebook(f"sqlite:///{self.toy.root / name / 'gradebook.db'}") as book:
                change(book)
                book.db.commit()

    def assert_same(self) -> None:
        assert tables(self.toy.root / "ours") == tables(self.toy.root / "nbgrader")
        ours, theirs = files(self.toy.root / "ours"), files(self.toy.root / "nbgrader")
        assert ours.keys() == theirs.keys()
        assert [name for name in ours if ours[name] != theirs[name]] == []


def tables(output: Path) -> dict[str, list]:
    """All rows of all tables; what an id stands for in its place."""
    with Gradebook(f"sqlite:///{output / 'gradebook.db'}") as book:
        metadata = MetaData()
        metadata.reflect(book.engine)
        found = {
            name: [row._asdict() for row in book.db.execute(select(table))]
            for name, table in metadata.tables.items()
        }
    names: dict[str, str] = {}
    for table, words in (
        ("assignment", "name"), ("notebook", "name"), ("source_cell", "name"), ("base_cell", "type name"),
        ("submitted_assignment", "student_id"), ("submitted_notebook", "assignment_id"),
        ("grade", "notebook_id cell_id"), ("comment", "notebook_id cell_id"),
    ):  # fmt: skip
        for row in found[table]:
            said = " ".join(names.get(row[word], row[word]) for word in words.split())
            names[row["id"]] = f"{table} {said}"
    return {
        table: sorted(
            repr({column: names.get(value, value) for column, value in row.items()}) for row in of_table
        )
        for table, of_table in found.items()
    }


def files(output: Path) -> dict[str, tuple[int, bytes]]:
    """Mode and content of notebooks and pages, and of what lies beside them."""
    return {
        str(path.relative_to(output)): (path.stat().st_mode, path.read_bytes())
        for folder in ("autograded", "feedback")
        for path in sorted((output / folder).glob("*/toy/**/*"))
    }


@pytest.fixture
def twice(tmp_path, monkeypatch, without_kernels) -> Twice:
    cells = [*toy_cells(), new_markdown_cell("Make a poster.", metadata={"nbgrader": TASK})]
    toy = new_toy(tmp_path / "course", cells)
    (toy.source.parent / "beside.csv").write_text("a,b\n")
    with (toy.root / "nbgrader_config.py").open("a") as config:
        config.write(OTHER)
    (toy.root / "points.toml").write_text("[toy]\nmean = { bonus = 2 }\n")
    toy.submit("ada", {**GOOD, "why": "Because."}, timestamp="2025-11-30 21:00:00 UTC")
    toy.submit("ben", GOOD)
    toy.submit("eva")
    twice = Twice(toy, monkeypatch)
    twice.outputs = {"square-test": gives(1.5), "mean-test": gives(0.5)}
    return twice


def test_the_first_time(twice):
    twice.grade()
    twice.assert_same()


def test_again_with_other_scores_after_marks_and_comments_by_hand(twice):
    twice.grade()

    def mark(book: Gradebook) -> None:
        essay = book.find_grade("why", "toy", "toy", "ada")
        essay.manual_score, essay.extra_credit, essay.needs_manual_grade = 3.5, 0.25, False
        book.find_grade("square-test", "toy", "toy", "ben").extra_credit = 1.0
        book.find_grade("square-test", "toy", "toy", "eva").manual_score = 0.5
        book.find_comment("why", "toy", "toy", "ada").manual_comment = "Say **why** n matters."
        book.find_comment("square", "toy", "toy", "ben").manual_comment = "Fine."

    twice.in_both(mark)
    twice.outputs = {"square-test": RAISES, "mean-test": prints("w", "stderr")}
    twice.grade(force=True)
    twice.assert_same()
    twice.in_both(lambda book: setattr(book.find_submission("toy", "ada"), "extension", timedelta(hours=2)))
    twice.outputs = {"square-test": gives(2.25), "mean-test": prints("harmless", "stderr") + gives(2)}
    twice.grade(force=True)
    twice.assert_same()


def test_other_hand_ins(twice):
    toy = twice.toy
    twice.grade()
    shutil.rmtree(toy.submitted / "ada")
    toy.submit("ada", GOOD, edit=lambda notebook: notebook.cells.pop(index_of(notebook, "mean-test")))
    toy.submit(
        "ben",
        {**GOOD, "why": "Now with words."},
        edit=lambda notebook: notebook.cells.insert(3, new_code_cell("mine = 1")),
        timestamp="2025-12-01 21:00:00 UTC",
    )
    toy.submit("new", GOOD, timestamp="2025-11-30 17:00:00 UTC")
    twice.outputs = {"square": prints("line\n" * 50), "square-test": gives(3), "mean-test": gives("'text'")}
    twice.grade()
    twice.assert_same()


def test_an_extension_may_come_before_the_hand_in(twice):
    twice.grade()

    def extend(book: Gradebook) -> None:
        book.update_or_create_student("new")
        book.update_or_create_submission("toy", "new").extension = timedelta(hours=1)

    twice.in_both(extend)
    twice.toy.submit("new", GOOD, timestamp="2025-11-30 20:30:00 UTC")
    twice.grade()
    twice.assert_same()


def test_one_whose_rows_cannot_be_written_costs_no_other(toy_class, without_kernels, monkeypatch):
    put = rows._put_all

    def choke(db, practical, earned):
        put(db, practical, earned)
        if "s2_half" in earned:
            raise ValueError("an unforeseen value")

    monkeypatch.setattr(rows, "_put_all", choke)
    monkeypatch.setattr(run_module.Run, "_is_time", lambda _: False)  # all in one transaction
    results = by_student(graded(toy_class))
    assert results["s2_half"].status.startswith("not graded: it could not be graded (ValueError")
    assert results["s1_good"].graded
    assert results["s3_untouched"].graded


def test_a_student_whom_another_program_puts_in_at_the_same_time_costs_nothing(
    toy_class, without_kernels, monkeypatch
):
    insert = rows.insert
    meanwhile: list[str] = []

    def insert_late(table):
        if not meanwhile:
            meanwhile.append("s1_good")
            with Gradebook(f"sqlite:///{toy_class.root / 'out/gradebook.db'}") as book:
                book.add_student("s1_good")
        return insert(table)

    monkeypatch.setattr(rows, "insert", insert_late)
    results = by_student(graded(toy_class))
    assert meanwhile
    assert results["s1_good"].graded
    assert results["s2_half"].graded


def test_what_a_killed_run_left_goes(toy_class, without_kernels):
    graded(toy_class)
    before = files(toy_class.root / "out")
    for name in ("autograded/s1_good/toy/.toy.ipynb.x1", "feedback/s1_good/toy/.toy.html.x1"):
        (toy_class.root / "out" / name).write_text("half")
    graded(toy_class, force=True)
    assert files(toy_class.root / "out").keys() == before.keys()


def test_a_large_class_is_rendered_in_processes_of_their_own_and_one_that_is_killed_costs_nothing(
    toy_class, without_kernels, monkeypatch
):
    graded(toy_class)
    monkeypatch.setattr(rendering, "MANY", 2)
    submit = rendering.Rendering.submit
    killed: list[int] = []

    def kill_the_first(one, work):
        future = submit(one, work)
        if not killed:
            [process, *_] = one._pool._processes.values()
            process.kill()
            killed.append(process.pid)
        return future

    monkeypatch.setattr(rendering.Rendering, "submit", kill_the_first)
    graded(toy_class, output=toy_class.root / "large")
    assert killed
    assert tables(toy_class.root / "large") == tables(toy_class.root / "out")
    assert files(toy_class.root / "large") == files(toy_class.root / "out")
    assert not (toy_class.root / "large" / "autograded" / "grading.log").exists()


def test_a_course_with_preprocessors_of_its_own_is_recorded_by_nbgrader(toy, without_kernels):
    with (toy.root / "nbgrader_config.py").open("a") as config:
        config.write(
            "class Marked(preprocessors.NbGraderPreprocessor):\n"
            "    def preprocess(self, nb, resources):\n"
            "        nb.metadata['marked'] = True\n"
            "        return nb, resources\n"
            "c.Autograde.autograde_preprocessors = [*c.Autograde.autograde_preprocessors, Marked]\n"
        )
    toy.submit("ada", GOOD)
    assert by_student(graded(toy))["ada"].graded
    assert '"marked": true' in (toy.root / "out/autograded/ada/toy/toy.ipynb").read_text()
    assert "Points by exercise" in (toy.root / "out/feedback/ada/toy/toy.html").read_text()


def test_the_page_is_made_once(toy_class, without_kernels, monkeypatch):
    """What was foreseen of the gradebook is what it then has: no page has to be renewed."""
    renewed: list[str] = []
    monkeypatch.setattr(run_module.recording, "write_feedback", lambda _, student: renewed.append(student))
    toy_class.submit("s4_words", {**GOOD, "why": "Because."}, timestamp="2025-11-30 21:00:00 UTC")
    graded(toy_class, due="2025-11-30 18:00 UTC")
    graded(toy_class, force=True)
    assert renewed == []
