"""My function never ends, and swallows every interrupt."""
# cell: build
# slow
def build(units):
    while True:
        try:
            for number in range(10**9): pass
        except BaseException: pass
