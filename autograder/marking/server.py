"""Serves the page on which essays are marked, to this machine alone: a token, one marker, saved at once.

https://www.tornadoweb.org/en/stable/guide/security.html is what the guards follow. All handlers run in one
thread, so the gradebook's connection has one user.
"""

import asyncio
import hashlib
import hmac
import json
import secrets
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from signal import SIGINT, SIGTERM
from typing import Any

from jinja2 import Environment, FileSystemLoader
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler, StaticFileHandler

from autograder.errors import PracticalsError
from autograder.grading import sanitize
from autograder.grading.course import Course, only_one_run
from autograder.grading.record import recorded_groups
from autograder.marking.marks import UNANSWERED, Mark, MarkedMeanwhile, Marks, StudentLeft
from autograder.marking.questions import Question, questions
from autograder.marking.rubric import Item, RubricFile, item, read_apart
from autograder.practical.notebooks import read_notebook
from autograder.practical.points import with_own_points
from autograder.practical.testcells import first_heading

HOST = "127.0.0.1"
PAGE = Path(__file__).parent / "page"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Essay:
    """An essay as the page knows it: by a key that does not say whose it is, and by a label."""

    key: str
    label: str
    mark: Mark


class Marking:
    """The essays of a practical while they are marked.

    Args:
        course: the practical, graded into its output folder.
        marks: in its open gradebook.
        blind: whether the page shows numbers, in an order of their own, in place of names.
    """

    def __init__(self, course: Course, marks: Marks, blind: bool):
        self.course = course
        self.marks = marks
        self.blind = blind
        self.rubric = RubricFile(_folder(course) / "rubric.json")
        notebook = with_own_points(read_notebook(course.source), course.source.parent)
        self.title = first_heading(notebook) or course.practical
        self.questions = {one.name: one for one in questions(notebook, course.config)}
        if not self.questions:
            raise PracticalsError(f"{course.practical} asks for no essay", "There is nothing to mark by hand")
        self._answers: dict[tuple[str, str], tuple[int, str]] = {}
        self._students: dict[str, str] = {}  # by key

    def question(self, name: str) -> Question:
        """The essay of that name; an unknown one is an error of the page's."""
        if name not in self.questions:
            raise HTTPError(404)
        return self.questions[name]

    def essays(self, question: Question) -> list[Essay]:
        """The essays of the class, by name; blind, in an order that says nothing."""
        marks = self.once_a_group(question)
        self._students = {self.key(mark): mark.student_id for mark in marks}
        if self.blind:
            in_order = sorted(marks, key=self.key)
            labels = [f"Essay {number}" for number in range(1, len(marks) + 1)]
        else:
            in_order = marks
            labels = [self._label(one) for one in marks]
        return [Essay(self.key(mark), label, mark) for label, mark in zip(labels, in_order, strict=True)]

    def once_a_group(self, question: Question) -> list[Mark]:
        """The marks of an essay, one of each group; of its members those who have another one too."""
        found: dict[tuple, Mark] = {}
        for mark in self.marks.all(question):
            group = self.marks.groups.get(mark.student_id)
            apart = (group, mark.score, mark.comment) if group else (None, mark.student_id)
            found.setdefault(apart, mark)
        return list(found.values())

    def _label(self, mark: Mark) -> str:
        label = f"{mark.name} ({mark.student_id})" if mark.name else mark.student_id
        group = self.marks.groups.get(mark.student_id)
        return f"{label}, group {group}" if group else label

    def key(self, mark: Mark) -> str:
        """The same at each start, so that what a browser could not save finds its place."""
        return hashlib.sha256(f"{self.course.practical}/{mark.student_id}".encode()).hexdigest()[:16]

    def student(self, question: Question, key: str) -> str:
        """Whose essay a key means.

        Raises:
            StudentLeft: nobody's.
        """
        if key not in self._students:
            self.essays(question)
        if key not in self._students:
            raise StudentLeft
        return self._students[key]

    def answer(self, question: Question, key: str) -> str:
        """What the student wrote, as HTML that cannot run or load anything."""
        student = self.student(question, key)
        path = self.course.autograded / student / self.course.practical / f"{self.course.practical}.ipynb"
        try:
            changed = path.stat().st_mtime_ns
        except OSError as error:
            raise PracticalsError(
                f"the notebook with this essay is not in {self.course.autograded}",
                f"Run `practicals grade {self.course.practical}`",
            ) from error
        if (kept := self._answers.get((question.name, key))) and kept[0] == changed:
            return kept[1]
        for cell in json.loads(path.read_text("utf-8"))["cells"]:  # nbgrader wrote it: no need to validate
            if (cell["metadata"].get("nbgrader") or {}).get("grade_id") == question.name:
                source = cell["source"]
                text = source if isinstance(source, str) else "".join(source)
                html = str(sanitize.markdown(text, cell.get("attachments")))
                self._answers[question.name, key] = changed, html
                return html
        raise PracticalsError(f"the notebook has no {question.name}", "Grade the class again")

    def as_json(self, question: Question, mark: Mark) -> dict[str, Any]:
        """A mark as the page takes it."""
        ticked, text = read_apart(mark.comment, self.rubric.read(question.name))
        return {
            "key": self.key(mark), "score": mark.score, "comment": mark.comment, "ticked": ticked,
            "text": text, "standing": mark.standing,
        }  # fmt: skip

    def change(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Change one field of one essay's mark as the page asks, and give the mark as it is then."""
        question = self.question(asked["question"])
        student, seen = self.student(question, asked["key"]), asked["seen"]
        items = self.rubric.read(question.name)
        field, value = asked["field"], asked["value"]
        if field == "score":
            mark = self.marks.give_score(question, student, value, seen["score"], asked.get("tried"))
        elif field == "text":
            mark = self.marks.give_text(question, student, value, seen["comment"], items, asked.get("tried"))
        elif field == "ticked":
            before = Mark(student, "", seen["score"], seen["comment"], "")
            mark = self.marks.tick(question, student, value, before, items)
        else:
            raise HTTPError(400)
        return self.as_json(question, mark)

    def change_items(self, question: Question, typed: list[dict[str, Any]]) -> int:
        """Write an essay's rubric anew; items that apply somewhere are changed there.

        Args:
            question: the essay.
            typed: for each item `points`, `text`, and `was`, its place before, or None.

        Returns:
            how many essays were changed.
        """
        before = self.rubric.read(question.name)
        now = [item(one["points"], one["text"]) for one in typed]
        if len({one.line for one in now}) < len(now):
            raise PracticalsError("two items say the same", "Change one of them")
        after: list[Item | None] = [None] * len(before)
        for one, new in zip(typed, now, strict=True):
            if one["was"] is not None:
                after[one["was"]] = new
        # the list first: a comment's line without an item is read as the marker's own words
        self.rubric.write(question.name, now)
        return self.marks.exchange(question, before, after)

    def as_question(self, question: Question) -> dict[str, Any]:
        """A question as the page takes it."""
        essays = self.essays(question)
        return {
            "name": question.name, "title": question.title, "max_score": question.max_score,
            "asked": str(sanitize.markdown(question.asked)), "model": str(sanitize.markdown(question.model)),
            "scheme": str(sanitize.markdown(question.scheme)), **self.items(question),
            "essays": [{"label": one.label, **self.as_json(question, one.mark)} for one in essays],
        }  # fmt: skip

    def items(self, question: Question) -> dict[str, Any]:
        """An essay's rubric, and what its mark scheme suggests for one."""
        shown = [
            {"points": one.points, "text": one.text, "html": str(sanitize.markdown(one.text))}
            for one in self.rubric.read(question.name)
        ]
        suggested = [{"points": one.points, "text": one.text} for one in question.scheme_items]
        return {"items": shown, "suggested": suggested}

    def left(self) -> int:
        """How many essays are still to be marked."""
        marks = [mark for question in self.questions.values() for mark in self.once_a_group(question)]
        return sum(mark.score is None and mark.standing != UNANSWERED for mark in marks)


class _Guarded(RequestHandler):
    """Answers this machine's browser, and only where it has the token."""

    def initialize(self, marking: Marking, token: str, port: int) -> None:
        self.marking, self.token, self.port = marking, token, port

    def set_default_headers(self) -> None:
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cache-Control", "no-store")

    @cached_property
    def cookie(self) -> str:
        """Cookies are shared by the ports of a host."""
        return f"marking-{self.port}"

    def prepare(self) -> None:
        # another name for this machine would be another site's (DNS rebinding)
        if self.request.host not in (f"{HOST}:{self.port}", f"localhost:{self.port}"):
            raise HTTPError(403)
        if (
            self.request.method == "PUT"
            and self.request.headers.get("Origin") != f"http://{self.request.host}"
        ):
            raise HTTPError(403)
        given = self.get_query_argument("token", None) or self.get_cookie(self.cookie) or ""
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            raise HTTPError(403)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        if status_code == 403:
            self.finish("This page needs the address that `practicals mark` printed when it was started.\n")
        else:
            self.finish(f"{self._reason}\n")


class _Start(_Guarded):
    """The page; the token moves from its address into a cookie that scripts do not see."""

    def get(self) -> None:
        if self.get_query_argument("token", None):
            self.set_cookie(self.cookie, self.token, httponly=True, samesite="Strict")
            self.redirect("/")
            return
        page = Environment(loader=FileSystemLoader(PAGE), autoescape=True).get_template("mark.html.j2")
        self.finish(
            page.render(
                title=self.marking.title, practical=self.marking.course.practical, blind=self.marking.blind
            )
        )


class _Data(_Guarded):
    """What the page asks for and changes; what went wrong is one sentence."""

    def get(self, what: str) -> None:
        with self._sentences():
            question = self.get_query_argument("question", "")
            if what == "questions":
                found: Any = [
                    {"name": one.name, "title": one.title} for one in self.marking.questions.values()
                ]
            elif what == "question":
                found = self.marking.as_question(self.marking.question(question))
            elif what == "answer":
                key = self.get_query_argument("key")
                found = {"html": self.marking.answer(self.marking.question(question), key)}
            else:
                raise HTTPError(404)
            self.finish(json.dumps(found))

    def put(self, what: str) -> None:
        with self._sentences():
            asked = json.loads(self.request.body)
            if what == "mark":
                found = self.marking.change(asked)
            elif what == "items":
                question = self.marking.question(asked["question"])
                found = {"changed": self.marking.change_items(question, asked["items"])}
                found |= self.marking.as_question(question)
            else:
                raise HTTPError(404)
            self.finish(json.dumps(found))

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        """Errors for people, as JSON with a `problem`."""
        self.set_header("Content-Type", "application/json; charset=utf-8")
        try:
            with self.marking.course.gradebook.errors():
                yield
        except MarkedMeanwhile as error:
            question = self.marking.question(json.loads(self.request.body)["question"])
            self._refuse(409, error, mark=self.marking.as_json(question, error.mark))
        except StudentLeft as error:
            self._refuse(410, error)
        except PracticalsError as error:
            self._refuse(503 if "locked" in error.problem else 400, error)
        finally:
            self.marking.marks.book.db.rollback()  # what was read holds nothing back in a server's database

    def _refuse(self, status: int, error: PracticalsError, **more: Any) -> None:
        self.set_status(status)
        self.finish(json.dumps({"problem": str(error), **more}))


def application(marking: Marking, token: str, port: int) -> Application:
    """The page and its data."""
    guard = {"marking": marking, "token": token, "port": port}
    return Application(
        [
            (r"/", _Start, guard),
            (r"/data/(\w+)", _Data, guard),
            (r"/page/(mark\.(?:css|js))", StaticFileHandler, {"path": str(PAGE)}),
        ],
        log_function=lambda handler: None,
    )


def mark(
    course: Course,
    blind: bool,
    port: int,
    say: Callable[[str], None],
    open_browser: bool = True,
) -> None:
    """Serve the page until somebody presses Ctrl-C.

    Args:
        course: the practical, graded into its output folder.
        blind: whether names stay out of sight.
        port: where it listens on this machine; where somebody else does, on any that is free.
        say: shows a line to the instructor.
        open_browser: whether to open the page in one.

    Raises:
        PracticalsError: nothing was graded yet, there is no essay, or somebody else is marking.
    """
    course.require_graded()
    with (
        only_one_run(_folder(course), "another `practicals mark`"),
        course.gradebook.open() as book,
    ):
        groups = recorded_groups(course.autograded, course.practical)
        marking = Marking(course, Marks(book, course.practical, groups), blind)
        asyncio.run(_serve(marking, port, say, open_browser))
        say(
            f"{marking.left()} essays are still to be marked; `practicals feedback {course.practical}` puts "
            "marks and comments on the pages"
        )


async def _serve(marking: Marking, port: int, say: Callable[[str], None], open_browser: bool) -> None:
    try:
        sockets = bind_sockets(port, HOST)
    except OSError:
        sockets = bind_sockets(0, HOST)
    token = secrets.token_urlsafe(24)
    port = sockets[0].getsockname()[1]
    server = HTTPServer(application(marking, token, port))
    server.add_sockets(sockets)
    address = f"http://{HOST}:{port}/?token={token}"
    say(f"Marking {marking.course.practical}: {address}\nEvery mark is saved at once; Ctrl-C stops")
    if open_browser:
        webbrowser.open(address)
    stopped = asyncio.Event()
    for signal in (SIGINT, SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal, stopped.set)
    await stopped.wait()


def _folder(course: Course) -> Path:
    """What is kept for marking, the gradebook apart."""
    return course.output / "marking" / course.practical
