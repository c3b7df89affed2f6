# title: Gives a number for each bias too
# kind: misconception
# fails: gradient-norms-test 1/3
# hint: the gradient of the bias is there too

# %% gradient-norms
def layer_gradient_norms(model, x, y):
    with tf.GradientTape() as tape:
        losses = keras.losses.sparse_categorical_crossentropy(y, model(x))
        loss = keras.ops.mean(losses)
    gradients = tape.gradient(loss, model.trainable_variables)
    return np.array(
        [np.linalg.norm(keras.ops.convert_to_numpy(gradient).astype("float64")) for gradient in gradients]
    )
