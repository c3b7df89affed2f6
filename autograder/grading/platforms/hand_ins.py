"""A hand-in as a platform gives it out: what it says of the person, and the files."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from autograder.grading.platforms.trees import Read, Tree


@dataclass(frozen=True)
class Whom:
    """What a platform says of whose hand-in it is; what it does not say is empty.

    Args:
        said: as people are told of it: the name of the folder or file.
        id: the student id.
        lms_user_id: the number by which Canvas knows the student.
        email: address.
        name: first and last name in either order.
        participant: Moodle's number, of this one assignment; its grading worksheet says whose it is.
        login: GitHub's; GitHub Classroom's roster says whose it is.
    """

    said: str
    id: str = ""
    lms_user_id: str = ""
    email: str = ""
    name: str = ""
    participant: str = ""
    login: str = ""

    @property
    def is_id_alone(self) -> bool:
        """Whether it is nbgrader's student id, and nothing else is said."""
        return bool(self.id) and not (self.email or self.name or self.login)

    @property
    def account(self) -> tuple[str, str, str]:
        """By what the platform tells people of one name from each other."""
        return self.lms_user_id, self.participant, self.login


@dataclass(frozen=True)
class HandIn:
    """One attempt.

    Args:
        whom: whose it is.
        files: what reads each, by its name within the hand-in.
        at: when it was handed in, UTC without time zone; None where the platform does not say.
        late: whether the platform calls it late without saying when it was handed in.
        practical: where the platform says so.
        trusted_times: whether `timestamp.txt` and `submission_secret.txt` among the files are nbgrader's own,
            and not a student's.
    """

    whom: Whom
    files: dict[str, Read]
    at: datetime | None = None
    late: bool = False
    practical: str = ""
    trusted_times: bool = False


@dataclass(frozen=True)
class Found:
    """The hand-ins of a tree.

    Args:
        platform: in words.
        hand_ins: in the order of their names.
        left_out: files that are nobody's hand-in.
    """

    platform: str
    hand_ins: list[HandIn] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """What a platform's module is asked with.

    Args:
        path_name: the name of the archive or folder.
        practicals: the names that a path can have.
        zone: the course's time zone.
        named_regexp: nbgrader's `FileNameCollectorPlugin.named_regexp`, where the course sets it.
    """

    path_name: str
    practicals: list[str]
    zone: str = "UTC"
    named_regexp: str = ""


Finder = Callable[[Tree, Asked], Found | None]
