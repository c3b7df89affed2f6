"""I make a few empty files more than I may."""
# cell: own
import os
os.mkdir("files")
made = []
try:
    for number in range(COUNT_LIMIT + 10):
        open(f"files/{number}", "w").close()
        made.append(number)
    print("REACHED", len(made), "files")
except OSError as error: print(error)
finally:
    for number in made: os.unlink(f"files/{number}")
