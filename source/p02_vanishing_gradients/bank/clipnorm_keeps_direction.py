# title: Thinks that clipnorm keeps the whole direction, and answers in radians
# kind: misconception
# fails: direction-test 0/2
# hint: each variable keeps its direction with clipnorm

# %% direction
keeps_direction = {"clipvalue": False, "clipnorm": True, "global_clipnorm": True}
turned_by = 0.7238
