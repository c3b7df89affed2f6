# title: Gives the labels rather than their number
# kind: misconception
# fails: split-test 2/3
# hint: it holds several numbers rather than one

# %% split
def split(images, labels, n_valid):
    return (images[n_valid:], labels[n_valid:]), (images[:n_valid], labels[:n_valid])


n_classes = np.unique(fashion.y_train)
