/* Maxima of one field -> those that stay: weaker ones near a stronger one give way. The result is that of `maxima.thin`.
 *
 * The strongest first: each stays unless one that stays already is near it. Only those at about the same height above
 * the plane of the equator can be near, so they are kept in bins of height. */
#include <math.h>
#include <string.h>

#include "thinning.h"

#define EARTH_RADIUS_KM 6371.0 /* `sphere.EARTH_RADIUS_KM` */
#define PI 3.14159265358979323846
#define CIRCLE 36000000.0 /* `sphere._CIRCLE`: a circle in steps of positions */

static void strongest_first(const struct centre *centres, int64_t count, struct thinning *work);
static uint64_t ordered(float value);
static void sort(uint64_t *keys, uint64_t *spare, int64_t count);
static int64_t bins_of(const struct limits *limits, int64_t count);
static int64_t bin_of(const struct centre *centre, int64_t bins);
static void lay_out(const struct centre *centres, int64_t count, int64_t bins, struct thinning *work);
static int is_near(const struct grid *grid, const struct limits *limits, const struct centre *one,
                   const struct centre *other);
static double metres_apart(struct position one, struct position other);

void thin(const struct grid *grid, const struct limits *limits, const struct centre *centres, int64_t count,
          struct thinning *work, uint8_t *stays)
{
    if (limits->metres < 0 || count < 2) {
        memset(stays, 1, count);
        return;
    }
    const int64_t bins = bins_of(limits, count);
    strongest_first(centres, count, work);
    lay_out(centres, count, bins, work);
    for (int64_t i = 0; i < count; i++) {
        const int32_t one = (int32_t)(work->order[i] & 0xffffffff);
        const int64_t bin = bin_of(centres + one, bins);
        const int64_t low = bin > 0 ? bin - 1 : 0, high = bin + 1 < bins ? bin + 1 : bins - 1;
        int gives_way = 0;
        for (int64_t other = low; other <= high && !gives_way; other++)
            for (int32_t j = work->first[other]; j < work->first[other] + work->kept[other] && !gives_way; j++)
                gives_way = is_near(grid, limits, centres + one, centres + work->near[j]);
        stays[one] = !gives_way;
        if (!gives_way)
            work->near[work->first[bin] + work->kept[bin]++] = one;
    }
}

/* Indices by strength; of equally strong ones the earlier first. */
static void strongest_first(const struct centre *centres, int64_t count, struct thinning *work)
{
    for (int64_t i = 0; i < count; i++)
        work->order[i] = (uint64_t)(~ordered(centres[i].value) & 0xffffffff) << 32 | (uint64_t)i;
    sort(work->order, work->spare, count);
}

/* A number that is larger for a larger float. */
static uint64_t ordered(float value)
{
    uint32_t bits;
    value += 0.0f; /* -0 is as strong as 0 */
    memcpy(&bits, &value, sizeof bits);
    return bits & 0x80000000u ? (uint32_t)~bits : bits | 0x80000000u;
}

/* By one byte of the strength after another, the lowest first; equal ones keep their order. */
static void sort(uint64_t *keys, uint64_t *spare, int64_t count)
{
    uint64_t *from = keys, *to = spare;
    for (int shift = 32; shift < 64; shift += 8) {
        int64_t place[256] = {0}, first = 0;
        for (int64_t i = 0; i < count; i++)
            place[from[i] >> shift & 255]++;
        for (int byte = 0; byte < 256; byte++) {
            const int64_t alike = place[byte];
            place[byte] = first;
            first += alike;
        }
        for (int64_t i = 0; i < count; i++)
            to[place[from[i] >> shift & 255]++] = from[i];
        uint64_t *swapped = from;
        from = to;
        to = swapped;
    }
    /* Four rounds end where they began: the result is in `keys`. */
}

/* Bins of equal height, no lower than points that may be near are apart. */
static int64_t bins_of(const struct limits *limits, int64_t count)
{
    const double height = sqrt(limits->surely_far) * (1 + 1e-9);
    const double most = 2 / height; /* 0 where everything is near */
    const int64_t room = count < MOST_BINS ? count : MOST_BINS;
    return most < 1 ? 1 : most < room ? (int64_t)most : room;
}

static int64_t bin_of(const struct centre *centre, int64_t bins)
{
    const int64_t bin = (int64_t)((centre->z + 1) * 0.5 * bins);
    return bin < 0 ? 0 : bin < bins ? bin : bins - 1;
}

/* Room in each bin for all centres that belong into it. */
static void lay_out(const struct centre *centres, int64_t count, int64_t bins, struct thinning *work)
{
    memset(work->kept, 0, bins * sizeof *work->kept);
    for (int64_t i = 0; i < count; i++)
        work->kept[bin_of(centres + i, bins)]++;
    int32_t first = 0;
    for (int64_t bin = 0; bin < bins; bin++) {
        work->first[bin] = first;
        first += work->kept[bin];
        work->kept[bin] = 0;
    }
}

/* Whether two are near, which whole metres between rounded positions decide (`sphere.pairs_within`). These move a
 * point by less than a metre, so that the straight line between unrounded ones decides of nearly all pairs. */
static int is_near(const struct grid *grid, const struct limits *limits, const struct centre *one,
                   const struct centre *other)
{
    const double x = one->x - other->x, y = one->y - other->y, z = one->z - other->z;
    const double squared = x * x + y * y + z * z;
    if (squared > limits->surely_far)
        return 0;
    if (squared <= limits->surely_near)
        return 1;
    return metres_apart(position_of(grid, one), position_of(grid, other)) <= limits->metres;
}

/* `sphere.distance_m` */
static double metres_apart(struct position one, struct position other)
{
    const double phi = one.lat * (PI / 180.0), other_phi = other.lat * (PI / 180.0);
    double turned = fabs(rint(one.lon * (CIRCLE / 360.0)) - rint(other.lon * (CIRCLE / 360.0)));
    turned = fmod(turned, CIRCLE);
    if (turned > CIRCLE - turned)
        turned = CIRCLE - turned;
    const double across = sin((phi - other_phi) / 2), along = sin(turned * (PI / CIRCLE));
    const double haversine = across * across + cos(phi) * cos(other_phi) * (along * along);
    return rint(2000.0 * EARTH_RADIUS_KM * asin(sqrt(fmin(haversine, 1.0))));
}
