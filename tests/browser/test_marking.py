"""Essays are marked with the keyboard; whatever ends meanwhile, plain nbgrader finds every mark."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from command_line import PRACTICALS, environment
from essays import essay_class
from nbgrader.api import Gradebook
from playwright.sync_api import Page, expect
from servers import Server, free_port


class Marker(Server):
    """`practicals mark toy` in a course folder."""

    def __init__(self, course: Path, home: Path, port: int, *options: str):
        home.mkdir(exist_ok=True)
        command = [*PRACTICALS, "mark", "toy", "--no-browser", "--port", str(port), *options]
        super().__init__(command, course, environment(HOME=str(home)), r"(http://127\.0\.0\.1:\d+)/\?token=")

    @property
    def start_page(self) -> str:
        """Its address with the token."""
        assert self.url
        return re.findall(r"http://\S+token=\S+", self.told())[-1]


@pytest.fixture(scope="session")
def essays_once(tmp_path_factory) -> Path:
    """Made before a browser runs; nobody changes it."""
    return essay_class(tmp_path_factory.mktemp("essays") / "course")


@pytest.fixture
def essays(essays_once: Path, tmp_path: Path) -> Path:
    return shutil.copytree(essays_once, tmp_path / "course")


@pytest.fixture
def start(essays: Path, tmp_path: Path) -> Iterator[Callable[..., Marker]]:
    """A function that starts the server, on the same port each time."""
    started: list[Marker] = []
    port = free_port()

    def start(*options: str) -> Marker:
        started.append(Marker(essays, tmp_path / f"home-{len(started)}", port, *options))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.end()


@pytest.fixture
def marker(start: Callable[..., Marker], page: Page) -> Marker:
    """The server, with the first essay, ann's, in sight."""
    marker = start()
    page.goto(marker.start_page)
    expect(page.locator("#answer")).to_contain_text("is what ann says")
    return marker


def in_gradebook(course: Path, student: str) -> tuple[float | None, str | None]:
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        grade = book.find_grade("why", "toy", "toy", student)
        return grade.manual_score, book.find_comment("why", "toy", "toy", student).manual_comment


def wait_for(page: Page, course: Path, student: str, mark: tuple[float | None, str | None]) -> None:
    """Until the gradebook has a mark; at most as long as a step of the page may take."""
    for _ in range(600):
        if in_gradebook(course, student) == mark:
            return
        page.wait_for_timeout(100)
    assert in_gradebook(course, student) == mark


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_marking_with_the_keyboard_alone(marker, page, essays, shot, nbgrader):
    expect(page.locator("#scheme")).to_contain_text("a secret rubric")
    assert page.locator("#answer math").count() == 1
    press(page, "p", "3")
    wait_for(page, essays, "ann", (3.0, None))  # at once: nobody has left the field yet
    press(page, ".", "5")
    wait_for(page, essays, "ann", (3.5, None))
    press(page, "Escape", "c")
    page.keyboard.type("So *it* is.")
    press(page, "Escape")
    wait_for(page, essays, "ann", (3.5, "So *it* is."))
    expect(page.locator("#progress")).to_have_text("1 of 3 marked")

    page.get_by_role("button", name="Edit").click()
    page.get_by_role("button", name="Take the scheme's").click()
    page.get_by_role("button", name="Save the rubric").click()
    expect(page.locator("#items li")).to_have_count(2)
    press(page, "Enter")
    expect(page.locator("#answer")).to_contain_text("bob")
    press(page, "1", "2", "ArrowRight")  # whoever goes on at once marks the essay that was in sight
    expect(page.locator("#answer")).to_contain_text("cem")
    wait_for(page, essays, "bob", (4.0, "- names $n$ (+3)\n- says why (+1)"))
    press(page, "1")
    wait_for(page, essays, "cem", (3.0, "- names $n$ (+3)"))
    shot("marking-1-items")

    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Points").nth(1).fill("2")
    page.get_by_role("button", name="Save the rubric").click()
    expect(page.locator("#say")).to_have_text("Saved, and changed in 2 essays")
    assert in_gradebook(essays, "bob") == (3.0, "- names $n$ (+2)\n- says why (+1)")
    assert in_gradebook(essays, "cem") == (2.0, "- names $n$ (+2)")
    press(page, "Enter")
    expect(page.locator("#say")).to_have_text("Every essay of this question is marked.")

    marker.end()
    assert "0 essays are still to be marked" in marker.told()
    nbgrader("generate_feedback", "toy", "--force", cwd=essays)
    feedback = (essays / "feedback" / "bob" / "toy" / "toy.html").read_text("utf-8")
    assert "says why (+1)" in feedback
    assert "3 of 4" in feedback
    with Gradebook(f"sqlite:///{essays / 'gradebook.db'}") as book:
        assert not book.find_submission("toy", "bob").needs_manual_grade


