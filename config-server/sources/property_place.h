/* property_place: in which file and line a property stands, for the texts of errors. Pure.
 *
 * Threads:   any.
 */
#ifndef PROPERTY_PLACE_H
#define PROPERTY_PLACE_H

#include "cr_err.h"
#include "cr_wire_environment.h"

/* "foo.yml line 3: " in front of err's text; nothing where the property is of no source of the
 * environment (which may be NULL). */
void property_place_prefix(const struct cr_wire_environment *environment,
                           const struct cr_wire_property *property, struct cr_err *err);

#endif
