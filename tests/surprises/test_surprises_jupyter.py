"""What jupytext, IPython, nbgrader and nbval do where a good guess goes wrong; docs/surprises.md lists it."""

import copy
import os
import re
import subprocess
import sys

import bs4
import jupytext
import nbconvert
import nbformat
import pytest
from nbformat import v4
from nbgrader.utils import determine_grade, parse_utc

from autograder.practical.outputs import merge_streams
from course_utils.checkfile import kernel_client

PERCENT = "py:percent"


def cells_of(text):
    return [cell.source for cell in jupytext.reads(text, PERCENT).cells]


def through_text(*sources, new_cell=v4.new_code_cell):
    notebook = v4.new_notebook(cells=[new_cell(source) for source in sources])
    return cells_of(jupytext.writes(notebook, PERCENT))


# --- jupytext


@pytest.mark.parametrize("words", ["Why?", "cat is class 3", "rm old weights"])
def test_jupytext_brings_some_comments_of_a_text_to_life(words):
    assert cells_of(f"# %%\n# {words}\nx = 1\n") == [f"{words}\nx = 1"]
    assert through_text(f"# {words}\nx = 1") == [f"# {words}\nx = 1"]  # and escapes those of a notebook


def test_jupytext_comments_out_code_that_looks_like_a_command():
    written = jupytext.writes(v4.new_notebook(cells=[v4.new_code_cell("mv *= 0.9")]), PERCENT)
    assert written.endswith("# %%\n# mv *= 0.9\n")


@pytest.mark.parametrize("comment", ["# %% second check", "#%%", "# In[2]:", "# <codecell>"])
def test_jupytext_splits_a_notebook_s_cell_at_some_comments(comment):
    assert through_text(f"x = 1\n{comment}\ny = 2") == ["x = 1", "y = 2"]


@pytest.mark.parametrize("end", ["\x0c", "\u2028"])
def test_jupytext_takes_a_form_feed_and_u2028_for_line_ends(end):
    assert through_text(f"x = 'a{end}b'") == ["x = 'a\nb'"]


def test_jupytext_takes_the_mark_from_some_headings():
    assert through_text("# Why?", new_cell=v4.new_markdown_cell) == ["Why?"]


# --- a kernel

SOURCES = {
    "precision": "%precision 1\n2.25",
    "streams": "import sys\nprint(1)\nprint(2, file=sys.stderr)\nprint(3)",
    "capture": "%%capture\n1 / 0",
    "descriptor": "import os\nos.write(1, b'from a descriptor\\n')\nNone",
}


@pytest.fixture(scope="module")
def executed():
    """The cells by name, as a kernel that knows of no pytest ran them, and one that a test started."""
    both = {}
    for started_by in ("jupyter", "pytest"):
        environment = {key: value for key, value in os.environ.items() if key != "PYTEST_CURRENT_TEST"}
        if started_by == "pytest":
            environment["PYTEST_CURRENT_TEST"] = "a test"
        notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in SOURCES.values()])
        with kernel_client(notebook, {"env": environment}, timeout=60) as client:
            for index, cell in enumerate(notebook.cells):
                client.execute_cell(cell, index)
        both[started_by] = dict(zip(SOURCES, notebook.cells, strict=True))
    return both


def test_stdout_and_stderr_arrive_as_two_blocks(executed):
    streams = [(output.name, output.text) for output in merge_streams(executed["jupyter"]["streams"].outputs)]
    assert streams == [("stdout", "1\n3\n"), ("stderr", "2\n")]


def test_a_kernel_started_under_pytest_captures_no_output_of_descriptors(executed):
    (captured,) = executed["jupyter"]["descriptor"].outputs
    assert captured.text == "from a descriptor\n"
    assert executed["pytest"]["descriptor"].outputs == []


def test_a_cell_that_fails_under_capture_is_reported_as_done(executed):
    # the fixture would have raised
    (error,) = executed["jupyter"]["capture"].outputs
    assert (error.output_type, error.ename) == ("error", "ZeroDivisionError")


# --- nbgrader


def graded(text, points=3):
    output = v4.new_output("execute_result", {"text/plain": text}, execution_count=1)
    cell = v4.new_code_cell("exercise.score", outputs=[output])
    cell.metadata["nbgrader"] = {"grade": True, "solution": False, "points": points, "grade_id": "x"}
    return determine_grade(cell)[0]


@pytest.mark.parametrize("text", ["-1", "nan", "'none'", "np.float64(0.5)"])
def test_a_last_value_that_is_no_number_from_0_to_the_points_earns_full_marks(text):
    assert graded("1.5") == 1.5
    assert graded(text) == 3


def test_a_last_value_above_the_points_stops_nbgrader():
    with pytest.raises(ValueError, match="cannot be greater"):
        graded("3.5")


