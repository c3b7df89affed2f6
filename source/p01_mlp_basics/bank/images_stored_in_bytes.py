# title: Stores the images in bytes
# kind: misconception
# fails: split-test 2/3
# hint: Leave the values as they are, and their type

# %% split
def split(images, labels, n_valid):
    images = images.astype("uint8")
    return (images[n_valid:], labels[n_valid:]), (images[:n_valid], labels[:n_valid])  # saves memory


n_classes = len(np.unique(fashion.y_train))
