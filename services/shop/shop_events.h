/* shop_events: how a service publishes its events: the relay as a module, the feed as a route.
 *
 * Ownership: the spine's.
 * Errors:    a broker that is away is none; see cr_relay.
 * Threads:   as cr_module and cr_http_handler.
 */
#ifndef SHOP_EVENTS_H
#define SHOP_EVENTS_H

#include "cr_app.h"
#include "cr_http_request.h"
#include "cr_module.h"

struct cr_setting_table;

extern const struct cr_setting_table shop_broker_table; /* spring.kafka.* */
extern const struct cr_setting_table shop_relay_table;  /* crema.events.on-new-cluster */

/* spring.kafka.bootstrap-servers, in the arena. */
struct cr_arena;
CR_MUST_CHECK int shop_bootstrap(const struct cr_app *app, struct cr_arena *arena,
                                 const char **out_servers, struct cr_err *err);

struct shop_topic {
    const char *topic;
    const char *source; /* of the events on it: "/coffee/order" */
    int partitions;
};

/* For a module's start: publishing begins once all modules are open. The state of such a module is
 * a pointer to a struct cr_relay *, made by shop_relay_open. */
int shop_relay_open(struct cr_app *app, void **out_state, struct cr_err *err);
int shop_relay_start(struct cr_app *app, void *state, const struct shop_topic *topic,
                     struct cr_err *err);
void shop_relay_stop(struct cr_app *app, void *state);
void shop_relay_health(void *state, struct cr_health *health);
#define SHOP_RELAY_MODULE(start_function)                                                          \
    {                                                                                              \
        .name = "relay", .open = shop_relay_open, .start = (start_function),                       \
        .stop = shop_relay_stop, .health = shop_relay_health                                       \
    }

/* GET /internal/events?after=SEQ&limit=N[&aggregate=ID] */
void shop_feed(struct cr_http_request *req, const struct cr_app *app,
               const struct shop_topic *topic);

#endif
