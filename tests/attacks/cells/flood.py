"""I print hundreds of megabytes, on one line and on many."""
# cell: train
# slow
import sys
for _ in range(100): sys.stdout.write("x" * 10**6)
for _ in range(10**5): print("y" * 50)
from IPython.display import HTML, display
for _ in range(200): display(HTML("z" * 10**5))
"w" * 10**8
