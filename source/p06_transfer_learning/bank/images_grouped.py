# title: Collects the images class by class
# kind: misconception
# fails: split-task-test 0/3
# hint: grouped by class

# %% split-task
def split_task(images, labels, classes):
    groups = [images[labels == name] for name in classes]
    numbers = [np.full(len(group), number) for number, group in enumerate(groups)]
    return np.concatenate(groups), np.concatenate(numbers)
