/* status_projection: keeps the projection of orders up to date, as a module.
 *
 * Ownership: the spine's.
 * Errors:    a broker or an order service that is away is none; see cr_consumer.
 * Threads:   as cr_module.
 */
#ifndef STATUS_PROJECTION_H
#define STATUS_PROJECTION_H

#include "cr_app.h"
#include "cr_module.h"

struct cr_setting_table;

extern const struct cr_setting_table status_projection_table; /* crema.events.sweep-interval */

int status_projection_open(struct cr_app *app, void **out_state, struct cr_err *err);
int status_projection_start(struct cr_app *app, void *state, struct cr_err *err);
void status_projection_stop(struct cr_app *app, void *state);
void status_projection_health(void *state, struct cr_health *health);
#define STATUS_PROJECTION_MODULE                                                                   \
    {                                                                                              \
        .name = "projection", .open = status_projection_open, .start = status_projection_start,    \
        .stop = status_projection_stop, .health = status_projection_health                         \
    }

#endif
