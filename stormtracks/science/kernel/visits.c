#include "kernel.h"

#include <math.h>

/* `density._visits`: how many tracks pass within a cap's radius of each point of a grid.
 *
 * For each track a bit is set at each point of the grid that it passes; then the bits are counted and cleared. So a
 * track counts once, however many of its points are near. */

/* Tracks, their points one after the other, degrees. `long_way` and `opposite` are squares of straight lines through
 * the unit sphere. Between two points that are farther apart than `long_way`, the point half-way counts too, as in
 * `density._with_midpoints`; but not where they are as far apart as `opposite`, since opposite points have no
 * middle. */
typedef struct {
    int64_t count;
    const int64_t *row_size;
    const double *lat, *lon;
    double long_way, opposite;
} Tracks;

/* The grid's rows and columns. A track's point may be near a row only if its latitude lies between that row's `south`
 * and `north`, degrees. `sine` and `cosine` are those of the rows' latitudes. */
typedef struct {
    int64_t rows, columns;
    const double *south, *north, *sine, *cosine;
    double first, spacing; /* of the columns, degrees */
} Grid;

/* What a track has passed: a bit for each column of each row. A row takes `words` words of 64 bits. No bit is set
 * between two tracks. */
typedef struct {
    int64_t words;
    uint64_t *bits;
    int64_t first, last; /* rows that may have one */
} Passed;

/* A point: its unit vector, the cosine of its latitude, its latitude, and how far it lies to the east of the first
 * column, both in degrees. */
typedef struct {
    double x, y, z, cosine, lat, east;
} Place;

static const double PI = 3.14159265358979323846;

/* Degrees that a quick arc cosine is trusted to. Its error is at most 2e-6, far less. */
#define DOUBT 1e-5

static inline double least(double one, double other)
{
    return one < other ? one : other;
}

static inline double most(double one, double other)
{
    return one > other ? one : other;
}

/* The arc cosine in degrees, nearly: Abramowitz and Stegun (1964), 4.4.46. */
static inline double quick_acos(double cosine)
{
    const double x = fabs(cosine);
    double sum = -0.0012624911;
    sum = sum * x + 0.0066700901;
    sum = sum * x - 0.0170881256;
    sum = sum * x + 0.0308918810;
    sum = sum * x - 0.0501743046;
    sum = sum * x + 0.0889789874;
    sum = sum * x - 0.2145988016;
    sum = sum * x + 1.5707963050;
    const double arc = sqrt(1.0 - x) * sum * (180.0 / PI);
    return cosine < 0.0 ? 180.0 - arc : arc;
}

/* Whether a column's number is so near to a whole one that an exact arc cosine might put it on the other side. */
static inline int doubtful(double column, double doubt)
{
    return fabs(column - rint(column)) <= doubt;
}

/* Sets the bits of the columns from `begin` up to, and without, `end`. */
static inline void note(uint64_t *bits, int64_t begin, int64_t end)
{
    const int64_t first = begin >> 6, last = (end - 1) >> 6;
    const uint64_t from = ~(uint64_t)0 << (begin & 63), until = ~(uint64_t)0 >> (63 - ((end - 1) & 63));
    if (first == last) {
        bits[first] |= from & until;
        return;
    }
    bits[first] |= from;
    for (int64_t word = first + 1; word < last; word++)
        bits[word] = ~(uint64_t)0;
    bits[last] |= until;
}

/* Sets the bits of a row's columns that are at most `half` degrees of longitude from a point, which lies `east` degrees
 * from the first column. `half` is the quick arc cosine of `cosine`. The ends are rounded to whole columns, so only
 * where such an end is doubtful is the exact arc cosine needed. */
static inline void pass_near(const Grid *grid, double east, double cosine, double half, uint64_t *bits)
{
    const double per_degree = 1.0 / grid->spacing;
    double begin = (east - half) * per_degree, end = (east + half) * per_degree;
    if (doubtful(begin, DOUBT * per_degree) || doubtful(end, DOUBT * per_degree)) {
        half = acos(cosine) * (180.0 / PI);
        begin = (east - half) / grid->spacing;
        end = (east + half) / grid->spacing;
    }
    begin = most(0.0, ceil(begin)); /* in this order what is not a number stays one, and has no columns */
    end = least((double)grid->columns, floor(end) + 1.0);
    if (begin < end)
        note(bits, (int64_t)begin, (int64_t)end);
}

/* Sets the bits of all that a point is near. `*row` is the first row that the point before was near, and a good place
 * to begin to look for that of this one.
 *
 * In each row these columns are one stretch. It may reach across the grid's first or last column, so it is also tried
 * shifted by a circle to the west and to the east, as in `density._stretches`. */
