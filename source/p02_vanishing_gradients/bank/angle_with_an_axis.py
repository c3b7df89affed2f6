# title: Gives the angle of the clipped gradient with an axis
# kind: misconception
# fails: direction-test 1/2
# hint: that is the angle of the clipped gradient with the first axis

# %% direction
keeps_direction = {"clipvalue": False, "clipnorm": False, "global_clipnorm": True}
turned_by = 48.01
