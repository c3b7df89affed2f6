# title: Forgets the slopes that PReLU learns
# kind: misconception
# fails: count-parameters-test 1/2
# hint: the slopes that PReLU learns are missing

# %% count-parameters
def count_parameters(layer_sizes):
    return sum(a * b + b for a, b in zip(layer_sizes, layer_sizes[1:]))


parameter_table = {"ReLU": 1100, "PReLU": 20200, "SELU": 10050, "output": 255, "total": 31605}
