#include "kernel.h"

#include "distance.h"

/* `meetings._of_block`: which tracks are near each other, how often, and how far apart then, during some time steps.
 *
 * A table has the points, sorted by cell (a time and a band of latitude at least as high as near reaches) and within it
 * by longitude. Each cell lies between those of the bands to the south and north of it. */
typedef struct {
    int64_t count;
    const double *lon, *vector; /* longitude, degrees; unit vector, three numbers */
    const double *wide;         /* how far off in longitude a near point may be, degrees */
    const int64_t *cell;        /* of each point */
    const int64_t *begin;       /* of each cell, and the end of the last one */
    const int32_t *piece;       /* number of its track among those of the block */
    const int32_t *member;      /* of its track */
} Table;

/* What one piece meets: `place` of each other one among those that it has met so far, -1 for none. */
typedef struct {
    int64_t count;
    int32_t *place, *other, *common;
    int64_t *apart_m, *near; /* room for the points of any cell */
} Met;

/* First point from `begin` to `end` whose longitude is not below a limit. */
static int64_t not_below(const double *lon, int64_t begin, int64_t end, double limit) {
    while (begin < end) {
        const int64_t middle = begin + (end - begin) / 2;
        if (lon[middle] < limit)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin;
}

/* Adds those of some points that are near one, of later pieces of other members. */
static void add(const Table *table, int64_t one, int64_t begin, int64_t end, double least, Met *met) {
    const double *here = table->vector + 3 * one;
    const int32_t mine = table->piece[one], member = table->member[one];
    int64_t count = 0;
    /* Those are written down first, without a branch to be guessed wrong. */
    for (int64_t other = begin; other < end; other++) {
        const double *there = table->vector + 3 * other;
        const double cosine = here[0] * there[0] + here[1] * there[1] + here[2] * there[2];
        met->near[count] = other;
        count += (cosine > least) & (table->piece[other] > mine) & (table->member[other] != member);
    }
    for (int64_t number = 0; number < count; number++) {
        const double *there = table->vector + 3 * met->near[number];
        const int32_t its = table->piece[met->near[number]];
        if (met->place[its] < 0) {
            met->place[its] = (int32_t)met->count;
            met->other[met->count] = its;
            met->common[met->count] = 0;
            met->apart_m[met->count++] = 0;
        }
        met->common[met->place[its]]++;
        met->apart_m[met->place[its]] += metres((1.0 - (here[0] * there[0] + here[1] * there[1] + here[2] * there[2])) / 2.0);
    }
}

/* The same of all points of a cell that may be near one, whatever the side of the date line. */
static void add_of_cell(const Table *table, int64_t one, int64_t cell, double least, Met *met) {
    const int64_t begin = table->begin[cell], end = table->begin[cell + 1];
    const double west = table->lon[one] - table->wide[one], east = table->lon[one] + table->wide[one];
    if (begin == end) return;
    if (east - west >= 360.0) {
        add(table, one, begin, end, least, met);
        return;
    }
    const int64_t first = not_below(table->lon, begin, end, west);
    int64_t last = first;
    while (last < end && table->lon[last] <= east) last++;
    if (east >= 180.0) { /* also what is just east of the date line, up to where it has been looked at */
        int64_t beyond = begin;
        while (beyond < first && table->lon[beyond] <= east - 360.0) beyond++;
        add(table, one, begin, beyond, least, met);
    }
    add(table, one, first, last, least, met);
    if (west < -180.0) {
        const int64_t beyond = not_below(table->lon, last, end, west + 360.0);
        add(table, one, beyond, end, least, met);
    }
}

/* Pieces in an order by which neighbours follow each other, from the `*from`th on, as far as there is room for all that a
 * piece can meet; says in `*from` where it stopped. Points
 * of piece k are `points[ends[k]]` to `points[ends[k + 1] - 1]`; `place` is -1 everywhere, and is so again afterwards.
 * Returns how many pairs were written. */
EXPORTED int64_t meetings(const Table *table, int64_t pieces, const int64_t *order, const int64_t *ends,
                          const int64_t *points, double least, int64_t *from, int64_t room, int64_t *near, int32_t *place, int32_t *first,
                          int32_t *second, int32_t *common, int64_t *apart_m) {
    int64_t found = 0, turn = *from;
    for (; turn < pieces && pieces <= room - found; turn++) {
        const int64_t piece = order[turn];
        Met met = {0, place, second + found, common + found, apart_m + found, near};
        for (int64_t at = ends[piece]; at < ends[piece + 1]; at++)
            for (int64_t band = -1; band <= 1; band++)
                add_of_cell(table, points[at], table->cell[points[at]] + band, least, &met);
        for (int64_t number = 0; number < met.count; number++) {
            first[found + number] = (int32_t)piece;
            place[met.other[number]] = -1;
        }
        found += met.count;
    }
    *from = turn;
    return found;
}
