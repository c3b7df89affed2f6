# title: Numbers the classes in increasing order
# kind: misconception
# fails: split-task-test 2/3
# hint: numbered in increasing order

# %% split-task
def split_task(images, labels, classes):
    kept = np.isin(labels, classes)
    return images[kept], np.searchsorted(np.sort(classes), labels[kept])
