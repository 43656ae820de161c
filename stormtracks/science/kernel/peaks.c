/* A wrapped field -> the grid points where it peaks: `maxima._peaks`, `_one_per_plateau` and `_poles`.
 *
 * Every comparison with NaN is false, here as in NumPy: nothing peaks at or beside a missing value. */
#include <string.h>

#include "peaks.h"

enum { TIED = 1, SEEN = 2 };

static void candidates(const float *here, const float *south, const float *north, int64_t n, float threshold,
                       uint8_t *peaks);
static int exceeded_diagonally(const float *here, int64_t width);
static int is_tied(const float *here, int64_t width);
static void one_per_plateau(const float *wrapped, int64_t width, struct peaks *peaks);
static int is_plateau(const float *wrapped, int64_t width, int32_t first, struct peaks *peaks);
static int peaks_at_pole(const struct grid *grid, const float *wrapped, int64_t row, int64_t near, float threshold);

/* South to north and west to east: the south pole, all peaks between, the north pole. */
void find_peaks(const struct grid *grid, const float *wrapped, float threshold, struct peaks *peaks)
{
    const int64_t nlat = grid->nlat, nlon = grid->nlon, width = nlon + 2;
    int ties = 0;
    peaks->count = 0;
    for (int64_t row = 1; row < nlat - 1; row++) {
        const float *here = wrapped + row * width + 1;
        candidates(here, here - width, here + width, nlon, threshold, peaks->row);
        for (int64_t i = 0; i < nlon; i += 8) { /* of eight points there is hardly ever one */
            uint64_t eight;
            memcpy(&eight, peaks->row + i, 8);
            if (!eight)
                continue;
            for (int64_t j = i; j < i + 8; j++) {
                if (!peaks->row[j] || exceeded_diagonally(here + j, width))
                    continue;
                const int64_t place = row * width + 1 + j;
                peaks->place[peaks->count++] = (int32_t)place;
                if (is_tied(here + j, width)) {
                    peaks->mark[place] = TIED;
                    ties = 1;
                }
            }
        }
    }
    if (ties) {
        one_per_plateau(wrapped, width, peaks);
        memset(peaks->mark, 0, nlat * width);
    }
    if (grid->is_pole[0] && peaks_at_pole(grid, wrapped, 0, 1, threshold)) {
        memmove(peaks->place + 1, peaks->place, peaks->count * sizeof(int32_t));
        peaks->place[0] = 1;
        peaks->count++;
    }
    if (grid->is_pole[1] && peaks_at_pole(grid, wrapped, nlat - 1, nlat - 2, threshold))
        peaks->place[peaks->count++] = (int32_t)((nlat - 1) * width + 1);
}

/* Of each point of a row whether it reaches the threshold and no neighbour in row or column exceeds it. Written without
 * a branch, so that the compiler compares many points at once. */
FOR_EACH_PROCESSOR
static void candidates(const float *restrict here, const float *restrict south, const float *restrict north, int64_t n,
                       float threshold, uint8_t *restrict peaks)
{
    for (int64_t i = 0; i < n; i++)
        peaks[i] = (here[i] >= threshold) & (here[i] >= here[i + 1]) & (here[i] >= here[i - 1]) &
                   (here[i] >= north[i]) & (here[i] >= south[i]);
}

/* Written so that NaN exceeds. */
static int exceeded_diagonally(const float *here, int64_t width)
{
    const float value = *here;
    return !(value >= here[width + 1] && value >= here[width - 1] && value >= here[1 - width] &&
             value >= here[-1 - width]);
}

static int is_tied(const float *here, int64_t width)
{
    const float value = *here;
    return value == here[1] || value == here[-1] || value == here[width] || value == here[-width] ||
           value == here[width + 1] || value == here[width - 1] || value == here[1 - width] ||
           value == here[-1 - width];
}

/* Leaves the first point of each plateau, and none of those that have an equal neighbour which something exceeds. */
static void one_per_plateau(const float *wrapped, int64_t width, struct peaks *peaks)
{
    const int64_t count = peaks->count;
    peaks->count = 0;
    for (int64_t i = 0; i < count; i++) {
        const int32_t place = peaks->place[i];
        const uint8_t mark = peaks->mark[place];
        if (mark == 0 || (mark == TIED && is_plateau(wrapped, width, place, peaks)))
            peaks->place[peaks->count++] = place;
    }
}

/* Marks all points of a plateau as seen, from its first one on; whether nothing higher is around it. */
static int is_plateau(const float *wrapped, int64_t width, int32_t first, struct peaks *peaks)
{
    const int64_t around[8] = {1, -1, width, -width, width + 1, width - 1, 1 - width, -1 - width};
    const float value = wrapped[first];
    int64_t left = 0;
    int is_one = 1;
    peaks->mark[first] = SEEN;
    peaks->stack[left++] = first;
    while (left > 0) {
        const int32_t here = peaks->stack[--left];
        for (int k = 0; k < 8; k++) {
            int64_t there = here + around[k];
            const int64_t column = there % width;
            if (column == 0) /* the same point round the globe */
                there += width - 2;
            else if (column == width - 1)
                there -= width - 2;
            if (wrapped[there] != value)
                continue;
            if (peaks->mark[there] == 0)
                is_one = 0; /* an equal neighbour that a higher one exceeds */
            if (peaks->mark[there] == TIED) {
                peaks->mark[there] = SEEN;
                peaks->stack[left++] = (int32_t)there;
            }
        }
    }
    return is_one;
}

/* A pole is one point, whose neighbours are the whole row next to it. */
static int peaks_at_pole(const struct grid *grid, const float *wrapped, int64_t row, int64_t near, float threshold)
{
    const int64_t width = grid->nlon + 2;
    const float value = wrapped[row * width + 1];
    if (!(value >= threshold))
        return 0;
    for (int64_t i = 0; i < width; i++)
        if (!(value > wrapped[near * width + i]))
            return 0;
    return 1;
}
