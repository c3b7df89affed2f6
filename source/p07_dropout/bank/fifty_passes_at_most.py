# title: Makes fifty passes at most
# kind: misconception
# fails: mc-predict-test 2/3
# hint: there are fewer passes than asked for

# %% mc-predict
def mc_predict(model, images, passes, seed):
    for i, layer in enumerate(model.layers):
        if hasattr(layer, "seed_generator"):
            layer.seed_generator.state.assign([seed + i, 0])
    answers = np.stack([keras.ops.convert_to_numpy(model(images)) for _ in range(min(passes, 50))])
    return answers.mean(axis=0), answers.std(axis=0)
