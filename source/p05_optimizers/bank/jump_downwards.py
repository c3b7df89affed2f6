# title: Gives the factor the wrong way round
# kind: misconception
# fails: continue-test 2/3
# hint: it jumps up

# %% continue
def continue_training(model, x, y, done, more):
    scheduler = keras.callbacks.LearningRateScheduler(rate_of_epoch)
    settings = {"initial_epoch": done, "epochs": done + more}
    return model.fit(x, y, callbacks=[scheduler], verbose=0, **settings).history["learning_rate"]


jump = 0.1
