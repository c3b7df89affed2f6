# title: Divides the wrong way round
# kind: misconception
# fails: compare-schemes-test 1/3
# hint: this is Glorot over He

# %% compare-schemes
he_over_glorot = (0.9696, 0.7071, 0.9129)
lecun_fan_in = 400
he_fan_in = 800
