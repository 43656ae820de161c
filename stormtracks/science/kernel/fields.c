/* Winds or vorticity -> a wrapped field of cyclonic vorticity. Mirrors science/vorticity.py, and `maxima._wrapped`. */
#include <math.h>
#include <string.h>

#include "fields.h"

static void finish_row(const struct grid *grid, float *row);
static void fill_row(const struct grid *grid, float *row, float value);
static void curl_row(int64_t nlon, const float *v, const float *u, const float *north, const float *south, float east,
                     float here, float above, float below, float *out);
static void curl_across(int64_t nlon, const float *v, const float *u, const float *near, float east, float here,
                        float weight, float beyond, float *out);
static double pairwise_sum(const float *values, int64_t n);

/* A field that is cyclonic vorticity already. */
void wrap_cyclonic(const struct grid *grid, const float *field, float *wrapped)
{
    const int64_t nlon = grid->nlon, width = nlon + 2;
    for (int64_t row = 0; row < grid->nlat; row++) {
        memcpy(wrapped + row * width + 1, field + row * nlon, nlon * sizeof(float));
        finish_row(grid, wrapped + row * width + 1);
    }
}

/* Relative vorticity: `vorticity.cyclonic` turns its sign in the southern hemisphere. */
void wrap_vorticity(const struct grid *grid, const struct stencil *stencil, const float *field, float *wrapped)
{
    const int64_t nlon = grid->nlon, width = nlon + 2;
    for (int64_t row = 0; row < grid->nlat; row++) {
        const float *from = field + row * nlon;
        const float sign = stencil->hemisphere[row];
        float *out = wrapped + row * width + 1;
        for (int64_t i = 0; i < nlon; i++)
            out[i] = from[i] * sign;
        finish_row(grid, out);
    }
}

/* `vorticity._curl`: winds -> cyclonic vorticity. */
void wrap_curl(const struct grid *grid, const struct stencil *stencil, const float *u, const float *v, float *wrapped)
{
    const int64_t nlat = grid->nlat, nlon = grid->nlon, width = nlon + 2;
    for (int64_t row = 0; row < nlat; row++) {
        const float *here = u + row * nlon;
        float *out = wrapped + row * width + 1;
        const int is_north = row == nlat - 1;
        if (row > 0 && !is_north) {
            curl_row(nlon, v + row * nlon, here, here + nlon, here - nlon, stencil->east[row], stencil->here[row],
                     stencil->above[row], stencil->below[row], out);
            if (!grid->periodic)
                out[0] = out[nlon - 1] = NAN;
            finish_row(grid, out);
            continue;
        }
        const float *near = is_north ? here - nlon : here + nlon; /* `vorticity._finish_end` */
        switch (stencil->ends[is_north]) {
        case POLE:
            fill_row(grid, out, (float)(pairwise_sum(near, nlon) / nlon * stencil->poles[is_north]));
            break;
        case ACROSS:
            curl_across(nlon, v + row * nlon, here, near, stencil->east[row], stencil->here[row],
                        is_north ? stencil->below[row] : stencil->above[row],
                        is_north ? stencil->above[row] : stencil->below[row], out);
            finish_row(grid, out);
            break;
        default:
            fill_row(grid, out, NAN);
        }
    }
}

/* The columns outside a row: those from round the globe, or NaN. */
static void finish_row(const struct grid *grid, float *row)
{
    row[-1] = grid->periodic ? row[grid->nlon - 1] : NAN;
    row[grid->nlon] = grid->periodic ? row[0] : NAN;
}

static void fill_row(const struct grid *grid, float *row, float value)
{
    for (int64_t i = -1; i <= grid->nlon; i++)
        row[i] = value;
}

/* out = (((v[i+1] - v[i-1]) east + u here) + u[next to the north] above) + u[next to the south] below, in this order. */
FOR_EACH_PROCESSOR
static void curl_row(int64_t nlon, const float *restrict v, const float *restrict u, const float *restrict north,
                     const float *restrict south, float east, float here, float above, float below, float *restrict out)
{
    const int64_t last = nlon - 1;
    for (int64_t i = 1; i < last; i++)
        out[i] = (((v[i + 1] - v[i - 1]) * east + u[i] * here) + north[i] * above) + south[i] * below;
    out[0] = (((v[1] - v[last]) * east + u[0] * here) + north[0] * above) + south[0] * below;
    out[last] = (((v[0] - v[last - 1]) * east + u[last] * here) + north[last] * above) + south[last] * below;
}

/* The last row of a grid that leaves out only the pole: the row beyond is this one half-way round, where east points
 * the other way. */
static void curl_across(int64_t nlon, const float *v, const float *u, const float *near, float east, float here,
                        float weight, float beyond, float *out)
{
    for (int64_t i = 0; i < nlon; i++) {
        const float after = v[i + 1 < nlon ? i + 1 : 0], before = v[i > 0 ? i - 1 : nlon - 1];
        const float turned = -u[(i + nlon - nlon / 2) % nlon];
        out[i] = (((after - before) * east + u[i] * here) + near[i] * weight) + turned * beyond;
    }
}

/* NumPy's sum of a row in double precision, which `mean` divides: eight sums side by side, long rows in halves. */
static double pairwise_sum(const float *values, int64_t n)
{
    if (n > 128) {
        int64_t half = n / 2;
        half -= half % 8;
        return pairwise_sum(values, half) + pairwise_sum(values + half, n - half);
    }
    double sum = 0.0, part[8] = {0.0};
    int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (int j = 0; j < 8; j++)
            part[j] += values[i + j];
    if (n >= 8)
        sum = ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
    for (; i < n; i++)
        sum += values[i];
    return sum;
}
