"""My cell never ends, and swallows every interrupt."""
# cell: build
# slow
while True:
    try:
        for number in range(10**9): pass
    except BaseException: pass
