# title: Compares variances rather than standard deviations
# kind: misconception
# fails: compare-schemes-test 1/3
# hint: these are ratios of variances

# %% compare-schemes
he_over_glorot = (834 / 784, 2, 60 / 50)
lecun_fan_in = 400
he_fan_in = 800
