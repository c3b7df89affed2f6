# title: Repeats images with np.tile, as if each were a row
# kind: misconception
# fails: mc-predict-test 2/3
# hint: ValueError: Input 0

# %% mc-predict
def mc_predict(model, images, passes, seed):
    for index, layer in enumerate(model.layers):
        if hasattr(layer, "seed_generator"):
            layer.seed_generator.state.assign([seed + index, 0])
    samples = np.asarray(model(np.tile(images, (passes, 1)))).reshape(passes, len(images), -1)
    return samples.mean(axis=0), samples.std(axis=0)
