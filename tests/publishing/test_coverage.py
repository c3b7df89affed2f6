"""docs/coverage.md says where each item of the published practicals is covered, and is what the texts say."""

from pathlib import Path

import pytest
from author_course import HEADER
from checkout import ROOT

from autograder.errors import PracticalsError
from autograder.publishing.coverage import page, page_file

TEXT = f"""{HEADER}# %% [markdown]
# # A toy practical
#
# ## 1 Sums

# %% [markdown] tags=["covers-8", "covers-7"]
# ### Experiment: look at sums

# %%
runs.record("sum", 3)

# %% [markdown] tags=["covers-7"]
# As you saw.
#
# ### Exercise 12: Add (3 points, in words)

# %%
done = True
"""
BOTH = {7: "", 8: 'ungraded = "to look at"'}


def course(root: Path, reasons: dict[int, str], text: str = TEXT) -> Path:
    """A course of one text, whose items have these numbers and reasons."""
    (root / "source" / "p01_toy").mkdir(parents=True)
    (root / "source" / "p01_toy" / "p01_toy.py").write_text(text, "utf-8")
    (root / "docs").mkdir()
    items = (
        f'[[item]]\ngroup = "Sums"\nnumber = {n}\ntitle = "Item {n}"\n{why}\n' for n, why in reasons.items()
    )
    (root / "docs" / "coverage.toml").write_text("".join(items), "utf-8")
    return root


def test_an_item_is_where_its_tags_are(tmp_path):
    assert page(course(tmp_path, BOTH)).endswith(
        "| 7 | Item 7 | P01: look at sums, Exercise 12 | P01: Exercise 12 | P01: look at sums |\n"
        "| 8 | Item 8 | P01: look at sums | – (to look at) | P01: look at sums |\n"
    )


@pytest.mark.parametrize(
    ("reasons", "text", "said"),
    [
        (BOTH | {9: ""}, TEXT, "item 9, Item 9, is covered nowhere"),
        ({7: ""}, TEXT, "“Experiment: look at sums”, has the tag covers-8, and no item has that number"),
        ({7: "", 8: ""}, TEXT, "item 8, Item 8, gives no reason: `ungraded`"),
        (
            BOTH | {7: 'unmeasured = "no"'},
            TEXT,
            "item 7, Item 7, has a reason it does not need: `unmeasured`",
        ),
        (BOTH, TEXT.replace("runs.record", "print"), "item 7, Item 7, gives no reason: `unmeasured`"),
    ],
)
def test_what_is_covered_nowhere_or_has_no_reason_is_refused(tmp_path, reasons, text, said):
    with pytest.raises(PracticalsError) as error:
        page(course(tmp_path, reasons, text))
    assert said in error.value.problem


def test_the_page_is_what_the_texts_say():
    assert page_file(ROOT).read_text("utf-8") == page(ROOT)
