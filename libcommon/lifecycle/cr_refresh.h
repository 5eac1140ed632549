/* cr_refresh: reads all sources again, on a thread of its own, and lets main apply what changed.
 *
 * A walk-through: a POST to /actuator/refresh joins those that wait (SIGHUP: nobody does) and wakes
 * main. Main starts the thread, which asks the config server and loads; main is woken again, binds,
 * publishes the new settings, tells the modules, and answers all who waited with the changed keys.
 * A bad value leaves everything as it was and is answered with 500 and the reason.
 *
 * While the config server's answer is missing, from the start on, main asks again every two seconds
 * by itself: a daemon that came up before the config server gets its settings then. What only a
 * restart would change is named in a line and in health.
 *
 * Ownership: waiting requests are answered in every case, 503 at drain.
 * Errors:    cr_refresh_request answers by itself: 503 when too many wait or the daemon drains.
 * Threads:   cr_refresh_request from any; the rest belongs to main.
 */
#ifndef CR_REFRESH_H
#define CR_REFRESH_H

#include "cr_app.h"
#include "cr_http_request.h"

struct cr_refresh;

struct cr_refresh *cr_refresh_new(struct cr_app *app); /* NULL: no memory */
void cr_refresh_request(struct cr_refresh *refresh, struct cr_http_request *req);

/* How long main may sleep: -1 until it is woken. */
int cr_refresh_wait_ms(struct cr_refresh *refresh);
/* Main was woken: applies what is loaded, starts what is wanted. */
void cr_refresh_turn(struct cr_refresh *refresh);

/* Answers all who wait. The thread ends when the config source gives up. */
void cr_refresh_drain(struct cr_refresh *refresh);
/* After that: false when the thread still runs after wait_ms. */
bool cr_refresh_wait(struct cr_refresh *refresh, int64_t wait_ms);
/* Waits for the thread, then frees. NULL is fine. */
void cr_refresh_free(struct cr_refresh *refresh);

#endif
