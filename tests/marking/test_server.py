"""The page's server: to this machine and who has the token; errors are sentences; names stay out of sight."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from nbgrader.api import Gradebook
from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from autograder.errors import PracticalsError
from autograder.grading.course import Course, only_one_run
from autograder.marking.marks import Marks
from autograder.marking.server import HOST, Marking, application, mark

TOKEN = "the-token"


class Page:
    """What a browser asks the server, one request after the other."""

    def __init__(self, marking: Marking):
        self.marking = marking

    def ask(self, path: str, body: object = None, port: int | None = None, **headers: str) -> HTTPResponse:
        async def asked() -> HTTPResponse:
            sockets = bind_sockets(0, HOST)
            port = sockets[0].getsockname()[1]
            server = HTTPServer(application(self.marking, TOKEN, port))
            server.add_sockets(sockets)
            sent = {"Cookie": f"marking-{port}={TOKEN}", "Origin": f"http://{HOST}:{port}", **headers}
            request = HTTPRequest(
                f"http://{HOST}:{port}{path}",
                method="GET" if body is None else "PUT",
                body=None if body is None else json.dumps(body),
                headers={name: value for name, value in sent.items() if value},
                follow_redirects=False,
            )
            try:
                return await AsyncHTTPClient().fetch(request, raise_error=False)
            finally:
                server.stop()

        return asyncio.run(asked())

    def question(self) -> dict:
        return json.loads(self.ask("/data/question?question=why").body)

    def change(self, key: str, field: str, value: object, seen: dict | None = None) -> HTTPResponse:
        seen = seen or {"score": None, "comment": ""}
        asked = {"question": "why", "key": key, "field": field, "value": value, "seen": seen}
        return self.ask("/data/mark", asked)


@contextmanager
def opened(course: Course, blind: bool = False) -> Iterator[Page]:
    with course.gradebook.open() as book:
        yield Page(Marking(course, Marks(book, "toy"), blind))


@pytest.fixture
def page(course: Course) -> Iterator[Page]:
    with opened(course) as page:
        yield page


def test_the_token_goes_from_the_address_into_a_cookie(page):
    first = page.ask(f"/?token={TOKEN}", Cookie="")
    assert (first.code, first.headers["Location"]) == (302, "/")
    cookie = first.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    shown = page.ask("/")
    assert shown.code == 200
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    assert TOKEN not in shown.body.decode()


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": ""},
        {"Cookie": "marking-1=the-token"},
        {"Host": "evil.example"},
        {"Origin": "http://evil.example"},
    ],
)
def test_others_are_refused_and_nothing_is_written(page, course, headers):
    key = page.question()["essays"][0]["key"]
    asked = {
        "question": "why", "key": key, "field": "score", "value": "4", "seen": {"score": None, "comment": ""}
    }  # fmt: skip
    assert page.ask("/data/mark", asked, **headers).code == 403
    if "Origin" not in headers:
        assert page.ask("/data/question?question=why", **headers).code == 403
        assert page.ask("/", **headers).code == 403
    with Gradebook(course.coursedir.db_url) as book:
        assert book.find_grade("why", "toy", "toy", "ann").manual_score is None


def test_a_question_and_an_answer_are_rendered(page):
    question = page.question()
    assert [essay["label"] for essay in question["essays"]] == ["ann", "bob", "cem", "silent"]
    assert "a secret rubric" in question["scheme"]
    answer = page.ask(f"/data/answer?question=why&key={question['essays'][1]['key']}")
    html = json.loads(answer.body)["html"]
    assert "<strong>bob</strong>" in html
    assert "<math" in html


def test_a_mark_goes_into_the_gradebook_at_once(page, course):
    key = page.question()["essays"][0]["key"]
    told = page.change(key, "score", "3,5")
    assert (told.code, json.loads(told.body)["standing"]) == (200, "marked")
    with Gradebook(course.coursedir.db_url) as book:
        assert book.find_grade("why", "toy", "toy", "ann").manual_score == 3.5


def test_errors_are_one_sentence_with_a_status_that_says_which(page, course):
    key = page.question()["essays"][0]["key"]
    too_much = page.change(key, "score", "5")
    assert too_much.code == 400
    assert (
        json.loads(too_much.body)["problem"]
        == "5 is more than the 4 points of this essay. It was not written"
    )
    with Gradebook(course.coursedir.db_url) as book:
        book.find_grade("why", "toy", "toy", "ann").manual_score = 1
        book.db.commit()
    theirs = page.change(key, "score", "3")
    assert theirs.code == 409
    assert json.loads(theirs.body)["mark"]["score"] == 1
    with Gradebook(course.coursedir.db_url) as book:
        book.remove_student("ann")
    left = page.change(key, "score", "3", {"score": 1, "comment": ""})
    assert left.code == 410
    assert "does not have this student's essay" in json.loads(left.body)["problem"]
    assert page.change("unknown", "score", "3").code == 410


def test_a_rubric_reaches_every_essay_that_has_the_item(page, course):
    items = [{"points": "1", "text": "names $n$", "was": None}, {"points": "-1", "text": "rude", "was": None}]
    made = json.loads(page.ask("/data/items", {"question": "why", "items": items}).body)
    assert [item["text"] for item in made["items"]] == ["names $n$", "rude"]
    for essay in made["essays"][:2]:
        page.change(essay["key"], "ticked", [0])
    again = [
        {"points": "2", "text": "names the number", "was": 0},
        {"points": "-1", "text": "rude", "was": 1},
    ]
    changed = json.loads(page.ask("/data/items", {"question": "why", "items": again}).body)
    assert changed["changed"] == 2
    assert [essay["score"] for essay in changed["essays"]] == [2, 2, None, None]
    with Gradebook(course.coursedir.db_url) as book:
        comment = book.find_comment("why", "toy", "toy", "bob").comment
    assert comment == "- names the number (+2)"
    twice = page.ask("/data/items", {"question": "why", "items": [*items, *items]})
    assert twice.code == 400
    assert "two items say the same" in json.loads(twice.body)["problem"]


def test_blind_shows_no_name_anywhere(course):
    with Gradebook(course.coursedir.db_url) as book:
        book.update_or_create_student("ann", first_name="Ada", last_name="Zuse")
    with opened(course, blind=True) as page:
        question = page.ask("/data/question?question=why").body.decode()
        essays = json.loads(question)["essays"]
        assert [essay["label"] for essay in essays] == ["Essay 1", "Essay 2", "Essay 3", "Essay 4"]
        left = essays[
            [page.marking.student(page.marking.question("why"), one["key"]) for one in essays].index("ann")
        ]
        with Gradebook(course.coursedir.db_url) as book:
            book.remove_student("ann")
        said = page.change(left["key"], "score", "3").body.decode()
    for name in ("ann", "bob", "cem", "silent", "Ada", "Zuse"):
        assert f'"{name}' not in question
        assert name not in said


def test_what_a_student_wrote_cannot_run(course):
    path = course.autograded / "ann" / "toy" / "toy.ipynb"
    text = path.read_text("utf-8")
    evil = "<script>alert(1)</script> <img src=x onerror=alert(1)>"
    path.write_text(text.replace("Because $n$ is what **ann** says.", evil), "utf-8")
    with opened(course) as page:
        key = page.question()["essays"][0]["key"]
        html = json.loads(page.ask(f"/data/answer?question=why&key={key}").body)["html"]
    assert "script" not in html
    assert "onerror" not in html


def test_a_second_marker_is_told_so_in_one_line(course):
    folder = course.output / "marking" / "toy"
    with only_one_run(folder), pytest.raises(PracticalsError, match="another `practicals mark` is at work"):
        mark(course, False, 0, print, open_browser=False)


def test_before_grading_and_without_essays_it_says_so(course, tmp_path):
    with pytest.raises(PracticalsError, match="there is no gradebook"):
        mark(Course(course.root, "toy", tmp_path, course.class_folder), False, 0, print, open_browser=False)
    nothing = json.loads(course.source.read_text("utf-8"))
    nothing["cells"] = [
        cell for cell in nothing["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") != "why"
    ]
    course.source.write_text(json.dumps(nothing), "utf-8")
    with pytest.raises(PracticalsError, match="asks for no essay"), opened(course):
        pass
