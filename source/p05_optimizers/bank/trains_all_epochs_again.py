# title: Trains all epochs again
# kind: misconception
# fails: continue-test 1/3
# hint: these are all epochs

# %% continue
def continue_training(model, x, y, done, more):
    scheduler = keras.callbacks.LearningRateScheduler(rate_of_epoch)
    return model.fit(x, y, epochs=done + more, callbacks=[scheduler], verbose=0).history["learning_rate"]


jump = 10
