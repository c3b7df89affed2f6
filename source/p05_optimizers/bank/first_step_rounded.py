# title: Writes the three lengths as rounded numbers
# kind: alternate

# %% first-step
first_step = {"corrected, large gradient": 1e-3, "corrected": 1e-3, "not corrected": 0.00316}
