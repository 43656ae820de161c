/* What all files of the kernel share.
 *
 * Where to begin:
 *
 * find.c: winds -> maxima. It calls fields.c, peaks.c, centres.c and thinning.c, in this order.
 *
 * pairs.c: points -> those that are near each other, such as maxima that may be linked.
 *
 * links.c: pairs of maxima -> tracks. motion.c is what only the linker `motion` needs; it calls assignment.c.
 *
 * meetings.c: tracks of all members -> which of them run near each other. partners.c and groups.c: these -> storms.
 *
 * visits.c: tracks -> how many pass each place of a map.
 *
 * around.c: fields -> what is around tracks.
 *
 * unshuffle.c: stored bytes -> winds.
 *
 * Python calls the functions that are marked EXPORTED, from finding.py, links.py, meetings.py, grouping.py, visits.py,
 * around.py and shuffled.py in this folder. A name in a comment such as `sphere.pairs_within` is that of the function
 * in Python (stormtracks/science/sphere.py) which does the same with NumPy, and explains it.
 *
 * This is plain C99 with libm, and nothing of Python: ctypes hands over numbers and pointers. Pointers lead to
 * the caller's memory; a function frees whatever it takes for itself, and keeps nothing from one call to the next.
 *
 * The results are those of NumPy, bit for bit. For that each operation on floats stands in the order of the NumPy lines
 * that it mirrors: do not write an expression on floats in another order. The flag -ffp-contract=off keeps the compiler
 * from joining a product and a sum, which would round once where NumPy rounds twice.
 */
#ifndef STORMTRACKS_KERNEL_H
#define STORMTRACKS_KERNEL_H

#include <stddef.h>
#include <stdint.h>

/* Of all functions only those marked so can be called from Python. */
#define EXPORTED __attribute__((visibility("default")))

/* A function marked so is compiled twice: for any processor, and for those with AVX2 (instructions that work on eight
 * floats at once). When the library is loaded, the one that suits the processor is chosen. That needs glibc. Elsewhere,
 * and under a sanitizer, it is compiled once. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__has_attribute) && !defined(STORMTRACKS_ONE_CLONE)
#if __has_attribute(target_clones)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("avx2", "default")))
#endif
#endif
#ifndef FOR_EACH_PROCESSOR
#define FOR_EACH_PROCESSOR
#endif

#endif
