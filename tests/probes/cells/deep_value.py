"""I return a value that contains itself."""
# cell: build
model = {}
model["model"] = [model]
def build(units): return model
