# title: Forgets the root of the norm
# kind: misconception
# fails: gradient-norms-test 0/3
# hint: this is the squared norm

# %% gradient-norms
def layer_gradient_norms(model, x, y):
    with tf.GradientTape() as tape:
        losses = keras.losses.sparse_categorical_crossentropy(y, model(x))
        loss = keras.ops.mean(losses)
    gradients = tape.gradient(loss, [layer.kernel for layer in model.layers])
    return np.array(
        [np.sum(keras.ops.convert_to_numpy(gradient).astype("float64") ** 2) for gradient in gradients]
    )
