# title: Sets the standard deviation equal to 1 / fan-in
# kind: misconception
# fails: compare-schemes-test 2/3
# hint: 0.05 is the standard deviation, not the variance

# %% compare-schemes
he_over_glorot = (1.0314, 1.4142, 1.0954)
lecun_fan_in = 20
he_fan_in = 40
