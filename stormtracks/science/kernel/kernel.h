/* What all files of the kernel share.
 *
 * Where to begin: find.c (winds -> maxima: fields.c, peaks.c, centres.c, thinning.c, in this order), links.c and motion.c
 * (maxima -> tracks: pairs.c before them, assignment.c behind motion.c), meetings.c (tracks of all members near each
 * other), partners.c and groups.c (these -> storms), visits.c (tracks -> how many pass a place), around.c (fields -> what
 * is around tracks) and unshuffle.c (stored bytes -> winds). Each function marked EXPORTED is called by the module in
 * Python that its comment, or finding.py, links.py, meetings.py, grouping.py, visits.py, around.py or shuffled.py beside
 * it, names.
 *
 * Plain C99 and libm, nothing of Python: ctypes hands over numbers and pointers. Each operation on floats stands in the
 * order of the NumPy lines that it mirrors, which a comment names, and is compiled with -ffp-contract=off, so that the
 * compiler may not join a product and a sum: the results are then the same bit for bit. No function keeps anything from
 * one call to the next.
 */
#ifndef STORMTRACKS_KERNEL_H
#define STORMTRACKS_KERNEL_H

#include <stddef.h>
#include <stdint.h>

/* Of all functions only those marked so can be called from Python. */
#define EXPORTED __attribute__((visibility("default")))

/* A function marked so is compiled twice, for any processor and for those with AVX2, and the loader takes the one that
 * the processor can do. That needs glibc; elsewhere, and under a sanitizer, there is one. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__has_attribute) && !defined(STORMTRACKS_ONE_CLONE)
#if __has_attribute(target_clones)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("avx2", "default")))
#endif
#endif
#ifndef FOR_EACH_PROCESSOR
#define FOR_EACH_PROCESSOR
#endif

#endif
