"""Grading a class: collect the submissions, execute them in workers, record the grades, write the results."""
