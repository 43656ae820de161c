#include "kernel.h"

#include "distance.h"

/* A table of points, sorted by height. The height is the number of the time step times 1000, plus the latitude in
 * degrees: points of one time, and of one latitude in it, stand together. */
typedef struct {
    int64_t count;
    const int64_t *index;          /* the number of each point in the caller's arrays */
    double *height;
    double *phi, *cosine, *lon;    /* see `Place` */
    uint32_t *around, *wide;       /* longitude, and how far off in it a near point may be; 2^32 is a whole circle */
    uint8_t *leads, *follows;      /* whether it may be the first and the second of a pair */
} Points;

/* Sorts points by height: `order` is filled with their numbers, of equally high ones the first one first.
 *
 * This is a sort by insertion, which is fast only where points are nearly in order, as maxima are: they come by the
 * rows of their grid. Returns 0. Returns 1 where it would take more than 16 moves per point on average; the
 * caller then sorts them. */
EXPORTED int64_t by_height(int64_t count, const double *height, int64_t *order)
{
    int64_t moves = 16 * count;
    for (int64_t at = 0; at < count; at++) {
        int64_t to = at;
        for (; to > 0 && height[order[to - 1]] > height[at]; to--) {
            order[to] = order[to - 1];
            if (!moves--)
                return 1;
        }
        order[to] = at;
    }
    return 0;
}

/* Sine of an angle up to `SMALL` radians, by its series. It differs from the library's by less than 1e-16. */
#define SMALL 0.5
static inline double sine(double x)
{
    const double t = x * x, low = 1.0 / 362880 - t * (1.0 / 39916800 - t * (1.0 / 6227020800));
    return x * (1.0 - t * (1.0 / 6 - t * (1.0 / 120 - t * (1.0 / 5040 - t * low))));
}

/* Cosines of latitudes, by the series of the sine from the pole. They differ from the library's by less than 1e-13, and
 * by less where they are smaller. That is far less than the doubt that `measure` allows for. */
FOR_EACH_PROCESSOR static void cosines(int64_t count, const double *restrict phi, double *restrict cosine)
{
    for (int64_t at = 0; at < count; at++) {
        const double x = 3.14159265358979323846 / 2 - fabs(phi[at]), t = x * x;
        const double end = 1.0 / 6227020800 - t * (1.0 / 1307674368000 - t * (1.0 / 355687428096000));
        const double low = 1.0 / 362880 - t * (1.0 / 39916800 - t * end);
        cosine[at] = x * (1.0 - t * (1.0 / 6 - t * (1.0 / 120 - t * (1.0 / 5040 - t * low))));
    }
}

/* Fills the table from points in the caller's order: `sphere.Places.of` and `sphere._widths`.
 *
 * `bands` says how far off, in degrees of longitude, a near point may be: one value for each half degree of latitude,
 * from the south pole on. Where `leads` is NULL every point may be the first of a pair; `follows` likewise for the
 * second. */
EXPORTED int64_t place(Points *points, const double *height, const double *lat, const double *lon, const double *bands,
                       const uint8_t *leads, const uint8_t *follows)
{
    const double steps = CIRCLE / 360.0, parts = 4294967296.0 / 360.0;
    for (int64_t at = 0; at < points->count; at++) {
        const int64_t index = points->index[at];
        const double band = 2.0 * (lat[index] + 90.0);
        const double wide = parts * bands[band > 359.0 ? 359 : band > 0.0 ? (int)band : 0];
        points->height[at] = height[index];
        points->phi[at] = rint(lat[index] * steps) / steps * DEGREE;
        points->lon[at] = rint(lon[index] * steps);
        points->around[at] = (uint32_t)(int64_t)(parts / steps * points->lon[at]);
        points->wide[at] = wide < 2147483640.0 ? (uint32_t)wide + 2 : 2147483647; /* one more for each rounding */
        points->leads[at] = leads ? leads[index] : 1;
        points->follows[at] = follows ? follows[index] : 1;
    }
    cosines(points->count, points->phi, points->cosine);
    return 0;
}

/* Candidates for pairs. Many are collected before any is measured, since the processor then measures several at
 * once. */
#define TOGETHER 256
#define VECTOR 16 /* points that are compared at once; the table's columns have room for so many beyond the last one */
typedef struct {
    int64_t count;
    int32_t one[TOGETHER], other[TOGETHER];
} Batch;

/* Distances of candidates, by the haversine formula. `half` has half of each difference of latitude and is overwritten
 * with metres that are not rounded yet; -1 stands where the quick series cannot tell the whole metre for certain. */
FOR_EACH_PROCESSOR static void measure(int64_t count, double *restrict half, const double *restrict cosines,
                                       const double *restrict turn)
{
    for (int64_t at = 0; at < count; at++) {
        const double apart = turn[at] > CIRCLE - turn[at] ? CIRCLE - turn[at] : turn[at];
        const double half_apart = apart * (3.14159265358979323846 / CIRCLE);
        const double lat = sine(half[at]), lon = sine(half_apart);
        const double square = lat * lat + cosines[at] * (lon * lon), far = series_m(square);
        double sure = fabs(far - floor(far) - 0.5) < DOUBT_M ? -1.0 : far;
        sure = square > SERIES ? -1.0 : sure;
        sure = half_apart > SMALL ? -1.0 : sure;
        half[at] = half_apart < 0.0 ? -1.0 : sure;
    }
}

