# title: Takes the number of labels for the number of classes
# kind: misconception
# fails: split-test 2/3
# hint: that is the number of images

# %% split
def split(images, labels, n_valid):
    return (images[n_valid:], labels[n_valid:]), (images[:n_valid], labels[:n_valid])


n_classes = len(fashion.y_train)
