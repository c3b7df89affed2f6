# title: Splits the images and forgets the labels
# kind: misconception
# fails: split-test 1/3
# hint: the labels were not split

# %% split
def split(images, labels, n_valid):
    return (images[n_valid:], labels), (images[:n_valid], labels)


n_classes = len(np.unique(fashion.y_train))
