"""What jupytext would change between text and notebook is refused, by cell and line; all else passes."""

import jupytext
import nbformat
import pytest
from checkout import ROOT

from autograder.errors import PracticalsError
from autograder.practical.notebooks import inputs, read_notebook, read_text
from autograder.practical.paths import practical_names, source_text

TEST_CELL = '# %% nbgrader={"grade": true, "grade_id": "add-test", "points": 1, "solution": false}\n'


def notebook_of(*sources: str, kind: str = "code") -> nbformat.NotebookNode:
    new_cell = getattr(nbformat.v4, f"new_{kind}_cell")
    return nbformat.v4.new_notebook(cells=[new_cell(source) for source in sources])


def sources_of(notebook: nbformat.NotebookNode) -> list[str]:
    return [cell["source"] for cell in inputs(notebook)]


# --- the text


@pytest.mark.parametrize(
    "line",
    [
        "# Why?", "# cat is class 3", "# rm old weights", "# copy the weights", "#Why?", "    # Why?",
        "# !important", "# %accuracy is a share", "# ? is there", "# ! note",
        "# loss = %d of all", "mv *= 0.9", "model?", "# rm old \\",
    ],
)  # fmt: skip
def test_a_comment_of_the_text_that_comes_to_life_is_refused_by_cell_and_line(tmp_path, line):
    path = tmp_path / "p.py"
    path.write_text(f"# %%\nx = 1\n\n{TEST_CELL}if x:\n    y = 2\n{line}\nx\n")
    with pytest.raises(PracticalsError, match=r"p\.py: cell 'add-test', line 3, .*takes this for a command"):
        read_text(path)


@pytest.mark.parametrize("marker", ["# %% second check", "#%% second check", "# %% second [markdown]"])
def test_a_marker_with_words_is_refused_as_it_may_be_meant_as_a_comment(tmp_path, marker):
    path = tmp_path / "p.py"
    path.write_text(f"{TEST_CELL}x = 1\n{marker}\ny = 2\n")
    with pytest.raises(PracticalsError, match="cell 2 begins at the marker `# %% second"):
        read_text(path)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("# In[2]:", "line 3 of the text, `# In"),
        ("# <codecell>", "line 3 of the text, `# <codecell>`"),
        ("x = 'a\x0cb'", "form feed"),
        ("x = 'a\u2028b'", "U.2028"),
        ("x = 'a\x85b'", "U.0085"),
    ],
)
def test_a_line_that_jupytext_reads_as_something_else_is_refused(tmp_path, line, named):
    path = tmp_path / "p.py"
    path.write_text(f"{TEST_CELL}x = 1\n{line}\ny = 2\n", "utf-8")
    with pytest.raises(PracticalsError, match=named):
        read_text(path)


def test_a_heading_of_the_text_that_would_lose_its_mark_is_refused(tmp_path):
    path = tmp_path / "p.py"
    path.write_text("# %% [markdown]\n# # Why?\n")
    with pytest.raises(
        PracticalsError, match=r"line 2 of the text, `# # Why\?`, is read by jupytext as `# Why\?`"
    ):
        read_text(path)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        (
            "# %%\nif True:\n    # %load_ext tensorboard\n    # %tensorboard --logdir runs\n",
            "if True:\n    %load_ext tensorboard\n    %tensorboard --logdir runs",
        ),
        ("# %%\n# %system pip list \\\n#   --outdated\n", "%system pip list \\\n  --outdated"),
        ("# %%\n# %%time\nx = 1\n", "%%time\nx = 1"),
        ("# %%\n# # Why?\n", "# Why?"),
        ("# a comment\nx = 1\n\n# %%\ny = 2\n", "# a comment\nx = 1"),
        ("# %%\n# Why does it fall?\n", "# Why does it fall?"),
        ("# %%\ntext = '''\n# %% no marker\n'''\n", "text = '''\n# %% no marker\n'''"),
        ("# %%\nx = 1\n\n\n\n# %%\n", "x = 1"),
        ("# %% [markdown]\n# Why?\n#\n# ## Why not?\n", "Why?\n\n## Why not?"),
        ('# %% [markdown]\n"""\nin quotes\n"""\n', "in quotes"),
        ('# %% {"tags": ["experiment"]}\nx = 1\n', "x = 1"),
        (
            "# ---\n# jupyter:\n#   jupytext:\n#     formats: ipynb,py:percent\n# ---\n\n# %%\nx = 1\n",
            "x = 1",
        ),
        ("# %%\r\nx = 1\r\ny = 2\r\n", "x = 1\ny = 2"),
    ],
)
def test_what_the_format_means_by_itself_is_read(tmp_path, text, source):
    path = tmp_path / "p.py"
    path.write_bytes(text.encode())
    assert read_text(path).cells[0].source.rstrip("\n") == source


