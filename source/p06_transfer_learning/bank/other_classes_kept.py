# title: Keeps the classes that it should leave out
# kind: misconception
# fails: split-task-test 0/3
# hint: images of the other classes

# %% split-task
def split_task(images, labels, classes):
    others = [name for name in range(10) if name not in classes]
    kept = np.isin(labels, others)
    return images[kept], np.searchsorted(others, labels[kept])
