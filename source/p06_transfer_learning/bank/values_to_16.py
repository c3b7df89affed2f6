# title: Leaves the values between 0 and 16
# kind: misconception
# fails: to-colour-test 1/2
# hint: the values still go from 0 to 16

# %% to-colour
def to_colour(images, factor):
    larger = np.repeat(np.repeat(images, factor, axis=1), factor, axis=2)
    return np.stack([larger] * 3, axis=-1).astype("float32")
