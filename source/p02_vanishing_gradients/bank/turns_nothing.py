# title: Thinks that clipping by value turns nothing
# kind: misconception
# fails: direction-test 0/2
# hint: clipping by norm turns nothing; clipping by value does

# %% direction
keeps_direction = {"clipvalue": True, "clipnorm": True, "global_clipnorm": True}
turned_by = 0
