#include "kernel.h"

#include <math.h>

/* `density._visits`: how many tracks pass within a cap's radius of each point of a grid. */

/* Points, track after track. */
typedef struct {
    int64_t count;
    const double *lat, *sine, *cosine; /* latitude in degrees, and its sine and cosine */
    const double *east;                /* degrees east of the first column, from 0 to 360 */
    const int32_t *track;
} Points;

/* Rows and columns. A point may be near those rows of which it lies between `south` and `north`, degrees. */
typedef struct {
    int64_t rows, columns;
    const double *south, *north, *sine, *cosine;
    double spacing; /* of the columns, degrees */
} Grid;

static double least(double one, double other) { return one < other ? one : other; }

static double most(double one, double other) { return one > other ? one : other; }

/* Counts a track in columns from one to before another, where it has not been counted yet. */
static inline void pass(int32_t track, int64_t begin, int64_t end, int32_t *restrict last, int32_t *restrict visits) {
    for (int64_t column = begin; column < end; column++) {
        visits[column] += last[column] != track;
        last[column] = track;
    }
}

/* The first row that a point is not too far north of. */
static int64_t first_row(const Grid *grid, double lat) {
    int64_t begin = 0, end = grid->rows;
    while (begin < end) {
        const int64_t middle = begin + (end - begin) / 2;
        if (grid->north[middle] < lat)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin;
}

/* Counts the columns of a row within some degrees of a point that is some degrees east of the first one. */
static inline void pass_near(const Grid *grid, double east, double half, int32_t track, int32_t *last, int32_t *visits) {
    const double begin = most(ceil((east - half) / grid->spacing), 0.0);
    const double end = least(floor((east + half) / grid->spacing) + 1.0, (double)grid->columns);
    if (begin < end) pass(track, (int64_t)begin, (int64_t)end, last, visits);
}

/* Counts the tracks; the columns that a point is near are a stretch of a row, looked at as it is and once each way round,
 * as in `density._stretches`. */
FOR_EACH_PROCESSOR static void count(const Points *points, const Grid *grid, double radius, int32_t *last, int32_t *visits) {
    const double width = (double)grid->columns * grid->spacing, cosine = cos(radius);
    for (int64_t point = 0; point < points->count; point++) {
        const double lat = points->lat[point], east = points->east[point];
        const int32_t track = points->track[point];
        for (int64_t row = first_row(grid, lat); row < grid->rows && grid->south[row] <= lat; row++) {
            const double far = cosine - points->sine[point] * grid->sine[row];
            const double wide = most(points->cosine[point] * grid->cosine[row], 1e-15); /* at a pole: all, or nothing */
            if (far > wide) continue;
            const double half = acos(most(far / wide, -1.0)) * (180.0 / 3.14159265358979323846);
            const int64_t first = row * grid->columns;
            if (east - 360.0 + half >= 0.0) pass_near(grid, east - 360.0, half, track, last + first, visits + first);
            pass_near(grid, east, half, track, last + first, visits + first);
            if (east + 360.0 - half <= width) pass_near(grid, east + 360.0, half, track, last + first, visits + first);
        }
    }
}

/* Adds to `visits`; `last` has the last track that was counted at each point of the grid, at first -1. */
EXPORTED void visits(const Points *points, const Grid *grid, double radius, int32_t *last, int32_t *visits) {
    count(points, grid, radius, last, visits);
}
