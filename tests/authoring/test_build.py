"""`practicals build`: text and notebook stay together, outputs come from one clean run, nothing is lost."""

import io
import json
import sys
from pathlib import Path

import nbformat
import pytest
from author_course import CELLS, QUIET, cell_of
from jupyter_client.kernelspec import KernelSpec
from rich.console import Console

import autograder.authoring.build
from autograder.authoring.build import build_all, prepared
from autograder.authoring.execute import execute
from autograder.authoring.rules import broken_rules
from autograder.errors import PracticalsError
from autograder.files import write_atomically
from autograder.practical.digests import inputs_digest, package_digest
from autograder.practical.notebooks import read_text
from autograder.practical.outputs import merge_streams, without_startup_log
from course_utils.checkfile import ThisEnvironment

# --- what a build makes


def test_a_second_build_gives_the_same_bytes(built):
    before = built.files()
    assert built.build(force=True)
    assert built.files() == before


def test_cell_ids_come_from_grade_ids_and_positions(built):
    assert [cell["id"] for cell in built.built().cells] == [
        "cell-001", "cell-002", "add", "add-test", "cell-005", "cell-006", "figure", "record", "figure-test",
        "cell-010", "why",
    ]  # fmt: skip


def test_the_notebook_names_nothing_of_this_machine_or_moment(built):
    notebook = built.built()
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.language_info == {"name": "python"}
    assert not any("execution" in cell.metadata for cell in notebook.cells)
    assert notebook.metadata.jupytext.formats == "ipynb,py:percent"


def test_it_runs_at_the_quick_budget_with_seed_42_whatever_the_environment_says(
    course, monkeypatch, tmp_path
):
    monkeypatch.setenv("COURSE_BUDGET", "full")
    monkeypatch.setenv("COURSE_SEED", "7")
    monkeypatch.setenv("COURSE_RECORD", str(tmp_path / "r"))
    names = ("COURSE_BUDGET", "COURSE_SEED", "COURSE_RECORD")
    course.write(use=f"# %%\nprint([os.environ.get(name) for name in {names}])\n")
    course.build()
    assert cell_of(course.built(), "cell-005").outputs[0].text == "['quick', '42', None]\n"
    assert not (tmp_path / "r").exists()


