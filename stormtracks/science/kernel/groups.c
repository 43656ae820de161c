#include "kernel.h"

/* `groups._Grouping`: pairs -> groups. */
typedef struct {
    const int64_t *start;                  /* the partners of track i are `start[i]` up to `start[i + 1] - 1` */
    const int32_t *other, *common;         /* of each the track, and the times at which they are near */
    const int32_t *member, *begin, *ended; /* of each track; its first and last time */
    int64_t *labels;                       /* group of each track, -1 for none */
} Tracks;

/* A track, and the times that it runs with the best free track of each other member. */
typedef struct {
    int64_t score;
    int64_t track;
} Seed;

/* Whether one comes first: the better supported one, of equals the first one. */
static int before(Seed one, Seed other)
{
    return one.score > other.score || (one.score == other.score && one.track < other.track);
}

/* Puts a seed into a heap of `count`, at a place that is free. */
static void sink(Seed *heap, int64_t count, int64_t place, Seed seed)
{
    for (int64_t below = 2 * place + 1; below < count; below = 2 * place + 1) {
        if (below + 1 < count && before(heap[below + 1], heap[below]))
            below++;
        if (!before(heap[below], seed))
            break;
        heap[place] = heap[below];
        place = below;
    }
    heap[place] = seed;
}

/* How many other members have a free track that runs with one, and in `*score` how long the best one of each does. */
static int64_t support(const Tracks *tracks, int64_t track, int64_t *score)
{
    int64_t members = 0;
    int32_t last = -1;
    *score = 0;
    for (int64_t at = tracks->start[track]; at < tracks->start[track + 1]; at++) {
        const int32_t its = tracks->member[tracks->other[at]];
        if (its == last || tracks->labels[tracks->other[at]] >= 0)
            continue;
        last = its;
        members++;
        *score += tracks->common[at];
    }
    return members;
}

/* Whether a track has no time in common with any of some. */
static int apart(const Tracks *tracks, int32_t track, const int32_t *some, int64_t count)
{
    for (int64_t at = 0; at < count; at++)
        if (tracks->ended[track] >= tracks->begin[some[at]] && tracks->begin[track] <= tracks->ended[some[at]])
            return 0;
    return 1;
}

/* Gives a label to a seed, the best free track of each other member, and further ones of that at other times. */
static void take(const Tracks *tracks, int64_t seed, int64_t label, int32_t *taken)
{
    int64_t count = 0;
    int32_t last = -1;
    tracks->labels[seed] = label;
    for (int64_t at = tracks->start[seed]; at < tracks->start[seed + 1]; at++) {
        const int32_t other = tracks->other[at], its = tracks->member[other];
        if (tracks->labels[other] >= 0)
            continue;
        if (its != last)
            count = 0;
        last = its;
        if (!apart(tracks, other, taken, count))
            continue;
        taken[count++] = other;
        tracks->labels[other] = label;
    }
}

/* Forms groups of at least `smallest` members, best seed first; all labels are -1. There is room in `heap` for all tracks,
 * and in `taken` for the partners of any one. */
EXPORTED void groups(const Tracks *tracks, int64_t count, double smallest, Seed *heap, int32_t *taken)
{
    int64_t seeds = 0, label = 0;
    for (int64_t track = 0; track < count; track++) {
        Seed seed = {0, track};
        const int64_t members = support(tracks, track, &seed.score);
        if (seed.score > 0 && (double)(members + 1) >= smallest)
            heap[seeds++] = seed;
    }
    for (int64_t place = seeds / 2 - 1; place >= 0; place--)
        sink(heap, seeds, place, heap[place]);
    while (seeds) {
        Seed seed = heap[0];
        const int64_t expected = seed.score;
        int drop = tracks->labels[seed.track] >= 0;
        if (!drop) { /* where there are too few now, there will never be enough: partners become fewer and fewer */
            drop = (double)(support(tracks, seed.track, &seed.score) + 1) < smallest || !seed.score;
            if (!drop && seed.score == expected) {
                take(tracks, seed.track, label++, taken);
                drop = 1;
            }
        }
        if (drop)
            seed = heap[--seeds];
        if (seeds)
            sink(heap, seeds, 0, seed);
    }
}
