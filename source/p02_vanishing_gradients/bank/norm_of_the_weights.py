# title: Gives the norms of the weights
# kind: misconception
# fails: gradient-norms-test 0/3
# hint: this is the norm of the weights, not of their gradient

# %% gradient-norms
def layer_gradient_norms(model, x, y):
    return np.array([np.linalg.norm(layer.get_weights()[0]) for layer in model.layers])