/* Measures the candidates of a batch and adds those that are near enough to the pairs. Returns how many pairs there are
 * then. A candidate that `measure` leaves in doubt is measured by the library's functions, as NumPy does. */
static int64_t add(const Points *points, const Batch *batch, int64_t most_m, int64_t found, int64_t *first,
                   int64_t *second, int64_t *apart_m)
{
    double far[TOGETHER], cosines[TOGETHER], turn[TOGETHER];
    for (int64_t at = 0; at < batch->count; at++) {
        const int64_t one = batch->one[at], other = batch->other[at];
        far[at] = (points->phi[one] - points->phi[other]) / 2;
        cosines[at] = points->cosine[one] * points->cosine[other];
        turn[at] = fabs(points->lon[one] - points->lon[other]);
    }
    measure(batch->count, far, cosines, turn);
    for (int64_t at = 0; at < batch->count; at++) {
        const int64_t one = batch->one[at], other = batch->other[at];
        if (far[at] < 0.0) {
            const Place here = {points->phi[one], cos(points->phi[one]), points->lon[one]};
            const Place there = {points->phi[other], cos(points->phi[other]), points->lon[other]};
            apart_m[found] = metres(haversine(here, there));
        } else
            apart_m[found] = (int64_t)(far[at] + 0.5);
        first[found] = points->index[one];
        second[found] = points->index[other];
        found += apart_m[found] <= most_m;
    }
    return found;
}

/* Adds to a batch those of `some` points, from `begin` on, whose longitude is near enough to that of point `one`. There
 * is room for them in the batch.
 *
 * Longitudes are unsigned numbers of which 2^32 is a whole circle. So a difference is right across the date line too:
 * it wraps round by itself. `VECTOR` points are compared at once, at the end also some beyond `some`; these are not
 * added. */
FOR_EACH_PROCESSOR static void look(const Points *points, int64_t one, int64_t begin, int64_t some, Batch *batch)
{
    const uint32_t *around = points->around + begin, wide = points->wide[one], west = points->around[one] - wide;
    const uint32_t whole = wide < 2147483647 ? 2 * wide : 4294967295u;
    const uint8_t *follows = points->follows + begin;
    uint8_t near[TOGETHER + VECTOR];
    int32_t *other = batch->other;
    int64_t count = batch->count;
    for (int64_t from = 0; from < some; from += VECTOR)
        for (int64_t at = from; at < from + VECTOR; at++)
            near[at] = (around[at] - west <= whole) & follows[at];
    for (int64_t at = 0; at < some; at++) { /* no `if`: the processor would often guess it wrong */
        other[count] = (int32_t)(begin + at);
        count += near[at];
    }
    for (int64_t at = batch->count; at < count; at++)
        batch->one[at] = (int32_t)one;
    batch->count = count;
}

/* `sphere.pairs_within`: pairs of points that are at most `most_m` metres apart.
 *
 * The second point of a pair is higher than the first by `above`, give or take `reach`: with `above` 1000 for each time
 * step between them, `reach` is what they may differ by in latitude. Where `above` is 0 the second one comes later in
 * the table, so that no pair is found twice. Candidates too far off in longitude are passed over, and the rest is
 * measured.
 *
 * `first`, `second` and `apart_m` have room for `room` pairs. The search begins at point `*from`. It stops before a
 * point whose pairs may not all find room, and `*from` is then that point, for the next call. The caller gives room for
 * the pairs of any one point, and one more. Returns how many pairs were found.
 */
EXPORTED int64_t pairs_within(const Points *points, double above, double reach, int64_t most_m, int64_t *from,
                              int64_t room, int64_t *first, int64_t *second, int64_t *apart_m)
{
    const double *height = points->height;
    int64_t found = 0, begin = 0, end = 0, one = *from;
    Batch batch = {.count = 0};
    for (; one < points->count; one++) {
        if (!points->leads[one])
            continue;
        if (above > 0)
            while (begin < points->count && height[begin] < height[one] + (above - reach))
                begin++;
        else
            begin = one + 1;
        if (end < begin)
            end = begin;
        while (end < points->count && height[end] <= height[one] + (above + reach))
            end++;
        if (found + batch.count + end - begin > room)
            break;
        for (int64_t at = begin; at < end;) {
            const int64_t left = TOGETHER - batch.count, some = end - at < left ? end - at : left;
            look(points, one, at, some, &batch);
            at += some;
            if (batch.count + 64 > TOGETHER) {
                found = add(points, &batch, most_m, found, first, second, apart_m);
                batch.count = 0;
            }
        }
    }
    found = add(points, &batch, most_m, found, first, second, apart_m);
    *from = one;
    return found;
}