def test_it_runs_this_python_whatever_python3_kernel_the_user_has(course, monkeypatch, tmp_path):
    kernel = tmp_path / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(
        json.dumps({"argv": ["/bin/false"], "display_name": "other", "language": "python"})
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    course.write(use=f"# %%\nimport sys\n\nprint(sys.executable == {sys.executable!r})\n")
    course.build()
    assert cell_of(course.built(), "cell-005").outputs[0].text == "True\n"


def test_what_the_notebook_writes_stays_out_of_the_checkout(course):
    course.write(use='# %%\nos.mkdir("runs")\nprint(len(os.listdir()))\n')
    course.build()
    assert cell_of(course.built(), "cell-005").outputs[0].text == "1\n"
    assert sorted(course.files()) == [
        "nbgrader_config.py", "release/toy/toy.ipynb", "source/toy/toy.ipynb", "source/toy/toy.py",
    ]  # fmt: skip


def test_consecutive_pieces_of_a_stream_are_joined_and_overwritten_text_is_left_out():
    def stream(name, text):
        return nbformat.v4.new_output("stream", name=name, text=text)

    figure = nbformat.v4.new_output("display_data", {"text/plain": "figure"})
    outputs = [
        stream("stdout", "one "), stream("stdout", "two\n"), figure, stream("stdout", "10 %\r"),
        stream("stdout", "100 %\nend\n"), stream("stderr", "warning\n"),
    ]  # fmt: skip
    assert merge_streams(outputs) == [
        stream("stdout", "one two\n"),
        figure,
        stream("stdout", "100 %\nend\n"),
        stream("stderr", "warning\n"),
    ]


def test_a_text_without_a_header_is_given_the_pairing_and_keeps_its_cells(course):
    cells = "\n".join(CELLS.values())
    course.text.write_text(cells)
    course.build()
    text = course.text.read_text()
    assert "formats: ipynb,py:percent" in text
    assert text.endswith(cells)


# --- which side was edited


def test_an_edit_of_the_text_reaches_notebook_and_release(built):
    built.write(use='# %%\nprint(add(20, 3), "is another sum")\n')
    assert built.build()
    assert cell_of(built.built(), "cell-005").outputs[0].text == "23 is another sum\n"
    assert "is another sum" in built.release.read_text()


def test_an_edit_of_the_notebook_is_written_to_the_text_and_changes_nothing_else_there(built):
    text = built.text.read_text()
    notebook = built.built()
    cell_of(notebook, "cell-005").source = 'print(add(20, 3), "from JupyterLab")'
    built.save(notebook)
    assert built.build()
    assert cell_of(built.built(), "cell-005").outputs[0].text == "23 from JupyterLab\n"
    old, new = text.splitlines(), built.text.read_text().splitlines()
    unversioned = [line for line in new if "format_version" not in line and "jupytext_version" not in line]
    changed = [(a, b) for a, b in zip(old, unversioned, strict=True) if a != b]
    assert changed == [('print(add(2, 3), "is the sum")', 'print(add(20, 3), "from JupyterLab")')]


def test_a_tag_added_in_the_notebook_reaches_the_text(built):
    notebook = built.built()
    cell_of(notebook, "cell-005").metadata.tags = ["nbval-ignore-output"]
    built.save(notebook)
    built.build()
    assert '# %% tags=["nbval-ignore-output"]\nprint(add(2, 3)' in built.text.read_text()


def test_cells_added_and_removed_in_the_notebook_reach_the_text(built):
    notebook = built.built()
    notebook.cells = [cell for cell in notebook.cells if cell["id"] != "cell-006"]
    notebook.cells.append(nbformat.v4.new_markdown_cell("The end."))
    built.save(notebook)
    built.build()
    text = built.text.read_text()
    assert "experiment" not in text
    assert text.endswith("# %% [markdown]\n# The end.\n")


def test_edits_on_both_sides_are_refused_by_name_and_kept(built):
    notebook = built.built()
    cell_of(notebook, "add").source += "\n# edited here"
    built.save(notebook)
    built.write(use='# %%\nprint("edited there")\n')
    before = built.files()
    with pytest.raises(PracticalsError, match=r"both edited.*cell 'add', cell 5"):
        built.build()
    assert built.files() == before


def test_a_notebook_that_no_build_made_is_not_overwritten(course):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("precious = 1")])
    course.save(notebook)
    before = course.files()
    with pytest.raises(PracticalsError, match="both edited"):
        course.build()
    assert course.files() == before


def test_a_kernel_that_does_not_start_is_told_in_words(course, monkeypatch):
    dead = KernelSpec(
        argv=[sys.executable, "-c", "raise SystemExit(1)", "{connection_file}"], language="python"
    )
    monkeypatch.setattr(ThisEnvironment, "get_kernel_spec", lambda self, name: dead)
    with pytest.raises(PracticalsError, match="kernel .* does not start"):
        course.build()


def test_an_image_attached_in_the_notebook_is_refused_not_dropped(built):
    notebook = built.built()
    cell = cell_of(notebook, "cell-001")
    cell.source += "\n\n![drawing](attachment:drawing.png)"
    cell.attachments = {"drawing.png": {"image/png": "iVBORw0KGgo="}}
    built.save(notebook)
    before = built.files()
    with pytest.raises(PracticalsError, match=r"cell 1 of .* attached image"):
        built.build()
    assert built.files() == before


