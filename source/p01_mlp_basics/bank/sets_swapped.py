# title: Returns the validation set first
# kind: misconception
# fails: split-test 1/3
# hint: training and validation are swapped

# %% split
def split(images, labels, n_valid):
    return (images[:n_valid], labels[:n_valid]), (images[n_valid:], labels[n_valid:])


n_classes = len(np.unique(fashion.y_train))
