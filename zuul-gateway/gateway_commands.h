/* gateway_commands: one Hystrix command per service and per url: route, as the settings want it.
 *
 * Named by service id as in Zuul's stream (group RibbonCommand); a url: route's command is named by
 * the route's id, which Zuul does not have (decision G10). The time limit is
 * hystrix.command.<id>..., else hystrix.command.default..., else Ribbon's arithmetic:
 * (ConnectTimeout + ReadTimeout) * (MaxAutoRetries + 1) * (MaxAutoRetriesNextServer + 1).
 *
 * Ownership: commands belong to the spine; the gateway_commands must outlive the data plane.
 * Errors:    a command that cannot be made is logged; its service goes without a circuit.
 * Threads:   hooks from any; reload: main.
 * Source:    Zuul's AbstractRibbonCommand; gateway reference 1.14.
 */
#ifndef GATEWAY_COMMANDS_H
#define GATEWAY_COMMANDS_H

#include "cr_app.h"
#include "directory.h"

enum { GATEWAY_COMMANDS_MAX = 4096 };

struct gateway_commands;

struct gateway_commands *gateway_commands_new(struct cr_app *app); /* NULL: no memory */
void gateway_commands_free(struct gateway_commands *commands);     /* NULL is fine */

/* What the directory asks. */
struct directory_hooks gateway_commands_hooks(struct gateway_commands *commands);

/* Applies what a refresh changed to every command. */
void gateway_commands_reload(struct gateway_commands *commands);

/* Ribbon's arithmetic. */
struct gateway_ribbon_settings;
int64_t gateway_commands_limit_ms(const struct gateway_ribbon_settings *ribbon);

#endif