@pytest.mark.parametrize("comment", ["# %% second check", "# In[2]:", "x = 'a\u2028b'"])
def test_a_notebook_s_test_cell_that_the_text_would_split_is_refused_and_both_are_kept(built, comment):
    notebook = built.built()
    cell = cell_of(notebook, "add-test")
    cell.source = cell.source.replace("    ### BEGIN", f"{comment}\n    ### BEGIN")
    built.save(notebook)
    before = built.files()
    with pytest.raises(PracticalsError, match=r"toy\.ipynb: cell 'add-test', line 4, "):
        built.build()
    assert built.files() == before


def test_a_comment_that_jupytext_would_bring_to_life_is_refused_and_nothing_is_built(built):
    before = built.files()
    built.write(use="# %%\n# Why?\nprint(add(2, 3))\n")
    with pytest.raises(PracticalsError, match=r"toy\.py: cell 5, line 1, `Why\?`"):
        built.build()
    assert {**built.files(), "source/toy/toy.py": None} == {**before, "source/toy/toy.py": None}


def test_edits_that_the_header_keeps_out_of_the_text_are_refused_not_dropped(built):
    text = built.text.read_text()
    built.text.write_text(
        text.replace("#     formats", "#     cell_metadata_filter: nbgrader,-all\n#     formats")
    )
    built.build()
    notebook = built.built()
    cell_of(notebook, "cell-005").metadata.slideshow = {"slide_type": "skip"}
    built.save(notebook)
    before = built.files()
    with pytest.raises(PracticalsError, match="cannot hold"):
        built.build()
    assert built.files() == before


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "{",
        "[]",
        "3",
        '{"nbformat": 4}',
        '{"cells": 3, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    ],
)
def test_a_damaged_notebook_is_named_and_kept(built, damage):
    built.notebook.write_text(damage)
    with pytest.raises(PracticalsError, match=r"toy\.ipynb is not a readable notebook"):
        built.build()
    assert built.notebook.read_text() == damage


def test_a_text_that_is_not_utf8_is_named(course):
    course.text.write_bytes(b"# %%\nname = '\xff'\n")
    with pytest.raises(PracticalsError, match=r"toy\.py cannot be read"):
        course.build()


# --- when a notebook is executed


def test_nothing_is_executed_when_nothing_changed(built):
    before = built.files()
    assert not built.build()
    assert built.files() == before


def test_a_new_comment_in_the_text_is_executed(built):
    built.write(use='# %%\n# a comment\nprint(add(2, 3), "is the sum")\n')
    assert built.build()


def test_a_release_in_which_somebody_worked_is_not_written_over(built):
    released = built.release.read_text()
    worked_in = released.replace("raise NotImplementedError", "return a + b  # ")
    assert worked_in != released
    built.release.write_text(worked_in)
    built.write(use="# %%\nprint(add(2, 4))\n")
    before = built.files()
    with pytest.raises(PracticalsError, match="is not as the last build left it") as refused:
        built.build(force=True)
    assert "Move it out of release/" in refused.value.remedy
    assert built.files() == before
    built.release.rename(built.root / "mine.ipynb")
    assert built.build()
    assert built.release.exists()
    # a release of which no digest was kept is known by its outputs
    notebook = built.built()
    del notebook.metadata.practicals["release_sha256"]
    built.save(notebook)
    assert not built.build()
    content = json.loads(built.release.read_text())
    content["cells"][1]["execution_count"] = 1
    notebook = built.built()
    del notebook.metadata.practicals["release_sha256"]
    built.save(notebook)
    built.release.write_text(json.dumps(content))
    with pytest.raises(PracticalsError, match="is not as the last build left it"):
        built.build()


def test_outputs_edited_by_hand_are_made_again(built):
    before = built.files()
    notebook = built.built()
    cell_of(notebook, "cell-005").outputs[0].text = "6 is the sum\n"
    built.save(notebook)
    assert built.build()
    assert built.files() == before


def test_a_notebook_only_saved_in_jupyterlab_is_written_anew_without_running_it(built):
    before = built.files()
    notebook = built.built()
    notebook.metadata.language_info = {"name": "python", "version": "3.99.0"}
    cell_of(notebook, "cell-005").metadata.collapsed = True
    built.save(notebook)
    assert not built.build()
    assert built.files() == before


