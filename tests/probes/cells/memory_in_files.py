"""I take a little more memory than I may have in files without a name, and hold it for two seconds."""
# cell: build
import os, time
files = []
for _ in range(MEMORY_LIMIT // 2**26 + 2):
    files.append(os.memfd_create("held"))
    os.write(files[-1], bytes(2**26))
    time.sleep(0.02)
time.sleep(2)
print("REACHED", len(files) * 2**26, "bytes")
for file in files: os.close(file)
