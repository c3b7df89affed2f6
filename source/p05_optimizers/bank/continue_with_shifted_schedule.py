# title: Shifts the schedule instead of the epochs
# kind: alternate

# %% continue
def continue_training(model, x, y, done, more):
    scheduler = keras.callbacks.LearningRateScheduler(lambda epoch: rate_of_epoch(done + epoch))
    return model.fit(x, y, epochs=more, callbacks=[scheduler], verbose=0).history["learning_rate"]


jump = 10.0
