# title: Numbers only the classes that occur
# kind: misconception
# fails: split-task-test 2/3
# hint: only the classes that occur were numbered

# %% split-task
def split_task(images, labels, classes):
    kept = np.isin(labels, classes)
    occurring = [label for label in classes if np.any(labels == label)]
    return images[kept], np.array([occurring.index(label) for label in labels[kept]])