static inline void pass(const Grid *grid, const Place *place, double radius, int64_t *row, Passed *passed)
{
    const double width = (double)grid->columns * grid->spacing;
    while (*row > 0 && !(grid->north[*row - 1] < place->lat))
        --*row;
    while (*row < grid->rows && grid->north[*row] < place->lat)
        ++*row;
    int64_t here = *row;
    for (; here < grid->rows && grid->south[here] <= place->lat; here++) {
        const double far = radius - place->z * grid->sine[here];
        const double wide = most(place->cosine * grid->cosine[here], 1e-15); /* at a pole: the whole row, or nothing */
        if (far > wide)
            continue;
        const double cosine = most(far / wide, -1.0), half = quick_acos(cosine), east = place->east;
        uint64_t *bits = passed->bits + here * passed->words;
        if (east - 360.0 + half + DOUBT >= 0.0)
            pass_near(grid, east - 360.0, cosine, half, bits);
        pass_near(grid, east, cosine, half, bits);
        if (east + 360.0 - half - DOUBT <= width)
            pass_near(grid, east + 360.0, cosine, half, bits);
    }
    passed->first = *row < passed->first ? *row : passed->first;
    passed->last = here > passed->last ? here : passed->last;
}

/* Adds 1 to `visits` wherever a bit is set, and clears the bits. */
static void add(const Grid *grid, Passed *passed, int32_t *visits)
{
    for (int64_t row = passed->first; row < passed->last; row++)
        for (int64_t word = 0; word < passed->words; word++) {
            uint64_t *bits = passed->bits + row * passed->words + word;
            int32_t *of_word = visits + row * grid->columns + 64 * word;
            for (uint64_t left = *bits; left; left &= left - 1)
                of_word[__builtin_ctzll(left)]++;
            *bits = 0;
        }
    passed->first = grid->rows;
    passed->last = 0;
}

/* Degrees to the east of the first column, from 0 to 360. */
static inline double east_of(const Grid *grid, double lon)
{
    const double east = lon - grid->first;
    return east - 360.0 * floor(east / 360.0);
}

static inline Place place_of(const Grid *grid, double lat, double lon)
{
    const double phi = lat * (PI / 180.0), lambda = lon * (PI / 180.0), cosine = cos(phi);
    const Place made = {cosine * cos(lambda), cosine * sin(lambda), sin(phi), cosine, lat, east_of(grid, lon)};
    return made;
}

/* The place half-way between two. */
static inline Place half_way(const Grid *grid, const Place *one, const Place *other)
{
    const double x = one->x + other->x, y = one->y + other->y, z = one->z + other->z;
    const double flat = sqrt(x * x + y * y), length = sqrt(flat * flat + z * z);
    const double lat = atan2(z, flat) * (180.0 / PI), lon = atan2(y, x) * (180.0 / PI);
    const Place made = {x / length, y / length, z / length, flat / length, lat, east_of(grid, lon)};
    return made;
}

static inline double way(const Place *one, const Place *other)
{
    const double x = other->x - one->x, y = other->y - one->y, z = other->z - one->z;
    return x * x + y * y + z * z;
}

FOR_EACH_PROCESSOR static void count(const Tracks *tracks, const Grid *grid, double radius, Passed *passed,
                                     int32_t *visits)
{
    int64_t point = 0, row = 0;
    for (int64_t track = 0; track < tracks->count; track++) {
        Place before = {0};
        for (int64_t number = 0; number < tracks->row_size[track]; number++, point++) {
            const Place here = place_of(grid, tracks->lat[point], tracks->lon[point]);
            const double its_way = way(&before, &here);
            if (number && its_way > tracks->long_way && its_way < tracks->opposite) {
                const Place middle = half_way(grid, &before, &here);
                pass(grid, &middle, radius, &row, passed);
            }
            pass(grid, &here, radius, &row, passed);
            before = here;
        }
        add(grid, passed, visits);
    }
}

/* Adds to `visits`, shape (rows, columns), how many tracks pass each point of the grid. `radius` is the cosine of the
 * cap's radius. `bits` is room to work in, shape (rows, words): all 0, and all 0 again afterwards. */
EXPORTED void visits(const Tracks *tracks, const Grid *grid, double radius, int64_t words, uint64_t *bits,
                     int32_t *visits)
{
    Passed passed = {words, bits, grid->rows, 0};
    count(tracks, grid, radius, &passed, visits);
}
