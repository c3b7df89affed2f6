"""`python -m course_utils NOTEBOOK`: runs the checks of a notebook file; see `course_utils.checkfile`."""

import sys

from course_utils.quick_start import leave_out_address_parsers

leave_out_address_parsers()
try:
    from course_utils.checkfile import main
except ImportError as missing:
    sys.exit(f"This Python has no package {missing.name}. Install it, or use the Python of the course.")
sys.exit(main(sys.argv[1:]))
