/* Makes the book's commands of member. */
#include "member_commands.h"

#include <stdlib.h>

#include "cr_app_command.h"

#define GROUP "CoffeeMemberRestController"

static const struct cr_app_command commands[MEMBER_COMMANDS] = {
    [MEMBER_COFFEE_MEMBER] = {.key = "coffeeMember", .group = GROUP},
    [MEMBER_FALLBACK_TEST] = {.key = "fallbackTest", .group = GROUP},
};

struct member_commands {
    struct cr_command *made[MEMBER_COMMANDS];
};

int member_commands_open(struct cr_app *app, void **out_state, struct cr_err *err)
{
    struct member_commands *state = calloc(1, sizeof *state);
    if (!state)
        return cr_err_set(err, CR_ENOMEM, "commands: out of memory");
    for (size_t i = 0; i < MEMBER_COMMANDS; i++) {
        int rc = cr_app_command(app, &commands[i], &state->made[i], err);
        if (rc) {
            free(state);
            return rc;
        }
    }
    *out_state = state;
    return 0;
}

void member_commands_stop(struct cr_app *app CR_UNUSED, void *state)
{
    free(state);
}

struct cr_command *member_command(const struct cr_app *app, enum member_command which)
{
    struct member_commands *state = cr_app_module_state(app, "commands");
    return state->made[which];
}
