# title: Compares with the last epoch before the restart
# kind: misconception
# fails: continue-test 2/3
# hint: that compares it with epoch 19

# %% continue
def continue_training(model, x, y, done, more):
    scheduler = keras.callbacks.LearningRateScheduler(rate_of_epoch)
    settings = {"initial_epoch": done, "epochs": done + more}
    return model.fit(x, y, callbacks=[scheduler], verbose=0, **settings).history["learning_rate"]


jump = round(rate_of_epoch(0) / rate_of_epoch(19), 2)
