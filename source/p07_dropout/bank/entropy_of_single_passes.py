# title: Takes the entropy of the passes for B
# kind: misconception
# fails: reading-test 1/2
# hint: it should be the entropy of their mean

# %% reading
entropies = {"A": np.log(2), "B": 0.0, "C": 0.0}
informations = {"A": 0.0, "B": np.log(2), "C": 0.0}
labels_would_help = "B"
