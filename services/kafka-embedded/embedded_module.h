/* embedded_module: the broker and its fixed port as a part of the daemon. */
#ifndef EMBEDDED_MODULE_H
#define EMBEDDED_MODULE_H

#include "cr_module.h"

extern const struct cr_module embedded_module;

struct cr_environment;

/* For --check-config: topics, port and address. */
int embedded_check(const void *settings, const struct cr_environment *environment,
                   struct cr_err *err);

#endif
