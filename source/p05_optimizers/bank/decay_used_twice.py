# title: Uses the decay for both settings of the schedule
# kind: misconception
# fails: decay-test 1/2
# hint: the decay is used twice

# %% decay
def schedule_for_decay(learning_rate, decay):
    return keras.optimizers.schedules.InverseTimeDecay(learning_rate, decay_steps=1 / decay, decay_rate=decay)


steps_to_half = 10_000
