# title: Counts the epochs from 1
# kind: misconception
# fails: continue-test 2/3
# hint: one epoch is left out

# %% continue
def continue_training(model, x, y, done, more):
    scheduler = keras.callbacks.LearningRateScheduler(rate_of_epoch)
    settings = {"initial_epoch": done + 1, "epochs": done + more + 1}
    return model.fit(x, y, callbacks=[scheduler], verbose=0, **settings).history["learning_rate"]


jump = 10
