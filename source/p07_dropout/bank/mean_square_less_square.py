# title: Takes the root of mean square less squared mean
# kind: misconception
# fails: mc-predict-test 2/3
# hint: NaN (not a number) among the values

# %% mc-predict
def mc_predict(model, images, passes, seed):
    for index, layer in enumerate(model.layers):
        if hasattr(layer, "seed_generator"):
            layer.seed_generator.state.assign([seed + index, 0])
    samples = np.stack([np.asarray(model(images)) for _ in range(passes)])
    mean = samples.mean(axis=0)
    return mean, np.sqrt((samples**2).mean(axis=0) - mean**2)
