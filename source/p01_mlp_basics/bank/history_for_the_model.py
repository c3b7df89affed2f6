# title: Calls the History best_model
# kind: misconception
# fails: train-test 0/3
# hint: best_model is what fit returned

# %% train
model = build_mlp((784, 100, 10))
compile_mlp(model, 0.01)
best_model = model.fit(x_train[:1000], y_train[:1000], epochs=1, verbose=0)
