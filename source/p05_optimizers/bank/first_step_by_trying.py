# title: Lets the function of exercise 4 take the step
# kind: alternate

# %% first-step
first_step = {
    "corrected": -adam_step(np.zeros(1), np.array([0.02]), np.zeros(1), np.zeros(1), 1, 0.001)[0][0],
    "corrected, large gradient": -adam_step(
        np.zeros(1), np.array([20.0]), np.zeros(1), np.zeros(1), 1, 0.001
    )[0][0],
    "not corrected": 0.001 * (0.1 * 0.02) / np.sqrt(0.001 * 0.02**2),
}