def test_a_change_of_course_utils_is_a_reason_to_execute(built, monkeypatch):
    monkeypatch.setattr(autograder.authoring.build, "package_digest", lambda folder: "another")
    assert built.build()


def test_comments_and_docstrings_of_course_utils_are_no_reason(tmp_path):
    module = tmp_path / "module.py"
    module.write_text('"""One."""\n\n\ndef f():\n    """Two."""\n    return 1\n')
    before = package_digest(tmp_path)
    module.write_text('"""Three."""\n\n\ndef f():\n    # four\n    return 1\n')
    assert package_digest(tmp_path) == before
    module.write_text("def f():\n    return 2\n")
    assert package_digest(tmp_path) != before


# --- what a build refuses


LOUD = CELLS["figure-test"].replace("\nexercise.score", "\nprint('loud', file=sys.stderr)\nexercise.score")
PRINTS = CELLS["figure-test"].replace("\nexercise.score", "\nprint('not quiet')\nexercise.score")


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        pytest.param(
            {"use": "# %%\n1 / 0\n"}, r"toy: cell 5 raised ZeroDivisionError: division by zero", id="error"
        ),
        pytest.param(
            {"use": "# %%\n# %%capture\n1 / 0\n"},
            r"toy: cell 5 raised ZeroDivisionError: division by zero",
            id="caught by a magic",
        ),
        pytest.param(
            {"use": "# %%\nos.write(2, b'out of luck')\nos._exit(1)\n"},
            r"toy: cell 5 killed its kernel.*last words:\n(.|\n)*out of luck",
            id="kernel",
        ),
        pytest.param(
            {"use": "# %%\nprint(os.getcwd())\n"},
            r"output of cell 5 holds a path of this machine: /",
            id="path",
        ),
        pytest.param(
            {"use": "# %%\nos.path.expanduser('~/data')\n"}, r"output of cell 5 holds a path", id="home"
        ),
        pytest.param(
            {"use": "# %%\nimport warnings\nwarnings.warn('the slope is steep')\n"},
            r"cell 5 writes to stderr: .*the slope is steep",
            id="a warning",
        ),
        pytest.param(
            {"use": "# %%\nprint(random.randbytes(307_500).hex())\n"},
            r"the notebook has 60\d KB and may have 500; the largest: cell 5 with 60\d KB",
            id="large",
        ),
        pytest.param(
            {"add": CELLS["add"].replace("a + b", "abs(a + b)")},
            r"full marks: cell 'add-test' scores 1 of 3\n(.|\n)*hidden numbers",
            id="partly wrong",
        ),
        pytest.param(
            {"add": CELLS["add"].replace("a + b", "a - b")}, r"cell 'add-test' raised CheckFailed", id="wrong"
        ),
        pytest.param(
            {"imports": CELLS["imports"] + "import sys\n", "figure_test": LOUD},
            r"cell 'figure-test' scores 0 of 1\n(.|\n)*loud",
            id="stderr",
        ),
        pytest.param(
            {"figure_test": PRINTS}, r"cell 'figure-test' prints: not quiet", id="a test that prints"
        ),
    ],
)
def test_a_failed_build_names_the_cell_and_leaves_the_last_build(built, cells, message):
    before = built.files()
    built.write(**cells)
    with pytest.raises(PracticalsError, match=message):
        built.build()
    after = built.files()
    assert after.pop("source/toy/toy.py") != before.pop("source/toy/toy.py")
    assert after == before


def test_a_cell_that_takes_too_long_is_named(course):
    course.write(use="# %%\nimport time\n\ntime.sleep(60)\n")
    notebook = prepared(read_text(course.text), "toy")
    with pytest.raises(PracticalsError, match="toy: cell 5 ran for more than 1 seconds"):
        execute(notebook, "toy", {"COURSE_SEED": "42"}, QUIET, timeout=1)


