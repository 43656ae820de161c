/* Fields -> their maxima, as `maxima.find` finds them. This is where Python enters; each field goes through fields.c,
 * peaks.c, centres.c and thinning.c before the next one, so that it stays in the processor's cache. */
#include <stdlib.h>

#include "fields.h"
#include "peaks.h"
#include "thinning.h"

/* What the fields are that are handed over; cyclonic is vorticity that is positive in cyclones of both hemispheres. */
enum { CYCLONIC = 0, VORTICITY = 1, WINDS = 2 };

/* Why `find_maxima` ended. */
enum { ALL = 0, NO_ROOM = 1, INFINITE = 2, NO_MEMORY = 3 };

/* Memory that each field uses again. */
struct work {
    float *wrapped;
    struct peaks peaks;
    struct thinning thinning;
    struct centre *centres;
    uint8_t *stays;
    int64_t most; /* centres that there is room for */
};

static int make_work(const struct grid *grid, struct work *work);
static int make_room(struct work *work, int64_t count);
static void free_work(struct work *work);
static int64_t find_in(const struct grid *grid, const struct limits *limits, struct work *work);

/* Maxima of some fields.
 *
 * `first` has the winds to the east, or the vorticity. `second` has the winds to the north; it is read of winds only.
 * `stencil` is NULL where fields are cyclonic already.
 *
 * `step` (the field's number), `lat`, `lon` (degrees) and `value` (s-1) are filled with one entry for each maximum.
 * They have room for `room` maxima; `*found` says how many there are.
 *
 * `*done` says how many fields were worked off. Where that is not all of them, the returned number says why: there is
 * no room for the maxima of the next one (the caller makes room, and calls again from there), or that has an infinite
 * value, or there is no memory. */
EXPORTED int64_t find_maxima(const struct grid *grid, const struct stencil *stencil, const struct limits *limits,
                             int64_t kind, const float *first, const float *second, int64_t fields, int64_t room,
                             int64_t *done, int64_t *found, int32_t *step, double *lat, double *lon, float *value)
{
    const int64_t cells = grid->nlat * grid->nlon;
    struct work work;
    int64_t why = ALL;
    *done = *found = 0;
    if (!make_work(grid, &work)) {
        free_work(&work);
        return NO_MEMORY;
    }
    for (; *done < fields && why == ALL; ++*done) {
        const float *field = first + *done * cells;
        if (kind == CYCLONIC)
            wrap_cyclonic(grid, field, work.wrapped);
        else if (kind == VORTICITY)
            wrap_vorticity(grid, stencil, field, work.wrapped);
        else
            wrap_curl(grid, stencil, field, second + *done * cells, work.wrapped);
        find_peaks(grid, work.wrapped, limits->threshold, &work.peaks);
        if (!make_room(&work, work.peaks.count)) {
            why = NO_MEMORY;
            break;
        }
        const int64_t count = find_in(grid, limits, &work);
        if (count < 0) {
            why = INFINITE;
            break;
        }
        int64_t stay = 0;
        for (int64_t i = 0; i < count; i++)
            stay += work.stays[i];
        if (*found + stay > room) {
            why = NO_ROOM;
            break;
        }
        for (int64_t i = 0; i < count; i++) {
            if (!work.stays[i])
                continue;
            const struct position position = position_of(grid, work.centres + i);
            step[*found] = (int32_t)*done;
            lat[*found] = position.lat;
            lon[*found] = position.lon;
            value[*found] = work.centres[i].value;
            ++*found;
        }
    }
    free_work(&work);
    return why;
}

/* Finds the centres of a field's peaks in the region, and marks those that stay. Returns how many centres there are, or
 * -1 where a value is infinite. */
static int64_t find_in(const struct grid *grid, const struct limits *limits, struct work *work)
{
    const int64_t width = grid->nlon + 2;
    int64_t count = 0;
    for (int64_t i = 0; i < work->peaks.count; i++) {
        const int32_t place = work->peaks.place[i];
        if (grid->region && !grid->region[place / width * grid->nlon + place % width - 1])
            continue;
        if (!find_centre(grid, work->wrapped, place, work->centres + count++))
            return -1;
    }
    thin(grid, limits, work->centres, count, &work->thinning, work->stays);
    return count;
}

static int make_work(const struct grid *grid, struct work *work)
{
    const int64_t cells = grid->nlat * grid->nlon, wide = grid->nlat * (grid->nlon + 2);
    *work = (struct work){0};
    work->wrapped = malloc(wide * sizeof(float));
    work->peaks.place = malloc(cells * sizeof(int32_t));
    work->peaks.stack = malloc(cells * sizeof(int32_t));
    work->peaks.mark = calloc(wide, 1);
    work->peaks.row = calloc(grid->nlon + 8, 1); /* those beyond the row stay 0 */
    work->thinning.first = malloc(MOST_BINS * sizeof(int32_t));
    work->thinning.kept = malloc(MOST_BINS * sizeof(int32_t));
    return work->wrapped && work->peaks.place && work->peaks.stack && work->peaks.mark && work->peaks.row &&
           work->thinning.first && work->thinning.kept;
}

/* Makes room for so many centres, and for some more, so that the next fields seldom need new memory. */
static int make_room(struct work *work, int64_t count)
{
    if (work->centres && count <= work->most)
        return 1;
    free(work->centres);
    free(work->stays);
    free(work->thinning.order);
    free(work->thinning.spare);
    free(work->thinning.near);
    work->most = count + count / 2 + 64;
    work->centres = malloc(work->most * sizeof(struct centre));
    work->stays = malloc(work->most);
    work->thinning.order = malloc(work->most * sizeof(uint64_t));
    work->thinning.spare = malloc(work->most * sizeof(uint64_t));
    work->thinning.near = malloc(work->most * sizeof(int32_t));
    return work->centres && work->stays && work->thinning.order && work->thinning.spare && work->thinning.near;
}

static void free_work(struct work *work)
{
    free(work->wrapped);
    free(work->peaks.place);
    free(work->peaks.stack);
    free(work->peaks.mark);
    free(work->peaks.row);
    free(work->thinning.first);
    free(work->thinning.kept);
    free(work->centres);
    free(work->stays);
    free(work->thinning.order);
    free(work->thinning.spare);
    free(work->thinning.near);
}
