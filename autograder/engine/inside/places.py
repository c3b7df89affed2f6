"""What the sandbox and the processes inside it agree on: places, limits, an exit status."""

from dataclasses import dataclass
from pathlib import Path

EXCHANGE = Path("/run/practicals")  # tmpfs with one folder a kernel: its sockets, and arrays on their way
OWN = Path("/run/own")  # in a kernel, its own folder of those
UNPRIVILEGED_UID = 65534  # "nobody": what a grader that is root runs the sandbox as
OUT_OF_MEMORY = 77  # exit status of a kernel that used more memory than it may
MEBIBYTE = 2**20
WORKSPACE = 512 * MEBIBYTE  # bytes that a kernel may write to files, all together; also its longest file
# in the exchange, with a file for each kernel: its processor time; a mount of its own, because a kernel can
# fill what it shares with the folders of the kernels
CLOCKS = "clocks"
IN_CLOCKS = 1 * MEBIBYTE  # bytes of those files
IN_EXCHANGE = 1024 * MEBIBYTE  # bytes of sockets and arrays on their way between kernels
QUEUE = (
    16  # messages that wait to be read, on either side; with the longest one this bounds a grader's memory
)
SOCKET_BYTES = 16_384  # of messages that are on their way between the two
BACKSTOP = 10  # seconds of the clock for each second of processor time that a piece of work may take
MESSAGE = 12 * MEBIBYTE  # bytes of one message from a kernel; a longer one closes the connection


@dataclass(frozen=True)
class Resources:
    """What one kernel may use.

    Args:
        memory: bytes of private memory of all its processes together; more, and the kernel is killed.
        processes: processes and threads.
        cpu_seconds: processor time of any one of its processes, in seconds.
    """

    memory: int = 4096 * MEBIBYTE
    processes: int = 160
    cpu_seconds: int = 1200
