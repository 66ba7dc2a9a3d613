"""What things cost, next to the floor that they stand on: one file per group of measurements."""
