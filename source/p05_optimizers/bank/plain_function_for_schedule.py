# title: Returns a plain function of the step
# kind: misconception
# fails: decay-test 1/2
# hint: that is no Keras schedule

# %% decay
def schedule_for_decay(learning_rate, decay):
    return lambda step: learning_rate / (1 + decay * step)


steps_to_half = 10_000
