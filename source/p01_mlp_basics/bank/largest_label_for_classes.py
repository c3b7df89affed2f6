# title: Takes the largest label for the number of classes
# kind: misconception
# fails: split-test 2/3
# hint: that is the largest label, and labels count from 0

# %% split
def split(images, labels, n_valid):
    return (images[n_valid:], labels[n_valid:]), (images[:n_valid], labels[:n_valid])


n_classes = max(fashion.y_train)
