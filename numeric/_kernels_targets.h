/* Everything for one instruction set: included with SUFFIX and LANES defined, which it takes away again. */

#include "_kernels_lanes.h"
#include "_kernels_frame.h"
#include "_kernels_sampler.h"
#include "_kernels_convolution.h"

#undef V
#undef Rows
#undef Frame
#undef Planes
#undef SUFFIX
#undef LANES
