/* What is known of a grid, once for all of its fields. Python makes these tables (science/kernel/finding.py), and each
 * is that of the NumPy path, so that no sine is computed twice in two ways.
 *
 * A field lies in memory row after row, south to north, each row west to east. A wrapped field has one more column on
 * either side (`maxima._wrapped`), so that a neighbour is a fixed distance away; its width is nlon + 2.
 */
#ifndef STORMTRACKS_GRID_H
#define STORMTRACKS_GRID_H

#include "kernel.h"

struct grid {
    int64_t nlat, nlon;
    int32_t periodic;           /* round the globe; else the columns outside are NaN */
    int32_t is_pole[2];         /* whether the first and the last row are a pole of a periodic grid */
    const double *sin_lat, *cos_lat; /* (nlat) */
    const double *lon, *sin_lon, *cos_lon; /* (nlon), radians */
    const double *pole_lat;     /* (nlat) degrees as a position has them */
    const double *pole_lon;     /* (nlon) */
    const double *fits;         /* (nlat, 5, 9) and */
    const double *reach;        /* (2, nlat): `maxima._fits` */
    const uint8_t *region;      /* (nlat, nlon), 1 inside; NULL: the globe */
};

/* `vorticity._Stencil` */
struct stencil {
    const float *east, *above, *here, *below; /* (nlat) */
    const float *hemisphere;    /* (nlat), +1 or -1 */
    double poles[2];            /* on the mean of u in the row next to the south and the north pole */
    int32_t ends[2];            /* what is done with the first and the last row: */
};
enum { OPEN = 0, POLE = 1, ACROSS = 2 };

/* What is asked of maxima. */
struct limits {
    float threshold;            /* s-1 */
    double surely_near; /* squares of straight lines on the unit sphere: up to this one point is near another, */
    double surely_far; /* beyond this it is not; between them whole metres decide */
    double metres; /* up to which a weaker maximum gives way; below 0: none does */
};

#endif
