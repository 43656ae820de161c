#ifndef STORMTRACKS_FIELDS_H
#define STORMTRACKS_FIELDS_H

#include "grid.h"

void wrap_cyclonic(const struct grid *grid, const float *field, float *wrapped);
void wrap_vorticity(const struct grid *grid, const struct stencil *stencil, const float *field, float *wrapped);
void wrap_curl(const struct grid *grid, const struct stencil *stencil, const float *u, const float *v, float *wrapped);

#endif
