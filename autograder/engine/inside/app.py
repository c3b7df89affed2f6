"""The program of a kernel: IPython's own, but nothing that it shows is thrown away.

A publishing socket of ZeroMQ drops what does not fit into its queue, and a kernel shows things faster than a
busy machine reads them. Here it waits until there is room. The queues are short, so that little is left to
read when a cell has ended.
"""

import warnings

import zmq
from ipykernel.kernelapp import IPKernelApp

from autograder.engine.inside.places import QUEUE, SOCKET_BYTES

# what IPython leaves behind of a cell that was interrupted just before it began: nothing of the student's
NEVER_BEGAN = r"coroutine 'InteractiveShell\.run_cell_async' was never awaited"


class KernelApp(IPKernelApp):
    """An IPython kernel whose outputs wait for their reader."""

    def initialize(self, argv: list[str] | None = None) -> None:
        """As IPython's, without its word on cells that never began."""
        super().initialize(argv)
        warnings.filterwarnings("ignore", NEVER_BEGAN, RuntimeWarning)

    def init_iopub(self, context: zmq.Context) -> None:
        """Open the socket of outputs. These options hold for it and for what threads pass on to it."""
        for option, value in (
            (zmq.XPUB_NODROP, 1),
            (zmq.SNDHWM, QUEUE),
            (zmq.RCVHWM, QUEUE),
            (zmq.SNDBUF, SOCKET_BYTES),
        ):
            context.setsockopt(option, value)
        super().init_iopub(context)


if __name__ == "__main__":
    KernelApp.launch_instance()
