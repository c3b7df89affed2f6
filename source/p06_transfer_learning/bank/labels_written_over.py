# title: Writes the new labels into the caller's array
# kind: misconception
# fails: split-task-test 2/3
# hint: split_task changes the labels of whoever calls it

# %% split-task
def split_task(images, labels, classes):
    rows = np.flatnonzero(np.isin(labels, classes))
    places = {label: place for place, label in enumerate(classes)}
    for row in rows:
        labels[row] = places[int(labels[row])]
    return images[rows], labels[rows]
