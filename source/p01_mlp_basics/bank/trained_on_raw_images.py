# title: Trains on grey values from 0 to 255
# kind: misconception
# fails: train-test 0/3
# hint: a network that is untrained is near 0.1

# %% train
best_model = build_mlp((784, 100, 10))
compile_mlp(best_model, 1e-5)
best_model.fit(
    fashion.x_train[:5000].reshape(-1, 784).astype("float32"), fashion.y_train[:5000], epochs=2, verbose=0
)
