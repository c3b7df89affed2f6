"""I return an object that writes a marker when it is unpickled or copied."""
# cell: build
import os
class Value:
    def __reduce__(self): return os.system, ("touch COURSE/marker",)
    def __deepcopy__(self, memo): os.system("touch COURSE/marker")
def build(units): return Value()
model = [Value(), {Value(): Value()}]
