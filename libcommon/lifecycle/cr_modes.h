/* cr_modes: what a daemon does instead of running: --help, --version, --check-config,
 * --print-config, --healthcheck.
 *
 * Output:  on stdout what was asked for, on stderr what is wrong.
 * Errors:  each returns the process's exit code.
 * Threads: main, before any other.
 */
#ifndef CR_MODES_H
#define CR_MODES_H

#include "cr_config.h"

int cr_mode_help(const struct cr_config_input *input);
int cr_mode_version(const struct cr_config_input *input);
/* The rows as Markdown, for docs/settings.md. */
int cr_mode_markdown(const struct cr_config_input *input);
/* Local sources only: what a config server says is checked when the daemon fetches it. */
int cr_mode_check(const struct cr_config_input *input);
/* All sources, the config server too. */
int cr_mode_print(const struct cr_config_input *input);
/* Asks GET /actuator/health/readiness of the daemon that runs with these settings. */
int cr_mode_probe(const struct cr_config_input *input);

#endif
