# title: Squeezes the images
# kind: misconception
# fails: split-test 2/3
# hint: Slice the first axis only

# %% split
def split(images, labels, n_valid):
    images = np.squeeze(images)
    return (images[n_valid:], labels[n_valid:]), (images[:n_valid], labels[:n_valid])


n_classes = 10
