"""Sliders: every position is in the output, what stands there without scripts, and what cannot be shown."""

import base64
import io
import json
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from bs4 import BeautifulSoup, Tag
from PIL import Image

from course_utils import sliders

SIDES, SHIFTS = [1, 2, 4], ["left", "right"]
COLOUR = (213, 94, 0)


def shown(start=(2, "right"), values=None, said="{} <b>it's</b> {}", points=None) -> dict[str, str]:
    """What `show` puts out for one line in a square of 4 by 4, which fills the figure."""
    figure, axis = plt.subplots(figsize=(2, 1))
    axis.set_position((0, 0, 1, 1))
    axis.set_xlim(0, 4)
    axis.set_ylim(0, 4)
    (line,) = axis.plot([], [], color="#D55E00", linewidth=3)
    (dots,) = axis.plot([], [], "o", color="black", markersize=4)

    def at(side, shift):
        x = [0, side] if shift == "left" else [4 - side, 4]
        return {line: points or (x, [0, side]), dots: (x[:1], [2])}, said.format(side, shift)

    displayed = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("IPython.display.display", lambda data, raw: displayed.append(data))
        sliders.show(figure, at, values or {"side": SIDES, "from": SHIFTS}, start, 'A "line" & dots.')
    assert not plt.fignum_exists(figure.number)
    (data,) = displayed
    return data


def box_of(data: dict[str, str]) -> Tag:
    box = BeautifulSoup(data["text/html"], "html.parser").div
    assert box is not None
    return box


def packed(data: dict[str, str]) -> dict:
    return json.loads(str(box_of(data)["data-course-sliders"]))


def points_of(path: str) -> list[tuple[int, int]]:
    found = re.findall(r"([mlhv])(-?\d+)(?: (-?\d+))?", path)
    steps = [(0, int(one)) if kind == "v" else (int(one), int(other or 0)) for kind, one, other in found]
    return [(int(x), int(y)) for x, y in np.cumsum(steps, axis=0)]


def test_every_position_holds_its_lines_in_units_of_the_picture():
    found = packed(shown())
    width, height = found["size"]
    assert (width, height) == (2 * 2 * 80, 2 * 80)
    assert [one["texts"] for one in found["sliders"]] == [["1", "2", "4"], SHIFTS]
    assert [one["start"] for one in found["sliders"]] == [1, 1]
    assert len(found["positions"]) == 6
    # the last slider runs fastest
    assert [one["said"].split()[0] for one in found["positions"]] == ["1", "1", "2", "2", "4", "4"]
    for place, corners in {
        0: [(0, height), (width // 4, height * 3 // 4)],
        3: [(width // 2, height), (width, height // 2)],
        4: [(0, height), (width, 0)],
    }.items():
        assert points_of(found["positions"][place]["lines"][0]) == corners
    assert found["positions"][0]["lines"][1] == f"m0 {height // 2}h0"


def test_lines_look_as_in_the_figure_and_end_at_their_axes():
    line, dots = packed(shown())["lines"]
    assert line["look"]["stroke"] == "#d55e00"
    assert float(line["look"]["stroke-width"]) == pytest.approx(2 * 3 * 80 / 72, rel=0.01)
    assert dots["look"]["stroke-linecap"] == "round"
    assert line["frame"] == {"x": 0, "y": 0, "width": 320, "height": 160}


def test_without_scripts_there_is_the_picture_of_the_start_and_what_is_missing_is_said_once():
    data = shown()
    box = box_of(data)
    (image,) = box.find_all("img")
    assert image["alt"] == 'A "line" & dots.'
    assert data["text/plain"] == 'A "line" & dots. At side 2, from right: 2 <b>it\'s</b> right'
    assert box.get_text() == f"side 2, from right. {sliders.STILL}2 <b>it's</b> right"
    pixels = np.array(
        Image.open(io.BytesIO(base64.b64decode(str(image["src"]).split(",")[1]))).convert("RGB")
    )
    assert image["width"] == "160"
    # from (2, 0) to (4, 2) in a picture of 320 by 160: at (3, 1), pale
    pale = 255 - sliders.PALE * (255 - np.array(COLOUR))
    assert abs(pixels[120, 240] - pale).max() < 20
    assert (pixels[120, 80] == 255).all()


def test_nothing_in_it_is_loaded_and_what_is_said_is_no_markup():
    page = BeautifulSoup(shown()["text/html"], "html.parser")
    assert page.b is None
    assert all(str(tag["src"]).startswith("data:image/png;") for tag in page.find_all(src=True))
    addresses = re.findall(r"\w+://[^\"'`]+", shown()["text/html"])
    assert set(addresses) == {"http://www.w3.org/2000/svg"}  # a name


def test_two_runs_give_the_same_output():
    assert shown() == shown()


def test_points_that_are_no_numbers_are_left_out_and_those_far_away_keep_the_file_small():
    path = packed(shown(points=([0, 1, np.nan, 1e300, 2], [0, 1, 1, np.inf, -1e12])))["positions"][0][
        "lines"
    ][0]
    assert points_of(path) == [(0, 160), (80, 120), (160, sliders.FAR)]
    assert packed(shown(points=([np.nan], [1])))["positions"][0]["lines"][0] == ""


@pytest.mark.parametrize(
    ("values", "start", "problem"),
    [
        (
            {"side": [1, 2], "from": ["left"]},
            (1, "left"),
            "the slider 'from' needs at least two values; it has 1",
        ),
        (
            {"side": [1, 2], "from": SHIFTS},
            (3, "left"),
            "the start of the slider 'side', 3, is not among its",
        ),
        ({"side": [1, 2], "from": SHIFTS}, (1,), "start has 1 values, and there are 2 sliders"),
    ],
)
def test_what_cannot_be_moved_is_said_in_a_sentence(values, start, problem):
    with pytest.raises(ValueError, match=problem):
        shown(start, values)


def test_no_slider_is_said_in_a_sentence():
    with pytest.raises(ValueError, match="there is nothing to move"):
        sliders.show(plt.figure(), lambda: ({}, ""), {}, (), "Nothing.")
