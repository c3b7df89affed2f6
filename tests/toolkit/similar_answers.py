"""One answer, and the same answer in other names and another layout."""

UNUSUAL = """def total(values):
    result = 0
    for position in range(len(values)):
        if values[position] > 0:
            result += values[position]
        else:
            result -= -values[position]
    return result
"""
DISGUISED = """def total(xs):   # my own work
    '''Adds numbers.'''
    acc = 0
    for i in range( len(xs) ):
        if xs[i] > 0: acc += xs[i]
        else: acc -= -xs[i]

    return acc
"""
