# title: Compiles the model with a fresh optimiser of the same settings
# kind: misconception
# fails: continue-test 2/3
# hint: it had a velocity, which is lost

# %% continue
def continue_training(model, x, y, done, more):
    scheduler = keras.callbacks.LearningRateScheduler(rate_of_epoch)
    model.compile(optimizer=type(model.optimizer).from_config(model.optimizer.get_config()), loss=model.loss)
    history = model.fit(x, y, initial_epoch=done, epochs=done + more, callbacks=[scheduler], verbose=0)
    return history.history["learning_rate"]


jump = 10
