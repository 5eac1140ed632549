/* cr_app_command: a daemon's Hystrix commands, as its settings want them.
 *
 * Ownership: commands belong to cr_app_commands(app); presets must be constants.
 * Errors:    CR_EINVAL or CR_EPARSE with the key `hystrix.command.<key>.*` and its value.
 * Threads:   open and reload of modules: main.
 * Source:    Hystrix 1.5: see cr_command_properties for the order of its sources.
 */
#ifndef CR_APP_COMMAND_H
#define CR_APP_COMMAND_H

#include "cr_app.h"
#include "cr_command.h"
#include "cr_err.h"

struct cr_app_command {
    const char *key;
    const char *group;
    const struct cr_command_preset *presets; /* values set in code; may be NULL */
    size_t preset_count;
};

/* The command of that key, made on the first call. */
CR_MUST_CHECK int cr_app_command(struct cr_app *app, const struct cr_app_command *wanted,
                                 struct cr_command **out_command, struct cr_err *err);

/* Applies what a refresh changed; on an error the command stays as it is. */
CR_MUST_CHECK int cr_app_command_reload(struct cr_app *app, const struct cr_app_command *wanted,
                                        struct cr_command *command, struct cr_err *err);

#endif
