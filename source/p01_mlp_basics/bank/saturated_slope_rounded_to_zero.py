# title: Rounds the slope of a saturated sigmoid to 0
# kind: misconception
# fails: silent-test 1/2
# hint: the slope of the sigmoid was rounded to 0

# %% silent
slope_fraction = 0.0
silent_probability = 0.5
silent_gradients = 0
