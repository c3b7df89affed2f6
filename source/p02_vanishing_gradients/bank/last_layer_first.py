# title: Begins with the last layer
# kind: misconception
# fails: gradient-norms-test 2/3
# hint: the order is reversed

# %% gradient-norms
def layer_gradient_norms(model, x, y):
    with tf.GradientTape() as tape:
        losses = keras.losses.sparse_categorical_crossentropy(y, model(x))
        loss = keras.ops.mean(losses)
    gradients = tape.gradient(loss, [layer.kernel for layer in reversed(model.layers)])
    return np.array(
        [np.linalg.norm(keras.ops.convert_to_numpy(gradient).astype("float64")) for gradient in gradients]
    )
