#ifndef STORMTRACKS_CENTRES_H
#define STORMTRACKS_CENTRES_H

#include "grid.h"

/* A maximum between grid points. */
struct centre {
    float value;       /* s-1, of its grid point */
    int32_t row, column;
    double east, north; /* from its grid point, along the plane that touches the unit sphere there */
    double x, y, z;    /* on the unit sphere */
};

/* Where a maximum is, degrees, rounded as `sphere.on_grid` rounds. */
struct position {
    double lat, lon;
};

int find_centre(const struct grid *grid, const float *wrapped, int32_t place, struct centre *centre);
struct position position_of(const struct grid *grid, const struct centre *centre);

#endif
