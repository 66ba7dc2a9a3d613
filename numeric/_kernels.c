/* The compiled kernels: arguments from Python, checked against the sizes, handed to the best instruction set.

   Everything is written once, in terms of vectors of LANES replicates, and compiled for several instruction sets; none
   of them may contract a product and a sum into one rounding (-ffp-contract=off), so that bytes do not depend on it. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

#include "_kernels.h"
#include "_kernels_arguments.h"

#define JOIN(a, b) a##b
#define AT(a, b) JOIN(a, b)
#define NAME(name) AT(name, SUFFIX)
#define OFFERED(name, lanes, suffix)                                                                                  \
    {name, lanes, AT(sampler_bytes, suffix), AT(sample, suffix), AT(convolution_bytes, suffix), AT(convolve, suffix), \
     AT(krylov_double, suffix), AT(krylov_float, suffix)}

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define MANY_TARGETS 1
#pragma GCC push_options
#pragma GCC target("avx512f")
#define SUFFIX _avx512f
#define LANES 8
#include "_kernels_targets.h"
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx2")
#define SUFFIX _avx2
#define LANES 4
#include "_kernels_targets.h"
#pragma GCC pop_options
#elif defined(__x86_64__) && defined(__clang__)
#define MANY_TARGETS 1
#pragma clang attribute push(__attribute__((target("avx512f"))), apply_to = function)
#define SUFFIX _avx512f
#define LANES 8
#include "_kernels_targets.h"
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define SUFFIX _avx2
#define LANES 4
#include "_kernels_targets.h"
#pragma clang attribute pop
#endif

#define SUFFIX _baseline
#define LANES 2
#include "_kernels_targets.h"

/* Widest first. */
static const Target TARGETS[] = {
#ifdef MANY_TARGETS
    OFFERED("avx512f", 8, _avx512f),
    OFFERED("avx2", 4, _avx2),
#endif
    OFFERED("baseline", 2, _baseline),
};
enum { NUMBER_OF_TARGETS = sizeof(TARGETS) / sizeof(TARGETS[0]) };

static int supported(const Target *target)
{
#ifdef MANY_TARGETS
    if (target->lanes == 8)
        return __builtin_cpu_supports("avx512f");
    if (target->lanes == 4)
        return __builtin_cpu_supports("avx2");
#endif
    (void)target;
    return 1;
}

static const Target *target_named(const char *name)
{
    for (int i = 0; i < NUMBER_OF_TARGETS; i++)
        if (!strcmp(TARGETS[i].name, name) && supported(&TARGETS[i]))
            return &TARGETS[i];
    PyErr_Format(PyExc_ValueError, "no instruction set of this processor is called %s", name);
    return NULL;
}

static PyObject *targets(PyObject *module, PyObject *none)
{
    (void)module, (void)none;
    PyObject *list = PyList_New(0);
    for (int i = 0; list && i < NUMBER_OF_TARGETS; i++) {
        if (!supported(&TARGETS[i]))
            continue;
        PyObject *pair = Py_BuildValue("sn", TARGETS[i].name, TARGETS[i].lanes);
        if (!pair || PyList_Append(list, pair))
            Py_CLEAR(list);
        Py_XDECREF(pair);
    }
    return list;
}

static PyObject *sampler_room(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *sizes;
    const char *name;
    int both;
    Axes axes;
    if (!PyArg_ParseTuple(args, "Ops", &sizes, &both, &name) || !read_axes(sizes, &axes))
        return NULL;
    const Target *target = target_named(name);
    return target ? PyLong_FromSsize_t(target->sampler_bytes(&axes, both) + ALIGNMENT) : NULL;
}

static PyObject *convolution_room(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *sizes;
    const char *name;
    Convolution c;
    if (!PyArg_ParseTuple(args, "Os", &sizes, &name) || !read_convolution(sizes, &c))
        return NULL;
    const Target *target = target_named(name);
    return target ? PyLong_FromSsize_t(target->convolution_bytes(&c) + ALIGNMENT) : NULL;
}

static PyObject *sample(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *sizes, *factors, *result = NULL;
    Py_buffer normals, gammas, right, left, impulse, room;
    Py_ssize_t size;
    int both;
    const char *name;
    Axes axes;
    if (!PyArg_ParseTuple(args, "OOnpy*y*w*w*w*w*s", &sizes, &factors, &size, &both, &normals, &gammas, &right, &left,
                          &impulse, &room, &name))
        return NULL;
    const Target *target = target_named(name);
    if (!target || !read_axes(sizes, &axes) || !read_factors(factors, &axes) || !piece_fits(&axes, size))
        goto release;
    const ptrdiff_t rights = axes.T * axes.n_x, lefts = axes.T * axes.n_y;
    const Expected expected[] = {
        {"normals", &normals, size * normals_needed(&axes, both)},
        {"gammas", &gammas, size * (axes.inner + (both ? axes.outer : 0))},
        {"right", &right, size * rights * rights},
        {"left", &left, both ? size * lefts * lefts : 0},
        {"impulse", &impulse, size * lefts * axes.n_x},
    };
    void *place = aligned(&room, target->sampler_bytes(&axes, both));
    if (!place || !fit(expected, sizeof(expected) / sizeof(expected[0]), sizeof(double)))
        goto release;
    Py_BEGIN_ALLOW_THREADS
    target->sample(&axes, normals.buf, gammas.buf, size, right.buf, both ? left.buf : NULL, impulse.buf, place);
    Py_END_ALLOW_THREADS
    result = Py_NewRef(Py_None);
release:
    PyBuffer_Release(&normals), PyBuffer_Release(&gammas), PyBuffer_Release(&right), PyBuffer_Release(&left);
    PyBuffer_Release(&impulse), PyBuffer_Release(&room);
    return result;
}

