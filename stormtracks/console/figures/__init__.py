"""Figures that commands draw: of a `climatology`, `moving`, of two folders (`compared_map`); what all of them ask.

`storm_asked` finds the storm, `origin` says what a title tells of the data, `printing` how a figure is printed.
"""
