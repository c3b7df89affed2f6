# title: Answers as fractions, NumPy numbers and a list
# kind: alternate

# %% invariance
from fractions import Fraction

tripled = {"turn": Fraction(1, 9), "gradient": Fraction(1, 3), "output": np.float32(1)}
bias_gradient = np.zeros(())

# %% small-batches
alone = np.float64(0.5)
pair = [-1, 1.0]
predicted = np.array(2.5)
