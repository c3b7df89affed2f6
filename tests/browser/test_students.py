"""What students see in JupyterLab: a notebook opens; an exercise is answered, checked and validated."""

from collections.abc import Callable
from pathlib import Path

import demo_practical
from playwright.sync_api import Locator, Page, expect
from servers import Lab

from autograder.start.lab import working_copy

WHOLE_SUM = ["exponentials = np.exp(scores)", "return exponentials / exponentials.sum()"]
RIGHT = [
    "shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))",
    "return shifted / shifted.sum(axis=-1, keepdims=True)",
]
EXERCISE, TESTS = "def softmax(scores):", 'with expect.exercise("Softmax"'


def open_notebook(page: Page, lab: Lab, name: str, folder: str = "release") -> None:
    """Open a notebook in this folder from the file browser, and wait for its kernel."""
    page.goto(lab.start_page)
    for item in (folder, name, f"{name}.ipynb"):
        page.locator(".jp-DirListing-item", has=page.get_by_text(item, exact=True)).dblclick()
    expect(page.locator(".jp-Notebook .jp-Cell").first).to_be_visible()
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible()


def changed(page: Page) -> Locator:
    """The tabs of open notebooks that JupyterLab marks as changed since they were saved."""
    return page.locator(".lm-DockPanel-tabBar .jp-mod-dirty")


def cell(page: Page, text: str) -> Locator:
    """The code cell whose input holds a text; of a folded one, the first line."""
    return page.locator(".jp-CodeCell").filter(has=page.locator(".jp-Cell-inputWrapper", has_text=text))


def run(page: Page, text: str, number: int) -> Locator:
    """Run a cell with Shift-Enter; it is the `number`-th that this kernel runs. What it put out."""
    found = cell(page, text)
    folded = found.locator(".jp-InputPlaceholder")
    (folded if folded.count() else found.locator(".cm-content")).click()
    page.keyboard.press("Shift+Enter")
    expect(found.locator(".jp-InputPrompt")).to_have_text(f"[{number}]:")
    output = found.locator(".jp-OutputArea-output")
    if output.count():
        output.first.scroll_into_view_if_needed()
    return output


def answer(page: Page, lines: list[str]) -> None:
    """Type an answer of two lines in the place of the last two lines of the exercise."""
    editor = cell(page, EXERCISE).locator(".cm-content")
    editor.click()
    for key in ("Control+End", "Shift+ArrowUp", "Shift+Home"):
        page.keyboard.press(key)
    page.keyboard.type("\n".join(lines))
    typed = editor.locator(".cm-line").all_inner_texts()
    assert typed[-2:] == [f"    {line}" for line in lines]


def validate(page: Page) -> Locator:
    """Press Validate; the dialog."""
    page.get_by_role("button", name="Validate").click()
    dialog = page.locator(".jp-Dialog")
    expect(dialog).to_contain_text("Validation Results")
    return dialog


def test_outputs_of_the_full_run_wait_behind_a_guess(student_lab: Lab, page: Page, shot: Callable):
    open_notebook(page, student_lab, "p01_mlp_basics")
    expect(cell(page, "keras.backend.backend()")).to_contain_text("are from our run at the full budget")
    first = cell(page, "first_of_each_class = ")
    first.scroll_into_view_if_needed()
    folded = first.locator(".jp-OutputPlaceholder")
    expect(folded).to_be_visible()
    expect(first.locator("img")).to_have_count(0)
    shot("p01-0-folded")
    folded.click()
    picture = first.locator("img")
    expect(picture).to_be_visible()
    wide, drawn = picture.evaluate("image => [image.clientWidth, image.naturalWidth]")
    assert drawn > 1.4 * wide  # sharp on screens with two pixels for each of the page
    expect(picture).to_have_attribute("width", str(wide))
    expect(first.locator(".jp-InputPrompt")).to_have_text("[ ]:")
    shot("p01-0-unfolded")


def test_p01_opens(student_lab: Lab, page: Page, shot: Callable):
    open_notebook(page, student_lab, "p01_mlp_basics")
    title = page.get_by_role("heading", name="Practical 1: The multilayer perceptron")
    expect(title).to_be_visible()
    expect(page.locator(".jp-Dialog")).to_have_count(0)
    shot("p01-1-opened")
    exercise = page.get_by_role("heading", name="Exercise 1: Split off a validation set")
    exercise.scroll_into_view_if_needed()
    shot("p01-2-exercise")


def test_opening_a_copy_leaves_it_unchanged(course: Path, instructor_lab: Lab, page: Page):
    name = "p01_mlp_basics"
    working_copy(course, [name])
    copy = course / "work" / name / f"{name}.ipynb"
    before = copy.read_bytes()
    open_notebook(page, instructor_lab, name, "work")
    # JupyterLab has written into the notebook what the kernel says of its language, and found it there
    expect(changed(page)).to_have_count(0)
    page.locator(".jp-MarkdownCell").first.click()
    page.keyboard.press("b")
    expect(changed(page)).to_have_count(1)
    page.keyboard.press("z")
    page.keyboard.press("Control+s")
    expect(changed(page)).to_have_count(0)
    assert copy.read_bytes() == before


def test_an_exercise_is_answered_checked_and_validated(student_lab: Lab, page: Page, shot: Callable):
    open_notebook(page, student_lab, demo_practical.NAME)
    expect(page.locator(".jp-InputPlaceholder")).to_contain_text(TESTS)
    shot("student-1-opened")
    run(page, "import numpy as np", 1)
    expect(run(page, TESTS, 2).first).to_contain_text("not answered yet")
    shot("student-2-not-answered")

    answer(page, WHOLE_SUM)
    shot("student-3-typed")
    run(page, EXERCISE, 3)
    cause = "they were divided by the sum over the whole array"
    expect(run(page, TESTS, 4).first).to_contain_text(cause)
    shot("student-4-wrong")
    dialog = validate(page)
    expect(dialog).to_contain_text("The following cell failed")
    feedback = dialog.get_by_text(f"Likely cause: {cause}")
    feedback.scroll_into_view_if_needed()
    shot("student-5-validated-wrong")
    dialog.get_by_role("button", name="OK").click()

    answer(page, RIGHT)
    run(page, EXERCISE, 5)
    expect(run(page, TESTS, 6).first).to_contain_text("✓ scores of a minibatch: 1 of 1 point")
    shot("student-6-right")
    page.get_by_role("paragraph").filter(has_text="YOUR ANSWER HERE").dblclick()
    page.locator(".jp-MarkdownCell.jp-mod-active .cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.type(demo_practical.ESSAY)
    page.keyboard.press("Shift+Enter")
    typed = page.get_by_role("paragraph").filter(has_text="It stands above and below the line.")
    expect(typed).to_be_visible()
    report = run(page, "selfcheck.report()", 7)
    expect(report.first).to_contain_text("Softmax")
    shot("student-7-checked")
    dialog = validate(page)
    expect(dialog).to_contain_text("Success! Your notebook passes all the tests.")
    shot("student-8-validated-right")
