/* Krylov vectors of one W, each of its rows read once a lag for both sides; numeric/products.py says it in NumPy.

   Included once per instruction set and precision, with REAL and OF defined. A sum over columns runs in 64 bytes' worth
   of interleaved parts, which are added in order at the end; a sum over rows runs in the order in which rows are read.
   Neither depends on the instruction set, and so the bytes do not. */

typedef REAL OF(Wide) __attribute__((vector_size(8 * LANES)));
#define Wide OF(Wide)

enum {
    OF(WIDTH) = 8 * LANES / sizeof(REAL),   /* numbers of one register */
    OF(WAYS) = 64 / sizeof(REAL),           /* interleaved parts of a sum over columns */
    OF(PARTS) = OF(WAYS) / OF(WIDTH),       /* registers that hold them */
    OF(ROWS) = BLOCK / OF(PARTS),           /* rows read side by side, so that BLOCK registers hold their sums */
};

static ALWAYS_INLINE Wide OF(load)(const REAL *from)
{
    Wide x;
    memcpy(&x, from, sizeof x);
    return x;
}

/* y[i] = scale sum_k W[i][k] r[k] for R rows if r is there, z[k] += W[i][k] l[i] for all of them, in order, if l is.
   Rows are `step` apart, entries of y and l `turn` = +-1. R and which of r and l are there is known to the compiler. */
static ALWAYS_INLINE void OF(rows)(int R, int right, int left, ptrdiff_t n, const REAL *W, ptrdiff_t step,
                                   ptrdiff_t turn, REAL scale, const REAL *r, REAL *y, const REAL *l, REAL *z)
{
    Wide sum[OF(ROWS)][OF(PARTS)];
    REAL by[OF(ROWS)];
    for (int i = 0; i < R; i++) {
        by[i] = left ? l[i * turn] : 0;
        for (int p = 0; p < OF(PARTS); p++)
            sum[i][p] = (Wide){0};
    }
    ptrdiff_t k = 0;
    for (; k + OF(WAYS) <= n; k += OF(WAYS))
        for (int p = 0; p < OF(PARTS); p++) {
            const ptrdiff_t at = k + p * OF(WIDTH);
            const Wide x = right ? OF(load)(r + at) : (Wide){0};
            Wide below = left ? OF(load)(z + at) : (Wide){0};
            for (int i = 0; i < R; i++) {
                const Wide w = OF(load)(W + i * step + at);
                if (right)
                    sum[i][p] += w * x;
                if (left)
                    below += w * by[i];
            }
            if (left)
                memcpy(z + at, &below, sizeof below);
        }
    for (int i = 0; i < R; i++) {
        REAL parts[OF(WAYS)], total = 0;
        memcpy(parts, sum[i], sizeof parts);
        for (ptrdiff_t d = k; d < n; d++) {
            const REAL w = W[i * step + d];
            if (right)
                parts[d - k] += w * r[d];
            if (left)
                z[d] += w * by[i];
        }
        for (int p = 0; p < OF(WAYS); p++)
            total += parts[p];
        if (right)
            y[i * turn] = total * scale;
    }
}

/* The same for one column of both sides, or what is left of them. */
static ALWAYS_INLINE void OF(sides)(int R, ptrdiff_t n, const REAL *W, ptrdiff_t step, ptrdiff_t turn, REAL scale,
                                    const REAL *r, REAL *y, const REAL *l, REAL *z)
{
    if (r && l)
        OF(rows)(R, 1, 1, n, W, step, turn, scale, r, y, l, z);
    else if (r)
        OF(rows)(R, 1, 0, n, W, step, turn, scale, r, y, l, z);
    else
        OF(rows)(R, 0, 1, n, W, step, turn, scale, r, y, l, z);
}

/* One lag: y = scale W r for all columns of the right, z = scale W^T l for all of the left. The rows are read from the
   last to the first if `down`: those that were read last are still in the cache when the next lag begins with them. */
static void OF(lag)(const Products *p, const REAL *W, int down, const REAL *r, REAL *y, const REAL *l, REAL *z)
{
    const ptrdiff_t n = p->n, turn = down ? -1 : 1, start = down ? n - 1 : 0;
    const REAL scale = (REAL)p->scale;
    memset(z, 0, sizeof(REAL) * (size_t)(p->n_y * n));
    for (ptrdiff_t i = 0, size; i < n; i += size) {
        size = n - i < OF(ROWS) ? 1 : OF(ROWS);
        const ptrdiff_t first = start + turn * i;
        const REAL *from = W + first * p->step;
        for (ptrdiff_t c = 0; c < larger(p->n_x, p->n_y); c++) {
            const ptrdiff_t column = c * n;
            const REAL *x = c < p->n_x ? r + column : NULL, *by = c < p->n_y ? l + column + first : NULL;
            REAL *out = x ? y + column + first : NULL, *below = by ? z + column : NULL;
            if (size == 1)
                OF(sides)(1, n, from, turn * p->step, turn, scale, x, out, by, below);
            else
                OF(sides)(OF(ROWS), n, from, turn * p->step, turn, scale, x, out, by, below);
        }
    }
    for (ptrdiff_t d = 0; d < p->n_y * n; d++)
        z[d] *= scale;
}

/* All replicates; lag 0 of both sides is there. */
static void OF(krylov)(const Products *p, const void *weights, void *rights, void *lefts)
{
    for (ptrdiff_t b = 0; b < p->replicates; b++) {
        const REAL *W = (const REAL *)weights + b * p->apart;
        REAL *right = (REAL *)rights + b * p->T * p->n_x * p->n, *left = (REAL *)lefts + b * p->T * p->n_y * p->n;
        for (ptrdiff_t j = 1; j < p->T; j++) {
            const REAL *r = right, *l = left;
            right += p->n_x * p->n;
            left += p->n_y * p->n;
            OF(lag)(p, W, j % 2 == 0, r, right, l, left);
        }
    }
}

#undef Wide
#undef REAL
#undef OF
