# title: Draws the validation images at random
# kind: misconception
# fails: split-test 2/3
# hint: the images were drawn at random

# %% split
from sklearn.model_selection import train_test_split


def split(images, labels, n_valid):
    x_train, x_valid, y_train, y_valid = train_test_split(images, labels, test_size=n_valid, random_state=0)
    return (x_train, y_train), (x_valid, y_valid)


n_classes = len(np.unique(fashion.y_train))
