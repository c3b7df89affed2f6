"""Hundreds of messages of 11 megabytes, widgets among them, and one of 300."""
# cell: train
# slow
from IPython.display import HTML, display
for _ in range(200): display(HTML("z" * (11 * 2**20)))
kernel = get_ipython().kernel
for number in range(200):
    content = {"comm_id": str(number), "target_name": "jupyter.widget", "data": {"state": {"x": "z" * (11 * 2**20), "_model_name": "x"}}}
    kernel.session.send(kernel.iopub_socket, "comm_open", content, parent=kernel.get_parent())
display(HTML("z" * (300 * 2**20)))
