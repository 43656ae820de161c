#ifndef STORMTRACKS_THINNING_H
#define STORMTRACKS_THINNING_H

#include "centres.h"

/* Room that thinning needs. `order`, `spare` and `near` are as long as the centres; `first` and `kept` have
 * `MOST_BINS`. */
struct thinning {
    uint64_t *order, *spare;
    int32_t *near;
    int32_t *first, *kept;
};
enum { MOST_BINS = 4096 };

void thin(const struct grid *grid, const struct limits *limits, const struct centre *centres, int64_t count,
          struct thinning *work, uint8_t *stays);

#endif
