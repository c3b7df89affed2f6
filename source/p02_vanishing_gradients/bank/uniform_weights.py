# title: Takes uniform weights of the same variance
# kind: misconception
# fails: deep-mlp-test 2/3
# hint: they are spread evenly

# %% deep-mlp
def build_deep_mlp(n_deep, activation, initialiser):
    kind = "he_uniform" if initialiser.startswith("he") else "glorot_uniform"
    hidden = [keras.layers.Dense(300, activation, kernel_initializer=kind)]
    hidden += [keras.layers.Dense(100, activation, kernel_initializer=kind) for _ in range(n_deep)]
    return keras.Sequential([keras.Input((784,)), *hidden, keras.layers.Dense(10, "softmax")])


deep_parameters = 785 * 300 + 301 * 100 + 59 * 101 * 100 + 101 * 10
