# title: Sets the random states before each pass
# kind: misconception
# fails: mc-predict-test 1/3
# hint: all passes have the same masks

# %% mc-predict
def mc_predict(model, images, passes, seed):
    samples = []
    for _ in range(passes):
        for index, layer in enumerate(model.layers):
            if hasattr(layer, "seed_generator"):
                layer.seed_generator.state.assign([seed + index, 0])
        samples.append(keras.ops.convert_to_numpy(model(images)))
    return np.mean(samples, axis=0), np.std(samples, axis=0)
