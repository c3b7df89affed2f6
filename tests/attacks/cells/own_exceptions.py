"""My exception lies about its name, never ends when printed, and is a check that passed."""
# cell: build
# slow
class CheckFailed(BaseException):
    unanswered = False
    def __str__(self):
        while True: pass
    def lines(self): return []
CheckFailed.__name__ = "Passed" * 10**6
def build(units):
    raise CheckFailed()
