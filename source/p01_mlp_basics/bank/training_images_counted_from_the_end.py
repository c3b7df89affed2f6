# title: Counts the training images from the end of the array
# kind: misconception
# fails: split-test 2/3
# hint: they were counted from the end, where -0 is the start

# %% split
def split(images, labels, n_valid):
    n_train = len(images) - n_valid
    return (images[-n_train:], labels[-n_train:]), (images[:n_valid], labels[:n_valid])


n_classes = len(np.unique(fashion.y_train))
