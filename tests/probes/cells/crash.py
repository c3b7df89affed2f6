"""I crash the interpreter."""
# cell: build
import ctypes
ctypes.string_at(0)
