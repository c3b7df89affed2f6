# title: Divides by the largest value
# kind: misconception
# fails: to-colour-test 1/2
# hint: values are divided by the largest of all images

# %% to-colour
def to_colour(images, factor):
    larger = np.repeat(np.repeat(images, factor, axis=1), factor, axis=2)
    return np.stack([255 * (larger / larger.max())] * 3, axis=-1).astype("float32")
