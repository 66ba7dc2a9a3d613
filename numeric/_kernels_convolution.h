/* Two-dimensional convolutions of lag Grams for LANES replicates at once; numeric/kernels.py says them in NumPy. */

/* One plane [N, N] of a Gram, row by row. */
typedef struct {
    const V *left, *right;
    ptrdiff_t N;
} NAME(Planes);
#define Planes NAME(Planes)

/* out[m] = sum_{a<=j, b<=k+m} left[a][b] right[j-a][k+m-b] for K values m; K is a constant where this is called. */
static ALWAYS_INLINE void NAME(convolve_of)(int K, Planes planes, ptrdiff_t j, ptrdiff_t k, V *out)
{
    V sum[BLOCK];
    for (int m = 0; m < K; m++)
        sum[m] = (V){0};
    for (ptrdiff_t a = 0; a <= j; a++) {
        const V *left = planes.left + a * planes.N, *right = planes.right + (j - a) * planes.N;
        for (ptrdiff_t b = 0; b <= k; b++)
            for (int m = 0; m < K; m++)
                sum[m] += left[b] * right[k - b + m];
        for (int b = 1; b < K; b++)
            for (int m = b; m < K; m++)
                sum[m] += left[k + b] * right[m - b];
    }
    for (int m = 0; m < K; m++)
        out[m] = sum[m];
}

/* Read lags 0..N-1 of [T, T, columns, columns] of a group as planes [columns, columns][N][N]. */
static void NAME(read_planes)(const double *gram, ptrdiff_t T, ptrdiff_t N, ptrdiff_t columns, ptrdiff_t present,
                              V *planes)
{
    const ptrdiff_t entries = columns * columns;
    for (ptrdiff_t j = 0; j < N; j++)
        for (ptrdiff_t k = 0; k < N; k++)
            for (ptrdiff_t e = 0; e < entries; e++)
                planes[(e * N + j) * N + k] =
                    NAME(gather)(gram + (j * T + k) * entries + e, T * T * entries, present);
}

/* Where the sums of one pair of planes go: entry (row, column) of the block [size, size] of every pair of lags. */
typedef struct {
    double *out;
    ptrdiff_t present, replicate, from_j, from_k, entry, mirrored;
} NAME(Place);

static ALWAYS_INLINE void NAME(put)(const NAME(Place) *place, ptrdiff_t j, ptrdiff_t k, ptrdiff_t entry, V sum)
{
    for (ptrdiff_t lane = 0; lane < place->present; lane++)
        place->out[lane * place->replicate + j * place->from_j + k * place->from_k + entry] = sum[lane];
}

/* The sums of one pair of planes for the pairs of lags asked for; HALF copies (j, k) to (k, j), transposed. */
static void NAME(convolve_planes)(Planes planes, ptrdiff_t which, const NAME(Place) *place)
{
    V sum[BLOCK];
    for (ptrdiff_t j = 0; j < planes.N; j++) {
        const ptrdiff_t end = which == DIAGONAL ? j + 1 : planes.N;
        for (ptrdiff_t k = which == ALL ? 0 : j, size; k < end; k += size) {
            size = block_of(end - k);
            switch (size) {
            case 8: NAME(convolve_of)(8, planes, j, k, sum); break;
            case 4: NAME(convolve_of)(4, planes, j, k, sum); break;
            case 2: NAME(convolve_of)(2, planes, j, k, sum); break;
            default: NAME(convolve_of)(1, planes, j, k, sum);
            }
            for (ptrdiff_t m = 0; m < size; m++) {
                if (which == HALF && k + m > j)
                    NAME(put)(place, k + m, j, place->mirrored, sum[m]);
                NAME(put)(place, j, k + m, place->entry, sum[m]);
            }
        }
    }
}

/* Room for one group, in bytes. */
static ptrdiff_t NAME(convolution_bytes)(const Convolution *c)
{
    const ptrdiff_t N = c->T - c->shift;
    return (ptrdiff_t)sizeof(V) * N * N * (c->n_y * c->n_y + c->n_x * c->n_x);
}

/* Sums of lags up to (j, k) go to place (j + shift, k + shift); places without a sum are left as they are. */
static void NAME(convolve)(const Convolution *c, const double *left, const double *right, double *out, void *room)
{
    const ptrdiff_t T = c->T, N = T - c->shift, y = c->n_y, x = c->n_x, size = y * x, block = size * size;
    const ptrdiff_t from_j = c->which == DIAGONAL ? block : T * block, from_k = c->which == DIAGONAL ? 0 : block;
    V *lefts = room, *rights = lefts + y * y * N * N;
    for (ptrdiff_t lane = 0; lane < c->replicates; lane += LANES) {
        const ptrdiff_t present = NAME(present)(c->replicates, lane);
        NAME(read_planes)(left + lane * T * T * y * y, T, N, y, present, lefts);
        NAME(read_planes)(right + lane * T * T * x * x, T, N, x, present, rights);
        for (ptrdiff_t p = 0; p < y; p++)
            for (ptrdiff_t q = 0; q < y; q++)
                for (ptrdiff_t r = 0; r < x; r++)
                    for (ptrdiff_t s = 0; s < x; s++) {
                        const Planes planes = {lefts + (p * y + q) * N * N, rights + (r * x + s) * N * N, N};
                        const ptrdiff_t row = p * x + r, column = q * x + s;
                        const NAME(Place) place = {
                            out + lane * T * from_j + c->shift * (from_j + from_k), present, T * from_j, from_j, from_k,
                            row * size + column, column * size + row};
                        NAME(convolve_planes)(planes, c->which, &place);
                    }
    }
}
