/* dashboard_module: the pages and their streams as a module of the spine.
 *
 * Source:    Spring's and Netflix' Hystrix dashboard for the paths /hystrix, /hystrix/monitor and
 *            /proxy.stream.
 */
#ifndef DASHBOARD_MODULE_H
#define DASHBOARD_MODULE_H

#include "cr_module.h"

extern const struct cr_module dashboard_module;

#endif
