/* turbine_module: the aggregator as a module of the spine, with its routes.
 *
 * Source:    Turbine 1 TurbineStreamServlet (GET and POST alike), Spring's TurbineController.
 */
#ifndef TURBINE_MODULE_H
#define TURBINE_MODULE_H

#include "cr_module.h"

extern const struct cr_module turbine_module;

#endif
