# title: Multiplies by 16
# kind: misconception
# fails: to-colour-test 1/2
# hint: the values go to 256, one too far

# %% to-colour
def to_colour(images, factor):
    larger = np.repeat(np.repeat(images, factor, axis=1), factor, axis=2) * 16.0
    return np.stack([larger] * 3, axis=-1).astype("float32")
