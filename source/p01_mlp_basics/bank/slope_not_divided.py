# title: Gives the slope itself rather than the fraction
# kind: misconception
# fails: silent-test 1/2
# hint: this is the slope itself, not yet divided by the steepest slope

# %% silent
slope_fraction = np.exp(-20.0) / (1 + np.exp(-20.0)) ** 2
silent_probability = 0.5
silent_gradients = 0