def test_a_killed_server_loses_nothing(marker, start, page, essays, shot):
    press(page, "p", "2")
    wait_for(page, essays, "ann", (2.0, None))
    marker.process.kill()
    marker.process.wait()
    press(page, ".", "5", "Escape", "c")
    page.keyboard.type("Half of it.")
    press(page, "Escape")
    expect(page.locator("#say")).to_contain_text("is kept in this browser")
    shot("marking-2-killed")
    assert in_gradebook(essays, "ann") == (2.0, None)
    page.goto(start().start_page)
    wait_for(page, essays, "ann", (2.5, "Half of it."))
    expect(page.locator("#answer")).to_contain_text("bob")  # the next one to mark
    press(page, "ArrowLeft")
    expect(page.locator("#score")).to_have_value("2.5")


def test_a_mark_that_was_written_without_an_answer_is_no_others(marker, page, essays):
    asked: list[str] = []

    def dies_after_writing(route):
        if not asked:
            route.fetch()
        asked.append(route.request.post_data_json["value"])
        route.abort()

    page.route("**/data/mark", dies_after_writing)
    press(page, "p", "2")
    wait_for(page, essays, "ann", (2.0, None))
    press(page, ".", "5")
    expect(page.locator("#say")).to_contain_text("is kept in this browser")
    page.unroute("**/data/mark")
    wait_for(page, essays, "ann", (2.5, None))
    assert asked[0] == "2"


def test_a_closed_browser_loses_nothing(marker, page, essays):
    page.route("**/data/mark", lambda route: route.abort())
    press(page, "p", "1")
    expect(page.locator("#say")).to_contain_text("is kept in this browser")
    page.close()
    assert in_gradebook(essays, "ann") == (None, None)
    again = page.context.new_page()
    again.goto(marker.start_page)
    wait_for(again, essays, "ann", (1.0, None))
    # what the browser kept goes once the answer is there, a moment after the gradebook has the mark
    again.wait_for_function("localStorage.length === 0")


def test_a_mark_above_the_maximum_stays_in_sight_and_out_of_the_gradebook(marker, page, essays, shot):
    press(page, "p", "4", "0")
    expect(page.locator("#say")).to_have_text(
        "40 is more than the 4 points of this essay. It was not written"
    )
    shot("marking-3-too-much")
    press(page, "Escape", "ArrowRight")
    expect(page.locator("#score")).to_be_focused()
    expect(page.locator("#label")).to_have_text("ann")
    wait_for(page, essays, "ann", (4.0, None))  # what was typed first
    press(page, "Backspace", "Escape", "ArrowRight")
    expect(page.locator("#label")).to_have_text("bob")


def test_two_markers(marker, page, essays, practicals, shot):
    second = practicals("mark", "toy", "--no-browser", cwd=essays, check=False)
    assert second.returncode == 2
    assert "another `practicals mark` is at work" in second.stderr
    with Gradebook(f"sqlite:///{essays / 'gradebook.db'}") as book:  # in the Formgrader
        book.find_grade("why", "toy", "toy", "ann").manual_score = 1
        book.db.commit()
    press(page, "p", "3")
    expect(page.locator("#say")).to_contain_text("somebody else marked this meanwhile: it has 1 points")
    shot("marking-4-meanwhile")
    assert in_gradebook(essays, "ann") == (1.0, None)
    page.get_by_role("button", name="Take mine").click()
    wait_for(page, essays, "ann", (3.0, None))


def test_a_student_who_left(marker, page, essays):
    with Gradebook(f"sqlite:///{essays / 'gradebook.db'}") as book:
        book.remove_student("ann")
    press(page, "p", "3")
    expect(page.locator("#say")).to_contain_text("does not have this student's essay any more")
    press(page, "Escape", "ArrowRight", "p", "2")
    wait_for(page, essays, "bob", (2.0, None))


def test_without_names_and_readable_on_any_screen(start, page, shot):
    page.goto(start("--blind").start_page)
    expect(page.locator("#label")).to_have_text("Essay 1")
    expect(page.locator("#answer")).to_contain_text("Because")
    for width, height in ((1366, 768), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        shot(f"marking-5-{width}", whole=True)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert Axe().run(page).response["violations"] == []
