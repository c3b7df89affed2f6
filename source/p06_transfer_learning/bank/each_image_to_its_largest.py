# title: Divides each image by its largest value
# kind: misconception
# fails: to-colour-test 1/2
# hint: each image is divided by its own largest value

# %% to-colour
def to_colour(images, factor):
    larger = np.repeat(np.repeat(images, factor, axis=1), factor, axis=2)
    return np.stack([255 * (larger / larger.max(axis=(1, 2), keepdims=True))] * 3, axis=-1).astype("float32")
