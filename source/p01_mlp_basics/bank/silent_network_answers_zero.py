# title: Takes the silent network's pre-activation for its probability
# kind: misconception
# fails: silent-test 1/2
# hint: that is the output unit's pre-activation, before its sigmoid

# %% silent
slope_fraction = 4 * np.exp(-20.0)
silent_probability = 0.0
silent_gradients = 0
