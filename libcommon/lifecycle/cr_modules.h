/* cr_modules: runs the module table: open and start in order, drain and stop in reverse.
 *
 * Errors:  those of the module that failed, with its name in front; what was opened before stays
 *          open until cr_modules_stop.
 * Threads: main.
 */
#ifndef CR_MODULES_H
#define CR_MODULES_H

#include "cr_app_private.h"

/* Ends early, with 0, when a signal asked for the end. */
CR_MUST_CHECK int cr_modules_open(struct cr_app *app, struct cr_err *err);
CR_MUST_CHECK int cr_modules_start(struct cr_app *app, struct cr_err *err);
/* Lingers behind the last module of the table, the one that leaves the registry, but not beyond
 * deadline_ms. */
void cr_modules_drain(struct cr_app *app, int64_t linger_ms, int64_t deadline_ms);
void cr_modules_stop(struct cr_app *app);
void cr_modules_reload(struct cr_app *app, const struct cr_changes *changes);

#endif
