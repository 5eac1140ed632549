/* Parses a daemon's command line. */
#include "cr_args.h"

#include <string.h>

#include "cr_slice.h"

static const struct {
    const char *name;
    enum cr_mode mode;
    const char *doc;
} modes[] = {
    {"--help", CR_MODE_HELP, "show this text"},
    {"--version", CR_MODE_VERSION, "show name and version"},
    {"--check-config", CR_MODE_CHECK, "check files, environment and arguments; exit 0 or 78"},
    {"--print-config", CR_MODE_PRINT, "show every setting with its origin, secrets masked"},
    {"--healthcheck", CR_MODE_PROBE, "ask the running daemon for its readiness; exit 0 or 1"},
    {"--settings-markdown", CR_MODE_MARKDOWN, "show the settings as a part of docs/settings.md"},
    {"-h", CR_MODE_HELP, NULL},
};

bool cr_args_mode_row(size_t index, const char **out_name, const char **out_doc)
{
    if (index >= CR_COUNT(modes) || !modes[index].doc)
        return false;
    *out_name = modes[index].name;
    *out_doc = modes[index].doc;
    return true;
}

/* True when arg chooses a mode. */
static bool choose_mode(const char *arg, struct cr_args *args)
{
    for (size_t i = 0; i < CR_COUNT(modes); i++)
        if (strcmp(arg, modes[i].name) == 0) {
            args->mode = modes[i].mode;
            return true;
        }
    return false;
}

/* "--name" without a value and without a dot is more likely a mistyped mode than a property. */
static int check_setting(const char *arg, struct cr_err *err)
{
    if (strncmp(arg, "--", 2) != 0 || arg[2] == '\0' || arg[2] == '=')
        return cr_err_set(err, CR_EINVAL,
                          "'%s' is no option; settings are written --key=value, see --help", arg);
    if (!strchr(arg, '=') && !strchr(arg, '.') && strcmp(arg, "--debug") != 0)
        return cr_err_set(err, CR_EINVAL,
                          "unknown option '%s'; see --help, or write %s=true for a setting", arg,
                          arg);
    return 0;
}

int cr_args_parse(int argc, char **argv, struct cr_args *out_args, struct cr_err *err)
{
    struct cr_args args = {.mode = CR_MODE_RUN};
    size_t kept = 0;
    for (int i = 1; i < argc; i++) {
        if (choose_mode(argv[i], &args))
            continue;
        int rc = check_setting(argv[i], err);
        if (rc != 0)
            return rc;
        argv[kept++] = argv[i];
    }
    args.settings = (const char *const *)argv;
    args.setting_count = kept;
    *out_args = args;
    return 0;
}
