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
static inline double turned(double one, double other) {
    double apart = fabs(one - other);
    if (apart > CIRCLE) apart = fmod(apart, CIRCLE);
    return apart > CIRCLE - apart ? CIRCLE - apart : apart;
}

/* `sphere._haversine` */
static inline double haversine(Place one, Place other) {
    const double lat = sin((one.phi - other.phi) / 2);
    const double lon = sin(turned(one.lon, other.lon) * (3.14159265358979323846 / CIRCLE));
    return lat * lat + one.cosine * other.cosine * (lon * lon);
}

/* `sphere._metres` */
static inline int64_t metres(double square) {
    return (int64_t)rint(DIAMETER_M * asin(sqrt(square < 0.0 ? 0.0 : square > 1.0 ? 1.0 : square)));
}

#endif
