/* Hystrix commands configured from the daemon's environment. */
#include "cr_app_command.h"

#include "cr_arena.h"
#include "cr_commands.h"
#include "cr_environment.h"

struct lookup {
    const struct cr_environment *environment;
    struct cr_arena *arena;
};

static bool look_up(void *ctx, const char *key, struct cr_slice *out_value)
{
    struct lookup *lookup = ctx;
    const char *text = cr_environment_text(lookup->environment, key, NULL, lookup->arena);
    *out_value = cr_slice_of(text);
    return text != NULL;
}

static int load(struct cr_app *app, const struct cr_app_command *wanted,
                struct cr_command_properties *out_properties, struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "command '%s': out of memory", wanted->key);
    struct lookup lookup = {cr_app_environment(app), arena};
    struct cr_command_presets presets = {wanted->presets, wanted->preset_count};
    return cr_command_properties_load(wanted->key, presets, look_up, &lookup, out_properties, err);
}

int cr_app_command(struct cr_app *app, const struct cr_app_command *wanted,
                   struct cr_command **out_command, struct cr_err *err)
{
    struct cr_command_properties properties;
    int rc = load(app, wanted, &properties, err);
    if (rc)
        return rc;
    return cr_commands_get(cr_app_commands(app), cr_slice_of(wanted->key),
                           cr_slice_of(wanted->group), &properties, out_command, err);
}

int cr_app_command_reload(struct cr_app *app, const struct cr_app_command *wanted,
                          struct cr_command *command, struct cr_err *err)
{
    struct cr_command_properties properties;
    int rc = load(app, wanted, &properties, err);
    if (!rc)
        cr_command_configure(command, &properties);
    return rc;
}
