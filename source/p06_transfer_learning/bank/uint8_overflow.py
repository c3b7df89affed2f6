# title: Multiplies in uint8
# kind: misconception
# fails: to-colour-test 1/2
# hint: whole numbers overflowed

# %% to-colour
def to_colour(images, factor):
    larger = np.repeat(np.repeat(images, factor, axis=1), factor, axis=2)
    return np.stack([larger * np.uint8(255) / 16] * 3, axis=-1).astype("float32")
