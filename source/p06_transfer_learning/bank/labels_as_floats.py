# title: Gives the labels as floats
# kind: misconception
# fails: split-task-test 2/3
# hint: the new labels are integers

# %% split-task
def split_task(images, labels, classes):
    kept = np.isin(labels, classes)
    old, found = labels[kept], np.zeros(kept.sum())
    for place, label in enumerate(classes):
        found[old == label] = place
    return images[kept], found
