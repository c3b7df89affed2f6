"""All of this package that a student's kernel can import; it imports course_utils and libraries only."""
