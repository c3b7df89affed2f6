# title: Takes ambiguity for disagreement
# kind: misconception
# fails: reading-test 0/2
# hint: A and B are swapped

# %% reading
entropies = {"A": np.log(2), "B": np.log(2), "C": 0.0}
informations = {"A": np.log(2), "B": 0.0, "C": 0.0}
labels_would_help = "A"
