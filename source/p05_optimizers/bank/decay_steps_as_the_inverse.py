# title: Counts in units of 1 / decay steps
# kind: alternate

# %% decay
def schedule_for_decay(learning_rate, decay):
    return keras.optimizers.schedules.InverseTimeDecay(
        initial_learning_rate=learning_rate, decay_steps=1 / decay, decay_rate=1.0
    )


steps_to_half = round(1 / 1e-4)
