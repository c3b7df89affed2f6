# title: Takes epochs for the number of epochs to add
# kind: misconception
# fails: continue-test 1/3
# hint: is the number of the last epoch, not how many to add

# %% continue
def continue_training(model, x, y, done, more):
    scheduler = keras.callbacks.LearningRateScheduler(rate_of_epoch)
    history = model.fit(x, y, initial_epoch=done, epochs=more, callbacks=[scheduler], verbose=0)
    return history.history["learning_rate"]


jump = 10
