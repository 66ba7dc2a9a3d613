"""What is derived: formulas and exact moments, as SymPy expressions."""
