/* cr_args: a daemon's command line: what to do, and settings.
 *
 * Ownership: points into argv, which is put in order in place.
 * Errors:    CR_EINVAL with what to write instead.
 * Source:    Spring Boot's command line properties: "--key=value", and "--key" for "true".
 */
#ifndef CR_ARGS_H
#define CR_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "cr_err.h"

enum cr_mode {
    CR_MODE_RUN,
    CR_MODE_HELP,
    CR_MODE_VERSION,
    CR_MODE_CHECK,
    CR_MODE_PRINT,
    CR_MODE_PROBE,
    CR_MODE_MARKDOWN,
};

struct cr_args {
    enum cr_mode mode;
    const char *const *settings;
    size_t setting_count;
};

CR_MUST_CHECK int cr_args_parse(int argc, char **argv, struct cr_args *out_args,
                                struct cr_err *err);

/* The rows of --help for the modes: name and doc; false at the end. */
bool cr_args_mode_row(size_t index, const char **out_name, const char **out_doc);

#endif
