# title: Lets decay_rate be 1 with decay_steps 1
# kind: misconception
# fails: decay-test 1/2
# hint: decay_rate is 1 here

# %% decay
def schedule_for_decay(learning_rate, decay):
    return keras.optimizers.schedules.InverseTimeDecay(learning_rate, decay_steps=1, decay_rate=1)


steps_to_half = 10_000
