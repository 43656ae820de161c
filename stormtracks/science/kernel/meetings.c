#include "kernel.h"

#include "distance.h"

/* `meetings._of_window`: which tracks are near each other, how often, and how far apart then, during some time steps.
 *
 * A table has the points, sorted by cell (a time and a band of latitude at least as high as near reaches) and within it
 * by longitude. Each cell lies between those of the bands to the south and north of it. */
typedef struct {
    int64_t count;
    const double *lon, *x, *y, *z; /* longitude, degrees; unit vector */
    const double *wide;            /* how far off in longitude a near point may be, degrees */
    const int64_t *cell;           /* of each point */
    const int64_t *begin;          /* of each cell, and the end of the last one */
    const int32_t *piece;          /* number of its track among those that have points here */
    const int32_t *member;         /* of its track */
} Table;

/* What one point is near: the pieces, and the cosine, then the metres, to each. Room for the points of three cells. */
typedef struct {
    int64_t count;
    int32_t *piece;
    double *apart;
} Near;

/* What one piece meets: `place` of each other one among those that it has met so far, -1 for none. */
typedef struct {
    int64_t count;
    int32_t *place, *other, *common;
    int64_t *apart_m;
} Met;

/* First point from `begin` to `end` whose longitude is not below a limit. */
static int64_t not_below(const double *lon, int64_t begin, int64_t end, double limit)
{
    for (int64_t left = end - begin; left > 0;) { /* without a branch to be guessed wrong */
        const int64_t half = left / 2, below = lon[begin + half] < limit;
        begin += below * (half + 1);
        left = below * (left - half - 1) + (1 - below) * half;
    }
    return begin;
}

/* Adds those of some points that are near one, of later pieces of other members. */
FOR_EACH_PROCESSOR static void add(const Table *table, int64_t one, int64_t begin, int64_t end, double least,
                                   Near *near)
{
    const double x = table->x[one], y = table->y[one], z = table->z[one];
    const int32_t mine = table->piece[one], member = table->member[one];
    double cosine[64]; /* of so many in one go, which the compiler does four at a time */
    int64_t count = near->count;
    for (int64_t from = begin; from < end; from += 64) {
        const int64_t some = end - from < 64 ? end - from : 64;
        for (int64_t at = 0; at < some; at++)
            cosine[at] = x * table->x[from + at] + y * table->y[from + at] + z * table->z[from + at];
        for (int64_t at = 0; at < some; at++) { /* without a branch to be guessed wrong */
            const int32_t its = table->piece[from + at];
            near->piece[count] = its;
            near->apart[count] = cosine[at];
            count += (cosine[at] > least) & (its > mine) & (table->member[from + at] != member);
        }
    }
    near->count = count;
}

/* The same of all points of a cell that may be near one, also of those across the date line. */
static void add_of_cell(const Table *table, int64_t one, int64_t cell, double least, Near *near)
{
    const int64_t begin = table->begin[cell], end = table->begin[cell + 1];
    const double west = table->lon[one] - table->wide[one], east = table->lon[one] + table->wide[one];
    if (begin == end)
        return;
    if (east - west >= 360.0) {
        add(table, one, begin, end, least, near);
        return;
    }
    const int64_t first = not_below(table->lon, begin, end, west), last = not_below(table->lon, first, end, east);
    if (east >= 180.0) /* also what is just east of the date line, up to where it has been looked at */
        add(table, one, begin, not_below(table->lon, begin, first, east - 360.0), least, near);
    add(table, one, first, last, least, near);
    if (west < -180.0)
        add(table, one, not_below(table->lon, last, end, west + 360.0), end, least, near);
}

/* Cosines -> whole metres, as `metres` makes them: nearly all by a series. */
FOR_EACH_PROCESSOR static void measure(Near *near)
{
    double exact[64];
    for (int64_t from = 0; from < near->count; from += 64) {
        const int64_t some = near->count - from < 64 ? near->count - from : 64;
        double *apart = near->apart + from;
        int64_t doubtful = 0;
        for (int64_t at = 0; at < some; at++) {
            const double square = (1.0 - apart[at]) / 2.0, up = square < 0.0 ? 0.0 : square;
            const double far = series_m(up), below = floor(far);
            doubtful += (fabs(far - below - 0.5) < DOUBT_M) | (up > SERIES);
            exact[at] = square;
            apart[at] = below + (far - below > 0.5 ? 1.0 : 0.0);
        }
        if (doubtful) /* of a few hundredths of all */
            for (int64_t at = 0; at < some; at++)
                apart[at] = (double)metres(exact[at]);
    }
}

/* Adds what one point is near to what its piece has met. */
static void count(const Near *near, Met *met)
{
    for (int64_t number = 0; number < near->count; number++) {
        const int32_t its = near->piece[number];
        int32_t place = met->place[its];
        if (place < 0) {
            place = met->place[its] = (int32_t)met->count++;
            met->other[place] = its;
            met->common[place] = 0;
            met->apart_m[place] = 0;
        }
        met->common[place]++;
        met->apart_m[place] += (int64_t)near->apart[number];
    }
}

/* Pairs of pieces that meet, of piece `*from` and those after it, up to `pieces`. A piece can meet at most `all`
 * others; where there is less room left than that the search stops, and `*from` says where, for the next call.
 *
 * Points of piece k are `points[starts[k]]` to `points[ends[k] - 1]`. `place` is -1 everywhere, and is so again
 * afterwards. A piece is `whole` if it is all of its track. Two such pieces never meet again, so they are left out
 * where they are near each other at fewer than `fewest` times. Returns how many pairs were written. */
EXPORTED int64_t meetings(const Table *table, int64_t pieces, int64_t all, const int64_t *starts, const int64_t *ends,
                          const int64_t *points, const uint8_t *whole, double least, int64_t fewest, int64_t *from,
                          int64_t room, int32_t *near_piece, double *near_apart, int32_t *place, int32_t *first,
                          int32_t *second, int32_t *common, int64_t *apart_m)
{
    int64_t found = 0, piece = *from;
    for (; piece < pieces && all <= room - found; piece++) {
        Met met = {0, place, second + found, common + found, apart_m + found};
        for (int64_t at = starts[piece]; at < ends[piece]; at++) {
            Near near = {0, near_piece, near_apart};
            for (int64_t band = -1; band <= 1; band++)
                add_of_cell(table, points[at], table->cell[points[at]] + band, least, &near);
            measure(&near);
            count(&near, &met);
        }
        int64_t kept = 0;
        for (int64_t number = 0; number < met.count; number++) {
            const int32_t its = met.other[number];
            place[its] = -1;
            if (met.common[number] < fewest && whole[piece] && whole[its])
                continue;
            first[found + kept] = (int32_t)piece;
            met.other[kept] = its;
            met.common[kept] = met.common[number];
            met.apart_m[kept++] = met.apart_m[number];
        }
        found += kept;
    }
    *from = piece;
    return found;
}
