"""What instructors run: building, grading and checking the practicals (command line: `practicals`)."""
