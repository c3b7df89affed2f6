"""Fixtures of the autograder's tests."""

from authoring import built, built_once, course  # noqa: F401
from toy_course import toy, toy_class  # noqa: F401
