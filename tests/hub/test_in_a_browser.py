"""A class in its browsers: the Formgrader releases and grades, students fetch, answer, submit and read."""

import re
from collections.abc import Callable

import pytest
from enclosure import INSTRUCTOR
from hub import Hub
from playwright.sync_api import FrameLocator, Locator, Page, expect
from toy_course import ToyCourse

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hub")]
ANSWER = "x * x"


def log_in(page: Page, hub: Hub, user: str) -> None:
    page.goto(hub.url)
    page.get_by_label("Username").fill(user)
    page.get_by_label("Password").fill(hub.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("menuitem", name="Nbgrader")).to_be_visible()


def open_from_menu(page: Page, name: str) -> None:
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name=name, exact=True).click()


def click_and_confirm(formgrader: FrameLocator, what: Locator) -> None:
    """Click an icon of the Formgrader; what it did must have gone well."""
    what.click()
    message = formgrader.locator(".modal-content")
    expect(message).to_contain_text("Log Output")
    assert "Success" in message.inner_text(), message.inner_text()
    message.get_by_role("button", name="OK").click()
    expect(message).to_have_count(0)


def dismiss_dialogs(page: Page) -> None:
    """From now on: JupyterLab shows one or two, sooner or later, where its server cannot be reached."""
    page.add_locator_handler(
        page.locator(".jp-Dialog"),
        lambda dialogs: dialogs.get_by_role("button").last.click(),
        no_wait_after=True,
    )


def assignments(page: Page, name: str) -> Locator:
    """One of the three lists of a student: released, fetched, submitted."""
    return page.locator(f"#{name}_assignments_list")


def cell(page: Page, text: str) -> Locator:
    return page.locator(".jp-CodeCell").filter(has=page.locator(".jp-Cell-inputWrapper", has_text=text))


def run(page: Page, text: str) -> Locator:
    """Run a cell; what it put out."""
    found = cell(page, text)
    folded = found.locator(".jp-InputPlaceholder")
    (folded if folded.count() else found.locator(".cm-content")).click()
    page.keyboard.press("Shift+Enter")
    return found.locator(".jp-OutputArea-output").first


def test_a_class_in_its_browsers(hub: Hub, course: ToyCourse, page: Page, new_page: Callable, shot: Callable):
    hub.end_server(INSTRUCTOR)  # it may hold the gradebook of another test's course
    hub.serve(INSTRUCTOR)
    teacher, anna = page, new_page()

    log_in(teacher, hub, INSTRUCTOR)
    open_from_menu(teacher, "Formgrader")
    formgrader = teacher.frame_locator("#formgrader-iframe iframe")
    row = formgrader.get_by_role("row", name="toy")
    click_and_confirm(formgrader, row.locator(".assign a"))
    click_and_confirm(formgrader, row.locator(".release a").first)
    expect(row.locator(".status")).to_have_text("released")
    shot("hub-1-released")

    log_in(anna, hub, "anna")
    anna.get_by_role("menuitem", name="Nbgrader").click()
    expect(anna.get_by_role("menuitem", name="Formgrader", exact=True)).to_have_count(0)
    anna.get_by_role("menuitem", name="Assignment List", exact=True).click()
    assignments(anna, "released").get_by_role("button", name="Fetch").click()
    fetched = assignments(anna, "fetched")
    fetched.locator(".assignment-notebooks-link").click()
    shot("hub-2-fetched", of=anna)
    fetched.locator(".nested_list_item a", has_text="toy").click()
    expect(anna.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible()
    run(anna, "import numpy as np")
    cell(anna, "def square(x):").locator(".cm-content").click()
    for key in ("Control+End", "Shift+ArrowUp", "Shift+Home"):
        anna.keyboard.press(key)
    anna.keyboard.type(f"return {ANSWER}")

    # the hub restarts in mid-work: what was typed and not saved, and the kernel's variables, are there
    hub.stop()
    anna.keyboard.press("Control+s")
    lost = anna.locator(".jp-Dialog")
    expect(lost.first).to_contain_text(re.compile("File Save Error|Server unavailable"))
    shot("hub-3-no-hub", of=anna)
    dismiss_dialogs(anna)
    dismiss_dialogs(teacher)
    hub.start()
    run(anna, "def square(x):")
    expect(run(anna, "Square a number")).to_contain_text("✓ a positive number: 1 of 1 point")
    anna.keyboard.press("Control+s")
    saved = hub.home("anna") / "toy" / "toy.ipynb"
    hub.wait(lambda: f"return {ANSWER}" in saved.read_text("utf-8"))
    shot("hub-4-answered", of=anna)

    open_from_menu(anna, "Assignment List")
    fetched.get_by_role("button", name="Submit").click()
    submitted = assignments(anna, "submitted")
    expect(submitted.get_by_role("button", name="Fetch Feedback")).to_be_visible()
    shot("hub-5-submitted", of=anna)

    click_and_confirm(formgrader, row.locator(".collect a"))
    expect(row.locator(".num-submissions")).to_have_text("1")
    row.locator(".num-submissions a").click()
    submission = formgrader.get_by_role("row", name="anna")
    click_and_confirm(formgrader, submission.locator(".autograde a"))
    expect(submission.locator(".score")).to_have_text("3 / 9")
    shot("hub-6-graded")
    formgrader.get_by_role("link", name="Manage Assignments").click()
    click_and_confirm(formgrader, row.locator(".generate-feedback a"))
    click_and_confirm(formgrader, row.locator(".release-feedback a"))

    submitted.get_by_role("button", name="Fetch Feedback").click()
    submitted.get_by_text("(view feedback)").click()
    anna.locator(".jp-DirListing-item", has=anna.get_by_text("toy.html", exact=True)).dblclick()
    feedback = anna.frame_locator(".jp-HTMLViewer iframe, iframe.jp-HTMLViewer")
    expect(feedback.get_by_text("3 of 9 points")).to_be_visible()
    shot("hub-7-feedback", of=anna)
