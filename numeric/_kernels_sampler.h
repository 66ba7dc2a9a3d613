/* One group of LANES replicates of the width-free sampler (theory C.2); numeric/krylov_vectors.py says it in NumPy. */

/* r_j = M^j F: row q + n_x is M applied to row q, which lives on axes 0..q. */
static void NAME(fill_right)(const Axes *axes, const Frame *frame)
{
    const ptrdiff_t n_x = axes->n_x;
    const Rows M = {NAME(row)(frame->factor, n_x), frame->factor.stride, n_x + 1, axes->inner};
    for (ptrdiff_t q = 0; q < n_x; q++)
        for (ptrdiff_t d = 0; d < NAME(reach)(frame->factor, q); d++)
            NAME(row)(frame->right, q)[d] = NAME(row)(frame->factor, q)[d];
    for (ptrdiff_t q = 0; q < (axes->T - 1) * n_x; q++)
        NAME(combine)(NAME(row)(frame->right, q + n_x), M, 0, smaller(q + 1, axes->asked), NAME(row)(frame->right, q),
                      0, NAME(reach)(frame->right, q + n_x), NULL);
}

/* Coefficients of a vector on the directions before row q of the frame, and row q, the new one: Gram-Schmidt twice.

   The second pass over the axes removes the first projection and projects what is left, some axes at a time, so that
   the directions are read three times and not four. */
static void NAME(split)(const Axes *axes, const Frame *frame, ptrdiff_t q)
{
    const V *vector = NAME(row)(frame->left, q);
    V *residual = NAME(row)(frame->frame, q), *coefficients = frame->coefficients, *again = frame->again;
    const ptrdiff_t reached = NAME(reach)(frame->frame, q);
    NAME(dots)(coefficients, frame->frame, 0, q, vector, 0, reached);
    for (ptrdiff_t d = 0; d < reached; d += CHUNK) {
        const ptrdiff_t end = smaller(d + CHUNK, reached);
        NAME(combine)(residual, frame->frame, 0, q, coefficients, d, end, vector);
        NAME(dots)(again, frame->frame, 0, q, residual, d, end);
    }
    NAME(combine)(residual, frame->frame, 0, q, again, 0, reached, residual);
    V norm = {0}, size = {0};
    for (ptrdiff_t d = 0; d < reached; d++) {
        norm += residual[d] * residual[d];
        size += vector[d] * vector[d];
    }
    norm = NAME(root)(norm);
    size = NAME(root)(size) * NAME(all)(axes->in_the_span);
    V inverse;
    for (int lane = 0; lane < LANES; lane++) {
        norm[lane] = norm[lane] <= size[lane] ? 0.0 : norm[lane];
        inverse[lane] = norm[lane] > 0.0 ? 1.0 / norm[lane] : 0.0;
    }
    coefficients[q] = norm;
    for (ptrdiff_t d = 0; d < reached; d++)
        residual[d] *= inverse;
}

/* l_j = (M^T)^j C^T: known on the asked axes, fresh Gaussian answers to each new direction on all others. */
static void NAME(fill_left)(const Axes *axes, const Frame *frame)
{
    const ptrdiff_t n_y = axes->n_y, image = axes->inner - axes->asked;
    const Rows M = {NAME(row)(frame->factor, axes->n_x), frame->factor.stride, axes->n_x + 1, axes->inner};
    const Rows answers = {NAME(row)(frame->free, n_y), frame->free.stride, image + n_y + 1, image + axes->outer};
    for (ptrdiff_t q = 0; q < (axes->T - 1) * n_y; q++) {
        V *next = NAME(row)(frame->left, q + n_y);
        NAME(split)(axes, frame, q);
        NAME(dots)(next, M, 0, axes->asked, NAME(row)(frame->left, q), 0, axes->inner);
        NAME(combine)(next + axes->asked, answers, 0, q + 1, frame->coefficients, 0, NAME(reach)(answers, q), NULL);
    }
}