# --- the notebook


@pytest.mark.parametrize("kind", ["code", "markdown"])
@pytest.mark.parametrize(
    "source",
    [
        "a\x0cb",
        "a\u2028b",
        "a\u2029b",
        "a\x85b",
        "a\x1cb",
        "a\x0bb",
        "a\rb",
    ],
)
def test_a_cell_that_text_cannot_hold_is_refused_whatever_its_kind(kind, source):
    with pytest.raises(PracticalsError, match="cell 2, line"):
        inputs(notebook_of("first", source, kind=kind))


@pytest.mark.parametrize("line", ["# %% second check", "#%%", "# In[2]:", "# In[ ]:", "# <codecell>"])
def test_a_comment_in_a_notebook_s_cell_that_would_split_it_is_refused_by_cell_and_line(line):
    notebook = notebook_of("x = 1", f"assert x == 1\n\n{line}\nassert x == 2")
    notebook.cells[1].metadata["nbgrader"] = {"grade_id": "add-test", "grade": True, "solution": False}
    with pytest.raises(PracticalsError, match="cell 'add-test', line 3, .* begins another cell"):
        inputs(notebook)


def test_a_string_that_ends_in_no_cell_would_swallow_the_next_and_is_refused():
    with pytest.raises(PracticalsError, match="cell 1 runs on into the next cell"):
        inputs(notebook_of("'''open", "close'''"))


@pytest.mark.parametrize("source", ["%% second\ny", "text\n\n%% second\ny"])
def test_words_that_would_begin_a_cell_are_refused(source):
    with pytest.raises(PracticalsError, match="cell 1, line ., `%% second`, "):
        inputs(notebook_of(source, kind="markdown"))


@pytest.mark.parametrize("heading", ["# Why?", "# cat is class 3", "# ! note"])
def test_a_heading_that_would_lose_its_mark_is_refused(heading):
    with pytest.raises(PracticalsError, match="cell 1, line 1, .* comes back from the text as"):
        inputs(notebook_of(heading, kind="markdown"))


@pytest.mark.parametrize("metadata", [{"x y": 1}, {"a": None}, {"language": "R"}, {"title": "a name"}])
@pytest.mark.filterwarnings("ignore:The following metadata cannot be exported")
def test_metadata_that_text_cannot_hold_are_refused(metadata):
    notebook = notebook_of("x")
    notebook.cells[0].metadata.update(metadata)
    with pytest.raises(PracticalsError, match="cell 1"):
        inputs(notebook)


@pytest.mark.parametrize(
    "source",
    [
        "# Why?",
        "# cat is class 3",
        "# rm old weights",
        "# # Why?",
        "# +",
        "%matplotlib inline",
        "x = 1\n\n\n",
        "",
    ],
)
def test_a_comment_that_jupytext_escapes_is_the_same_in_text_and_notebook(tmp_path, source):
    notebook = notebook_of(source, "y = 2")
    assert sources_of(notebook) == [source, "y = 2"]
    path = tmp_path / "p.py"
    path.write_text(jupytext.writes(notebook, fmt="py:percent"))
    assert sources_of(read_text(path)) == [source, "y = 2"]


# --- this course


@pytest.mark.parametrize("practical", practical_names(ROOT))
def test_each_practical_is_the_same_in_text_and_notebook(practical):
    path = source_text(ROOT, practical)
    assert inputs(read_text(path)) == inputs(read_notebook(path.with_suffix(".ipynb")))
