"""Marking essays by hand: question by question over the class, on a page of this machine."""
