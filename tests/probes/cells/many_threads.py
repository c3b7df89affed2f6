"""I start a few threads more than I may have; each ends by itself after five seconds."""
# cell: train
import threading, time
try:
    for number in range(PROCESS_LIMIT + 10): threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
    print("REACHED", number + 1, "threads")
except RuntimeError as error: print(error)
