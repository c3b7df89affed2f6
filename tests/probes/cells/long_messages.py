"""More messages of nearly the longest kind than wait to be read, widgets among them, and one that is too long."""
# cell: train
# slow
from IPython.display import HTML, display
long = "z" * (MESSAGE_LIMIT * 9 // 10)
for _ in range(QUEUE_LIMIT + 8): display(HTML(long))
kernel = get_ipython().kernel
for number in range(QUEUE_LIMIT // 2):
    content = {"comm_id": str(number), "target_name": "jupyter.widget", "data": {"state": {"x": long, "_model_name": "x", "_model_module": "x"}}}
    kernel.session.send(kernel.iopub_socket, "comm_open", content, parent=kernel.get_parent())
display(HTML(long + long))
print("REACHED")
