"""My function swallows every interrupt until its own deadline, long after the time that a call has."""
# cell: build
# slow
# waits
import time
def build(units):
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        try: time.sleep(0.1)
        except BaseException: pass
    raise ValueError("REACHED")
