"""What instructors run: building, grading and checking the practicals (command line: `practicals`)."""

from course_utils.quick_start import leave_out_address_parsers

leave_out_address_parsers()  # here: the processes of an audit and of a cluster import nbformat too
