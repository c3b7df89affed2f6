"""I take all the memory there is."""
# cell: build
# slow
hog = []
while True: hog.append(np.ones(2**24))
