/* cr_settings: a table of rows bound to a struct, and all that the table can tell about itself.
 *
 * Ownership: bound texts and lists live in the caller's arena, which must outlive the struct.
 * Errors:    CR_EINVAL with key, value, origin, reason and what would be right.
 * Threads:   functions are pure over an immutable environment.
 * Source:    Spring Boot Binder; the actuator's env endpoint and its masking rules.
 */
#ifndef CR_SETTINGS_H
#define CR_SETTINGS_H

#include "cr_environment.h"
#include "cr_json_writer.h"
#include "cr_setting.h"

struct cr_setting_table {
    const struct cr_setting *rows;
    size_t count;
};

/* Fills the fields of all rows of a table without family rows. */
CR_MUST_CHECK int cr_settings_bind(const struct cr_setting_table *table,
                                   const struct cr_environment *environment, void *out_struct,
                                   struct cr_arena *arena, struct cr_err *err);

/* Fills one member of a family. Rows with CR_SETTING_DEFAULTS fall through to the member "default",
 * then every row to its fallback. */
CR_MUST_CHECK int cr_settings_bind_member(const struct cr_setting_table *family,
                                          const struct cr_environment *environment,
                                          const char *member, void *out_struct,
                                          struct cr_arena *arena, struct cr_err *err);
/* The members that are configured, in order of appearance from the weakest source up, spelled as
 * there; without "default" where rows fall through to it. */
CR_MUST_CHECK int cr_settings_members(const struct cr_setting_table *family,
                                      const struct cr_environment *environment,
                                      struct cr_arena *arena, struct cr_setting_list *out_members);

enum cr_settings_severity { CR_SETTINGS_WARNING, CR_SETTINGS_ERROR };
typedef void (*cr_settings_report)(void *ctx, enum cr_settings_severity severity, const char *text);

struct cr_settings_check {
    const struct cr_setting_table *tables; /* plain and family tables */
    size_t table_count;
    const char *const *prefixes; /* that the daemon owns: "eureka.server", "zuul" */
    size_t prefix_count;
};
/* Reports every value that does not bind (error), every unknown key under an owned prefix or on the
 * command line with the nearest known one (warning). Returns the number of errors. */
size_t cr_settings_check(const struct cr_settings_check *check,
                         const struct cr_environment *environment, cr_settings_report report,
                         void *ctx);

/* --help: one paragraph per row. */
void cr_settings_help(const struct cr_setting_table *table, struct cr_buf *out);
/* docs/settings.md: one row of a Markdown table per setting. */
void cr_settings_markdown(const struct cr_setting_table *table, struct cr_buf *out);
/* --print-config: "key=value  # origin" for each row (and each member of a family), then the keys
 * of files and command line that no row knows; secrets are ******. */
CR_MUST_CHECK int cr_settings_print(const struct cr_setting_table *tables, size_t table_count,
                                    const struct cr_environment *environment, struct cr_buf *out,
                                    struct cr_err *err);

/* /actuator/env, all or one property, and Boot 1's /env, as one JSON value. */
void cr_settings_env_json(const struct cr_setting_table *tables, size_t table_count,
                          const struct cr_environment *environment, struct cr_json_writer *out);
/* False when no source has the key (nothing is written). */
bool cr_settings_env_key_json(const struct cr_setting_table *tables, size_t table_count,
                              const struct cr_environment *environment, const char *key,
                              struct cr_json_writer *out);
void cr_settings_env_boot1_json(const struct cr_setting_table *tables, size_t table_count,
                                const struct cr_environment *environment,
                                struct cr_json_writer *out);

/* The row of a table that a key (as written, any spelling) belongs to, or NULL. */
const struct cr_setting *cr_settings_find(const struct cr_setting_table *tables, size_t table_count,
                                          const char *key);
/* True for rows with CR_SETTING_SECRET and names that end in password, secret, key, token or hold
 * "credentials". */
bool cr_settings_secret(const struct cr_setting_table *tables, size_t table_count, const char *key);

#endif
