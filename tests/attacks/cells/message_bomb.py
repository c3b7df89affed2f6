"""One message of 300 megabytes."""
# cell: train
# slow
from IPython.display import HTML, display
display(HTML("z" * (300 * 2**20)))
