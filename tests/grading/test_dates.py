"""Dates are read without a guess, or refused with an example."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from autograder.errors import PracticalsError
from autograder.grading.dates import EXAMPLE, in_zone, moment

AT = datetime(2026, 11, 30, 17)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-30 18:00 +01:00",
        "2026-11-30 18:00 +0100",
        "2026-11-30T18:00+01:00",
        "2026-11-30T17:00Z",
        " 2026-11-30 17:00:00.000000 UTC\n",
        "2026-11-30 18:00 Europe/Berlin",
        "2026-11-30 09:00 America/Los_Angeles",
        "2026-11-30 22:30 Asia/Kolkata",
        "2026-11-30 05:00 -12:00",
    ],
)
def test_one_moment_in_many_forms(text):
    assert moment(text) == AT


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-30 6:00 PM",
        "2026-11-30 06:00 PM",
        "2026-11-30 06:00 PM UTC",
        "01.12.2026",
        "01.12.2026 18:00 UTC",
        "12/01/2026 18:00 UTC",
        "2026-11-30",
        "2026-11-30 18:00",
        "2026-11-30T18:00:00",
        "2026-11-30 18:00 EDT",
        "2026-11-30 18:00 MEZ",
        "2026-11-30 18:00 AoE",
        "2026-11-30 18:00 CET",
        "2026-11-30 18:00 Europe/Nowhere",
        "2026-11-30 18:00 ../UTC",
        "2026-11-30 18:00 +25:00",
        "2026-11-31 18:00 UTC",
        "2026-11-30 25:00 UTC",
        "0001-01-01 00:00 +01:00",
        "99999999999999999999",
        "yesterday",
        "",
        "\x00",
        "tomorrow 18:00 UTC",
        "2026-11-30 18:00 UTC+1",
        "2026-11-30 18:00 GMT",
    ],
)
def test_what_would_need_a_guess_is_refused_with_an_example(text):
    with pytest.raises(PracticalsError) as refused:
        moment(text)
    assert EXAMPLE in str(refused.value)


def test_a_time_that_the_clocks_skip_or_show_twice_is_refused():
    with pytest.raises(PracticalsError, match="put forward"):
        moment("2026-03-29 02:30 Europe/Berlin")
    with pytest.raises(PracticalsError, match="twice"):
        moment("2026-10-25 02:30 Europe/Berlin")
    assert moment("2026-10-25 02:30 +02:00") == datetime(2026, 10, 25, 0, 30)


def test_what_the_exchange_writes_is_understood_with_the_courses_zone():
    assert moment("2026-11-30 18:00:00.250000 CET", "Europe/Berlin") == datetime(
        2026, 11, 30, 17, 0, 0, 250_000
    )
    assert moment("2026-07-01 18:00:00 CEST", "Europe/Berlin") == datetime(2026, 7, 1, 16)
    # of the hour that comes twice, the abbreviation tells which
    assert moment("2026-10-25 02:30:00 CEST", "Europe/Berlin") == datetime(2026, 10, 25, 0, 30)
    assert moment("2026-10-25 02:30:00 CET", "Europe/Berlin") == datetime(2026, 10, 25, 1, 30)
    for wrong in ("2026-07-01 18:00:00 CET", "2026-11-30 18:00:00 EST"):
        with pytest.raises(PracticalsError, match="does not name one zone"):
            moment(wrong, "Europe/Berlin")


ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "CET"]


@pytest.mark.parametrize("name", ZONES)
def test_any_moment_written_with_the_zone_of_the_course_comes_back(name):
    rng = np.random.default_rng(7)
    start = datetime(2020, 1, 1, tzinfo=UTC)
    for seconds in rng.integers(0, 10 * 365 * 86_400, 500):
        there = (start + timedelta(seconds=int(seconds))).astimezone(ZoneInfo(name))
        written = there.strftime("%Y-%m-%d %H:%M:%S.%f %Z")  # as the exchange does
        back = moment(re.sub(r" ([+-]\d\d)$", r" \g<1>00", written), name)
        assert back.replace(tzinfo=UTC) == there


def test_the_date_taken_in_words():
    assert in_zone(AT, "Europe/Berlin") == "2026-11-30 17:00 UTC (18:00 CET)"
    assert in_zone(AT, "Pacific/Auckland") == "2026-11-30 17:00 UTC (2026-12-01 06:00 NZDT)"
    assert in_zone(AT, "UTC") == in_zone(AT, "Nowhere") == "2026-11-30 17:00 UTC"
