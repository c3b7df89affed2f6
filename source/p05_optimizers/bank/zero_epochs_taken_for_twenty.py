# title: Takes no epoch done for the default of 20
# kind: misconception
# fails: continue-test 2/3
# hint: no epoch done is taken for 20 of them

# %% continue
def continue_training(model, x, y, done, more):
    scheduler = keras.callbacks.LearningRateScheduler(rate_of_epoch)
    history = model.fit(
        x, y, initial_epoch=done or 20, epochs=(done or 20) + more, callbacks=[scheduler], verbose=0
    )
    return history.history["learning_rate"]


jump = 10
