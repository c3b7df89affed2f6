# title: Takes a share of decay off in each step
# kind: misconception
# fails: decay-test 0/2
# hint: a factor 1 − decay a step

# %% decay
def schedule_for_decay(learning_rate, decay):
    return keras.optimizers.schedules.ExponentialDecay(learning_rate, decay_steps=1, decay_rate=1 - decay)


steps_to_half = 6_931
