#include "kernel.h"

#include <math.h>
#include <stdlib.h>

/* `link_cost.course_m`: how far each pair of maxima is off the course of the pairs before and after it, metres.
 *
 * A pair is a possible link: from its tail, the earlier maximum, to its head. `point` has the unit vector of each
 * maximum, three numbers. `off` is filled, one number for each pair. Returns 0, or 1 where there is no memory.
 */
EXPORTED int64_t course(int64_t count, const double *point, int64_t pairs, const int64_t *tails, const int64_t *heads,
                        const int64_t *reach_m, const int64_t *strength, double alone, double radius_m, int64_t *off)
{
    int64_t *first = calloc((size_t)count + 2, sizeof *first), *order = malloc((size_t)pairs * sizeof *order + 1);
    int64_t *before = malloc((size_t)pairs * sizeof *before + 1);
    double (*motion)[3] = malloc((size_t)pairs * sizeof *motion + 1);
    const int lacking = !first || !order || !before || !motion;
    if (!lacking) {
        /* Sorts the pairs by their tails, by counting. Afterwards those of tail k are order[first[k]] up to, and without,
         * order[first[k + 1]]. */
        for (int64_t p = 0; p < pairs; p++)
            first[tails[p] + 2]++;
        for (int64_t k = 0; k < count; k++)
            first[k + 2] += first[k + 1];
        for (int64_t p = 0; p < pairs; p++)
            order[first[tails[p] + 1]++] = p;
        for (int64_t p = 0; p < pairs; p++) {
            const double reaches = radius_m / (double)(reach_m[p] > 1 ? reach_m[p] : 1);
            for (int axis = 0; axis < 3; axis++)
                motion[p][axis] = (point[3 * heads[p] + axis] - point[3 * tails[p] + axis]) * reaches;
            off[p] = before[p] = (int64_t)rint(alone * (double)reach_m[p]);
        }
        for (int64_t p = 0; p < pairs; p++)
            for (int64_t k = first[heads[p]]; k < first[heads[p] + 1]; k++) {
                const int64_t q = order[k];
                const double x = motion[q][0] - motion[p][0], y = motion[q][1] - motion[p][1];
                const double z = motion[q][2] - motion[p][2], change = sqrt(x * x + y * y + z * z);
                const int64_t ahead = (int64_t)rint(change * (double)reach_m[p]) + strength[q];
                const int64_t behind = (int64_t)rint(change * (double)reach_m[q]) + strength[p];
                if (ahead < off[p])
                    off[p] = ahead;
                if (behind < before[q])
                    before[q] = behind;
            }
        for (int64_t p = 0; p < pairs; p++)
            off[p] += before[p];
    }
    free(first), free(order), free(before), free(motion);
    return lacking;
}

/* `linking._cheapest`, until no pair is left. In each round those pairs become links that are the cheapest both of
 * their tail and of their head; of equally cheap ones the one with the lowest numbers. Then all pairs are dropped whose
 * tail or head is taken.
 *
 * Tails and heads are numbers of maxima below `count`. `tails`, `heads` and `cost` are overwritten. The links are
 * written to `linked_tails` and `linked_heads`. Returns how many there are; -1 where there is no memory.
 */
EXPORTED int64_t cheapest(int64_t count, int64_t pairs, int64_t *tails, int64_t *heads, int64_t *cost,
                          int64_t *linked_tails, int64_t *linked_heads)
{
    const size_t size = (size_t)count * sizeof(int64_t) + 1;
    int64_t *least_of_tail = malloc(size), *least_of_head = malloc(size), links = 0;
    int64_t *head_of = malloc(size), *tail_of = malloc(size);
    char *taken = calloc((size_t)count + 1, 1); /* 1: as a tail, 2: as a head */
    const int lacking = !least_of_tail || !least_of_head || !head_of || !tail_of || !taken;
    for (int64_t k = 0; !lacking && k < count; k++)
        least_of_tail[k] = least_of_head[k] = head_of[k] = tail_of[k] = INT64_MAX;
    while (!lacking && pairs) {
        for (int64_t p = 0; p < pairs; p++) {
            if (cost[p] < least_of_tail[tails[p]])
                least_of_tail[tails[p]] = cost[p];
            if (cost[p] < least_of_head[heads[p]])
                least_of_head[heads[p]] = cost[p];
        }
        for (int64_t p = 0; p < pairs; p++) {
            if (cost[p] != least_of_tail[tails[p]] || cost[p] != least_of_head[heads[p]])
                continue;
            if (heads[p] < head_of[tails[p]])
                head_of[tails[p]] = heads[p];
            if (tails[p] < tail_of[heads[p]])
                tail_of[heads[p]] = tails[p];
        }
        for (int64_t p = 0; p < pairs; p++) {
            if (head_of[tails[p]] != heads[p] || tail_of[heads[p]] != tails[p])
                continue;
            taken[tails[p]] |= 1;
            taken[heads[p]] |= 2;
            linked_tails[links] = tails[p];
            linked_heads[links++] = heads[p];
        }
        int64_t left = 0;
        for (int64_t p = 0; p < pairs; p++) {
            if ((taken[tails[p]] & 1) || (taken[heads[p]] & 2))
                continue;
            least_of_tail[tails[p]] = least_of_head[heads[p]] = head_of[tails[p]] = tail_of[heads[p]] = INT64_MAX;
            tails[left] = tails[p];
            heads[left] = heads[p];
            cost[left++] = cost[p];
        }
        pairs = left;
    }
    free(least_of_tail), free(least_of_head), free(head_of), free(tail_of), free(taken);
    return lacking ? -1 : links;
}

/* `chains._chained`: follows the links from maximum to maximum. Each chain that has at least `min_points` maxima, and a
 * peak of at least `least` (in 1e-9 s-1), is a track.
 *
 * `successor` has the next maximum of each, -1 for none. `index` is filled with the maxima of one track after another,
 * and `row_size` with the length of each track; both have room for as many numbers as there are maxima. Returns how
 * many maxima are in tracks, -1 where there is no memory; `*tracks` says how many tracks there are.
 */
EXPORTED int64_t chained(int64_t count, const int32_t *successor, const float *vorticity, int64_t min_points,
                         double least, int64_t *index, int32_t *row_size, int64_t *tracks)
{
    char *follows = calloc((size_t)count + 1, 1);
    if (!follows)
        return -1;
    int64_t points = 0, rows = 0;
    for (int64_t k = 0; k < count; k++)
        if (successor[k] >= 0)
            follows[successor[k]] = 1;
    for (int64_t k = 0; k < count; k++) {
        if (follows[k])
            continue;
        const int64_t before = points;
        float peak = 0.0f;
        for (int64_t one = k; one >= 0; one = successor[one]) {
            index[points++] = one;
            if (vorticity[one] > peak || vorticity[one] != vorticity[one])
                peak = vorticity[one]; /* NaN stays */
        }
        if (points - before >= min_points && (double)rintf(peak * 1e9f) >= least)
            row_size[rows++] = (int32_t)(points - before);
        else
            points = before;
    }
    free(follows);
    *tracks = rows;
    return points;
}
