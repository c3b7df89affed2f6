# title: Ignores the number of passes
# kind: misconception
# fails: mc-predict-test 2/3
# hint: there are fewer passes than asked for

# %% mc-predict
def mc_predict(model, images, passes, seed):
    for index, layer in enumerate(model.layers):
        if hasattr(layer, "seed_generator"):
            layer.seed_generator.state.assign([seed + index, 0])
    samples = []
    for _ in range(2):
        samples.append(keras.ops.convert_to_numpy(model(images)))
    return np.mean(samples, axis=0), np.std(samples, axis=0)
