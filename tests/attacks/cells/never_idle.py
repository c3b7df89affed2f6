"""I silence the kernel: no more messages, no end of the cell."""
# cell: build
# slow
import os
os.closerange(3, 400)
