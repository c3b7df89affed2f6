"""My cell swallows every interrupt until its own deadline, long after the time that a cell has."""
# cell: build
# slow
# waits
import time
end = time.monotonic() + DEADLINE
while time.monotonic() < end:
    try: time.sleep(0.1)
    except BaseException: pass
print("REACHED")
