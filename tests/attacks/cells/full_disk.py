"""I fill the disk."""
# cell: train
# slow
import os
for folder in (".", "/dev/shm", "/run/own", "/tmp", "/var/tmp", "/run"):
    try:
        for number in range(5): open(f"{folder}/hog{number}", "wb").write(bytes(300 * 2**20))
    except OSError as error: print(folder, error)
