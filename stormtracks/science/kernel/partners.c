#include "kernel.h"

/* Of one pair of tracks what decides which comes first. */
typedef struct {
    double distance_km;
    int32_t member, other, common;
} Partner;

/* Whether one comes before another in `pairs.Pairs`. */
static int before(const Partner *one, const Partner *other)
{
    if (one->member != other->member)
        return one->member < other->member;
    if (one->common != other->common)
        return one->common > other->common;
    if (one->distance_km != other->distance_km)
        return one->distance_km < other->distance_km;
    return one->other < other->other;
}

/* Shell's sort: a track has tens of partners, seldom thousands. */
static void sort(Partner *partners, int64_t count)
{
    static const int64_t gaps[] = {109500, 48901, 21001, 9001, 3905, 1750, 701, 301, 132, 57, 23, 10, 4, 1};
    for (size_t number = 0; number < sizeof gaps / sizeof gaps[0]; number++) {
        const int64_t gap = gaps[number];
        for (int64_t at = gap; at < count; at++) {
            const Partner one = partners[at];
            int64_t to = at;
            for (; to >= gap && before(&one, partners + to - gap); to -= gap)
                partners[to] = partners[to - gap];
            partners[to] = one;
        }
    }
}

/* `pairs._both_ways`: pairs of tracks, each once and in any order, -> those of each track, the best of a member first.
 *
 * Those of track i go to `start[i]` up to `start[i + 1] - 1`. `next` is a copy of `start`, and there is room in `some`
 * for the partners of any one track. `distance_km` may be NULL. */
EXPORTED void partners(int64_t tracks, const int64_t *start, int64_t pairs, const int32_t *first, const int32_t *second,
                       const int32_t *times, const int64_t *metres, const int32_t *member, int64_t *next, Partner *some,
                       int32_t *other, int32_t *common, double *distance_km)
{
    int32_t *row = common; /* which pair it is, until its turn comes */
    for (int64_t pair = 0; pair < pairs; pair++) {
        row[next[first[pair]]++] = (int32_t)pair;
        row[next[second[pair]]++] = (int32_t)pair;
    }
    for (int64_t track = 0; track < tracks; track++) {
        const int64_t begin = start[track], count = start[track + 1] - begin;
        for (int64_t at = 0; at < count; at++) {
            const int32_t pair = row[begin + at], its = first[pair] == track ? second[pair] : first[pair];
            const Partner one = {(double)metres[pair] / (1000.0 * times[pair]), member[its], its, times[pair]};
            some[at] = one;
        }
        sort(some, count);
        for (int64_t at = 0; at < count; at++) {
            other[begin + at] = some[at].other;
            common[begin + at] = some[at].common;
            if (distance_km)
                distance_km[begin + at] = some[at].distance_km;
        }
    }
}
