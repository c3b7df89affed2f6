"""Moodle's *Download all submissions*, with a folder for each student or without.

`<full name>_<participant>_assignsubmission_<type>/<file>`, or `…_<type>_<file>`: see moodle/moodle,
mod/assign/classes/downloader.php (before Moodle 4.1, `download_submissions` in mod/assign/locallib.php).
"""

import re

from autograder.grading.platforms.hand_ins import Asked, Found, HandIn, Whom
from autograder.grading.platforms.trees import Read, Tree

# who is in no group, in a team's assignment, has no number: Moodle's default group
PERSON = r"(?P<name>[^/]+?)(?:_(?P<participant>\d+))?_assignsubmission_(?P<type>[a-z]+)"
# Moodle writes no _ into the name; up to 4.0 the folder's name ends with _
IN_FOLDER = re.compile(rf"{PERSON}_?/(?P<file>.+)")
FLAT = re.compile(rf"{PERSON}_(?P<file>[^/]+)")


def find(tree: Tree, asked: Asked) -> Found | None:
    """The hand-ins, if the tree has the form of Moodle's archive."""
    files: dict[tuple[str, str], dict[str, Read]] = {}
    left_out = []
    for name, read in tree.files.items():
        match = IN_FOLDER.fullmatch(name) or FLAT.fullmatch(name)
        if match is None:
            left_out.append(name)
            continue
        mine = files.setdefault((match["name"], match["participant"] or ""), {})
        mine[match["file"] if match["file"] not in mine else f"{match['type']}/{match['file']}"] = read
    if not files:
        return None
    hand_ins = [
        HandIn(
            Whom(said="_".join(filter(None, (name, participant))), name=name, participant=participant), mine
        )
        for (name, participant), mine in files.items()
    ]
    return Found("Moodle's submissions", hand_ins, left_out)
