"""I return an iterator that never ends and a sequence that says it has a length of a billion."""
# cell: build
class Long:
    def __len__(self): return 10**9
    def __getitem__(self, key): return 1.0
    def __iter__(self): return self
    def __next__(self): return 1.0
def build(units): return Long()
model = Long()
