"""Dates and times as people and nbgrader write them: read without a guess, or refused with an example."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from autograder.errors import PracticalsError

EXAMPLE = "2026-11-30 18:00 +01:00"
HOW = f'Write it as "{EXAMPLE}", "2026-11-30 18:00 Europe/Berlin" or "2026-11-30 17:00 UTC"'
FORM = re.compile(r"(\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?) ?(\S*)")
OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")


def moment(text: str, course_zone: str | None = None) -> datetime:
    """A date and time in ISO 8601, with a numeric offset, `UTC` or the name of a time zone.

    Args:
        text: "2026-11-30 18:00 +01:00", "2026-11-30T18:00:00Z", "2026-11-30 18:00 Europe/Berlin", …
        course_zone: the zone that `Exchange.timezone` of nbgrader_config.py names; then the zone may be its
            abbreviation at that time too, as in the `timestamp.txt` that nbgrader's exchange writes
            ("2026-11-30 18:00:00.250000 CET"). Default: abbreviations are refused, since CST or IST is the
            name of several zones.

    Returns:
        the moment in UTC, without time zone, as nbgrader keeps it.

    Raises:
        PracticalsError: it is no such date, has no zone or an unknown one, or its zone never showed that
            time, or showed it twice.
    """
    match = FORM.fullmatch(text.strip())
    if match is None:
        raise PracticalsError(f"{text!r} is not a date and time that can be read without a guess", HOW)
    try:
        local = datetime.fromisoformat(match[1])
    except ValueError as error:
        raise PracticalsError(f"{text!r} is not a date and time ({error})", HOW) from error
    zone = match[2]
    if not zone:
        raise PracticalsError(f"{text!r} does not say in which time zone", HOW)
    try:
        return _in_utc(local, zone, course_zone, text)
    except (ValueError, OverflowError) as error:
        raise PracticalsError(f"{text!r} is not a date and time ({error})", HOW) from error


def in_zone(at: datetime, course_zone: str) -> str:
    """A moment (UTC, without time zone) in words: "2026-11-30 17:00 UTC (18:00 CET)".

    Args:
        at: as `moment` gives it.
        course_zone: the zone that `Exchange.timezone` of nbgrader_config.py names.
    """
    utc = at.replace(tzinfo=UTC)
    there = utc.astimezone(_zone(course_zone) or UTC)
    words = f"{utc:%Y-%m-%d %H:%M} UTC"
    if there.utcoffset() == utc.utcoffset():
        return words
    return f"{words} ({there:{'%H:%M' if there.date() == utc.date() else '%Y-%m-%d %H:%M'} %Z})"


def _in_utc(local: datetime, zone: str, course_zone: str | None, text: str) -> datetime:
    if zone in ("Z", "UTC"):
        return local
    if OFFSET.fullmatch(zone):
        aware = datetime.fromisoformat(f"{local.isoformat()}{zone}")
        return aware.astimezone(UTC).replace(tzinfo=None)
    # CET and EST are in the database too, and mean other things to other people
    named, abbreviation = _zone(zone) if "/" in zone else None, ""
    if named is None and course_zone is not None:
        named, abbreviation = _zone(course_zone), zone
    moments = {
        aware.astimezone(UTC).replace(tzinfo=None)
        for fold in (0, 1)
        if named is not None
        and (aware := local.replace(tzinfo=named, fold=fold)).tzname() == (abbreviation or aware.tzname())
        and aware.astimezone(UTC).astimezone(named).replace(tzinfo=None) == local
    }
    if named is None or (abbreviation and not moments):
        raise PracticalsError(f"{text!r} has the time zone {zone!r}, which does not name one zone", HOW)
    if not moments:
        raise PracticalsError(f"the clocks of {zone} were put forward past {text!r}", HOW)
    if len(moments) > 1:
        raise PracticalsError(
            f"the clocks of {zone} showed {text!r} twice", f'Give the offset, as in "{EXAMPLE}"'
        )
    return moments.pop()


def _zone(name: str) -> ZoneInfo | None:
    """The zone of that name in the IANA database, such as Europe/Berlin; None where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
