/* cr_module: one part of a daemon that opens, starts, drains and stops in the table's order.
 *
 * A walk through a daemon's life:
 *     open   in table order, before the HTTP server listens: memory, files, threads
 *     start  in table order, at READY: the port is known and requests are answered
 *     drain  in reverse order, first thing at SIGTERM: leave registries, end streams, take no new
 *            work; requests in flight are still answered afterwards
 *     stop   in reverse order, once no request is left: flush, close, free the state
 * A module whose open failed gets no stop. Every function but the name is optional.
 *
 * Ownership: open gives *out_state, stop frees it; the table is const and static.
 * Units:     drain and stop together should end within crema.shutdown.drain-ms.
 * Errors:    open and start fail the whole start with their text; it says what, on what, why, and
 *            the next step. CR_EINVAL means that a setting is wrong (exit code 78), all else is 1.
 * Threads:   open, start, drain, stop: main. health: any HTTP thread, must not wait for a remote
 *            system or a long lock: it tells what is known. reload: main.
 */
#ifndef CR_MODULE_H
#define CR_MODULE_H

#include <stdbool.h>
#include <stddef.h>

#include "cr_attr.h"
#include "cr_err.h"

struct cr_app;
struct cr_http_route;

/* The last of all components' statuses in this order is the daemon's. */
enum cr_health_status {
    CR_HEALTH_UNKNOWN,
    CR_HEALTH_UP,
    CR_HEALTH_OUT_OF_SERVICE,
    CR_HEALTH_DOWN,
};

/* One component's answer; starts as UP without details. */
struct cr_health;
void cr_health_set(struct cr_health *health, enum cr_health_status status);
void cr_health_detail(struct cr_health *health, const char *key, const char *format, ...)
    CR_PRINTF(3, 4);

/* What a refresh changed: keys of live rows and keys that no row knows. */
struct cr_changes {
    const char *const *keys;
    size_t count;
};
/* Is there a changed key that equals prefix or begins with it? */
bool cr_changes_has(const struct cr_changes *changes, const char *prefix);

struct cr_module {
    const char *name; /* also the component's name in /actuator/health */
    int (*open)(struct cr_app *app, void **out_state, struct cr_err *err);
    int (*start)(struct cr_app *app, void *state, struct cr_err *err);
    void (*drain)(struct cr_app *app, void *state);
    void (*stop)(struct cr_app *app, void *state);
    void (*health)(void *state, struct cr_health *health);
    void (*reload)(struct cr_app *app, void *state, const struct cr_changes *changes);
    bool readiness;                     /* health counts for readiness too */
    const struct cr_http_route *routes; /* handlers get the module's state as ctx */
    size_t route_count;
};

#endif
