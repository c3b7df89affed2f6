# title: Sums the loss over the batch
# kind: misconception
# fails: gradient-norms-test 0/3
# hint: the loss was summed over the batch, not averaged

# %% gradient-norms
def layer_gradient_norms(model, x, y):
    with tf.GradientTape() as tape:
        losses = keras.losses.sparse_categorical_crossentropy(y, model(x))
        loss = keras.ops.sum(losses)
    gradients = tape.gradient(loss, [layer.kernel for layer in model.layers])
    return np.array(
        [np.linalg.norm(keras.ops.convert_to_numpy(gradient).astype("float64")) for gradient in gradients]
    )
