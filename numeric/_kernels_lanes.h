/* Sums over axes for LANES replicates at once: included once per instruction set, with LANES and NAME defined.

   V holds one number of each of LANES replicates. Every sum runs over its index upwards from +0, as in the NumPy
   path, so that the bytes are the same for every instruction set, batch and group; terms that are zeros for sure are
   left out, which changes no byte either: a sum that starts at +0 is never -0, and x + (+-0) = x. */

typedef double NAME(V) __attribute__((vector_size(8 * LANES)));
#define V NAME(V)

/* Rows of vectors; the entries of row r behind its reach, min(limit, first + r), are zeros. */
typedef struct {
    V *at;
    ptrdiff_t stride, first, limit;
} NAME(Rows);
#define Rows NAME(Rows)

static ALWAYS_INLINE ptrdiff_t NAME(reach)(Rows rows, ptrdiff_t r)
{
    return smaller(rows.limit, rows.first + r);
}

static ALWAYS_INLINE V *NAME(row)(Rows rows, ptrdiff_t r)
{
    return rows.at + r * rows.stride;
}

/* out[r] = sum_d rows[r][d] v[d] over d < to for R rows, the terms before `from` being in it already.
   R is a constant where this is called. */
static ALWAYS_INLINE void NAME(dots_of)(int R, V *out, const V *rows, ptrdiff_t stride, const V *v, ptrdiff_t from,
                                        ptrdiff_t to)
{
    V sum[BLOCK];
    for (int r = 0; r < R; r++)
        sum[r] = from ? out[r] : (V){0};
    for (ptrdiff_t d = from; d < to; d++) {
        const V x = v[d];
        for (int r = 0; r < R; r++)
            sum[r] += rows[r * stride + d] * x;
    }
    for (int r = 0; r < R; r++)
        out[r] = sum[r];
}

/* out[r] = sum_d rows[r][d] v[d] over d < to for begin <= r < end, the terms before `from` being in it already. */
static void NAME(dots)(V *out, Rows rows, ptrdiff_t begin, ptrdiff_t end, const V *v, ptrdiff_t from, ptrdiff_t to)
{
    for (ptrdiff_t r = begin, size; r < end; r += size) {
        size = block_of(end - r);
        const V *at = NAME(row)(rows, r);
        const ptrdiff_t until = smaller(to, NAME(reach)(rows, r + size - 1));
        switch (size) {
        case 8: NAME(dots_of)(8, out + r, at, rows.stride, v, from, until); break;
        case 4: NAME(dots_of)(4, out + r, at, rows.stride, v, from, until); break;
        case 2: NAME(dots_of)(2, out + r, at, rows.stride, v, from, until); break;
        default: NAME(dots_of)(1, out + r, at, rows.stride, v, from, until);
        }
    }
}

/* out[d] = sum_r rows[r][d] c[r] over begin <= r < end for D axes, or `from` less that sum. */
static ALWAYS_INLINE void NAME(combine_of)(int D, V *out, const V *rows, ptrdiff_t stride, const V *c,
                                           ptrdiff_t begin, ptrdiff_t end, const V *from)
{
    V sum[BLOCK];
    for (int d = 0; d < D; d++)
        sum[d] = (V){0};
    for (ptrdiff_t r = begin; r < end; r++) {
        const V x = c[r];
        for (int d = 0; d < D; d++)
            sum[d] += rows[r * stride + d] * x;
    }
    for (int d = 0; d < D; d++)
        out[d] = from ? from[d] - sum[d] : sum[d];
}

/* out[d] = sum_r rows[r][d] c[r] over begin <= r < end, or from[d] less that sum, for start <= d < stop. */
static ALWAYS_INLINE void NAME(combine)(V *out, Rows rows, ptrdiff_t begin, ptrdiff_t end, const V *c, ptrdiff_t start,
                                        ptrdiff_t stop, const V *from)
{
    for (ptrdiff_t d = start, size; d < stop; d += size) {
        size = block_of(stop - d);
        const ptrdiff_t first = larger(begin, d - rows.first + 1); /* no row before it reaches axis d */
        const V *less = from ? from + d : from;
        switch (size) {
        case 8: NAME(combine_of)(8, out + d, rows.at + d, rows.stride, c, first, end, less); break;
        case 4: NAME(combine_of)(4, out + d, rows.at + d, rows.stride, c, first, end, less); break;
        case 2: NAME(combine_of)(2, out + d, rows.at + d, rows.stride, c, first, end, less); break;
        default: NAME(combine_of)(1, out + d, rows.at + d, rows.stride, c, first, end, less);
        }
    }
}

static ALWAYS_INLINE V NAME(all)(double x)
{
    return (V){0} + x;
}

static ALWAYS_INLINE V NAME(root)(V x)
{
    for (int lane = 0; lane < LANES; lane++)
        x[lane] = __builtin_sqrt(x[lane]);
    return x;
}

/* How many replicates of a group there are when `lane` of `size` is its first; the others repeat the last one. */
static ALWAYS_INLINE ptrdiff_t NAME(present)(ptrdiff_t size, ptrdiff_t lane)
{
    return smaller(LANES, size - lane);
}

/* One number of each replicate of a group, `step` doubles apart. */
static ALWAYS_INLINE V NAME(gather)(const double *numbers, ptrdiff_t step, ptrdiff_t present)
{
    V x;
    if (step == 1 && present == LANES) {
        memcpy(&x, numbers, sizeof x);
        return x;
    }
    for (ptrdiff_t lane = 0; lane < LANES; lane++)
        x[lane] = numbers[step * smaller(lane, present - 1)];
    return x;
}
