"""Gradescope's *Export Submissions*: a folder for each submission, `submission_metadata.yml` on all of them.

Gradescope publishes neither code nor a description of it; docs/exports.md says what the form was taken from.
"""

from datetime import UTC, date, datetime
from typing import Any

import yaml

from autograder.errors import PracticalsError
from autograder.grading.dates import moment
from autograder.grading.platforms.hand_ins import Asked, Found, HandIn, Whom
from autograder.grading.platforms.trees import RefusedError, Tree

METADATA = "submission_metadata.yml"
AGAIN = "Export the submissions from Gradescope again; nothing was written"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the fast one where it is
    """Reads Ruby's objects as mappings: Gradescope's times may be such."""


_Loader.add_multi_constructor(
    "!ruby/", lambda loader, _, node: loader.construct_mapping(node) if hasattr(node, "value") else None
)


def find(tree: Tree, asked: Asked) -> Found | None:
    """The hand-ins, if the tree has the form of Gradescope's export.

    Raises:
        PracticalsError: the metadata file cannot be read.
    """
    if METADATA not in tree.files:
        return None
    hand_ins, known, trees = [], set(), tree.by_folder()
    for folder, about in _metadata(tree).items():
        folder = str(folder)
        files = trees[folder].files if folder in trees else {}
        known |= {f"{folder}/{name}" for name in files}
        at = _moment(about.get(":created_at"))
        for one in about[":submitters"]:
            whom = Whom(
                said=f"{folder} of {one.get(':name') or one.get(':email') or 'nobody'}",
                id=str(one.get(":sid") or "").strip(),
                email=str(one.get(":email") or "").strip(),
                name=str(one.get(":name") or "").strip(),
            )
            hand_ins.append(HandIn(whom, files, at))
    left_out = [name for name in tree.files if name not in known and name != METADATA]
    return Found("Gradescope's submissions", hand_ins, left_out)


def _metadata(tree: Tree) -> dict[str, dict[str, Any]]:
    try:
        about = yaml.load(tree.files[METADATA]().decode("utf-8-sig"), _Loader)
    except RefusedError as error:
        raise PracticalsError(f"{METADATA} cannot be read: {error}", AGAIN) from error
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise PracticalsError(f"{METADATA} is not the YAML that Gradescope writes", AGAIN) from error
    if not isinstance(about, dict) or not about or not all(map(_is_entry, about.values())):
        raise PracticalsError(f"{METADATA} does not say who submitted, as Gradescope's does", AGAIN)
    return about


def _is_entry(entry: Any) -> bool:
    submitters = entry.get(":submitters") if isinstance(entry, dict) else None
    return isinstance(submitters, list) and all(isinstance(one, dict) for one in submitters)


def _moment(value: Any) -> datetime | None:
    """A time as UTC without time zone; None for one that does not name its zone."""
    if isinstance(value, dict):  # an ActiveSupport::TimeWithZone
        value = value.get("utc")
        if isinstance(value, datetime):
            return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else None
    if isinstance(value, str) and not isinstance(value, date):
        try:
            return moment(value)
        except PracticalsError:
            return None
    return None
