# title: Trains with a learning rate that is far too large
# kind: misconception
# fails: train-test 0/3
# hint: the learning rate was so large that the weights grew beyond all bounds

# %% train
best_model = build_mlp((784, 300, 100, 10), activation="linear")
compile_mlp(best_model, 1000.0)
best_model.fit(x_train[:3200], y_train[:3200], epochs=1, verbose=0)
