"""Makes nbgrader keep the SQL statements that it has compiled while a class is graded."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager

import nbgrader.api


@contextmanager
def one_engine() -> Iterator[None]:
    """Give every gradebook of one address that is opened meanwhile the same SQLAlchemy engine.

    nbgrader opens the gradebook a dozen times for each submission, each time with a new engine, which
    compiles all statements anew. An engine outlives `Gradebook.close`, which closes its connections.
    """
    create_engine = nbgrader.api.create_engine
    nbgrader.api.create_engine = functools.cache(create_engine)
    try:
        yield
    finally:
        nbgrader.api.create_engine = create_engine
