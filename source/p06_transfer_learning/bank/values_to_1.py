# title: Scales the values to 1
# kind: misconception
# fails: to-colour-test 1/2
# hint: the values go from 0 to 1

# %% to-colour
def to_colour(images, factor):
    larger = np.repeat(np.repeat(images, factor, axis=1), factor, axis=2) / 16
    return np.stack([larger] * 3, axis=-1).astype("float32")
