/* Arguments from Python: sizes that make sense, and buffers that are as long as the sizes ask for. */

enum { ALIGNMENT = 64 };                    /* bytes of the widest vector */
static const double MOST_DOUBLES = 1e15;    /* no buffer has more: no product of checked sizes overflows */

/* Buffers of doubles, with the number that the sizes ask for. */
typedef struct {
    const char *name;
    Py_buffer *buffer;
    ptrdiff_t doubles;
} Expected;

static int fit(const Expected *expected, int count)
{
    for (int i = 0; i < count; i++)
        if (expected[i].buffer->len != expected[i].doubles * (ptrdiff_t)sizeof(double)) {
            PyErr_Format(PyExc_ValueError, "%s has %zd bytes, and the sizes ask for %zd doubles", expected[i].name,
                         expected[i].buffer->len, expected[i].doubles);
            return 0;
        }
    return 1;
}

/* The first aligned place in the room, or NULL with an error set when less than `bytes` follow it. */
static void *aligned(const Py_buffer *room, ptrdiff_t bytes)
{
    const ptrdiff_t skip = (ptrdiff_t)(-(uintptr_t)room->buf % ALIGNMENT);
    if (room->len < bytes + skip) {
        PyErr_Format(PyExc_ValueError, "the room has %zd bytes, and %zd are needed", room->len, bytes + skip);
        return NULL;
    }
    return (char *)room->buf + skip;
}

/* Entries below the diagonal of `columns` columns on `axes` axes: what numeric.krylov_draws calls a triangle. */
static ptrdiff_t below(ptrdiff_t columns, ptrdiff_t axes)
{
    const ptrdiff_t slope = smaller(columns, axes);
    return slope * (slope - 1) / 2 + (columns - slope) * axes;
}

static ptrdiff_t normals_needed(const Axes *axes, int both)
{
    const ptrdiff_t right = below(axes->n_x + axes->asked, axes->inner), answers = axes->T * axes->n_y;
    if (!both)
        return right + axes->n_y * axes->inner;
    return right + axes->n_y * axes->asked + answers * (axes->inner - axes->asked) + below(answers, axes->outer);
}

static int refuse(const char *what)
{
    PyErr_Format(PyExc_ValueError, "these are no sizes of %s", what);
    return 0;
}

static int read_axes(PyObject *sizes, Axes *axes)
{
    *axes = (Axes){0};
    if (!PyArg_ParseTuple(sizes, "nnnnnn", &axes->T, &axes->n_x, &axes->n_y, &axes->asked, &axes->inner, &axes->outer))
        return 0;
    const double rows = (double)axes->T * (double)larger(axes->n_x, axes->n_y);
    if (smaller(axes->T, smaller(axes->n_x, axes->n_y)) < 1 || rows * rows > MOST_DOUBLES)
        return refuse("a Krylov frame");
    const ptrdiff_t right = axes->T * axes->n_x, left = axes->T * axes->n_y;
    const int fits = axes->asked >= 0 && axes->asked <= right - axes->n_x && axes->inner >= larger(axes->asked, 1) &&
                     axes->inner <= right && axes->outer >= 0 && axes->outer <= left;
    return fits ? 1 : refuse("a Krylov frame");
}

static int read_factors(PyObject *factors, Axes *axes)
{
    return PyArg_ParseTuple(factors, "ddd", &axes->scale, &axes->per_n, &axes->in_the_span);
}

static int piece_fits(const Axes *axes, ptrdiff_t size)
{
    const double rows = (double)axes->T * (double)larger(axes->n_x, axes->n_y);
    return size >= 1 && (double)size * rows * rows * 2 <= MOST_DOUBLES ? 1 : refuse("a piece of replicates");
}

static int read_convolution(PyObject *sizes, Convolution *c)
{
    if (!PyArg_ParseTuple(sizes, "nnnnnn", &c->replicates, &c->T, &c->n_y, &c->n_x, &c->shift, &c->which))
        return 0;
    const double size = (double)c->n_y * (double)c->n_x, lags = (double)c->T * (double)c->T;
    const int fits = smaller(smaller(c->replicates, c->T), smaller(c->n_y, c->n_x)) >= 1 && c->shift >= 0 &&
                     c->shift <= 1 && c->which >= ALL && c->which <= DIAGONAL &&
                     (double)c->replicates * lags * size * size <= MOST_DOUBLES;
    return fits ? 1 : refuse("lag Grams");
}
