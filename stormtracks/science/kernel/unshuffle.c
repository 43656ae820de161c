/* Numbers whose bytes are stored plane by plane -> floats, as `chunks.unshuffle`, and whether they are sound. */
#include <string.h>

#include "kernel.h"

static int32_t join(const uint8_t *lowest, const uint8_t *second, const uint8_t *third, const uint8_t *highest,
                    int64_t count, int32_t *out);

/* Puts floats of four bytes together. There are `number` chunks. Each has four planes, `apart` bytes from one to the
 * next: the lowest bytes of all its floats, then the second ones, and so on. Of each chunk `count` floats are put
 * together, from the one with the number `first` on, and written to `out`.
 *
 * Returns whether all are finite and none is greater than `largest` without its sign. Without the sign, floats are in
 * the same order as their bits are as whole numbers, and what is not finite comes last. */
EXPORTED int32_t unshuffle(int64_t number, const uint8_t *const *chunks, int64_t apart, int64_t first, int64_t count,
                           float largest, float *out)
{
    int32_t limit, most = 0;
    memcpy(&limit, &largest, sizeof limit);
    for (int64_t k = 0; k < number; k++) {
        const uint8_t *planes = chunks[k] + first;
        const int32_t own =
            join(planes, planes + apart, planes + 2 * apart, planes + 3 * apart, count, (int32_t *)out + k * count);
        most = own > most ? own : most;
    }
    return most <= limit;
}

/* Puts the floats of one chunk together. Returns the highest of their bits, as a whole number without the sign. */
FOR_EACH_PROCESSOR
static int32_t join(const uint8_t *restrict lowest, const uint8_t *restrict second, const uint8_t *restrict third,
                    const uint8_t *restrict highest, int64_t count, int32_t *restrict out)
{
    int32_t most = 0;
    for (int64_t i = 0; i < count; i++) {
        const uint32_t bits =
            (uint32_t)lowest[i] | (uint32_t)second[i] << 8 | (uint32_t)third[i] << 16 | (uint32_t)highest[i] << 24;
        const int32_t unsigned_bits = (int32_t)(bits & 0x7fffffff);
        out[i] = (int32_t)bits;
        most = unsigned_bits > most ? unsigned_bits : most;
    }
    return most;
}
