/* Arguments from Python: sizes that make sense, and buffers that are as long as the sizes ask for. */

enum { ALIGNMENT = 64 };                    /* bytes of the widest vector */
static const double MOST_DOUBLES = 1e15;    /* no buffer has more: no product of checked sizes overflows */

/* Buffers of numbers of the same size, with how many of them the sizes ask for. */
typedef struct {
    const char *name;
    Py_buffer *buffer;
    ptrdiff_t numbers;
} Expected;

static int fit(const Expected *expected, int count, ptrdiff_t bytes)
{
    for (int i = 0; i < count; i++)
        if (expected[i].buffer->len != expected[i].numbers * bytes) {
            PyErr_Format(PyExc_ValueError, "%s has %zd bytes, and the sizes ask for %zd %s", expected[i].name,
                         expected[i].buffer->len, expected[i].numbers, bytes == sizeof(double) ? "doubles" : "floats");
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

static int read_products(PyObject *sizes, Products *p)
{
    if (!PyArg_ParseTuple(sizes, "nnnnn", &p->replicates, &p->T, &p->n, &p->n_x, &p->n_y))
        return 0;
    const double columns = (double)larger(p->n_x, p->n_y);
    const int fits = smaller(p->replicates, smaller(p->T, p->n)) >= 1 && smaller(p->n_x, p->n_y) >= 0 && columns >= 1 &&
                     (double)p->replicates * (double)p->T * (double)p->n * columns <= MOST_DOUBLES;
    return fits ? 1 : refuse("Krylov vectors");
}

/* W [replicates, n, n] of doubles or floats, aligned, the entries of a row side by side. */
static int read_weights(const Py_buffer *W, Products *p)
{
    const ptrdiff_t bytes = W->itemsize;
    const int is_double = !strcmp(W->format, "d") && bytes == sizeof(double);
    const int is_float = !strcmp(W->format, "f") && bytes == sizeof(float);
    const int shaped = W->ndim == 3 && W->shape[0] == p->replicates && W->shape[1] == p->n && W->shape[2] == p->n;
    if (!shaped || !(is_double || is_float) || W->strides[2] != bytes || W->strides[0] % bytes ||
        W->strides[1] % bytes || (uintptr_t)W->buf % (uintptr_t)bytes) {
        PyErr_SetString(PyExc_ValueError, "W is no aligned array of doubles or floats in rows, of the shape asked for");
        return 0;
    }
    p->apart = W->strides[0] / bytes;
    p->step = W->strides[1] / bytes;
    return 1;
}
