# title: Calls the model in training mode
# kind: misconception
# fails: mc-predict-test 2/3
# hint: batch normalisation is in training mode

# %% mc-predict
def mc_predict(model, images, passes, seed):
    for i, layer in enumerate(model.layers):
        if hasattr(layer, "seed_generator"):
            layer.seed_generator.state.assign([seed + i, 0])
    answers = np.stack([keras.ops.convert_to_numpy(model(images, training=True)) for _ in range(passes)])
    return answers.mean(axis=0), answers.std(axis=0)
