# title: Renames one class after the other
# kind: misconception
# fails: split-task-test 2/3
# hint: classes were renamed one after the other

# %% split-task
def split_task(images, labels, classes):
    kept = np.isin(labels, classes)
    found = labels[kept].astype(int)
    for place, label in enumerate(classes):
        found[found == label] = place
    return images[kept], found
