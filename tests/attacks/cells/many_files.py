"""I use up the disk's files rather than its bytes."""
# cell: own
try:
    for number in range(10**6): open(str(number), "w").close()
except OSError as error: print(error)
