#include "kernel.h"

#include "distance.h"

/* Points sorted by height, which is the number of the time step times 1000, plus the latitude in degrees. */
typedef struct {
    int64_t count;
    const double *height, *phi, *cosine, *lon;
} Table;

/* `sphere.pairs_within`: pairs of points near each other, from two tables. Of the second table those points are looked
 * at that are `above` higher than the one of the first, give or take `reach`. Those further off in longitude than `wide`
 * steps are passed over, and only the rest is measured. Where `above` is 0, both tables are the same, and only points
 * that come later in it are looked at.
 *
 * It begins at point `*from` of the first table. It stops before a point whose pairs may not all find room, and says in
 * `*from` which that is. There is room for the pairs of any one point, and one more. Returns how many pairs were found.
 */
EXPORTED int64_t pairs_within(const Table *leads, const Table *follows, const double *wide, double above, double reach,
                              int64_t most_m, int64_t *from, int64_t room, int64_t *first, int64_t *second,
                              int64_t *apart_m) {
    const double *height = follows->height, sine = sin((double)(most_m + 10) / DIAMETER_M);
    const double nearly = most_m + 10 < 20015000 ? sine * sine : 1.0; /* whole metres decide below */
    int64_t found = 0, begin = 0, end = 0, one = *from;
    for (; one < leads->count; one++) {
        const Place here = {leads->phi[one], leads->cosine[one], leads->lon[one]};
        if (above > 0)
            while (begin < follows->count && height[begin] < leads->height[one] + (above - reach)) begin++;
        else
            begin = one + 1;
        if (end < begin) end = begin;
        while (end < follows->count && height[end] <= leads->height[one] + (above + reach)) end++;
        if (end - begin > room - found) break;
        /* Those near in longitude are written down first, without a branch to be guessed wrong. */
        int64_t near = found;
        for (int64_t other = begin; other < end; other++) {
            const double apart = fabs(here.lon - follows->lon[other]);
            second[near] = other;
            near += (apart <= wide[one]) | (CIRCLE - apart <= wide[one]);
        }
        for (int64_t looked_at = found; looked_at < near; looked_at++) {
            const int64_t other = second[looked_at];
            const Place there = {follows->phi[other], follows->cosine[other], follows->lon[other]};
            const double square = haversine(here, there);
            if (square > nearly) continue;
            apart_m[found] = metres(square);
            first[found] = one;
            second[found] = other;
            found += apart_m[found] <= most_m;
        }
    }
    *from = one;
    return found;
}
