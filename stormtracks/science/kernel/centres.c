/* A peak -> the top of the surface through the 3 x 3 values around it: `maxima._centres` and `_moved`. */
#include <math.h>

#include "centres.h"

#define LEAST_CURVATURE 1e-9 /* `maxima._LEAST_CURVATURE` */
static const double DEGREES = 180.0 / 3.14159265358979323846;

static void fit(const double *weights, const double *values, double *fitted);
static double fitted_one(const double *weights, const double *values);
static double rounded(double degrees);

/* Where the peak at a place lies; 0 where a value around it is infinite: such fields are left to NumPy. */
int find_centre(const struct grid *grid, const float *wrapped, int32_t place, struct centre *centre)
{
    const int64_t width = grid->nlon + 2;
    const int64_t row = place / width, column = place % width - 1;
    const int64_t around[9] = {0, 1, -1, width, -width, width + 1, width - 1, 1 - width, -1 - width};
    centre->value = wrapped[place];
    centre->row = (int32_t)row;
    centre->column = (int32_t)column;
    centre->east = centre->north = 0.0;
    if (row > 0 && row < grid->nlat - 1) {
        double values[9], fitted[5];
        for (int p = 0; p < 9; p++) {
            values[p] = wrapped[place + around[p]];
            if (!isfinite(values[p]))
                return 0;
        }
        fit(grid->fits + row * 45, values, fitted);
        const double slope_x = fitted[0], slope_y = fitted[1];
        const double bend_xx = fitted[2], bend_xy = fitted[3], bend_yy = fitted[4];
        const double determinant = bend_xx * bend_yy - bend_xy * bend_xy;
        if (determinant > LEAST_CURVATURE * (bend_xx * bend_xx + bend_yy * bend_yy) && bend_xx < 0) {
            const double east = (bend_xy * slope_y - bend_yy * slope_x) / determinant;
            const double north = (bend_xy * slope_x - bend_xx * slope_y) / determinant;
            /* no farther than half a cell: both are shortened in the same proportion */
            const double limit_x = grid->reach[row] / fmax(fabs(east), 1e-30);
            const double limit_y = grid->reach[grid->nlat + row] / fmax(fabs(north), 1e-30);
            const double limit = fmin(1.0, fmin(limit_x, limit_y));
            centre->east = east * limit;
            centre->north = north * limit;
        }
    }
    /* The point of the plane as a unit vector, for distances. Degrees are computed later, only for centres that stay. */
    const double out = grid->cos_lat[row] - centre->north * grid->sin_lat[row];
    const double up = grid->sin_lat[row] + centre->north * grid->cos_lat[row];
    const double x = out * grid->cos_lon[column] - centre->east * grid->sin_lon[column];
    const double y = out * grid->sin_lon[column] + centre->east * grid->cos_lon[column];
    const double length = sqrt(x * x + y * y + up * up);
    centre->x = x / length;
    centre->y = y / length;
    centre->z = up / length;
    return 1;
}

/* `maxima._moved`, then `sphere.wrap` and `sphere.on_grid`. The outer rows' maxima, poles, lie at their grid points. */
struct position position_of(const struct grid *grid, const struct centre *centre)
{
    const int64_t row = centre->row, column = centre->column;
    if (row == 0 || row == grid->nlat - 1) {
        struct position pole = {grid->pole_lat[row], grid->pole_lon[column]};
        return pole;
    }
    const double out = grid->cos_lat[row] - centre->north * grid->sin_lat[row];
    const double up = grid->sin_lat[row] + centre->north * grid->cos_lat[row];
    const double lat = atan2(up, hypot(out, centre->east)) * DEGREES;
    double lon = (grid->lon[column] + atan2(centre->east, out)) * DEGREES + 180.0;
    if (lon < 0.0 || lon >= 360.0) { /* Python's remainder has the sign of 360 */
        lon = fmod(lon, 360.0);
        if (lon < 0.0)
            lon += 360.0;
    }
    struct position found = {rounded(lat), rounded(lon - 180.0)};
    if (found.lon == 180.0)
        found.lon = -180.0;
    return found;
}

/* Slopes and bends of the surface: five sums of nine products, `np.einsum("nkp,np->kn", ...)`. */
static void fit(const double *weights, const double *values, double *fitted)
{
    for (int k = 0; k < 5; k++)
        fitted[k] = fitted_one(weights + 9 * k, values);
}

/* In the order of NumPy's SSE2 loops, two sums side by side, of eight products the last ones first; where NumPy adds in
   another order the place differs in its last bits, far below the rounding of places. */
static double fitted_one(const double *w, const double *v)
{
    double even = w[6] * v[6], odd = w[7] * v[7];
    even = w[4] * v[4] + even;
    odd = w[5] * v[5] + odd;
    even = w[2] * v[2] + even;
    odd = w[3] * v[3] + odd;
    even = w[0] * v[0] + even;
    odd = w[1] * v[1] + odd;
    even = w[8] * v[8] + even;
    return even + odd;
}

/* `np.round(degrees, 5)` */
static double rounded(double degrees)
{
    return rint(degrees * 1e5) / 1e5;
}
