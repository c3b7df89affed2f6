# title: Swaps LeCun and He
# kind: misconception
# fails: compare-schemes-test 2/3
# hint: the two are swapped

# %% compare-schemes
he_over_glorot = (1.0314, 1.4142, 1.0954)
lecun_fan_in = 800
he_fan_in = 400
