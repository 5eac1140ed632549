/* shop_store: a service's database as a module of its daemon.
 *
 * Ownership: the spine's; shop_store gives the store while the module is open.
 * Errors:    as cr_store_open, with the path.
 * Threads:   as cr_module; shop_store from any.
 * A service's table has the row SHOP_STORE_MODULE(open) with an open of its own that names its
 * schemas: `return shop_store_open(app, schemas, CR_COUNT(schemas), out_state, err);`
 */
#ifndef SHOP_STORE_H
#define SHOP_STORE_H

#include "cr_app.h"
#include "cr_module.h"
#include "cr_setting.h"
#include "cr_store.h"

struct cr_setting_table;

extern const struct cr_setting_table shop_store_table; /* crema.store.* */

int shop_store_open(struct cr_app *app, const struct cr_schema *const *schemas, size_t count,
                    void **out_state, struct cr_err *err);
void shop_store_stop(struct cr_app *app, void *state);
void shop_store_health(void *state, struct cr_health *health);
#define SHOP_STORE_MODULE(open_function)                                                           \
    {                                                                                              \
        .name = "db", .open = (open_function), .stop = shop_store_stop,                            \
        .health = shop_store_health, .readiness = true                                             \
    }

struct cr_store *shop_store(const struct cr_app *app);

#endif
