# title: Takes the sigmoid at 20 for its slope
# kind: misconception
# fails: silent-test 1/2
# hint: this is the sigmoid at 20, not its slope

# %% silent
slope_fraction = 1 / (1 + np.exp(-20.0))
silent_probability = 0.5
silent_gradients = 0
