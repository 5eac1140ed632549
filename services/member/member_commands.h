/* member_commands: the book's circuits of member: `coffeeMember` and `fallbackTest`.
 *
 * Ownership: commands belong to the daemon's registry.
 * Errors:    open: CR_EINVAL for a bad hystrix.command.* value.
 * Threads:   as cr_module; the calls from any.
 * Source:    the book's CoffeeMemberRestController.
 */
#ifndef MEMBER_COMMANDS_H
#define MEMBER_COMMANDS_H

#include "cr_app.h"
#include "cr_command.h"
#include "cr_module.h"

enum member_command { MEMBER_COFFEE_MEMBER, MEMBER_FALLBACK_TEST, MEMBER_COMMANDS };

int member_commands_open(struct cr_app *app, void **out_state, struct cr_err *err);
void member_commands_stop(struct cr_app *app, void *state);
#define MEMBER_COMMANDS_MODULE                                                                     \
    {                                                                                              \
        .name = "commands", .open = member_commands_open, .stop = member_commands_stop             \
    }

struct cr_command *member_command(const struct cr_app *app, enum member_command which);

#endif