def test_a_file_beside_the_notebook_that_students_would_get_is_refused(built):
    (built.root / "source" / "toy" / "answers.txt").write_text("42")
    with pytest.raises(PracticalsError, match=r"hand answers\.txt from source/toy/ to students"):
        built.build()


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"add_test": ""}, "cell 'add' has no test cell 'add-test'"),
        ({"add": ""}, "cell 'add-test' has no exercise"),
        ({"add": CELLS["add"].replace('"add"', '"record"')}, "every grade_id is used once"),
        ({"add": CELLS["add"].replace('"grade_id": "add", ', "")}, "cell 3 is graded but has no grade_id"),
        (
            {"add_test": CELLS["add-test"].replace("points=2", "points=1")},
            "its parts have 2 points and the cell 3",
        ),
        (
            {"add_test": CELLS["add-test"].replace("points=3)", "points=4)")},
            "says 4 points and the cell has 3",
        ),
        (
            {"add_test": CELLS["add-test"].replace("points=2", "points=1 + 1")},
            "points are written as numbers",
        ),
        (
            {"add_test": CELLS["add-test"].replace("exercise.score", "")},
            "its last line is not `exercise.score`",
        ),
        ({"add_test": CELLS["add-test"] + "print(1)\n"}, "its last line is not `exercise.score`"),
        ({"add_test": CELLS["add-test"].replace("exercise.score", "exercise.score(")}, "is not Python"),
        (
            {"add": CELLS["add"].replace("    ### END SOLUTION\n", "")},
            "cell 'add': ### BEGIN SOLUTION in line 3 has no ### END SOLUTION",
        ),
        (
            {"add_test": CELLS["add-test"].replace("### END HIDDEN", "### END OF HIDDEN")},
            "cell 'add-test': ### BEGIN HIDDEN TESTS in line 4 has no ### END HIDDEN TESTS",
        ),
        (
            {"add": CELLS["add"].replace("    ### BEGIN SOLUTION\n", "")},
            "cell 'add': line 5 has ### END SOLUTION, and no ### BEGIN SOLUTION",
        ),
        (
            {"use": "# %%\nimport os\nfrom autograder.practical import paths\n"},
            "line 2 imports autograder.practical, which students do not have",
        ),
        ({"use": "# %%\nif True:\n    import autograder\n"}, "line 2 imports autograder"),
        (
            {"title": f"{CELLS['title']}#\n# - A paper, Nature\n#   1986. doi:1\n"},
            "line 6 begins with “1986.”, which Markdown takes for a numbered list",
        ),
        (
            {"imports": f"{CELLS['imports']}\n# %% [markdown]\n# ## Exercise 1: Add (7 points)\n"},
            "the heading “Exercise 1: Add (7 points)” says 7 points, its cells have",
        ),
        (
            {
                "title": f"{CELLS['title']}#\n# | Exercise | Points |\n# |---|---|\n# | 1 Add | 7 |\n",
                "imports": f"{CELLS['imports']}\n# %% [markdown]\n# ## Exercise 1: Add\n",
            },
            "the table of exercises says 7 points for exercise 1, its cells have",
        ),
        (
            {"title": f"{CELLS['title']}#\n# | Exercise | Points |\n# |---|---|\n# | **Total** | **99** |\n"},
            "the table of exercises says 99 points in all, the cells have",
        ),
        (
            {
                "add_test": CELLS["add-test"].replace("exercise.score", "total = add(1, 2)\nexercise.score"),
                "imports": f"{CELLS['imports']}\n# %%\ntotal = 1\n",
                "use": "# %%\nprint(total)\n",
            },
            "cell 'add-test' assigns `total`, which is defined in cell 3 and read in cell 6: choose",
        ),
        (
            {
                "add_test": CELLS["add-test"].replace("exercise.score", "total = add(1, 2)\nexercise.score"),
                "imports": f"{CELLS['imports']}\n# %%\ntotal = 1\n\n\ndef twice():\n    return 2 * total\n",
            },
            "cell 'add-test' assigns `total`, which is defined in cell 3 and read in cell 3",
        ),
    ],
)
def test_cells_keep_the_rules(course, cells, problem):
    course.write(**cells)
    with pytest.raises(PracticalsError) as caught:
        prepared(read_text(course.text), "toy")
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new"), [('"grade": true', '"grade": True'), ('"solution": false', '"solution" false')]
)
def test_metadata_that_are_no_json_are_told_by_line(course, old, new):
    course.write(add_test=CELLS["add-test"].replace(old, new))
    number = 1 + course.text.read_text().split(new)[0].count("\n")
    with pytest.raises(
        PracticalsError, match=f"line {number}, the marker of a cell: its metadata are not JSON"
    ):
        read_text(course.text)


