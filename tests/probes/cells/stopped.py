"""I stop my process (SIGSTOP), so that nobody hears of it again; at its own deadline it goes on."""
# cell: build
# slow
# waits
import os, signal, subprocess
def build(units):
    subprocess.Popen(["sh", "-c", f"sleep DEADLINE; kill -CONT {os.getpid()}"])
    os.kill(os.getpid(), signal.SIGSTOP)
    raise ValueError("REACHED")
