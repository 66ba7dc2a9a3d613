"""The only statistics of the toolkit: budget, binomial, Dvoretzky–Kiefer–Wolfowitz, robust mean."""
