# title: Leaves the validation images in the training set
# kind: misconception
# fails: split-test 1/3
# hint: the validation images stayed in the training set

# %% split
def split(images, labels, n_valid):
    return (images, labels), (images[:n_valid], labels[:n_valid])


n_classes = len(np.unique(fashion.y_train))
