"""Each file in cells/ is what a student tries, as code of a cell; none gains, learns, or breaks anything.

A submission has two honest answers (`scale`, `count`), which keep their marks, and the attack: as a cell of
the student's own before all others, or as the answer that the line `# cell:` names. `# loses:` names tests
whose marks the attack costs the student. A folder with a course, a gradebook and somebody else's submission
lies on the same machine.
"""

import hashlib
import re
import sqlite3
import sys
from pathlib import Path

import psutil
import pytest

sys.path.append(str(Path(__file__).parents[1] / "engine"))
import course

from autograder.engine import split
from autograder.engine.kernel import KernelParent
from autograder.engine.limits import Limits
from autograder.notebooks import is_test

FILES = sorted(Path(__file__).with_name("cells").glob("*.py"))
HIDDEN, SECRET = "hidden-4711", "secret-0815"
SUCCESS = re.compile(
    "HACKED|GOT-ROOT|GOT-MOUNT|WROTE|SENT|^READ|SEEN'|" + HIDDEN + "|" + SECRET, re.MULTILINE
)
SPARE = 2  # kernels that wait until they are needed
LIMITS = Limits(cell_seconds=8, notebook_seconds=100)
HONEST = {"scale": course.SCALE, "count": course.ANSWER}
MARKS = {"scale-test": 3.0, "build-test": 0.0, "train-test": 0.0, "count-test": 2.0}


@pytest.fixture(scope="module")
def parent():
    with KernelParent() as parent, pytest.MonkeyPatch.context() as patch:
        for trusted in (False, True):
            parent.fork(trusted=trusted).stop()  # which leaves a spare one each time
        patch.setattr(split, "kernel_parent", lambda **_: parent)
        yield parent


@pytest.fixture
def host(tmp_path):
    """A course folder with secrets, as on the grader's machine."""
    for path in ("source/p/p.ipynb", "submitted/other/p/p.ipynb", "autograded/other/p/p.ipynb"):
        file = tmp_path / "course" / path
        file.parent.mkdir(parents=True)
        file.write_text(SECRET)
    with sqlite3.connect(tmp_path / "course" / "gradebook.db") as book:
        book.execute("CREATE TABLE grade (auto_score)")
        book.execute("INSERT INTO grade VALUES (1)")
    return tmp_path / "course"


def attack_submission(file: Path, host: Path):
    text = file.read_text().replace("COURSE", str(host))
    cell = re.search("^# cell: (.*)$", text, re.MULTILINE)[1]
    loses = re.search("^# loses: (.*)$", text, re.MULTILINE)
    answers = HONEST if cell == "own" else {**HONEST, cell: text}
    notebook = course.submission(answers, extra=text if cell == "own" else None)
    for one in notebook.cells:
        if is_test(one):
            one.source = f"{HIDDEN.replace('-', '_')} = '{HIDDEN}'  # {HIDDEN}\n{one.source}"
    marks = {**MARKS, **dict.fromkeys(loses[1].split() if loses else [], 0.0)}
    return notebook, {**marks, f"{cell}-test": 0.0} if cell in HONEST else marks


def digest(folder: Path) -> dict[str, str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def processes(parent: KernelParent) -> int:
    parent.require_alive()  # which it answers when the kernels that were stopped are gone
    return len(psutil.Process(parent._process.popen.pid).children(recursive=True))


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(file, marks=[pytest.mark.slow] * ("\n# slow\n" in file.read_text()), id=file.stem)
        for file in FILES
    ],
)
def test_attack(file, parent, host):
    before, running = digest(host), processes(parent)
    notebook, marks = attack_submission(file, host)
    executed = split.execute_notebook(notebook, LIMITS, {}, references=course.REFERENCES)

    assert course.scores(executed) == marks, course.feedback(executed, "scale-test")
    for cell in executed.cells:
        said = "".join(
            str(one.get("text") or one.get("data") or one.get("traceback")) for one in cell.get("outputs", [])
        )
        said = said.replace(repr(file.read_text()), "")
        found = [line for line in said.splitlines() if SUCCESS.search(line) and "hidden_4711" not in line]
        assert not found, found[:3]
        assert len(said) < 12_000_000
    assert digest(host) == before
    assert processes(parent) == running
    assert len(list(parent._process.exchange.iterdir())) == SPARE

    after = split.execute_notebook(course.submission(HONEST), LIMITS, {}, references=course.REFERENCES)
    assert course.scores(after) == MARKS


def test_there_are_thirty_attacks_and_each_says_what_it_tries():
    assert len(FILES) >= 30
    assert all(file.read_text().startswith('"""') for file in FILES)
