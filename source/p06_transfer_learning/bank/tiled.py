# title: Repeats the image side by side
# kind: misconception
# fails: to-colour-test 1/2
# hint: repeated as a whole, side by side

# %% to-colour
def to_colour(images, factor):
    larger = np.tile(images, (1, factor, factor)) * (255 / 16)
    return np.stack([larger] * 3, axis=-1).astype("float32")
