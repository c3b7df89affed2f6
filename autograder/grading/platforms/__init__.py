"""What the platforms give out: a module for each, which finds the hand-ins in its archive or folder.

`docs/exports.md` names the public source, file and version that each rule comes from.
"""
