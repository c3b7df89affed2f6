# title: Takes half of 1 / decay
# kind: misconception
# fails: decay-test 1/2
# hint: half of the steps that it takes

# %% decay
def schedule_for_decay(learning_rate, decay):
    return keras.optimizers.schedules.InverseTimeDecay(learning_rate, decay_steps=1, decay_rate=decay)


steps_to_half = 5_000