@pytest.mark.parametrize("use", ["total = 2\nprint(total)\n", "for total in range(2):\n    print(total)\n"])
def test_a_test_may_assign_a_name_that_is_assigned_again_before_it_is_read(course, use):
    course.write(
        add_test=CELLS["add-test"].replace("exercise.score", "total = add(1, 2)\nexercise.score"),
        imports=f"{CELLS['imports']}\n# %%\ntotal = 1\nprint([total for _ in range(2)])\n",
        use=f"# %%\n{use}",
    )
    assert broken_rules(prepared(read_text(course.text), "toy")) == []


def test_the_toy_keeps_every_rule(course):
    assert broken_rules(prepared(read_text(course.text), "toy")) == []


def test_two_grade_ids_that_make_one_cell_id_are_refused(course):
    course.write(record=CELLS["record"].replace('"record"', '"add.test"'), add_test=CELLS["add-test"])
    with pytest.raises(PracticalsError, match="every grade_id is used once"):
        prepared(read_text(course.text), "toy")


# --- files and the command line


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_text("old")

    def fail(*_):
        raise OSError("disk trouble")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk trouble"):
        write_atomically(path, "new")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("file", "old")]


def test_a_written_file_is_readable_for_all_and_keeps_permissions_it_had(tmp_path):
    path = tmp_path / "file"
    write_atomically(path, "one")
    assert path.stat().st_mode & 0o777 == 0o644
    path.chmod(0o664)
    write_atomically(path, "two")
    assert path.stat().st_mode & 0o777 == 0o664


def test_inputs_are_the_same_read_from_text_and_from_notebook(built):
    assert inputs_digest(read_text(built.text)) == inputs_digest(built.built())


def test_every_practical_is_built_and_reported(built):
    out = io.StringIO()
    build_all(built.root, None, Console(file=out))
    assert "toy: unchanged, not executed again" in out.getvalue()


def test_a_failed_build_is_a_sentence_and_an_exit_code(course, practicals):
    course.write(use="# %%\nraise ValueError('[bold]not markup[/bold]')\n")
    answer = practicals("build", "toy", cwd=course.root, check=False)
    assert answer.returncode == 2
    assert "practicals: toy: cell 5 raised ValueError: [bold]not markup[/bold]" in answer.stderr


def test_an_unknown_name_is_answered_with_the_known_ones(course, practicals):
    answer = practicals("build", "toyy", cwd=course.root, check=False)
    assert answer.returncode == 2
    assert "no practical called 'toyy'. The practicals here are: toy" in answer.stderr


def test_the_log_of_tensorflows_start_is_left_out_and_nothing_else():
    log = (
        "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
        "I0000 00:00:1795308776.089852   11304 cpu_feature_guard.cc:227] This binary is optimized\n"
        "To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow\n"
    )
    warning = "cell.py:3: UserWarning: this one matters\n"
    outputs = [
        nbformat.v4.new_output("stream", name="stderr", text=log),
        nbformat.v4.new_output("stream", name="stderr", text=log + warning),
        nbformat.v4.new_output("stream", name="stdout", text=log),
    ]
    assert without_startup_log(outputs) == [
        nbformat.v4.new_output("stream", name="stderr", text=warning),
        nbformat.v4.new_output("stream", name="stdout", text=log),
    ]
