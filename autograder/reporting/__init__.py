"""After grading: reports, exports, class lists, pages to hand back; none of it executes a notebook."""
