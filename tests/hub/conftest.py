"""A hub, and on it a course whose exchange is empty."""

import shutil
from collections.abc import Iterator
from itertools import chain

import hub as hubs
import pytest
from enclosure import INSTRUCTOR, USERS, give_homes
from hub import Hub
from toy_course import ToyCourse, new_toy


@pytest.fixture(scope="session")
def hub(tmp_path_factory) -> Iterator[Hub]:
    """With all servers running; where there is none, tests are skipped, as is told, or fail if they must."""
    if absent := hubs.missing():
        (pytest.fail if hubs.required() else pytest.skip)(f"{hubs.MISSING}: {absent}; {hubs.REMEDY}")
    hub = Hub(tmp_path_factory.mktemp("hub"))
    yield hub
    hub.end()


@pytest.fixture
def course(hub: Hub) -> ToyCourse:
    """A course of the instructor's; nobody has fetched or handed in anything."""
    homes = [hub.home(user) for user in USERS]
    # the rest of what has a dot is Jupyter's, whose servers run
    caches = [home / ".local" / "share" / "jupyter" / "nbgrader_cache" for home in homes]
    for path in chain(caches, *(folder.glob("[!.]*") for folder in (hub.exchange, *homes))):
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    course = new_toy(hub.home(INSTRUCTOR) / "course")
    course.write_release_and_bank()
    give_homes(hub.place)
    for user in USERS:
        hub.serve(user)
    return course
