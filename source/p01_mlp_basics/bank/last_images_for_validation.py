# title: Takes the last images for validation
# kind: misconception
# fails: split-test 2/3
# hint: these are the last images rather than the first

# %% split
def split(images, labels, n_valid):
    return (images[:-n_valid], labels[:-n_valid]), (images[-n_valid:], labels[-n_valid:])


n_classes = len(np.unique(fashion.y_train))
