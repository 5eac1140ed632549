/* cr_health: what the daemon says about its health, put together from its modules.
 *
 * Ownership: JSON is appended to the caller's buffer.
 * Errors:    those of the buffer, sticky.
 * Threads:   any.
 * Source:    Spring Boot 2's health endpoint with its groups, and Boot 1's flat form. The status is
 *            the last of UNKNOWN, UP, OUT_OF_SERVICE, DOWN among the components.
 */
#ifndef CR_HEALTH_H
#define CR_HEALTH_H

#include "cr_app.h"
#include "cr_buf.h"

enum cr_health_view {
    CR_HEALTH_ALL,
    CR_HEALTH_LIVENESS,  /* the process works */
    CR_HEALTH_READINESS, /* and takes requests */
};

/* These return the HTTP status: 200, or 503 for OUT_OF_SERVICE and DOWN. */
int cr_health_json(struct cr_app *app, enum cr_health_view view, struct cr_buf *out);
int cr_health_boot1_json(struct cr_app *app, struct cr_buf *out);
/* 404 when there is no such component. */
int cr_health_component_json(struct cr_app *app, struct cr_slice name, struct cr_buf *out);

#endif
