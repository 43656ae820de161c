#ifndef STORMTRACKS_ASSIGNMENT_H
#define STORMTRACKS_ASSIGNMENT_H

#include <stdint.h>

/* Rows given a column each so that the sum of costs is least, as `scipy.optimize.linear_sum_assignment` does it (Crouse
 * 2016), in the same order, so that of equal sums both find the same. There are no more rows than columns. */
typedef struct {
    double *cost;                   /* rows x columns */
    double *of_row, *of_column;     /* what a row or column adds to all its costs */
    double *shortest;               /* to each column so far */
    int64_t *came_from, *remaining; /* the row before each column on the way; columns not yet seen */
    int64_t *column_of, *row_of;    /* what was found: -1 for none */
    char *seen_row, *seen_column;
} Assignment;

void assign(Assignment *a, int64_t rows, int64_t columns);

#endif
