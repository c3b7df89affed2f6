"""Executing submissions: the part of grading that runs students' code."""
