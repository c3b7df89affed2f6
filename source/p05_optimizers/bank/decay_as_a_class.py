# title: Writes a schedule class of its own
# kind: alternate

# %% decay
class OldDecay(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, learning_rate, decay):
        self.learning_rate, self.decay = learning_rate, decay

    def __call__(self, step):
        return self.learning_rate / (1 + self.decay * keras.ops.cast(step, "float32"))

    def get_config(self):
        return {"learning_rate": self.learning_rate, "decay": self.decay}


def schedule_for_decay(learning_rate, decay):
    return OldDecay(learning_rate, decay)


steps_to_half = 10_000
