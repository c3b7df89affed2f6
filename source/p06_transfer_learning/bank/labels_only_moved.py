# title: Subtracts the smallest label
# kind: misconception
# fails: split-task-test 1/3
# hint: there are still holes between them

# %% split-task
def split_task(images, labels, classes):
    kept = np.isin(labels, classes)
    moved = labels[kept].astype(int)
    return images[kept], moved - moved.min()
