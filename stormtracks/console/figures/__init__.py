"""Figures that commands draw, a module for each kind, and what all of them ask.

`year_map`, `storm_map`, `density_map`, `field_map`, `yearly`, those of a `climatology`, `moving` ones, and the map of
two folders (`compared_map`). `chosen` has the results and tracks that options choose; `storm_asked` finds the storm,
`origin` says what a title tells of the data, `printing` how a figure is printed.
"""
