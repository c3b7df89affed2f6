# title: Answers in bits
# kind: misconception
# fails: reading-test 1/2
# hint: this is in bits

# %% reading
entropies = {"A": 1.0, "B": 1.0, "C": 0.0}
informations = {"A": 0.0, "B": 1.0, "C": 0.0}
labels_would_help = "B"
