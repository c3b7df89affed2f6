# title: Notes the learning rates in a callback of its own
# kind: alternate

# %% continue
def continue_training(model, x, y, done, more):
    rates = []
    note = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: rates.append(float(model.optimizer.learning_rate))
    )
    scheduler = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate_of_epoch(epoch))
    model.fit(x, y, epochs=done + more, initial_epoch=done, callbacks=[scheduler, note], verbose=0)
    return rates


jump = rate_of_epoch(0) / rate_of_epoch(20)
