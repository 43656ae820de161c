#include "kernel.h"

#include <math.h>
#include <stdlib.h>

#include "assignment.h"
#include "distance.h"

/* What is known of the pairs of a time, and room to work in. */
typedef struct {
    int64_t *cost, *next; /* of each pair: its cost, -1 where it is not to be, and the next one of its group */
    int64_t *name, *begins; /* of each maximum: another one of its group, the first pair of that */
    int64_t *rank, *rows, *columns; /* of each maximum its row or column; the maxima that these are */
    int64_t width, height, cells; /* room in the assignment */
    Assignment assignment;
} Work;

static int64_t end_of(int64_t *name, int64_t one)
{
    while (name[one] != one) {
        name[one] = name[name[one]];
        one = name[one];
    }
    return one;
}

static int ascending(const void *one, const void *other)
{
    const int64_t a = *(const int64_t *)one, b = *(const int64_t *)other;
    return (a > b) - (a < b);
}

/* Room for an assignment of rows x columns; 0, or 1 where there is no memory. */
static int made_room(Work *work, int64_t rows, int64_t columns)
{
    Assignment *a = &work->assignment;
    if (rows * columns > work->cells) {
        free(a->cost);
        work->cells = 2 * rows * columns;
        a->cost = malloc((size_t)work->cells * sizeof *a->cost);
    }
    if (rows > work->height) {
        free(a->of_row), free(a->column_of), free(a->seen_row);
        work->height = 2 * rows;
        a->of_row = malloc((size_t)work->height * sizeof *a->of_row);
        a->column_of = malloc((size_t)work->height * sizeof *a->column_of);
        a->seen_row = malloc((size_t)work->height);
    }
    if (columns > work->width) {
        free(a->of_column), free(a->shortest), free(a->came_from), free(a->remaining), free(a->row_of);
        free(a->seen_column);
        work->width = 2 * columns;
        a->of_column = malloc((size_t)work->width * sizeof *a->of_column);
        a->shortest = malloc((size_t)work->width * sizeof *a->shortest);
        a->came_from = malloc((size_t)work->width * sizeof *a->came_from);
        a->remaining = malloc((size_t)work->width * sizeof *a->remaining);
        a->row_of = malloc((size_t)work->width * sizeof *a->row_of);
        a->seen_column = malloc((size_t)work->width);
    }
    return !a->cost || !a->of_row || !a->column_of || !a->seen_row || !a->of_column || !a->shortest || !a->came_from ||
           !a->remaining || !a->row_of || !a->seen_column;
}

/* `Contests.decided` of one group, whose pairs are a list from `first` on, by tail and head. 0, or 1: no memory. */
static int link_group(Work *work, int64_t first, const int64_t *tails, const int64_t *heads, int64_t limit_m,
                      int32_t *successor)
{
    int64_t ntails = 0, nheads = 0;
    for (int64_t k = first; k >= 0; k = work->next[k]) {
        const int64_t tail = tails[k];
        if (!ntails || work->rows[ntails - 1] != tail)
            work->rows[ntails++] = tail;
        work->columns[nheads++] = heads[k];
    }
    if (nheads == 1) {
        if (work->cost[first] >= 0)
            successor[work->rows[0]] = (int32_t)work->columns[0];
        return 0;
    }
    qsort(work->columns, (size_t)nheads, sizeof *work->columns, ascending);
    int64_t different = 1;
    for (int64_t k = 1; k < nheads; k++)
        if (work->columns[k] != work->columns[k - 1])
            work->columns[different++] = work->columns[k];
    nheads = different;
    for (int64_t k = 0; k < ntails; k++)
        work->rank[work->rows[k]] = k;
    for (int64_t k = 0; k < nheads; k++)
        work->rank[work->columns[k]] = k;
    const int turned_over = nheads < ntails;
    const int64_t rows = turned_over ? nheads : ntails, columns = turned_over ? ntails : nheads;
    if (made_room(work, rows, columns))
        return 1;
    double *cost = work->assignment.cost;
    for (int64_t k = 0; k < rows * columns; k++)
        cost[k] = 0.0;
    for (int64_t k = first; k >= 0; k = work->next[k]) {
        const int64_t tail = work->rank[tails[k]], head = work->rank[heads[k]];
        const int64_t cell = turned_over ? head * columns + tail : tail * columns + head;
        if (work->cost[k] < 0)
            continue;
        cost[cell] = 1000.0 * (double)work->cost[k] - 1001.0 * (double)limit_m; /* below 0 */
    }
    assign(&work->assignment, rows, columns);
    for (int64_t row = 0; row < rows; row++) {
        const int64_t column = work->assignment.column_of[row];
        if (column < 0 || !(cost[row * columns + column] < 0.0))
            continue;
        successor[work->rows[turned_over ? column : row]] = (int32_t)work->columns[turned_over ? row : column];
    }
    return 0;
}

