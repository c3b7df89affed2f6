"""kill -9 -1."""
# cell: own
import os
os.kill(-1, 9)
os.killpg(0, 9)
