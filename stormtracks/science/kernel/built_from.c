#include "kernel.h"

/* The hash of the sources that this library was compiled from, which the compiler is told: a file that was given
 * another one's name is found out. */
EXPORTED const char *built_from(void)
{
    return BUILT_FROM;
}
