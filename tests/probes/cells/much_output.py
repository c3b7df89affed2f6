"""I print some megabytes, on one line and on many: more than is kept of a cell."""
# cell: train
import sys
from IPython.display import HTML, display
sys.stdout.write("x" * 2 * TEXT_LIMIT + "\n")
for _ in range(TEXT_LIMIT // 25): print("y" * 50)
for _ in range(20): display(HTML("z" * (TEXT_LIMIT // 2)))
"w" * 2 * TEXT_LIMIT
