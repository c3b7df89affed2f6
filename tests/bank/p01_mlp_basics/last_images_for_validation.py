# title: Takes the last images for validation, and the largest label for the number of classes
# kind: misconception
# fails: split-test 1/3
# hint: these are the last images rather than the first

# %% split
def split(images, labels, n_valid):
    return (images[:-n_valid], labels[:-n_valid]), (images[-n_valid:], labels[-n_valid:])


n_classes = max(fashion.y_train)
