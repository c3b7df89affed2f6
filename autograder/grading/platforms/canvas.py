"""Canvas' *Download Submissions*: one file an attachment, `<name>[_LATE]_<user>_<attachment>_<file>`.

See instructure/canvas-lms, lib/content_zipper.rb: `get_filename`, `sanitize_user_name`,
`add_upload_submission`.
"""

import re

from autograder.grading.platforms.hand_ins import Asked, Found, HandIn, Whom
from autograder.grading.platforms.trees import Read, Tree

# The name is the sortable one without anything but small letters, their marks (no \w of Python's, so all
# that is beyond ASCII will do), digits and _; it never holds _<digits>_
FILE = re.compile(
    r"(?:(?P<name>[\w\u0080-\U0010ffff]*?)_(?:(?P<late>LATE)_)?(?P<user>\d+)|(?:(?P<hidden_late>LATE)_)?anon_(?P<hidden>[A-Za-z0-9]+))_"
    r"(?:(?P<attachment>\d+)_(?P<file>.+)|(?P<typed>text\.html|link\.html))"
)


def find(tree: Tree, asked: Asked) -> Found | None:
    """The hand-ins, if the tree has the form of Canvas' archive."""
    matches = {name: FILE.fullmatch(name) for name in tree.files}
    if not any(match and match["attachment"] for match in matches.values()):
        return None
    files: dict[str, dict[str, Read]] = {}
    names: dict[str, str] = {}
    late, left_out = set(), []
    for name, match in matches.items():
        if match is None:
            left_out.append(name)
            continue
        user = match["user"] or f"anon_{match['hidden']}"
        names[user] = match["name"] or ""
        mine = files.setdefault(user, {})
        file = match["file"] or match["typed"]
        mine[f"{match['attachment']}_{file}" if file in mine else file] = tree.files[name]
        if match["late"] or match["hidden_late"]:
            late.add(user)
    hand_ins = [
        HandIn(
            Whom(
                said="_".join(filter(None, (names[user], user))),
                name=names[user],
                lms_user_id="" if user.startswith("anon_") else user,
            ),
            mine,
            late=user in late,
        )
        for user, mine in files.items()
    ]
    return Found("Canvas' submissions", hand_ins, left_out)
