"""The Formgrader in JupyterLab grades with our engine, shows the grade and takes a mark for an essay."""

import re
from collections.abc import Callable
from pathlib import Path

import demo_practical
from nbgrader.api import Gradebook
from playwright.sync_api import FrameLocator, Page, expect
from servers import Lab

from autograder.practical.notebooks import read_notebook

STUDENT = "anna"


def close_success(formgrader: FrameLocator, told: str) -> str:
    """Read the Formgrader's message and close it; the log that it shows."""
    message = formgrader.locator(".modal-content")
    expect(message).to_contain_text("Log Output")
    text = message.inner_text()
    assert told in text
    message.get_by_role("button", name="OK").click()
    expect(message).to_have_count(0)
    return text


def test_autograde_and_mark_an_essay(instructor_lab: Lab, course: Path, page: Page, shot: Callable):
    answers = {"softmax": demo_practical.RIGHT, "largest-score": demo_practical.ESSAY}
    # nbgrader alone cannot grade a notebook without its test cells
    demo_practical.hand_in(course, course / "submitted" / STUDENT, answers, without=("softmax-test",))

    page.goto(instructor_lab.start_page)
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name="Formgrader", exact=True).click()
    formgrader = page.frame_locator("#formgrader-iframe iframe")
    assignment = formgrader.get_by_role("row", name=demo_practical.NAME)
    expect(assignment.locator(".num-submissions")).to_have_text("1")
    shot("formgrader-1-assignments")

    release = course / "release" / demo_practical.NAME / f"{demo_practical.NAME}.ipynb"
    built = release.read_bytes()
    assignment.locator(".assign a").click()
    log = close_success(formgrader, "Successfully created the student version")
    assert log.count("ClearBuildMetadata") == 1  # however often the server has read nbgrader_config.py
    assert release.read_bytes() == built

    assignment.locator(".num-submissions a").click()
    submission = formgrader.get_by_role("row", name=STUDENT)
    expect(submission.locator(".status")).to_have_text("needs autograding")
    submission.locator(".autograde a").click()
    expect(formgrader.locator(".modal-title")).to_be_visible()
    shot("formgrader-2-autograded")
    close_success(formgrader, "Successfully autograded")
    expect(submission.locator(".score")).to_have_text("3 / 5")
    expect(submission.locator(".status")).to_have_text("needs manual grading")
    shot("formgrader-3-score")
    graded = course / "autograded" / STUDENT / demo_practical.NAME / f"{demo_practical.NAME}.ipynb"
    notes = read_notebook(graded).metadata["practicals"]["notes"]
    assert any("softmax-test" in note for note in notes), notes

    formgrader.get_by_role("link", name="Manual Grading").click()
    for page_of in (demo_practical.NAME, f"{demo_practical.NAME}/{demo_practical.NAME}"):
        formgrader.locator(f"#main-table a[href$='/gradebook/{page_of}']").click()
    formgrader.get_by_role("link", name="Submission #1").click()
    expect(formgrader.locator("#largest-score")).to_have_class(re.compile("needs_manual_grade"))
    for field, text in (("largest-score", "1.5"), ("largest-score-comment", "What does it prevent?")):
        formgrader.locator(f"#{field}").fill(text)
        with page.expect_response(lambda answer: answer.request.method == "PUT" and answer.ok):
            formgrader.locator(f"#{field}").press("Escape")
    shot("formgrader-4-essay")
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        submitted = book.find_submission(demo_practical.NAME, STUDENT)
        assert submitted.score == 4.5
        assert not submitted.needs_manual_grade
