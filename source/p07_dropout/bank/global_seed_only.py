# title: Sets Keras' global seed only
# kind: misconception
# fails: mc-predict-test 2/3
# hint: the layers' random states were not set

# %% mc-predict
def mc_predict(model, images, passes, seed):
    keras.utils.set_random_seed(seed)
    samples = []
    for _ in range(passes):
        samples.append(keras.ops.convert_to_numpy(model(images)))
    return np.mean(samples, axis=0), np.std(samples, axis=0)
