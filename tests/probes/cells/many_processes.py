"""I start a few processes more than I may have; each ends by itself after five seconds."""
# cell: build
import os, time
for number in range(PROCESS_LIMIT + 10):
    try: pid = os.fork()
    except OSError as error:
        print(error)
        break
    if pid == 0:
        time.sleep(5)
        os._exit(0)
else: print("REACHED", number + 1, "processes")
