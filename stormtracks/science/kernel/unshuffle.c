/* Numbers whose bytes are stored plane by plane -> floats, as `chunks.unshuffle`, and whether they are sound. */
#include <string.h>

#include "kernel.h"

static int32_t join(const uint8_t *lowest, const uint8_t *second, const uint8_t *third, const uint8_t *highest,
                    int64_t count, int32_t *out);

/* chunks: so many, each of four planes, so many bytes apart, lowest bytes first; of each the numbers from `first` on are
 * put together. out: count floats for each, which are filled. Returns whether all are finite and their absolute values at
 * most the largest: floats without their sign are ordered as their bits are, and what is not finite has the highest. */
EXPORTED int32_t unshuffle(int64_t number, const uint8_t *const *chunks, int64_t apart, int64_t first, int64_t count,
                           float largest, float *out)
{
    int32_t limit, most = 0;
    memcpy(&limit, &largest, sizeof limit);
    for (int64_t k = 0; k < number; k++) {
        const uint8_t *planes = chunks[k] + first;
        const int32_t own = join(planes, planes + apart, planes + 2 * apart, planes + 3 * apart, count,
                                 (int32_t *)out + k * count);
        most = own > most ? own : most;
    }
    return most <= limit;
}

/* The highest bits, the sign left out. */
FOR_EACH_PROCESSOR
static int32_t join(const uint8_t *restrict lowest, const uint8_t *restrict second, const uint8_t *restrict third,
                    const uint8_t *restrict highest, int64_t count, int32_t *restrict out)
{
    int32_t most = 0;
    for (int64_t i = 0; i < count; i++) {
        const uint32_t bits = (uint32_t)lowest[i] | (uint32_t)second[i] << 8 | (uint32_t)third[i] << 16 |
                              (uint32_t)highest[i] << 24;
        const int32_t unsigned_bits = (int32_t)(bits & 0x7fffffff);
        out[i] = (int32_t)bits;
        most = unsigned_bits > most ? unsigned_bits : most;
    }
    return most;
}
