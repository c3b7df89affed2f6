"""The Formgrader in JupyterLab grades with our engine, shows the grade and takes a mark for an essay."""

from collections.abc import Callable
from pathlib import Path

import demo_practical
from nbgrader.api import Gradebook
from playwright.sync_api import Page, expect
from servers import Lab

from autograder.notebooks import read_notebook

STUDENT = "anna"


def test_autograde_and_mark_an_essay(instructor_lab: Lab, course: Path, page: Page, shot: Callable):
    answers = {"softmax": demo_practical.RIGHT, "largest-score": demo_practical.ESSAY}
    # nbgrader alone cannot grade a notebook without its test cells
    demo_practical.hand_in(course, course / "submitted" / STUDENT, answers, without=("softmax-test",))

    page.goto(instructor_lab.page("lab"))
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name="Formgrader", exact=True).click()
    formgrader = page.frame_locator("#formgrader-iframe iframe")
    assignment = formgrader.get_by_role("row", name=demo_practical.NAME)
    expect(assignment.locator(".num-submissions")).to_have_text("1")
    shot("formgrader-1-assignments")

    assignment.locator(".num-submissions a").click()
    submission = formgrader.get_by_role("row", name=STUDENT)
    expect(submission.locator(".status")).to_have_text("needs autograding")
    submission.locator(".autograde a").click()
    expect(formgrader.locator(".modal-body")).to_contain_text("Successfully autograded")
    shot("formgrader-2-autograded")
    formgrader.locator(".modal-footer button").click()
    expect(submission.locator(".score")).to_have_text("3 / 5")
    expect(submission.locator(".status")).to_have_text("needs manual grading")
    shot("formgrader-3-score")
    graded = course / "autograded" / STUDENT / demo_practical.NAME / f"{demo_practical.NAME}.ipynb"
    notes = read_notebook(graded).metadata["practicals"]["notes"]
    assert any("softmax-test" in note for note in notes), notes

    formgrader.get_by_role("link", name="Manual Grading").click()
    formgrader.get_by_role("link", name=demo_practical.NAME, exact=True).click()
    formgrader.get_by_role("link", name=demo_practical.NAME, exact=True).click()
    formgrader.get_by_role("link", name="Submission #1").click()
    mark = formgrader.locator("input#largest-score")
    mark.fill("1.5")
    comment = formgrader.locator("#largest-score-comment")
    comment.fill("What does it prevent?")
    shot("formgrader-4-essay")
    formgrader.locator("body").click()
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        submitted = book.find_submission(demo_practical.NAME, STUDENT)
        assert submitted.score == 4.5
        assert not submitted.needs_manual_grade