static PyObject *convolve(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *sizes, *result = NULL;
    Py_buffer left, right, out, room;
    const char *name;
    Convolution c;
    if (!PyArg_ParseTuple(args, "Oy*y*w*w*s", &sizes, &left, &right, &out, &room, &name))
        return NULL;
    const Target *target = target_named(name);
    if (!target || !read_convolution(sizes, &c))
        goto release;
    const ptrdiff_t lags = c.T * c.T * c.replicates, size = c.n_y * c.n_x;
    const Expected expected[] = {
        {"left", &left, lags * c.n_y * c.n_y},
        {"right", &right, lags * c.n_x * c.n_x},
        {"out", &out, (c.which == DIAGONAL ? c.T * c.replicates : lags) * size * size},
    };
    void *place = aligned(&room, target->convolution_bytes(&c));
    if (!place || !fit(expected, sizeof(expected) / sizeof(expected[0]), sizeof(double)))
        goto release;
    Py_BEGIN_ALLOW_THREADS
    target->convolve(&c, left.buf, right.buf, out.buf, place);
    Py_END_ALLOW_THREADS
    result = Py_NewRef(Py_None);
release:
    PyBuffer_Release(&left), PyBuffer_Release(&right), PyBuffer_Release(&out), PyBuffer_Release(&room);
    return result;
}

static PyObject *krylov(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *sizes, *weights, *result = NULL;
    Py_buffer W = {0}, right, left;
    const char *name;
    Products p;
    if (!PyArg_ParseTuple(args, "OdOw*w*s", &sizes, &p.scale, &weights, &right, &left, &name))
        return NULL;
    const Target *target = target_named(name);
    if (!target || !read_products(sizes, &p) || PyObject_GetBuffer(weights, &W, PyBUF_STRIDED_RO | PyBUF_FORMAT) ||
        !read_weights(&W, &p))
        goto release;
    const ptrdiff_t vectors = p.replicates * p.T * p.n;
    const Expected expected[] = {{"right", &right, vectors * p.n_x}, {"left", &left, vectors * p.n_y}};
    if (!fit(expected, sizeof(expected) / sizeof(expected[0]), W.itemsize))
        goto release;
    Py_BEGIN_ALLOW_THREADS
    (W.itemsize == sizeof(double) ? target->krylov_double : target->krylov_float)(&p, W.buf, right.buf, left.buf);
    Py_END_ALLOW_THREADS
    result = Py_NewRef(Py_None);
release:
    PyBuffer_Release(&W), PyBuffer_Release(&right), PyBuffer_Release(&left);
    return result;
}

static PyMethodDef METHODS[] = {
    {"targets", targets, METH_NOARGS, "Instruction sets of this processor and how many replicates they take at once, the widest first."},
    {"sampler_room", sampler_room, METH_VARARGS, "Bytes of room that `sample` needs: (sizes, both, target)."},
    {"sample", sample, METH_VARARGS,
     "Grams of one piece: (sizes, factors, size, both, normals, gammas, right, left, impulse, room, target)."},
    {"convolution_room", convolution_room, METH_VARARGS, "Bytes of room that `convolve` needs: (sizes, target)."},
    {"convolve", convolve, METH_VARARGS, "Convolutions of lag Grams: (sizes, left, right, out, room, target)."},
    {"krylov", krylov, METH_VARARGS,
     "Krylov vectors, lag 0 being there, by W and its transpose times scale: (sizes, scale, W, right, left, target)."},
    {NULL, NULL, 0, NULL},
};

#ifndef SOURCES
#define SOURCES 0 /* unknown: never the number of the sources that numeric.compiled reads */
#endif

static int execute(PyObject *module)
{
#if defined(MANY_TARGETS)
    __builtin_cpu_init();
#endif
    PyObject *sources = PyLong_FromUnsignedLongLong(SOURCES);
    const int failed = !sources || PyModule_AddObjectRef(module, "SOURCES", sources);
    Py_XDECREF(sources);
    return failed ? -1 : 0;
}

static PyModuleDef_Slot SLOTS[] = {{Py_mod_exec, execute}, {0, NULL}};

static struct PyModuleDef MODULE = {
    PyModuleDef_HEAD_INIT, "_kernels", "The width-free sampler, the convolutions of Grams and products with W, compiled.", 0, METHODS,
    SLOTS, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__kernels(void)
{
    return PyModuleDef_Init(&MODULE);
}
