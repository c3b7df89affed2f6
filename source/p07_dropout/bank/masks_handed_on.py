# title: Moves the seeds on by one in each pass
# kind: misconception
# fails: mc-predict-test 2/3
# hint: the masks of one layer come again in the other

# %% mc-predict
def mc_predict(model, images, passes, seed):
    answers = []
    for t in range(passes):
        for i, layer in enumerate(model.layers):
            if hasattr(layer, "seed_generator"):
                layer.seed_generator.state.assign([seed + i + t, 0])
        answers.append(np.asarray(model(images)))
    return np.mean(answers, axis=0), np.std(answers, axis=0)
