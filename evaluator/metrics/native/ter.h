/* What distance.c and ter.c share: one hypothesis against one reference. */
#ifndef EVALUATOR_TER_H
#define EVALUATOR_TER_H

#include "kernel.h"

#define BEAM 25
#define MOST_BLOCKS 8 /* beyond 512 words the band is less work than the bit vectors */

typedef struct {
    const u32 *ref;
    long n_h, n_r, beam, width;
    double ratio;
    const TerReference *reference;
    TerSpace *space;
    long distance; /* of the hypothesis as it stands */
    int with_states;
} Job;

int align_words(Job *job);
long shifted_distance(Job *job, long from, long to);

#endif
