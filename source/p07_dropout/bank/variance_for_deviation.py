# title: Returns the variance
# kind: misconception
# fails: mc-predict-test 1/3
# hint: this is the variance

# %% mc-predict
def mc_predict(model, images, passes, seed):
    for index, layer in enumerate(model.layers):
        if hasattr(layer, "seed_generator"):
            layer.seed_generator.state.assign([seed + index, 0])
    samples = []
    for _ in range(passes):
        samples.append(keras.ops.convert_to_numpy(model(images)))
    return np.mean(samples, axis=0), np.var(samples, axis=0)
