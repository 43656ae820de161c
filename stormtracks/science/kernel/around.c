#include "kernel.h"

#include <math.h>

/* What fields have around places: `track_fields.around`, whose lines in NumPy each function here follows, place by
 * place and cell by cell, so that nothing in between needs memory. */

/* Places in fields that lie one after the other, of `columns` columns each. */
typedef struct {
    int64_t count, columns;
    const int64_t *field; /* where each one's field begins, with its column: field * rows * columns + column */
    const int64_t *line, *column;
} Places;

/* Which cells lie around a place. A line of the table is for places in one row of the grid and in one part of a cell
 * (`discs.Places`). It has `width` entries, of which the first `cells` are used. */
typedef struct {
    int64_t cells, width;
    const int32_t *offset, *east; /* from a place to a cell: rows * columns + columns to the east; the latter alone */
    const uint8_t *beyond;        /* which lie north or south of the grid; NULL: none does */
    const int64_t *from, *until;  /* by line: columns of places all of whose cells lie between the edges of a field */
} Table;

static const float LEAST_WEIGHT = 1e-6f; /* `discs.LEAST_WEIGHT` */

/* Where the cells around a place are, across the edge of the first and the last column. */
static inline void look_up(const Places *places, const Table *table, int64_t place, int64_t *restrict at)
{
    const int64_t line = places->line[place], column = places->column[place], begin = places->field[place];
    const int32_t *offset = table->offset + line * table->width;
    for (int64_t cell = 0; cell < table->cells; cell++)
        at[cell] = begin + offset[cell];
    if (column >= table->from[line] && column < table->until[line])
        return;
    const int32_t *east = table->east + line * table->width;
    for (int64_t cell = 0; cell < table->cells; cell++) {
        const int64_t its = column + east[cell];
        at[cell] -= its >= places->columns ? places->columns : its < 0 ? -places->columns : 0;
    }
}

static inline float value(const float *one, const float *other, int64_t at)
{
    return other ? one[at] - other[at] : one[at];
}

/* The lowest value around each place and its cell; of equal ones the first cell. NaN and the first cell where all
 * values are missing. Values are those of `one`; where `other` is not NULL, of `one` minus `other`; where `winds` is
 * not 0, the negative squares of the speed, so that the lowest one is the strongest wind. */
FOR_EACH_PROCESSOR
EXPORTED void lowest_around(const Places *places, const Table *table, const float *one, const float *other,
                            int32_t winds, int64_t *restrict at, float *restrict lowest, int64_t *restrict where)
{
    for (int64_t place = 0; place < places->count; place++) {
        look_up(places, table, place, at);
        float least = NAN;
        int64_t cell_of = at[0];
        for (int64_t cell = 0; cell < table->cells; cell++) {
            const int64_t here = at[cell];
            const float its = winds ? -(one[here] * one[here] + other[here] * other[here]) : value(one, other, here);
            if (its < least || (isnan(least) && !isnan(its))) {
                least = its;
                cell_of = here;
            }
        }
        lowest[place] = least;
        where[place] = cell_of;
    }
}

/* Highest minus lowest value; NaN where all are missing. */
FOR_EACH_PROCESSOR
EXPORTED void range_around(const Places *places, const Table *table, const float *field, int64_t *restrict at,
                           float *restrict range)
{
    for (int64_t place = 0; place < places->count; place++) {
        look_up(places, table, place, at);
        float least = INFINITY, most = -INFINITY;
        for (int64_t cell = 0; cell < table->cells; cell++) {
            const float its = field[at[cell]];
            least = its < least ? its : least;
            most = its > most ? its : most;
        }
        range[place] = least <= most ? most - least : NAN;
    }
}

/* `discs._mean`; `values` and `weight` have a number for each cell. */
static inline float mean(int64_t cells, const float *values, const float *weight)
{
    float total = 0.0f, whole = 0.0f;
    for (int64_t cell = 0; cell < cells; cell++) {
        total += values[cell] * weight[cell];
        whole += weight[cell];
    }
    if (isnan(total)) {
        total = whole = 0.0f;
        for (int64_t cell = 0; cell < cells; cell++) {
            const int known = !isnan(values[cell]);
            total += (known ? values[cell] : 0.0f) * weight[cell];
            whole += weight[cell] * (float)known;
        }
    }
    return total / (whole <= LEAST_WEIGHT ? NAN : whole);
}

/* The mean by weight, a number for each of the table's cells. `room` is for as many values as there are cells. */
FOR_EACH_PROCESSOR
EXPORTED void mean_around(const Places *places, const Table *table, const float *weight, const float *field,
                          int64_t *restrict at, float *restrict room, float *restrict means)
{
    for (int64_t place = 0; place < places->count; place++) {
        look_up(places, table, place, at);
        for (int64_t cell = 0; cell < table->cells; cell++)
            room[cell] = field[at[cell]];
        means[place] = mean(table->cells, room, weight + places->line[place] * table->width);
    }
}

