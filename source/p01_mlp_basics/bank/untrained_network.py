# title: Forgets to train
# kind: misconception
# fails: train-test 0/3
# hint: a network that is untrained is near 0.1

# %% train
best_model = build_mlp((784, 300, 100, 10))
compile_mlp(best_model, 0.01)
