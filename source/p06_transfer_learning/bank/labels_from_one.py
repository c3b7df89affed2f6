# title: Counts the new labels from 1
# kind: misconception
# fails: split-task-test 1/3
# hint: labels count from 0, not from 1

# %% split-task
def split_task(images, labels, classes):
    kept = np.isin(labels, classes)
    return images[kept], np.array([list(classes).index(label) + 1 for label in labels[kept]])