/* `motion._ahead` and `sphere.lat_lon`: where what came from one point to another is expected next. */
static void expect(const double *before, const double *now, double steadiness, double *lat, double *lon)
{
    double next[3];
    for (int axis = 0; axis < 3; axis++)
        next[axis] = now[axis] + steadiness * (now[axis] - before[axis]);
    *lat = atan2(next[2], hypot(next[0], next[1])) / DEGREE;
    const double turn = fmod(atan2(next[1], next[0]) / DEGREE + 180.0, 360.0);
    *lon = turn - 180.0;
}

/* Links of the pairs of one time: their costs, their groups, and what is best in each. 0, or 1: no memory. */
static int link_time(Work *work, const int64_t *tails, const int64_t *heads, const int64_t *reach_m,
                     const int64_t *strength_m, int64_t pairs, const double *const places[3], const double *lat,
                     const double *lon, int32_t *successor)
{
    int64_t limit_m = 1;
    for (int64_t p = 0; p < pairs; p++) {
        const int64_t tail = tails[p], head = heads[p];
        const double phi = rint(lat[tail] * 1e5) / 1e5 * DEGREE;
        const Place from = {phi, cos(phi), rint(lon[tail] * 1e5)};
        const int64_t miss = metres(haversine(from, (Place){places[0][head], places[1][head], places[2][head]}));
        work->cost[p] = miss > reach_m[p] ? -1 : miss + strength_m[p];
        if (reach_m[p] > limit_m)
            limit_m = reach_m[p];
        if (work->cost[p] > limit_m)
            limit_m = work->cost[p];
        work->name[tail] = tail;
        work->name[head] = head;
        work->begins[tail] = work->begins[head] = -1;
    }
    for (int64_t k = 0; k < pairs; k++) {
        const int64_t one = end_of(work->name, tails[k]), other = end_of(work->name, heads[k]);
        work->name[one > other ? one : other] = one > other ? other : one;
    }
    for (int64_t k = pairs - 1; k >= 0; k--) { /* from the last on, so that each list is in order */
        const int64_t of = end_of(work->name, tails[k]);
        work->next[k] = work->begins[of];
        work->begins[of] = k;
    }
    for (int64_t k = 0; k < pairs; k++) {
        const int64_t of = end_of(work->name, tails[k]);
        if (work->begins[of] == k && link_group(work, k, tails, heads, limit_m, successor))
            return 1;
    }
    return 0;
}

/* `motion._link_block`: links of pairs sorted by tail and head, time after time: those of a time end at `ends`.
 *
 * `point` has three numbers per maximum, `phi`, `cosine` and `lon` its place; `expected_lat` and `expected_lon` are
 * changed. 0, or 1 where there is no memory.
 */
EXPORTED int64_t motion(int64_t count, const double *point, const double *phi, const double *cosine, const double *lon,
                        int64_t pairs, const int64_t *tails, const int64_t *heads, const int64_t *reach_m,
                        const int64_t *strength_m, int64_t times, const int64_t *ends, double steadiness,
                        double *expected_lat, double *expected_lon, int32_t *successor)
{
    const size_t of_pairs = (size_t)pairs * sizeof(int64_t) + 1, of_maxima = (size_t)count * sizeof(int64_t) + 1;
    Work work = {malloc(of_pairs),
                 malloc(of_pairs),
                 malloc(of_maxima),
                 malloc(of_maxima),
                 malloc(of_maxima),
                 malloc(of_maxima),
                 malloc(of_pairs),
                 0,
                 0,
                 0,
                 {0}};
    const double *const places[3] = {phi, cosine, lon};
    int lacking = !work.cost || !work.next || !work.name || !work.begins || !work.rank || !work.rows || !work.columns;
    for (int64_t time = 0, begin = 0; time < times && !lacking; begin = ends[time++]) {
        lacking = link_time(&work, tails + begin, heads + begin, reach_m + begin, strength_m + begin,
                            ends[time] - begin, places, expected_lat, expected_lon, successor);
        for (int64_t p = begin; p < ends[time] && !lacking; p++)
            if (successor[tails[p]] == heads[p])
                expect(point + 3 * tails[p], point + 3 * heads[p], steadiness, expected_lat + heads[p],
                       expected_lon + heads[p]);
    }
    free(work.cost), free(work.next), free(work.name), free(work.begins), free(work.rank);
    free(work.rows), free(work.columns);
    Assignment *a = &work.assignment;
    free(a->cost), free(a->of_row), free(a->of_column), free(a->shortest), free(a->came_from), free(a->remaining);
    free(a->column_of), free(a->row_of), free(a->seen_row), free(a->seen_column);
    return lacking;
}
