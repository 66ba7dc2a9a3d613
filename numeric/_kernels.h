/* What all instruction sets share: sizes, and small arithmetic on indices. */

#include <stddef.h>
#include <string.h>

#define ALWAYS_INLINE inline __attribute__((always_inline))

enum {
    BLOCK = 8,  /* sums held in registers at once: covers the latency of an addition, and leaves registers free */
    CHUNK = 16, /* axes that a Gram-Schmidt pass works on at once, chosen by measurement: their rows stay in a cache */
};

/* numeric.krylov_axes.Axes, with 1/sqrt(n), 1/n and the relative residual below which a vector adds no direction. */
typedef struct {
    ptrdiff_t T, n_x, n_y, asked, inner, outer;
    double scale, per_n, in_the_span;
} Axes;

/* Which pairs of lags: all of them, those with k >= j and their transposes, or j = k alone. */
enum { ALL, HALF, DIAGONAL };

typedef struct {
    ptrdiff_t replicates, T, n_y, n_x, shift, which;
} Convolution;

/* W of each replicate is `apart` numbers from the next, a row of it `step` numbers, entries of a row are neighbours. */
typedef struct {
    ptrdiff_t replicates, T, n, n_x, n_y, apart, step;
    double scale;
} Products;

static inline ptrdiff_t smaller(ptrdiff_t a, ptrdiff_t b)
{
    return a < b ? a : b;
}

static inline ptrdiff_t larger(ptrdiff_t a, ptrdiff_t b)
{
    return a > b ? a : b;
}

/* An odd number of cache lines from row to row, so that a column of them does not crowd into one set of the cache. */
static inline ptrdiff_t odd(ptrdiff_t count)
{
    return count | 1;
}

/* The largest of 8, 4, 2, 1 that is left. */
static inline ptrdiff_t block_of(ptrdiff_t left)
{
    return left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
}

/* What one instruction set offers. `bytes` do not depend on it. */
typedef struct {
    const char *name;
    ptrdiff_t lanes;
    ptrdiff_t (*sampler_bytes)(const Axes *axes, int both);
    void (*sample)(const Axes *axes, const double *normals, const double *gammas, ptrdiff_t size, double *right,
                   double *left, double *impulse, void *room);
    ptrdiff_t (*convolution_bytes)(const Convolution *c);
    void (*convolve)(const Convolution *c, const double *left, const double *right, double *out, void *room);
    void (*krylov_double)(const Products *p, const void *W, void *right, void *left);
    void (*krylov_float)(const Products *p, const void *W, void *right, void *left);
} Target;
