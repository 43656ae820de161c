#ifndef STORMTRACKS_DISTANCE_H
#define STORMTRACKS_DISTANCE_H

#include <math.h>

#define CIRCLE 36000000.0 /* `sphere._CIRCLE`: steps of the grid of positions in 360 degrees */
#define DEGREE (3.14159265358979323846 / 180.0)
#define DIAMETER_M 12742000.0 /* 2000 `sphere.EARTH_RADIUS_KM` */

/* A position as `sphere.Places` has it: latitude in radians, its cosine, longitude as a whole number of steps. */
typedef struct {
    double phi, cosine, lon;
} Place;

/* Steps of the grid from one longitude to another, the short way round. */
static inline double turned(double one, double other)
{
    double apart = fabs(one - other);
    if (apart > CIRCLE)
        apart = fmod(apart, CIRCLE);
    return apart > CIRCLE - apart ? CIRCLE - apart : apart;
}

/* `sphere._haversine` */
static inline double haversine(Place one, Place other)
{
    const double lat = sin((one.phi - other.phi) / 2);
    const double lon = sin(turned(one.lon, other.lon) * (3.14159265358979323846 / CIRCLE));
    return lat * lat + one.cosine * other.cosine * (lon * lon);
}

/* `sphere._metres` */
static inline int64_t metres(double square)
{
    return (int64_t)rint(DIAMETER_M * asin(sqrt(square < 0.0 ? 0.0 : square > 1.0 ? 1.0 : square)));
}

/* As `metres`, but not rounded, of a square of 0 or more, and by a series: the compiler makes it several at a time. Up
 * to `SERIES` the series differs from asin by less than a millionth of a metre. `metres` is needed only beyond
 * `SERIES`, and within `DOUBT_M` of the middle between two whole metres. */
#define SERIES 0.01
#define DOUBT_M 1e-4
static inline double series_m(double up)
{
    const double asine =
        1.0 + up * (1.0 / 6 + up * (3.0 / 40 + up * (5.0 / 112 + up * (35.0 / 1152 + up * (63.0 / 2816)))));
    return DIAMETER_M * (sqrt(up) * asine);
}

#endif
