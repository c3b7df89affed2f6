# title: Trains with a learning rate that is too small
# kind: misconception
# fails: train-test 1/3
# hint: a learning rate that is too small for so few epochs

# %% train
best_model = build_mlp((784, 300, 100, 10))
compile_mlp(best_model, 1e-3)
best_model.fit(x_train, y_train, epochs=5, verbose=0)
