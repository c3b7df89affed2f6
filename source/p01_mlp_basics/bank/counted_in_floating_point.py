# title: Counts in floating point
# kind: misconception
# fails: count-parameters-test 1/2
# hint: this is a floating-point number

# %% count-parameters
def count_parameters(layer_sizes):
    sizes = np.array(layer_sizes, dtype=float)
    return float(np.sum((sizes[:-1] + 1) * sizes[1:]))


parameter_table = {
    "ReLU": 10 * 100 + 100,
    "PReLU": 100 * 200 + 200 + 200,
    "SELU": 200 * 50 + 50,
    "output": 50 * 5 + 5,
}
parameter_table["total"] = sum(parameter_table.values())
