/* Everything for one instruction set: included with SUFFIX and LANES defined, which it takes away again. */

#include "_kernels_lanes.h"
#include "_kernels_frame.h"
#include "_kernels_sampler.h"
#include "_kernels_convolution.h"

#define REAL double
#define OF(name) NAME(name##_double)
#include "_kernels_products.h"
#define REAL float
#define OF(name) NAME(name##_float)
#include "_kernels_products.h"

#undef V
#undef Rows
#undef Frame
#undef Planes
#undef SUFFIX
#undef LANES
