/* cr_hystrix_settings: the rows of hystrix.command.<key>.*, for --help and checks.
 *
 * The values are read where a command is made (cr_app_command); here they are only known.
 *
 * Ownership: rows live in the caller's arena.
 * Errors:    CR_ENOMEM; cr_hystrix_settings_check: CR_EINVAL with key, value, reason and origin.
 * Threads:   main.
 */
#ifndef CR_HYSTRIX_SETTINGS_H
#define CR_HYSTRIX_SETTINGS_H

#include "cr_settings.h"

CR_MUST_CHECK int cr_hystrix_settings_table(struct cr_arena *arena,
                                            struct cr_setting_table *out_table);
CR_MUST_CHECK int cr_hystrix_settings_check(const struct cr_environment *environment,
                                            struct cr_arena *arena, struct cr_err *err);

#endif
