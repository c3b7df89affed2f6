# title: Takes He for √2 times Glorot in every layer
# kind: misconception
# fails: compare-schemes-test 1/3
# hint: He is √2 times Glorot only where fan-in and fan-out are equal

# %% compare-schemes
he_over_glorot = (1.4142, 1.4142, 1.4142)
lecun_fan_in = 400
he_fan_in = 800
