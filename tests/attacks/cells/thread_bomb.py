"""As many threads as there can be."""
# cell: train
import threading, time
try:
    while True: threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
except RuntimeError as error: print(error)
