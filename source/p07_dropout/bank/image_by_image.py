# title: Sets the states anew for each image
# kind: misconception
# fails: mc-predict-test 2/3
# hint: all inputs have the same masks

# %% mc-predict
def mc_predict(model, images, passes, seed):
    def states():
        for i, layer in enumerate(model.layers):
            if hasattr(layer, "seed_generator"):
                layer.seed_generator.state.assign([seed + i, 0])

    answers = []
    for image in images:
        states()
        answers.append([np.asarray(model(image[None]))[0] for _ in range(passes)])
    answers = np.array(answers)
    return answers.mean(axis=1), answers.std(axis=1)
