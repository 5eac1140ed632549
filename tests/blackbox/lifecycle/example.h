/* example: a daemon with one of everything that the spine offers. */
#ifndef EXAMPLE_H
#define EXAMPLE_H

#include "cr_daemon.h"

extern const struct cr_daemon example_daemon;

#endif
