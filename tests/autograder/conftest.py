"""Fixtures of the autograder's tests."""

from authoring import built, built_once, course  # noqa: F401
