# title: Labels what is sure
# kind: misconception
# fails: reading-test 1/2
# hint: C's passes agree

# %% reading
entropies = {"A": np.log(2), "B": np.log(2), "C": 0.0}
informations = {"A": 0.0, "B": np.log(2), "C": 0.0}
labels_would_help = "C"
