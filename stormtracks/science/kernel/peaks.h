#ifndef STORMTRACKS_PEAKS_H
#define STORMTRACKS_PEAKS_H

#include "grid.h"

/* Places of peaks in a wrapped field, in order, and what is needed to find them. */
struct peaks {
    int64_t count;
    int32_t *place;  /* (cells) */
    int32_t *stack;  /* (cells) */
    uint8_t *mark;   /* (nlat, nlon + 2), all 0 between two fields */
    uint8_t *row;    /* (nlon + 8) */
};

void find_peaks(const struct grid *grid, const float *wrapped, float threshold, struct peaks *peaks);

#endif
