# title: Answers as NumPy numbers, an array without axes and a list
# kind: alternate

# %% invariance
tripled = {"turn": np.float64(1 / 9), "gradient": 0.333, "output": np.float32(1)}
bias_gradient = np.zeros(())

# %% small-batches
alone = np.float64(0.5)
pair = [-1, 1.0]
predicted = np.array(4.5)