/* Write v_q^T v_p / n of all pairs of rows as [T, T, columns, columns] of every replicate of the group. */
static void NAME(put_gram)(const Axes *axes, const Frame *frame, Rows vectors, ptrdiff_t columns, double *out,
                           ptrdiff_t present)
{
    const ptrdiff_t T = axes->T, size = T * columns;
    const V per_n = NAME(all)(axes->per_n);
    const Rows gram = frame->gram;
    /* block by block, so that the rows of a block are read from afar once for BLOCK vectors */
    for (ptrdiff_t q = 0; q < size; q += BLOCK)
        for (ptrdiff_t p = 0; p <= q; p += BLOCK)
            for (ptrdiff_t i = q; i < smaller(q + BLOCK, size); i++)
                NAME(dots)(NAME(row)(gram, i), vectors, p, smaller(p + BLOCK, i + 1), NAME(row)(vectors, i), 0,
                           NAME(reach)(vectors, i));
    for (ptrdiff_t q = 0; q < size; q++)
        for (ptrdiff_t p = 0; p <= q; p++)
            NAME(row)(gram, p)[q] = NAME(row)(gram, q)[p] = NAME(row)(gram, q)[p] * per_n;
    for (ptrdiff_t q = 0; q < size; q++)
        for (ptrdiff_t lane = 0; lane < present; lane++) {
            const V *from = NAME(row)(gram, q);
            double *to = out + lane * size * size + q / columns * columns * size + q % columns * columns;
            for (ptrdiff_t k = 0; k < T; k++, from += columns, to += columns * columns)
                for (ptrdiff_t b = 0; b < columns; b++)
                    to[b] = from[b][lane];
        }
}

/* Write L_j = C r_j / sqrt(n) as [T, n_y, n_x] of every replicate of the group. */
static void NAME(put_impulse)(const Axes *axes, const Frame *frame, double *out, ptrdiff_t present)
{
    const ptrdiff_t n_x = axes->n_x, n_y = axes->n_y, rows = axes->T * n_x, size = rows * n_y;
    V *sums = frame->gram.at;
    for (ptrdiff_t a = 0; a < n_y; a++) {
        NAME(dots)(sums, frame->right, 0, rows, NAME(row)(frame->left, a), 0, axes->inner);
        for (ptrdiff_t q = 0; q < rows; q++) {
            const V response = sums[q] * NAME(all)(axes->scale);
            for (ptrdiff_t lane = 0; lane < present; lane++)
                out[lane * size + (q / n_x * n_y + a) * n_x + q % n_x] = response[lane];
        }
    }
}

/* Work through a piece, group by group; `left` is NULL for the right Gram and the impulse response alone. */
static void NAME(sample)(const Axes *axes, const double *normals, const double *gammas, ptrdiff_t size, double *right,
                         double *left, double *impulse, void *room)
{
    const ptrdiff_t T = axes->T, n_x = axes->n_x, n_y = axes->n_y;
    Frame frame;
    memset(room, 0, (size_t)NAME(sampler_bytes)(axes, left != NULL));
    NAME(frame)(axes, left != NULL, room, &frame);
    for (ptrdiff_t lane = 0; lane < size; lane += LANES) {
        const ptrdiff_t present = NAME(present)(size, lane);
        NAME(fill)(axes, left != NULL, &frame, (NAME(Source)){normals + lane, gammas + lane, size, present});
        NAME(fill_right)(axes, &frame);
        NAME(put_gram)(axes, &frame, frame.right, n_x, right + lane * T * T * n_x * n_x, present);
        NAME(put_impulse)(axes, &frame, impulse + lane * T * n_y * n_x, present);
        if (left) {
            NAME(fill_left)(axes, &frame);
            NAME(put_gram)(axes, &frame, frame.left, n_y, left + lane * T * T * n_y * n_y, present);
        }
    }
}
