"""The command line. Nothing here imports NumPy or SymPy before a command needs them."""