def test_precision_rounds_recorded_points(executed):
    (*_, result) = executed["jupyter"]["precision"].outputs
    assert graded(result.data["text/plain"]) == 2.2  # the cell's value is 2.25


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-28 11:59 PM", "2026-11-28 11:59:00"),
        ("2026-11-28 12:00 +0100", "2026-11-28 11:58:20"),
        ("2026-11-28 12:00 PST", "2026-11-28 12:00:00"),
    ],
)
def test_nbgrader_takes_the_third_word_of_a_date_for_a_zone(text, utc):
    assert str(parse_utc(text)) == utc


# --- nbval


def stored(source, output=None, tags=(), count=1):
    outputs = [v4.new_output("stream", name=output[0], text=output[1])] if output else []
    return v4.new_code_cell(source, outputs=outputs, execution_count=count, metadata={"tags": list(tags)})


@pytest.fixture(scope="module")
def nbval(tmp_path_factory):
    """What nbval says of each cell, and whether the last one ran."""
    folder = tmp_path_factory.mktemp("nbval")
    cells = {
        "another stderr": stored("import sys\nprint('now', file=sys.stderr)", ("stderr", "once\n")),
        "run, without outputs": stored("print('now')"),
        "never run": stored("print('now')", count=None),
        "descriptor": stored(SOURCES["descriptor"], ("stdout", "from a descriptor\n")),
        "skip": stored("open('ran', 'w').close()", tags=["skip-execution"]),
    }
    nbformat.write(v4.new_notebook(cells=list(cells.values())), folder / "toy.ipynb")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-rA", "--rootdir=.", "toy.ipynb"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    words = re.findall(r"^(PASSED|FAILED) toy.ipynb::Cell (\d)", run.stdout, re.MULTILINE)
    verdicts = {list(cells)[int(number)]: word for word, number in words}
    assert len(verdicts) == len(cells), run.stdout
    return {**verdicts, "ran": (folder / "ran").exists()}


def test_nbval_compares_stderr(nbval):
    assert nbval["another stderr"] == "FAILED"


def test_nbval_never_compares_a_cell_stored_as_never_run(nbval):
    assert nbval["never run"] == "PASSED"
    assert nbval["run, without outputs"] == "FAILED"


def test_nbval_misses_output_of_descriptors_that_jupyter_stores(nbval):
    assert nbval["descriptor"] == "FAILED"


def test_nbval_runs_cells_tagged_skip_execution(nbval):
    assert nbval["ran"]


# --- widgets in pages


@pytest.fixture(scope="module")
def widgets():
    """A notebook that ran, with the state of its widgets."""
    sources = [
        "import ipywidgets\nslider = ipywidgets.IntSlider(value=3)\nslider",
        "slider.value = 9",
        "output = ipywidgets.Output()\ndisplay(output)\nwith output:\n    print('with' + 'in')",
    ]
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources])
    with kernel_client(notebook, {}, timeout=60) as client:
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
        client.set_widgets_metadata()
    return notebook


def shown(notebook):
    """The words below each cell of the notebook's page that are there without JavaScript."""
    page, _ = nbconvert.HTMLExporter().from_notebook_node(notebook)
    soup = bs4.BeautifulSoup(page, "html.parser")
    for script in soup.find_all(["script", "style"]):
        script.decompose()
    cells = [cell.select(".jp-OutputArea-output") for cell in soup.select(".jp-Cell")]
    return [" ".join(output.get_text() for output in outputs) for outputs in cells]


def without_state(notebook):
    bare = copy.deepcopy(notebook)
    del bare.metadata["widgets"]
    return bare


def test_a_page_with_the_widgets_state_shows_nothing_without_javascript(widgets):
    assert shown(widgets)[0].strip() == ""
    assert "IntSlider(value=3" in shown(without_state(widgets))[0]


def states(notebook):
    kept = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    return {model["model_name"]: model["state"] for model in kept.values()}


def test_a_stored_widget_has_its_last_value_in_every_cell(widgets):
    assert widgets.cells[0].outputs[0].data["text/plain"] == "IntSlider(value=3)"
    assert states(widgets)["IntSliderModel"]["value"] == 9


def test_what_is_printed_into_an_output_widget_is_no_output_of_the_cell(widgets):
    assert [output.output_type for output in widgets.cells[2].outputs] == ["display_data"]
    assert states(widgets)["OutputModel"]["outputs"][0]["text"] == "within\n"


def test_clearing_outputs_leaves_what_an_output_widget_shows_in_the_file(widgets):
    cleared, _ = nbconvert.preprocessors.ClearOutputPreprocessor().preprocess(copy.deepcopy(widgets), {})
    assert not any(cell.outputs for cell in cleared.cells)
    assert "within" in nbformat.writes(cleared)
