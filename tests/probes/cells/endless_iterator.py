"""I return an iterator that goes on until its own deadline, and a sequence that says it has a length of a billion."""
# cell: build
import time
class Long:
    end = time.monotonic() + DEADLINE
    def __len__(self): return 10**9
    def __getitem__(self, key): return 1.0
    def __iter__(self): return self
    def __next__(self):
        if time.monotonic() > self.end: raise StopIteration
        return 1.0
def build(units): return Long()
model = Long()
