"""What is planted: storms along best tracks, cyclones of a population, their courses and their vortices."""
