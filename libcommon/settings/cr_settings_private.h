/* cr_settings_private: rows compiled to relaxed patterns, for the files of this room. */
#ifndef CR_SETTINGS_PRIVATE_H
#define CR_SETTINGS_PRIVATE_H

#include "cr_settings.h"

struct cr_pattern {
    const struct cr_setting *row;
    size_t table;           /* index of the row's table */
    bool family;            /* the key has a <name> */
    bool rest;              /* the key ends in a <name...>, which takes dots too */
    bool indexed;           /* the member is "[0]", or "[0]" + middle + "team" */
    struct cr_slice middle; /* relaxed; what stands between two names of the key */
    struct cr_slice head;   /* relaxed; of a plain row the whole key */
    struct cr_slice tail;   /* relaxed; of a family row what follows the member */
    size_t head_elements;   /* how many elements of a key stand before the member */
    size_t tail_elements;
};

struct cr_patterns {
    struct cr_pattern *items;
    size_t count;
};

CR_MUST_CHECK int cr_patterns_compile(const struct cr_setting_table *tables, size_t table_count,
                                      struct cr_arena *arena, struct cr_patterns *out_patterns);
/* The pattern that a relaxed name matches best, or NULL; of a family row with the relaxed member.
 */
const struct cr_pattern *cr_patterns_find(const struct cr_patterns *patterns, struct cr_slice name,
                                          struct cr_slice *out_member);

/* "zuul.routes.<id>.path" of member "users", and "zuul.routes.users.path". */
char *cr_setting_member_key(const struct cr_setting *row, const char *member,
                            struct cr_arena *arena);
bool cr_setting_is_family(const struct cr_setting *row);

/* One row into *out_field's struct; key is the row's, or that of a member. */
CR_MUST_CHECK int cr_setting_bind(const struct cr_setting *row, const char *member,
                                  const struct cr_environment *environment, void *out_struct,
                                  struct cr_arena *arena, struct cr_err *err);

#define CR_SETTING_MASK "******"

/* True when the name of a key says that its value is secret. */
bool cr_setting_secret_name(struct cr_slice key);

/* The value to show: resolved where possible, masked where secret, user:password@ of URLs masked.
 */
const char *cr_setting_shown(const struct cr_patterns *patterns,
                             const struct cr_environment *environment,
                             const struct cr_environment_pair *pair, struct cr_arena *arena);

#endif
