/* The coordinates of one group of LANES replicates, and their random numbers; numeric/krylov_draws.py says the order. */

/* The vectors of numeric.krylov_axes.Coordinates, and room for one Gram. */
typedef struct {
    Rows factor, free, right, left, frame;
    V *coefficients, *again;
    Rows gram;
} NAME(Frame);
#define Frame NAME(Frame)

/* The workspace, and how much of it is given away; without a place it only counts. */
typedef struct {
    V *place;
    ptrdiff_t used;
} NAME(Room);

static V *NAME(take)(NAME(Room) *room, ptrdiff_t count)
{
    V *at = room->place ? room->place + room->used : NULL;
    room->used += count;
    return at;
}

static Rows NAME(rows)(NAME(Room) *room, ptrdiff_t count, ptrdiff_t first, ptrdiff_t limit)
{
    const ptrdiff_t stride = odd(limit);
    return (Rows){NAME(take)(room, count * stride), stride, first, limit};
}

/* Cut the workspace into the vectors. One-sided, `left` holds C on the inner axes and no more. */
static ptrdiff_t NAME(frame)(const Axes *axes, int both, void *place, Frame *frame)
{
    NAME(Room) room = {place, 0};
    const ptrdiff_t right = axes->T * axes->n_x, left = both ? axes->T * axes->n_y : axes->n_y;
    const ptrdiff_t image = axes->inner - axes->asked, every = axes->inner + axes->outer;
    const ptrdiff_t largest = larger(left, right);
    frame->factor = NAME(rows)(&room, axes->n_x + axes->asked, 1, axes->inner);
    frame->right = NAME(rows)(&room, right, 1, axes->inner);
    frame->left = NAME(rows)(&room, left, axes->inner + 1, every);
    frame->gram = NAME(rows)(&room, largest, largest, largest);
    if (both) {
        frame->free = NAME(rows)(&room, left, image + 1, image + axes->outer);
        frame->frame = NAME(rows)(&room, left - axes->n_y, axes->inner + 1, every);
        frame->coefficients = NAME(take)(&room, left);
        frame->again = NAME(take)(&room, left);
    }
    return room.used * (ptrdiff_t)sizeof(V);
}

/* The random numbers of a piece, [numbers, size], read one after the other for the group that starts at a lane. */
typedef struct {
    const double *normals, *gammas;
    ptrdiff_t size, present;
} NAME(Source);

static ALWAYS_INLINE V NAME(normal)(NAME(Source) *source)
{
    const V x = NAME(gather)(source->normals, 1, source->present);
    source->normals += source->size;
    return x;
}

static ALWAYS_INLINE V NAME(chi)(NAME(Source) *source)
{
    const V x = NAME(gather)(source->gammas, 1, source->present);
    source->gammas += source->size;
    return NAME(root)(x * NAME(all)(2.0));
}

/* The triangular factor of a Gaussian matrix: `columns` rows of it from axis `start` on, on `axes` axes. */
static void NAME(triangle)(Rows factor, ptrdiff_t columns, ptrdiff_t start, ptrdiff_t axes, NAME(Source) *source)
{
    for (ptrdiff_t s = 0; s < columns; s++)
        for (ptrdiff_t d = 0; d < smaller(s, axes); d++)
            NAME(row)(factor, s)[start + d] = NAME(normal)(source);
}

static void NAME(diagonal)(Rows factor, ptrdiff_t start, ptrdiff_t axes, NAME(Source) *source)
{
    for (ptrdiff_t s = 0; s < axes; s++)
        NAME(row)(factor, s)[start + s] = NAME(chi)(source);
}

static void NAME(times)(Rows rows, ptrdiff_t begin, ptrdiff_t end, double factor)
{
    const V by = NAME(all)(factor);
    for (ptrdiff_t r = begin; r < end; r++)
        for (ptrdiff_t d = 0; d < NAME(reach)(rows, r); d++)
            NAME(row)(rows, r)[d] *= by;
}

/* Fill F, M, C and the fresh answers in the order of numeric.krylov_draws. */
static void NAME(fill)(const Axes *axes, int both, const Frame *frame, NAME(Source) source)
{
    const ptrdiff_t image = axes->inner - axes->asked, answers = axes->T * axes->n_y;
    const ptrdiff_t start = both ? axes->asked : axes->inner;
    NAME(triangle)(frame->factor, axes->n_x + axes->asked, 0, axes->inner, &source);
    NAME(diagonal)(frame->factor, 0, axes->inner, &source);
    NAME(times)(frame->factor, axes->n_x, axes->n_x + axes->asked, axes->scale);
    for (ptrdiff_t a = 0; a < axes->n_y; a++)
        for (ptrdiff_t d = 0; d < start; d++)
            NAME(row)(frame->left, a)[d] = NAME(normal)(&source);
    if (!both)
        return;
    for (ptrdiff_t q = 0; q < answers; q++)
        for (ptrdiff_t d = 0; d < image; d++)
            NAME(row)(frame->free, q)[d] = NAME(normal)(&source);
    NAME(triangle)(frame->free, answers, image, axes->outer, &source);
    NAME(diagonal)(frame->free, image, axes->outer, &source);
    for (ptrdiff_t a = 0; a < axes->n_y; a++)
        for (ptrdiff_t d = 0; d < NAME(reach)(frame->free, a); d++)
            NAME(row)(frame->left, a)[axes->asked + d] = NAME(row)(frame->free, a)[d];
    NAME(times)(frame->free, axes->n_y, answers, axes->scale);
}

/* Room for one group, in bytes. */
static ptrdiff_t NAME(sampler_bytes)(const Axes *axes, int both)
{
    Frame frame;
    return NAME(frame)(axes, both, NULL, &frame);
}
