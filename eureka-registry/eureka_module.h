/* eureka_module: the registry as a module of the spine: its life, its health and its paths. */
#ifndef EUREKA_MODULE_H
#define EUREKA_MODULE_H

#include "cr_module.h"

extern const struct cr_module eureka_module;

#endif
