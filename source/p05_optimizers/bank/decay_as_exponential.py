# title: Takes decay for the rate of an exponential decay
# kind: misconception
# fails: decay-test 1/2
# hint: a factor decay a step

# %% decay
def schedule_for_decay(learning_rate, decay):
    return keras.optimizers.schedules.ExponentialDecay(learning_rate, decay_steps=1, decay_rate=decay)


steps_to_half = 10_000
