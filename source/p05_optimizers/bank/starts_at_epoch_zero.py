# title: Forgets initial_epoch
# kind: misconception
# fails: continue-test 2/3
# hint: the schedule started anew at epoch 0

# %% continue
def continue_training(model, x, y, done, more):
    scheduler = keras.callbacks.LearningRateScheduler(rate_of_epoch)
    return model.fit(x, y, epochs=more, callbacks=[scheduler], verbose=0).history["learning_rate"]


jump = 10
