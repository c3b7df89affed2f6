"""Where nbgrader's log goes: out of the way of the progress shown; its errors become sentences."""

import logging

log = logging.getLogger("autograder.nbgrader")
log.propagate = False
log.addHandler(logging.NullHandler())
logging.getLogger("tornado.application").addHandler(logging.NullHandler())  # nbgrader on database errors
