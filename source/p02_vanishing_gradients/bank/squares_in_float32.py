# title: Computes the norm in float32
# kind: misconception
# fails: gradient-norms-test 2/3
# hint: the squares of float32 numbers became 0

# %% gradient-norms
def layer_gradient_norms(model, x, y):
    with tf.GradientTape() as tape:
        losses = keras.losses.sparse_categorical_crossentropy(y, model(x))
        loss = keras.ops.mean(losses)
    gradients = tape.gradient(loss, [layer.kernel for layer in model.layers])
    return np.array([float(keras.ops.sqrt(keras.ops.sum(gradient**2))) for gradient in gradients])
