# title: Gives the entropies twice
# kind: misconception
# fails: reading-test 1/2
# hint: these are the entropies

# %% reading
entropies = {"A": np.log(2), "B": np.log(2), "C": 0.0}
informations = {"A": np.log(2), "B": np.log(2), "C": 0.0}
labels_would_help = "B"