/* `discs.DiscTable.asymmetry` of `one` minus `other`: the mean to the right of the motion minus that to the left.
 * `north` and `east` are the motion of each place, divided by `discs.SIDE`. `room` has three values for each cell. */
FOR_EACH_PROCESSOR
EXPORTED void asymmetry_around(const Places *places, const Table *table, const float *weight, const float *to_east,
                               const float *to_north, const float *one, const float *other, const float *north,
                               const float *east, int64_t *restrict at, float *restrict room, float *restrict found)
{
    float *values = room, *right = room + table->cells, *left = right + table->cells;
    for (int64_t place = 0; place < places->count; place++) {
        look_up(places, table, place, at);
        const int64_t line = places->line[place] * table->width;
        for (int64_t cell = 0; cell < table->cells; cell++) {
            values[cell] = one[at[cell]] - other[at[cell]];
            float side = to_east[line + cell] * north[place] - to_north[line + cell] * east[place];
            side = side < -1.0f ? -1.0f : side;
            side = side > 1.0f ? 1.0f : side;
            right[cell] = (side * weight[line + cell] + weight[line + cell]) * 0.5f;
            left[cell] = weight[line + cell] - right[cell];
        }
        found[place] = mean(table->cells, values, right) - mean(table->cells, values, left);
    }
}

/* `discs.CurlTable.mean`. */
FOR_EACH_PROCESSOR
EXPORTED void curl_around(const Places *places, const Table *table, const float *of_u, const float *of_v,
                          const float *u, const float *v, int64_t *restrict at, float *restrict found)
{
    for (int64_t place = 0; place < places->count; place++) {
        look_up(places, table, place, at);
        const int64_t line = places->line[place] * table->width;
        float sum = 0.0f;
        for (int64_t cell = 0; cell < table->cells; cell++)
            sum += u[at[cell]] * of_u[line + cell] + v[at[cell]] * of_v[line + cell];
        found[place] = sum;
    }
}

/* Rays from a place in some bearings, as many cells to each. The table has the first cell of every ray, then the second
 * of every ray, and so on. */
typedef struct {
    Table table;
    int64_t bearings;
    const int32_t *samples; /* how much of a ray lies in a cell; 0 in one that only fills the table */
} Stage;

/* `rays._of_known`: the least of the known rays' highest values, and how many are known. */
static float of_known(const Stage *stage, const int32_t *samples, const float *values, int64_t *known_rays)
{
    const int64_t cells = stage->table.cells, bearings = stage->bearings;
    float least = INFINITY;
    for (int64_t bearing = 0; bearing < bearings; bearing++) {
        float highest = -INFINITY;
        int64_t known = 0, all = 0;
        for (int64_t cell = bearing; cell < cells; cell += bearings) {
            all += samples[cell];
            if (samples[cell] <= 0 || isnan(values[cell]))
                continue;
            known += samples[cell];
            highest = values[cell] > highest ? values[cell] : highest;
        }
        if (2 * known < all)
            continue;
        ++*known_rays;
        least = highest < least ? highest : least;
    }
    return least;
}

/* `rays._RayTable.least_of_highest` of one place; `values` is room for as many as there are cells. */
static inline float least_of_highest(const Places *places, const Stage *stage, int64_t place, const float *one,
                                     const float *other, int64_t *restrict at, float *restrict values, int64_t *known)
{
    const Table *table = &stage->table;
    const int64_t line = places->line[place] * table->width, bearings = stage->bearings;
    int lacking = 0;
    look_up(places, table, place, at);
    for (int64_t cell = 0; cell < table->cells; cell++) {
        const int outside = table->beyond && table->beyond[line + cell];
        values[cell] = outside ? NAN : value(one, other, at[cell]);
        lacking |= isnan(values[cell]);
    }
    if (lacking)
        return of_known(stage, stage->samples + line, values, known);
    float least = INFINITY;
    for (int64_t bearing = 0; bearing < bearings; bearing++) {
        float highest = -INFINITY;
        for (int64_t cell = bearing; cell < table->cells; cell += bearings)
            highest = values[cell] > highest ? values[cell] : highest;
        least = highest < least ? highest : least;
    }
    *known += bearings;
    return least;
}

/* `rays._rise`. */
FOR_EACH_PROCESSOR
EXPORTED void rise_around(const Places *places, const Stage *stages, int64_t count, int64_t enough, const float *one,
                          const float *other, const float *start, int64_t *restrict at, float *restrict room,
                          float *restrict rise)
{
    for (int64_t place = 0; place < places->count; place++) {
        float least = INFINITY;
        int64_t known = 0, stage = 0;
        for (; stage < count && !isnan(start[place]); stage++) {
            const float its = least_of_highest(places, &stages[stage], place, one, other, at, room, &known);
            least = its < least ? its : least;
            if (!(least > start[place]))
                break;
        }
        if (stage == count && known < enough)
            least = NAN;
        const float found = least - start[place];
        rise[place] = found < 0.0f ? 0.0f : found;
    }
}
