"""I return an array a little larger than may cross, an integer a little longer, and a list that holds itself."""
# cell: build
def build(units): return np.broadcast_to(np.zeros(1), (ARRAY_LIMIT // 8 + 1,))
model = 10 ** 2600
itself = []
itself.append(itself)
