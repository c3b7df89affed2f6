# title: Leaves the labels as they are
# kind: misconception
# fails: split-task-test 1/3
# hint: there are holes where the other classes were

# %% split-task
def split_task(images, labels, classes):
    kept = np.isin(labels, classes)
    return images[kept], labels[kept]
